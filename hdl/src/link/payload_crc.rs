//! The CRC-16 of payloads.

use frazil_wire::{CRC16_INIT, crc16_step};
use rust_hdl::prelude::*;

use super::XorMap;

/// Accumulates the payload CRC-16 of `frazil_wire`, a byte a clock.
///
/// Latency: `crc` covers the byte in the clock after its `take`. `restart` wins over `take`.
#[derive(LogicBlock)]
pub struct PayloadCrc {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Byte of the payload.
    pub data: Signal<In, Bits<8>>,
    /// Takes `data` into the sum.
    pub take: Signal<In, Bit>,
    /// Sets the initial value.
    pub restart: Signal<In, Bit>,
    /// The CRC so far.
    pub crc: Signal<Out, Bits<16>>,
    sum: DFF<Bits<16>>,
    map: XorMap<16>,
    high: Signal<Local, Bits<16>>,
    preset: Constant<Bits<16>>,
}

impl Default for PayloadCrc {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            data: Default::default(),
            take: Default::default(),
            restart: Default::default(),
            crc: Default::default(),
            sum: Default::default(),
            map: XorMap::new(|b| crc16_step(0, b).into()),
            high: Default::default(),
            preset: Constant::new(u64::from(CRC16_INIT).into()),
        }
    }
}

impl Logic for PayloadCrc {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, sum);
        // Shifts are slow in simulation, so they stand where they are needed.
        self.map.x.next = self.data.val();
        self.high.next = 0.into();
        if self.take.val() {
            self.map.x.next = self.sum.q.val().get_bits::<8>(8) ^ self.data.val();
            self.high.next = self.sum.q.val() << 8;
            self.sum.d.next = self.high.val() ^ self.map.y.val();
        }
        if self.restart.val() {
            self.sum.d.next = self.preset.val();
        }
        self.crc.next = self.sum.q.val();
    }
}
