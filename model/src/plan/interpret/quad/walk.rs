//! A layer's descriptor, unpacked, and the walk over its blocks.

use crate::plan::descriptor::{
    Descriptor, FLAG_LIST_SHARED, FLAG_PARAMETERS_SHARED, FLAG_VECTOR, FLAG_WEIGHTS_SHARED,
};
use crate::plan::interpret::InterpretError;
use crate::plan::interpret::finish::Finish;
use crate::plan::quad::{FLAG_SPREAD, Field, PIXELS, QUAD, QUADS, QuadEntry};

/// Bits of an `i16` that a column leaves unused.
const UNUSED: u32 = 5;

/// A place in a line: its column, and its words from the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub column: i16,
    pub index: u16,
}

impl Place {
    /// So many columns, and words, further.
    pub fn moved(self, by: u16) -> Self {
        self.stepped(by, by)
    }

    /// So many columns and so many words further.
    fn stepped(self, columns: u16, words: u16) -> Self {
        let column = self.column.wrapping_add(columns as i16);
        // Columns are numbers of 11 bits.
        Self { column: column << UNUSED >> UNUSED, index: self.index.wrapping_add(words) }
    }

    /// In the line after its own, if the width is reached.
    fn wrapped(self, width: u16, pitch: u16, gap: u16) -> Self {
        match self.column >= width as i16 {
            true => {
                Self { column: self.column.wrapping_sub(pitch as i16), index: self.index.wrapping_sub(gap) }
            }
            false => self,
        }
    }
}

/// The fields of a layer. Pairs are column, row.
pub struct Walk {
    pub stream: u16,
    pub passes: usize,
    pub groups: usize,
    pub vector: bool,
    pub spread: bool,
    pub list_shared: bool,
    pub weights_shared: bool,
    pub parameters_shared: bool,
    pub pad: u8,
    pub finish: Finish,
    /// Words of an access.
    pub words: usize,
    /// Columns between them.
    pub spacing: u16,
    /// Columns from access to access.
    pub step: u16,
    pub size: u16,
    /// Pixels of a run, runs.
    pub block: (usize, usize),
    in_base: u16,
    in_pass_step: u16,
    block_step: u16,
    row_step: u16,
    run_step: u16,
    width: u16,
    pitch: u16,
    gap: u16,
    x_block: u16,
    blocks: (u16, u16),
    out_base: u16,
    out_group_step: u16,
    out_block_step: u16,
    out_row_step: u16,
    out_run_step: u16,
    out_width: u16,
    out_gap: u16,
    out_x_block: u16,
    last: (usize, usize),
}

/// A block: where its pass's input begins, the places of its input and of its results, its valid columns and runs.
#[derive(Clone, Copy)]
pub struct Block {
    pub base: u16,
    input: Place,
    output: Place,
    valid: (usize, usize),
}

impl Walk {
    pub fn new(descriptor: &Descriptor) -> Result<Self, InterpretError> {
        let get = |field: Field| descriptor.get(field);
        let wide = |field: Field| descriptor.bytes(field).map(usize::from);
        let flag = |flag: u16| get(Field::Flags) & flag != 0;
        let [pad, zero_point] = descriptor.bytes(Field::Zero);
        let [lo, hi] = descriptor.bytes(Field::Clamp);
        let ([words, step], [px, py], [last_x, last_y]) =
            (wide(Field::Access), wide(Field::Block), wide(Field::Last));
        let walk = Self {
            stream: get(Field::Stream),
            passes: get(Field::Passes).into(),
            groups: get(Field::Groups).into(),
            vector: flag(FLAG_VECTOR),
            spread: flag(FLAG_SPREAD),
            list_shared: flag(FLAG_LIST_SHARED),
            weights_shared: flag(FLAG_WEIGHTS_SHARED),
            parameters_shared: flag(FLAG_PARAMETERS_SHARED),
            pad,
            finish: Finish { zero_point: zero_point as i8, clamp: (lo as i8, hi as i8) },
            words,
            spacing: if words == 2 { 2 } else { 1 },
            step: step as u16,
            size: get(Field::Size),
            block: (px, py),
            in_base: get(Field::InBase),
            in_pass_step: get(Field::InPassStep),
            block_step: get(Field::BlockStep),
            row_step: get(Field::RowStep),
            run_step: get(Field::RunStep),
            width: get(Field::Width),
            pitch: get(Field::Pitch),
            gap: get(Field::Gap),
            x_block: get(Field::XBlock),
            blocks: (get(Field::BlocksX), get(Field::BlocksY)),
            out_base: get(Field::OutBase),
            out_group_step: get(Field::OutGroupStep),
            out_block_step: get(Field::OutBlockStep),
            out_row_step: get(Field::OutRowStep),
            out_run_step: get(Field::OutRunStep),
            out_width: get(Field::OutWidth),
            out_gap: get(Field::OutGap),
            out_x_block: get(Field::OutXBlock),
            last: (last_x, last_y),
        };
        let sound = walk.counts(get(Field::Blocks)) && walk.shape();
        sound.then_some(walk).ok_or(InterpretError::Block)
    }

