//! What a datapath is built from, and its schedule.

use serde::{Deserialize, Serialize};

/// How a product of two int8 numbers is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MultiplierStyle {
    /// A plain `*`: the synthesis tool takes DSP blocks or look-up tables.
    Infer,
    /// iCE40UP `SB_MAC16` in its dual 8x8 mode: two lanes of a pixel in each.
    SbMac16,
    /// ECP5 `MULT18X18D`: two pixels share a weight, so one multiplier makes both products, exactly.
    Mult18Pair,
}

impl MultiplierStyle {
    /// Clocks from the operands' clock to the clock in which their product stands in a register.
    pub fn clocks(self) -> usize {
        match self {
            Self::Infer | Self::SbMac16 => 2,
            Self::Mult18Pair => 4,
        }
    }
}

/// How the 31-bit multiplication of a requantiser is spread over time.
///
/// It adds multiples of the multiplier for the bits of the biased sum, from the low end: a *row* is one such
/// addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequantiserStyle {
    /// All rows in hardware, each for two bits, a register after every few: one result a clock.
    Pipelined {
        /// Rows between registers; more is smaller, fewer is faster.
        rows_per_stage: usize,
    },
    /// A few rows in hardware, each for one bit, used again and again.
    Iterative {
        /// Rows in hardware.
        rows_per_clock: usize,
    },
}

/// Shape and widths of a [`Datapath`](super::Datapath).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatapathSpec {
    /// Pixels of a block, P.
    pub pixels: usize,
    /// Requantisers, R; a divisor of P.
    pub requantisers: usize,
    /// Bits of a sum of products, 16 to 32.
    pub sum_bits: usize,
    /// Bits of a sum with its bias, 16 to 30.
    pub requant_bits: usize,
    /// Multipliers.
    pub multiplier: MultiplierStyle,
    /// Requantisers' form.
    pub requantiser: RequantiserStyle,
}

/// A datapath that cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatapathError {
    /// Lanes are not 4, 8 or 16.
    #[error("{lanes} lanes: a memory word has 4, 8 or 16 bytes")]
    Lanes {
        /// Lanes asked for.
        lanes: usize,
    },
    /// Requantisers do not divide the pixels, or are more than the results in flight allow.
    #[error("{requantisers} requantisers cannot share {pixels} pixels evenly, one word a clock")]
    Requantisers {
        /// Pixels asked for.
        pixels: usize,
        /// Requantisers asked for.
        requantisers: usize,
    },
    /// A width is out of its range.
    #[error("{name} is {bits}, not {least} to {most}")]
    Bits {
        /// Which width.
        name: &'static str,
        /// Bits asked for.
        bits: usize,
        /// Smallest allowed.
        least: usize,
        /// Largest allowed.
        most: usize,
    },
    /// Rows that are 0, or that overrun the 31 bits which the product may be shifted by.
    #[error("{rows} rows at a time do not make a requantiser of {bits} bits")]
    Rows {
        /// Rows asked for.
        rows: usize,
        /// Bits of a sum with its bias.
        bits: usize,
    },
    /// Pairs of pixels that share multipliers need an even number of pixels.
    #[error("{pixels} pixels cannot share multipliers in pairs")]
    Pairs {
        /// Pixels asked for.
        pixels: usize,
    },
}

