//! A plan executed in software from the bytes that the hardware reads.
//!
//! Written apart from [`crate::reference`], in the shape of the hardware: addresses advance by additions and wrap
//! at 16 bits, sums wrap at 32, requantisation is a product and two rounding shifts. That both agree is tested.

mod convolution;
mod front;

use super::descriptor::{Descriptor, Field, Op, PARAMETER_WORDS, WORDS};
use super::{FrozenLayer, Plan};

pub use convolution::conv;
pub use front::frozen;

/// Bytes of a channel's parameters.
const PARAMETER_BYTES: usize = 2 * PARAMETER_WORDS;

/// A program that leaves the device's memories.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InterpretError {
    /// An address beyond a memory's end.
    #[error("address {address} lies beyond the {memory} memory's {len} bytes")]
    Address {
        /// The memory.
        memory: &'static str,
        /// Byte address.
        address: usize,
        /// Bytes of the memory.
        len: usize,
    },
    /// An unknown operation.
    #[error("descriptor {index} has the unknown operation {code}")]
    Operation {
        /// Index of the descriptor.
        index: usize,
        /// Its operation code.
        code: u16,
    },
    /// A count in a descriptor is 0.
    #[error("a convolution's descriptor has a count of 0 or more lanes than the device")]
    Shape,
}

/// The device's memories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memories {
    /// Activation memory: int8 tensors, NHWC.
    pub activations: Vec<u8>,
    /// Weight memory: one byte for each lane and word.
    pub weights: Vec<u8>,
    /// Parameter memory: little-endian 16-bit words.
    pub parameters: Vec<u8>,
    /// Program memory: little-endian 16-bit words.
    pub program: Vec<u8>,
}

impl Memories {
    /// Memories of the planned device with the plan's program, weights and parameters in them.
    pub fn load(plan: &Plan) -> Self {
        let sized = |mut bytes: Vec<u8>, len: usize| {
            bytes.resize(len.max(bytes.len()), 0);
            bytes
        };
        let capacity = &plan.capacity;
        Self {
            activations: vec![0; capacity.activation_bytes],
            weights: sized(plan.program.weight_image.clone(), capacity.weight_bytes),
            parameters: sized(plan.program.parameter_image(), capacity.parameter_channels * PARAMETER_BYTES),
            program: sized(plan.program.image(), capacity.descriptors * 2 * WORDS),
        }
    }

    /// The descriptor with this index.
    pub fn descriptor(&self, index: usize) -> Result<Descriptor, InterpretError> {
        let mut descriptor = Descriptor([0; WORDS]);
        let start = index.saturating_mul(2 * WORDS);
        for (word, slot) in descriptor.0.iter_mut().enumerate() {
            *slot = u16::from_le_bytes(array("program", &self.program, start.saturating_add(2 * word))?);
        }
        Ok(descriptor)
    }
}

/// Runs from descriptor `index` to the program's end.
pub fn run(plan: &Plan, memories: &mut Memories, index: usize) -> Result<(), InterpretError> {
    for step in 0.. {
        let index = index.saturating_add(step);
        let descriptor = memories.descriptor(index)?;
        match descriptor.get(Field::Op) {
            code if code == Op::End as u16 => break,
            code if code == Op::Frozen as u16 => {
                frozen_step(&plan.frozen, &descriptor, &mut memories.activations)?
            }
            code if code == Op::Conv as u16 => {
                let Memories { activations, weights, parameters, .. } = memories;
                conv(&descriptor, plan.capacity.lanes, activations, weights, parameters)?;
            }
            code => return Err(InterpretError::Operation { index, code }),
        }
    }
    Ok(())
}

fn frozen_step(
    layers: &[FrozenLayer],
    descriptor: &Descriptor,
    act: &mut [u8],
) -> Result<(), InterpretError> {
    let len = layers.first().map_or(0, |layer| layer.input.len());
    let (from, to) = (descriptor.get(Field::InBase), descriptor.get(Field::OutBase));
    let input: Result<Vec<i8>, _> =
        (0..len).map(|i| array("activation", act, usize::from(from) + i).map(|[byte]| byte as i8)).collect();
    for (i, result) in frozen(layers, &input?).into_iter().enumerate() {
        write(act, usize::from(to) + i, result)?;
    }
    Ok(())
}

/// `value / 2^shift`, halves away from zero.
fn round_shift(value: i64, shift: u32) -> i64 {
    if shift == 0 { value } else { (value + (1 << (shift - 1)) - i64::from(value < 0)) >> shift }
}

fn write(act: &mut [u8], address: usize, value: i8) -> Result<(), InterpretError> {
    let len = act.len();
    let slot = act.get_mut(address).ok_or(InterpretError::Address { memory: "activation", address, len })?;
    *slot = value as u8;
    Ok(())
}

fn slice<'a>(
    memory: &'static str,
    bytes: &'a [u8],
    at: usize,
    len: usize,
) -> Result<&'a [u8], InterpretError> {
    let end = at.saturating_add(len);
    bytes.get(at..end).ok_or(InterpretError::Address { memory, address: at, len: bytes.len() })
}

fn array<const N: usize>(memory: &'static str, bytes: &[u8], at: usize) -> Result<[u8; N], InterpretError> {
    let mut out = [0; N];
    out.copy_from_slice(slice(memory, bytes, at, N)?);
    Ok(out)
}
