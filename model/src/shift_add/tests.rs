use proptest::prelude::*;

use super::*;

const INT8: (i64, i64) = (-128, 127);

/// Deterministic weights without a dependency: a 64-bit linear congruential generator.
fn random_matrix(seed: u64, rows: usize, columns: usize, zero_percent: u64) -> Vec<Vec<i32>> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut weight = |_| if next() % 100 < zero_percent { 0 } else { (next() % 256) as i32 - 128 };
    (0..rows).map(|_| (0..columns).map(&mut weight).collect()).collect()
}

fn product(weights: &[Vec<i32>], constants: &[i64], inputs: &[i64]) -> Vec<i64> {
    let dot = |row: &Vec<i32>| row.iter().zip(inputs).map(|(&w, &x)| i64::from(w) * x).sum::<i64>();
    weights.iter().zip(constants).map(|(row, c)| dot(row) + c).collect()
}

fn widened(weights: &[Vec<i32>]) -> Vec<Vec<i64>> {
    weights.iter().map(|row| row.iter().map(|&w| i64::from(w)).collect()).collect()
}

fn assert_well_formed(graph: &ShiftAdd, weights: &[Vec<i32>]) {
    assert_eq!(graph.matrix(), widened(weights));
    graph.check().unwrap();
    assert!(graph.nodes.iter().all(|node| !node.a.negative), "the first term is never subtracted");
}

#[test]
fn zeros_and_powers_of_two_cost_nothing() {
    let weights = vec![vec![0, 0, 0], vec![0, -4, 0], vec![128, 0, 0]];
    let graph = ShiftAdd::from_matrix(&weights, &[7, 0, -1], INT8);
    assert_eq!(graph.cost(), Cost::default());
    assert_eq!(graph.outputs[0], Output { term: None, constant: 7, lo: 7, hi: 7 });
    assert_eq!((graph.outputs[1].lo, graph.outputs[1].hi), (-508, 512));
    assert_eq!(graph.evaluate(&[1, 2, 3]), [7, -8, 127]);
}

#[test]
fn a_negative_row_is_one_positive_sum_with_its_sign_outside() {
    let graph = ShiftAdd::from_matrix(&[vec![-1, -2]], &[0], INT8);
    assert_eq!(graph.nodes.len(), 1);
    assert!(graph.outputs[0].term.unwrap().negative);
    assert!(!graph.nodes[0].a.negative && !graph.nodes[0].b.negative);
    assert_eq!(graph.evaluate(&[10, 20]), [-50]);
}

#[test]
fn equal_and_opposite_rows_are_one_sum() {
    let row = vec![3, -5, 7, 100];
    let opposite: Vec<i32> = row.iter().map(|w| -w).collect();
    let twice: Vec<i32> = row.iter().map(|w| 2 * w).collect();
    let alone = ShiftAdd::from_matrix(std::slice::from_ref(&row), &[0], INT8);
    let all = ShiftAdd::from_matrix(&[row.clone(), opposite, twice, row], &[0; 4], INT8);
    assert_eq!(all.cost().adders, alone.cost().adders);
}

#[test]
fn a_node_of_one_input_has_the_exact_range_of_the_product() {
    // 7 * x = (x << 3) - x: interval arithmetic would give -1151..=1144.
    let graph = ShiftAdd::from_matrix(&[vec![7]], &[0], INT8);
    assert_eq!((graph.nodes[0].lo, graph.nodes[0].hi), (-896, 889));
}

#[test]
fn sharing_is_never_worse_than_plain_signed_digits() {
    let shapes = [(8, 9, 0), (8, 27, 0), (16, 144, 0), (16, 64, 80), (1, 30, 0)];
    for (seed, (rows, columns, zeros)) in (1..).zip(shapes) {
        let weights = random_matrix(seed, rows, columns, zeros);
        let constants = vec![0; rows];
        let plain = ShiftAdd::with_sharing(&weights, &constants, INT8, Sharing::None);
        let shared = ShiftAdd::from_matrix(&weights, &constants, INT8);
        assert_well_formed(&plain, &weights);
        assert_well_formed(&shared, &weights);
        let (p, s) = (plain.cost(), shared.cost());
        println!("{rows}x{columns}, {zeros} % zeros: plain {p:?}, shared {s:?}");
        assert!(s.adders <= p.adders && s.adder_bits <= p.adder_bits, "{p:?} {s:?}");
        assert!(s.depth <= p.depth + 2, "{p:?} {s:?}");
        let flat = ShiftAdd::with_sharing(&weights, &constants, INT8, Sharing::ExtraDepth(0)).cost();
        assert!(flat.depth <= p.depth && flat.adders <= p.adders);
    }
}

