//! The cycle model as a device's engine.

use std::collections::HashMap;

use frazil_hdl::quad::array_spec;
use frazil_hdl::top::TopSpec;
use frazil_model::plan::descriptor::{Descriptor, Field, WORDS};
use frazil_model::plan::{ArrayStyle, Plan, interpret, quad::QUAD};

use super::array::{Group, LayerClocks, Timing, clocks};
use super::flash::Reader;
use super::quad::{self, Pass};
use super::{Step, frozen, steps};
use crate::device::{Engine, Memories};

/// A layer, its stream, and the flash's reader at its beginning.
type LayerKey = ([u16; WORDS], Vec<Group>, Reader);

/// The cycle model of a plan's device.
#[derive(Debug, Clone)]
pub struct CycleEngine {
    style: ArrayStyle,
    timing: Timing,
    flash: Reader,
    /// The flash's reader when a run begins.
    idle: Reader,
    /// Words that the loader has taken of the flash in the present run.
    streamed_words: u64,
    quad_timing: quad::Timing,
    plan: Plan,
    /// Clocks of the front end by bytes in and out: its schedule does not depend on data.
    frozen_clocks: HashMap<(u16, u16), Option<u64>>,
    /// Clocks of layers, which depend on their shape and the flash's reader only, and what the reader does meanwhile.
    layer_clocks: HashMap<LayerKey, Option<(LayerClocks, Reader)>>,
    quad_clocks: HashMap<([u16; WORDS], Vec<Pass>, bool), Option<LayerClocks>>,
}

impl CycleEngine {
    /// The model of a plan's device.
    pub fn new(plan: &Plan, spec: &TopSpec) -> Self {
        Self {
            style: spec.style,
            timing: timing(spec),
            flash: Reader::new(spec),
            idle: Reader::new(spec),
            streamed_words: 0,
            quad_timing: quad_timing(spec),
            plan: plan.clone(),
            frozen_clocks: HashMap::new(),
            layer_clocks: HashMap::new(),
            quad_clocks: HashMap::new(),
        }
    }

    /// Clocks of a run without its results, layer by layer, each with its descriptor's fetch; the last is the end's.
    pub fn schedule(&mut self, memory: &[u8], entry: u32) -> Option<Vec<LayerClocks>> {
        let steps = steps(memory, &self.plan.program.stream, self.style, self.timing.lanes, entry)?;
        let mut layers = Vec::new();
        (self.flash, self.streamed_words) = (self.idle, 0);
        for step in steps {
            layers.push(self.step(step, layers.is_empty())?);
        }
        if self.style == ArrayStyle::Quad {
            let (begin, end) = self.quad_timing.run(layers.len());
            layers.push(LayerClocks { clocks: end, ..LayerClocks::default() });
            layers.iter_mut().take(1).for_each(|first| first.clocks += begin);
        } else {
            // The sequencer starts a layer a clock after it has looked at it, and sees its end a clock late.
            let fetch = fetch(self.timing.lanes);
            layers.iter_mut().for_each(|layer| layer.clocks += fetch + 2);
            layers.push(LayerClocks { clocks: fetch, ..LayerClocks::default() });
            self.read_descriptor(false);
        }
        Some(layers)
    }

    fn step(&mut self, step: Step, first: bool) -> Option<LayerClocks> {
        match step {
            Step::Layer(descriptor, groups) => {
                self.start(&descriptor);
                let layer = self.layer(descriptor, groups);
                self.flash.clock(false, false);
                layer
            }
            Step::Quad(descriptor, passes) => {
                let key = (descriptor.0, passes, first);
                if let Some(known) = self.quad_clocks.get(&key) {
                    return *known;
                }
                let found = quad::clocks(&descriptor, &key.1, &self.quad_timing, first);
                self.quad_clocks.insert(key, found);
                found
            }
            // Without a front end there is nothing to wait for.
            Step::Frozen(descriptor) if self.plan.frozen.is_empty() => {
                self.start(&descriptor);
                (0..=1).for_each(|_| self.flash.clock(false, false));
                Some(LayerClocks { clocks: 1, ..LayerClocks::default() })
            }
            Step::Frozen(descriptor) => {
                self.start(&descriptor);
                let bytes = (descriptor.get(Field::BlockStep), descriptor.get(Field::RowStep));
                let layers = &self.plan.frozen;
                let clocks = *self
                    .frozen_clocks
                    .entry(bytes)
                    .or_insert_with(|| frozen::clocks(layers, bytes.0, bytes.1));
                (0..=clocks?).for_each(|_| self.flash.clock(true, false));
                Some(LayerClocks { clocks: clocks?, ..LayerClocks::default() })
            }
        }
    }

