//! A convolution descriptor, walked as the sequencer walks it.

use super::{InterpretError, PARAMETER_BYTES, array, round_shift, slice, write};
use crate::plan::descriptor::{Descriptor, Field};

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

fn tap(act: &[u8], address: u16) -> Result<i8, InterpretError> {
    array("activation", act, usize::from(address)).map(|[byte]| byte as i8)
}
