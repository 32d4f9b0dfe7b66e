//! The quad array's units and memories.

mod datapath;
mod entries;
mod fetcher;
mod fifo;
mod issuer;
mod loader;
mod memory;
mod sequencer;
mod writer;

use frazil_hdl::num::Bus;
use frazil_hdl::quad::{QuadFetcher, QuadIssuer, QuadLoader, QuadWriter};
use frazil_sim::replay::Recorder;
use rust_hdl::prelude::*;

/// A descriptor of these fields, the others 0.
fn descriptor(fields: &[(usize, u16)]) -> Bus<64> {
    let mut bus = Bus::default();
    for (field, word) in fields {
        bus.0[2 * field..][..2].copy_from_slice(&word.to_le_bytes().map(|byte| byte as i8));
    }
    bus
}

/// A unit that takes a descriptor and a start.
trait Unit: Block {
    /// Sets the inputs of the sequencer's side for a clock.
    fn drive(&mut self, descriptor: Option<Bus<64>>, start: bool);
}

macro_rules! units {
    ($($unit:ty),*) => {$(
        impl Unit for $unit {
            fn drive(&mut self, descriptor: Option<Bus<64>>, start: bool) {
                self.descriptor.next = descriptor.unwrap_or(Bus([0x5A; 64]));
                self.load.next = descriptor.is_some();
                self.start.next = start;
            }
        }
    )*};
}

units!(QuadFetcher, QuadIssuer, QuadLoader, QuadWriter);

/// Gives a descriptor and starts the unit in the clock after.
fn begin<U: Unit>(recorder: &mut Recorder<U>, descriptor: Bus<64>) {
    recorder.cycle(|b| b.drive(Some(descriptor), false), |_| ()).unwrap();
    recorder.cycle(|b| b.drive(None, true), |_| ()).unwrap();
}
