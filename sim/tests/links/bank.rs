//! Blocks side by side, so that one Verilator run checks several.

use frazil_hdl::link::{Judge, UartRx, UartTx, XorMap};
use frazil_wire::{crc8_step, crc16_step};
use rust_hdl::prelude::*;

/// Receivers and senders at several speeds.
#[derive(LogicBlock)]
pub struct Lines {
    pub clock: Signal<In, Clock>,
    pub rx: Vec<Signal<In, Bit>>,
    pub rx_data: Vec<Signal<Out, Bits<8>>>,
    pub rx_valid: Vec<Signal<Out, Bit>>,
    pub tx_data: Vec<Signal<In, Bits<8>>>,
    pub tx_start: Vec<Signal<In, Bit>>,
    pub tx_busy: Vec<Signal<Out, Bit>>,
    pub tx: Vec<Signal<Out, Bit>>,
    receivers: Vec<UartRx>,
    senders: Vec<UartTx>,
    _count: usize,
}

fn signals<D: rust_hdl::core::direction::Direction, T: Synth>(count: usize) -> Vec<Signal<D, T>> {
    (0..count).map(|_| Signal::default()).collect()
}

impl Lines {
    pub fn new(clocks_per_bit: &[u32]) -> Self {
        let count = clocks_per_bit.len();
        Self {
            clock: Default::default(),
            rx: signals(count),
            rx_data: signals(count),
            rx_valid: signals(count),
            tx_data: signals(count),
            tx_start: signals(count),
            tx_busy: signals(count),
            tx: signals(count),
            receivers: clocks_per_bit.iter().map(|c| UartRx::new(*c).unwrap()).collect(),
            senders: clocks_per_bit.iter().map(|c| UartTx::new(*c).unwrap()).collect(),
            _count: count,
        }
    }
}

impl Logic for Lines {
    #[hdl_gen]
    fn update(&mut self) {
        for i in 0..self._count {
            self.receivers[i].clock.next = self.clock.val();
            self.receivers[i].rx.next = self.rx[i].val();
            self.rx_data[i].next = self.receivers[i].data.val();
            self.rx_valid[i].next = self.receivers[i].valid.val();
            self.senders[i].clock.next = self.clock.val();
            self.senders[i].data.next = self.tx_data[i].val();
            self.senders[i].start.next = self.tx_start[i].val();
            self.tx_busy[i].next = self.senders[i].busy.val();
            self.tx[i].next = self.senders[i].tx.val();
        }
    }
}

/// The combinational parts, with a clock that only paces the recording.
#[derive(LogicBlock)]
pub struct Combinational {
    pub clock: Signal<In, Clock>,
    pub kind: Signal<In, Bits<8>>,
    pub seq: Signal<In, Bits<8>>,
    pub expected: Signal<In, Bits<8>>,
    pub synced: Signal<In, Bit>,
    pub region: Signal<In, Bits<8>>,
    pub fits: Signal<In, Bit>,
    pub status: Signal<Out, Bits<2>>,
    pub next_seq: Signal<Out, Bits<8>>,
    pub kinds: Signal<Out, Bits<3>>,
    pub crc8: Signal<Out, Bits<8>>,
    pub crc16: Signal<Out, Bits<16>>,
    pub paced: Signal<Out, Bit>,
    pace: DFF<Bit>,
    judge: Judge,
    map8: XorMap<8>,
    map16: XorMap<16>,
}

impl Default for Combinational {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            kind: Default::default(),
            seq: Default::default(),
            expected: Default::default(),
            synced: Default::default(),
            region: Default::default(),
            fits: Default::default(),
            status: Default::default(),
            next_seq: Default::default(),
            kinds: Default::default(),
            crc8: Default::default(),
            crc16: Default::default(),
            paced: Default::default(),
            pace: Default::default(),
            judge: Default::default(),
            map8: XorMap::new(|b| crc8_step(0, b).into()),
            map16: XorMap::new(|b| crc16_step(0, b).into()),
        }
    }
}

impl Logic for Combinational {
    #[hdl_gen]
    fn update(&mut self) {
        self.pace.clock.next = self.clock.val();
        self.pace.d.next = !self.pace.q.val();
        self.paced.next = self.pace.q.val();
        self.judge.kind.next = self.kind.val();
        self.judge.seq.next = self.seq.val();
        self.judge.expected.next = self.expected.val();
        self.judge.synced.next = self.synced.val();
        self.judge.region.next = self.region.val();
        self.judge.fits.next = self.fits.val();
        self.map8.x.next = self.seq.val();
        self.map16.x.next = self.expected.val();
        self.status.next = self.judge.status.val();
        self.next_seq.next = self.judge.next_seq.val();
        self.kinds.next = 0.into();
        if self.judge.is_read.val() {
            self.kinds.next = 1.into();
        }
        if self.judge.is_write.val() {
            self.kinds.next = 2.into();
        }
        if self.judge.is_run.val() {
            self.kinds.next = 4.into();
        }
        self.crc8.next = self.map8.y.val();
        self.crc16.next = self.map16.y.val();
    }
}
