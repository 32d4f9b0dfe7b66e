//! The feeder: carries a tensor from memory through the frozen front end and back.

use rust_hdl::prelude::*;

/// Streams a raster of bytes into the front end and stores the channels of each pixel that comes out of it.
///
/// It reads one byte a clock as long as the front end takes them; memory always reads the word of the byte that
/// will be offered next, so a stall costs nothing, but memory has one port: a byte is written in a clock of its own,
/// after which the word is read again. `busy` is high from the clock after `start` to the clock in which the last
/// result is written. The first byte is offered two clocks after `start`.
///
/// Byte `i` of the input lies at byte `in_base * lanes + i`. Output channels go byte by byte into the lanes of the
/// pixel's word, and from the last lane to the next plane.
#[derive(LogicBlock)]
pub struct Feeder {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Descriptor field number.
    pub field: Signal<In, Bits<5>>,
    /// Descriptor word.
    pub word: Signal<In, Bits<16>>,
    /// Stores `word` as `field`.
    pub load: Signal<In, Bit>,
    /// Begins.
    pub start: Signal<In, Bit>,
    /// Word to read.
    pub rd_addr: Signal<Out, Bits<16>>,
    /// Byte of the word read in the clock before that is offered.
    pub rd_lane: Signal<Out, Bits<4>>,
    /// A byte is offered to the front end.
    pub x_valid: Signal<Out, Bit>,
    /// The front end takes it.
    pub x_ready: Signal<In, Bit>,
    /// The front end offers a byte.
    pub y_valid: Signal<In, Bit>,
    /// It is taken: always, while busy.
    pub y_ready: Signal<Out, Bit>,
    /// Word to write.
    pub wr_addr: Signal<Out, Bits<16>>,
    /// Lane of the byte to write.
    pub wr_lane: Signal<Out, Bits<4>>,
    /// Writes the front end's byte.
    pub wr_en: Signal<Out, Bit>,
    /// Working.
    pub busy: Signal<Out, Bit>,
    in_base: DFF<Bits<16>>,
    out_base: DFF<Bits<16>>,
    in_bytes: DFF<Bits<16>>,
    out_bytes: DFF<Bits<16>>,
    channels: DFF<Bits<16>>,
    plane: DFF<Bits<16>>,
    position: DFF<Bits<16>>,
    ahead: DFF<Bits<16>>,
    lane: DFF<Bits<4>>,
    in_left: DFF<Bits<16>>,
    pixel: DFF<Bits<16>>,
    out: DFF<Bits<16>>,
    out_lane: DFF<Bits<4>>,
    channels_left: DFF<Bits<16>>,
    out_left: DFF<Bits<16>>,
    offering: DFF<Bit>,
    running: DFF<Bit>,
    take: Signal<Local, Bit>,
    store: Signal<Local, Bit>,
    next_position: Signal<Local, Bits<16>>,
    next_lane: Signal<Local, Bits<4>>,
    next_pixel: Signal<Local, Bits<16>>,
    last_lane: Constant<Bits<4>>,
    idle: Constant<Bit>,
}

impl Feeder {
    /// A feeder for words of this many bytes; without a front end (`present` is false) it never runs, and synthesis
    /// removes it.
    pub fn new(lanes: usize, present: bool) -> Self {
        Self {
            clock: Default::default(),
            field: Default::default(),
            word: Default::default(),
            load: Default::default(),
            start: Default::default(),
            rd_addr: Default::default(),
            rd_lane: Default::default(),
            x_valid: Default::default(),
            x_ready: Default::default(),
            y_valid: Default::default(),
            y_ready: Default::default(),
            wr_addr: Default::default(),
            wr_lane: Default::default(),
            wr_en: Default::default(),
            busy: Default::default(),
            in_base: Default::default(),
            out_base: Default::default(),
            in_bytes: Default::default(),
            out_bytes: Default::default(),
            channels: Default::default(),
            plane: Default::default(),
            position: Default::default(),
            ahead: Default::default(),
            lane: Default::default(),
            in_left: Default::default(),
            pixel: Default::default(),
            out: Default::default(),
            out_lane: Default::default(),
            channels_left: Default::default(),
            out_left: Default::default(),
            offering: Default::default(),
            running: Default::default(),
            take: Default::default(),
            store: Default::default(),
            next_position: Default::default(),
            next_lane: Default::default(),
            next_pixel: Default::default(),
            last_lane: Constant::new((lanes as u64 - 1).into()),
            idle: Constant::new(!present),
        }
    }
}

