//! Bytes to pixels and back.

use super::error::{StreamError, channels};
use super::text::{assign_bus, counter, counter_bits};
use super::{Hardware, PIXEL, Stage, Streamed};

/// Collects the bytes of a pixel, first channel first.
///
/// A pixel is offered in the clock after its last byte; the next pixel's first byte may be taken in the clock in
/// which a pixel leaves, so bytes pass at one a clock.
pub type Pack = Streamed<PackStage, 1, PIXEL>;

/// Sends a pixel's channels one by one, first channel first.
///
/// The first byte is offered in the clock after the pixel; the next pixel may be taken in the clock in which the
/// last byte leaves, so bytes pass at one a clock.
pub type Unpack = Streamed<UnpackStage, PIXEL, 1>;

/// Behaviour of [`Pack`]: a shift register that fills from above.
#[derive(Clone, Debug)]
pub struct PackStage {
    pixel: Vec<i8>,
    filled: usize,
    valid: bool,
}

impl PackStage {
    /// For pixels of this many channels, 1 to 16.
    ///
    /// # Errors
    /// The channels do not fit a pixel.
    pub fn new(count: usize) -> Result<Self, StreamError> {
        Ok(Self { pixel: vec![0; channels(count)?], filled: 0, valid: false })
    }
}

impl Stage for PackStage {
    fn ready(&self, down_ready: bool) -> bool {
        !self.valid || down_ready
    }

    fn valid(&self) -> bool {
        self.valid
    }

    fn data(&self) -> &[i8] {
        &self.pixel
    }

    fn clock(&mut self, offered: Option<&[i8]>, down_ready: bool) {
        if !self.ready(down_ready) {
            return;
        }
        self.valid = false;
        if let Some([byte, ..]) = offered {
            self.pixel.rotate_left(1);
            let top = self.pixel.len() - 1;
            self.pixel[top] = *byte;
            self.filled = (self.filled + 1) % self.pixel.len();
            self.valid = self.filled == 0;
        }
    }

    fn reset(&mut self) {
        self.pixel.fill(0);
        self.filled = 0;
        self.valid = false;
    }
}

impl Hardware for PackStage {
    fn verilog(&self) -> String {
        let count = self.pixel.len();
        let top = 8 * count - 1;
        let moved = if count == 1 { "x".into() } else { format!("{{x, pixel[{top}:8]}}") };
        format!(
            "wire free = !valid || y_ready;\n\
             wire take = free && x_valid;\n\
             {counter}\
             reg [{top}:0] pixel; reg valid; initial begin pixel = 0; valid = 0; end\n\
             always @(posedge clock) begin\n\
             if (free) valid <= x_valid && filled_last;\n\
             if (take) pixel <= {moved};\n\
             end\n\
             assign x_ready = free;\nassign y_valid = valid;\n{y}",
            counter = counter("filled", count, "take"),
            y = assign_bus("y", "pixel", count, PIXEL)
        )
    }
}

/// Behaviour of [`Unpack`]: a shift register that empties from below.
#[derive(Clone, Debug)]
pub struct UnpackStage {
    bytes: Vec<i8>,
    left: usize,
}

impl UnpackStage {
    /// For pixels of this many channels, 1 to 16.
    ///
    /// # Errors
    /// The channels do not fit a pixel.
    pub fn new(count: usize) -> Result<Self, StreamError> {
        Ok(Self { bytes: vec![0; channels(count)?], left: 0 })
    }
}

impl Stage for UnpackStage {
    fn ready(&self, down_ready: bool) -> bool {
        self.left == 0 || (self.left == 1 && down_ready)
    }

    fn valid(&self) -> bool {
        self.left != 0
    }

    fn data(&self) -> &[i8] {
        &self.bytes[..1]
    }

    fn clock(&mut self, offered: Option<&[i8]>, down_ready: bool) {
        match offered {
            Some(pixel) if self.ready(down_ready) => {
                self.bytes.iter_mut().zip(pixel).for_each(|(to, from)| *to = *from);
                self.left = self.bytes.len();
            }
            _ if self.valid() && down_ready => {
                let top = self.bytes.len() - 1;
                self.bytes.copy_within(1.., 0);
                self.bytes[top] = 0;
                self.left -= 1;
            }
            _ => {}
        }
    }

    fn reset(&mut self) {
        self.bytes.fill(0);
        self.left = 0;
    }
}

impl Hardware for UnpackStage {
    fn verilog(&self) -> String {
        let count = self.bytes.len();
        let top = 8 * count - 1;
        let bits = counter_bits(count + 1);
        let moved = if count == 1 { "8'd0".into() } else { format!("{{8'd0, bytes[{top}:8]}}") };
        format!(
            "reg [{top}:0] bytes; reg [{left_top}:0] left; initial begin bytes = 0; left = 0; end\n\
             wire some = left != {bits}'d0;\n\
             wire free = !some || (left == {bits}'d1 && y_ready);\n\
             always @(posedge clock) begin\n\
             if (free && x_valid) begin bytes <= x[{top}:0]; left <= {bits}'d{count}; end\n\
             else if (some && y_ready) begin bytes <= {moved}; left <= left - {bits}'d1; end\n\
             end\n\
             assign x_ready = free;\nassign y_valid = some;\nassign y = bytes[7:0];\n",
            left_top = bits - 1
        )
    }
}
