//! The address walker: the loops of a convolution, one product each clock.

use rust_hdl::prelude::*;

/// Walks a convolution: output rows, output columns, lane groups, kernel rows, kernel columns, channels.
///
/// The shape is loaded word by word from the descriptor bus (`field`, `word`, `load`: see
/// `frazil_model::plan::descriptor::Field`). From the clock after `start`, each clock issues one product:
/// `act_addr` and `weight_addr` with `issue`, and its marks. Addresses advance by additions only; taps outside the
/// image are issued too, with `in_image` low, so that a sum always takes kernel x channels clocks.
///
/// A sum's last product waits while `hold` is high (the requantiser still works on the sums before).
/// `busy` falls in the clock after the last product.
#[derive(LogicBlock, Default)]
pub struct Walker {
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
    /// Keeps the last product of a sum back.
    pub hold: Signal<In, Bit>,
    /// Byte address of the activation.
    pub act_addr: Signal<Out, Bits<16>>,
    /// Word address of the weights.
    pub weight_addr: Signal<Out, Bits<16>>,
    /// A product is issued.
    pub issue: Signal<Out, Bit>,
    /// First product of a sum.
    pub first: Signal<Out, Bit>,
    /// Last product of a sum.
    pub last: Signal<Out, Bit>,
    /// Whether the sum belongs to the last group of its pixel.
    pub last_group: Signal<Out, Bit>,
    /// The tap lies in the image.
    pub in_image: Signal<Out, Bit>,
    /// A layer is being walked.
    pub busy: Signal<Out, Bit>,
    in_base: DFF<Bits<16>>,
    weight_base: DFF<Bits<16>>,
    out_w: DFF<Bits<16>>,
    out_h: DFF<Bits<16>>,
    channels: DFF<Bits<16>>,
    kernel_w: DFF<Bits<16>>,
    kernel_h: DFF<Bits<16>>,
    groups: DFF<Bits<16>>,
    step_x: DFF<Bits<16>>,
    step_y: DFF<Bits<16>>,
    row_skip: DFF<Bits<16>>,
    stride_x: DFF<Bits<16>>,
    stride_y: DFF<Bits<16>>,
    pad_x: DFF<Bits<16>>,
    pad_y: DFF<Bits<16>>,
    in_w: DFF<Bits<16>>,
    in_h: DFF<Bits<16>>,
    running: DFF<Bit>,
    fresh: DFF<Bit>,
    addr: DFF<Bits<16>>,
    window: DFF<Bits<16>>,
    line: DFF<Bits<16>>,
    weight: DFF<Bits<16>>,
    c_left: DFF<Bits<16>>,
    kx_left: DFF<Bits<16>>,
    ky_left: DFF<Bits<16>>,
    g_left: DFF<Bits<16>>,
    ox_left: DFF<Bits<16>>,
    oy_left: DFF<Bits<16>>,
    x: DFF<Bits<16>>,
    y: DFF<Bits<16>>,
    x0: DFF<Bits<16>>,
    y0: DFF<Bits<16>>,
    last_c: Signal<Local, Bit>,
    last_kx: Signal<Local, Bit>,
    last_tap: Signal<Local, Bit>,
    advance: Signal<Local, Bit>,
    next_addr: Signal<Local, Bits<16>>,
    next_row: Signal<Local, Bits<16>>,
    next_window: Signal<Local, Bits<16>>,
    next_line: Signal<Local, Bits<16>>,
    next_x0: Signal<Local, Bits<16>>,
    next_y0: Signal<Local, Bits<16>>,
    left_edge: Signal<Local, Bits<16>>,
    top_edge: Signal<Local, Bits<16>>,
    zero: Signal<Local, Bits<16>>,
}

