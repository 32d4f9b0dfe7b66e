//! The requantiser: TFLite's arithmetic to the bit, one clock a bit.

use rust_hdl::prelude::*;

use crate::num::{S, signed_cast_s};

/// Turns the captured sums of a group of lanes into int8 results and writes them to activation memory.
///
/// For each lane: bias, left shift, saturating rounding doubling high product with the 31-bit multiplier, rounding
/// right shift, zero point, clamp. The product is formed from its low end, one multiplier bit a clock, so it needs
/// one 33-bit adder; the last bit shifted out is the rounding bit of `(a * m + 2^30) >> 31`. The right shift keeps
/// the last bit out and the or of those before it, which is what rounding half away from zero has to know.
///
/// Clocks a lane: `42 + left_shift + right_shift`. `occupied` rises in the clock after `last_issued` and falls in
/// the clock after the group's last result was written; sums must not be captured while it is high for the group
/// before. Bias addition and left shift wrap at 32 bits, as in the reference.
#[derive(LogicBlock)]
pub struct Requantiser {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Descriptor field number.
    pub field: Signal<In, Bits<5>>,
    /// Descriptor word.
    pub word: Signal<In, Bits<16>>,
    /// Stores `word` as `field`.
    pub load: Signal<In, Bit>,
    /// Begins a layer.
    pub start: Signal<In, Bit>,
    /// The walker issued the last product of a group.
    pub last_issued: Signal<In, Bit>,
    /// Sums were captured.
    pub captured: Signal<In, Bit>,
    /// The sum of the lane in front.
    pub sum: Signal<In, S<32>>,
    /// Asks for the next lane.
    pub shift: Signal<Out, Bit>,
    /// Word address in parameter memory.
    pub param_addr: Signal<Out, Bits<16>>,
    /// Its word, one clock later.
    pub param_data: Signal<In, Bits<16>>,
    /// Byte address of the result.
    pub wr_addr: Signal<Out, Bits<16>>,
    /// The result, int8.
    pub wr_data: Signal<Out, Bits<8>>,
    /// Writes the result.
    pub wr_en: Signal<Out, Bit>,
    /// A group is on its way or being worked on.
    pub occupied: Signal<Out, Bit>,
    out_base: DFF<Bits<16>>,
    param_base: DFF<Bits<16>>,
    groups: DFF<Bits<16>>,
    last_lanes: DFF<Bits<16>>,
    zero_point: DFF<S<8>>,
    low: DFF<S<33>>,
    high: DFF<S<33>>,
    taken: DFF<Bit>,
    state: DFF<Bits<3>>,
    count: DFF<Bits<5>>,
    lanes_left: DFF<Bits<16>>,
    g_left: DFF<Bits<16>>,
    pointer: DFF<Bits<16>>,
    out: DFF<Bits<16>>,
    low_word: DFF<Bits<16>>,
    acc: DFF<S<32>>,
    multiplier: DFF<Bits<32>>,
    product: DFF<S<33>>,
    half: DFF<Bit>,
    sticky: DFF<Bit>,
    left: DFF<Bits<5>>,
    right: DFF<Bits<5>>,
    word_high: Signal<Local, Bits<32>>,
    word_low: Signal<Local, Bits<32>>,
    word_top: Signal<Local, Bits<32>>,
    word_full: Signal<Local, Bits<32>>,
    bias: Signal<Local, S<32>>,
    biased: Signal<Local, S<32>>,
    doubled: Signal<Local, S<32>>,
    addend: Signal<Local, S<32>>,
    total: Signal<Local, S<33>>,
    halved: Signal<Local, S<32>>,
    shifted: Signal<Local, S<33>>,
    increment: Signal<Local, S<2>>,
    rounded: Signal<Local, S<33>>,
    placed: Signal<Local, S<33>>,
    clamped: Signal<Local, S<33>>,
    bound_low: Signal<Local, S<8>>,
    bound_high: Signal<Local, S<8>>,
    first_pointer: Signal<Local, Bits<16>>,
    finished: Signal<Local, Bit>,
    lanes: Constant<Bits<16>>,
    zero: Constant<S<32>>,
    zero33: Constant<S<33>>,
    zero8: Constant<S<8>>,
    zero2: Constant<S<2>>,
    one2: Constant<S<2>>,
}

