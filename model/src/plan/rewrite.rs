//! Other weights for a layer that is already planned: trackers learn theirs while they run.

use super::program::{Constants, Program};
use super::stream::{Header, PARAMETER_WORDS, pack_parameters};
use super::{PlanError, lower};
use crate::requant::ChannelParameters;
use crate::requant::fit::{self, Limits, Requantiser, Target};

/// What a lane without a channel has.
const NOTHING: Requantiser = Requantiser { bias: 0, multiplier: 0, shift: 0 };

impl Program {
    /// Pieces of memory (first byte, bytes) that give a dense layer other weights and parameters.
    ///
    /// `weights` is `[output channel][row][column][input channel]`; the parameters' biases have the input's zero point
    /// folded in. The layer must have been planned without leaving out zeros.
    ///
    /// Errors: [`PlanError::Rewrite`] for a layer that cannot be given others, for constants of another number and
    /// for channels that need weights more often than was planned; [`PlanError::Channel`] for parameters that do not
    /// fit the array.
    pub fn rewrite(
        &self,
        node: &str,
        weights: &[i8],
        parameters: &[ChannelParameters],
    ) -> Result<Vec<(usize, Vec<u8>)>, PlanError> {
        let refuse = |reason: String| PlanError::Rewrite { node: node.into(), reason };
        let layer = self.layer(node).ok_or_else(|| refuse("no such layer is on the array".into()))?;
        let constants = layer.constants.as_ref();
        let constants =
            constants.ok_or_else(|| refuse("only dense layers planned with all their weights can".into()))?;
        let taps = constants.taps.iter().max().map_or(0, |&most| most as usize + 1);
        let (expected, channels) = (constants.channels * taps, constants.channels);
        if (weights.len(), parameters.len()) != (expected, channels) {
            return Err(refuse(format!("it takes {expected} weights and {channels} channel parameters")));
        }
        let rows = weights.chunks(taps.max(1)).zip(parameters).enumerate();
        let fits = rows.map(|(channel, (row, p))| constants.channel(node, channel, row, p));
        let channels: Vec<(Requantiser, Vec<u8>)> = fits.collect::<Result<_, _>>()?;
        let streams = channels.chunks((constants.lanes * constants.groups).max(1)).zip(&constants.streams);
        Ok(streams.flat_map(|(channels, &at)| self.pieces(constants, channels, at)).collect())
    }

    /// The parameters and the weights of a stream; between them may lie the list that all streams share.
    fn pieces(
        &self,
        constants: &Constants,
        channels: &[(Requantiser, Vec<u8>)],
        stream: usize,
    ) -> [(usize, Vec<u8>); 2] {
        let (lanes, all) = (constants.lanes, constants.lanes * constants.groups);
        let lane = |lane: usize| channels.get(lane);
        let parameters = (0..all)
            .flat_map(|l| pack_parameters(&lane(l).map_or(NOTHING, |(p, _)| *p)).to_le_bytes())
            .collect();
        let byte = |word: usize, l: usize| lane(l).and_then(|(_, row)| row.get(word)).copied().unwrap_or(0);
        let words = 0..constants.taps.len();
        let weights =
            words.flat_map(|word| (0..all).map(move |l| (word, l))).map(|(word, l)| byte(word, l)).collect();
        let header = stream.saturating_sub(self.image_address) * lanes;
        let word = self.image.get(header..header + lanes).unwrap_or(&[]);
        let list = usize::from(Header::unpack(word).list_words);
        let before = 1 + PARAMETER_WORDS * constants.groups + list;
        let first = stream + before.next_multiple_of(constants.row.max(1));
        [((stream + 1) * lanes, parameters), (first * lanes, weights)]
    }
}

impl Constants {
    /// A channel's parameters and its byte of each weight word.
    fn channel(
        &self,
        node: &str,
        channel: usize,
        row: &[i8],
        parameters: &ChannelParameters,
    ) -> Result<(Requantiser, Vec<u8>), PlanError> {
        let wide: Vec<i16> = row.iter().map(|&w| i16::from(w)).collect();
        let (zero_point, lo, hi) = self.finish;
        let (sum_bits, requant_bits) = self.bits;
        let (target, limits) = (Target { zero_point, lo, hi }, Limits { sum_bits, requant_bits });
        let fit = fit::channel(parameters, lower::sums(&wide), target, limits);
        let fit = fit.map_err(|source| PlanError::Channel { node: node.into(), channel, source })?;
        let mut left: Vec<i32> = row.iter().map(|&w| i32::from(w) * fit.repeat as i32).collect();
        // Every word of a tap takes as much of its value as it can.
        let take = |&tap: &u32| {
            let value = left.get_mut(tap as usize);
            value.map_or(0, |value| {
                let part = lower::part(*value, 0);
                *value -= i32::from(part);
                part as u8
            })
        };
        let bytes = self.taps.iter().map(take).collect();
        let reason = || format!("channel {channel} needs its weights more often than was planned");
        match left.iter().all(|&value| value == 0) {
            true => Ok((fit.requantiser, bytes)),
            false => Err(PlanError::Rewrite { node: node.into(), reason: reason() }),
        }
    }
}
