//! Direct stepping for the tests of this module.

use rand::SeedableRng;
use rand_pcg::Pcg64;
use rust_hdl::prelude::*;

use super::{HeaderRegister, Link, PayloadCrc, SerialLink, UartRx, UartTx};

/// A block whose clock port is called `clock`.
pub trait Clocked: Block {
    fn clock_input(&mut self) -> &mut Signal<In, Clock>;
}

macro_rules! clocked {
    ($($block:ty),+) => {
        $(impl Clocked for $block {
            fn clock_input(&mut self) -> &mut Signal<In, Clock> {
                &mut self.clock
            }
        })+
    };
}
clocked!(HeaderRegister, Link, PayloadCrc, SerialLink, UartRx, UartTx);

/// A block under test.
pub struct Bench<B> {
    pub block: Box<B>,
}

impl<B: Clocked> Bench<B> {
    /// Connects, checks and settles the block.
    pub fn new(block: B) -> Self {
        let mut block = Box::new(block);
        block.connect_all();
        check_all(block.as_ref()).unwrap();
        let mut bench = Self { block };
        bench.settle();
        bench
    }

    fn settle(&mut self) {
        assert!(simulate(self.block.as_mut(), 100), "the block oscillates");
    }

    /// One clock: inputs change while the clock is low, outputs are seen before the rising edge.
    pub fn cycle<T>(&mut self, drive: impl FnOnce(&mut B), observe: impl FnOnce(&B) -> T) -> T {
        drive(&mut self.block);
        self.settle();
        let seen = observe(&self.block);
        for level in [true, false] {
            self.block.clock_input().next = level.into();
            self.settle();
        }
        seen
    }
}

/// Seeded random numbers.
pub fn random(seed: u64) -> Pcg64 {
    Pcg64::seed_from_u64(seed)
}