impl Logic for Walker {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, in_base, weight_base, out_w, out_h, channels, kernel_w, kernel_h, groups);
        dff_setup!(self, clock, step_x, step_y, row_skip, stride_x, stride_y, pad_x, pad_y, in_w, in_h);
        dff_setup!(self, clock, running, fresh, addr, window, line, weight, c_left, kx_left, ky_left, g_left);
        dff_setup!(self, clock, ox_left, oy_left, x, y, x0, y0);
        // The descriptor bus.
        if self.load.val() {
            if self.field.val() == 1 {
                self.in_base.d.next = self.word.val();
            }
            if self.field.val() == 3 {
                self.weight_base.d.next = self.word.val();
            }
            if self.field.val() == 5 {
                self.out_w.d.next = self.word.val();
            }
            if self.field.val() == 6 {
                self.out_h.d.next = self.word.val();
            }
            if self.field.val() == 7 {
                self.channels.d.next = self.word.val();
            }
            if self.field.val() == 8 {
                self.kernel_w.d.next = self.word.val();
            }
            if self.field.val() == 9 {
                self.kernel_h.d.next = self.word.val();
            }
            if self.field.val() == 10 {
                self.groups.d.next = self.word.val();
            }
            if self.field.val() == 12 {
                self.step_x.d.next = self.word.val();
            }
            if self.field.val() == 13 {
                self.step_y.d.next = self.word.val();
            }
            if self.field.val() == 14 {
                self.row_skip.d.next = self.word.val();
            }
            if self.field.val() == 15 {
                self.stride_x.d.next = bit_cast::<16, 8>(self.word.val().get_bits::<8>(0));
                self.stride_y.d.next = bit_cast::<16, 8>(self.word.val().get_bits::<8>(8));
            }
            if self.field.val() == 16 {
                self.pad_x.d.next = bit_cast::<16, 8>(self.word.val().get_bits::<8>(0));
                self.pad_y.d.next = bit_cast::<16, 8>(self.word.val().get_bits::<8>(8));
            }
            if self.field.val() == 17 {
                self.in_w.d.next = self.word.val();
            }
            if self.field.val() == 18 {
                self.in_h.d.next = self.word.val();
            }
        }
        // Marks of the product at hand.
        self.last_c.next = self.c_left.q.val() == 1;
        self.last_kx.next = self.last_c.val() & (self.kx_left.q.val() == 1);
        self.last_tap.next = self.last_kx.val() & (self.ky_left.q.val() == 1);
        self.advance.next = self.running.q.val() & !(self.last_tap.val() & self.hold.val());
        self.issue.next = self.advance.val();
        self.first.next = self.fresh.q.val();
        self.last.next = self.last_tap.val();
        self.last_group.next = self.g_left.q.val() == 1;
        self.in_image.next = (self.x.q.val() < self.in_w.q.val()) & (self.y.q.val() < self.in_h.q.val());
        self.act_addr.next = self.addr.q.val();
        self.weight_addr.next = self.weight.q.val();
        self.busy.next = self.running.q.val();
        // Where the next product may lie.
        self.zero.next = 0.into();
        self.left_edge.next = self.zero.val() - self.pad_x.q.val();
        self.top_edge.next = self.zero.val() - self.pad_y.q.val();
        self.next_addr.next = self.addr.q.val() + 1;
        self.next_row.next = self.next_addr.val() + self.row_skip.q.val();
        self.next_window.next = self.window.q.val() + self.step_x.q.val();
        self.next_line.next = self.line.q.val() + self.step_y.q.val();
        self.next_x0.next = self.x0.q.val() + self.stride_x.q.val();
        self.next_y0.next = self.y0.q.val() + self.stride_y.q.val();
        if self.advance.val() {
            self.fresh.d.next = false;
            self.addr.d.next = self.next_addr.val();
            self.weight.d.next = self.weight.q.val() + 1;
            self.c_left.d.next = self.c_left.q.val() - 1;
            if self.last_c.val() {
                self.c_left.d.next = self.channels.q.val();
                self.kx_left.d.next = self.kx_left.q.val() - 1;
                self.x.d.next = self.x.q.val() + 1;
            }
            if self.last_kx.val() {
                self.kx_left.d.next = self.kernel_w.q.val();
                self.ky_left.d.next = self.ky_left.q.val() - 1;
                self.x.d.next = self.x0.q.val();
                self.y.d.next = self.y.q.val() + 1;
                self.addr.d.next = self.next_row.val();
            }
            if self.last_tap.val() {
                // The same window again for the next group of lanes.
                self.fresh.d.next = true;
                self.ky_left.d.next = self.kernel_h.q.val();
                self.y.d.next = self.y0.q.val();
                self.addr.d.next = self.window.q.val();
                self.g_left.d.next = self.g_left.q.val() - 1;
                if self.g_left.q.val() == 1 {
                    // The next column.
                    self.g_left.d.next = self.groups.q.val();
                    self.weight.d.next = self.weight_base.q.val();
                    self.window.d.next = self.next_window.val();
                    self.addr.d.next = self.next_window.val();
                    self.x0.d.next = self.next_x0.val();
                    self.x.d.next = self.next_x0.val();
                    self.ox_left.d.next = self.ox_left.q.val() - 1;
                    if self.ox_left.q.val() == 1 {
                        // The next row.
                        self.ox_left.d.next = self.out_w.q.val();
                        self.line.d.next = self.next_line.val();
                        self.window.d.next = self.next_line.val();
                        self.addr.d.next = self.next_line.val();
                        self.x0.d.next = self.left_edge.val();
                        self.x.d.next = self.left_edge.val();
                        self.y0.d.next = self.next_y0.val();
                        self.y.d.next = self.next_y0.val();
                        self.oy_left.d.next = self.oy_left.q.val() - 1;
                        if self.oy_left.q.val() == 1 {
                            self.running.d.next = false;
                        }
                    }
                }
            }
        }
        if self.start.val() {
            self.running.d.next = true;
            self.fresh.d.next = true;
            self.addr.d.next = self.in_base.q.val();
            self.window.d.next = self.in_base.q.val();
            self.line.d.next = self.in_base.q.val();
            self.weight.d.next = self.weight_base.q.val();
            self.c_left.d.next = self.channels.q.val();
            self.kx_left.d.next = self.kernel_w.q.val();
            self.ky_left.d.next = self.kernel_h.q.val();
            self.g_left.d.next = self.groups.q.val();
            self.ox_left.d.next = self.out_w.q.val();
            self.oy_left.d.next = self.out_h.q.val();
            self.x.d.next = self.left_edge.val();
            self.x0.d.next = self.left_edge.val();
            self.y.d.next = self.top_edge.val();
            self.y0.d.next = self.top_edge.val();
        }
    }
}
