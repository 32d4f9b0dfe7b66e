//! A program executed in software from the bytes that the hardware reads.
//!
//! Written apart from [`crate::reference`], in the shape of the hardware: it knows descriptors, streams and entries,
//! but no graph; addresses advance by additions and wrap at 16 bits, sums at the array's width, requantisation is a
//! product and two rounding shifts. That both agree is tested.

mod error;
mod finish;
mod front;
mod layer;
mod memory;
mod quad;
mod walk;

use super::descriptor::{BYTES, Descriptor, Field, Op};
use super::quad::QUAD as ROW;
use super::{ArrayStyle, Capacity, FrozenLayer, Plan};

pub use error::InterpretError;
pub use front::frozen;
use layer::Array;
use memory::Flash;
use quad::QuadArray;

/// Most descriptors of a run: more than any program has.
const MAX_DESCRIPTORS: usize = 1 << 16;

/// When a layer's results reach memory. Hardware reads ahead, so that a program must not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writes {
    /// After each block.
    AtOnce,
    /// At the layer's end.
    #[cfg_attr(not(test), allow(dead_code))]
    AtEnd,
}

/// The planned device's memory with the program in it; all else is 0.
pub fn load(plan: &Plan) -> Vec<u8> {
    let capacity = &plan.capacity;
    let mut memory = vec![0; capacity.memory_words.saturating_mul(capacity.lanes)];
    let start = plan.program.image_address.saturating_mul(capacity.lanes);
    // An image beyond the memory's end is left out: running it is an error.
    let end = start.saturating_add(plan.program.image.len());
    if let Some(place) = memory.get_mut(start..end) {
        place.copy_from_slice(&plan.program.image);
    }
    memory
}

/// Runs from the descriptor at word `entry` to the program's end. `memory` is bytes.
pub fn run(plan: &Plan, memory: &mut [u8], entry: usize) -> Result<(), InterpretError> {
    run_with((&plan.capacity, &plan.frozen), &plan.program.stream, memory, entry, Writes::AtOnce)
}

/// Writes an input, runs the whole network, reads all outputs.
pub fn evaluate(plan: &Plan, memory: &mut [u8], input: &[i8]) -> Result<Vec<Vec<i8>>, InterpretError> {
    let program = &plan.program;
    let place = program.input().ok_or(InterpretError::Program)?;
    let (bytes, start) = (place.pack(input), place.byte_address());
    let len = memory.len();
    let beyond = InterpretError::Address { address: place.address, words: len / plan.capacity.lanes.max(1) };
    memory.get_mut(start..start.saturating_add(bytes.len())).ok_or(beyond)?.copy_from_slice(&bytes);
    run(plan, memory, program.entry(super::ENTRY_RUN).ok_or(InterpretError::Program)?)?;
    Ok(program
        .outputs()
        .map(|output| output.unpack(memory.get(output.byte_address()..).unwrap_or(&[])))
        .collect())
}

/// Runs on an array of this capacity behind this front end; `stream` is what the flash holds.
pub(super) fn run_with(
    (capacity, frozen): (&Capacity, &[FrozenLayer]),
    stream: &[u8],
    memory: &mut [u8],
    entry: usize,
    writes: Writes,
) -> Result<(), InterpretError> {
    let lanes = capacity.lanes;
    capacity.check().map_err(|_| InterpretError::Capacity)?;
    let mut flash = Flash::new(stream);
    for index in 0..MAX_DESCRIPTORS {
        let address = entry.saturating_add(index * BYTES / lanes);
        let start = address.saturating_mul(lanes);
        let words = memory.len() / lanes;
        let bytes = memory.get(start..start.saturating_add(BYTES));
        let descriptor = Descriptor::unpack(bytes.ok_or(InterpretError::Address { address, words })?);
        if capacity.style == ArrayStyle::Quad && !address.is_multiple_of(ROW) {
            return Err(InterpretError::Row { address });
        }
        match descriptor.get(Field::Op) {
            code if code == Op::End as u16 => return Ok(()),
            // Without a front end there is nothing to wait for.
            code if code == Op::Frozen as u16 && frozen.is_empty() => {}
            code if code == Op::Frozen as u16 => front::step(frozen, &descriptor, memory, lanes)?,
            code if code == Op::Layer as u16 => match lanes {
                _ if capacity.style == ArrayStyle::Quad => {
                    QuadArray::new(capacity, memory).layer(&descriptor, writes)?;
                }
                8 => Array::<8>::new(capacity, memory).layer(&descriptor, &mut flash, writes)?,
                _ => Array::<16>::new(capacity, memory).layer(&descriptor, &mut flash, writes)?,
            },
            code => return Err(InterpretError::Operation { address, code }),
        }
    }
    Err(InterpretError::Endless)
}
