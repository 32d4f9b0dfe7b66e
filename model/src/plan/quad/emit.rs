//! A layer's descriptor and stream, once addresses are known.

use super::{FLAG_SPREAD, Field, LANES, Pass, QuadEntry, pack_pass};
use crate::plan::PlanError;
use crate::plan::descriptor::{
    Descriptor, FLAG_LIST_SHARED, FLAG_PARAMETERS_SHARED, FLAG_VECTOR, FLAG_WEIGHTS_SHARED, Op,
};
use crate::plan::lower::{Frame, Job, Read, Slot, Walk, of_group};
use crate::requant::fit::Requantiser;

/// Columns of a line where columns are not counted: more than a block has.
const UNCOUNTED: usize = 1023;
/// Parameters of a group that does not exist.
const NOTHING: Requantiser = Requantiser { bias: 0, multiplier: 0, shift: 0 };

/// The descriptor of a layer whose stream lies at `stream`; `node` is its name, for errors.
pub fn descriptor(
    job: &Job,
    walk: &Walk,
    node: &str,
    stream: usize,
    address: impl Fn(Slot) -> usize,
) -> Result<Descriptor, PlanError> {
    let mut descriptor = Descriptor::new(Op::Layer);
    let numbers = counts(job, walk, stream).into_iter().chain(columns(job, walk));
    for (field, what, value) in numbers {
        let counted = field == Field::Pitch && walk.origin.is_some();
        let most = if counted { walk.most_columns(job.block) } else { field.most() };
        descriptor = descriptor.set(field, fit(node, what, value, most)?);
    }
    for (field, value) in steps(job, walk, &address) {
        // Modulo 2^16: steps may be negative.
        descriptor = descriptor.set(field, value as u16);
    }
    for (field, low, high) in pairs(job, walk) {
        let most = field.most();
        let byte = |value: usize| fit(node, "a stride or block side", value, most).map(|v| v as u8);
        descriptor = descriptor.set(field, u16::from_le_bytes([byte(low)?, byte(high)?]));
    }
    Ok(descriptor)
}

fn fit(node: &str, what: &'static str, value: usize, most: usize) -> Result<u16, PlanError> {
    match u16::try_from(value).ok().filter(|_| value <= most) {
        Some(value) => Ok(value),
        None => Err(PlanError::Field { node: node.into(), what, value, most }),
    }
}

