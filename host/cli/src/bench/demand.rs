//! What a layer asks of each part of the array, in clocks, read from its descriptors and streams.

use frazil_model::plan::descriptor::{BYTES, Descriptor, FLAG_LIST_SHARED, FLAG_VECTOR, Field, Op};
use frazil_model::plan::quad::Field as QuadField;
use frazil_model::plan::stream::Header;
use frazil_model::plan::{ArrayStyle, ENTRY_RUN, FlashCapacity, Plan, interpret};
use frazil_sim::cycle::quad::{self, Pass};

/// Clocks that the parts of the array need for a layer, each on its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// Memory reads of weights, parameters and lists.
    pub stream: u64,
    /// Reading these from the board's flash.
    pub flash: u64,
    /// Memory reads of operands and writes of results; the quad array has a port of its own for these.
    pub tensors: u64,
    /// Requantisation.
    pub requantise: u64,
}

impl std::ops::AddAssign for Demand {
    fn add_assign(&mut self, other: Self) {
        self.stream += other.stream;
        self.flash += other.flash;
        self.tensors += other.tensors;
        self.requantise += other.requantise;
    }
}

/// The demands of the array's layers, in the order of their descriptors.
pub fn demands(plan: &Plan) -> Vec<Demand> {
    let (program, lanes) = (&plan.program, plan.capacity.lanes);
    let first = program.entry(ENTRY_RUN).and_then(|entry| entry.checked_sub(program.image_address));
    let bytes = first.and_then(|word| program.image.get(word * lanes..)).unwrap_or(&[]);
    let descriptors = bytes.chunks_exact(BYTES).map(Descriptor::unpack);
    let running = descriptors.take_while(|d| d.get(Field::Op) != Op::End as u16);
    let layers = running.filter(|d| d.get(Field::Op) == Op::Layer as u16);
    match plan.capacity.style {
        ArrayStyle::Quad => {
            let memory = interpret::load(plan);
            layers.map(|descriptor| quad_demand(plan, &memory, &descriptor)).collect()
        }
        ArrayStyle::Line | ArrayStyle::Block => {
            let mut streamed = 0;
            layers.map(|descriptor| demand(plan, &descriptor, &mut streamed)).collect()
        }
    }
}

/// A layer of the quad array, which reads four words of operands or weights a clock; nothing if its stream leaves the
/// memory.
fn quad_demand(plan: &Plan, memory: &[u8], descriptor: &Descriptor) -> Demand {
    let passes = quad::passes(memory, descriptor).unwrap_or_default();
    let blocks = u64::from(descriptor.get(QuadField::Blocks));
    let runs = u64::from(descriptor.bytes(QuadField::Block)[1]);
    let shared = descriptor.get(QuadField::Flags) & FLAG_LIST_SHARED != 0;
    let accesses = |pass: &Pass| {
        let list = if shared { &passes[0] } else { pass };
        list.entries.iter().map(|read| u64::from(read.accesses)).sum::<u64>()
    };
    let mut total = Demand::default();
    for pass in &passes {
        total += Demand {
            flash: 0,
            stream: (1 + pass.parameter_words + pass.list_words + pass.rows) as u64,
            tensors: blocks * runs * accesses(pass),
            requantise: blocks * plan.capacity.interval(),
        };
    }
    total
}

/// A layer's demands; `streamed` counts the words of the flash.
fn demand(plan: &Plan, descriptor: &Descriptor, streamed: &mut usize) -> Demand {
    let [columns, rows] = descriptor.bytes(Field::Block).map(u64::from);
    let vector = descriptor.get(Field::Flags) & FLAG_VECTOR != 0;
    let (reads, pixels) = (if vector { 1 } else { columns * rows }, columns * rows);
    let (groups, blocks) = (descriptor.groups(), u64::from(descriptor.get(Field::Blocks)));
    let mut total = Demand::default();
    let mut resident = usize::from(descriptor.get(Field::Stream)).saturating_sub(plan.program.image_address);
    let (bytes, at) = match descriptor.streamed() {
        true => (&plan.program.stream, streamed),
        false => (&plan.program.image, &mut resident),
    };
    for _ in 0..groups {
        let header = header(bytes, *at, plan.capacity.lanes, descriptor.streamed());
        let words = 1 + header.words();
        *at += words;
        total += Demand {
            stream: words as u64,
            flash: if descriptor.streamed() { flash_clocks(words * plan.capacity.lanes) } else { 0 },
            tensors: blocks * (u64::from(header.entries) * reads + pixels),
            requantise: blocks * plan.capacity.interval(),
        };
    }
    total
}

fn flash_clocks(bytes: usize) -> u64 {
    FlashCapacity::BYTE_CLOCKS * bytes as u64
}

/// The group's header at a word; empty beyond the bytes.
fn header(bytes: &[u8], word: usize, lanes: usize, streamed: bool) -> Header {
    let start = word.saturating_mul(lanes);
    let word = bytes.get(start..start.saturating_add(lanes)).unwrap_or(&[]);
    if streamed { Header::unpack_streamed(word) } else { Header::unpack(word) }
}

#[cfg(test)]
mod tests {
    use frazil_boards::Board;
    use frazil_model::zoo;

    use super::*;
    use crate::accelerator::network::{SPARSE, plan_graph};
    use crate::accelerator::{capacity, layer_clocks};

    #[test]
    fn no_part_of_an_array_needs_more_clocks_than_its_layer_takes() {
        for board in Board::all().unwrap() {
            let plan = plan_graph(&zoo::tiny(), 0, &board, SPARSE).unwrap();
            let clocks = layer_clocks(&plan, &board).unwrap();
            let demands = demands(&plan);
            assert_eq!(demands.len() + 1, clocks.len(), "{}", board.name);
            assert_eq!(plan.capacity, capacity(&board, false));
            for (demand, clocks) in demands.iter().zip(clocks) {
                let parts = [demand.stream + demand.tensors, demand.requantise];
                assert!(parts.iter().all(|&part| 0 < part && part <= clocks), "{} {demand:?}", board.name);
            }
        }
    }
}