#[test]
fn plain_signed_digits_take_at_most_one_adder_less_than_digits() {
    // Fewer where two outputs happen to need the same partial sum: each is built once.
    let weights = random_matrix(3, 4, 20, 30);
    let graph = ShiftAdd::with_sharing(&weights, &[0; 4], INT8, Sharing::None);
    let digits = |row: &Vec<i32>| row.iter().map(|&w| csd::count(i64::from(w)) as usize).sum::<usize>() - 1;
    let most = weights.iter().map(digits).sum::<usize>();
    assert!((most * 8 / 10..=most).contains(&graph.cost().adders), "{} of {most}", graph.cost().adders);
}

#[test]
fn building_twice_gives_the_same_graph() {
    let weights = random_matrix(5, 12, 40, 20);
    let build = || ShiftAdd::from_matrix(&weights, &[1; 12], INT8);
    assert_eq!(build(), build());
}

#[test]
fn a_graph_that_was_tampered_with_is_refused() {
    let good = ShiftAdd::from_matrix(&random_matrix(9, 4, 9, 0), &[5; 4], INT8);
    good.check().unwrap();
    let broken = |change: fn(&mut ShiftAdd)| {
        let mut graph = good.clone();
        change(&mut graph);
        graph.check().unwrap_err()
    };
    let source = broken(|g| g.nodes[0].a.source = Source::Node(0));
    assert!(matches!(source, ShiftAddError::Source { .. }), "{source}");
    let shift = broken(|g| g.nodes[1].b.shift = 64);
    assert!(matches!(shift, ShiftAddError::Shift { shift: 64, .. }));
    let negative = broken(|g| (g.nodes[2].a.negative, g.nodes[2].b.negative) = (true, true));
    assert_eq!(negative, ShiftAddError::Negative { node: 2 });
    assert!(matches!(broken(|g| g.nodes[3].hi -= 1), ShiftAddError::Stated { .. }));
    assert!(matches!(broken(|g| g.outputs[0].constant = i64::MAX), ShiftAddError::Stated { .. }));
    assert!(matches!(broken(|g| g.input_range = (1, 0)), ShiftAddError::Inputs { .. }));
}

#[test]
fn evaluation_without_inputs_does_not_panic() {
    let graph = ShiftAdd::from_matrix(&[vec![3, 5]], &[2], INT8);
    assert_eq!(graph.evaluate(&[]), [2]);
    assert_eq!(ShiftAdd::from_matrix(&[], &[], INT8).evaluate(&[1]), Vec::<i64>::new());
}

#[test]
fn widths_hold_their_ranges() {
    assert_eq!(signed_width(0, 0), 1);
    assert_eq!(signed_width(-1, 0), 1);
    assert_eq!(signed_width(-128, 127), 8);
    assert_eq!(signed_width(0, 128), 9);
    assert_eq!(signed_width(i64::MIN, i64::MAX), 64);
}

fn matrix() -> impl Strategy<Value = Vec<Vec<i32>>> {
    let weight = prop_oneof![
        4 => -128..=127i32,
        2 => Just(0),
        1 => prop_oneof![Just(i32::MAX), Just(i32::MIN), Just(-128), Just(127), Just(1), Just(-1)],
    ];
    (1..8usize, 1..12usize).prop_flat_map(move |(rows, columns)| {
        prop::collection::vec(prop::collection::vec(weight.clone(), columns), rows)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn the_graph_is_its_matrix(
        weights in matrix(), constant in -1_000_000..1_000_000i64, extra in 0..4u32,
        xs in prop::collection::vec(prop_oneof![-128..=127i64, Just(-128), Just(127)], 12),
    ) {
        let constants = vec![constant; weights.len()];
        let graph = ShiftAdd::with_sharing(&weights, &constants, INT8, Sharing::ExtraDepth(extra));
        assert_well_formed(&graph, &weights);
        let inputs = &xs[..graph.inputs];
        let values = graph.evaluate(inputs);
        prop_assert_eq!(&values, &product(&weights, &constants, inputs));
        prop_assert!(values.iter().zip(&graph.outputs).all(|(v, o)| (o.lo..=o.hi).contains(v)));
    }
}