    /// Whether no weight is for two blocks.
    pub fn streams_weights(&self) -> bool {
        self.blocks == (1, 1) && !self.weights_shared
    }

    /// Whether numbers of blocks and passes agree.
    fn counts(&self, blocks: u16) -> bool {
        let count = usize::from(self.blocks.0) * usize::from(self.blocks.1);
        let passes = if self.spread { self.groups.div_ceil(QUADS) } else { self.groups };
        count > 0 && count == usize::from(blocks) && passes == self.passes && passes > 0
    }

    /// Whether the array has such blocks and accesses.
    fn shape(&self) -> bool {
        let ((px, py), (last_x, last_y)) = (self.block, self.last);
        let pixels = if self.spread { QUAD } else { PIXELS };
        px * py > 0
            && px * py <= pixels
            && (py == 1 || px.is_multiple_of(QUAD) && !self.spread)
            && !(self.spread && self.vector)
            && [1, 2, QUAD].contains(&self.words)
            && (1..=px).contains(&last_x)
            && (1..=py).contains(&last_y)
    }

    /// A place of the input, in the line after its own if the width is reached.
    pub fn wrapped(&self, place: Place) -> Place {
        place.wrapped(self.width, self.pitch, self.gap)
    }

    fn out_wrapped(&self, place: Place) -> Place {
        place.wrapped(self.out_width, self.pitch, self.out_gap)
    }

    /// The blocks of a pass in their order.
    pub fn blocks(&self, pass: u16) -> impl Iterator<Item = Block> {
        let (columns, rows) = self.blocks;
        let base = self.in_base.wrapping_add(pass.wrapping_mul(self.in_pass_step));
        let groups = if self.spread { QUADS as u16 } else { 1 };
        let out = pass.wrapping_mul(groups).wrapping_mul(self.out_group_step).wrapping_add(self.out_base);
        (0..rows).flat_map(move |row| {
            let begin =
                |base: u16, step: u16| Place { column: 0, index: base.wrapping_add(row.wrapping_mul(step)) };
            let first = (begin(0, self.row_step), begin(out, self.out_row_step));
            let next = |&(input, output): &(Place, Place)| Some((self.next(input), self.out_next(output)));
            let along = std::iter::successors(Some(first), next).take(columns.into()).enumerate();
            along
                .map(move |(column, (input, output))| {
                    let end = |last: bool, whole, part| if last { part } else { whole };
                    let valid = (
                        end(column + 1 == usize::from(columns), self.block.0, self.last.0),
                        end(row + 1 == rows, self.block.1, self.last.1),
                    );
                    Block { base, input, output, valid }
                })
                .collect::<Vec<_>>()
        })
    }

    fn next(&self, place: Place) -> Place {
        self.wrapped(place.stepped(self.x_block, self.block_step))
    }

    fn out_next(&self, place: Place) -> Place {
        self.out_wrapped(place.stepped(self.out_x_block, self.out_block_step))
    }

    /// Where an entry's words of a run begin.
    pub fn run(&self, block: &Block, entry: &QuadEntry, run: u16) -> Place {
        let index = entry.delta.wrapping_add(run.wrapping_mul(self.run_step));
        self.wrapped(block.input.stepped(entry.dx as u16, index))
    }

    /// The addresses of the results of a quad that are written.
    pub fn places(&self, block: &Block, quad: usize) -> [Option<u16>; QUAD] {
        // In spread mode every quad has the same pixels, of another group.
        let (pixel, group) = if self.spread { (0, quad as u16) } else { (quad * QUAD, 0) };
        let (run, first) = (pixel / self.run_length(), pixel % self.run_length());
        let mut place = block.output.stepped(0, (run as u16).wrapping_mul(self.out_run_step));
        place.index = place.index.wrapping_add(group.wrapping_mul(self.out_group_step));
        for _ in 0..first / QUAD {
            place = self.out_wrapped(place.moved(QUAD as u16));
        }
        std::array::from_fn(|at| {
            let place = self.out_wrapped(place.moved(at as u16));
            let written = first + at < block.valid.0 && run < block.valid.1 && place.column >= 0;
            written.then_some(place.index)
        })
    }

    /// Pixels from run to run: all if there is only one.
    fn run_length(&self) -> usize {
        if self.block.1 > 1 { self.block.0 } else { PIXELS }
    }
}
