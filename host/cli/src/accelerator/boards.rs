//! Boards that are connected.

use frazil_boards::Board;
use frazil_link::{
    Found, KnownBoard, Selector, SerialTransport, SessionConfig, UsbMatch, list_devices, select,
};

use crate::error::{Failure, Result};

/// Everything that is connected, recognised by the built-in boards.
pub fn connected() -> Result<Vec<Found>> {
    let boards = Board::all().map_err(Failure::from)?;
    Ok(list_devices(&boards.into_iter().map(known).collect::<Vec<_>>()).map_err(Failure::from)?)
}

fn known(board: Board) -> KnownBoard {
    let usb = UsbMatch {
        vid: board.usb.vid,
        pid: board.usb.pid,
        product: Some(board.usb.product),
        interface: Some(board.usb.interface),
    };
    KnownBoard { name: board.name, usb }
}

/// Opens the selected board's port.
pub fn open(selector: &Selector, config: &SessionConfig) -> Result<SerialTransport> {
    let found = select(&connected()?, Some(selector)).map_err(Failure::from)?;
    let port = found.port.unwrap_or_default();
    Ok(SerialTransport::open(&port, config).map_err(Failure::from)?)
}
