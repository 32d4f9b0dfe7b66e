//! YUV4MPEG2 streams of 8 bits: mono, 4:2:0, 4:2:2 and 4:4:4.
//!
//! Read by hand, because the difference between the end of a stream and a stream cut within a frame is a
//! promise here.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;

use frazil_track::GrayFrame;
use image::{Rgb, RgbImage};

use super::{Frame, FrameError, FrameSource, Info};

const MAGIC: &[u8] = b"YUV4MPEG2";
/// Longest header line that is read: no writer comes near it, and a hostile stream ends here.
const MAX_LINE: usize = 1024;
/// Largest rows and columns.
const MAX_SIDE: u64 = 16384;
/// Frame rate of a stream that names none.
const DEFAULT_FPS: f64 = 25.0;

/// How many luma samples share a chroma sample.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Chroma {
    x: usize,
    y: usize,
}

/// A y4m stream over any reader.
pub struct Y4m<R> {
    reader: BufReader<R>,
    info: Info,
    chroma: Option<Chroma>,
    next: usize,
}

/// Whether the file begins as a y4m stream.
pub fn is_y4m(path: &Path) -> Result<bool, FrameError> {
    let file = File::open(path).map_err(|e| FrameError::open(path, e))?;
    let mut head = Vec::new();
    file.take(MAGIC.len() as u64)
        .read_to_end(&mut head)
        .map_err(|source| FrameError::Read { path: path.into(), source })?;
    Ok(head == MAGIC)
}

impl Y4m<File> {
    /// Opens a file.
    pub fn open(path: &Path) -> Result<Self, FrameError> {
        let file = File::open(path).map_err(|e| FrameError::open(path, e))?;
        Self::new(&path.display().to_string(), file)
    }
}

impl<R: Read> Y4m<R> {
    /// Reads the stream's header; `name` is for messages.
    pub fn new(name: &str, reader: R) -> Result<Self, FrameError> {
        let mut reader = BufReader::new(reader);
        let line = read_line(&mut reader, name)?.ok_or_else(|| FrameError::Empty { name: name.into() })?;
        let (info, chroma) = parse_header(name, &line)?;
        Ok(Self { reader, info, chroma, next: 0 })
    }

    fn bad(&self, what: impl Into<String>) -> FrameError {
        FrameError::Y4m { name: self.info.name.clone(), what: what.into() }
    }

    /// Columns and rows of each chroma plane.
    fn chroma_size(&self) -> Option<(usize, usize)> {
        let (w, h) = (self.info.width as usize, self.info.height as usize);
        self.chroma.map(|c| (w.div_ceil(c.x), h.div_ceil(c.y)))
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), FrameError> {
        let got = read_full(&mut self.reader, bytes)
            .map_err(|source| FrameError::Read { path: self.info.name.clone().into(), source })?;
        if got == bytes.len() {
            return Ok(());
        }
        let (name, need) = (self.info.name.clone(), bytes.len());
        Err(FrameError::Truncated { name, frame: self.next, need, got })
    }

    fn frame(&self, mut planes: Vec<u8>) -> Result<Frame, FrameError> {
        let (w, h) = (self.info.width as usize, self.info.height as usize);
        let chroma = planes.split_off(w * h);
        let luma = GrayFrame::new(planes, w, h).map_err(|e| self.bad(e.to_string()))?;
        let rgb = self.chroma.map(|c| to_rgb(&luma, &chroma, c));
        Ok(Frame { name: format!("frame {}", self.next), luma, rgb })
    }
}

impl<R: Read> FrameSource for Y4m<R> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        let name = self.info.name.clone();
        let Some(line) = read_line(&mut self.reader, &name)? else {
            return if self.next == 0 { Err(FrameError::Empty { name }) } else { Ok(None) };
        };
        if line != b"FRAME" && !line.starts_with(b"FRAME ") {
            return Err(self.bad(format!("no FRAME header at frame {}", self.next)));
        }
        let chroma = self.chroma_size().map_or(0, |(w, h)| 2 * w * h);
        let mut planes = vec![0; self.info.width as usize * self.info.height as usize + chroma];
        self.fill(&mut planes)?;
        let frame = self.frame(planes)?;
        self.next += 1;
        Ok(Some(frame))
    }
}

