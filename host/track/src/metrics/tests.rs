//! Numbers worked out by hand.

use super::*;
use proptest::prelude::*;

const TRUTH: BBox = BBox::new(10.0, 10.0, 20.0, 10.0);

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

/// Four frames: perfect, IoU 1/3 at 10 pixels, IoU 0 at 20 pixels, lost.
fn four() -> Scores {
    let predicted = [Some(TRUTH), Some(TRUTH.translated(10.0, 0.0)), Some(TRUTH.translated(20.0, 0.0)), None];
    Scores::new(&[Some(TRUTH); 4], &predicted).expect("comparable")
}

#[test]
fn scores_of_four_frames() {
    let scores = four();
    assert_eq!(scores.frames(), 4);
    assert!(close(scores.ious()[1], 1.0 / 3.0));
    assert_eq!(scores.centre_errors()[..3], [0.0, 10.0, 20.0]);
    assert_eq!(scores.centre_errors()[3], f64::INFINITY);
    assert!(close(scores.mean_iou(), (1.0 + 1.0 / 3.0) / 4.0));
}

#[test]
fn success_is_strict_and_precision_is_not() {
    let scores = four();
    assert_eq!((scores.success(0.0), scores.success(0.3), scores.success(0.5)), (0.5, 0.5, 0.25));
    assert_eq!(scores.success(1.0), 0.0);
    assert_eq!((scores.precision(9.9), scores.precision(10.0), scores.precision(20.0)), (0.25, 0.5, 0.75));
}

#[test]
fn auc_is_the_mean_of_21_thresholds() {
    // IoU 1 is above 20 thresholds (0 to 0.95); IoU 1/3 is above 7 (0 to 0.30).
    assert!(close(four().auc(), (20.0 + 7.0) / 4.0 / 21.0));
    let perfect = Scores::new(&[Some(TRUTH)], &[Some(TRUTH)]).expect("comparable");
    assert!(close(perfect.auc(), 20.0 / 21.0));
    let thresholds = success_thresholds();
    assert_eq!((thresholds[0], thresholds[10], thresholds[20]), (0.0, 0.5, 1.0));
    assert!(close(thresholds[1], 0.05));
}

#[test]
fn frames_without_truth_do_not_count() {
    let absent = Some(BBox::new(f64::NAN, 0.0, 0.0, 0.0));
    let scores =
        Scores::new(&[Some(TRUTH), None, absent], &[Some(TRUTH), Some(TRUTH), None]).expect("one frame");
    assert_eq!((scores.frames(), scores.success(0.9)), (1, 1.0));
    assert_eq!(Scores::new(&[None, absent], &[None, None]), Err(MetricsError::NoTruth));
    assert_eq!(Scores::new(&[], &[]), Err(MetricsError::NoTruth));
    let expected = MetricsError::Length { truth: 1, predicted: 2 };
    assert_eq!(Scores::new(&[Some(TRUTH)], &[None, None]), Err(expected));
}

#[test]
fn broken_predictions_fail() {
    let broken = Some(BBox::new(f64::NAN, 10.0, 20.0, 10.0));
    let scores = Scores::new(&[Some(TRUTH)], &[broken]).expect("comparable");
    assert_eq!((scores.success(0.0), scores.precision(1e9)), (0.0, 0.0));
}

#[test]
fn summaries_and_their_mean() {
    let summary = four().summary();
    assert_eq!((summary.frames, summary.success_50, summary.precision_20), (4, 0.25, 0.75));
    assert!(close(summary.auc, four().auc()));
    let all = Summary { frames: 100, success_50: 0.75, ..Summary::default() };
    let mean = Summary::mean(&[summary, all]).expect("two");
    assert_eq!((mean.frames, mean.success_50), (104, 0.5));
    assert_eq!(Summary::mean(&[]), None);
    assert_eq!((inference_rate(1, 4), inference_rate(0, 0)), (0.25, 0.0));
}

proptest! {
    #[test]
    fn success_falls_and_precision_rises(shifts in prop::collection::vec((-30.0..30.0, -30.0..30.0), 1..40)) {
        let predicted: Vec<_> = shifts.iter().map(|&(dx, dy)| Some(TRUTH.translated(dx, dy))).collect();
        let scores = Scores::new(&vec![Some(TRUTH); predicted.len()], &predicted).expect("comparable");
        let plot = scores.success_plot();
        prop_assert!(plot.windows(2).all(|pair| pair[0] >= pair[1]));
        prop_assert!(scores.precision(10.0) <= scores.precision(20.0));
        // The AUC is the mean IoU up to one step of the thresholds.
        prop_assert!((scores.auc() - scores.mean_iou()).abs() <= 1.0 / 20.0 + 1e-9);
    }
}
