//! ZIP archives whose files are stored as they are.

use std::collections::HashMap;

/// Signatures of the records, and their lengths without names.
const END: ([u8; 4], usize) = (*b"PK\x05\x06", 22);
const CENTRAL: ([u8; 4], usize) = (*b"PK\x01\x02", 46);
const LOCAL: ([u8; 4], usize) = (*b"PK\x03\x04", 30);

/// The files of an archive by their names; `None` if it is damaged, or if a file in it is compressed.
pub fn files(archive: &[u8]) -> Option<HashMap<&str, &[u8]>> {
    let last = archive.len().checked_sub(END.1)?;
    let end = (0..=last).rev().find_map(|at| record(archive, at, END))?;
    let (count, mut at) = (number(end, 10, 2)?, number(end, 16, 4)?);
    let mut files = HashMap::new();
    for _ in 0..count {
        let entry = record(archive, at, CENTRAL)?;
        let [name, extra, comment] = [28, 30, 32].map(|at| number(entry, at, 2));
        let (name, text) = (name?, at + CENTRAL.1);
        let named = std::str::from_utf8(archive.get(text..text + name)?).ok()?;
        files.insert(named, stored(archive, entry)?);
        at = text + name + extra? + comment?;
    }
    Some(files)
}

/// The bytes of a file that is not compressed.
fn stored<'a>(archive: &'a [u8], entry: &[u8]) -> Option<&'a [u8]> {
    let (method, size, at) = (number(entry, 10, 2)?, number(entry, 20, 4)?, number(entry, 42, 4)?);
    let local = record(archive, at, LOCAL)?;
    let start = at + LOCAL.1 + number(local, 26, 2)? + number(local, 28, 2)?;
    archive.get(start..start.checked_add(size)?).filter(|_| method == 0)
}

/// The record at a place, if one is there.
fn record(archive: &[u8], at: usize, (signature, length): ([u8; 4], usize)) -> Option<&[u8]> {
    archive.get(at..at.checked_add(length)?).filter(|bytes| bytes.starts_with(&signature))
}

/// A little-endian number of a record.
fn number(record: &[u8], at: usize, bytes: usize) -> Option<usize> {
    let digits = record.get(at..at + bytes)?;
    Some(digits.iter().rev().fold(0, |value, byte| value << 8 | usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of one file, by the format's description.
    fn archive(method: u8, name: &str, data: &[u8]) -> Vec<u8> {
        let (size, length) = ((data.len() as u32).to_le_bytes(), (name.len() as u16).to_le_bytes());
        let mut out = [&b"PK\x03\x04"[..], &[20, 0, 0, 0, method, 0], &[0; 8], &size, &size].concat();
        out.extend([&length[..], &[2, 0], name.as_bytes(), &[9, 9], data].concat());
        let central = out.len() as u32;
        out.extend([&b"PK\x01\x02"[..], &[20, 0, 20, 0, 0, 0, method, 0], &[0; 8], &size, &size].concat());
        out.extend([&length[..], &[0; 16], name.as_bytes()].concat());
        let length = (out.len() as u32 - central).to_le_bytes();
        out.extend(
            [&b"PK\x05\x06"[..], &[0; 4], &[1, 0, 1, 0], &length, &central.to_le_bytes(), &[0, 0]].concat(),
        );
        out
    }

    #[test]
    fn stored_files_are_found_by_name() {
        let bytes = archive(0, "a/b.png", b"picture");
        assert_eq!(files(&bytes).unwrap(), HashMap::from([("a/b.png", &b"picture"[..])]));
    }

    #[test]
    fn compressed_and_damaged_archives_are_refused() {
        assert_eq!(files(&archive(8, "a", b"x")), None);
        let bytes = archive(0, "a", b"xyz");
        for cut in 0..bytes.len() {
            assert_eq!(files(&bytes[..cut]), None, "cut at {cut}");
        }
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 0xFF;
            let _ = files(&bad); // it must not panic
        }
    }
}