/// One header line without its end, or `None` at the end of the stream.
fn read_line(reader: &mut impl Read, name: &str) -> Result<Option<Vec<u8>>, FrameError> {
    let bad = |what: &str| FrameError::Y4m { name: name.into(), what: what.into() };
    let mut line = Vec::new();
    let mut byte = [0];
    loop {
        match read_full(reader, &mut byte) {
            Ok(0) if line.is_empty() => return Ok(None),
            Ok(0) => return Err(bad("it ends within a header")),
            Ok(_) if byte[0] == b'\n' => return Ok(Some(line)),
            Ok(_) if line.len() == MAX_LINE => return Err(bad("a header line has no end")),
            Ok(_) => line.push(byte[0]),
            Err(source) => return Err(FrameError::Read { path: name.into(), source }),
        }
    }
}

/// Reads until the buffer is full or the stream ends.
fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match reader.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(got)
}

fn parse_header(name: &str, line: &[u8]) -> Result<(Info, Option<Chroma>), FrameError> {
    let bad = |what: String| FrameError::Y4m { name: name.into(), what };
    let text = std::str::from_utf8(line).map_err(|_| bad("its header is not text".into()))?;
    let mut words = text.split(' ');
    if words.next().map(str::as_bytes) != Some(MAGIC) {
        return Err(bad("it does not begin with YUV4MPEG2".into()));
    }
    let (mut width, mut height, mut fps, mut chroma) = (0, 0, DEFAULT_FPS, Some(Chroma { x: 2, y: 2 }));
    for word in words.filter(|w| !w.is_empty()) {
        let (tag, value) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        match tag {
            "W" => width = value.parse().map_err(|_| bad(format!("width `{value}`")))?,
            "H" => height = value.parse().map_err(|_| bad(format!("height `{value}`")))?,
            "F" => fps = parse_rate(value).ok_or_else(|| bad(format!("frame rate `{value}`")))?,
            "C" => chroma = parse_colours(value).ok_or_else(|| bad(format!("colours `{value}`")))?,
            _ => {}
        }
    }
    let (width, height) = check_size(name, width, height)?;
    Ok((Info { name: name.into(), width, height, fps, frames: None }, chroma))
}

fn check_size(name: &str, width: u64, height: u64) -> Result<(u32, u32), FrameError> {
    let good = |side: u64| (1..=MAX_SIDE).contains(&side);
    if good(width) && good(height) {
        return Ok((width as u32, height as u32));
    }
    Err(FrameError::Size { name: name.into(), width, height })
}

/// `30000:1001`; a rate of zero means unknown.
fn parse_rate(text: &str) -> Option<f64> {
    let (numerator, denominator) = text.split_once(':')?;
    let (n, d): (u32, u32) = (numerator.parse().ok()?, denominator.parse().ok()?);
    Some(if n == 0 || d == 0 { DEFAULT_FPS } else { f64::from(n) / f64::from(d) })
}

/// The chroma planes of a `C` word; the outer `None` is a form that we do not read, such as 10 bits.
fn parse_colours(text: &str) -> Option<Option<Chroma>> {
    match text {
        "mono" => Some(None),
        "420" | "420jpeg" | "420paldv" | "420mpeg2" => Some(Some(Chroma { x: 2, y: 2 })),
        "422" => Some(Some(Chroma { x: 2, y: 1 })),
        "444" => Some(Some(Chroma { x: 1, y: 1 })),
        _ => None,
    }
}

