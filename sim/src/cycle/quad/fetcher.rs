//! The fetcher's schedule.

use frazil_model::plan::descriptor::{Descriptor, FLAG_LIST_SHARED};
use frazil_model::plan::quad::Field;

use super::Pass;
use super::stream::Read;

/// Clocks from a request to its words.
const READ_CLOCKS: usize = 4;

/// A fetched access, as far as the schedule goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Access {
    /// Its entry's products.
    pub mask: u16,
    /// It is its entry's last.
    pub complete: bool,
    /// Its entry is the last of the list.
    pub last: bool,
}

/// An entry, or what is left of it: runs, or accesses of a run.
#[derive(Debug, Clone, Copy)]
struct Part {
    read: Read,
    last: bool,
    /// It holds the last of the entry's runs.
    last_run: bool,
    left: u8,
}

/// The accesses of a layer, in order.
pub(super) struct Fetcher {
    list_shared: bool,
    passes: usize,
    blocks: u64,
    runs: u8,
    running: bool,
    waiting: bool,
    stands: bool,
    pass: usize,
    index: usize,
    blocks_left: u64,
    entry: Option<Part>,
    run: Option<Part>,
    turned: Option<Part>,
    at: Option<Part>,
    place: Option<Access>,
    word: Option<Access>,
    arriving: [Option<Access>; READ_CLOCKS],
}

impl Fetcher {
    pub fn new(descriptor: &Descriptor) -> Self {
        let get = |field: Field| descriptor.get(field);
        let blocks = u64::from(get(Field::BlocksX)) * u64::from(get(Field::BlocksY));
        Self {
            list_shared: get(Field::Flags) & FLAG_LIST_SHARED != 0,
            passes: get(Field::Passes).into(),
            blocks,
            runs: descriptor.bytes(Field::Block)[1],
            running: true,
            waiting: true,
            stands: true,
            pass: 0,
            index: 0,
            blocks_left: blocks,
            entry: None,
            run: None,
            turned: None,
            at: None,
            place: None,
            word: None,
            arriving: [None; READ_CLOCKS],
        }
    }

    /// Passes whose list is done with.
    pub fn done(&self) -> usize {
        self.pass
    }

    /// Whether it asks for the memory.
    pub fn request(&self) -> bool {
        self.word.is_some()
    }

    /// One clock; returns the access that goes into the FIFO at its end.
    pub fn clock(&mut self, passes: &[Pass], listed: usize, space: bool) -> Option<Access> {
        let [first, second, third, fourth] = self.arriving;
        self.arriving = [self.word, first, second, third];
        self.word = self.place.take();
        let entry_free = self.entry.is_none();
        let released = self.waiting && listed > self.pass;
        let reads = self.running && !self.waiting && self.stands && entry_free;
        let run_free = self.run.is_none();
        let takes =
            self.turned.is_some() && (space && self.at.is_some_and(|at| at.left == 1) || self.at.is_none());
        self.step(space);
        if takes {
            self.at = self.turned.take().map(|run| Part { left: run.read.accesses, ..run });
        }
        self.emit();
        if run_free {
            self.run = self.entry.take().map(|entry| Part { left: self.runs, ..entry });
        }
        self.stands = !reads;
        if reads {
            self.read(passes);
        }
        if released {
            self.waiting = false;
        }
        fourth
    }

    /// The next access.
    fn step(&mut self, space: bool) {
        if let Some(at) = self.at.as_mut().filter(|_| space) {
            let complete = at.last_run && at.left == 1;
            self.place = Some(Access { mask: at.read.mask, complete, last: at.last });
            at.left = at.left.wrapping_sub(1) & 15;
            if at.left == 0 {
                self.at = None;
            }
        }
    }

    /// The next run, if there is room for it.
    fn emit(&mut self) {
        if let Some(run) = self.run.as_mut().filter(|_| self.turned.is_none()) {
            self.turned = Some(Part { last_run: run.left == 1, ..*run });
            run.left = run.left.wrapping_sub(1) & 7;
            if run.left == 0 {
                self.run = None;
            }
        }
    }

    /// The next entry.
    fn read(&mut self, passes: &[Pass]) {
        let list = if self.list_shared { 0 } else { self.pass };
        let entries = passes.get(list).map_or(&[][..], |pass| &pass.entries);
        let Some(read) = entries.get(self.index).copied() else {
            self.running = false;
            return;
        };
        self.index += 1;
        let last = self.index == entries.len();
        self.entry = Some(Part { read, last, last_run: false, left: 0 });
        if last {
            self.next_block();
        }
    }

    fn next_block(&mut self) {
        self.index = 0;
        self.blocks_left = self.blocks_left.saturating_sub(1);
        if self.blocks_left == 0 {
            self.blocks_left = self.blocks;
            self.pass += 1;
            self.waiting = !self.list_shared;
            self.running = self.pass != self.passes;
        }
    }
}
