//! A program's descriptors and the streams of its layers, read from memory.

use frazil_model::plan::ArrayStyle;
use frazil_model::plan::descriptor::{BYTES, Descriptor, Field, Op};
use frazil_model::plan::entry::{ListEntry, unpack_list};
use frazil_model::plan::stream::{Header, PARAMETER_WORDS};

use super::array::{Group, Read};
use super::quad::{self, Pass};

/// Descriptors after which a program counts as endless.
const PROGRAM_LIMIT: usize = 1 << 16;

/// What the sequencer does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A layer of the array, with its stream's groups.
    Layer(Descriptor, Vec<Group>),
    /// A layer of the quad array, with its stream's passes.
    Quad(Descriptor, Vec<Pass>),
    /// The frozen front end.
    Frozen(Descriptor),
}

/// The steps of a program from a word address to its end, `stream` in the flash; `None` if it has no end, or leaves the
/// memory or the stream.
pub fn steps(memory: &[u8], stream: &[u8], style: ArrayStyle, lanes: usize, entry: u32) -> Option<Vec<Step>> {
    let (mut steps, mut streamed) = (Vec::new(), 0);
    let mut at = usize::try_from(entry).ok()? * lanes;
    for _ in 0..PROGRAM_LIMIT {
        let descriptor = Descriptor::unpack(memory.get(at..at + BYTES)?);
        at += BYTES;
        match descriptor.get(Field::Op) & 3 {
            op if op == Op::Layer as u16 && style == ArrayStyle::Quad => {
                let passes = quad::passes(memory, &descriptor)?;
                steps.push(Step::Quad(descriptor, passes));
            }
            op if op == Op::Layer as u16 => {
                let groups = groups((memory, stream), &mut streamed, lanes, &descriptor)?;
                steps.push(Step::Layer(descriptor, groups));
            }
            op if op == Op::Frozen as u16 => steps.push(Step::Frozen(descriptor)),
            _ => return Some(steps),
        }
    }
    None
}

/// The groups of a layer; what of its stream is in the flash begins at byte `flash`, which moves behind it.
fn groups(
    (memory, stream): (&[u8], &[u8]),
    flash: &mut usize,
    lanes: usize,
    descriptor: &Descriptor,
) -> Option<Vec<Group>> {
    let (mut groups, mut streamed) = (Vec::new(), descriptor.streamed());
    let mut resident = usize::from(descriptor.get(Field::Stream)) * lanes;
    for _ in 0..descriptor.groups() {
        let (bytes, at) = if streamed { (stream, &mut *flash) } else { (memory, &mut resident) };
        let word = bytes.get(*at..*at + lanes)?;
        let header = if streamed { Header::unpack_streamed(word) } else { Header::unpack(word) };
        let parameters = if header.has_parameters { PARAMETER_WORDS } else { 0 };
        let list = *at + (1 + parameters) * lanes;
        let list_words = usize::from(header.list_words);
        let entries = bytes.get(list..list + list_words * lanes)?;
        let entries = unpack_list(entries, header.entries.into(), lanes).iter().map(read).collect();
        let (parameters, weight_words) = (header.has_parameters, header.weight_words.into());
        groups.push(Group { streamed, parameters, list_words, entries, weight_words });
        *at += (1 + header.words()) * lanes;
        bytes.get(..*at)?;
        streamed = header.next_streamed;
    }
    Some(groups)
}

fn read(entry: &ListEntry) -> Read {
    Read { products: entry.mask.count_ones(), dx: entry.dx.into(), dy: entry.dy.into() }
}
