//! A plan executed in software from the bytes that the hardware reads.
//!
//! Written apart from [`crate::reference`], in the shape of the hardware: addresses advance by additions and wrap
//! at 16 bits, sums wrap at 32, requantisation is a product and two rounding shifts. That both agree is tested.

use super::descriptor::{Descriptor, Field, Op, PARAMETER_WORDS, WORDS};
use super::{AveragePool, FrozenLayer, Plan, Shape, pooled};
use crate::shift_add::Scratch;

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

/// A convolution descriptor: reads and writes activation memory, reads weights and parameters.
pub fn conv(
    descriptor: &Descriptor,
    lanes: usize,
    act: &mut [u8],
    weights: &[u8],
    params: &[u8],
) -> Result<(), InterpretError> {
    let walk = Walk::new(descriptor, lanes)?;
    let (mut line, mut out) = (walk.in_base, walk.out_base);
    let mut sums = vec![0i32; lanes];
    for oy in 0..walk.out_h {
        let mut window = line;
        for ox in 0..walk.out_w {
            let mut word = walk.weight_base;
            for group in 0..walk.groups {
                sums.fill(0);
                walk.products((ox, oy, window), &mut word, act, weights, &mut sums)?;
                let used = if group + 1 == walk.groups { walk.last_lanes } else { lanes };
                for (lane, &sum) in sums.iter().take(used).enumerate() {
                    let channel = walk.parameter_base + group * lanes + lane;
                    write(act, usize::from(out), walk.finish(sum, params, channel)?)?;
                    out = out.wrapping_add(1);
                }
            }
            window = window.wrapping_add(walk.step_x);
        }
        line = line.wrapping_add(walk.step_y);
    }
    Ok(())
}

/// The fields of a convolution, unpacked.
struct Walk {
    in_base: u16,
    out_base: u16,
    weight_base: usize,
    parameter_base: usize,
    out_w: u16,
    out_h: u16,
    channels: u16,
    kernel: (u16, u16),
    groups: usize,
    last_lanes: usize,
    step_x: u16,
    step_y: u16,
    row_skip: u16,
    stride: [u8; 2],
    pad: [u8; 2],
    in_w: u16,
    in_h: u16,
    zero_points: [i8; 2],
    clamp: [i8; 2],
}

impl Walk {
    fn new(descriptor: &Descriptor, lanes: usize) -> Result<Self, InterpretError> {
        let get = |field| descriptor.get(field);
        let signed = |field| get(field).to_le_bytes().map(|byte| byte as i8);
        let walk = Self {
            in_base: get(Field::InBase),
            out_base: get(Field::OutBase),
            weight_base: usize::from(get(Field::WeightBase)),
            parameter_base: usize::from(get(Field::ParameterBase)),
            out_w: get(Field::OutW),
            out_h: get(Field::OutH),
            channels: get(Field::Channels),
            kernel: (get(Field::KernelH), get(Field::KernelW)),
            groups: usize::from(get(Field::Groups)),
            last_lanes: usize::from(get(Field::LastLanes)),
            step_x: get(Field::StepX),
            step_y: get(Field::StepY),
            row_skip: get(Field::RowSkip),
            stride: get(Field::Stride).to_le_bytes(),
            pad: get(Field::Pad).to_le_bytes(),
            in_w: get(Field::InW),
            in_h: get(Field::InH),
            zero_points: signed(Field::ZeroPoints),
            clamp: signed(Field::Clamp),
        };
        let counts = [walk.out_w, walk.out_h, walk.channels, walk.kernel.0, walk.kernel.1];
        let valid = !counts.contains(&0) && walk.groups > 0 && (1..=lanes).contains(&walk.last_lanes);
        valid.then_some(walk).ok_or(InterpretError::Shape)
    }

    /// Adds the products of one window to the lanes' sums; `word` moves on by the window's taps.
    fn products(
        &self,
        (ox, oy, window): (u16, u16, u16),
        word: &mut usize,
        act: &[u8],
        weights: &[u8],
        sums: &mut [i32],
    ) -> Result<(), InterpretError> {
        let (mut address, lanes) = (window, sums.len());
        let corner = |at: u16, axis: usize| {
            at.wrapping_mul(u16::from(self.stride[axis])).wrapping_sub(u16::from(self.pad[axis]))
        };
        for ky in 0..self.kernel.0 {
            let y = corner(oy, 1).wrapping_add(ky);
            for kx in 0..self.kernel.1 {
                let x = corner(ox, 0).wrapping_add(kx);
                // Outside the image both coordinates are large when taken as unsigned.
                let inside = x < self.in_w && y < self.in_h;
                for _ in 0..self.channels {
                    let value = if inside { tap(act, address)? } else { self.zero_points[0] };
                    let row = slice("weight", weights, word.saturating_mul(lanes), lanes)?;
                    for (sum, &weight) in sums.iter_mut().zip(row) {
                        *sum = sum.wrapping_add(i32::from(value) * i32::from(weight as i8));
                    }
                    address = address.wrapping_add(1);
                    *word += 1;
                }
            }
            address = address.wrapping_add(self.row_skip);
        }
        Ok(())
    }

