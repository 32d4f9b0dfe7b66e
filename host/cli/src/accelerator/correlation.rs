//! The tracker's network on any device, with templates that change at run time.
//!
//! The templates become weights of the graph's correlation node, so that the graph says what every device must
//! compute; the reference evaluates it, the others get its weights and parameters uploaded.

use frazil_boards::Board;
use frazil_model::graph::{Conv2d, Graph, Node, Op, WeightQuant};
use frazil_model::plan::{ENTRY_FEATURES, ENTRY_RUN, Plan};
use frazil_model::reference::Evaluator;
use frazil_model::requant::ChannelParameters;
use frazil_model::zoo::{CORRELATION, FEATURES, oriented};
use frazil_track::tracker::{Response, TemplateBank};
use ndarray::Axis;

use super::executor::Executor;
use super::layout;
use super::machine::Machine;
use super::network::DENSE;
use super::target::Target;
use crate::error::{Failure, Result, UsageError};
use crate::pipeline::DeviceUse;

/// Frozen layers of the tracker's network: its filter bank.
const FROZEN: usize = 1;

/// The network with its present templates.
pub struct Correlation {
    graph: Graph,
    executor: Executor,
}

impl Correlation {
    /// The network without templates on a target.
    pub fn open(target: &Target, board: &Board) -> Result<Self> {
        let graph = oriented();
        let executor = Executor::open(target, board, &graph, FROZEN, DENSE)?;
        Ok(Self { graph, executor })
    }

    /// Replaces the templates.
    pub fn load(&mut self, templates: &TemplateBank) -> Result<()> {
        let at = node(&self.graph)?;
        let (input, output) = (self.graph.nodes[at].inputs[0], self.graph.nodes[at].output);
        let scales = (self.graph.tensors[input].quant.scale, self.graph.tensors[output].quant.scale);
        let Op::Conv2d(conv) = &mut self.graph.nodes[at].op else { return Err(mismatch(templates, 0)) };
        fill(conv, templates, scales)?;
        match &mut self.executor {
            Executor::Reference(evaluator) => {
                *evaluator = Evaluator::new(&self.graph).map_err(Failure::from)?
            }
            Executor::Machine(loaded) => {
                let (machine, plan) = (&mut loaded.machine, &loaded.plan);
                upload(machine, plan, &self.graph, &self.graph.nodes[at])?;
            }
        }
        Ok(())
    }

    /// The frozen front end's features of a patch.
    pub fn features(&mut self, patch: &[i8]) -> Result<Vec<i8>> {
        match &mut self.executor {
            Executor::Reference(evaluator) => Ok(evaluate(&self.graph, evaluator, patch)?.features),
            Executor::Machine(loaded) => {
                let (machine, plan) = (&mut loaded.machine, &loaded.plan);
                let (from, to) = (layout::input(plan)?, layout::features(plan)?);
                let entry = layout::entry(plan, ENTRY_FEATURES)?;
                Ok(machine.run((from, patch), entry, &[to])?.swap_remove(0))
            }
        }
    }

    /// Responses of all templates at all places of a patch.
    pub fn correlate(&mut self, patch: &[i8]) -> Result<Response> {
        match &mut self.executor {
            Executor::Reference(evaluator) => evaluate(&self.graph, evaluator, patch),
            Executor::Machine(loaded) => {
                let (machine, plan) = (&mut loaded.machine, &loaded.plan);
                let places = [layout::output(plan)?, layout::features(plan)?];
                let (from, entry) = (layout::input(plan)?, layout::entry(plan, ENTRY_RUN)?);
                let mut read = machine.run((from, patch), entry, &places)?;
                Ok(Response { features: read.swap_remove(1), map: read.swap_remove(0) })
            }
        }
    }

    /// What the device did so far.
    pub fn used(&self) -> DeviceUse {
        match &self.executor {
            Executor::Reference(_) => DeviceUse::default(),
            Executor::Machine(loaded) => loaded.machine.used(),
        }
    }

    /// The clock that the device names; none on the reference.
    pub fn clock_hz(&self) -> Option<f64> {
        match &self.executor {
            Executor::Reference(_) => None,
            Executor::Machine(loaded) => Some(loaded.machine.clock_hz()),
        }
    }

    /// Hash of the design on the device; none on the reference.
    pub fn design_id(&self) -> Option<u64> {
        match &self.executor {
            Executor::Reference(_) => None,
            Executor::Machine(loaded) => Some(loaded.plan.design_id()),
        }
    }
}

/// Index of the node whose weights are the templates.
fn node(graph: &Graph) -> Result<usize> {
    let index = graph.nodes.iter().position(|n| n.name == CORRELATION);
    Ok(index.ok_or_else(|| Failure::from(layout::lacks(CORRELATION)))?)
}

fn evaluate(graph: &Graph, evaluator: &Evaluator, patch: &[i8]) -> Result<Response> {
    let mut tensors = evaluator.run(patch).map_err(Failure::from)?;
    let features = graph.tensors.iter().position(|t| t.name == FEATURES);
    let features = features.ok_or_else(|| Failure::from(layout::lacks(FEATURES)))?;
    let take = |tensor: &mut frazil_model::reference::Tensor| std::mem::take(&mut tensor.data);
    let map = take(&mut tensors[graph.output()]);
    Ok(Response { map, features: take(&mut tensors[features]) })
}

