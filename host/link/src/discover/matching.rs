//! From USB data to the name of a board.

use frazil_boards::Board;

use super::Found;

/// The USB data by which a board is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsbMatch {
    /// Vendor id.
    pub vid: u16,
    /// Product id.
    pub pid: u16,
    /// Part of the product string, in upper or lower case; needed where many boards share the ids.
    pub product: Option<String>,
    /// Interface of the port that leads to the FPGA, where the adapter has several.
    pub interface: Option<u8>,
}

impl UsbMatch {
    /// Whether a device has these data. An interface that the system does not tell is believed.
    fn fits(&self, found: &Found) -> bool {
        let ids = (found.vid, found.pid) == (Some(self.vid), Some(self.pid));
        let product = self.product.as_ref().is_none_or(|part| {
            found.product.as_ref().is_some_and(|p| p.to_lowercase().contains(&part.to_lowercase()))
        });
        let interface = match (self.interface, found.interface) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => true,
        };
        ids && product && interface
    }
}

/// A board and how to recognise it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownBoard {
    /// Name of the board's description.
    pub name: String,
    /// Its USB data.
    pub usb: UsbMatch,
}

impl From<&Board> for KnownBoard {
    fn from(board: &Board) -> Self {
        let usb = UsbMatch {
            vid: board.usb.vid,
            pid: board.usb.pid,
            product: Some(board.usb.product.clone()),
            interface: Some(board.usb.interface),
        };
        Self { name: board.name.clone(), usb }
    }
}

/// The board that a device is. A match by product string is worth more than one by ids alone.
pub(super) fn board_of<'a>(found: &Found, known: &'a [KnownBoard]) -> Option<&'a KnownBoard> {
    let fitting = || known.iter().filter(|b| b.usb.fits(found));
    fitting().find(|b| b.usb.product.is_some()).or_else(|| fitting().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(name: &str, product: Option<&str>, interface: Option<u8>) -> KnownBoard {
        let product = product.map(str::to_string);
        KnownBoard { name: name.into(), usb: UsbMatch { vid: 0x0403, pid: 0x6010, product, interface } }
    }

    fn found(product: Option<&str>, interface: Option<u8>) -> Found {
        let product = product.map(str::to_string);
        Found { vid: Some(0x0403), pid: Some(0x6010), product, interface, ..Found::at("/dev/ttyUSB1") }
    }

    fn name(found: &Found, known: &[KnownBoard]) -> Option<String> {
        board_of(found, known).map(|b| b.name.clone())
    }

    #[test]
    fn the_product_string_decides_between_boards_with_the_same_ids() {
        let known = [board("generic", None, None), board("icebreaker", Some("iCEBreaker"), None)];
        assert_eq!(name(&found(Some("ICEBREAKER V1"), None), &known).as_deref(), Some("icebreaker"));
        assert_eq!(name(&found(Some("Dual RS232-HS"), None), &known).as_deref(), Some("generic"));
        assert_eq!(name(&found(None, None), &known[1..]), None);
    }

    #[test]
    fn only_the_port_to_the_fpga_is_the_board() {
        let known = [board("icebreaker", None, Some(1))];
        assert_eq!(name(&found(None, Some(0)), &known), None);
        assert!(name(&found(None, Some(1)), &known).is_some());
        assert!(name(&found(None, None), &known).is_some());
    }

    #[test]
    fn the_built_in_boards_are_told_apart() {
        let known: Vec<KnownBoard> = Board::all().unwrap().iter().map(KnownBoard::from).collect();
        assert_eq!(name(&found(Some("iCEBreaker V1.0e"), Some(1)), &known).as_deref(), Some("icebreaker"));
        assert_eq!(name(&found(Some("iCEBreaker V1.0e"), Some(0)), &known), None);
        let ulx3s = Found { pid: Some(0x6015), ..found(Some("ULX3S FPGA 85K v3.0.8"), Some(0)) };
        assert_eq!(name(&ulx3s, &known).as_deref(), Some("ulx3s-85f"));
    }

    #[test]
    fn other_ids_never_match() {
        let known = [board("icebreaker", None, None)];
        assert_eq!(name(&Found { pid: Some(0x6015), ..found(None, None) }, &known), None);
        assert_eq!(name(&Found::at("/dev/ttyS0"), &known), None);
    }
}
