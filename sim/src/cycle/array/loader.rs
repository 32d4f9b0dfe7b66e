//! The loader's schedule.

use super::Group;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Look,
    Ask,
    Header,
    Decide,
    Parameters,
    List,
    Weights,
}

/// Parameter words of a group.
const PARAMETER_WORDS: usize = 8;
/// Groups that the loader may be ahead of the issuer.
const SLOTS: u8 = 28;

/// Groups, then header, parameters, list and weights of each.
pub(super) struct Loader<'a> {
    groups: &'a [Group],
    ring: usize,
    state: State,
    group: usize,
    left: usize,
    /// What arrives in this clock, and whether it is the last of its kind.
    arriving: Option<(State, bool)>,
    /// A group may begin, and a weight has room, as seen a clock before.
    may: (bool, bool),
    listed: usize,
    weights: u64,
    readable: u64,
    turns: Option<bool>,
}

impl<'a> Loader<'a> {
    pub fn new(groups: &'a [Group], ring: usize) -> Self {
        let state = if groups.is_empty() { State::Idle } else { State::Look };
        Self {
            groups,
            ring,
            state,
            group: 0,
            left: 0,
            arriving: None,
            may: (false, false),
            listed: 0,
            weights: 0,
            readable: 0,
            turns: None,
        }
    }

    /// Groups whose list stands.
    pub fn listed(&self) -> usize {
        self.listed
    }

    /// Weights that can be read.
    pub fn readable(&self) -> u64 {
        self.readable
    }

    /// Where the next group comes from, if the one before has been asked for in this clock: whether from the flash.
    pub fn turns(&self) -> Option<bool> {
        self.turns
    }

    /// Nothing can come any more because a group needs more weights than the ring holds.
    pub fn starved(&self) -> bool {
        self.groups.get(self.group).is_some_and(|group| group.weight_words > self.ring)
    }

    /// One clock; `free` says that the memory takes a request, `filled` that the word to ask for stands. Whether a
    /// word is taken.
    pub fn clock(&mut self, fetched: usize, issued: usize, released: u64, free: bool, filled: bool) -> bool {
        self.turns = None;
        let wants = filled && self.asks();
        let arriving = u64::from(matches!(self.arriving, Some((State::Weights, _))));
        let asked = u64::from(self.state == State::Weights && wants && free);
        // Modulo 256, as the hardware counts: where groups share everything, both may be ahead of the loader.
        let ahead = self.group.wrapping_sub(fetched) as u8;
        let begins = !(2..=127).contains(&ahead) && (self.group.wrapping_sub(issued) as u8) < SLOTS;
        self.may = (begins, self.weights + arriving + asked - released < self.ring as u64);
        self.readable = self.weights;
        match self.arriving.take() {
            Some((State::List, true)) => self.listed += 1,
            Some((State::Weights, _)) => self.weights += 1,
            _ => {}
        }
        if self.state == State::Look {
            self.state = State::Ask;
        } else if self.state == State::Header {
            self.state = State::Decide;
        } else if self.state == State::Decide {
            let group = &self.groups[self.group];
            self.enter(if group.parameters { State::Parameters } else { State::List });
        } else if wants && free {
            self.granted();
        }
        wants && free
    }

    fn asks(&self) -> bool {
        match self.state {
            State::Ask => self.may.0,
            State::Parameters | State::List => true,
            State::Weights => self.may.1,
            State::Idle | State::Look | State::Header | State::Decide => false,
        }
    }

    fn granted(&mut self) {
        if self.state == State::Ask {
            self.state = State::Header;
            return;
        }
        self.left -= 1;
        self.arriving = Some((self.state, self.left == 0));
        if self.left == 0 {
            match self.state {
                State::Parameters => self.enter(State::List),
                State::List => self.enter(State::Weights),
                _ => self.next_group(),
            }
        }
    }

    /// Begins a part, or the one after it if it is empty.
    fn enter(&mut self, state: State) {
        let group = &self.groups[self.group];
        self.left = match state {
            State::Parameters => PARAMETER_WORDS,
            State::List => group.list_words,
            _ => group.weight_words,
        };
        match (self.left, state) {
            (0, State::List) => self.enter(State::Weights),
            (0, _) => self.next_group(),
            _ => self.state = state,
        }
    }

    fn next_group(&mut self) {
        self.group += 1;
        self.turns = Some(self.groups.get(self.group).is_some_and(|group| group.streamed));
        self.state = if self.group == self.groups.len() { State::Idle } else { State::Look };
    }
}
