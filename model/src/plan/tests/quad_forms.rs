//! How the quad array stores tensors that one layer alone reads, and layers of one pixel.

use super::*;
use crate::plan::quad::{FLAG_SPREAD, Field as QuadField};

fn window(kernel: (usize, usize), stride: (usize, usize), padding: Padding) -> Window {
    Window { kernel, stride, padding }
}

/// The descriptor of an array's layer.
fn layer(plan: &Plan, index: usize) -> Descriptor {
    Descriptor::unpack(&plan.program.image[index * descriptor::BYTES..])
}

/// Plans a chain for quads and compares it with the reference, with and without zeros.
fn compare(chain: &mut Chain) -> Plan {
    let image = chain.random.image(chain.graph.tensors[0].shape);
    let plans = [SKIPPING, PLAIN].map(|options| {
        let plan = plan(&chain.graph, 0, &quads(), options).unwrap();
        assert_reference(&chain.graph, &plan, &image);
        plan
    });
    let [_, plain] = plans;
    plain
}

#[test]
fn two_pixels_of_a_narrow_image_share_a_word() {
    let kernels = [(3, 3), (5, 3), (2, 4), (1, 3)];
    let shapes = [(64, 24, 3), (60, 31, 1), (80, 17, 2)];
    let mut count = 0;
    for (seed, ((h, w, c), kernel)) in shapes.iter().flat_map(|s| kernels.map(|k| (*s, k))).enumerate() {
        let mut chain = Chain::new(seed as u64, Shape::new(h, w, c));
        assert!(chain.conv(window((3, 3), (2, 1), Padding::Same), 5 + seed % 4));
        assert!(chain.depthwise(window(kernel, (1, 1), Padding::Same), 1));
        assert!(chain.conv(window((1, 1), (1, 1), Padding::Same), 20));
        assert!(chain.depthwise(window((3, 3), (2, 2), Padding::Same), 1));
        let folded = compare(&mut chain);
        let pairs = matches!(folded.program.input().unwrap().layout, Layout::WindowPairs { .. });
        count += usize::from(pairs);
        // Somebody else reads what would be folded.
        let outputs = chain.graph.nodes.iter().map(|node| node.output);
        chain.graph.outputs = outputs.collect();
        let whole = compare(&mut chain);
        assert!(!matches!(whole.program.input().unwrap().layout, Layout::WindowPairs { .. }));
        assert!(!pairs || folded.program.clocks() < whole.program.clocks());
    }
    assert!(count > 6, "{count}");
}

#[test]
fn even_and_odd_columns_lie_apart_for_a_stride_of_two() {
    let kernels = [((3, 3), (2, 2)), ((5, 5), (1, 2)), ((2, 2), (2, 2)), ((3, 1), (3, 2))];
    let ways = kernels.iter().flat_map(|k| [2, 4, 6, 8, 12, 24].map(|w| (*k, w)));
    let mut halved = 0;
    for (seed, ((kernel, stride), w)) in ways.enumerate() {
        for padding in [Padding::Same, Padding::Valid] {
            let mut chain = Chain::new(seed as u64, Shape::new(12, w, 18));
            chain.push(Op::Rescale, Shape::new(12, w, 18), false, None);
            assert!(chain.conv(window((1, 1), (1, 1), Padding::Same), 24));
            if !chain.depthwise(window(kernel, stride, padding), 1) {
                continue;
            }
            let plan = compare(&mut chain);
            let columns = layer(&plan, 1);
            let apart = columns.get(QuadField::RunStep) == 1;
            halved += usize::from(apart && columns.bytes(QuadField::Block) == [8, 2]);
            assert!(w != 24 || kernel != (3, 3) || apart, "{kernel:?}");
        }
    }
    assert!(halved > 4, "{halved}");
}

#[test]
fn groups_that_do_the_same_to_one_pixel_are_pixels() {
    for (h, w, c) in [(3, 3, 256), (1, 2, 100), (2, 2, 40), (16, 16, 40)] {
        let mut chain = Chain::new(c as u64, Shape::new(h, w, c));
        chain.push(Op::Mean, Shape::new(1, 1, c), false, None);
        let plan = compare(&mut chain);
        let groups = layer(&plan, 0).get(QuadField::Groups);
        // The access's step has 8 bits.
        assert_eq!(groups, if h * w < 16 { 1 } else { 3 }, "{h} {w} {c}");
    }
}

#[test]
fn the_only_block_of_a_pass_takes_more_weights_than_the_ring_holds() {
    let mut chain = Chain::new(1, Shape::new(1, 1, 640));
    assert!(chain.conv(window((1, 1), (1, 1), Padding::Same), 130));
    let plan = compare(&mut chain);
    let spread = layer(&plan, 0);
    assert_eq!(spread.get(QuadField::Flags) & FLAG_SPREAD, FLAG_SPREAD);
    assert_eq!((spread.get(QuadField::Passes), spread.get(QuadField::Blocks)), (3, 1));
    assert!(plan.program.clocks() < 2500, "{}", plan.program.clocks());
}
