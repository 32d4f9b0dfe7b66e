//! What `--device` names.

use std::str::FromStr;

use frazil_link::Selector;
use frazil_sim::DeviceKind;

use crate::error::{Result, UsageError};

/// Where a network runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// The reference arithmetic: no wire, no cycles.
    Reference,
    /// A simulated device.
    Simulated(DeviceKind),
    /// A board.
    Board(Selector),
}

impl Target {
    /// Reads the command line's name.
    pub fn parse(name: &str) -> Result<Self> {
        if name == "reference" {
            return Ok(Self::Reference);
        }
        if let Ok(kind) = DeviceKind::from_str(name) {
            return Ok(Self::Simulated(kind));
        }
        let selector = Selector::from_str(name).map_err(|_| UsageError::Device { name: name.into() })?;
        Ok(Self::Board(selector))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_told_apart() {
        assert_eq!(Target::parse("reference").unwrap(), Target::Reference);
        assert_eq!(Target::parse("rtl").unwrap(), Target::Simulated(DeviceKind::Rtl));
        assert!(matches!(Target::parse("0403:6010-1").unwrap(), Target::Board(Selector::Usb { .. })));
        assert!(matches!(Target::parse("/dev/ttyUSB1").unwrap(), Target::Board(Selector::Port(_))));
        assert!(Target::parse("simm").unwrap_err().to_string().contains("simm"));
    }
}
