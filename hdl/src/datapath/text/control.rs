//! Flags beside the products, the parameters' counter, the marks that go with the results.

use super::{Shape, count_bits};

/// Element i of a flag's register is the flag i + 1 clocks ago.
pub fn flags(shape: &Shape) -> String {
    let m = shape.product_clocks();
    format!(
        "reg [{t}:0] valid_q, first_q; reg [{m}:0] last_q; reg [4:0] slot_q;\n\
         initial begin valid_q = 0; first_q = 0; last_q = 0; slot_q = 0; end\n\
         always @(posedge clock) begin\n\
         valid_q <= {{valid_q, valid}}; first_q <= {{first_q, first}}; last_q <= {{last_q, valid & last}};\n\
         if (valid & last) slot_q <= slot;\n\
         end\n\
         wire summed = valid_q[{t}]; wire starts = first_q[{t}]; wire ends = last_q[{t}]; wire capture = last_q[{m}];\n",
        t = m - 1,
    )
}

/// A counter of a nest: advances with the carry of the one inside, and carries.
fn counter(name: &str, limit: usize, carry_in: &str) -> (String, String) {
    let carry = format!("{name}_last");
    if limit == 1 {
        return (format!("wire {carry} = {carry_in};\n"), carry);
    }
    let bits = count_bits(limit);
    let text = format!(
        "reg [{top}:0] {name}; initial {name} = 0;\n\
         wire {name}_end = {name} == {last}; wire {carry} = {carry_in} & {name}_end;\n\
         always @(posedge clock) if (ends | ({carry_in} & {name}_end)) {name} <= 0; else if ({carry_in}) {name} <= {name} + 1'b1;\n",
        top = bits - 1,
        last = limit - 1,
    );
    (text, carry)
}

/// The walk over the parameters, begun when sums are complete, and the marks of the results on their way.
pub fn walk(shape: &Shape) -> String {
    let clocks = shape.spec.clocks_per_result();
    let (phase, carry) = counter("phase", clocks, "running");
    let (channel, carry) = counter("channel", shape.lanes, &carry);
    let (pixel, carry) = counter("pixel", shape.spec.pixels_each(), &carry);
    let loads = if clocks == 1 { "running" } else { "(running & phase == 0)" };
    let top = shape.spec.byte_clocks() + shape.spec.requantisers - 1;
    let slices = shape.spec.requantisers;
    format!(
        "reg running; reg [4:0] slot_a; initial begin running = 0; slot_a = 0; end\n{phase}{channel}{pixel}\
         always @(posedge clock) begin\n\
         if (ends) begin running <= 1'b1; slot_a <= slot_q; end else if ({carry}) running <= 1'b0;\n\
         end\n\
         wire [3:0] channel_a = channel; assign param_addr = {{slot_a, channel_a}};\n\
         reg [{top}:0] load_q; initial load_q = 0;\n\
         always @(posedge clock) load_q <= {{load_q, {loads}}};\n\
         reg [{slices}:0] final_q; initial final_q = 0;\n\
         always @(posedge clock) final_q <= {{final_q, phase_last}};\n"
    )
}

/// Words: slice 0 counts its bytes, the others follow.
pub fn output(shape: &Shape) -> String {
    let (slices, last) = (shape.spec.requantisers, shape.lanes - 1);
    let byte = shape.spec.byte_clocks();
    let count = format!(
        "reg [{bits}:0] byte_count; initial byte_count = 0; reg [{slices}:0] done_q; initial done_q = 0;\n\
         always @(posedge clock) begin\n\
         if (load_q[{byte}]) byte_count <= byte_count + 1'b1;\n\
         done_q <= {{done_q, load_q[{byte}] & byte_count == {last}}};\n\
         end\n",
        bits = count_bits(shape.lanes) - 1,
    );
    if slices == 1 {
        return count + "assign out_word = pack_0; assign out_valid = done_q[0];\n";
    }
    let bits = 8 * shape.lanes;
    let chosen = |r: usize| format!("({{{bits}{{done_q[{r}]}}}} & pack_{r})");
    format!(
        "{count}reg [{top}:0] out_q; reg out_valid_q; initial out_valid_q = 0;\n\
         always @(posedge clock) begin\n\
         out_valid_q <= |done_q[{last_slice}:0];\n\
         out_q <= {words};\n\
         end\n\
         assign out_word = out_q; assign out_valid = out_valid_q;\n",
        top = bits - 1,
        last_slice = slices - 1,
        words = (0..slices).map(chosen).collect::<Vec<_>>().join(" | "),
    )
}