impl Logic for Feeder {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, clock, in_base, out_base, in_bytes, out_bytes, channels, plane, position, ahead, lane,
            in_left
        );
        dff_setup!(self, clock, pixel, out, out_lane, channels_left, out_left, offering, running);
        if self.load.val() {
            if self.field.val() == 6 {
                self.in_base.d.next = self.word.val();
            }
            if self.field.val() == 22 {
                self.out_base.d.next = self.word.val();
            }
            if self.field.val() == 8 {
                self.in_bytes.d.next = self.word.val();
            }
            if self.field.val() == 9 {
                self.out_bytes.d.next = self.word.val();
            }
            if self.field.val() == 10 {
                self.channels.d.next = self.word.val();
            }
            if self.field.val() == 11 {
                self.plane.d.next = self.word.val();
            }
        }
        self.store.next = self.running.q.val() & self.y_valid.val();
        self.take.next = self.offering.q.val() & self.x_ready.val();
        // Reading.
        self.next_position.next = self.position.q.val();
        self.next_lane.next = self.lane.q.val();
        if self.take.val() {
            self.next_lane.next = self.lane.q.val() + 1;
            if self.lane.q.val() == self.last_lane.val() {
                self.next_lane.next = 0.into();
                self.next_position.next = self.ahead.q.val();
                self.ahead.d.next = self.ahead.q.val() + 1;
            }
        }
        self.position.d.next = self.next_position.val();
        self.lane.d.next = self.next_lane.val();
        self.rd_addr.next = self.next_position.val();
        self.rd_lane.next = self.lane.q.val();
        self.x_valid.next = self.offering.q.val();
        self.y_ready.next = self.running.q.val();
        self.busy.next = self.running.q.val();
        self.offering.d.next = self.running.q.val() & (self.in_left.q.val() != 0);
        if self.take.val() {
            self.in_left.d.next = self.in_left.q.val() - 1;
            if self.in_left.q.val() == 1 {
                self.offering.d.next = false;
            }
        }
        // A write takes the port: the word must be read again.
        if self.store.val() {
            self.offering.d.next = false;
        }
        // Writing.
        self.wr_addr.next = self.out.q.val();
        self.wr_lane.next = self.out_lane.q.val();
        self.wr_en.next = self.store.val();
        self.next_pixel.next = self.pixel.q.val() + 1;
        if self.store.val() {
            self.out_lane.d.next = self.out_lane.q.val() + 1;
            self.channels_left.d.next = self.channels_left.q.val() - 1;
            if self.out_lane.q.val() == self.last_lane.val() {
                self.out_lane.d.next = 0.into();
                self.out.d.next = self.out.q.val() + self.plane.q.val();
            }
            if self.channels_left.q.val() == 1 {
                self.channels_left.d.next = self.channels.q.val();
                self.out_lane.d.next = 0.into();
                self.pixel.d.next = self.next_pixel.val();
                self.out.d.next = self.next_pixel.val();
            }
            self.out_left.d.next = self.out_left.q.val() - 1;
            if self.out_left.q.val() == 1 {
                self.running.d.next = false;
            }
        }
        if self.start.val() {
            self.running.d.next = true;
            self.position.d.next = self.in_base.q.val();
            self.ahead.d.next = self.in_base.q.val() + 1;
            self.lane.d.next = 0.into();
            self.in_left.d.next = self.in_bytes.q.val();
            self.pixel.d.next = self.out_base.q.val();
            self.out.d.next = self.out_base.q.val();
            self.out_lane.d.next = 0.into();
            self.channels_left.d.next = self.channels.q.val();
            self.out_left.d.next = self.out_bytes.q.val();
        }
        if self.idle.val() {
            self.running.d.next = false;
        }
    }
}
