//! What a layer asks of each part of the array, in clocks, read from its descriptors and streams.

use frazil_model::plan::descriptor::{BYTES, Descriptor, FLAG_VECTOR, Field, Op};
use frazil_model::plan::stream::Header;
use frazil_model::plan::{ENTRY_RUN, Plan};

/// Clocks that the parts of the array need for a layer, each on its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// Memory reads of weights, parameters and lists.
    pub stream: u64,
    /// Memory reads of operands and writes of results.
    pub tensors: u64,
    /// Requantisation.
    pub requantise: u64,
}

impl std::ops::AddAssign for Demand {
    fn add_assign(&mut self, other: Self) {
        self.stream += other.stream;
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
    let mut streamed = 0;
    layers.map(|descriptor| demand(plan, &descriptor, &mut streamed)).collect()
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
        *at += 1 + header.words();
        total += Demand {
            stream: 1 + header.words() as u64,
            tensors: blocks * (u64::from(header.entries) * reads + pixels),
            requantise: blocks * plan.capacity.interval(),
        };
    }
    total
}

/// The group's header at a word; empty beyond the bytes.
fn header(bytes: &[u8], word: usize, lanes: usize, streamed: bool) -> Header {
    let start = word.saturating_mul(lanes);
    let word = bytes.get(start..start.saturating_add(lanes)).unwrap_or(&[]);
    if streamed { Header::unpack_streamed(word) } else { Header::unpack(word) }
}
