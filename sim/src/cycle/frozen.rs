//! The schedule of the frozen front end: its stages, stepped with a feeder that stalls only for its own writes.

use frazil_hdl::frozen::FrontModel;
use frazil_hdl::stream::Stage;
use frazil_model::plan::FrozenLayer;

/// Clocks after which a front end that gives too few bytes counts as stuck.
const LIMIT: u64 = 1 << 24;

/// Clocks in which the feeder is busy for this many bytes in and out; `None` if the front end never gives that many.
pub fn clocks(layers: &[FrozenLayer], bytes_in: u16, bytes_out: u16) -> Option<u64> {
    let mut front = FrontModel::new(layers).ok()?;
    let (mut left_in, mut left_out) = (bytes_in, bytes_out);
    // The first byte is offered in the second clock.
    let mut offering = false;
    for clock in 1..LIMIT {
        let takes = offering && front.ready(true);
        let stores = front.output().is_some();
        front.clock(offering.then_some(&[0][..]), true);
        left_in -= u16::from(takes);
        left_out -= u16::from(stores);
        if left_out == 0 {
            return Some(clock);
        }
        // A byte that is stored takes the memory's port: the next one to offer is read a clock later.
        offering = left_in > 0 && !stores;
    }
    None
}
