//! The mean over rows and columns.

use crate::graph::{OperatorError, Quant, Shape};
use crate::requant::Multiplier;

/// The mean of each channel over all rows and columns: MEAN over the axes 1 and 2.
///
/// The sum without zero points is multiplied once, by the ratio of the scales over the number of elements, and
/// rounded twice; also when both tensors have one quantisation. This is what TensorFlow Lite Micro and LiteRT 2.3
/// do. Older releases have other rules: a division after the multiplication, and division towards zero for equal
/// quantisations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mean {
    input: Shape,
    zero_points: (i32, i32),
    multiplier: Multiplier,
}

impl Mean {
    /// Folds the number of elements into the multiplier.
    pub fn new(input: Shape, input_quant: Quant, output: Quant) -> Result<Self, OperatorError> {
        let count = input.h.saturating_mul(input.w);
        // More elements could overflow their 32-bit sum.
        let count = match i32::try_from(count) {
            Ok(count @ 1..=0x7f_ffff) => count,
            _ => return Err(OperatorError::MeanCount { shape: input }),
        };
        let ratio = Multiplier::from_real(f64::from(input_quant.scale) / f64::from(output.scale))?;
        let multiplier = divided(ratio, count);
        multiplier.check(255 * i64::from(count))?;
        Ok(Self { input, zero_points: (input_quant.zero_point, output.zero_point), multiplier })
    }

    /// The ratio of the scales over the number of elements.
    pub fn multiplier(&self) -> Multiplier {
        self.multiplier
    }

    /// The means, one a channel.
    pub fn run(&self, data: &[i8]) -> Vec<i8> {
        let mut sums = vec![0i32; self.input.c];
        for pixel in data.chunks_exact(self.input.c.max(1)) {
            for (sum, &q) in sums.iter_mut().zip(pixel) {
                *sum += i32::from(q) - self.zero_points.0;
            }
        }
        sums.into_iter().map(|sum| self.finish(sum)).collect()
    }

    /// The mean of a sum less its zero points.
    pub fn finish(&self, sum: i32) -> i8 {
        let mean = self.multiplier.apply(sum).saturating_add(self.zero_points.1);
        mean.clamp(i32::from(i8::MIN), i32::from(i8::MAX)) as i8
    }
}

/// The multiplier over a count, its last bit cut off.
///
/// The value is first shifted left by as many bits as the count has below its leading one, so that it keeps at
/// least 30; fewer where the right shift would become more than 31.
fn divided(ratio: Multiplier, count: i32) -> Multiplier {
    let exponent = i32::from(ratio.left_shift) - i32::from(ratio.right_shift);
    let shift = (count.ilog2() as i32).min(31 + exponent);
    let value = ((i64::from(ratio.value) << shift) / i64::from(count)) as i32;
    let exponent = exponent - shift;
    Multiplier { value, left_shift: exponent.max(0) as u8, right_shift: (-exponent).max(0) as u8 }
}
