//! The loader's schedule.

use frazil_model::plan::descriptor::{
    Descriptor, FLAG_LIST_SHARED, FLAG_PARAMETERS_SHARED, FLAG_WEIGHTS_SHARED,
};
use frazil_model::plan::quad::{Field, MOST_ROWS};

use super::Pass;
use super::issuer::used_once;

/// Passes that the loader may be ahead of the issuer.
const SLOTS: i64 = 28;
/// Clocks in which addresses follow when a pass has no parameters.
const PAUSE: u8 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Ask,
    Wait,
    Pause(u8),
    List,
    Parameters,
    Next,
    Weights,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Header,
    List { last: bool },
    Parameter,
    Weights,
}

/// Passes, then list, parameters and weights of each; headers ahead.
pub(super) struct Loader<'a> {
    passes: &'a [Pass],
    /// Passes that are read at all.
    count: usize,
    ring: u64,
    /// Most rows of a pass.
    most: usize,
    state: State,
    left: usize,
    begun: usize,
    /// A header stands, and it did a clock before.
    known: (bool, bool),
    /// A pass may begin, and a row has room, as seen a clock before.
    may: (bool, bool),
    asked: u64,
    arriving: [Option<Tag>; 4],
    /// A word of the list was asked for in the clock before: its entries are written one after the other.
    list_asked: bool,
    /// The second entry of the list's last word is written.
    list_ends: bool,
    listed: usize,
    rows: u64,
}

impl<'a> Loader<'a> {
    pub fn new(descriptor: &Descriptor, passes: &'a [Pass], ring: usize) -> Self {
        let all = FLAG_LIST_SHARED | FLAG_WEIGHTS_SHARED | FLAG_PARAMETERS_SHARED;
        let shares_all = descriptor.get(Field::Flags) & all == all;
        Self {
            passes,
            count: if shares_all { passes.len().min(1) } else { passes.len() },
            ring: ring as u64,
            most: if used_once(descriptor) { MOST_ROWS } else { ring },
            state: State::Ask,
            left: 0,
            begun: 0,
            known: (false, false),
            may: (false, false),
            asked: 0,
            arriving: [None; 4],
            list_asked: false,
            list_ends: false,
            listed: 0,
            rows: 0,
        }
    }

    /// Passes whose list stands.
    pub fn listed(&self) -> usize {
        self.listed
    }

    /// Rows of weights that can be read.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// A pass has more weights than the ring, and needs them again.
    pub fn starved(&self) -> bool {
        self.present().is_some_and(|pass| pass.rows > self.most)
    }

    /// The pass that was begun last.
    fn present(&self) -> Option<&'a Pass> {
        self.passes.get(self.begun.checked_sub(1)?)
    }

    /// One clock; `free` says that the memory takes a request.
    pub fn clock(&mut self, fetched: usize, issued: usize, released: u64, free: bool) {
        let wants = match self.state {
            State::Ask | State::Parameters | State::Next => true,
            State::List => !self.list_asked,
            State::Weights => self.may.1,
            State::Idle | State::Wait | State::Pause(_) => false,
        };
        let (granted, state) = (wants && free, self.state);
        self.list_asked = granted && state == State::List;
        let begins = state == State::Wait && self.known == (true, true) && self.may.0;
        let asks = u64::from(granted && state == State::Weights);
        let (begun, fetched, issued) = (self.begun as i64, fetched as i64, issued as i64);
        self.may = (begun - fetched < 2 && begun - issued < SLOTS, self.asked + asks - released < self.ring);
        self.asked += asks;
        self.known.1 = self.known.0;
        let [first, second, third, fourth] = self.arriving;
        self.arriving = [granted.then(|| self.tag()).flatten(), first, second, third];
        self.arrive(fourth);
        if begins {
            self.begin();
        } else if let State::Pause(clocks) = state {
            self.pause(clocks);
        } else if granted {
            self.granted();
        }
    }

    fn tag(&self) -> Option<Tag> {
        match self.state {
            State::Ask | State::Next => Some(Tag::Header),
            State::List => Some(Tag::List { last: self.left == 1 }),
            State::Parameters => Some(Tag::Parameter),
            State::Weights => Some(Tag::Weights),
            State::Idle | State::Wait | State::Pause(_) => None,
        }
    }

    fn arrive(&mut self, tag: Option<Tag>) {
        self.listed += usize::from(self.list_ends);
        self.list_ends = tag == Some(Tag::List { last: true });
        match tag {
            Some(Tag::Header) => self.known.0 = true,
            Some(Tag::Weights) => self.rows += 1,
            Some(Tag::List { .. } | Tag::Parameter) | None => {}
        }
    }

    fn begin(&mut self) {
        self.known.0 = false;
        self.begun += 1;
        let words = self.present().map_or((0, 0), |pass| (pass.list_words, pass.parameter_words));
        (self.state, self.left) = match words {
            (0, 0) => (State::Pause(1), 0),
            (0, parameters) => (State::Parameters, parameters),
            (list, _) => (State::List, list),
        };
    }

    fn pause(&mut self, clocks: u8) {
        self.state = State::Pause(clocks + 1);
        if clocks == PAUSE {
            self.leave();
        }
    }

    fn granted(&mut self) {
        self.left = self.left.saturating_sub(1);
        let parameters = self.present().map_or(0, |pass| pass.parameter_words);
        match (self.state, self.left) {
            (State::Ask, _) => self.state = State::Wait,
            (State::List, 0) if parameters > 0 => (self.state, self.left) = (State::Parameters, parameters),
            (State::List, 0) => self.state = State::Pause(1),
            (State::Parameters, 0) => self.leave(),
            (State::Next, _) => self.weights(State::Wait),
            (State::Weights, 0) if self.begun < self.count => self.state = State::Wait,
            (State::Weights, 0) => self.state = State::Idle,
            _ => {}
        }
    }

    /// All but the weights has been asked for.
    fn leave(&mut self) {
        if self.begun < self.count {
            self.state = State::Next;
        } else {
            self.weights(State::Idle);
        }
    }

    /// The weights come next, if there are any.
    fn weights(&mut self, otherwise: State) {
        self.left = self.present().map_or(0, |pass| pass.rows);
        self.state = if self.left == 0 { otherwise } else { State::Weights };
    }
}