type Named = (Field, &'static str, usize);

fn counts(job: &Job, walk: &Walk, stream: usize) -> [Named; 7] {
    let passes = job.passes();
    let (rows, columns) = job.block_counts();
    let flag = |flag: u16, set: bool| if set { usize::from(flag) } else { 0 };
    let flags = flag(FLAG_VECTOR, job.vector)
        + flag(FLAG_LIST_SHARED, passes > 1 && job.lists.len() == 1)
        + flag(FLAG_WEIGHTS_SHARED, passes > 1 && job.shares_weights())
        + flag(FLAG_PARAMETERS_SHARED, passes > 1 && job.frame.parameters.len() == 1)
        + flag(FLAG_SPREAD, walk.spread);
    [
        (Field::Stream, "the stream's address", stream),
        (Field::Passes, "the number of passes", passes),
        (Field::Flags, "the flags", flags),
        (Field::Groups, "the number of groups", job.frame.groups),
        (Field::BlocksX, "the number of blocks in a row", columns),
        (Field::BlocksY, "the number of rows of blocks", rows),
        (Field::Blocks, "the number of blocks", rows * columns),
    ]
}

/// How columns are counted, of the input and of the results.
fn columns(job: &Job, walk: &Walk) -> [Named; 5] {
    let columns = job.block.1;
    let (pitch, width, x_block) = match (walk.origin, walk.flat) {
        (None, _) => (UNCOUNTED, UNCOUNTED, 0),
        (Some(_), true) => (walk.pitch, walk.width, columns % walk.pitch.max(1)),
        (Some(_), false) => (walk.pitch, walk.width, columns * walk.stride.1),
    };
    // Blocks that end with their line count columns of results no further than their own.
    let (out_width, out_x_block) = if walk.flat { (job.frame.drain.size.1, x_block) } else { (UNCOUNTED, 0) };
    [
        (Field::Pitch, "the columns of a padded line", pitch),
        (Field::Width, "the input's width", width),
        (Field::XBlock, "the columns from block to block", x_block),
        (Field::OutWidth, "the output's width", out_width),
        (Field::OutXBlock, "the columns from block to block", out_x_block),
    ]
}

/// Addresses and steps, which wrap.
fn steps(job: &Job, walk: &Walk, address: &impl Fn(Slot) -> usize) -> [(Field, i64); 13] {
    let Frame { fetch, drain, sources, target, .. } = &job.frame;
    let (rows, columns) = (job.block.0 as i64, job.block.1 as i64);
    let word = |axis: (usize, usize)| (axis.0 as i64, axis.1 as i64);
    let (pitch, stride, out, line) =
        (word(fetch.pitch), word(walk.stride), word(drain.step), walk.pitch.max(1) as i64);
    // One column alone: the others of its line are not there.
    let out = if drain.size.1 == 1 { (out.0, 1) } else { out };
    let (down, right) = (stride.0 * pitch.0, stride.1 * pitch.1);
    // A block may be longer than lines.
    let along = |row: i64, pixel: i64| match walk.flat {
        true => columns / line * row + columns % line * pixel,
        false => columns * pixel,
    };
    let gap = |words: i64| if walk.origin.is_some() { line - words } else { 0 };
    [
        (Field::InBase, sources.first().map_or(0, |&slot| address(slot)) as i64),
        (Field::InPassStep, fetch.group_step as i64),
        (Field::BlockStep, along(down, right)),
        (Field::RowStep, rows * down),
        (Field::RunStep, down),
        (Field::Gap, gap(if walk.flat { down } else { pitch.0 })),
        (Field::Size, size(job)),
        (Field::OutBase, (address(*target) + drain.base) as i64),
        (Field::OutGroupStep, drain.group_step as i64),
        (Field::OutBlockStep, along(out.0, out.1)),
        (Field::OutRowStep, rows * out.0),
        (Field::OutRunStep, out.0),
        (Field::OutGap, if walk.flat { gap(out.0) } else { 0 }),
    ]
}

/// Words of a plane. One that fills all addresses has no outside.
fn size(job: &Job) -> i64 {
    let fetch = &job.frame.fetch;
    let last = |axis: fn((usize, usize)) -> usize| (axis(fetch.size) - 1) * axis(fetch.pitch);
    (last(|axis| axis.0) + last(|axis| axis.1) + 1).min(usize::from(u16::MAX)) as i64
}

fn pairs(job: &Job, walk: &Walk) -> [(Field, usize, usize); 5] {
    let (drain, (py, px)) = (&job.frame.drain, job.block);
    let (rows, columns) = job.block_counts();
    let (h, w) = if walk.flat { (1, walk.line(drain)) } else { drain.size };
    let byte = |value: i8| usize::from(value as u8);
    let finish = job.frame.finish;
    [
        (Field::Zero, byte(job.frame.pad), byte(finish.zero_point)),
        (Field::Clamp, byte(finish.lo), byte(finish.hi)),
        (Field::Access, walk.access.0, walk.access.1),
        (Field::Block, px, py),
        (Field::Last, w - (columns - 1) * px, h - (rows - 1) * py),
    ]
}

/// The stream of a layer.
pub fn stream(job: &Job, walk: &Walk, address: impl Fn(Slot) -> usize) -> Vec<u8> {
    (0..job.passes()).flat_map(|index| pass(job, walk, index, &address)).collect()
}

fn pass(job: &Job, walk: &Walk, pass: usize, address: &impl Fn(Slot) -> usize) -> Vec<u8> {
    let list: Vec<QuadEntry> =
        of_group(&job.lists, pass).iter().map(|read| entry(job, walk, read, address)).collect();
    let own = |of: usize| pass == 0 || of > 1;
    let parameters = if own(job.frame.parameters.len()) { parameters(job, walk, pass) } else { Vec::new() };
    let pass = Pass {
        parameters: &parameters,
        list: if own(job.lists.len()) { &list } else { &[] },
        entries: list.len(),
        weights: if pass == 0 || !job.shares_weights() { of_group(&job.weights, pass) } else { &[] },
    };
    pack_pass(&pass, walk.spread)
}

/// The parameters of the groups of a pass.
fn parameters(job: &Job, walk: &Walk, pass: usize) -> Vec<Requantiser> {
    let first = pass * walk.groups();
    let group = |group: usize| match group < job.frame.groups {
        true => of_group(&job.frame.parameters, group).to_vec(),
        false => vec![NOTHING; LANES],
    };
    (first..first + walk.groups()).flat_map(group).collect()
}

fn entry(job: &Job, walk: &Walk, read: &Read, address: &impl Fn(Slot) -> usize) -> QuadEntry {
    let (fetch, sources) = (&job.frame.fetch, &job.frame.sources);
    let base = sources.first().map_or(0, |&slot| address(slot));
    let pitch = (fetch.pitch.0 as i64, fetch.pitch.1 as i64);
    let at = (read.at.0 as i64, read.at.1 as i64);
    // The offset counts from the window; what of it is the read's place in the plane goes with the pixel's.
    let plane = read.offset as i64 - at.0 * pitch.0 - at.1 * pitch.1;
    let source = sources.get(read.source).map_or(0, |&slot| address(slot)) as i64 - base as i64;
    QuadEntry {
        mask: read.mask,
        offset: (source + plane) as u16,
        delta: ((fetch.origin.0 + at.0) * pitch.0 + (fetch.origin.1 + at.1) * pitch.1) as u16,
        dx: walk.origin.map_or(0, |origin| (origin + at.1) as i8),
        accesses: walk.accesses(read, job.block.1) as u8,
        slide: read.slide,
    }
}