    /// Requantises a channel's sum.
    fn finish(&self, sum: i32, params: &[u8], channel: usize) -> Result<i8, InterpretError> {
        let at = channel * PARAMETER_BYTES;
        let bias = i32::from_le_bytes(array("parameter", params, at)?);
        let multiplier = i32::from_le_bytes(array("parameter", params, at + 4)?);
        let [left, right] = array("parameter", params, at + 8)?;
        let shifted = sum.wrapping_add(bias).wrapping_shl(u32::from(left));
        // Doubling high product, rounded: a floor is all it takes.
        let high = (i64::from(shifted) * i64::from(multiplier) + (1 << 30)) >> 31;
        let result = round_shift(high, u32::from(right & 31)) + i64::from(self.zero_points[1]);
        // Not `clamp`, which panics when the program's bounds are swapped.
        Ok(result.max(i64::from(self.clamp[0])).min(i64::from(self.clamp[1])) as i8)
    }
}

/// `value / 2^shift`, halves away from zero.
fn round_shift(value: i64, shift: u32) -> i64 {
    if shift == 0 { value } else { (value + (1 << (shift - 1)) - i64::from(value < 0)) >> shift }
}

fn tap(act: &[u8], address: u16) -> Result<i8, InterpretError> {
    array("activation", act, usize::from(address)).map(|[byte]| byte as i8)
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

/// The frozen front end: the last layer's result, NHWC. Missing input bytes count as 0; without layers the input
/// passes through.
pub fn frozen(layers: &[FrozenLayer], input: &[i8]) -> Vec<i8> {
    layers.iter().fold(input.to_vec(), |image, layer| frozen_layer(layer, &image))
}

fn frozen_layer(layer: &FrozenLayer, image: &[i8]) -> Vec<i8> {
    let Shape { h, w, c } = layer.conv_output;
    let mut result = Vec::with_capacity(layer.conv_output.len());
    let (mut scratch, mut sums) = (Scratch::default(), vec![0i64; c]);
    for y in 0..h {
        for x in 0..w {
            let input = |tap| i64::from(window_byte(layer, image, (y, x), tap));
            layer.datapath.evaluate_into(input, &mut scratch, &mut sums);
            result.extend(sums.iter().zip(&layer.requant).map(|(&acc, requant)| requant.apply(acc)));
        }
    }
    layer.pool.map_or(result.clone(), |pool| average(&result, layer.conv_output, pool))
}

/// Byte `tap` of the window of an output pixel, in the order row, column, channel.
fn window_byte(layer: &FrozenLayer, image: &[i8], (y, x): (usize, usize), tap: usize) -> i8 {
    let Shape { h, w, c } = layer.input;
    let (pixel, channel) = (tap / c.max(1), tap % c.max(1));
    let (ky, kx) = (pixel / layer.kernel.1.max(1), pixel % layer.kernel.1.max(1));
    let row = (y * layer.stride.0 + ky).checked_sub(layer.pad.top).filter(|&row| row < h);
    let column = (x * layer.stride.1 + kx).checked_sub(layer.pad.left).filter(|&column| column < w);
    match (row, column) {
        (Some(row), Some(column)) => image.get((row * w + column) * c + channel).copied().unwrap_or(0),
        _ => layer.pad_value,
    }
}

/// Mean of each block; the shift rounds halves away from zero.
fn average(image: &[i8], shape: Shape, pool: AveragePool) -> Vec<i8> {
    let output = pooled(shape, Some(pool));
    let shift = 2 * pool.size.max(1).ilog2();
    let mut result = Vec::with_capacity(output.len());
    for y in 0..output.h {
        for x in 0..output.w {
            for c in 0..output.c {
                let at = |ty: usize, tx: usize| {
                    ((y * pool.size + ty) * shape.w + x * pool.size + tx) * shape.c + c
                };
                let taps = (0..pool.size).flat_map(|ty| (0..pool.size).map(move |tx| (ty, tx)));
                let sum: i64 = taps.map(|(ty, tx)| i64::from(image[at(ty, tx)])).sum();
                result.push(round_shift(sum, shift) as i8);
            }
        }
    }
    result
}
