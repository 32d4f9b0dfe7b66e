//! Writes small FlatBuffers for tests.

/// What a field holds.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A number, little endian.
    Number(Vec<u8>),
    /// A vector or string: number of elements, and their bytes.
    Vector(u32, Vec<u8>),
    Table(Node),
    Tables(Vec<Node>),
    /// A vector of so many references to one table.
    Repeated(u32, Node),
}

/// A table: its fields by their numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node(pub(crate) Vec<(u16, Value)>);

/// A table of these fields.
pub(crate) fn node<const N: usize>(fields: [(u16, Value); N]) -> Node {
    Node(fields.into())
}

pub(crate) fn text(text: &str) -> Value {
    Value::Vector(text.len() as u32, text.as_bytes().to_vec())
}

pub(crate) fn bytes(bytes: &[u8]) -> Value {
    Value::Vector(bytes.len() as u32, bytes.to_vec())
}

macro_rules! numbers {
    ($($number:ident $vector:ident $kind:ty;)*) => {$(
        #[allow(dead_code, reason = "one of each")]
        pub(crate) fn $number(number: $kind) -> Value {
            Value::Number(number.to_le_bytes().to_vec())
        }

        #[allow(dead_code, reason = "one of each")]
        pub(crate) fn $vector(numbers: &[$kind]) -> Value {
            Value::Vector(numbers.len() as u32, numbers.iter().flat_map(|n| n.to_le_bytes()).collect())
        }
    )*};
}

numbers! {
    number_i8 numbers_i8 i8;
    number_u8 numbers_u8 u8;
    number_i32 numbers_i32 i32;
    number_u32 numbers_u32 u32;
    number_i64 numbers_i64 i64;
    number_u64 numbers_u64 u64;
    number_f32 numbers_f32 f32;
}

/// A file with this identifier and root.
pub(crate) fn file(identifier: &[u8; 4], root: &Node) -> Vec<u8> {
    let mut out = vec![0; 4];
    out.extend(identifier);
    let at = table(&mut out, root);
    refer(&mut out, 0, at);
    out
}

/// Writes at `slot` how far ahead `target` lies.
fn refer(out: &mut [u8], slot: usize, target: usize) {
    out[slot..slot + 4].copy_from_slice(&((target - slot) as u32).to_le_bytes());
}

/// Writes a vtable, its table and all that it refers to; gives the table's place.
fn table(out: &mut Vec<u8>, node: &Node) -> usize {
    let slots = node.0.iter().map(|(slot, _)| slot + 1).max().unwrap_or(0);
    let (mut offsets, mut size) = (vec![0u16; usize::from(slots)], 4u16);
    for (slot, value) in &node.0 {
        offsets[usize::from(*slot)] = size;
        size += if let Value::Number(number) = value { number.len() as u16 } else { 4 };
    }
    for number in [4 + 2 * slots, size].into_iter().chain(offsets.iter().copied()) {
        out.extend(number.to_le_bytes());
    }
    let at = out.len();
    out.extend(i32::from(4 + 2 * slots).to_le_bytes());
    out.resize(at + usize::from(size), 0);
    for (slot, value) in &node.0 {
        fill(out, at + usize::from(offsets[usize::from(*slot)]), value);
    }
    at
}

/// Writes a field, which lies at byte `at`, and what it refers to.
fn fill(out: &mut Vec<u8>, at: usize, value: &Value) {
    let target = match value {
        Value::Number(number) => return out[at..at + number.len()].copy_from_slice(number),
        Value::Vector(count, bytes) => vector(out, *count, bytes),
        Value::Table(node) => table(out, node),
        Value::Tables(nodes) => tables(out, nodes),
        Value::Repeated(count, node) => repeated(out, *count, node),
    };
    refer(out, at, target);
}

fn vector(out: &mut Vec<u8>, count: u32, bytes: &[u8]) -> usize {
    let at = out.len();
    out.extend(count.to_le_bytes());
    out.extend(bytes);
    at
}

fn tables(out: &mut Vec<u8>, nodes: &[Node]) -> usize {
    let at = out.len();
    out.extend((nodes.len() as u32).to_le_bytes());
    out.resize(at + 4 + 4 * nodes.len(), 0);
    for (index, node) in nodes.iter().enumerate() {
        let target = table(out, node);
        refer(out, at + 4 + 4 * index, target);
    }
    at
}

fn repeated(out: &mut Vec<u8>, count: u32, node: &Node) -> usize {
    let at = out.len();
    out.extend(count.to_le_bytes());
    out.resize(at + 4 + 4 * count as usize, 0);
    let target = table(out, node);
    for index in 0..count as usize {
        refer(out, at + 4 + 4 * index, target);
    }
    at
}
