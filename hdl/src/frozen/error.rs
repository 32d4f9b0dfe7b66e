//! What a frozen layer's hardware refuses.

use frazil_model::shift_add::ShiftAddError;

use crate::stream::StreamError;

/// A frozen layer that cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("frozen layer {layer}: {cause}")]
pub struct FrozenError {
    /// Name of the layer.
    pub layer: String,
    /// What is wrong with it.
    #[source]
    pub cause: FrozenCause,
}

/// What is wrong with a frozen layer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrozenCause {
    /// A size that no stream block holds.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// The datapath is not a sound graph.
    #[error(transparent)]
    Datapath(#[from] ShiftAddError),
    /// A digit-serial layer.
    #[error("{0} bits of each activation in a clock: only 8, fully parallel, are possible so far")]
    DigitBits(u32),
    /// A stated size differs from the one that follows from the rest.
    #[error("{what} is {stated}, but its shapes give {derived}")]
    Size {
        /// Which size.
        what: &'static str,
        /// The stated size.
        stated: usize,
        /// What it should be.
        derived: usize,
    },
    /// A datapath for other inputs than all of int8.
    #[error("a datapath for activations from {0} to {1}: it must take all of int8, -128 to 127")]
    Activations(i64, i64),
    /// A requantiser whose numbers leave 64 bits or whose limits are crossed.
    #[error("the requantiser of channel {channel} is out of range")]
    Requantiser {
        /// Output channel.
        channel: usize,
    },
}

impl FrozenCause {
    /// The error of a layer.
    pub(super) fn of(self, layer: &str) -> FrozenError {
        FrozenError { layer: layer.to_string(), cause: self }
    }
}
