//! What the writer does in each clock.

use rust_hdl::prelude::*;

use super::QuadWriter;

impl Logic for QuadWriter {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, passes, spread, blocks_x, blocks_y, pitch, columns, rows, groups, out_base);
        dff_setup!(
            self, clock, group_step, block_step, row_step, run_step, gap, last_x, last_y, width, x_block
        );
        dff_setup!(
            self,
            clock,
            running,
            filling,
            passes_left,
            groups_left,
            x_left,
            y_left,
            plane,
            line,
            block_x
        );
        dff_setup!(self, clock, block, quad, column, run, run_at, quad_x, quad_at);
        dff_setup!(self, clock, pixel_in, pixel_final, end_x, end_y);
        clock!(self, clock, next_block, next_quad);
        dff_setup!(self, clock, given, pending, begins, zero, least, most);
        // The descriptor, which is used when the layer before is done.
        if self.load.val() {
            self.given.d.next = self.descriptor.val();
        }
        self.turns.next = self.pending.q.val() & !self.running.q.val();
        self.waits.next = self.pending.q.val() & self.running.q.val();
        self.begins.d.next = self.turns.val();
        if self.turns.val() {
            self.pending.d.next = false;
            self.zero.d.next = self.given.q.val().get_bits::<8>(72);
            self.least.d.next = self.given.q.val().get_bits::<8>(80);
            self.most.d.next = self.given.q.val().get_bits::<8>(88);
            self.passes.d.next = bit_cast::<9, 16>(self.given.q.val().get_bits::<16>(32));
            self.spread.d.next = self.given.q.val().get_bits::<8>(48).get_bit(4);
            self.blocks_x.d.next = bit_cast::<12, 16>(self.given.q.val().get_bits::<16>(192));
            self.blocks_y.d.next = bit_cast::<9, 16>(self.given.q.val().get_bits::<16>(208));
            self.pitch.d.next = bit_cast::<10, 16>(self.given.q.val().get_bits::<16>(224));
            self.columns.d.next = bit_cast::<5, 8>(self.given.q.val().get_bits::<8>(320));
            self.rows.d.next = bit_cast::<5, 8>(self.given.q.val().get_bits::<8>(328));
            self.groups.d.next = bit_cast::<11, 16>(self.given.q.val().get_bits::<16>(336));
            self.out_base.d.next = self.given.q.val().get_bits::<16>(352);
            self.group_step.d.next = self.given.q.val().get_bits::<16>(368);
            self.block_step.d.next = self.given.q.val().get_bits::<16>(384);
            self.row_step.d.next = self.given.q.val().get_bits::<16>(400);
            self.run_step.d.next = self.given.q.val().get_bits::<16>(416);
            self.gap.d.next = self.given.q.val().get_bits::<16>(432);
            self.last_x.d.next = bit_cast::<5, 8>(self.given.q.val().get_bits::<8>(448));
            self.last_y.d.next = bit_cast::<5, 8>(self.given.q.val().get_bits::<8>(456));
            self.width.d.next = bit_cast::<10, 16>(self.given.q.val().get_bits::<16>(464));
            self.x_block.d.next = bit_cast::<10, 16>(self.given.q.val().get_bits::<16>(496));
        }
        // The walk: from block to block, from quad to quad.
        self.next_block.width.next = self.width.q.val();
        self.next_block.pitch.next = self.pitch.q.val();
        self.next_block.gap.next = self.gap.q.val();
        self.next_block.x_step.next = self.x_block.q.val();
        self.next_block.step.next = self.block_step.q.val();
        self.next_block.x.next = self.block_x.q.val();
        self.next_block.at.next = self.block.q.val();
        self.next_quad.width.next = self.width.q.val();
        self.next_quad.pitch.next = self.pitch.q.val();
        self.next_quad.gap.next = self.gap.q.val();
        self.next_quad.x_step.next = 4.into();
        self.next_quad.step.next = 4.into();
        self.next_quad.x.next = self.quad_x.q.val();
        self.next_quad.at.next = self.quad_at.q.val();
        // The stages are filled as soon as a layer begins, then move on with each result.
        self.moves.next = self.result.val();
        if self.filling.q.val() {
            self.moves.next = true;
            self.filling.d.next = false;
        }
        // The pixels of the quad at hand.
        for i in 0..4 {
            self.pixel[i].clock.next = self.clock.val();
            self.pixel[i].step.next = self.moves.val();
            self.pixel[i].width.next = self.width.q.val();
            self.pixel[i].pitch.next = self.pitch.q.val();
            self.pixel[i].gap.next = self.gap.q.val();
            self.pixel[i].right.next = i.to_bits::<3>();
            self.pixel[i].x.next = self.quad_x.q.val();
            self.pixel[i].at.next = self.quad_at.q.val();
            self.beside[i].next = 0.into();
            if self.pixel[i].outside.val() {
                self.beside[i].next = 15.into();
            }
        }
        self.write.next = 0.into();
        if self.result.val() & self.running.q.val() {
            self.write.next = self.pixel_in.q.val()
                & !((self.beside[0].val() & 1)
                    | (self.beside[1].val() & 2)
                    | (self.beside[2].val() & 4)
                    | (self.beside[3].val() & 8));
        }
        self.addr_0.next = self.pixel[0].place.val();
        self.addr_1.next = self.pixel[1].place.val();
        self.addr_2.next = self.pixel[2].place.val();
        self.addr_3.next = self.pixel[3].place.val();
        self.busy.next = self.running.q.val() | self.pending.q.val() | self.begins.q.val();
        self.zero_point.next = self.zero.q.val();
        self.low.next = self.least.q.val();
        self.high.next = self.most.q.val();
        // The quad in the walk: how many of its pixels the block has, and where the next one begins.
        self.limit_x.next = self.columns.q.val();
        self.limit_y.next = self.rows.q.val();
        if self.end_x.q.val() {
            self.limit_x.next = self.last_x.q.val();
        }
        if self.end_y.q.val() {
            self.limit_y.next = self.last_y.q.val();
        }
        self.left_x.next = self.limit_x.val() - self.column.q.val();
        self.in_image.next = (self.limit_x.val() > self.column.q.val())
            & (bit_cast::<5, 3>(self.run.q.val()) < self.limit_y.val());
        if self.spread.q.val() {
            self.in_image.next = bit_cast::<11, 2>(self.quad.q.val()) < self.groups_left.q.val();
        }
        self.inside.next = 0.into();
        if self.in_image.val() {
            self.inside.next = 15.into();
            if self.left_x.val() == 1 {
                self.inside.next = 1.into();
            }
            if self.left_x.val() == 2 {
                self.inside.next = 3.into();
            }
            if self.left_x.val() == 3 {
                self.inside.next = 7.into();
            }
        }
        self.next_column.next = self.column.q.val() + 4;
        self.end_run.next = self.next_column.val() >= self.columns.q.val();
        self.end_block.next = self.quad.q.val() == 3;
        self.end_pass.next = self.end_block.val() & self.end_x.q.val() & self.end_y.q.val();
        self.next_run_at.next = self.run_at.q.val() + self.run_step.q.val();
        self.next_line.next = self.line.q.val() + self.row_step.q.val();
        self.pass_step.next = self.group_step.q.val();
        self.groups_after.next = self.groups_left.q.val() - 4;
        if self.spread.q.val() {
            self.pass_step.next = self.group_step.q.val() << 2;
        }
        self.next_plane.next = self.plane.q.val() + self.pass_step.val();
        if self.moves.val() {
            self.pixel_in.d.next = self.inside.val();
            self.pixel_final.d.next = self.end_pass.val() & (self.passes_left.q.val() == 1);
            self.quad.d.next = self.quad.q.val() + 1;
            self.column.d.next = self.next_column.val();
            self.quad_x.d.next = self.next_quad.next_x.val();
            self.quad_at.d.next = self.next_quad.next_at.val();
            if self.end_run.val() {
                self.column.d.next = 0.into();
                self.run.d.next = self.run.q.val() + 1;
                self.run_at.d.next = self.next_run_at.val();
                self.quad_x.d.next = self.block_x.q.val();
                self.quad_at.d.next = self.next_run_at.val();
            }
            if self.spread.q.val() {
                self.column.d.next = 0.into();
                self.quad_x.d.next = self.quad_x.q.val();
                self.quad_at.d.next = self.quad_at.q.val() + self.group_step.q.val();
            }
            if self.end_block.val() {
                self.column.d.next = 0.into();
                self.run.d.next = 0.into();
                self.run_at.d.next = self.next_block.next_at.val();
                self.quad_x.d.next = self.next_block.next_x.val();
                self.quad_at.d.next = self.next_block.next_at.val();
                self.block_x.d.next = self.next_block.next_x.val();
                self.block.d.next = self.next_block.next_at.val();
                self.x_left.d.next = self.x_left.q.val() - 1;
                self.end_x.d.next = self.x_left.q.val() == 2;
                if self.end_x.q.val() {
                    self.x_left.d.next = self.blocks_x.q.val();
                    self.end_x.d.next = self.blocks_x.q.val() == 1;
                    self.y_left.d.next = self.y_left.q.val() - 1;
                    self.end_y.d.next = self.y_left.q.val() == 2;
                    self.run_at.d.next = self.next_line.val();
                    self.quad_x.d.next = 1024.into();
                    self.quad_at.d.next = self.next_line.val();
                    self.block_x.d.next = 1024.into();
                    self.block.d.next = self.next_line.val();
                    self.line.d.next = self.next_line.val();
                    if self.end_y.q.val() {
                        self.y_left.d.next = self.blocks_y.q.val();
                        self.end_y.d.next = self.blocks_y.q.val() == 1;
                        self.run_at.d.next = self.next_plane.val();
                        self.quad_at.d.next = self.next_plane.val();
                        self.block.d.next = self.next_plane.val();
                        self.line.d.next = self.next_plane.val();
                        self.plane.d.next = self.next_plane.val();
                        self.passes_left.d.next = self.passes_left.q.val() - 1;
                        self.groups_left.d.next = self.groups_after.val();
                    }
                }
            }
        }
        if self.result.val() & self.pixel_final.q.val() {
            self.running.d.next = false;
        }
        if self.start.val() {
            self.pending.d.next = true;
        }
        if self.begins.q.val() {
            self.running.d.next = true;
            self.filling.d.next = true;
            self.pixel_final.d.next = false;
            self.passes_left.d.next = self.passes.q.val();
            self.groups_left.d.next = self.groups.q.val();
            self.x_left.d.next = self.blocks_x.q.val();
            self.y_left.d.next = self.blocks_y.q.val();
            self.end_x.d.next = self.blocks_x.q.val() == 1;
            self.end_y.d.next = self.blocks_y.q.val() == 1;
            self.quad.d.next = 0.into();
            self.column.d.next = 0.into();
            self.run.d.next = 0.into();
            self.run_at.d.next = self.out_base.q.val();
            self.quad_x.d.next = 1024.into();
            self.quad_at.d.next = self.out_base.q.val();
            self.block_x.d.next = 1024.into();
            self.block.d.next = self.out_base.q.val();
            self.line.d.next = self.out_base.q.val();
            self.plane.d.next = self.out_base.q.val();
        }
    }
}