/// ITU-R BT.601, studio range, in 16-bit fixed point: the same bits on every machine.
fn to_rgb(luma: &GrayFrame, chroma: &[u8], sub: Chroma) -> RgbImage {
    let luma = luma.view();
    let (cw, ch) = (luma.width().div_ceil(sub.x), luma.height().div_ceil(sub.y));
    RgbImage::from_fn(luma.width() as u32, luma.height() as u32, |x, y| {
        let (x, y) = (x as usize, y as usize);
        let at = (y / sub.y) * cw + x / sub.x;
        let l = 76309 * (i32::from(luma.row(y)[x]) - 16) + 32768;
        let (u, v) = (i32::from(chroma[at]) - 128, i32::from(chroma[cw * ch + at]) - 128);
        let byte = |value: i32| (value >> 16).clamp(0, 255) as u8;
        Rgb([byte(l + 104597 * v), byte(l - 25675 * u - 53279 * v), byte(l + 132201 * u)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(header: &str, body: &[u8]) -> Vec<u8> {
        [header.as_bytes(), b"\n", body].concat()
    }

    fn read(bytes: &[u8]) -> Result<Vec<Frame>, FrameError> {
        let mut source = Y4m::new("test", bytes)?;
        std::iter::from_fn(|| source.next_frame().transpose()).collect()
    }

    #[test]
    fn every_colour_form_gives_its_luma() {
        for (form, chroma) in [("mono", 0), ("420", 4), ("422", 8), ("444", 12)] {
            // 3x2 pixels: the chroma planes of 4:2:0 are 2x1, of 4:2:2 2x2.
            let frame = [b"FRAME\n".as_slice(), &[10, 20, 30, 40, 50, 60], &vec![128; chroma]].concat();
            let bytes = stream(&format!("YUV4MPEG2 W3 H2 F30:1 Ip A1:1 C{form}"), &frame.repeat(2));
            let frames = read(&bytes).unwrap();
            assert_eq!(frames.len(), 2, "{form}");
            assert_eq!(frames[1].luma.data(), &[10, 20, 30, 40, 50, 60], "{form}");
            assert_eq!(frames[1].rgb.is_some(), form != "mono");
        }
    }

    #[test]
    fn colours_are_those_of_bt601() {
        let luma = GrayFrame::new(vec![82], 1, 1).unwrap();
        let red = to_rgb(&luma, &[90, 240], Chroma { x: 1, y: 1 });
        let [r, g, b] = red.get_pixel(0, 0).0;
        assert!(r >= 254 && g <= 1 && b <= 1, "{r} {g} {b}");
    }

    #[test]
    fn a_cut_frame_is_told_from_the_end() {
        let whole = stream("YUV4MPEG2 W2 H2 Cmono", b"FRAME\n\x01\x02\x03\x04");
        assert_eq!(read(&whole).unwrap().len(), 1);
        let cut = read(&whole[..whole.len() - 1]).unwrap_err();
        assert!(matches!(cut, FrameError::Truncated { frame: 0, need: 4, got: 3, .. }), "{cut}");
        let cut = read(&whole[..whole.len() - 6]).unwrap_err();
        assert!(matches!(cut, FrameError::Y4m { .. }), "{cut}");
    }

    #[test]
    fn hostile_headers_are_errors() {
        for header in ["YUV4MPEG2 W0 H2", "YUV4MPEG2 H2", "YUV4MPEG2 W4294967297 H9"] {
            let error = read(&stream(header, b"")).unwrap_err();
            assert!(matches!(error, FrameError::Size { .. }), "{header}: {error}");
        }
        for header in ["RIFF", "YUV4MPEG2 Wx H2", "YUV4MPEG2 W2 H2 C420p10", "YUV4MPEG2 W2 H2 F1"] {
            let error = read(&stream(header, b"")).unwrap_err();
            assert!(matches!(error, FrameError::Y4m { .. }), "{header}: {error}");
        }
        assert!(matches!(read(&[b'x'; 5000]), Err(FrameError::Y4m { .. })));
        assert!(matches!(read(b""), Err(FrameError::Empty { .. })));
    }
}