    fn layer(&mut self, descriptor: Descriptor, groups: Vec<Group>) -> Option<LayerClocks> {
        let streamed = groups.iter().filter(|group| group.streamed);
        self.streamed_words += streamed.map(Group::words).sum::<u64>();
        let key = (descriptor.0, groups, self.flash);
        if !self.layer_clocks.contains_key(&key) {
            let found = clocks(&descriptor, &key.1, &self.timing, &mut self.flash);
            self.layer_clocks.insert(key.clone(), found.map(|clocks| (clocks, self.flash)));
        }
        let (clocks, reader) = (*self.layer_clocks.get(&key)?)?;
        self.flash = reader;
        Some(clocks)
    }

    /// The clocks in which the sequencer reads a descriptor and starts its unit, for the flash's reader.
    fn start(&mut self, descriptor: &Descriptor) {
        self.read_descriptor(descriptor.streamed());
        self.flash.clock(false, false);
    }

    /// The clocks in which the sequencer reads a descriptor and looks at it, for the flash's reader.
    fn read_descriptor(&mut self, streamed: bool) {
        for clock in 1..fetch(self.timing.lanes) {
            self.flash.fetch((clock == FLAGGED).then_some(streamed));
        }
        self.flash.clock(false, false);
    }
}

/// Clock of a descriptor in which the field comes that says whether its layer is streamed: a word is read, its fields
/// come in their order, and a register gives them.
const FLAGGED: u64 = 3 + Field::Groups as u64;

/// Clocks to fetch a descriptor and look at it: each word is read, then each of its fields is given.
fn fetch(lanes: usize) -> u64 {
    (64 / lanes * (1 + lanes / 2) + 1) as u64
}

/// What the array's schedule depends on.
pub fn timing(spec: &TopSpec) -> Timing {
    Timing {
        lanes: spec.lanes,
        pixels: spec.datapath.pixels,
        requantisers: spec.datapath.requantisers,
        result_clocks: spec.datapath.clocks_per_result(),
        latency: spec.datapath.latency(spec.lanes) as u64,
        ring: spec.weight_words,
    }
}

/// What the quad array's schedule depends on.
fn quad_timing(spec: &TopSpec) -> quad::Timing {
    let array = array_spec(&spec.datapath);
    quad::Timing {
        interval: array.interval() as u64,
        latency: array.latency() as u64,
        rows: spec.weight_words / QUAD,
    }
}

/// Clock cycles of one run of a plan's program from an entry on, layer by layer; `None` without such an entry, or if
/// the program does not end.
pub fn run_cycles(plan: &Plan, spec: &TopSpec, entry: &str) -> Option<Vec<LayerClocks>> {
    let memory = interpret::load(plan);
    CycleEngine::new(plan, spec).schedule(&memory, plan.program.entry(entry)? as u32)
}

impl CycleEngine {
    /// What the flash's reader has left in memory at the end of a run.
    fn fill_ring(&self, memory: &mut [u8]) {
        let Some(flash) = self.plan.capacity.flash else { return };
        let ring = flash.ring_words * self.timing.lanes;
        let base = memory.len().saturating_sub(ring);
        let came = self.flash.bytes(self.streamed_words) as usize;
        for at in came.saturating_sub(ring)..came {
            if let Some(place) = memory.get_mut(base + at % ring) {
                *place = self.plan.program.stream.get(at).copied().unwrap_or(0xFF);
            }
        }
    }
}

impl Engine for CycleEngine {
    fn run(&mut self, memories: &mut Memories, entry: u32) -> Option<u64> {
        let layers = self.schedule(&memories.memory, entry)?;
        interpret::run(&self.plan, &mut memories.memory, entry as usize).ok()?;
        self.fill_ring(&mut memories.memory);
        Some(layers.iter().map(|layer| layer.clocks).sum())
    }
}
