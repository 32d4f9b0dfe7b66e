//! A break in the way back of readiness.

use super::{Hardware, Stage, Streamed};

/// A skid buffer for bytes: `x_ready` is a register here, where in all other stages it is combinational from `y_ready`.
///
/// A chain of stages is as slow as the whole way of readiness through them; this ends it. A byte that is taken while
/// the next stage does not take waits beside the output. Bytes pass at one a clock, one clock later.
pub type Skid = Streamed<SkidStage, 1, 1>;

/// Behaviour of [`Skid`].
#[derive(Clone, Debug, Default)]
pub struct SkidStage {
    byte: [i8; 1],
    valid: bool,
    spare: i8,
    waits: bool,
}

impl Stage for SkidStage {
    fn ready(&self, _down_ready: bool) -> bool {
        !self.waits
    }

    fn valid(&self) -> bool {
        self.valid
    }

    fn data(&self) -> &[i8] {
        &self.byte
    }

    fn clock(&mut self, offered: Option<&[i8]>, down_ready: bool) {
        let free = !self.valid || down_ready;
        let taken = offered.filter(|_| !self.waits).and_then(|bytes| bytes.first());
        if free {
            let next = if self.waits { Some(self.spare) } else { taken.copied() };
            self.byte = next.map_or(self.byte, |byte| [byte]);
            self.valid = next.is_some();
            self.waits = false;
        } else if let Some(byte) = taken {
            (self.spare, self.waits) = (*byte, true);
        }
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Hardware for SkidStage {
    fn verilog(&self) -> String {
        "reg [7:0] held, spare; reg valid, waits; initial begin held = 0; spare = 0; valid = 0; waits = 0; end\n\
         wire free = !valid || y_ready;\n\
         wire take = x_valid && !waits;\n\
         always @(posedge clock) begin\n\
         if (free) begin valid <= waits || x_valid; waits <= 1'b0; end else if (take) waits <= 1'b1;\n\
         if (free && (waits || take)) held <= waits ? spare : x;\n\
         if (!free && take) spare <= x;\n\
         end\n\
         assign x_ready = !waits;\nassign y_valid = valid;\nassign y = held;\n"
            .into()
    }
}