/// Puts templates into a convolution.
fn fill(conv: &mut Conv2d, templates: &TemplateBank, (input, output): (f32, f32)) -> Result<()> {
    let lanes = conv.bias.len();
    let fits = templates.weights.len() == conv.weights.len()
        && templates.bias.len() == lanes
        && templates.factors.len() == lanes;
    if !fits {
        return Err(mismatch(templates, conv.weights.len()));
    }
    conv.weights.iter_mut().zip(&templates.weights).for_each(|(w, t)| *w = *t);
    conv.bias.copy_from_slice(&templates.bias);
    // Both scales are powers of two, so that nothing is rounded.
    let scale = |factor: &f32| if *factor > 0.0 { factor * output / input } else { 1.0 };
    conv.weight_quant = WeightQuant::PerChannel(templates.factors.iter().map(scale).collect());
    silence(conv, &templates.factors);
    Ok(())
}

/// A lane whose factor is 0 answers 0; a graph says that with weights.
fn silence(conv: &mut Conv2d, factors: &[f32]) {
    for (lane, _) in factors.iter().enumerate().filter(|(_, factor)| **factor <= 0.0) {
        conv.weights.index_axis_mut(Axis(0), lane).fill(0);
        conv.bias[lane] = 0;
    }
}

fn mismatch(templates: &TemplateBank, expected: usize) -> miette::Report {
    UsageError::Templates { found: templates.weights.len(), expected }.into()
}

/// Writes the node's weights and parameters to where the plan has them.
fn upload(machine: &mut Machine, plan: &Plan, graph: &Graph, node: &Node) -> Result<()> {
    let Op::Conv2d(conv) = &node.op else { return Ok(()) };
    graph.check().map_err(Failure::from)?;
    let weights: Vec<i8> = conv.weights.iter().copied().collect();
    let taps = weights.len() / conv.bias.len().max(1);
    let zero_point = graph.tensors[node.inputs[0]].quant.zero_point;
    let parameters = weights
        .chunks(taps.max(1))
        .zip(&conv.bias)
        .zip(graph.real_multipliers(node))
        .map(|((taps, &bias), real)| {
            let sum: i32 = taps.iter().map(|w| i32::from(*w)).sum();
            ChannelParameters::from_real(bias.wrapping_sub(zero_point * sum), real)
        })
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(Failure::from)?;
    machine.load(&plan.program.rewrite(CORRELATION, &weights, &parameters).map_err(Failure::from)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fixed sequence that visits all values.
    fn bytes(count: usize, seed: u32) -> Vec<i8> {
        let mut state = seed;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as i8
        };
        (0..count).map(next).collect()
    }

    #[test]
    fn every_board_gives_the_bits_of_the_reference() {
        let board = Board::load("icebreaker").unwrap();
        let mut reference = Correlation::open(&Target::Reference, &board).unwrap();
        for name in ["icebreaker", "ulx3s-85f"] {
            let board = Board::load(name).unwrap();
            let mut device = Correlation::open(&Target::parse("sim").unwrap(), &board).unwrap();
            for seed in 1..4 {
                let weights = bytes(4096, seed).into_iter().map(|w| w.max(-127)).collect();
                let factors = (0..8).map(|lane| 0.003 / (lane + seed as i32) as f32).collect();
                let bias = (0..8).map(|lane| 1000 * lane - 3000).collect();
                let templates = TemplateBank { weights, bias, factors };
                let patch = bytes(4096, seed + 100);
                reference.load(&templates).unwrap();
                device.load(&templates).unwrap();
                let expected = reference.correlate(&patch).unwrap();
                assert_eq!(device.correlate(&patch).unwrap(), expected, "{} {seed}", board.name);
                assert_eq!(device.features(&patch).unwrap(), expected.features, "{} {seed}", board.name);
                let distinct: std::collections::BTreeSet<i8> = expected.map.iter().copied().collect();
                assert!(distinct.len() > 20, "the responses say nothing: {distinct:?}");
            }
            assert!(device.used().runs == 6 && device.used().cycles > 6000, "{:?}", device.used());
        }
    }

    #[test]
    fn the_network_is_the_one_that_the_tracker_expects() {
        use frazil_track::tracker::{FEATURE_ZERO_POINT, FILTERS};
        let graph = oriented();
        assert_eq!(frazil_model::zoo::filters(), FILTERS);
        assert_eq!(graph.tensors[graph.input].quant.zero_point, 0);
        let features = graph.tensors.iter().find(|t| t.name == FEATURES).unwrap();
        assert_eq!(features.quant.zero_point, i32::from(FEATURE_ZERO_POINT));
        assert_eq!(features.quant.scale, graph.tensors[graph.input].quant.scale);
        assert_eq!(graph.tensors[graph.output()].quant.zero_point, 0);
    }

    #[test]
    fn templates_of_another_size_are_refused() {
        let board = Board::load("icebreaker").unwrap();
        let mut reference = Correlation::open(&Target::Reference, &board).unwrap();
        let templates = TemplateBank { weights: vec![0; 7], bias: vec![0; 8], factors: vec![1.0; 8] };
        assert!(reference.load(&templates).is_err());
    }
}
