//! The two checksums, defined by their bit-serial step so that hardware and host share one definition.

/// Polynomial of the header CRC-8: x^8 + x^2 + x + 1 (CRC-8/SMBUS), most significant bit first, initial 0.
pub const CRC8_POLY: u8 = 0x07;
/// Polynomial of the payload CRC-16: x^16 + x^12 + x^5 + 1 (CRC-16/IBM-3740), most significant bit first.
pub const CRC16_POLY: u16 = 0x1021;
/// Initial value of the payload CRC-16.
pub const CRC16_INIT: u16 = 0xFFFF;

/// One byte into the header CRC.
pub const fn crc8_step(crc: u8, byte: u8) -> u8 {
    let mut c = crc ^ byte;
    let mut bit = 0;
    while bit < 8 {
        c = if c & 0x80 == 0 { c << 1 } else { (c << 1) ^ CRC8_POLY };
        bit += 1;
    }
    c
}

/// One byte into the payload CRC.
pub const fn crc16_step(crc: u16, byte: u8) -> u16 {
    let mut c = crc ^ ((byte as u16) << 8);
    let mut bit = 0;
    while bit < 8 {
        c = if c & 0x8000 == 0 { c << 1 } else { (c << 1) ^ CRC16_POLY };
        bit += 1;
    }
    c
}

/// CRC-8 of a header's first nine bytes.
pub fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |c, b| crc8_step(c, *b))
}

/// CRC-16 of a payload.
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(CRC16_INIT, |c, b| crc16_step(c, *b))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the catalogue of parametrised CRC algorithms for "123456789".
    #[test]
    fn catalogue_check_values() {
        assert_eq!(crc8(b"123456789"), 0xF4);
        assert_eq!(crc16(b"123456789"), 0x29B1);
    }
}
