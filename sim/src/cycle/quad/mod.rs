//! The schedule of a layer on the quad array, stepped clock by clock.
//!
//! What a layer computes does not change how long it takes, so only control is stepped: the loader, the fetcher and
//! the issuer, restated here in Rust, and the results that follow each block's last product.

mod fetcher;
mod issuer;
mod loader;
mod stream;

use frazil_model::plan::descriptor::Descriptor;
use frazil_model::plan::quad::{Field, QUADS};

use super::LayerClocks;
use fetcher::Fetcher;
use issuer::Issuer;
use loader::Loader;
pub use stream::{Pass, Read, passes};

/// Clocks after which a layer counts as stuck.
const LIMIT: u64 = 1 << 32;
/// Clocks in which the sequencer reads the first descriptor; the others stand when a layer ends.
pub const READ_CLOCKS: u64 = 4;
/// Clocks in which it gives a descriptor and starts the layer.
pub const DISPATCH_CLOCKS: u64 = 2;

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

/// Clocks of a layer from the clock after its dispatch to that of its last results; `None` if it never ends.
pub fn clocks(descriptor: &Descriptor, passes: &[Pass], timing: &Timing) -> Option<LayerClocks> {
    let mut fetcher = Fetcher::new(descriptor);
    let mut loader = Loader::new(descriptor, passes, timing.rows);
    let mut issuer = Issuer::new(descriptor, timing.interval);
    let blocks = u64::from(descriptor.get(Field::Blocks)) * u64::from(descriptor.get(Field::Passes));
    let (mut counts, mut ended) = (LayerClocks::default(), 0);
    while ended < blocks {
        // What each unit gives by its registers, then all edges.
        let (listed, rows) = (loader.listed(), loader.rows());
        let (fetched, issued, released) = (fetcher.done(), issuer.done(), issuer.released());
        let (request, space) = (fetcher.request(), issuer.space());
        ended += u64::from(issuer.clock(rows, &mut counts));
        let push = fetcher.clock(passes, listed, space);
        loader.clock(fetched, issued, released, !request);
        issuer.fifo_clock(push);
        counts.clocks += 1;
        if counts.clocks > LIMIT || loader.starved() {
            return None;
        }
    }
    // The last product reaches the datapath in the next clock, its results leave it quad after quad.
    counts.clocks += timing.latency + QUADS as u64;
    Some(counts)
}