impl Requantiser {
    /// A requantiser behind `lanes` lanes.
    pub fn new(lanes: usize) -> Self {
        Self {
            clock: Default::default(),
            field: Default::default(),
            word: Default::default(),
            load: Default::default(),
            start: Default::default(),
            last_issued: Default::default(),
            captured: Default::default(),
            sum: Default::default(),
            shift: Default::default(),
            param_addr: Default::default(),
            param_data: Default::default(),
            wr_addr: Default::default(),
            wr_data: Default::default(),
            wr_en: Default::default(),
            occupied: Default::default(),
            out_base: Default::default(),
            param_base: Default::default(),
            groups: Default::default(),
            last_lanes: Default::default(),
            zero_point: Default::default(),
            low: Default::default(),
            high: Default::default(),
            taken: Default::default(),
            state: Default::default(),
            count: Default::default(),
            lanes_left: Default::default(),
            g_left: Default::default(),
            pointer: Default::default(),
            out: Default::default(),
            low_word: Default::default(),
            acc: Default::default(),
            multiplier: Default::default(),
            product: Default::default(),
            half: Default::default(),
            sticky: Default::default(),
            left: Default::default(),
            right: Default::default(),
            word_high: Default::default(),
            word_low: Default::default(),
            word_top: Default::default(),
            word_full: Default::default(),
            bias: Default::default(),
            biased: Default::default(),
            doubled: Default::default(),
            addend: Default::default(),
            total: Default::default(),
            halved: Default::default(),
            shifted: Default::default(),
            increment: Default::default(),
            rounded: Default::default(),
            placed: Default::default(),
            clamped: Default::default(),
            bound_low: Default::default(),
            bound_high: Default::default(),
            first_pointer: Default::default(),
            finished: Default::default(),
            lanes: Constant::new((lanes as u64).into()),
            zero: Constant::new(S::wrap(0)),
            zero33: Constant::new(S::wrap(0)),
            zero8: Constant::new(S::wrap(0)),
            zero2: Constant::new(S::wrap(0)),
            one2: Constant::new(S::wrap(1)),
        }
    }
}

