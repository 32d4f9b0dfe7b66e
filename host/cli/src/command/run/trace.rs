//! Every tensor of a run, by the reference arithmetic that all devices equal.

use frazil_model::graph::{Graph, Quant, Shape};
use frazil_model::reference::Evaluator;
use serde::Serialize;

use crate::error::{Failure, Result};
use crate::output::{OutputError, Stage};

/// `trace.json`.
#[derive(Serialize)]
struct Trace<'a> {
    format_version: u32,
    network: &'a str,
    tensors: Vec<Entry<'a>>,
}

/// One tensor of one input.
#[derive(Serialize)]
struct Entry<'a> {
    input: usize,
    /// The operator that makes it; none makes the input.
    operator: Option<&'static str>,
    name: &'a str,
    shape: Shape,
    quant: Quant,
    file: String,
}

/// Writes the int8 tensors of all inputs, each to a file of its own, and `trace.json`.
pub fn write(stage: &Stage, graph: &Graph, inputs: &[Vec<i8>]) -> Result<()> {
    let evaluator = Evaluator::new(graph).map_err(Failure::from)?;
    let mut tensors = Vec::new();
    for (input, values) in inputs.iter().enumerate() {
        for (index, tensor) in evaluator.run(values).map_err(Failure::from)?.iter().enumerate() {
            let (info, file) = (&graph.tensors[index], format!("input{input}-tensor{index}.bin"));
            let bytes: Vec<u8> = tensor.data.iter().map(|&q| q as u8).collect();
            stage.write(&file, &bytes)?;
            let operator = graph.nodes.iter().find(|node| node.output == index).map(|node| node.op.kind());
            let (name, shape, quant) = (info.name.as_str(), info.shape, info.quant);
            tensors.push(Entry { input, operator, name, shape, quant, file });
        }
    }
    let trace = Trace { format_version: 1, network: &graph.name, tensors };
    let json = serde_json::to_vec_pretty(&trace).map_err(|e| OutputError::encode("trace.json", e))?;
    Ok(stage.write("trace.json", &json)?)
}
