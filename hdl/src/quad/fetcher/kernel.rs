//! What the fetcher does in each clock.

use rust_hdl::prelude::*;

use super::QuadFetcher;

impl Logic for QuadFetcher {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            passes,
            list_shared,
            in_base,
            pass_step,
            block_step,
            row_step,
            width,
            run_step
        );
        dff_setup!(self, clock, blocks_x, blocks_y, pitch, gap, x_block, size, words, access_step, runs);
        dff_setup!(
            self,
            clock,
            running,
            waiting,
            passes_left,
            done,
            base,
            index,
            left,
            x_left,
            y_left,
            stands
        );
        dff_setup!(
            self,
            clock,
            entry_valid,
            entry_marks,
            entry_offset,
            entry_delta,
            entry_dx,
            entry_accesses
        );
        dff_setup!(self, clock, ends_row, ends_pass, plane, line, block_x, block);
        dff_setup!(
            self,
            clock,
            run_valid,
            run_marks,
            run_x,
            run_at,
            run_plane,
            run_accesses,
            run_first,
            runs_left
        );
        dff_setup!(
            self,
            clock,
            turned_valid,
            turned_marks,
            turned_x,
            turned_at,
            turned_plane,
            turned_accesses
        );
        dff_setup!(self, clock, turned_first, turned_final, valid, at_marks, at_x, at, at_plane, at_left);
        dff_setup!(self, clock, at_position, at_final, place_plane, place_marks);
        dff_setup!(self, clock, word_0, word_1, word_2, word_3, word_outside, word_marks);
        clock!(self, clock, next_block, run_start, next_access);
        // The descriptor.
        if self.load.val() {
            self.passes.d.next = bit_cast::<9, 16>(self.descriptor.val().get_bits::<16>(32));
            self.list_shared.d.next = self.descriptor.val().get_bits::<8>(48).get_bit(1);
            self.in_base.d.next = self.descriptor.val().get_bits::<16>(96);
            self.pass_step.d.next = self.descriptor.val().get_bits::<16>(112);
            self.block_step.d.next = self.descriptor.val().get_bits::<16>(128);
            self.row_step.d.next = self.descriptor.val().get_bits::<16>(144);
            self.width.d.next = bit_cast::<10, 16>(self.descriptor.val().get_bits::<16>(160));
            self.run_step.d.next = self.descriptor.val().get_bits::<16>(176);
            self.blocks_x.d.next = bit_cast::<12, 16>(self.descriptor.val().get_bits::<16>(192));
            self.blocks_y.d.next = bit_cast::<9, 16>(self.descriptor.val().get_bits::<16>(208));
            self.pitch.d.next = bit_cast::<10, 16>(self.descriptor.val().get_bits::<16>(224));
            self.gap.d.next = self.descriptor.val().get_bits::<16>(240);
            self.x_block.d.next = bit_cast::<10, 16>(self.descriptor.val().get_bits::<16>(256));
            self.size.d.next = self.descriptor.val().get_bits::<16>(272);
            self.words.d.next = bit_cast::<3, 8>(self.descriptor.val().get_bits::<8>(288));
            self.access_step.d.next = self.descriptor.val().get_bits::<8>(296);
            self.runs.d.next = bit_cast::<3, 8>(self.descriptor.val().get_bits::<8>(328));
        }
        // The walk: from block to block, from the start of a run into its row, from access to access.
        self.next_block.width.next = self.width.q.val();
        self.next_block.pitch.next = self.pitch.q.val();
        self.next_block.gap.next = self.gap.q.val();
        self.next_block.x_step.next = self.x_block.q.val();
        self.next_block.step.next = self.block_step.q.val();
        self.next_block.x.next = self.block_x.q.val();
        self.next_block.at.next = self.block.q.val();
        self.run_start.width.next = self.width.q.val();
        self.run_start.pitch.next = self.pitch.q.val();
        self.run_start.gap.next = self.gap.q.val();
        self.run_start.x_step.next = 0.into();
        self.run_start.step.next = 0.into();
        self.run_start.x.next = self.run_x.q.val();
        self.run_start.at.next = self.run_at.q.val();
        self.next_access.width.next = self.width.q.val();
        self.next_access.pitch.next = self.pitch.q.val();
        self.next_access.gap.next = self.gap.q.val();
        self.next_access.x_step.next = bit_cast::<10, 8>(self.access_step.q.val());
        self.next_access.step.next = bit_cast::<16, 8>(self.access_step.q.val());
        self.next_access.x.next = self.at_x.q.val();
        self.next_access.at.next = self.at.q.val();
        // The words of the requests of the last clocks arrive.
        self.outside[0].clock.next = self.clock.val();
        self.outside[0].d.next = self.word_outside.q.val();
        self.marks[0].clock.next = self.clock.val();
        self.marks[0].d.next = self.word_marks.q.val();
        for i in 1..4 {
            self.outside[i].clock.next = self.clock.val();
            self.outside[i].d.next = self.outside[i - 1].q.val();
            self.marks[i].clock.next = self.clock.val();
            self.marks[i].d.next = self.marks[i - 1].q.val();
        }
        self.push.next = self.marks[3].q.val().valid;
        self.push_outside.next = self.outside[3].q.val();
        self.push_position.next = self.marks[3].q.val().position;
        self.push_complete.next = self.marks[3].q.val().complete;
        self.push_mask.next = self.marks[3].q.val().mask;
        self.push_slide.next = self.marks[3].q.val().slide;
        self.push_last.next = self.marks[3].q.val().last;
        // The request, with the words that lie above or below the image.
        self.request.next = self.word_marks.q.val().valid;
        self.addr_0.next = self.word_0.q.val();
        self.addr_1.next = self.word_1.q.val();
        self.addr_2.next = self.word_2.q.val();
        self.addr_3.next = self.word_3.q.val();
        self.word_0.d.next = self.place_plane.q.val() + self.place[0].place.val();
        self.word_1.d.next = self.place_plane.q.val() + self.place[1].place.val();
        self.word_2.d.next = self.place_plane.q.val() + self.place[2].place.val();
        self.word_3.d.next = self.place_plane.q.val() + self.place[3].place.val();
        self.word_marks.d.next = self.place_marks.q.val();
        for i in 0..4 {
            self.above[i].next = 0.into();
            if self.place[i].outside.val() | (self.place[i].place.val() >= self.size.q.val()) {
                self.above[i].next = 15.into();
            }
        }
        self.word_outside.d.next = (self.above[0].val() & 1)
            | (self.above[1].val() & 2)
            | (self.above[2].val() & 4)
            | (self.above[3].val() & 8);
        // The places of the access at hand. Those that no pixel uses are the same as used ones.
        for i in 0..4 {
            self.place[i].clock.next = self.clock.val();
            self.place[i].step.next = true;
            self.place[i].width.next = self.width.q.val();
            self.place[i].pitch.next = self.pitch.q.val();
            self.place[i].gap.next = self.gap.q.val();
            self.place[i].x.next = self.at_x.q.val();
            self.place[i].at.next = self.at.q.val();
            self.place[i].right.next = 0.into();
        }
        if self.words.q.val() == 4 {
            self.place[1].right.next = 1.into();
            self.place[2].right.next = 2.into();
            self.place[3].right.next = 3.into();
        }
        if self.words.q.val() == 2 {
            self.place[1].right.next = 2.into();
            self.place[3].right.next = 2.into();
        }
        self.one_left.next = self.at_left.q.val() == 1;
        self.steps.next = self.valid.q.val() & self.space.val();
        self.uses_run.next =
            self.turned_valid.q.val() & (!self.valid.q.val() | (self.space.val() & self.one_left.val()));
        self.place_plane.d.next = self.at_plane.q.val();
        self.place_marks.d.next.valid = self.steps.val();
        self.place_marks.d.next.position = self.at_position.q.val();
        self.place_marks.d.next.complete = self.one_left.val() & self.at_final.q.val();
        self.place_marks.d.next.mask = self.at_marks.q.val().mask;
        self.place_marks.d.next.slide = self.at_marks.q.val().slide;
        self.place_marks.d.next.last = self.at_marks.q.val().last;
        // The next access; words beyond the last position have none.
        self.far_position.next = self.at_position.q.val() + bit_cast::<5, 3>(self.words.q.val());
        if self.steps.val() {
            self.at_x.d.next = self.next_access.next_x.val();
            self.at.d.next = self.next_access.next_at.val();
            self.at_left.d.next = self.at_left.q.val() - 1;
            if self.at_position.q.val() < 20 {
                self.at_position.d.next = self.far_position.val();
            }
            if self.one_left.val() {
                self.valid.d.next = false;
            }
        }
        if self.uses_run.val() {
            self.valid.d.next = true;
            self.at_marks.d.next = self.turned_marks.q.val();
            self.at_x.d.next = self.turned_x.q.val();
            self.at.d.next = self.turned_at.q.val();
            self.at_plane.d.next = self.turned_plane.q.val();
            self.at_left.d.next = self.turned_accesses.q.val();
            self.at_final.d.next = self.turned_final.q.val();
            if self.turned_first.q.val() {
                self.at_position.d.next = 0.into();
            }
        }
        // The next run.
        self.emits_run.next = self.run_valid.q.val() & (!self.turned_valid.q.val() | self.uses_run.val());
        if self.uses_run.val() {
            self.turned_valid.d.next = false;
        }
        if self.emits_run.val() {
            self.turned_valid.d.next = true;
            self.turned_marks.d.next = self.run_marks.q.val();
            self.turned_x.d.next = self.run_start.next_x.val();
            self.turned_at.d.next = self.run_start.next_at.val();
            self.turned_plane.d.next = self.run_plane.q.val();
            self.turned_accesses.d.next = self.run_accesses.q.val();
            self.turned_first.d.next = self.run_first.q.val();
            self.turned_final.d.next = self.runs_left.q.val() == 1;
            self.run_first.d.next = false;
            self.run_at.d.next = self.run_at.q.val() + self.run_step.q.val();
            self.runs_left.d.next = self.runs_left.q.val() - 1;
            if self.runs_left.q.val() == 1 {
                self.run_valid.d.next = false;
            }
        }
        // The next entry, and after the list's last the next block.
        self.uses_entry.next = self.entry_valid.q.val() & !self.run_valid.q.val();
        self.wide_dx.next = bit_cast::<11, 6>(self.entry_dx.q.val());
        if self.entry_dx.q.val().get_bit(5) {
            self.wide_dx.next = bit_cast::<11, 6>(self.entry_dx.q.val()) | 0x7C0;
        }
        self.next_line.next = self.line.q.val() + self.row_step.q.val();
        self.next_plane.next = self.plane.q.val() + self.pass_step.q.val();
        if self.uses_entry.val() {
            self.entry_valid.d.next = false;
            self.run_valid.d.next = true;
            self.run_marks.d.next = self.entry_marks.q.val();
            self.run_x.d.next = self.block_x.q.val() + self.wide_dx.val();
            self.run_at.d.next = self.block.q.val() + self.entry_delta.q.val();
            self.run_plane.d.next = self.plane.q.val() + self.entry_offset.q.val();
            self.run_accesses.d.next = self.entry_accesses.q.val();
            self.run_first.d.next = true;
            self.runs_left.d.next = self.runs.q.val();
            if self.entry_marks.q.val().last {
                self.block_x.d.next = self.next_block.next_x.val();
                self.block.d.next = self.next_block.next_at.val();
                if self.ends_row.q.val() {
                    self.block_x.d.next = 1024.into();
                    self.block.d.next = self.next_line.val();
                    self.line.d.next = self.next_line.val();
                    if self.ends_pass.q.val() {
                        self.block.d.next = 0.into();
                        self.line.d.next = 0.into();
                        self.plane.d.next = self.next_plane.val();
                    }
                }
            }
        }
        // The list: an entry stands two clocks after its number.
        self.here.next = self.listed.val() - self.done.q.val();
        self.entries.next = self.entries_even.val();
        if self.done.q.val().get_bit(0) & !self.list_shared.q.val() {
            self.entries.next = self.entries_odd.val();
        }
        self.entries_up.next = self.entries.val() + bit_cast::<9, 1>(self.entries.val().get_bits::<1>(0));
        self.next_base.next = self.base.q.val() + self.entries_up.val();
        self.next_index.next = self.index.q.val() + 1;
        self.reads_entry.next =
            self.running.q.val() & !self.waiting.q.val() & self.stands.q.val() & !self.entry_valid.q.val();
        self.stands.d.next = true;
        if self.reads_entry.val() {
            self.stands.d.next = false;
            self.entry_valid.d.next = true;
            self.entry_marks.d.next.mask = self.mask.val();
            self.entry_marks.d.next.slide = self.slide.val();
            self.entry_marks.d.next.last = self.left.q.val() == 1;
            self.entry_offset.d.next = self.offset.val();
            self.entry_delta.d.next = self.delta.val();
            self.entry_dx.d.next = self.dx.val();
            self.entry_accesses.d.next = self.accesses.val();
            self.ends_row.d.next = self.x_left.q.val() == 1;
            self.ends_pass.d.next = self.y_left.q.val() == 1;
            self.index.d.next = self.next_index.val();
            self.left.d.next = self.left.q.val() - 1;
            if self.left.q.val() == 1 {
                self.index.d.next = self.base.q.val();
                self.left.d.next = self.entries.val();
                self.x_left.d.next = self.x_left.q.val() - 1;
                if self.x_left.q.val() == 1 {
                    self.x_left.d.next = self.blocks_x.q.val();
                    self.y_left.d.next = self.y_left.q.val() - 1;
                    if self.y_left.q.val() == 1 {
                        self.y_left.d.next = self.blocks_y.q.val();
                        self.done.d.next = self.done.q.val() + 1;
                        self.passes_left.d.next = self.passes_left.q.val() - 1;
                        if self.passes_left.q.val() == 1 {
                            self.running.d.next = false;
                        }
                        if !self.list_shared.q.val() {
                            self.waiting.d.next = true;
                            self.index.d.next = self.next_base.val();
                            self.base.d.next = self.next_base.val();
                        }
                    }
                }
            }
        }
        if self.waiting.q.val() & (self.here.val() != 0) {
            self.waiting.d.next = false;
            self.left.d.next = self.entries.val();
        }
        self.entry.next = self.index.q.val();
        self.pass.next = self.done.q.val();
        if self.start.val() {
            self.running.d.next = true;
            self.waiting.d.next = true;
            self.passes_left.d.next = self.passes.q.val();
            self.done.d.next = 0.into();
            self.base.d.next = 0.into();
            self.index.d.next = 0.into();
            self.x_left.d.next = self.blocks_x.q.val();
            self.y_left.d.next = self.blocks_y.q.val();
            self.plane.d.next = self.in_base.q.val();
            self.line.d.next = 0.into();
            self.block_x.d.next = 1024.into();
            self.block.d.next = 0.into();
        }
    }
}
