//! The byte images of the device's memories.

use super::descriptor::{Descriptor, PARAMETER_WORDS};
use crate::requant::ChannelParameters;

/// Weight memory of one layer.
///
/// `weights` is `[cout][k]` with `k` in the order kernel row, kernel column, input channel; missing ones are 0.
/// Output channels go in groups of `lanes`: word `i` of group `g` is the `lanes` bytes from
/// `(g * k + i) * lanes`, and its byte `l` belongs to channel `g * lanes + l`. Lanes without a channel hold 0.
pub fn pack_weights(lanes: usize, cout: usize, k: usize, weights: &[i8]) -> Vec<u8> {
    let groups = cout.div_ceil(lanes.max(1));
    let mut bytes = Vec::with_capacity(groups * k * lanes);
    for group in 0..groups {
        for tap in 0..k {
            let channels = group * lanes..(group + 1) * lanes;
            bytes.extend(channels.map(|channel| match channel < cout {
                true => weights.get(channel * k + tap).copied().unwrap_or(0) as u8,
                false => 0,
            }));
        }
    }
    bytes
}

/// Parameter memory: [`PARAMETER_WORDS`] little-endian 16-bit words for each channel.
pub fn pack_parameters(parameters: &[ChannelParameters]) -> Vec<u8> {
    parameters.iter().flat_map(|p| words(p).into_iter().flat_map(u16::to_le_bytes)).collect()
}

fn words(parameters: &ChannelParameters) -> [u16; PARAMETER_WORDS] {
    let mut words = [0; PARAMETER_WORDS];
    let low_high = |value: i32| [value as u16, (value >> 16) as u16];
    words[..2].copy_from_slice(&low_high(parameters.bias));
    words[2..4].copy_from_slice(&low_high(parameters.multiplier));
    words[4] = u16::from(parameters.left_shift) | u16::from(parameters.right_shift) << 8;
    words
}

/// Program memory: the descriptors' words, little endian.
pub fn pack_program(descriptors: &[Descriptor]) -> Vec<u8> {
    descriptors.iter().flat_map(|descriptor| descriptor.0.into_iter().flat_map(u16::to_le_bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_go_word_by_word_in_groups_of_lanes() {
        // Three channels of two weights on two lanes.
        let bytes = pack_weights(2, 3, 2, &[1, 2, 3, 4, 5, -6]);
        assert_eq!(bytes, [1, 3, 2, 4, 5, 0, 250, 0]);
    }

    #[test]
    fn parameters_are_little_endian_words() {
        let p = ChannelParameters { bias: -2, multiplier: 0x4123_4567, left_shift: 3, right_shift: 9 };
        let bytes = pack_parameters(&[p]);
        assert_eq!(bytes.len(), 2 * PARAMETER_WORDS);
        assert_eq!(bytes[..10], [0xFE, 0xFF, 0xFF, 0xFF, 0x67, 0x45, 0x23, 0x41, 3, 9]);
        assert!(bytes[10..].iter().all(|&byte| byte == 0));
    }
}
