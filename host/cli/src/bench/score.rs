//! How right the answers of a program on the array are.

use std::thread;

use frazil_model::graph::Graph;
use frazil_model::plan::Plan;
use frazil_model::plan::interpret::{evaluate, load};
use frazil_model::reference::Evaluator;
use serde::Serialize;

use super::data::{Labelled, Truth};
use crate::error::{Failure, Result};

/// Answers on labelled inputs, computed from the bytes that the array reads.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// What is measured.
    pub metric: Metric,
    /// Its value, 0 to 1; none if the inputs do not allow it.
    pub value: Option<f64>,
    /// Inputs.
    pub inputs: usize,
    /// Inputs whose outputs are, bit for bit, those of the reference arithmetic.
    pub same_as_reference: usize,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of inputs whose class has the largest output.
    Top1,
    /// Area under the receiver's curve: the chance that an anomalous recording has a larger error than a normal one.
    Auc,
}

impl Metric {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Top1 => "top-1",
            Self::Auc => "AUC",
        }
    }
}

/// Runs a plan's program on all inputs and compares with their labels and with the reference.
pub fn score(graph: &Graph, plan: &Plan, labelled: &Labelled) -> Result<Score> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let share = labelled.inputs.len().div_ceil(workers).max(1);
    let answers = thread::scope(|scope| {
        let part = |inputs| scope.spawn(move || answers(graph, plan, inputs));
        let parts: Vec<_> = labelled.inputs.chunks(share).map(part).collect();
        // A thread that panicked has said so.
        let joined = parts.into_iter().map(|part| part.join().unwrap_or_else(|_| Ok(Vec::new())));
        joined.collect::<std::result::Result<Vec<_>, Failure>>()
    })?;
    Ok(rate(graph, labelled, &answers.concat()))
}

/// An input's output on the array, and whether the reference has the same.
type Answer = (Vec<i8>, bool);

fn answers(graph: &Graph, plan: &Plan, inputs: &[Vec<i8>]) -> std::result::Result<Vec<Answer>, Failure> {
    let (reference, mut memory) = (Evaluator::new(graph)?, load(plan));
    let tail = graph.split_tail().tail.as_ref().map(Evaluator::new).transpose()?;
    let first = |evaluator: &Evaluator, input: &[i8]| -> std::result::Result<Vec<i8>, Failure> {
        let mut tensors = evaluator.run(input)?;
        let output = evaluator.outputs().first().and_then(|&output| tensors.get_mut(output));
        Ok(output.map(|tensor| std::mem::take(&mut tensor.data)).unwrap_or_default())
    };
    let answer = |input: &Vec<i8>| {
        let output = evaluate(plan, &mut memory, input)?.into_iter().next().unwrap_or_default();
        let output = tail.as_ref().map_or(Ok(output.clone()), |tail| first(tail, &output))?;
        let same = output == first(&reference, input)?;
        Ok((output, same))
    };
    inputs.iter().map(answer).collect()
}

fn rate(graph: &Graph, labelled: &Labelled, answers: &[Answer]) -> Score {
    let (metric, value) = match &labelled.truth {
        Truth::Classes(classes) => (Metric::Top1, top1(answers, classes)),
        Truth::Recordings(recordings) => {
            let errors =
                labelled.inputs.iter().zip(answers).map(|(input, (output, _))| error(graph, input, output));
            (Metric::Auc, auc(&recorded(&errors.collect::<Vec<f64>>(), recordings)))
        }
    };
    let same_as_reference = answers.iter().filter(|(_, same)| *same).count();
    Score { metric, value, inputs: answers.len(), same_as_reference }
}

fn top1(answers: &[Answer], classes: &[usize]) -> Option<f64> {
    let right = answers.iter().zip(classes).filter(|((output, _), class)| best(output) == Some(**class));
    (!answers.is_empty()).then(|| right.count() as f64 / answers.len() as f64)
}

/// The place of the largest value, of equal ones the first.
fn best(output: &[i8]) -> Option<usize> {
    output.iter().enumerate().rev().max_by_key(|(_, value)| **value).map(|(class, _)| class)
}