impl Logic for Requantiser {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, clock, out_base, param_base, groups, last_lanes, zero_point, low, high, taken, state
        );
        dff_setup!(self, clock, count, lanes_left, g_left, pointer, out, low_word, acc, multiplier, product);
        dff_setup!(self, clock, half, sticky, left, right);
        // The descriptor bus.
        self.bound_low.next = self.zero8.val();
        self.bound_high.next = self.zero8.val();
        if self.load.val() {
            self.bound_low.next = signed_cast_s(self.word.val().get_bits::<8>(0));
            self.bound_high.next = signed_cast_s(self.word.val().get_bits::<8>(8));
            if self.field.val() == 2 {
                self.out_base.d.next = self.word.val();
            }
            if self.field.val() == 4 {
                self.param_base.d.next = self.word.val();
            }
            if self.field.val() == 10 {
                self.groups.d.next = self.word.val();
            }
            if self.field.val() == 11 {
                self.last_lanes.d.next = self.word.val();
            }
            if self.field.val() == 19 {
                self.zero_point.d.next = self.bound_high.val();
            }
            if self.field.val() == 20 {
                self.low.d.next = (self.bound_low.val() + self.zero8.val()).into();
                self.high.d.next = (self.bound_high.val() + self.zero8.val()).into();
            }
        }
        // Arithmetic, each result in a signal of exact width.
        self.word_high.next = bit_cast::<32, 16>(self.param_data.val());
        self.word_low.next = bit_cast::<32, 16>(self.low_word.q.val());
        self.word_top.next = 0.into();
        if self.state.q.val() == 1 {
            self.word_top.next = self.word_high.val() << 16;
        }
        self.word_full.next = self.word_top.val() | self.word_low.val();
        self.bias.next = signed_cast_s(self.word_full.val());
        self.biased.next = (self.sum.val() + self.bias.val()).into();
        self.doubled.next = (self.acc.q.val() + self.acc.q.val()).into();
        self.addend.next = self.zero.val();
        if self.multiplier.q.val().get_bit(0) {
            self.addend.next = self.acc.q.val();
        }
        self.total.next = (self.product.q.val() + self.addend.val()).into();
        self.halved.next = signed_cast_s(self.total.val().get_bits::<32>(1));
        self.shifted.next = (self.halved.val() + self.zero8.val()).into();
        self.increment.next = self.zero2.val();
        if self.half.q.val() & (self.sticky.q.val() | !self.product.q.val().get_bit(32)) {
            self.increment.next = self.one2.val();
        }
        self.rounded.next = (self.product.q.val() + self.increment.val()).into();
        self.placed.next = (self.product.q.val() + self.zero_point.q.val()).into();
        self.clamped.next = self.product.q.val();
        if self.product.q.val() < self.low.q.val() {
            self.clamped.next = self.low.q.val();
        }
        if self.high.q.val() < self.product.q.val() {
            self.clamped.next = self.high.q.val();
        }
        self.first_pointer.next = 0.into();
        if self.start.val() | (self.state.q.val() == 7) {
            self.first_pointer.next = self.param_base.q.val() << 3;
        }
        // Outputs.
        self.param_addr.next = self.pointer.q.val() + bit_cast::<16, 5>(self.count.q.val());
        self.wr_addr.next = self.out.q.val();
        self.wr_data.next = self.clamped.val().get_bits::<8>(0);
        self.wr_en.next = self.state.q.val() == 7;
        self.shift.next = self.state.q.val() == 7;
        self.occupied.next = self.taken.q.val();
        self.finished.next = false;
        // States: 0 idle, 1 load, 2 shift left, 3 multiply, 4 round the product, 5 shift right and round, 6 zero point,
        // 7 clamp and write. After the product the multiplier is all shifted out, so `shifted` is half the product.
        if self.state.q.val() == 0 {
            self.count.d.next = 0.into();
            if self.captured.val() {
                self.state.d.next = 1.into();
                self.lanes_left.d.next = self.lanes.val();
                if self.g_left.q.val() == 1 {
                    self.lanes_left.d.next = self.last_lanes.q.val();
                }
            }
        }
        if self.state.q.val() == 1 {
            self.count.d.next = self.count.q.val() + 1;
            self.low_word.d.next = self.param_data.val();
            if self.count.q.val() == 2 {
                self.acc.d.next = self.biased.val();
            }
            if self.count.q.val() == 4 {
                self.multiplier.d.next = self.word_full.val();
            }
            if self.count.q.val() == 5 {
                self.left.d.next = self.param_data.val().get_bits::<5>(0);
                self.right.d.next = self.param_data.val().get_bits::<5>(8);
                self.count.d.next = 30.into();
                self.product.d.next = self.zero33.val();
                self.state.d.next = 2.into();
            }
        }
        if self.state.q.val() == 2 {
            self.left.d.next = self.left.q.val() - 1;
            self.acc.d.next = self.doubled.val();
            if self.left.q.val() == 0 {
                self.acc.d.next = self.acc.q.val();
                self.state.d.next = 3.into();
            }
        }
        if self.state.q.val() == 3 {
            self.product.d.next = self.shifted.val();
            self.multiplier.d.next = self.multiplier.q.val() >> 1;
            self.half.d.next = self.total.val().get_bit(0);
            self.sticky.d.next = true;
            self.count.d.next = self.count.q.val() - 1;
            if self.count.q.val() == 0 {
                self.state.d.next = 4.into();
            }
        }
        if self.state.q.val() == 4 {
            // `sticky` is set, so a set rounding bit always adds one: the product rounds half up.
            self.product.d.next = self.rounded.val();
            self.half.d.next = false;
            self.sticky.d.next = false;
            self.count.d.next = 0.into();
            self.state.d.next = 5.into();
        }
        if self.state.q.val() == 5 {
            self.right.d.next = self.right.q.val() - 1;
            self.product.d.next = self.shifted.val();
            self.half.d.next = self.product.q.val().get_bit(0);
            self.sticky.d.next = self.sticky.q.val() | self.half.q.val();
            if self.right.q.val() == 0 {
                self.product.d.next = self.rounded.val();
                self.state.d.next = 6.into();
            }
        }
        if self.state.q.val() == 6 {
            self.product.d.next = self.placed.val();
            self.state.d.next = 7.into();
        }
        if self.state.q.val() == 7 {
            self.out.d.next = self.out.q.val() + 1;
            self.pointer.d.next = self.pointer.q.val() + 8;
            self.lanes_left.d.next = self.lanes_left.q.val() - 1;
            self.state.d.next = 1.into();
            if self.lanes_left.q.val() == 1 {
                self.finished.next = true;
                self.state.d.next = 0.into();
                self.g_left.d.next = self.g_left.q.val() - 1;
                if self.g_left.q.val() == 1 {
                    self.g_left.d.next = self.groups.q.val();
                    self.pointer.d.next = self.first_pointer.val();
                }
            }
        }
        if self.finished.val() {
            self.taken.d.next = false;
        }
        if self.last_issued.val() {
            self.taken.d.next = true;
        }
        if self.start.val() {
            self.out.d.next = self.out_base.q.val();
            self.pointer.d.next = self.first_pointer.val();
            self.g_left.d.next = self.groups.q.val();
        }
    }
}
