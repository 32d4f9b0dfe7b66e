//! Pieces of Verilog that several blocks print.

/// Bits of a counter that counts `0..count`, at least 1.
pub(super) fn counter_bits(count: usize) -> u32 {
    (count.max(2) - 1).ilog2() + 1
}

/// A counter `name` of `0..count` that moves on `step`, with its wires `name_last` and `name_next`.
pub(super) fn counter(name: &str, count: usize, step: &str) -> String {
    let bits = counter_bits(count);
    let last = count - 1;
    format!(
        "reg [{top}:0] {name}; initial {name} = 0;\n\
         wire {name}_last = {name} == {bits}'d{last};\n\
         wire [{top}:0] {name}_next = {name}_last ? {bits}'d0 : {name} + {bits}'d1;\n\
         always @(posedge clock) if ({step}) {name} <= {name}_next;\n",
        top = bits - 1
    )
}

/// The `bytes` low bytes of `source` on an output bus of `capacity` bytes, zeros above.
pub(super) fn assign_bus(port: &str, source: &str, bytes: usize, capacity: usize) -> String {
    let above = 8 * (capacity - bytes);
    match above {
        0 => format!("assign {port} = {source};\n"),
        _ => format!("assign {port} = {{{above}'d0, {source}}};\n"),
    }
}
