//! The fetcher's schedule.

use frazil_model::plan::descriptor::{Descriptor, Field};

use super::Group;
use super::issuer::Word;

/// A read between the stages.
#[derive(Debug, Clone, Copy)]
struct Read {
    inside: bool,
    word: Word,
}

/// Where the walk is.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    group: usize,
    x_left: u16,
    y_left: u16,
    x0: u16,
    y0: u16,
    x: u16,
    y: u16,
    px_left: u16,
    py_left: u16,
    entry: usize,
}

/// The reads of a layer, in order.
pub(super) struct Fetcher {
    vector: bool,
    list_shared: bool,
    groups: usize,
    blocks: (u16, u16),
    origin: (u16, u16),
    block: (u16, u16),
    image: (u16, u16),
    pixel: (u16, u16),
    pixels: (u16, u16),
    running: bool,
    waiting: bool,
    place: Place,
    first: Option<Read>,
    second: Option<Read>,
    pushing: Option<Word>,
}

impl Fetcher {
    pub fn new(descriptor: &Descriptor) -> Self {
        let get = |field| descriptor.get(field);
        let low_high = |field| (get(field) & 0xFF, get(field) >> 8);
        let mut new = Self {
            vector: get(Field::Flags) & 1 != 0,
            list_shared: get(Field::Flags) & 2 != 0,
            groups: descriptor.groups().into(),
            blocks: (get(Field::BlocksX), get(Field::BlocksY)),
            origin: (get(Field::XOrigin), get(Field::YOrigin)),
            block: (get(Field::XBlock), get(Field::YBlock)),
            image: (get(Field::InW), get(Field::InH)),
            pixel: low_high(Field::PixelXy),
            pixels: low_high(Field::Block),
            running: true,
            waiting: true,
            place: Place::default(),
            first: None,
            second: None,
            pushing: None,
        };
        new.place = Place { x_left: new.blocks.0, y_left: new.blocks.1, ..new.place };
        (new.place.x0, new.place.y0) = new.origin;
        new.place = new.at_block(new.place);
        new
    }

    /// Groups done.
    pub fn done(&self) -> usize {
        self.place.group
    }

    /// Whether it asks for the memory.
    pub fn request(&self, space: bool) -> bool {
        space && self.second.is_some_and(|read| read.inside)
    }

    /// One clock; returns the word that goes into the FIFO at its end.
    pub fn clock(&mut self, groups: &[Group], listed: usize, space: bool, free: bool) -> Option<Word> {
        let go = space && self.second.is_some_and(|read| free || !read.inside);
        let pushed = self.pushing.take();
        self.pushing = self.second.filter(|_| go).map(|read| read.word);
        let second_free = go || self.second.is_none();
        let step = self.running && !self.waiting && (second_free || self.first.is_none());
        let released = self.waiting && listed > self.place.group;
        if second_free {
            self.second = self.first.take();
        }
        if step {
            self.step(groups);
        }
        if released {
            self.waiting = false;
        }
        pushed
    }

    /// The next read.
    fn step(&mut self, groups: &[Group]) {
        let place = self.place;
        let list = if self.list_shared { 0 } else { place.group };
        let Some((entries, entry)) =
            groups.get(list).and_then(|group| Some((&group.entries, group.entries.get(place.entry)?)))
        else {
            self.running = false;
            return;
        };
        let last_pixel = self.vector || (place.px_left == 1 && place.py_left == 1);
        let complete = last_pixel && (!self.vector || entry.products != 0);
        let last = place.entry + 1 == entries.len();
        let (x, y) = (place.x.wrapping_add(entry.dx), place.y.wrapping_add(entry.dy));
        let word = Word { products: entry.products, complete, last };
        self.first = Some(Read { inside: x < self.image.0 && y < self.image.1, word });
        match (last_pixel, last) {
            (false, _) => self.next_pixel(),
            (true, false) => self.place = Place { entry: place.entry + 1, ..self.at_block(place) },
            (true, true) => self.next_block(),
        }
    }

    fn next_pixel(&mut self) {
        let place = &mut self.place;
        place.px_left = place.px_left.wrapping_sub(1);
        place.x = place.x.wrapping_add(self.pixel.0);
        if place.px_left == 0 {
            place.px_left = self.pixels.0;
            place.py_left = place.py_left.wrapping_sub(1);
            place.x = place.x0;
            place.y = place.y.wrapping_add(self.pixel.1);
        }
    }

    /// The first pixel of the present block.
    fn at_block(&self, place: Place) -> Place {
        Place { x: place.x0, y: place.y0, px_left: self.pixels.0, py_left: self.pixels.1, ..place }
    }

    fn next_block(&mut self) {
        let mut place = Place { entry: 0, ..self.place };
        place.x0 = place.x0.wrapping_add(self.block.0);
        place.x_left = place.x_left.wrapping_sub(1);
        if place.x_left == 0 {
            (place.x_left, place.x0) = (self.blocks.0, self.origin.0);
            place.y0 = place.y0.wrapping_add(self.block.1);
            place.y_left = place.y_left.wrapping_sub(1);
            if place.y_left == 0 {
                (place.y_left, place.y0) = (self.blocks.1, self.origin.1);
                place.group += 1;
                self.waiting = !self.list_shared;
                self.running = place.group != self.groups;
            }
        }
        self.place = self.at_block(place);
    }
}
