//! What the chip wires in each clock.

use rust_hdl::prelude::*;

use super::Chip;

impl<const N: usize> Logic for Chip<N> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, pad, zero_point, low, high, bus_lane, even_byte, odd_byte);
        dff_setup!(self, clock, reads_odd, read_back);
        clock!(self, clock, memory, weights, list, parameters, registers, sequencer, loader, fetcher, fifo);
        clock!(self, clock, issuer, datapath, writer, feeder, front, flash);
        // The descriptor bus.
        self.loader.field.next = self.sequencer.field.val();
        self.loader.word.next = self.sequencer.word.val();
        self.loader.load.next = self.sequencer.load.val();
        self.fetcher.field.next = self.sequencer.field.val();
        self.fetcher.word.next = self.sequencer.word.val();
        self.fetcher.load.next = self.sequencer.load.val();
        self.issuer.field.next = self.sequencer.field.val();
        self.issuer.word.next = self.sequencer.word.val();
        self.issuer.load.next = self.sequencer.load.val();
        self.writer.field.next = self.sequencer.field.val();
        self.writer.word.next = self.sequencer.word.val();
        self.writer.load.next = self.sequencer.load.val();
        self.feeder.field.next = self.sequencer.field.val();
        self.feeder.word.next = self.sequencer.word.val();
        self.feeder.load.next = self.sequencer.load.val();
        self.flash.field.next = self.sequencer.field.val();
        self.flash.word.next = self.sequencer.word.val();
        self.flash.load.next = self.sequencer.load.val();
        if self.sequencer.load.val() & (self.sequencer.field.val() == 4) {
            self.pad.d.next = self.sequencer.word.val().get_bits::<8>(0);
            self.zero_point.d.next = self.sequencer.word.val().get_bits::<8>(8);
        }
        if self.sequencer.load.val() & (self.sequencer.field.val() == 5) {
            self.low.d.next = self.sequencer.word.val().get_bits::<8>(0);
            self.high.d.next = self.sequencer.word.val().get_bits::<8>(8);
        }
        // Control.
        self.sequencer.start.next = self.run.val();
        self.sequencer.entry.next = self.entry.val();
        self.sequencer.data.next = self.memory.rd_data.val();
        self.sequencer.unit_busy.next = self.writer.busy.val() | self.feeder.busy.val();
        self.busy.next = self.sequencer.busy.val();
        self.loader.start.next = self.sequencer.start_layer.val();
        self.fetcher.start.next = self.sequencer.start_layer.val();
        self.issuer.start.next = self.sequencer.start_layer.val();
        self.writer.start.next = self.sequencer.start_layer.val();
        self.fifo.clear.next = self.sequencer.start_layer.val();
        self.feeder.start.next = self.sequencer.start_frozen.val();
        // The loader and the array's own memories.
        self.loader.fetched.next = self.fetcher.group.val();
        self.loader.issued.next = self.issuer.group.val();
        self.loader.released.next = self.issuer.released.val();
        self.loader.free.next =
            !self.datapath.out_valid.val() & !self.flash.claim.val() & !self.fetcher.request.val();
        self.loader.streams.next = self.flash.streams.val();
        self.loader.place.next = self.flash.place.val();
        self.loader.filled.next = self.flash.filled.val();
        self.loader.header_list.next = (bit_cast::<16, 8>(self.memory.rd_data.val().get_bits::<8>(8)) << 8)
            | bit_cast::<16, 8>(self.memory.rd_data.val().get_bits::<8>(0));
        self.loader.header_entries.next = (bit_cast::<16, 8>(self.memory.rd_data.val().get_bits::<8>(24))
            << 8)
            | bit_cast::<16, 8>(self.memory.rd_data.val().get_bits::<8>(16));
        self.loader.header_weights.next = (bit_cast::<16, 8>(self.memory.rd_data.val().get_bits::<8>(40))
            << 8)
            | bit_cast::<16, 8>(self.memory.rd_data.val().get_bits::<8>(32));
        self.loader.header_flags.next = self.memory.rd_data.val().get_bits::<8>(48);
        self.weights.wr_addr.next = bit_cast::<16, 12>(self.loader.weight.val());
        self.weights.wr_data.next = self.memory.rd_data.val();
        self.weights.wr_en.next = self.loader.write_weight.val();
        self.weights.rd_addr.next = bit_cast::<16, 12>(self.issuer.weight.val());
        self.list.wr_addr.next = bit_cast::<16, 9>(self.loader.list_at.val());
        self.list.wr_data.next = self.memory.rd_data.val();
        self.list.wr_en.next = self.loader.write_list.val();
        self.list.rd_addr.next = bit_cast::<16, 10>(self.fetcher.entry.val());
        self.parameters.wr_addr.next = self.loader.parameter_at.val();
        self.parameters.wr_data.next = self.memory.rd_data.val();
        self.parameters.wr_en.next = self.loader.write_parameter.val();
        self.parameters.rd_addr.next = self.datapath.param_addr.val();
        // The fetcher and the FIFO.
        self.fetcher.listed.next = self.loader.listed.val();
        self.fetcher.entries_even.next = self.loader.entries_even.val();
        self.fetcher.entries_odd.next = self.loader.entries_odd.val();
        self.fetcher.mask.next = self.list.mask.val();
        self.fetcher.offset.next = self.list.offset.val();
        self.fetcher.dx.next = self.list.dx.val();
        self.fetcher.dy.next = self.list.dy.val();
        self.fetcher.free.next = !self.datapath.out_valid.val() & !self.flash.claim.val();
        self.fetcher.space.next = self.fifo.space.val();
        self.fifo.push.next = self.fetcher.push.val();
        self.fifo.word.next = self.memory.rd_data.val();
        self.fifo.mask.next = self.fetcher.push_mask.val();
        self.fifo.complete.next = self.fetcher.push_complete.val();
        self.fifo.last.next = self.fetcher.push_last.val();
        self.fifo.outside.next = self.fetcher.push_outside.val();
        self.fifo.pop.next = self.issuer.pop.val();
        // The issuer and the lanes.
        self.issuer.word_valid.next = self.fifo.valid.val();
        self.issuer.mask.next = self.fifo.out_mask.val();
        self.issuer.complete.next = self.fifo.out_complete.val();
        self.issuer.last_entry.next = self.fifo.out_last.val();
        self.issuer.weights.next = self.loader.weights.val();
        self.datapath.word.next = self.fifo.out_word.val();
        self.datapath.outside.next = self.fifo.out_outside.val();
        self.datapath.pad.next = self.pad.q.val();
        self.datapath.shift.next = self.issuer.pop.val();
        self.datapath.take.next = self.issuer.take.val();
        self.datapath.sel.next = self.issuer.sel.val();
        self.datapath.vector_mode.next = self.issuer.vector_mode.val();
        self.datapath.weights.next = self.weights.rd_data.val();
        self.datapath.valid.next = self.issuer.valid.val();
        self.datapath.first.next = self.issuer.first.val();
        self.datapath.last.next = self.issuer.last.val();
        self.datapath.slot.next = self.issuer.slot.val();
        self.datapath.zero_point.next = self.zero_point.q.val();
        self.datapath.low.next = self.low.q.val();
        self.datapath.high.next = self.high.q.val();
        self.datapath.params.next = self.parameters.rd_data.val();
        self.writer.result.next = self.datapath.out_valid.val();
        // The frozen front end.
        self.lane.next = self.bus_lane.q.val();
        if self.sequencer.busy.val() & self.has_front.val() {
            self.lane.next = self.feeder.rd_lane.val();
        }
        self.even.next = 0.into();
        self.odd.next = 0.into();
        for i in 0..N {
            if (self.lane.val() & 14) == i.to_bits::<4>() {
                self.even.next = self.memory.rd_data.val().get_bits::<8>(i * 8);
            }
            if (self.lane.val() | 1) == i.to_bits::<4>() {
                self.odd.next = self.memory.rd_data.val().get_bits::<8>(i * 8);
            }
        }
        self.front.x.next = self.even.val();
        if self.lane.val().get_bit(0) {
            self.front.x.next = self.odd.val();
        }
        self.front.x_valid.next = self.feeder.x_valid.val();
        self.feeder.x_ready.next = self.front.x_ready.val();
        self.feeder.y_valid.next = self.front.y_valid.val();
        self.front.y_ready.next = self.feeder.y_ready.val();
        // The flash.
        self.flash.busy.next = self.sequencer.busy.val();
        self.flash.taken.next = self.loader.taken.val();
        self.flash.turn.next = self.loader.turn.val();
        self.flash.turn_to_ring.next = self.loader.turn_to_ring.val();
        self.flash.blocked.next = self.datapath.out_valid.val()
            | self.sequencer.fetching.val()
            | (self.sequencer.frozen.val() & self.has_front.val());
        self.flash.io.next = self.flash_io.val();
        self.flash_step.next = self.flash.step.val();
        self.flash_pulse.next = self.flash.pulse.val();
        self.flash_select.next = self.flash.select.val();
        self.flash_command.next = self.flash.command.val();
        self.flash_drive.next = self.flash.drive.val();
        // The memory: the bus, then whoever is at work.
        self.bus_word.next = self.bus_addr.val() >> bit_cast::<24, 5>(self.word_shift.val());
        self.bus_byte.next = self.bus_addr.val().get_bits::<4>(0) & self.lane_mask.val();
        self.bus_lane.d.next = self.bus_byte.val();
        self.one.next = 1.into();
        self.spread.byte.next = self.bus_wdata.val();
        self.memory.addr.next = self.bus_word.val().get_bits::<16>(0);
        self.memory.wr_data.next = self.spread.word.val();
        self.memory.wr_mask.next = 0.into();
        self.store.next = self.bus_we.val() & (self.bus_region.val() == 1);
        self.store_lane.next = self.bus_byte.val();
        if self.sequencer.busy.val() {
            self.store.next = self.flash.write.val();
            if self.has_flash.val() {
                self.store_lane.next = self.flash.lane.val();
                self.spread.byte.next = self.flash.byte.val();
            }
        }
        if self.store.val() {
            self.memory.wr_mask.next = self.one.val() << bit_cast::<16, 4>(self.store_lane.val());
        }
        // Bytes of the flash never come with a result.
        if self.sequencer.busy.val() & (self.datapath.out_valid.val() | !self.has_flash.val()) {
            self.memory.wr_data.next = self.datapath.out_word.val();
        }
        if self.sequencer.busy.val() {
            self.memory.addr.next = self.sequencer.addr.val();
            if self.loader.request.val() {
                self.memory.addr.next = self.loader.addr.val();
            }
            if self.fetcher.request.val() {
                self.memory.addr.next = self.fetcher.addr.val();
            }
            if self.flash.claim.val() & !self.sequencer.fetching.val() {
                self.memory.addr.next = self.flash.addr.val();
            }
            // A result has the port, be it written or dropped: that keeps the way from it to the others short.
            if self.datapath.out_valid.val() {
                self.memory.addr.next = self.writer.addr.val();
            }
            if self.writer.write.val() {
                self.memory.wr_mask.next = 0xFFFF.into();
            }
        }
        if self.sequencer.frozen.val() & self.has_front.val() {
            self.spread.byte.next = self.front.y.val();
            self.memory.wr_data.next = self.spread.word.val();
            self.memory.addr.next = self.feeder.rd_addr.val();
            if self.feeder.wr_en.val() {
                self.memory.addr.next = self.feeder.wr_addr.val();
                self.memory.wr_mask.next = self.one.val() << bit_cast::<16, 4>(self.feeder.wr_lane.val());
            }
        }
        // Reading back, in two steps: the memory's output is late.
        self.registers.address.next = bit_cast::<5, 24>(self.bus_addr.val());
        self.registers.cycles.next = self.sequencer.cycles.val();
        self.even_byte.d.next = self.even.val();
        self.odd_byte.d.next = self.odd.val();
        self.reads_odd.d.next = self.bus_lane.q.val().get_bit(0);
        self.read_back.d.next = self.even_byte.q.val();
        if self.reads_odd.q.val() {
            self.read_back.d.next = self.odd_byte.q.val();
        }
        if self.bus_region.val() == 0 {
            self.read_back.d.next = self.registers.data.val();
        }
        self.bus_rdata.next = self.read_back.q.val();
    }
}
