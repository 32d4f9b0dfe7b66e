//! The writer: where results go.

use rust_hdl::prelude::*;

/// Gives each result word its address, in the order in which they leave the requantisers: groups, blocks, pixels.
///
/// The first `skip` words of a block and those of pixels beyond the image's edge are dropped. `busy` is high from
/// the clock after `start` to the clock of the layer's last word.
#[derive(LogicBlock)]
pub struct Writer {
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
    /// A result word stands.
    pub result: Signal<In, Bit>,
    /// It is to be written.
    pub write: Signal<Out, Bit>,
    /// Its word address.
    pub addr: Signal<Out, Bits<16>>,
    /// Words are still to come.
    pub busy: Signal<Out, Bit>,
    groups: DFF<Bits<9>>,
    blocks_x: DFF<Bits<12>>,
    blocks_y: DFF<Bits<9>>,
    pixels_x: DFF<Bits<5>>,
    pixels_y: DFF<Bits<5>>,
    out_base: DFF<Bits<16>>,
    group_step: DFF<Bits<16>>,
    block_step: DFF<Bits<16>>,
    row_step: DFF<Bits<16>>,
    pixel_step: DFF<Bits<16>>,
    pixel_row: DFF<Bits<16>>,
    last_x: DFF<Bits<5>>,
    last_y: DFF<Bits<5>>,
    skip: DFF<Bits<5>>,
    running: DFF<Bit>,
    groups_left: DFF<Bits<9>>,
    x_left: DFF<Bits<12>>,
    y_left: DFF<Bits<9>>,
    skip_left: DFF<Bits<5>>,
    px: DFF<Bits<5>>,
    py: DFF<Bits<5>>,
    group_base: DFF<Bits<16>>,
    line: DFF<Bits<16>>,
    block: DFF<Bits<16>>,
    pixel: DFF<Bits<16>>,
    next_px: Signal<Local, Bits<5>>,
    next_py: Signal<Local, Bits<5>>,
    next_block: Signal<Local, Bits<16>>,
    next_line: Signal<Local, Bits<16>>,
    next_group: Signal<Local, Bits<16>>,
    next_pixel: Signal<Local, Bits<16>>,
    next_row: Signal<Local, Bits<16>>,
    beyond_x: Signal<Local, Bit>,
    beyond_y: Signal<Local, Bit>,
    counts: Signal<Local, Bit>,
    end_x: Signal<Local, Bit>,
    end_y: Signal<Local, Bit>,
    next: Signal<Local, Bits<16>>,
    last_row: Signal<Local, Bit>,
    one_row: Constant<Bit>,
}

impl Writer {
    /// A writer for blocks of several rows (`rows`), or of one, whose words follow each other in memory.
    pub fn new(rows: bool) -> Self {
        Self {
            clock: Default::default(),
            field: Default::default(),
            word: Default::default(),
            load: Default::default(),
            start: Default::default(),
            result: Default::default(),
            write: Default::default(),
            addr: Default::default(),
            busy: Default::default(),
            groups: Default::default(),
            blocks_x: Default::default(),
            blocks_y: Default::default(),
            pixels_x: Default::default(),
            pixels_y: Default::default(),
            out_base: Default::default(),
            group_step: Default::default(),
            block_step: Default::default(),
            row_step: Default::default(),
            pixel_step: Default::default(),
            pixel_row: Default::default(),
            last_x: Default::default(),
            last_y: Default::default(),
            skip: Default::default(),
            running: Default::default(),
            groups_left: Default::default(),
            x_left: Default::default(),
            y_left: Default::default(),
            skip_left: Default::default(),
            px: Default::default(),
            py: Default::default(),
            group_base: Default::default(),
            line: Default::default(),
            block: Default::default(),
            pixel: Default::default(),
            next_px: Default::default(),
            next_py: Default::default(),
            next_block: Default::default(),
            next_line: Default::default(),
            next_group: Default::default(),
            next_pixel: Default::default(),
            next_row: Default::default(),
            beyond_x: Default::default(),
            beyond_y: Default::default(),
            counts: Default::default(),
            end_x: Default::default(),
            end_y: Default::default(),
            next: Default::default(),
            last_row: Default::default(),
            one_row: Constant::new(!rows),
        }
    }
}

