//! The cycle model: what a program computes, to the bit, and how long it takes, to the clock.
//!
//! Bits come from the interpreter of `frazil_model`; cycles from the schedules of the sequencer, walker,
//! requantiser, feeder and front end, restated here independently of the kernels and compared with them in tests.

mod conv;
mod frozen;

use std::collections::HashMap;

use frazil_hdl::top::TopSpec;
use frazil_model::plan::descriptor::{Descriptor, Field, Op};
use frazil_model::plan::{FrozenLayer, Plan, interpret};

use crate::device::{Engine, Memories};
use crate::device_config;

/// Clocks to fetch and dispatch a descriptor.
const FETCH: u64 = 23;
/// Descriptors after which a program counts as endless.
const PROGRAM_LIMIT: usize = 1 << 16;

/// The cycle model of a plan's device.
#[derive(Debug, Clone)]
pub struct CycleEngine {
    lanes: usize,
    frozen: Vec<FrozenLayer>,
    /// Clocks of the front end by bytes in and out: its schedule does not depend on data.
    frozen_clocks: HashMap<(u16, u16), Option<u64>>,
}

impl CycleEngine {
    /// The model of a plan's device with this many lanes.
    pub fn new(plan: &Plan, lanes: usize) -> Self {
        Self { lanes, frozen: plan.frozen.clone(), frozen_clocks: HashMap::new() }
    }

    /// One layer; its clocks after dispatch.
    fn layer(&mut self, descriptor: &Descriptor, memories: &mut Memories) -> Option<u64> {
        if descriptor.get(Field::Op) == Op::Frozen as u16 {
            return self.front(descriptor, memories);
        }
        let Memories { activations, weights, parameters, .. } = memories;
        let clocks = conv::clocks(descriptor, self.lanes, parameters);
        interpret::conv(descriptor, self.lanes, activations, weights, parameters).ok()?;
        Some(clocks)
    }

    fn front(&mut self, descriptor: &Descriptor, memories: &mut Memories) -> Option<u64> {
        let (bytes_in, bytes_out) = (descriptor.get(Field::StepX), descriptor.get(Field::StepY));
        let layers = &self.frozen;
        let clocks = *self
            .frozen_clocks
            .entry((bytes_in, bytes_out))
            .or_insert_with(|| frozen::clocks(layers, bytes_in, bytes_out));
        let activations = &mut memories.activations;
        let start = usize::from(descriptor.get(Field::InBase));
        let input = activations.get(start..start + usize::from(bytes_in))?;
        let input: Vec<i8> = input.iter().map(|b| *b as i8).collect();
        let output = interpret::frozen(&self.frozen, &input);
        let at = usize::from(descriptor.get(Field::OutBase));
        let target = activations.get_mut(at..at + usize::from(bytes_out))?;
        target.iter_mut().zip(output).for_each(|(to, from)| *to = from as u8);
        clocks
    }
}

/// Clock cycles of one run of a plan's program from an entry on, with the plan's own weights and parameters; `None`
/// without such an entry, or if the program does not end.
pub fn run_cycles(plan: &Plan, spec: &TopSpec, entry: &str) -> Option<u64> {
    let mut memories = Memories::new(&device_config(plan, spec));
    let program = &plan.program;
    fill(&mut memories.program, &program.image());
    fill(&mut memories.weights, &program.weight_image);
    fill(&mut memories.parameters, &program.parameter_image());
    CycleEngine::new(plan, spec.lanes).run(&mut memories, program.entry(entry)? as u32)
}

/// Copies what fits.
fn fill(memory: &mut [u8], image: &[u8]) {
    memory.iter_mut().zip(image).for_each(|(to, from)| *to = *from);
}

impl Engine for CycleEngine {
    fn run(&mut self, memories: &mut Memories, entry: u32) -> Option<u64> {
        let mut clocks = 0;
        for index in (entry..).take(PROGRAM_LIMIT) {
            let descriptor = Descriptor(memories.descriptor(index));
            clocks += FETCH;
            let op = descriptor.get(Field::Op);
            if op != Op::Conv as u16 && op != Op::Frozen as u16 {
                return Some(clocks);
            }
            clocks += self.layer(&descriptor, memories)?;
        }
        None
    }
}
