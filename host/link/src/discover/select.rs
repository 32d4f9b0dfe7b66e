//! Choosing one of the connected devices.

use std::fmt;
use std::str::FromStr;

use super::{Access, Found};
use crate::error::LinkError;

/// A device as a user names it: a port, or `VID:PID[-INTERFACE][:SERIAL]` with ids in hexadecimal and the
/// interface in decimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// A serial port by name.
    Port(String),
    /// A USB device.
    Usb {
        /// Vendor id.
        vid: u16,
        /// Product id.
        pid: u16,
        /// Interface number.
        interface: Option<u8>,
        /// Serial number, as the device gives it.
        serial: Option<String>,
    },
}

impl FromStr for Selector {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        if text.starts_with('/') || text.to_uppercase().starts_with("COM") {
            return Ok(Self::Port(text.into()));
        }
        parse_usb(text).ok_or_else(|| LinkError::BadSelector(text.into()))
    }
}

fn parse_usb(text: &str) -> Option<Selector> {
    let mut parts = text.splitn(3, ':');
    let (vid, product, serial) = (parse_id(parts.next()?)?, parts.next()?, parts.next());
    let (pid, interface) = match product.split_once('-') {
        Some((pid, interface)) => (pid, Some(interface.parse().ok()?)),
        None => (product, None),
    };
    let pid = parse_id(pid)?;
    let serial = serial.map(str::to_string);
    (serial.as_deref() != Some("")).then_some(Selector::Usb { vid, pid, interface, serial })
}

/// One to four hexadecimal digits.
fn parse_id(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_hexdigit());
    digits.then(|| u16::from_str_radix(text, 16).ok()).flatten()
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Port(port) => f.write_str(port),
            Self::Usb { vid, pid, interface, serial } => {
                write!(f, "{vid:04x}:{pid:04x}")?;
                interface.map_or(Ok(()), |i| write!(f, "-{i}"))?;
                serial.as_ref().map_or(Ok(()), |s| write!(f, ":{s}"))
            }
        }
    }
}

impl Selector {
    fn fits(&self, found: &Found) -> bool {
        match self {
            Self::Port(port) => found.port.as_ref() == Some(port),
            Self::Usb { vid, pid, interface, serial } => {
                (found.vid, found.pid) == (Some(*vid), Some(*pid))
                    && (interface.is_none() || *interface == found.interface)
                    && (serial.is_none() || *serial == found.serial)
            }
        }
    }
}

/// The device that is meant: the selected one or, without a selector, the only known board. The result has a
/// port.
///
/// # Errors
/// [`LinkError::NotFound`], [`LinkError::Ambiguous`], and [`LinkError::Inaccessible`] if the device is there but
/// its port cannot be used.
pub fn select(found: &[Found], selector: Option<&Selector>) -> Result<Found, LinkError> {
    let wanted = selector.map_or("a known board".to_string(), Selector::to_string);
    let candidates = candidates(found, selector);
    match candidates[..] {
        [only] => usable(only, wanted),
        [] => match selector {
            // A port may exist without being listed: pseudo terminals, network bridges.
            Some(Selector::Port(port)) => Ok(Found::at(port)),
            _ => Err(LinkError::NotFound(wanted)),
        },
        _ => {
            let name = |f: &&Found| f.port.clone().unwrap_or_else(|| "one without a port".into());
            Err(LinkError::Ambiguous { wanted, ports: candidates.iter().map(name).collect() })
        }
    }
}

/// The fitting devices; only those that are known boards, if there are any.
fn candidates<'a>(found: &'a [Found], selector: Option<&Selector>) -> Vec<&'a Found> {
    let fitting: Vec<&Found> = found.iter().filter(|f| selector.is_none_or(|s| s.fits(f))).collect();
    let boards: Vec<&Found> = fitting.iter().copied().filter(|f| f.board.is_some()).collect();
    if boards.is_empty() && selector.is_some() { fitting } else { boards }
}

fn usable(found: &Found, device: String) -> Result<Found, LinkError> {
    match (&found.access, &found.port) {
        (Access::Denied(why), _) => Err(LinkError::Inaccessible { device, why: why.clone() }),
        (_, None) => Err(LinkError::Inaccessible { device, why: "it has no serial port".into() }),
        _ => Ok(found.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usb(vid: u16, pid: u16, interface: Option<u8>, serial: Option<&str>) -> Selector {
        Selector::Usb { vid, pid, interface, serial: serial.map(str::to_string) }
    }

    #[test]
    fn selectors_are_parsed_and_printed() {
        let cases = [
            ("0403:6010", usb(0x403, 0x6010, None, None)),
            ("0403:6010-1", usb(0x403, 0x6010, Some(1), None)),
            ("0403:6010:ib:2-x", usb(0x403, 0x6010, None, Some("ib:2-x"))),
            ("0403:6010-1:ibVq3", usb(0x403, 0x6010, Some(1), Some("ibVq3"))),
            ("/dev/ttyUSB1", Selector::Port("/dev/ttyUSB1".into())),
            ("COM7", Selector::Port("COM7".into())),
        ];
        for (text, selector) in cases {
            assert_eq!(text.parse::<Selector>().unwrap(), selector);
            assert_eq!(selector.to_string(), text);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "0403",
            "0403:",
            ":6010",
            "0403:6010-",
            "0403:6010-x",
            "0403:6010:",
            "12345:1",
            "+1:2",
            "é:1",
        ] {
            assert!(matches!(text.parse::<Selector>(), Err(LinkError::BadSelector(_))), "`{text}`");
        }
    }

    fn device(port: &str, interface: u8, board: Option<&str>) -> Found {
        Found {
            vid: Some(0x403),
            pid: Some(0x6010),
            interface: Some(interface),
            board: board.map(str::to_string),
            ..Found::at(port)
        }
    }

    #[test]
    fn the_only_board_needs_no_selector() {
        let found = [device("a", 0, None), device("b", 1, Some("icebreaker"))];
        assert_eq!(select(&found, None).unwrap().port.as_deref(), Some("b"));
        assert_eq!(select(&found, Some(&usb(0x403, 0x6010, None, None))).unwrap().port.as_deref(), Some("b"));
        assert_eq!(
            select(&found, Some(&usb(0x403, 0x6010, Some(0), None))).unwrap().port.as_deref(),
            Some("a")
        );
    }

    #[test]
    fn none_and_several_are_errors_that_say_so() {
        assert!(matches!(select(&[device("a", 0, None)], None), Err(LinkError::NotFound(_))));
        let two = [device("a", 0, Some("x")), device("b", 0, Some("x"))];
        let error = select(&two, None).unwrap_err();
        assert_eq!(error.to_string(), "several devices are a known board: a, b");
        let unknown = usb(1, 2, None, None);
        assert!(
            matches!(select(&two, Some(&unknown)), Err(LinkError::NotFound(what)) if what == "0001:0002")
        );
    }

    #[test]
    fn a_board_that_cannot_be_used_says_why() {
        let denied = Found { access: Access::Denied("no permission".into()), ..device("a", 0, Some("x")) };
        assert!(
            matches!(select(&[denied], None), Err(LinkError::Inaccessible { why, .. }) if why == "no permission")
        );
        let portless = Found { port: None, ..device("a", 0, Some("x")) };
        assert!(matches!(select(&[portless], None), Err(LinkError::Inaccessible { .. })));
    }

    #[test]
    fn an_unlisted_port_is_taken_at_its_word() {
        let port = Selector::Port("/dev/pts/5".into());
        assert_eq!(select(&[], Some(&port)).unwrap(), Found::at("/dev/pts/5"));
    }
}
