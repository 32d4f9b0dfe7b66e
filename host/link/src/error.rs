//! Everything that can go wrong between host and device.

use std::io;
use std::path::PathBuf;

use frazil_wire::Region;

/// Why the contents of the device's memories are no longer known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StateLoss {
    /// The device expected another sequence number: it has restarted, or it obeyed someone else.
    #[error("the device lost count of the requests; it may have restarted")]
    Restarted,
    /// The device answered a request that this session has not made.
    #[error("the device answered a request that was never made")]
    ForeignRequest,
    /// An earlier request failed for good.
    #[error("an earlier request failed")]
    FailedBefore,
}

/// An error of this crate. [`LinkError::code`] names it for machines, [`LinkError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The transport itself failed: the port is gone, the child process has ended.
    #[error("the connection to the device broke")]
    Io(#[from] io::Error),
    /// Not a byte came back.
    #[error("the device does not answer ({attempts} attempts)")]
    NoAnswer {
        /// How often the request was sent.
        attempts: u32,
    },
    /// Bytes came back, but no answer to the request.
    #[error("the device sends garbage: {bytes} bytes without an answer in the last of {attempts} attempts")]
    Garbage {
        /// How often the request was sent.
        attempts: u32,
        /// Bytes of the last attempt.
        bytes: u64,
    },
    /// Answers came, but request or answer was damaged each time.
    #[error("the line damaged the request or its answer in each of {attempts} attempts")]
    Corrupted {
        /// How often the request was sent.
        attempts: u32,
    },
    /// The device did not understand a request.
    #[error("the device refused to {what}")]
    Refused {
        /// The request in words.
        what: String,
    },
    /// The contents of the device's memories are no longer known.
    #[error("the device's memories are no longer known: {0}")]
    StateLost(StateLoss),
    /// The device speaks another version of the protocol.
    #[error("the device speaks version {device} of the protocol, this program version {host}")]
    ProtocolVersion {
        /// The device's version.
        device: u8,
        /// Ours.
        host: u8,
    },
    /// The device was built from another plan.
    #[error("the device holds design {device:016x}, the model needs {expected:016x}")]
    DesignMismatch {
        /// What the device says.
        device: u64,
        /// What the model needs.
        expected: u64,
    },
    /// Another device is at the end of the line than before.
    #[error("the device has changed: it was design {before:016x} and is {after:016x}")]
    DeviceChanged {
        /// Design when the session began.
        before: u64,
        /// Design now.
        after: u64,
    },
    /// Bytes beyond the end of a memory.
    #[error("{len} bytes at {address} do not fit: {region:?} has {size}")]
    OutOfRange {
        /// The region.
        region: Region,
        /// First byte.
        address: u32,
        /// Bytes.
        len: usize,
        /// Bytes of the region.
        size: u64,
    },
    /// A device selection that cannot be understood.
    #[error("`{0}` names no device: expected VID:PID[-INTERFACE][:SERIAL] or a port")]
    BadSelector(String),
    /// No connected device fits.
    #[error("no connected device is {0}")]
    NotFound(String),
    /// Several connected devices fit.
    #[error("several devices are {wanted}: {}", .ports.join(", "))]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// Their ports.
        ports: Vec<String>,
    },
    /// A device that is connected and cannot be used.
    #[error("{device} is connected but cannot be used: {why}")]
    Inaccessible {
        /// The device.
        device: String,
        /// The reason.
        why: String,
    },
    /// The serial port cannot be opened.
    #[error("cannot open {port}")]
    Open {
        /// The port.
        port: String,
        /// The reason.
        source: serialport::Error,
    },
    /// The ports or USB devices cannot be listed.
    #[error("cannot list the connected devices: {0}")]
    List(String),
    /// A program that is not installed.
    #[error("{program} was not found")]
    MissingProgram {
        /// Its name.
        program: String,
        /// The command that installs it.
        install: String,
    },
    /// A file to load that is not there.
    #[error("{0} does not exist")]
    MissingFile(PathBuf),
    /// The loader ended with an error.
    #[error("{program} failed ({status}): {last}")]
    LoaderFailed {
        /// Its name.
        program: String,
        /// Exit code or signal.
        status: String,
        /// The end of what it said.
        last: String,
    },
    /// A recording that cannot be read.
    #[error("line {line} of the recorded conversation is malformed")]
    BadRecording {
        /// The line, counted from 1.
        line: usize,
    },
}

