//! Frames per second of block matching, one thread: `cargo bench -p frazil-track --bench motion`.

mod scene;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use frazil_track::motion::{MotionConfig, MotionEstimator, Search};
use std::hint::black_box;

/// Frames that the bench goes through in a circle, without the jump from the last to the first.
const FRAMES: usize = 5;

fn block_matching(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("block matching");
    group.sample_size(20).throughput(Throughput::Elements(FRAMES as u64 - 1));
    for (width, height) in [(320, 240), (1920, 1080)] {
        let frames = scene::frames(width, height, FRAMES);
        for (name, search) in [("three-step", Search::ThreeStep), ("exhaustive", Search::Exhaustive)] {
            for block in [16, 8] {
                let config = MotionConfig { block, search, ..MotionConfig::default() };
                let mut estimator = MotionEstimator::new(config, width, height).expect("valid set-up");
                let id = BenchmarkId::new(format!("{name}, macroblock {block}"), format!("{width}x{height}"));
                group.bench_function(id, |bencher| {
                    bencher.iter(|| {
                        for pair in frames.windows(2) {
                            let field = estimator.estimate(&pair[0].view(), &pair[1].view());
                            black_box(field.expect("same size"));
                        }
                    });
                });
            }
        }
    }
    group.finish();
}

criterion_group!(benches, block_matching);
criterion_main!(benches);
