//! Verilog of the window.

use super::text::{assign_bus, counter, counter_bits};
use super::{WINDOW, WindowShape};

/// The module's body.
pub(super) fn text(shape: &WindowShape) -> String {
    let (h, w) = shape.padded();
    let mut code = String::from(
        "reg valid; initial valid = 0;\n\
         wire free = !valid || y_ready;\n\
         wire in_image, complete;\n\
         wire waits;\n\
         wire step = free && (x_valid || !waits);\n",
    );
    code += &counter("col", w, "step");
    code += &counter("row", h, "step && col_last");
    code += &format!("assign in_image = {};\nassign complete = {};\n", inside(shape), complete(shape));
    code += "assign waits = in_image || (row == 0 && col == 0);\n";
    code += "always @(posedge clock) if (free) valid <= step && complete;\n";
    code += &column(shape);
    code += &window(shape);
    code + "assign x_ready = free && in_image;\nassign y_valid = valid;\n"
}

fn all(conditions: impl IntoIterator<Item = String>) -> String {
    let conditions: Vec<String> = conditions.into_iter().collect();
    if conditions.is_empty() { "1'b1".into() } else { conditions.join(" && ") }
}

/// Conditions for `first <= counter < end`; those that always hold are left out.
fn within(name: &str, first: usize, end: usize, count: usize) -> Vec<String> {
    let bits = counter_bits(count);
    let from = (first > 0).then(|| format!("{name} >= {bits}'d{first}"));
    let to = (end < count).then(|| format!("{name} < {bits}'d{end}"));
    from.into_iter().chain(to).collect()
}

fn inside(shape: &WindowShape) -> String {
    let ((h, w), (top, left), input) = (shape.padded(), shape.origin(), shape.input());
    let rows = within("row", top, top + input.h, h);
    all(rows.into_iter().chain(within("col", left, left + input.w, w)))
}

fn complete(shape: &WindowShape) -> String {
    let ((h, w), (kh, kw), (sy, sx)) = (shape.padded(), shape.kernel(), shape.stride());
    let on_stride = |name: &str, kernel: usize, stride: usize| {
        (stride == 2).then(|| format!("{name}[0] == 1'b{}", (kernel - 1) % 2))
    };
    let edges = within("row", kh - 1, h, h).into_iter().chain(within("col", kw - 1, w, w));
    all(edges.chain(on_stride("row", kh, sy)).chain(on_stride("col", kw, sx)))
}

/// `column`: the pixels of this column in all kernel rows, the oldest in the low bits.
fn column(shape: &WindowShape) -> String {
    let (rows, bits) = (shape.kernel().0, 8 * shape.input().c);
    let padding = format!("{{{}{{8'h{:02x}}}}}", shape.input().c, shape.pad_value());
    let pixel = format!("wire [{top}:0] pixel = in_image ? x[{top}:0] : {padding};\n", top = bits - 1);
    if rows == 1 {
        return pixel + &format!("wire [{}:0] column = pixel;\n", bits - 1);
    }
    let above = format!(
        "wire [{above}:0] stored;\n\
         wire [{all}:0] column = {{pixel, stored}};\n\
         wire [{above}:0] younger = column[{all}:{bits}];\n",
        above = bits * (rows - 1) - 1,
        all = bits * rows - 1
    );
    pixel + &above + &lines(shape.padded().1, bits * (rows - 1))
}

/// The rows above. The word of the next column is read while this one's is written: never the same word, unless
/// there is only one column, which needs no memory.
fn lines(width: usize, bits: usize) -> String {
    let top = bits - 1;
    if width == 1 {
        return format!(
            "reg [{top}:0] above; initial above = 0;\nassign stored = above;\n\
             always @(posedge clock) if (step) above <= younger;\n"
        );
    }
    format!(
        "(* no_rw_check *) reg [{top}:0] lines [0:{last}];\n\
         integer k; initial for (k = 0; k < {width}; k = k + 1) lines[k] = 0;\n\
         reg [{top}:0] above;\nassign stored = above;\n\
         always @(posedge clock) if (step) begin\n\
         lines[col] <= younger;\nabove <= lines[col_next];\nend\n",
        last = width - 1
    )
}

/// One shift register for each kernel row.
fn window(shape: &WindowShape) -> String {
    let ((rows, cols), bits) = (shape.kernel(), 8 * shape.input().c);
    let top = bits * cols - 1;
    let row = |i: usize| {
        let new = format!("column[{}:{}]", bits * (i + 1) - 1, bits * i);
        let moved = if cols == 1 { new } else { format!("{{{new}, window{i}[{top}:{bits}]}}") };
        format!(
            "reg [{top}:0] window{i}; initial window{i} = 0;\n\
             always @(posedge clock) if (step) window{i} <= {moved};\n"
        )
    };
    let names: Vec<String> = (0..rows).rev().map(|i| format!("window{i}")).collect();
    let all = format!("wire [{}:0] taps = {{{}}};\n", 8 * shape.bytes() - 1, names.join(", "));
    (0..rows).map(row).collect::<String>() + &all + &assign_bus("y", "taps", shape.bytes(), WINDOW)
}