/// Mean squared difference between an auto-encoder's input and output, as real numbers.
fn error(graph: &Graph, input: &[i8], output: &[i8]) -> f64 {
    let (from, to) = (graph.tensors[graph.input].quant, graph.tensors[graph.output()].quant);
    let difference = |(i, o): (&i8, &i8)| f64::from(from.dequantize(*i) - to.dequantize(*o));
    let squares: f64 = input.iter().zip(output).map(difference).map(|d| d * d).sum();
    squares / input.len().max(1) as f64
}

/// The mean error of each recording.
fn recorded(errors: &[f64], recordings: &[(bool, usize)]) -> Vec<(bool, f64)> {
    let mut rest = errors.iter();
    let mean = |&(anomalous, count): &(bool, usize)| {
        (anomalous, rest.by_ref().take(count).sum::<f64>() / count.max(1) as f64)
    };
    recordings.iter().map(mean).collect()
}

/// The chance that an anomalous recording has the larger error, equal ones counting half; none without recordings of
/// both kinds.
fn auc(recordings: &[(bool, f64)]) -> Option<f64> {
    let of = |kind: bool| recordings.iter().filter(move |(anomalous, _)| *anomalous == kind).map(|(_, e)| *e);
    let (anomalous, normal) = (of(true).count(), of(false).count());
    let larger = |a: f64, n: f64| {
        if a > n {
            1.0
        } else if a < n {
            0.0
        } else {
            0.5
        }
    };
    let sum: f64 = of(true).map(|a| of(false).map(|n| larger(a, n)).sum::<f64>()).sum();
    (anomalous * normal > 0).then(|| sum / (anomalous * normal) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equal_classes_is_the_best() {
        assert_eq!((best(&[1, 5, 5, 2]), best(&[-128, -128]), best(&[])), (Some(1), Some(0), None));
        let answers = [(vec![1, 2], true), (vec![2, 1], true), (vec![0, 9], false), (vec![9, 0], true)];
        assert_eq!(top1(&answers, &[1, 0, 0, 1]), Some(0.5));
        assert_eq!(top1(&[], &[]), None);
    }

    #[test]
    fn the_area_counts_pairs() {
        assert_eq!(auc(&[(true, 3.0), (true, 1.0), (false, 2.0), (false, 1.0)]), Some(0.625));
        assert_eq!(auc(&[(false, 2.0)]), None);
        assert_eq!(recorded(&[1.0, 3.0, 5.0], &[(false, 2), (true, 1)]), [(false, 2.0), (true, 5.0)]);
    }

    #[test]
    fn the_error_is_of_real_numbers() {
        let mut graph = frazil_model::zoo::tiny();
        let (input, output) = (graph.input, graph.output());
        graph.tensors[input].quant = frazil_model::graph::Quant { scale: 0.5, zero_point: 0 };
        graph.tensors[output].quant = frazil_model::graph::Quant { scale: 2.0, zero_point: 1 };
        // 1 - 2 and 2 - (-2).
        assert_eq!(error(&graph, &[2, 4], &[2, 0]), (1.0 + 16.0) / 2.0);
    }

    #[test]
    fn a_program_has_the_bits_of_the_reference() {
        use frazil_model::plan::{PlanOptions, plan};
        let graph = frazil_model::zoo::tiny();
        let board = frazil_boards::Board::load("icebreaker").unwrap();
        let capacity = crate::accelerator::capacity(&board, false);
        let plan = plan(&graph, 0, &capacity, PlanOptions { skip_zeros: true }).unwrap();
        let inputs: Vec<Vec<i8>> =
            (0..5).map(|i| (0..64).map(|j| (i * 31 + j * 7) as i8).collect()).collect();
        let labelled = Labelled { inputs, truth: Truth::Classes(vec![0; 5]) };
        let score = score(&graph, &plan, &labelled).unwrap();
        assert_eq!((score.inputs, score.same_as_reference, score.metric), (5, 5, Metric::Top1));
    }
}
