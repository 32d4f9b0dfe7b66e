use super::builder::{Node, Value, bytes, file, node, number_f32, number_i32, number_i64, numbers_i32, text};
use super::*;

const ROOT: Field = Field::new("file", "root", 0);

const fn field(slot: u16) -> Field {
    Field::new("T", "f", slot)
}

fn root(bytes: &[u8]) -> Table<'_> {
    Table::root(bytes, ROOT).unwrap()
}

#[test]
fn numbers_are_read_and_absent_ones_have_their_defaults() {
    let node = node([(0, number_i32(-7)), (2, number_f32(1.5)), (5, number_i64(i64::MIN))]);
    let file = file(b"TEST", &node);
    assert_eq!(identifier(&file), Ok(*b"TEST"));
    let table = root(&file);
    assert_eq!(table.scalar(field(0), 1i32), Ok(-7));
    assert_eq!(table.scalar(field(2), 1.0f32), Ok(1.5));
    assert_eq!(table.scalar(field(5), 0i64), Ok(i64::MIN));
    // Between present ones, and beyond the end of the vtable.
    assert_eq!(table.scalar(field(1), 11i32), Ok(11));
    assert_eq!(table.scalar(field(6), true), Ok(true));
    assert_eq!(table.scalar(field(u16::MAX), 3u64), Ok(3));
    assert_eq!(Table::empty().scalar(field(0), 5u8), Ok(5));
}

#[test]
fn strings_vectors_and_tables_are_read() {
    let inner = node([(1, number_i32(3))]);
    let file = file(
        b"TEST",
        &node([
            (0, text("name")),
            (1, numbers_i32(&[1, -2])),
            (2, Value::Tables(vec![Node::default(), inner.clone()])),
            (3, Value::Table(inner)),
            (4, bytes(&[])),
        ]),
    );
    let table = root(&file);
    assert_eq!(table.bytes(field(0)), Ok(&b"name"[..]));
    let numbers = table.vector::<i32>(field(1)).unwrap().unwrap();
    assert_eq!((numbers.len(), numbers.iter().collect::<Vec<_>>()), (2, vec![1, -2]));
    let tables = table.tables(field(2)).unwrap();
    let found: Vec<i32> = tables.iter().map(|t| t.unwrap().scalar(field(1), 0).unwrap()).collect();
    assert_eq!((tables.len(), found), (2, vec![0, 3]));
    assert!(tables.get(2).is_none());
    assert_eq!(table.table(field(3)).unwrap().unwrap().scalar(field(1), 0), Ok(3));
    assert!(table.vector::<u8>(field(4)).unwrap().unwrap().is_empty());
}

#[test]
fn absent_references_are_absent() {
    let file = file(b"TEST", &Node::default());
    let table = root(&file);
    assert!(table.table(field(0)).unwrap().is_none());
    assert!(table.vector::<i32>(field(0)).unwrap().is_none());
    assert!(table.tables(field(0)).unwrap().is_empty());
    assert_eq!(table.bytes(field(0)), Ok(&[][..]));
}

/// Identifier and root of a table with these vtable numbers, which begins at byte 8, and these bytes.
fn raw(vtable: &[u16], object: &[u8]) -> Vec<u8> {
    let length = 2 * vtable.len() as u32;
    let mut file = (8 + length).to_le_bytes().to_vec();
    file.extend(b"TEST");
    file.extend(vtable.iter().flat_map(|n| n.to_le_bytes()));
    file.extend(length.to_le_bytes());
    file.extend(object);
    file
}

#[test]
fn a_broken_vtable_is_an_error() {
    assert!(Table::root(&raw(&[4, 4], &[]), ROOT).is_ok());
    // Shorter than its own head, odd, longer than the file; a table shorter than its head, longer than the file.
    for vtable in [[0, 4], [2, 4], [5, 4], [60, 4], [4, 3], [4, 5], [4, u16::MAX]] {
        let file = raw(&vtable, &[]);
        let error = Table::root(&file, ROOT).unwrap_err();
        assert_eq!(error, FlatbufferError::Vtable { field: ROOT, at: 12 }, "{vtable:?}");
    }
    // A vtable before the file's beginning and after its end.
    for back in [13, i32::MAX, i32::MIN, -2, -1000] {
        let mut file = raw(&[4, 4], &[]);
        file[12..16].copy_from_slice(&i32::to_le_bytes(back));
        assert_eq!(
            Table::root(&file, ROOT).unwrap_err(),
            FlatbufferError::Vtable { field: ROOT, at: 12 },
            "{back}"
        );
    }
}

