//! Views against elements that are really moved.

use super::super::order::Order;
use super::super::view::View;
use crate::graph::Shape;

#[test]
fn transposes_and_reshapes_are_those_of_memory() {
    let view = View::row_major(&[2, 3, 4]).transpose(&[2, 0, 1]).unwrap();
    let moved: Vec<usize> =
        (0..4).flat_map(|c| (0..2).flat_map(move |a| (0..3).map(move |b| a * 12 + b * 4 + c))).collect();
    assert_eq!((view.dims(), view.offsets()), (vec![4, 2, 3], moved.clone()));
    for dims in [&[4, 6][..], &[24], &[2, 2, 6], &[1, 4, 1, 2, 3], &[8, 3]] {
        let other = view.reshape(dims).unwrap();
        assert_eq!((other.dims(), other.offsets()), (dims.to_vec(), moved.clone()), "{dims:?}");
    }
    // What was joined can be split again.
    assert_eq!(view.reshape(&[24]).and_then(|flat| flat.reshape(&[4, 2, 3])), Some(view.clone()));
    // Sides of 4, 3 and 2 that lie apart have no loop of 3 outside.
    let apart = view.transpose(&[0, 2, 1]).unwrap();
    assert_eq!(apart.reshape(&[2, 12]).map(|view| view.offsets()), Some(apart.offsets()));
    assert_eq!(apart.reshape(&[3, 8]), None);
    for dims in [&[5, 5][..], &[0, 24], &[25], &[2; 9], &[]] {
        assert_eq!(view.reshape(dims), None, "{dims:?}");
    }
    for order in [&[0, 1][..], &[0, 0, 1], &[0, 1, 3], &[0, 1, 2, 3]] {
        assert_eq!(view.transpose(order), None, "{order:?}");
    }
}

#[test]
fn images_are_known_by_their_memory() {
    let shape = Shape::new(4, 5, 3);
    let channels_first = Order::Nchw.view(shape, 4).unwrap();
    assert_eq!(channels_first.dims(), [1, 3, 4, 5]);
    assert_eq!(Order::Nchw.image(&channels_first), Some(shape));
    assert_eq!(Order::Nhwc.image(&channels_first), None);
    let channels_last = channels_first.transpose(&[0, 2, 3, 1]).unwrap();
    assert_eq!(channels_last, View::row_major(&[1, 4, 5, 3]));
    assert_eq!(Order::Nhwc.image(&channels_last), Some(shape));
    assert_eq!(Order::Nchw.image(&channels_last), None);
    // A batch, or a fifth side, is none.
    assert_eq!(Order::Nhwc.image(&View::row_major(&[2, 4, 5, 3])), None);
    assert_eq!(Order::Nhwc.image(&View::row_major(&[2, 2, 4, 5, 3])), None);
    assert_eq!(Order::Nhwc.image(&View::row_major(&[1, 1, 4, 5, 3])), Some(shape));
}
