//! Clock generators as thin wrappers.

use rust_hdl::prelude::*;
use serde::{Deserialize, Serialize};

/// Which cell makes the system clock, with its dividers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PllStyle {
    /// The input is the system clock.
    None,
    /// iCE40 `SB_PLL40_PAD` or `SB_PLL40_CORE`: `out = in * (divf + 1) / (divr + 1) / 2^divq`.
    Ice40 {
        /// Reference divider less one.
        divr: u8,
        /// Feedback divider less one.
        divf: u8,
        /// Output divider as a power of two.
        divq: u8,
        /// Loop filter setting.
        filter: u8,
        /// The clock comes from the PLL's own pin.
        pad: bool,
    },
    /// ECP5 `EHXPLLL`: `out = in * feedback / input`; the oscillator runs at `out * output`.
    Ecp5 {
        /// `CLKI_DIV`.
        input: u8,
        /// `CLKFB_DIV`.
        feedback: u8,
        /// `CLKOP_DIV`.
        output: u8,
    },
}

impl PllStyle {
    /// Dividers of an iCE40 PLL for these frequencies, the phase detector at the input frequency; `pad` if the clock
    /// comes from the PLL's own pin.
    ///
    /// Data sheet: oscillator 533 to 1,066 MHz, phase detector 10 to 133 MHz. `None` if no divider gives `out_hz`
    /// exactly.
    pub fn ice40(in_hz: u32, out_hz: u32, pad: bool) -> Option<Self> {
        let filter = match in_hz {
            10_000_000..17_000_000 => 1,
            17_000_000..26_000_000 => 2,
            _ => return None,
        };
        (1..=6u8).find_map(|divq| {
            let vco = u64::from(out_hz) << divq;
            let feedback = vco / u64::from(in_hz);
            let fits = (533_000_000..=1_066_000_000).contains(&vco) && vco % u64::from(in_hz) == 0;
            (fits && (1..=128).contains(&feedback)).then(|| Self::Ice40 {
                divr: 0,
                divf: feedback as u8 - 1,
                divq,
                filter,
                pad,
            })
        })
    }

    /// Dividers of an ECP5 PLL for these frequencies: oscillator 400 to 800 MHz, phase detector 3.125 to 400 MHz.
    /// `None` if no divider gives `out_hz` exactly.
    pub fn ecp5(in_hz: u32, out_hz: u32) -> Option<Self> {
        let exact = |input: u8, feedback: u8| {
            u64::from(in_hz) * u64::from(feedback) == u64::from(out_hz) * u64::from(input)
                && in_hz / u32::from(input) >= 3_125_000
        };
        let output =
            (1..=128u8).find(|o| (500..=700).contains(&(u64::from(out_hz) * u64::from(*o) / 1_000_000)))?;
        let dividers = (1..=8u8).flat_map(|i| (1..=80u8).map(move |f| (i, f)));
        dividers.into_iter().find(|(i, f)| exact(*i, *f)).map(|(input, feedback)| Self::Ecp5 {
            input,
            feedback,
            output,
        })
    }
}

/// The clock generator. In simulation the clock passes through: a simulated design runs at the system clock.
#[derive(LogicBlock)]
pub struct Pll {
    /// From the pin.
    pub clock_in: Signal<In, Clock>,
    /// System clock.
    pub clock_out: Signal<Out, Clock>,
    _text: String,
}

impl Pll {
    /// A generator of this style.
    pub fn new(style: PllStyle) -> Self {
        Self { clock_in: Default::default(), clock_out: Default::default(), _text: text(style) }
    }
}

impl Logic for Pll {
    fn update(&mut self) {
        self.clock_out.next = self.clock_in.val();
    }

    fn connect(&mut self) {
        self.clock_out.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }
}

fn text(style: PllStyle) -> String {
    match style {
        PllStyle::None => "assign clock_out = clock_in;\n".into(),
        PllStyle::Ice40 { divr, divf, divq, filter, pad } => format!(
            "SB_PLL40_{cell} #(.FEEDBACK_PATH(\"SIMPLE\"), .DIVR(4'd{divr}), .DIVF(7'd{divf}), .DIVQ(3'd{divq}), \
             .FILTER_RANGE(3'd{filter})) pll (.{input}(clock_in), .PLLOUTGLOBAL(clock_out), .RESETB(1'b1), .BYPASS(1'b0));\n",
            cell = if pad { "PAD" } else { "CORE" },
            input = if pad { "PACKAGEPIN" } else { "REFERENCECLK" },
        ),
        PllStyle::Ecp5 { input, feedback, output } => format!(
            "wire fed_back;\nassign clock_out = fed_back;\n\
             EHXPLLL #(.PLLRST_ENA(\"DISABLED\"), .INTFB_WAKE(\"DISABLED\"), .STDBY_ENABLE(\"DISABLED\"), \
             .DPHASE_SOURCE(\"DISABLED\"), .OUTDIVIDER_MUXA(\"DIVA\"), .OUTDIVIDER_MUXB(\"DIVB\"), \
             .OUTDIVIDER_MUXC(\"DIVC\"), .OUTDIVIDER_MUXD(\"DIVD\"), .CLKI_DIV({input}), .CLKOP_ENABLE(\"ENABLED\"), \
             .CLKOP_DIV({output}), .CLKOP_CPHASE({phase}), .CLKOP_FPHASE(0), .FEEDBK_PATH(\"CLKOP\"), .CLKFB_DIV({feedback})) \
             pll (.RST(1'b0), .STDBY(1'b0), .CLKI(clock_in), .CLKOP(fed_back), .CLKFB(fed_back), .PHASESEL0(1'b0), \
             .PHASESEL1(1'b0), .PHASEDIR(1'b1), .PHASESTEP(1'b1), .PHASELOADREG(1'b1), .PLLWAKESYNC(1'b0), .ENCLKOP(1'b0));\n",
            phase = output / 2
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn board_clocks_have_exact_dividers() {
        assert_eq!(
            PllStyle::ice40(12_000_000, 24_000_000, true),
            Some(PllStyle::Ice40 { divr: 0, divf: 63, divq: 5, filter: 1, pad: true })
        );
        assert_eq!(
            PllStyle::ecp5(25_000_000, 60_000_000),
            Some(PllStyle::Ecp5 { input: 5, feedback: 12, output: 9 })
        );
        assert_eq!(PllStyle::ice40(12_000_000, 24_000_001, true), None);
    }
}
