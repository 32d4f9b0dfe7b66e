//! The states of the link.

use rust_hdl::prelude::*;

/// What the link is doing.
#[derive(Copy, Clone, Debug, PartialEq, Eq, LogicState)]
pub enum LinkState {
    /// Looking for a request's magic byte.
    Search,
    /// Taking the header.
    Head,
    /// Judging the header.
    Check,
    /// Taking the payload.
    Payload,
    /// Taking the low byte of the payload's CRC.
    CrcLow,
    /// Taking the high byte of the payload's CRC.
    CrcHigh,
    /// Accepting the sequence number and starting a run.
    Accept,
    /// Waiting for the run's end, then beginning the reply.
    Running,
    /// Sending the header.
    Header,
    /// The address of the byte to send is on the bus.
    Fetch,
    /// Its data is on the way.
    Settle,
    /// Sending a byte of the payload.
    Data,
    /// Sending the low byte of the payload's CRC.
    TailLow,
    /// Sending the high byte of the payload's CRC.
    TailHigh,
}
