//! A layer's descriptor and stream, once addresses are known.

use super::descriptor::{
    Descriptor, FLAG_LIST_SHARED, FLAG_PARAMETERS_SHARED, FLAG_VECTOR, FLAG_WEIGHTS_SHARED, Field, Op,
    STREAMED,
};
use super::entry::ListEntry;
use super::lower::{Job, Read, Slot, of_group};
use super::program::Constants;
use super::stream::pack_group;
use super::{ArrayStyle, Capacity, PlanError, quad};

/// The descriptor of a layer whose stream lies at `stream`, or begins in the flash; `node` is its name, for errors.
pub(super) fn descriptor(
    job: &Job,
    node: &str,
    (stream, streamed): (usize, bool),
    address: impl Fn(Slot) -> usize,
    capacity: &Capacity,
) -> Result<Descriptor, PlanError> {
    if let Some(walk) = &job.quads {
        return quad::descriptor(job, walk, node, stream, address);
    }
    if capacity.style == ArrayStyle::Line && !job.frame.drain.contiguous(job.frame.groups) {
        let advice = "this board's array writes results one after the other; use a board of another family";
        return Err(PlanError::Unsupported { node: node.into(), kind: "scattered results", advice });
    }
    let mut descriptor = Descriptor::new(Op::Layer);
    let fields = fixed(job, stream, capacity).into_iter().chain(counts(job)).chain(out(job, &address));
    for (field, what, value) in fields {
        descriptor = descriptor.set(field, fit(node, what, value, field.most())? as u16);
    }
    for (field, value) in steps(job, &address) {
        // Modulo 2^16: a step may be negative, where the hardware keeps all of its bits.
        let value = value as u16;
        fit(node, "a step from block to block or pixel to pixel", value.into(), field.most())?;
        descriptor = descriptor.set(field, value);
    }
    for (field, low, high) in pairs(job) {
        let byte = |value: usize| fit(node, "a stride or block side", value, field.most()).map(|v| v as u8);
        descriptor = descriptor.set(field, u16::from_le_bytes([byte(low)?, byte(high)?]));
    }
    let groups = descriptor.groups() | if streamed { STREAMED } else { 0 };
    Ok(descriptor.set(Field::Groups, groups))
}

fn fit(node: &str, what: &'static str, value: usize, most: usize) -> Result<usize, PlanError> {
    match value <= most {
        true => Ok(value),
        false => Err(PlanError::Field { node: node.into(), what, value, most }),
    }
}