#[test]
fn a_vtable_may_follow_its_table() {
    let mut file = 8u32.to_le_bytes().to_vec();
    file.extend(b"TEST");
    file.extend((-8i32).to_le_bytes());
    file.extend(77i32.to_le_bytes());
    file.extend([6u16, 8, 4].iter().flat_map(|n| n.to_le_bytes()));
    assert_eq!(root(&file).scalar(field(0), 0i32), Ok(77));
}

#[test]
fn a_field_outside_of_its_table_is_an_error() {
    // 5 leaves 3 bytes of 8; 2 is within the table's own head; 9 begins after the end.
    for offset in [5, 2, 9, u16::MAX] {
        let file = raw(&[6, 8, offset], &[1, 0, 0, 0, 9, 9, 9, 9]);
        let expected = FlatbufferError::FieldOffset { field: field(0), offset: usize::from(offset), size: 8 };
        assert_eq!(root(&file).scalar(field(0), 0i32), Err(expected), "{offset}");
        assert_eq!(root(&file).table(field(0)).unwrap_err(), expected, "{offset}");
    }
}

#[test]
fn references_beyond_the_end_are_errors() {
    // The table begins at byte 14, its only field at 18.
    let file = |forward: u32, tail: &[u8]| {
        let mut object = forward.to_le_bytes().to_vec();
        object.extend(tail);
        raw(&[6, 8, 4], &object)
    };
    let far = file(u32::MAX, &[]);
    let expected = FlatbufferError::Offset { field: field(0), at: 18 + u32::MAX as usize, end: 22 };
    assert_eq!(root(&far).table(field(0)).unwrap_err(), expected);
    assert_eq!(root(&far).vector::<i64>(field(0)).unwrap_err(), expected);
    assert_eq!(root(&far).tables(field(0)).unwrap_err(), expected);
    let long = file(4, &[2, 0, 0, 0, 1, 2, 3]);
    let length = |count| FlatbufferError::Length { field: field(0), at: 22, count, end: 29 };
    assert_eq!(root(&long).vector::<i32>(field(0)).unwrap_err(), length(2));
    assert_eq!(root(&long).bytes(field(0)), Ok(&[1, 2][..]));
    let huge = file(4, &[255, 255, 255, 255, 1, 2, 3]);
    assert_eq!(root(&huge).vector::<i64>(field(0)).unwrap_err(), length(u32::MAX));
    assert_eq!(root(&huge).tables(field(0)).unwrap_err(), length(u32::MAX));
}

#[test]
fn a_file_without_a_head_is_an_error() {
    for length in 0..8 {
        let file = vec![0; length];
        let expected = FlatbufferError::TooShort { found: length, needed: 8 };
        assert_eq!(Table::root(&file, ROOT).unwrap_err(), expected);
    }
    let file = *b"\xff\xff\xff\xffTEST";
    let expected = FlatbufferError::Offset { field: ROOT, at: u32::MAX as usize, end: 8 };
    assert_eq!(Table::root(&file, ROOT).unwrap_err(), expected);
}

#[test]
fn nesting_ends() {
    let mut nested = Node::default();
    for _ in 1..MAX_DEPTH {
        nested = node([(0, Value::Table(nested))]);
    }
    let descend = |file: &[u8]| {
        let mut table = root(file);
        let mut depth = 1;
        while let Some(inner) = table.table(field(0))? {
            (table, depth) = (inner, depth + 1);
        }
        Ok(depth)
    };
    assert_eq!(descend(&file(b"TEST", &nested)), Ok(MAX_DEPTH));
    let deeper = node([(0, Value::Table(nested))]);
    let too_deep = FlatbufferError::TooDeep { field: field(0), most: MAX_DEPTH };
    assert_eq!(descend(&file(b"TEST", &deeper)), Err(too_deep));
    let deeper = node([(0, Value::Tables(vec![deeper]))]);
    let file = file(b"TEST", &deeper);
    assert_eq!(root(&file).tables(field(0)).unwrap().get(0).unwrap().unwrap().depth, 2);
}
