//! Any network on any device.

use frazil_boards::Board;
use frazil_link::SessionConfig;
use frazil_model::graph::Graph;
use frazil_model::plan::{ENTRY_RUN, Plan, PlanOptions};
use frazil_model::reference::Evaluator;
use frazil_wire::Transport;

use super::fabric::top_spec;
use super::machine::Machine;
use super::network::plan_graph;
use super::target::Target;
use super::{boards, layout};
use crate::error::{Failure, Result};

/// One evaluation of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Inference {
    /// The output tensors, NHWC, in the graph's order.
    pub outputs: Vec<Vec<i8>>,
    /// Clock cycles; none on the reference.
    pub cycles: Option<u64>,
}

/// A network, ready to run.
pub enum Executor {
    /// By the reference arithmetic.
    Reference(Evaluator),
    /// On a device with the network's program in it.
    Machine(Box<Loaded>),
}

/// A device, its program, and what the host makes of its result.
pub struct Loaded {
    /// The device.
    pub machine: Machine,
    /// What is on it.
    pub plan: Plan,
    tail: Option<Evaluator>,
}

impl Executor {
    /// Prepares a network on a target.
    pub fn open(
        target: &Target,
        board: &Board,
        graph: &Graph,
        freeze: usize,
        options: PlanOptions,
    ) -> Result<Self> {
        let config = SessionConfig { baud: board.link.baud, ..SessionConfig::default() };
        let plan = || plan_graph(graph, freeze, board, options);
        let (transport, plan): (Box<dyn Transport>, Plan) = match target {
            Target::Reference => return Ok(Self::Reference(Evaluator::new(graph).map_err(Failure::from)?)),
            Target::Simulated(kind) => {
                let plan = plan()?;
                (frazil_sim::open(*kind, &plan, &top_spec(board, freeze > 0)?).map_err(Failure::from)?, plan)
            }
            Target::Board(selector) => (Box::new(boards::open(selector, &config)?), plan()?),
        };
        let machine = Machine::connect(transport, config, &plan, &board.name)?;
        let tail = graph.split_tail().tail.as_ref().map(Evaluator::new).transpose().map_err(Failure::from)?;
        Ok(Self::Machine(Box::new(Loaded { machine, plan, tail })))
    }

    /// Evaluates the network.
    pub fn infer(&mut self, input: &[i8]) -> Result<Inference> {
        match self {
            Self::Reference(evaluator) => {
                let tensors = evaluator.run(input).map_err(Failure::from)?;
                let outputs = evaluator.outputs().iter().map(|&index| tensors[index].data.clone());
                Ok(Inference { outputs: outputs.collect(), cycles: None })
            }
            Self::Machine(loaded) => loaded.infer(input),
        }
    }
}

impl Loaded {
    fn infer(&mut self, input: &[i8]) -> Result<Inference> {
        let (machine, plan) = (&mut self.machine, &self.plan);
        let before = machine.used().cycles;
        let (from, entry) = (layout::input(plan)?, layout::entry(plan, ENTRY_RUN)?);
        let places: Vec<_> = layout::outputs(plan).collect();
        let mut outputs = machine.run((from, input), entry, &places)?;
        let cycles = Some(machine.used().cycles - before);
        if let (Some(tail), [output]) = (&self.tail, &mut outputs[..]) {
            let tensors = tail.run(output).map_err(Failure::from)?;
            outputs = tail.outputs().iter().map(|&index| tensors[index].data.clone()).collect();
        }
        Ok(Inference { outputs, cycles })
    }
}
