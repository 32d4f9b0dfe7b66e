//! The schedule of a convolution.

use frazil_model::plan::descriptor::{Descriptor, Field, PARAMETER_WORDS};

/// Clocks from the issue of a sum's last product to its capture in the hold registers, as the requantiser sees it.
const CAPTURE: u64 = 4;
/// Clocks of the requantiser for a channel, shifts apart.
const CHANNEL: u64 = 42;

/// Clocks after dispatch: one product a clock, while the requantiser works on the group before; a group's last
/// product waits for it.
pub fn clocks(descriptor: &Descriptor, lanes: usize, parameters: &[u8]) -> u64 {
    let get = |f| u64::from(descriptor.get(f));
    let products = get(Field::KernelW) * get(Field::KernelH) * get(Field::Channels);
    let groups = group_clocks(descriptor, lanes, parameters);
    let pixels = get(Field::OutW) * get(Field::OutH);
    // Clock 1 issues the first product; a group ends when its last result is written.
    let (mut issued, mut ended) = (0, 0);
    for _ in 0..pixels {
        for work in &groups {
            issued = (issued + products).max(ended + 1);
            ended = issued + CAPTURE + work;
        }
    }
    ended + 1
}

/// Clocks of the requantiser for each group of a pixel.
fn group_clocks(descriptor: &Descriptor, lanes: usize, parameters: &[u8]) -> Vec<u64> {
    let groups = usize::from(descriptor.get(Field::Groups));
    let last = usize::from(descriptor.get(Field::LastLanes));
    let first = usize::from(descriptor.get(Field::ParameterBase));
    let channel = |c: usize| {
        let shifts = 2 * (PARAMETER_WORDS * c + 4);
        let at = |i: usize| parameters.get(shifts + i).map_or(0, |s| u64::from(s & 31));
        CHANNEL + at(0) + at(1)
    };
    let count = |g: usize| if g + 1 == groups { last } else { lanes };
    (0..groups).map(|g| (first + g * lanes..first + g * lanes + count(g)).map(channel).sum()).collect()
}