impl DatapathSpec {
    /// Whether a datapath of this shape with `lanes` lanes can be built.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, lanes: usize) -> Result<(), DatapathError> {
        let (pixels, requantisers) = (self.pixels, self.requantisers);
        if !matches!(lanes, 4 | 8 | 16) {
            return Err(DatapathError::Lanes { lanes });
        }
        width("sum_bits", self.sum_bits, 32)?;
        width("requant_bits", self.requant_bits, 30)?;
        self.check_rows()?;
        let shared = requantisers > 0 && pixels > 0 && pixels.is_multiple_of(requantisers);
        if !shared || requantisers > lanes * self.clocks_per_result() {
            return Err(DatapathError::Requantisers { pixels, requantisers });
        }
        match self.multiplier {
            MultiplierStyle::Mult18Pair if !pixels.is_multiple_of(2) => Err(DatapathError::Pairs { pixels }),
            _ => Ok(()),
        }
    }

    fn check_rows(&self) -> Result<(), DatapathError> {
        let bits = self.requant_bits;
        let (rows, fits) = match self.requantiser {
            RequantiserStyle::Pipelined { rows_per_stage: n } => (n, n > 0),
            RequantiserStyle::Iterative { rows_per_clock: n } => (n, n > 0 && bits.div_ceil(n) * n <= 31),
        };
        if fits { Ok(()) } else { Err(DatapathError::Rows { rows, bits }) }
    }

    /// Clocks that the rows of one result take.
    pub(super) fn row_clocks(&self) -> usize {
        let bits = self.requant_bits;
        match self.requantiser {
            RequantiserStyle::Pipelined { rows_per_stage: n } => bits.div_ceil(2).div_ceil(n.max(1)),
            RequantiserStyle::Iterative { rows_per_clock: n } => bits.div_ceil(n.max(1)),
        }
    }

    /// Clocks between successive results of one requantiser, c.
    pub fn clocks_per_result(&self) -> usize {
        match self.requantiser {
            RequantiserStyle::Pipelined { .. } => 1,
            // One more to add the bias.
            RequantiserStyle::Iterative { .. } => self.row_clocks() + 1,
        }
    }

    /// Pixels of each requantiser, P / R.
    pub(super) fn pixels_each(&self) -> usize {
        self.pixels / self.requantisers.max(1)
    }

    /// Fewest clocks from one `last` to the next: `lanes * P / R * c + R - 1`.
    pub fn interval(&self, lanes: usize) -> usize {
        lanes * self.pixels_each() * self.clocks_per_result() + self.requantisers - 1
    }

    /// Clocks from a clock with `valid` and `last` to the clock of the block's first `out_valid`.
    ///
    /// Words of requantiser r follow those of requantiser r - 1 by one clock; a requantiser's next pixel follows
    /// `lanes * c` clocks after.
    pub fn latency(&self, lanes: usize) -> usize {
        let merged = usize::from(self.requantisers > 1);
        self.load_clock() + (lanes - 1) * self.clocks_per_result() + self.byte_clocks() + 1 + merged
    }

    /// Clocks from the clock of `last` to that in which the first sum meets its bias.
    fn load_clock(&self) -> usize {
        self.multiplier.clocks() + 2
    }

    /// Clocks from that in which a sum meets its bias to that in which its byte is clamped.
    pub(super) fn byte_clocks(&self) -> usize {
        self.row_clocks() + 3
    }
}

fn width(name: &'static str, bits: usize, most: usize) -> Result<(), DatapathError> {
    let least = 16;
    if (least..=most).contains(&bits) { Ok(()) } else { Err(DatapathError::Bits { name, bits, least, most }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ICEBREAKER: DatapathSpec = DatapathSpec {
        pixels: 2,
        requantisers: 1,
        sum_bits: 24,
        requant_bits: 26,
        multiplier: MultiplierStyle::SbMac16,
        requantiser: RequantiserStyle::Pipelined { rows_per_stage: 3 },
    };

    #[test]
    fn schedule_of_known_shapes() {
        assert_eq!(ICEBREAKER.interval(8), 16);
        assert_eq!(ICEBREAKER.latency(8), 20);
        let small = DatapathSpec {
            pixels: 1,
            requantiser: RequantiserStyle::Iterative { rows_per_clock: 4 },
            ..ICEBREAKER
        };
        assert_eq!(small.clocks_per_result(), 8);
        assert_eq!(small.interval(8), 64);
        let wide = DatapathSpec {
            pixels: 16,
            requantisers: 8,
            multiplier: MultiplierStyle::Mult18Pair,
            ..ICEBREAKER
        };
        assert_eq!(wide.interval(16), 39);
    }

    #[test]
    fn impossible_shapes_are_refused() {
        let refused = |lanes: usize, spec: DatapathSpec| spec.check(lanes).unwrap_err();
        assert_eq!(refused(12, ICEBREAKER), DatapathError::Lanes { lanes: 12 });
        let three = DatapathSpec { requantisers: 3, ..ICEBREAKER };
        assert_eq!(refused(8, three), DatapathError::Requantisers { pixels: 2, requantisers: 3 });
        let wide = DatapathSpec { requant_bits: 31, ..ICEBREAKER };
        assert!(matches!(refused(8, wide), DatapathError::Bits { name: "requant_bits", bits: 31, .. }));
        let rows = DatapathSpec {
            requant_bits: 30,
            requantiser: RequantiserStyle::Iterative { rows_per_clock: 4 },
            ..ICEBREAKER
        };
        assert_eq!(refused(8, rows), DatapathError::Rows { rows: 4, bits: 30 });
        let odd = DatapathSpec { pixels: 1, multiplier: MultiplierStyle::Mult18Pair, ..ICEBREAKER };
        assert_eq!(refused(8, odd), DatapathError::Pairs { pixels: 1 });
    }
}
