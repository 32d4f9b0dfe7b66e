//! Which boards are connected, and why one of them cannot be used.

mod matching;
mod select;

use serde::Serialize;
use serialport::{SerialPortInfo, SerialPortType};

pub use matching::{KnownBoard, UsbMatch};
pub use select::{Selector, select};

use crate::error::LinkError;
use crate::serial::open_port;

/// Speed at which a port is tried: one that every adapter knows.
const PROBE_BAUD: u32 = 115_200;

/// Whether a device can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "why")]
pub enum Access {
    /// Its port could be opened.
    Ready,
    /// Nobody tried: the port is not one of a known board.
    Untried,
    /// It cannot be used, for this reason.
    Denied(String),
}

/// A serial port, or a known board without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The serial port, such as `/dev/ttyUSB1`; `None` if the system made none for the board.
    pub port: Option<String>,
    /// USB vendor id.
    pub vid: Option<u16>,
    /// USB product id.
    pub pid: Option<u16>,
    /// USB interface of the port: adapters with several ports number them from 0.
    pub interface: Option<u8>,
    /// USB serial number.
    pub serial: Option<String>,
    /// USB product string.
    pub product: Option<String>,
    /// Name of the board that it is, as far as its USB data tell.
    pub board: Option<String>,
    /// Whether it can be used.
    pub access: Access,
}

/// Lists all serial ports, and the known boards on USB that have none. Ports of known boards are opened for a
/// moment to see whether they can be.
pub fn list_devices(known: &[KnownBoard]) -> Result<Vec<Found>, LinkError> {
    let ports = serialport::available_ports().map_err(|e| LinkError::List(e.to_string()))?;
    let mut found: Vec<Found> = ports.into_iter().map(|port| describe(port, known)).collect();
    for device in found.iter_mut().filter(|f| f.board.is_some()) {
        device.access = device.port.as_deref().map_or(Access::Untried, probe);
    }
    // Where USB cannot be listed (containers, other systems), serial ports are still worth showing.
    let usb = list_usb().unwrap_or_default();
    found.extend(without_port(&found, usb, known));
    found.sort_by(|a, b| a.port.cmp(&b.port));
    Ok(found)
}

fn describe(port: SerialPortInfo, known: &[KnownBoard]) -> Found {
    let mut found = Found::at(&port.port_name);
    if let SerialPortType::UsbPort(usb) = port.port_type {
        found.vid = Some(usb.vid);
        found.pid = Some(usb.pid);
        found.interface = usb.interface;
        found.serial = usb.serial_number;
        found.product = usb.product;
    }
    found.board = matching::board_of(&found, known).map(|b| b.name.clone());
    found
}

impl Found {
    /// A port of which nothing more is known.
    pub(crate) fn at(port: &str) -> Self {
        Self {
            port: Some(port.into()),
            vid: None,
            pid: None,
            interface: None,
            serial: None,
            product: None,
            board: None,
            access: Access::Untried,
        }
    }
}

fn probe(port: &str) -> Access {
    match open_port(port, PROBE_BAUD) {
        Ok(_) => Access::Ready,
        Err(error) => Access::Denied(error.to_string()),
    }
}

fn list_usb() -> Option<Vec<Found>> {
    let devices = nusb::MaybeFuture::wait(nusb::list_devices()).ok()?;
    let found = devices.map(|usb| Found {
        port: None,
        vid: Some(usb.vendor_id()),
        pid: Some(usb.product_id()),
        serial: usb.serial_number().map(str::to_string),
        product: usb.product_string().map(str::to_string),
        ..Found::at("")
    });
    Some(found.collect())
}

/// Known boards on USB none of whose ports is in the list: the driver is missing, or was taken off by a loader.
fn without_port(listed: &[Found], usb: Vec<Found>, known: &[KnownBoard]) -> Vec<Found> {
    let same = |a: &Found, b: &Found| (a.vid, a.pid, &a.serial) == (b.vid, b.pid, &b.serial);
    let orphans = usb.into_iter().filter(|u| !listed.iter().any(|l| same(l, u)));
    orphans
        .filter_map(|u| {
            let board = matching::board_of(&u, known)?.name.clone();
            let why = "the system has made no serial port for it; load the driver (`modprobe ftdi_sio`) or plug it in again";
            Some(Found { board: Some(board), access: Access::Denied(why.into()), ..u })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<KnownBoard> {
        let usb = UsbMatch { vid: 0x0403, pid: 0x6010, product: Some("ice".into()), interface: Some(1) };
        vec![KnownBoard { name: "icebreaker".into(), usb }]
    }

    fn usb(serial: &str) -> Found {
        Found {
            port: None,
            vid: Some(0x0403),
            pid: Some(0x6010),
            serial: Some(serial.into()),
            product: Some("iCEBreaker V1.0e".into()),
            ..Found::at("")
        }
    }

    #[test]
    fn a_board_without_a_port_is_listed_with_the_reason() {
        let with_port = Found { port: Some("/dev/ttyUSB0".into()), ..usb("a") };
        let orphans = without_port(&[with_port], vec![usb("a"), usb("b")], &known());
        assert_eq!(orphans.len(), 1);
        assert_eq!(orphans[0].serial.as_deref(), Some("b"));
        assert_eq!(orphans[0].board.as_deref(), Some("icebreaker"));
        assert!(matches!(&orphans[0].access, Access::Denied(why) if why.contains("modprobe")));
    }

    #[test]
    fn strangers_on_usb_are_not_listed() {
        let mouse = Found { product: Some("mouse".into()), ..usb("m") };
        assert_eq!(without_port(&[], vec![mouse], &known()), []);
    }

    #[test]
    fn a_port_that_is_not_there_is_denied_with_a_reason() {
        assert!(matches!(probe("/dev/no-such-port"), Access::Denied(why) if !why.is_empty()));
    }

    #[test]
    fn listing_works_without_any_board() {
        assert!(list_devices(&known()).is_ok());
    }
}
