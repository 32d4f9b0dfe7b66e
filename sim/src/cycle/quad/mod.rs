//! The schedule of a layer on the quad array, stepped clock by clock.
//!
//! What a layer computes does not change how long it takes, so only control is stepped: the loader, the fetcher and
//! the issuer, restated here in Rust. Results follow each block's last product at a fixed distance; while those of a
//! layer's last block leave, the next layer's stream is loaded.

mod fetcher;
mod issuer;
mod loader;
mod stream;

use frazil_model::plan::descriptor::Descriptor;
use frazil_model::plan::quad::Field;

use super::LayerClocks;
use fetcher::Fetcher;
use issuer::Issuer;
use loader::Loader;
pub use stream::{Pass, Read, passes};

/// Clocks after which a layer counts as stuck.
const LIMIT: u64 = 1 << 32;
/// Clocks in which the sequencer reads the first descriptor; the others stand when a layer's products end.
const READ_CLOCKS: u64 = 4;
/// Clocks in which it gives a descriptor and starts the layer.
const DISPATCH_CLOCKS: u64 = 2;

/// What the schedule depends on beside the layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Clocks between the last products of two blocks, at least.
    pub interval: u64,
    /// Clocks from a block's last product to the results of its first quad.
    pub latency: u64,
    /// Rows of weights of the ring.
    pub rows: usize,
}

impl Timing {
    /// Clocks of a run beside its layers', of which there are so many: to read the first descriptor, and from the last
    /// one's dispatch to the end of the results.
    pub fn run(&self, layers: usize) -> (u64, u64) {
        let results = if layers == 0 { 1 } else { self.latency + 2 };
        (READ_CLOCKS, DISPATCH_CLOCKS + results)
    }

    /// Clocks from a layer's dispatch in which the layer before still writes.
    fn held(&self) -> u64 {
        self.latency + 1
    }
}

/// Clocks of a layer from its descriptor's to the next one's; its first access waits for the layer before, unless it
/// is the `first` of a run. `None` if it never ends.
pub fn clocks(descriptor: &Descriptor, passes: &[Pass], timing: &Timing, first: bool) -> Option<LayerClocks> {
    let mut fetcher = Fetcher::new(descriptor);
    let mut loader = Loader::new(descriptor, passes, timing.rows);
    let mut issuer = Issuer::new(descriptor, timing.interval);
    let blocks = u64::from(descriptor.get(Field::Blocks)) * u64::from(descriptor.get(Field::Passes));
    let held = if first { 0 } else { timing.held() };
    let (mut counts, mut ended) = (LayerClocks::default(), 0);
    while ended < blocks {
        // What each unit gives by its registers, then all edges.
        let (listed, rows) = (loader.listed(), loader.rows());
        let (fetched, issued, released) = (fetcher.done(), issuer.done(), issuer.released());
        let (request, space) = (fetcher.request(), issuer.space() && counts.clocks >= held);
        ended += u64::from(issuer.clock(rows, &mut counts));
        let push = fetcher.clock(passes, listed, space);
        loader.clock(fetched, issued, released, !request);
        issuer.fifo_clock(push);
        counts.clocks += 1;
        if counts.clocks > LIMIT || loader.starved() {
            return None;
        }
    }
    // The sequencer sees the end a clock late.
    counts.clocks += 1 + DISPATCH_CLOCKS;
    Some(counts)
}