type Named = (Field, &'static str, usize);

fn fixed(job: &Job, stream: usize, capacity: &Capacity) -> [Named; 4] {
    let groups = job.frame.groups;
    let flag = |flag: u16, set: bool| if set { usize::from(flag) } else { 0 };
    let flags = flag(FLAG_VECTOR, job.vector)
        + flag(FLAG_LIST_SHARED, groups > 1 && job.lists.len() == 1)
        + flag(FLAG_WEIGHTS_SHARED, groups > 1 && job.shares_weights())
        + flag(FLAG_PARAMETERS_SHARED, groups > 1 && job.frame.parameters.len() == 1);
    [
        (Field::Stream, "the stream's address", stream),
        (Field::Groups, "the number of groups", groups),
        (Field::Flags, "the flags", flags),
        (Field::Skip, "the unused pixels", capacity.pixels - job.block.0 * job.block.1),
    ]
}

fn counts(job: &Job) -> [Named; 5] {
    let (rows, columns) = job.frame.drain.blocks(job.block);
    // Without checks every read lies inside.
    let (h, w) = if job.checked { job.frame.fetch.size } else { (1, 1) };
    [
        (Field::BlocksX, "the number of blocks in a row", columns),
        (Field::BlocksY, "the number of rows of blocks", rows),
        (Field::Blocks, "the number of blocks", rows * columns),
        (Field::InW, "the input's width", w),
        (Field::InH, "the input's height", h),
    ]
}

fn out(job: &Job, address: &impl Fn(Slot) -> usize) -> [Named; 1] {
    [(Field::OutBase, "the output's address", address(job.frame.target) + job.frame.drain.base)]
}

/// Steps and origins, which wrap.
fn steps(job: &Job, address: &impl Fn(Slot) -> usize) -> Vec<(Field, i64)> {
    let (fetch, drain) = (&job.frame.fetch, &job.frame.drain);
    let (py, px) = (job.block.0 as i64, job.block.1 as i64);
    let word = |axis: (usize, usize)| (axis.0 as i64, axis.1 as i64);
    let (pitch, stride, out) = (word(fetch.pitch), word(fetch.stride), word(drain.step));
    let (down, right) = (stride.0 * pitch.0, stride.1 * pitch.1);
    let base = job.frame.sources.first().map_or(0, |&slot| address(slot)) as i64;
    let first = base + fetch.origin.0 * pitch.0 + fetch.origin.1 * pitch.1;
    let seen = |value: i64| if job.checked { value } else { 0 };
    vec![
        (Field::InBase, first),
        (Field::InGroupStep, fetch.group_step as i64),
        (Field::BlockStep, px * right),
        (Field::RowStep, py * down),
        (Field::PixelStep, right),
        (Field::PixelRow, down - (px - 1) * right),
        (Field::XOrigin, seen(fetch.origin.1)),
        (Field::YOrigin, seen(fetch.origin.0)),
        (Field::XBlock, seen(px * stride.1)),
        (Field::YBlock, seen(py * stride.0)),
        (Field::OutGroupStep, drain.group_step as i64),
        (Field::OutBlockStep, px * out.1),
        (Field::OutRowStep, py * out.0),
        (Field::OutPixelStep, out.1),
        (Field::OutPixelRow, out.0 - (px - 1) * out.1),
    ]
}

fn pairs(job: &Job) -> [(Field, usize, usize); 5] {
    let (size, (py, px)) = (job.frame.drain.size, job.block);
    let (rows, columns) = job.frame.drain.blocks(job.block);
    let stride = if job.checked { job.frame.fetch.stride } else { (0, 0) };
    let byte = |value: i8| usize::from(value as u8);
    let finish = job.frame.finish;
    [
        (Field::Zero, byte(job.frame.pad), byte(finish.zero_point)),
        (Field::Clamp, byte(finish.lo), byte(finish.hi)),
        (Field::PixelXy, stride.1, stride.0),
        (Field::Block, px, py),
        (Field::Last, size.1 - (columns - 1) * px, size.0 - (rows - 1) * py),
    ]
}

/// The stream of a layer: what of it is in memory, and what in the flash, where the parts of some groups are.
pub(super) fn stream(
    job: &Job,
    streamed: &[bool],
    address: impl Fn(Slot) -> usize,
    lanes: usize,
) -> (Vec<u8>, Vec<u8>) {
    if let Some(walk) = &job.quads {
        return (quad::stream(job, walk, address), Vec::new());
    }
    let base = job.frame.sources.first().map_or(0, |&slot| address(slot));
    let entry = |read: &Read| ListEntry {
        mask: read.mask,
        offset: (address(job.frame.sources[read.source]) + read.offset).wrapping_sub(base) as u16,
        dx: if job.checked { read.at.1 as u8 } else { 0 },
        dy: if job.checked { read.at.0 as u8 } else { 0 },
    };
    let group = |group: usize| {
        let list: Vec<ListEntry> = of_group(&job.lists, group).iter().map(entry).collect();
        let own = |of: usize| group == 0 || of > 1;
        let parameters =
            if own(job.frame.parameters.len()) { of_group(&job.frame.parameters, group) } else { &[] };
        let weights = if group == 0 || !job.shares_weights() { of_group(&job.weights, group) } else { &[] };
        let next = streamed.get(group + 1).is_some_and(|&streamed| streamed);
        pack_group(
            parameters,
            if own(job.lists.len()) { &list } else { &[] },
            list.len(),
            weights,
            (lanes, next),
        )
    };
    let part = |of: bool| {
        let groups = streamed.iter().enumerate().filter(move |(_, streamed)| **streamed == of);
        groups.flat_map(|(index, _)| group(index)).collect()
    };
    (part(false), part(true))
}

/// Where the constants of a dense layer lie whose stream lies at `stream`.
pub(super) fn constants(job: &Job, stream: usize, channels: usize, capacity: &Capacity) -> Option<Constants> {
    if job.taps.is_empty() {
        return None;
    }
    let lanes = capacity.lanes;
    let start = |at: &mut usize, pass| Some(std::mem::replace(at, *at + job.pass_words(pass, lanes)));
    let finish = job.frame.finish;
    Some(Constants {
        streams: (0..job.passes()).scan(stream, start).collect(),
        groups: job.groups_at_once(),
        row: if job.quads.is_some() { quad::QUAD } else { 1 },
        lanes,
        channels,
        taps: job.taps.clone(),
        finish: (finish.zero_point, finish.lo, finish.hi),
        bits: (capacity.sum_bits, capacity.requant_bits),
    })
}