impl Logic for Writer {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, groups, blocks_x, blocks_y, pixels_x, pixels_y, out_base, group_step);
        dff_setup!(self, clock, block_step, row_step, pixel_step, pixel_row, last_x, last_y, skip, running);
        dff_setup!(
            self,
            clock,
            groups_left,
            x_left,
            y_left,
            skip_left,
            px,
            py,
            group_base,
            line,
            block,
            pixel
        );
        if self.load.val() {
            if self.field.val() == 2 {
                self.groups.d.next = self.word.val().get_bits::<9>(0);
            }
            if self.field.val() == 12 {
                self.blocks_x.d.next = self.word.val().get_bits::<12>(0);
            }
            if self.field.val() == 13 {
                self.blocks_y.d.next = self.word.val().get_bits::<9>(0);
            }
            if self.field.val() == 21 {
                self.pixels_x.d.next = self.word.val().get_bits::<5>(0);
                self.pixels_y.d.next = self.word.val().get_bits::<5>(8);
            }
            if self.field.val() == 22 {
                self.out_base.d.next = self.word.val();
            }
            if self.field.val() == 23 {
                self.group_step.d.next = self.word.val();
            }
            if self.field.val() == 24 {
                self.block_step.d.next = self.word.val();
            }
            if self.field.val() == 25 {
                self.row_step.d.next = self.word.val();
            }
            if self.field.val() == 26 {
                self.pixel_step.d.next = self.word.val();
            }
            if self.field.val() == 27 {
                self.pixel_row.d.next = self.word.val();
            }
            if self.field.val() == 28 {
                self.last_x.d.next = self.word.val().get_bits::<5>(0);
                self.last_y.d.next = self.word.val().get_bits::<5>(8);
            }
            if self.field.val() == 29 {
                self.skip.d.next = self.word.val().get_bits::<5>(0);
            }
        }
        // The word at hand.
        self.end_x.next = self.x_left.q.val() == 1;
        self.end_y.next = self.y_left.q.val() == 1;
        self.beyond_x.next = self.end_x.val() & (self.px.q.val() >= self.last_x.q.val());
        self.beyond_y.next =
            !self.one_row.val() & self.end_y.val() & (self.py.q.val() >= self.last_y.q.val());
        self.counts.next = self.running.q.val() & self.result.val() & (self.skip_left.q.val() == 0);
        self.write.next = self.counts.val() & !self.beyond_x.val() & !self.beyond_y.val();
        self.addr.next = self.pixel.q.val();
        self.busy.next = self.running.q.val();
        // Where the next one goes.
        self.next_px.next = self.px.q.val() + 1;
        self.next_py.next = self.py.q.val() + 1;
        self.last_row.next = self.one_row.val() | (self.next_py.val() == self.pixels_y.q.val());
        self.next_block.next = self.block.q.val() + self.block_step.q.val();
        self.next_line.next = self.line.q.val() + self.row_step.q.val();
        self.next_group.next = self.group_base.q.val() + self.group_step.q.val();
        self.next_pixel.next = self.pixel.q.val() + self.pixel_step.q.val();
        self.next_row.next = self.pixel.q.val() + self.pixel_row.q.val();
        if self.result.val() & (self.skip_left.q.val() != 0) {
            self.skip_left.d.next = self.skip_left.q.val() - 1;
        }
        if self.counts.val() {
            self.px.d.next = self.next_px.val();
            self.pixel.d.next = self.next_pixel.val();
            if self.next_px.val() == self.pixels_x.q.val() {
                self.px.d.next = 0.into();
                self.py.d.next = self.next_py.val();
                self.pixel.d.next = self.next_row.val();
                if self.last_row.val() {
                    self.py.d.next = 0.into();
                    self.skip_left.d.next = self.skip.q.val();
                    self.block.d.next = self.next_block.val();
                    self.pixel.d.next = self.next_block.val();
                    self.x_left.d.next = self.x_left.q.val() - 1;
                    if self.end_x.val() {
                        self.x_left.d.next = self.blocks_x.q.val();
                        self.line.d.next = self.next_line.val();
                        self.block.d.next = self.next_line.val();
                        self.pixel.d.next = self.next_line.val();
                        self.y_left.d.next = self.y_left.q.val() - 1;
                        if self.end_y.val() {
                            self.y_left.d.next = self.blocks_y.q.val();
                            self.group_base.d.next = self.next_group.val();
                            self.line.d.next = self.next_group.val();
                            self.block.d.next = self.next_group.val();
                            self.pixel.d.next = self.next_group.val();
                            self.groups_left.d.next = self.groups_left.q.val() - 1;
                            if self.groups_left.q.val() == 1 {
                                self.running.d.next = false;
                            }
                        }
                    }
                }
            }
        }
        // Blocks of one row are written one word after the other.
        self.next.next = self.pixel.q.val() + 1;
        if self.one_row.val() {
            self.pixel.d.next = self.pixel.q.val();
            if self.write.val() {
                self.pixel.d.next = self.next.val();
            }
        }
        if self.start.val() {
            self.running.d.next = true;
            self.groups_left.d.next = self.groups.q.val();
            self.x_left.d.next = self.blocks_x.q.val();
            self.y_left.d.next = self.blocks_y.q.val();
            self.skip_left.d.next = self.skip.q.val();
            self.px.d.next = 0.into();
            self.py.d.next = 0.into();
            self.group_base.d.next = self.out_base.q.val();
            self.line.d.next = self.out_base.q.val();
            self.block.d.next = self.out_base.q.val();
            self.pixel.d.next = self.out_base.q.val();
        }
    }
}
