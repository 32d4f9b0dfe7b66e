//! Positions in a plane that is walked as one long line.

use rust_hdl::prelude::*;

/// The next position: a step to the right, and back by a pitch at the end of a row.
///
/// Columns are 11 bits and stand 1,024 higher than they are, so that those left of the image compare as smaller.
/// `next_x` and `next_at` follow from `x` and `at` in the same clock; the other inputs must have stood for a clock.
#[derive(LogicBlock, Default)]
pub struct QuadAdvance {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Columns of the image.
    pub width: Signal<In, Bits<10>>,
    /// Columns from row to row.
    pub pitch: Signal<In, Bits<10>>,
    /// Words that a row is shorter than its pitch.
    pub gap: Signal<In, Bits<16>>,
    /// Columns of the step.
    pub x_step: Signal<In, Bits<10>>,
    /// Words of the step.
    pub step: Signal<In, Bits<16>>,
    /// Column.
    pub x: Signal<In, Bits<11>>,
    /// Word.
    pub at: Signal<In, Bits<16>>,
    /// Column after the step.
    pub next_x: Signal<Out, Bits<11>>,
    /// Word after the step.
    pub next_at: Signal<Out, Bits<16>>,
    limit: DFF<Bits<11>>,
    x_back: DFF<Bits<11>>,
    back: DFF<Bits<16>>,
    wide_step: Signal<Local, Bits<11>>,
    wide_pitch: Signal<Local, Bits<11>>,
    beyond: Signal<Local, Bits<11>>,
    straight_x: Signal<Local, Bits<11>>,
    straight: Signal<Local, Bits<16>>,
    turned_x: Signal<Local, Bits<11>>,
    turned: Signal<Local, Bits<16>>,
    turns: Signal<Local, Bit>,
}

impl Logic for QuadAdvance {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, limit, x_back, back);
        self.wide_step.next = bit_cast::<11, 10>(self.x_step.val());
        self.wide_pitch.next = bit_cast::<11, 10>(self.pitch.val());
        self.beyond.next = bit_cast::<11, 10>(self.width.val()) | 1024;
        self.limit.d.next = self.beyond.val() - self.wide_step.val();
        self.x_back.d.next = self.wide_step.val() - self.wide_pitch.val();
        self.back.d.next = self.step.val() - self.gap.val();
        // All sums at once, then the choice.
        self.straight_x.next = self.x.val() + self.wide_step.val();
        self.straight.next = self.at.val() + self.step.val();
        self.turned_x.next = self.x.val() + self.x_back.q.val();
        self.turned.next = self.at.val() + self.back.q.val();
        self.turns.next = self.x.val() >= self.limit.q.val();
        self.next_x.next = self.straight_x.val();
        self.next_at.next = self.straight.val();
        if self.turns.val() {
            self.next_x.next = self.turned_x.val();
            self.next_at.next = self.turned.val();
        }
    }
}

/// One of four places to the right of a position: its word, and whether it lies beside the image.
///
/// Columns as in [`QuadAdvance`]. `place` and `outside` are those of the last clock with `step`; the inputs but `x`
/// and `at` must have stood for a clock.
#[derive(LogicBlock, Default)]
pub struct QuadColumn {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Takes the position.
    pub step: Signal<In, Bit>,
    /// Columns of the image.
    pub width: Signal<In, Bits<10>>,
    /// Columns from row to row.
    pub pitch: Signal<In, Bits<10>>,
    /// Words that a row is shorter than its pitch.
    pub gap: Signal<In, Bits<16>>,
    /// Columns, and words, to the right of the position.
    pub right: Signal<In, Bits<3>>,
    /// Column.
    pub x: Signal<In, Bits<11>>,
    /// Word.
    pub at: Signal<In, Bits<16>>,
    /// Word of the place.
    pub place: Signal<Out, Bits<16>>,
    /// It lies left of the image, or between its right edge and the next row.
    pub outside: Signal<Out, Bit>,
    limit: DFF<Bits<11>>,
    near: DFF<Bits<11>>,
    far: DFF<Bits<11>>,
    back: DFF<Bits<16>>,
    word: DFF<Bits<16>>,
    beside: DFF<Bit>,
    zero: Signal<Local, Bits<11>>,
    beyond: Signal<Local, Bits<11>>,
    next_row: Signal<Local, Bits<11>>,
    columns: Signal<Local, Bits<11>>,
    words: Signal<Local, Bits<16>>,
    straight: Signal<Local, Bits<16>>,
    turned: Signal<Local, Bits<16>>,
    turns: Signal<Local, Bit>,
}

impl Logic for QuadColumn {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, limit, near, far, back, word, beside);
        self.columns.next = bit_cast::<11, 3>(self.right.val());
        self.words.next = bit_cast::<16, 3>(self.right.val());
        self.zero.next = 1024.into();
        self.beyond.next = bit_cast::<11, 10>(self.width.val()) | 1024;
        self.next_row.next = bit_cast::<11, 10>(self.pitch.val()) | 1024;
        self.limit.d.next = self.beyond.val() - self.columns.val();
        self.near.d.next = self.zero.val() - self.columns.val();
        self.far.d.next = self.next_row.val() - self.columns.val();
        self.back.d.next = self.words.val() - self.gap.val();
        self.straight.next = self.at.val() + self.words.val();
        self.turned.next = self.at.val() + self.back.q.val();
        self.turns.next = self.x.val() >= self.limit.q.val();
        if self.step.val() {
            self.word.d.next = self.straight.val();
            self.beside.d.next = self.x.val() < self.near.q.val();
            if self.turns.val() {
                self.word.d.next = self.turned.val();
                self.beside.d.next = self.x.val() < self.far.q.val();
            }
        }
        self.place.next = self.word.q.val();
        self.outside.next = self.beside.q.val();
    }
}