impl LinkError {
    /// A stable name of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "frazil::link::io",
            Self::NoAnswer { .. } => "frazil::link::no_answer",
            Self::Garbage { .. } => "frazil::link::garbage",
            Self::Corrupted { .. } => "frazil::link::corrupted",
            Self::Refused { .. } => "frazil::link::refused",
            Self::StateLost(_) => "frazil::link::state_lost",
            Self::ProtocolVersion { .. } => "frazil::link::protocol_version",
            Self::DesignMismatch { .. } => "frazil::link::design_mismatch",
            Self::DeviceChanged { .. } => "frazil::link::device_changed",
            Self::OutOfRange { .. } => "frazil::link::out_of_range",
            Self::BadSelector(_) => "frazil::link::bad_selector",
            Self::NotFound(_) => "frazil::link::not_found",
            Self::Ambiguous { .. } => "frazil::link::ambiguous",
            Self::Inaccessible { .. } => "frazil::link::inaccessible",
            Self::Open { .. } => "frazil::link::open",
            Self::List(_) => "frazil::link::list",
            Self::MissingProgram { .. } => "frazil::link::missing_program",
            Self::MissingFile(_) => "frazil::link::missing_file",
            Self::LoaderFailed { .. } => "frazil::link::loader_failed",
            Self::BadRecording { .. } => "frazil::link::bad_recording",
        }
    }

    /// What to do about it, with the command to type where there is one.
    pub fn hint(&self) -> String {
        match self {
            Self::Io(_) => "check the cable, then `frazil list`".into(),
            Self::NoAnswer { .. } => {
                "is the board powered and configured? `frazil flash`, then try again".into()
            }
            Self::Garbage { .. } => {
                "is this the right port, and is the board configured? `frazil list`, `frazil flash`".into()
            }
            Self::Corrupted { .. } => "try another cable or USB port".into(),
            Self::Refused { .. } | Self::ProtocolVersion { .. } | Self::DesignMismatch { .. } => {
                "configure the board with the matching bitstream: `frazil build`, then `frazil flash`".into()
            }
            Self::StateLost(_) => "upload the model again; if it recurs, check power and cable".into(),
            Self::DeviceChanged { .. } => "start again".into(),
            Self::OutOfRange { .. } => "the model does not fit this device: `frazil plan`".into(),
            Self::BadSelector(_) | Self::NotFound(_) | Self::List(_) => "`frazil list`".into(),
            Self::Ambiguous { .. } => "name one of them: `--device PORT`".into(),
            Self::Inaccessible { why, .. } => access_hint(why),
            Self::Open { source, .. } => access_hint(&source.description),
            Self::MissingProgram { install, .. } => format!("`{install}`"),
            Self::MissingFile(_) => "`frazil build`".into(),
            Self::LoaderFailed { .. } => "is the board connected? `frazil list`, `frazil doctor`".into(),
            Self::BadRecording { .. } => "record the conversation again with this program".into(),
        }
    }

    /// Whether the device's memories may have changed: synchronise and upload again what they should hold.
    pub fn leaves_doubt(&self) -> bool {
        matches!(
            self,
            Self::Io(_)
                | Self::NoAnswer { .. }
                | Self::Garbage { .. }
                | Self::Corrupted { .. }
                | Self::Refused { .. }
                | Self::StateLost(_)
        )
    }
}

/// What to do about a port that cannot be opened. The serial library tells the reason only in words.
fn access_hint(why: &str) -> String {
    if why.to_lowercase().contains("permission") {
        return "`sudo usermod -aG dialout $USER`, then log in again".into();
    }
    "`frazil doctor`".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_without_permission_says_how_to_get_it() {
        let denied = |why: &str| LinkError::Inaccessible { device: "x".into(), why: why.into() }.hint();
        assert!(denied("Permission denied").contains("dialout"));
        assert_eq!(denied("Device or resource busy"), "`frazil doctor`");
    }

    #[test]
    fn only_errors_of_the_line_leave_doubt() {
        assert!(LinkError::NoAnswer { attempts: 1 }.leaves_doubt());
        assert!(LinkError::StateLost(StateLoss::Restarted).leaves_doubt());
        assert!(!LinkError::DesignMismatch { device: 1, expected: 2 }.leaves_doubt());
        let beyond = LinkError::OutOfRange { region: Region::Memory, address: 9, len: 1, size: 8 };
        assert!(!beyond.leaves_doubt());
    }
}
