//! `frazil eval classes`: accuracy of a classifier on pictures.

use std::fs;
use std::path::{Path, PathBuf};

use frazil_boards::Board;
use frazil_model::graph::Graph;
use serde::Serialize;

use crate::accelerator::{Executor, Target, network};
use crate::args::ClassesArgs;
use crate::command::Verdict;
use crate::command::labels;
use crate::command::picture::Reader;
use crate::error::{Failure, Result, UsageError};
use crate::output::{Output, Table};
use crate::progress::Progress;

/// Endings of the files that are pictures.
const ENDINGS: [&str; 3] = ["png", "jpg", "jpeg"];
/// Outputs among which a class is looked for beside the largest.
const TOP: usize = 5;

/// Everything measured; what `--json` prints.
#[derive(Serialize)]
struct Evaluation {
    format_version: u32,
    network: String,
    device: String,
    all: Tally,
    classes: Vec<Class>,
}

/// A folder of pictures.
#[derive(Serialize)]
struct Class {
    name: String,
    /// Its place among the outputs.
    index: usize,
    #[serde(flatten)]
    tally: Tally,
    #[serde(skip)]
    pictures: Vec<PathBuf>,
}

/// How many pictures have their class where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct Tally {
    pictures: usize,
    top_1: usize,
    top_5: usize,
}

/// Evaluates all pictures and prints the table.
pub fn classes(output: Output, args: &ClassesArgs) -> Result<Verdict> {
    let target = Target::parse(&args.device)?;
    let board = Board::load(&args.board.board).map_err(Failure::from)?;
    let graph = network::load(&args.graph)?;
    let names = args.labels.as_deref().map(|path| labels::names(path, &graph)).transpose()?;
    let mut classes = folders(args, &graph, names.as_deref())?;
    let reader = Reader::new(&graph, args.mean, args.std);
    let freeze = network::frozen(&args.graph, None);
    let mut device = Executor::open(&target, &board, &graph, freeze, network::SPARSE)?;
    let progress = Progress::new(output, "evaluate", Some(classes.iter().map(|c| c.pictures.len()).sum()));
    for class in &mut classes {
        for path in &class.pictures {
            let answer = device.infer(&reader.read(path)?)?;
            class.tally.add(rank(answer.outputs.first().map_or(&[], Vec::as_slice), class.index));
            progress.step();
        }
    }
    drop(progress);
    let all = classes.iter().fold(Tally::default(), |all, class| all.with(class.tally));
    let (network, device) = (graph.name.clone(), args.device.clone());
    let evaluation = Evaluation { format_version: 1, network, device, all, classes };
    output.result(&evaluation, || text(&evaluation))?;
    Ok(Verdict::Good)
}

/// The folders with their classes, in alphabetical order.
fn folders(args: &ClassesArgs, graph: &Graph, names: Option<&[String]>) -> Result<Vec<Class>> {
    let outputs = graph.tensors[graph.output()].shape.len();
    let mut folders = listed(&args.folder)?;
    folders.retain(|path| path.is_dir());
    if folders.is_empty() {
        return Err(UsageError::NoClasses { folder: args.folder.clone() }.into());
    }
    let count = folders.len();
    let class = |(place, folder): (usize, PathBuf)| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let index = match names {
            Some(names) => names.iter().position(|label| says(label, &name)),
            None => Some(place).filter(|_| count == outputs),
        };
        let unknown = || UsageError::Class { folder: folder.clone(), classes: outputs };
        let (index, mut pictures) = (index.ok_or_else(unknown)?, listed(&folder)?);
        pictures.retain(|path| picture(path));
        pictures.truncate(args.each.unwrap_or(usize::MAX));
        Ok(Class { name, index, tally: Tally::default(), pictures })
    };
    folders.into_iter().enumerate().map(class).collect()
}

/// What lies in a folder, in alphabetical order.
fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let fail = |source| UsageError::Input { path: folder.into(), source };
    let entries = fs::read_dir(folder).map_err(fail)?;
    let mut paths =
        entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>().map_err(fail)?;
    paths.sort();
    Ok(paths)
}

fn picture(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// Whether a label, which may hold several names between commas, has this one.
fn says(label: &str, name: &str) -> bool {
    label.split(',').any(|part| part.trim().eq_ignore_ascii_case(name))
}

/// Values before a class when the largest come first; of equal ones, the one with the smaller index comes first.
fn rank(values: &[i8], class: usize) -> Option<usize> {
    let own = *values.get(class)?;
    let before = |(index, &value): (usize, &i8)| value > own || (value == own && index < class);
    Some(values.iter().enumerate().filter(|&pair| before(pair)).count())
}

impl Tally {
    fn add(&mut self, rank: Option<usize>) {
        self.pictures += 1;
        self.top_1 += usize::from(rank == Some(0));
        self.top_5 += usize::from(rank.is_some_and(|rank| rank < TOP));
    }

    fn with(self, other: Self) -> Self {
        Self {
            pictures: self.pictures + other.pictures,
            top_1: self.top_1 + other.top_1,
            top_5: self.top_5 + other.top_5,
        }
    }

    fn shares(self) -> [String; 3] {
        let share = |count: usize| match self.pictures {
            0 => "-".to_string(),
            all => format!("{:.2} %", 100.0 * count as f64 / all as f64),
        };
        [self.pictures.to_string(), share(self.top_1), share(self.top_5)]
    }
}

fn text(evaluation: &Evaluation) -> String {
    let mut table = Table::new(["class", "index", "pictures", "top-1", "top-5"]);
    let mut row = |name: &str, index: String, tally: Tally| {
        let [pictures, first, five] = tally.shares();
        table.row([name.to_string(), index, pictures, first, five]);
    };
    evaluation.classes.iter().for_each(|class| row(&class.name, class.index.to_string(), class.tally));
    row("all", "-".into(), evaluation.all);
    format!("{} on {}\n{}", evaluation.network, evaluation.device, table.render())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_count_what_comes_before() {
        let values = [5, 9, 9, -3];
        let ranks: Vec<_> = (0..5).map(|class| rank(&values, class)).collect();
        assert_eq!(ranks, [Some(2), Some(0), Some(1), Some(3), None]);
        let mut tally = Tally::default();
        [Some(0), Some(4), Some(5), None].into_iter().for_each(|rank| tally.add(rank));
        assert_eq!(tally, Tally { pictures: 4, top_1: 1, top_5: 2 });
    }

    #[test]
    fn a_label_may_hold_several_names() {
        assert!(says("tench, Tinca tinca", "tinca tinca") && says("Daisy", "daisy"));
        assert!(!says("daisybush", "daisy"));
    }
}
