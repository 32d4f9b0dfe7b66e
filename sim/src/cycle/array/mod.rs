//! The schedule of a layer on the MAC array, stepped clock by clock.
//!
//! What a layer computes does not change how long it takes, so only control is stepped: the loader, the fetcher, the
//! issuer and the writer, restated here in Rust, share one memory port.

mod fetcher;
mod issuer;
mod loader;
mod stream;
mod writer;

use frazil_model::plan::descriptor::Descriptor;

use super::flash::Reader;
use fetcher::Fetcher;
use issuer::Issuer;
use loader::Loader;
pub use stream::{Group, Read};
use writer::Writer;

/// Clocks after which a layer counts as stuck.
const LIMIT: u64 = 1 << 32;
/// Words in the FIFO from which on no read is begun.
const FIFO_FULL: usize = 60;

/// What the schedule depends on beside the layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Lanes of the array.
    pub lanes: usize,
    /// Pixels of a block.
    pub pixels: usize,
    /// Requantisers.
    pub requantisers: usize,
    /// Clocks of a requantiser for a result.
    pub result_clocks: usize,
    /// Clocks from a block's last product to its first result word.
    pub latency: u64,
    /// Weight words of the ring.
    pub ring: usize,
}

impl Timing {
    /// Clocks between the last products of two blocks, at least.
    pub fn interval(&self) -> u64 {
        let results = self.lanes * (self.pixels / self.requantisers.max(1)) * self.result_clocks;
        (results + self.requantisers).saturating_sub(1) as u64
    }
}

/// Where a layer's clocks go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct LayerClocks {
    /// From dispatch to the end.
    pub clocks: u64,
    /// In which products were issued.
    pub products: u64,
    /// In which nothing was issued because no operands stood.
    pub no_operands: u64,
    /// In which the weight at hand had not arrived.
    pub no_weight: u64,
    /// In which the requantisers were not free.
    pub no_room: u64,
}

/// Clocks of a layer from the clock after its dispatch to the one in which the sequencer sees it end; `None` if it
/// never ends. The flash's reader runs on beside it.
pub fn clocks(
    descriptor: &Descriptor,
    groups: &[Group],
    timing: &Timing,
    flash: &mut Reader,
) -> Option<LayerClocks> {
    let mut array = Array {
        fetcher: Fetcher::new(descriptor),
        loader: Loader::new(groups, timing.ring),
        issuer: Issuer::new(descriptor, timing.interval()),
        writer: Writer::new(descriptor, timing),
        groups,
    };
    let mut counts = LayerClocks::default();
    while array.writer.busy() {
        array.clock(&mut counts, flash);
        if counts.clocks > LIMIT || array.loader.starved() {
            return None;
        }
    }
    Some(counts)
}

struct Array<'a> {
    fetcher: Fetcher,
    loader: Loader<'a>,
    issuer: Issuer,
    writer: Writer,
    groups: &'a [Group],
}

impl Array<'_> {
    /// One clock: what each unit asks for by its registers, then all edges.
    fn clock(&mut self, counts: &mut LayerClocks, flash: &mut Reader) {
        let writes = self.writer.clock();
        // A byte of the flash comes before every read.
        let taken = writes || flash.writes(writes);
        let (listed, weights) = (self.loader.listed(), self.loader.readable());
        let (fetched, issued, released) = (self.fetcher.done(), self.issuer.done(), self.issuer.released());
        let fetch = self.fetcher.request(self.issuer.space());
        let ended = self.issuer.clock(weights, counts);
        let push = self.fetcher.clock(self.groups, listed, self.issuer.space(), !taken);
        let word = self.loader.clock(fetched, issued, released, !taken && !fetch, flash.filled());
        flash.clock(writes, word);
        flash.turn(self.loader.turns());
        self.issuer.fifo_clock(push);
        if ended {
            self.writer.schedule();
        }
        counts.clocks += 1;
    }
}
