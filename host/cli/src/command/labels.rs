//! The best classes of a classifier.

use std::path::Path;

use frazil_model::graph::Graph;
use serde::Serialize;

use crate::error::{Result, UsageError};

/// Classes that are shown with labels when nothing else is said.
const TOP: usize = 5;

/// How classes are ranked and named.
pub struct Labels {
    names: Option<Vec<String>>,
    top: usize,
}

/// One class.
#[derive(Serialize)]
pub struct Rank {
    /// Its index in the output.
    pub class: usize,
    /// Its name, or its index without labels.
    pub label: String,
    /// The real value of its output.
    pub value: f32,
}

impl Labels {
    /// From the command line. A labels file has one name in each line, as many as the output has values.
    pub fn load(file: Option<&Path>, top: Option<usize>, graph: &Graph) -> Result<Self> {
        let names = file.map(|path| names(path, graph)).transpose()?;
        let top = top.unwrap_or(if names.is_some() { TOP } else { 0 });
        Ok(Self { names, top })
    }

    /// The classes with the largest values of the first output, the first of equals first.
    pub fn rank(&self, graph: &Graph, data: &[i8]) -> Vec<Rank> {
        let quant = graph.tensors[graph.output()].quant;
        let mut order: Vec<usize> = (0..data.len()).collect();
        order.sort_by_key(|&class| std::cmp::Reverse(data[class]));
        let name = |class: usize| self.names.as_ref().and_then(|names| names.get(class)).cloned();
        let rank = |class: usize| {
            let label = name(class).unwrap_or_else(|| class.to_string());
            Rank { class, label, value: quant.dequantize(data[class]) }
        };
        order.into_iter().take(self.top).map(rank).collect()
    }
}

/// The names of a labels file, one for each value of the network's output.
pub fn names(path: &Path, graph: &Graph) -> Result<Vec<String>> {
    let fail = |source| UsageError::Input { path: path.into(), source };
    let text = std::fs::read_to_string(path).map_err(fail)?;
    let names: Vec<String> = text.lines().map(|line| line.trim().to_string()).collect();
    let (found, expected) = (names.len(), graph.tensors[graph.output()].shape.len());
    match found == expected {
        true => Ok(names),
        false => Err(UsageError::Labels { path: path.into(), found, expected }.into()),
    }
}
