//! What the fetcher does in each clock.

use rust_hdl::prelude::*;

use super::Fetcher;

impl Logic for Fetcher {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, groups, vector, list_shared, in_base, group_step, block_step, row_step);
        dff_setup!(
            self, clock, pixel_step, pixel_row, blocks_x, blocks_y, x_origin, y_origin, x_block, y_block
        );
        dff_setup!(self, clock, in_w, in_h, pixel_x, pixel_y, pixels_x, pixels_y, running, waiting);
        dff_setup!(self, clock, groups_left, done, base, index, left, x_left, y_left, px_left, py_left);
        dff_setup!(self, clock, group_base, line, block, pixel, x0, y0, x, y);
        dff_setup!(self, clock, a_valid, a_addr, a_x, a_y, a_mask, a_complete, a_last);
        dff_setup!(self, clock, b_valid, b_addr, b_inside, b_mask, b_complete, b_last);
        dff_setup!(self, clock, pushing, c_mask, c_complete, c_last, c_outside);
        // The descriptor bus.
        if self.load.val() {
            if self.field.val() == 2 {
                self.groups.d.next = self.word.val().get_bits::<9>(0);
            }
            if self.field.val() == 3 {
                self.vector.d.next = self.word.val().get_bit(0);
                self.list_shared.d.next = self.word.val().get_bit(1);
            }
            if self.field.val() == 6 {
                self.in_base.d.next = self.word.val();
            }
            if self.field.val() == 7 {
                self.group_step.d.next = self.word.val();
            }
            if self.field.val() == 8 {
                self.block_step.d.next = self.word.val().get_bits::<8>(0);
            }
            if self.field.val() == 9 {
                self.row_step.d.next = self.word.val();
            }
            if self.field.val() == 10 {
                self.pixel_step.d.next = self.word.val().get_bits::<8>(0);
            }
            if self.field.val() == 11 {
                self.pixel_row.d.next = self.word.val();
            }
            if self.field.val() == 12 {
                self.blocks_x.d.next = self.word.val().get_bits::<12>(0);
            }
            if self.field.val() == 13 {
                self.blocks_y.d.next = self.word.val().get_bits::<9>(0);
            }
            if self.field.val() == 14 {
                self.x_origin.d.next = self.word.val().get_bits::<9>(0);
            }
            if self.field.val() == 15 {
                self.y_origin.d.next = self.word.val().get_bits::<9>(0);
            }
            if self.field.val() == 16 {
                self.x_block.d.next = self.word.val().get_bits::<6>(0);
            }
            if self.field.val() == 17 {
                self.y_block.d.next = self.word.val().get_bits::<6>(0);
            }
            if self.field.val() == 18 {
                self.in_w.d.next = self.word.val().get_bits::<9>(0);
            }
            if self.field.val() == 19 {
                self.in_h.d.next = self.word.val().get_bits::<9>(0);
            }
            if self.field.val() == 20 {
                self.pixel_x.d.next = self.word.val().get_bits::<3>(0);
                self.pixel_y.d.next = self.word.val().get_bits::<3>(8);
            }
            if self.field.val() == 21 {
                self.pixels_x.d.next = self.word.val().get_bits::<5>(0);
                self.pixels_y.d.next = self.word.val().get_bits::<5>(8);
            }
        }
        // The request of the last stage.
        self.request.next = self.b_valid.q.val() & self.b_inside.q.val() & self.space.val();
        self.addr.next = self.b_addr.q.val();
        self.go.next = self.b_valid.q.val() & self.space.val() & (!self.b_inside.q.val() | self.free.val());
        self.pushing.d.next = self.go.val();
        self.c_mask.d.next = self.b_mask.q.val();
        self.c_complete.d.next = self.b_complete.q.val();
        self.c_last.d.next = self.b_last.q.val();
        self.c_outside.d.next = !self.b_inside.q.val();
        self.push.next = self.pushing.q.val();
        self.push_mask.next = self.c_mask.q.val();
        self.push_complete.next = self.c_complete.q.val();
        self.push_last.next = self.c_last.q.val();
        self.push_outside.next = self.c_outside.q.val();
        // The second stage: in the image or not.
        self.b_free.next = self.go.val() | !self.b_valid.q.val();
        self.in_image.next = (self.a_x.q.val() < self.in_w.q.val()) & (self.a_y.q.val() < self.in_h.q.val());
        if self.b_free.val() {
            self.b_valid.d.next = self.a_valid.q.val();
            self.b_addr.d.next = self.a_addr.q.val();
            self.b_inside.d.next = self.in_image.val();
            self.b_mask.d.next = self.a_mask.q.val();
            self.b_complete.d.next = self.a_complete.q.val();
            self.b_last.d.next = self.a_last.q.val();
        }
        // The first stage: the next read of the walk.
        self.step.next =
            self.running.q.val() & !self.waiting.q.val() & (self.b_free.val() | !self.a_valid.q.val());
        self.last_px.next = self.px_left.q.val() == 1;
        self.last_row.next = self.one_row.val() | (self.py_left.q.val() == 1);
        self.last_pixel.next = self.vector.q.val() | (self.last_px.val() & self.last_row.val());
        self.last_entry.next = self.left.q.val() == 1;
        if self.b_free.val() {
            self.a_valid.d.next = false;
        }
        self.present_y.next = self.y.q.val();
        if self.one_row.val() {
            self.present_y.next = self.y0.q.val();
        }
        if self.step.val() {
            self.a_valid.d.next = true;
            self.a_addr.d.next = self.pixel.q.val() + self.offset.val();
            self.a_x.d.next = self.x.q.val() + bit_cast::<9, 5>(self.dx.val());
            self.a_y.d.next = self.present_y.val() + bit_cast::<9, 5>(self.dy.val());
            self.a_mask.d.next = self.mask.val();
            self.a_complete.d.next = self.last_pixel.val() & (!self.vector.q.val() | (self.mask.val() != 0));
            self.a_last.d.next = self.last_entry.val();
        }
        // Where the walk goes.
        self.entries.next = self.entries_even.val();
        if self.done.q.val().get_bit(0) & !self.list_shared.q.val() {
            self.entries.next = self.entries_odd.val();
        }
        self.entries_up.next = self.entries.val() + 1;
        self.entries_even_up.next = self.entries_up.val() & 0x3FE;
        self.next_base.next = self.base.q.val();
        if !self.list_shared.q.val() {
            self.next_base.next = self.base.q.val() + self.entries_even_up.val();
        }
        self.next_block.next = self.block.q.val() + bit_cast::<16, 8>(self.block_step.q.val());
        self.next_line.next = self.line.q.val() + self.row_step.q.val();
        self.next_group.next = self.group_base.q.val() + self.group_step.q.val();
        self.next_x0.next = self.x0.q.val() + bit_cast::<9, 6>(self.x_block.q.val());
        self.next_y0.next = self.y0.q.val() + bit_cast::<9, 6>(self.y_block.q.val());
        self.next_pixel.next = self.pixel.q.val() + bit_cast::<16, 8>(self.pixel_step.q.val());
        self.next_row.next = self.pixel.q.val() + self.pixel_row.q.val();
        self.next_x.next = self.x.q.val() + bit_cast::<9, 3>(self.pixel_x.q.val());
        self.next_y.next = self.y.q.val() + bit_cast::<9, 3>(self.pixel_y.q.val());
        self.next_index.next = self.index.q.val();
        if self.step.val() {
            self.pixel.d.next = self.next_pixel.val();
            self.x.d.next = self.next_x.val();
            self.px_left.d.next = self.px_left.q.val() - 1;
            if self.last_px.val() & !self.one_row.val() {
                self.pixel.d.next = self.next_row.val();
                self.x.d.next = self.x0.q.val();
                self.y.d.next = self.next_y.val();
                self.px_left.d.next = self.pixels_x.q.val();
                self.py_left.d.next = self.py_left.q.val() - 1;
            }
            if self.last_pixel.val() {
                // The next entry at the block's first pixel.
                self.px_left.d.next = self.pixels_x.q.val();
                self.py_left.d.next = self.pixels_y.q.val();
                self.pixel.d.next = self.block.q.val();
                self.x.d.next = self.x0.q.val();
                self.y.d.next = self.y0.q.val();
                self.next_index.next = self.index.q.val() + 1;
                self.left.d.next = self.left.q.val() - 1;
                if self.last_entry.val() {
                    // The next block with the same list.
                    self.next_index.next = self.base.q.val();
                    self.left.d.next = self.entries.val();
                    self.block.d.next = self.next_block.val();
                    self.pixel.d.next = self.next_block.val();
                    self.x0.d.next = self.next_x0.val();
                    self.x.d.next = self.next_x0.val();
                    self.x_left.d.next = self.x_left.q.val() - 1;
                    if self.x_left.q.val() == 1 {
                        // The next row of blocks.
                        self.x_left.d.next = self.blocks_x.q.val();
                        self.line.d.next = self.next_line.val();
                        self.block.d.next = self.next_line.val();
                        self.pixel.d.next = self.next_line.val();
                        self.x0.d.next = self.x_origin.q.val();
                        self.x.d.next = self.x_origin.q.val();
                        self.y0.d.next = self.next_y0.val();
                        self.y.d.next = self.next_y0.val();
                        self.y_left.d.next = self.y_left.q.val() - 1;
                        if self.y_left.q.val() == 1 {
                            // The next group.
                            self.y_left.d.next = self.blocks_y.q.val();
                            self.group_base.d.next = self.next_group.val();
                            self.line.d.next = self.next_group.val();
                            self.block.d.next = self.next_group.val();
                            self.pixel.d.next = self.next_group.val();
                            self.y0.d.next = self.y_origin.q.val();
                            self.y.d.next = self.y_origin.q.val();
                            self.base.d.next = self.next_base.val();
                            self.next_index.next = self.next_base.val();
                            self.done.d.next = self.done.q.val() + 1;
                            self.waiting.d.next = !self.list_shared.q.val();
                            self.groups_left.d.next = self.groups_left.q.val() - 1;
                            if self.groups_left.q.val() == 1 {
                                self.running.d.next = false;
                            }
                        }
                    }
                }
            }
        }
        self.index.d.next = self.next_index.val();
        self.entry.next = self.next_index.val();
        self.group.next = self.done.q.val();
        // The list has stood for a clock when this ends.
        self.here.next = self.listed.val() - self.done.q.val();
        self.ready.next = self.here.val() != 0;
        if self.waiting.q.val() & self.ready.val() {
            self.waiting.d.next = false;
            self.left.d.next = self.entries.val();
        }
        if self.start.val() {
            self.running.d.next = true;
            self.waiting.d.next = true;
            self.groups_left.d.next = self.groups.q.val();
            self.done.d.next = 0.into();
            self.base.d.next = 0.into();
            self.index.d.next = 0.into();
            self.x_left.d.next = self.blocks_x.q.val();
            self.y_left.d.next = self.blocks_y.q.val();
            self.px_left.d.next = self.pixels_x.q.val();
            self.py_left.d.next = self.pixels_y.q.val();
            self.group_base.d.next = self.in_base.q.val();
            self.line.d.next = self.in_base.q.val();
            self.block.d.next = self.in_base.q.val();
            self.pixel.d.next = self.in_base.q.val();
            self.x0.d.next = self.x_origin.q.val();
            self.x.d.next = self.x_origin.q.val();
            self.y0.d.next = self.y_origin.q.val();
            self.y.d.next = self.y_origin.q.val();
            self.a_valid.d.next = false;
            self.b_valid.d.next = false;
        }
    }
}
