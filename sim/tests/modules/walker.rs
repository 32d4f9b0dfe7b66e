//! The addresses of a convolution.

use frazil_hdl::mac::Walker;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, begin, replay};

/// Random descriptors; the walk equals six nested loops, at one product a clock.
#[test]
fn walker_walks_a_convolution() {
    let mut rng = Pcg64::seed_from_u64(3);
    let mut recorder = Recorder::new(Box::<Walker>::default(), |b| &mut b.clock).unwrap();
    let mut cycles = 0;
    while cycles < CYCLES {
        let shape = Walk::random(&mut rng);
        let words = shape.words();
        cycles += words.len();
        begin(&mut recorder, words);
        let mut walk = shape.loops().into_iter();
        let mut next = walk.next();
        while let Some(step) = next {
            cycles += 1;
            let hold = rng.random_bool(0.3);
            let seen = recorder
                .cycle(
                    |b| {
                        b.start.next = false;
                        b.hold.next = hold
                    },
                    observe,
                )
                .unwrap();
            let issues = !(hold && step.last);
            assert_eq!(seen, Seen { issue: issues, ..step });
            if issues {
                next = walk.next();
            }
        }
        recorder.cycle(|_| (), |b| assert!(!b.busy.val() && !b.issue.val())).unwrap();
    }
    replay("walker", &recorder);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    issue: bool,
    act: u16,
    weight: u16,
    first: bool,
    last: bool,
    last_group: bool,
    in_image: bool,
}

fn observe(b: &Walker) -> Seen {
    Seen {
        issue: b.issue.val(),
        act: b.act_addr.val().to_u16(),
        weight: b.weight_addr.val().to_u16(),
        first: b.first.val(),
        last: b.last.val(),
        last_group: b.last_group.val(),
        in_image: b.in_image.val(),
    }
}

struct Walk {
    base: u16,
    weight: u16,
    h: u16,
    w: u16,
    c: u16,
    kh: u16,
    kw: u16,
    groups: u16,
    stride: (u16, u16),
    pad: (u16, u16),
    out: (u16, u16),
}

impl Walk {
    fn random(rng: &mut Pcg64) -> Self {
        let (kh, kw) = (rng.random_range(1..4), rng.random_range(1..4));
        let (h, w) = (rng.random_range(kh..kh + 4), rng.random_range(kw..kw + 4));
        let stride = (rng.random_range(1..3), rng.random_range(1..3));
        let pad = (rng.random_range(0..kh), rng.random_range(0..kw));
        Self {
            base: rng.random_range(100..1000),
            weight: rng.random_range(0..100),
            h,
            w,
            c: rng.random_range(1..4),
            kh,
            kw,
            groups: rng.random_range(1..3),
            stride,
            pad,
            out: ((h + pad.0 - kh) / stride.0 + 1, (w + pad.1 - kw) / stride.1 + 1),
        }
    }

    /// Descriptor fields by their numbers.
    fn words(&self) -> Vec<(u64, u64)> {
        use frazil_model::plan::descriptor::Field::*;
        let origin = self.base.wrapping_sub((self.pad.0 * self.w + self.pad.1) * self.c);
        [
            (InBase, origin),
            (WeightBase, self.weight),
            (OutW, self.out.1),
            (OutH, self.out.0),
            (Channels, self.c),
            (KernelW, self.kw),
            (KernelH, self.kh),
            (Groups, self.groups),
            (StepX, self.stride.1 * self.c),
            (StepY, self.stride.0 * self.w * self.c),
            (RowSkip, (self.w - self.kw) * self.c),
            (Stride, self.stride.1 | self.stride.0 << 8),
            (Pad, self.pad.1 | self.pad.0 << 8),
            (InW, self.w),
            (InH, self.h),
        ]
        .map(|(f, v)| (f as u64, u64::from(v)))
        .to_vec()
    }

    fn loops(&self) -> Vec<Seen> {
        let mut steps = Vec::new();
        for (oy, ox) in (0..self.out.0).flat_map(|y| (0..self.out.1).map(move |x| (y, x))) {
            for g in 0..self.groups {
                let taps = self.kh * self.kw * self.c;
                for k in 0..taps {
                    let (ky, kx, c) = (k / self.c / self.kw, k / self.c % self.kw, k % self.c);
                    let y = (oy * self.stride.0 + ky) as i32 - i32::from(self.pad.0);
                    let x = (ox * self.stride.1 + kx) as i32 - i32::from(self.pad.1);
                    let at = (y * i32::from(self.w) + x) * i32::from(self.c) + i32::from(c);
                    steps.push(Seen {
                        issue: true,
                        act: (i32::from(self.base) + at) as u16,
                        weight: self.weight + g * taps + k,
                        first: k == 0,
                        last: k == taps - 1,
                        last_group: g == self.groups - 1,
                        in_image: (0..self.h.into()).contains(&y) && (0..self.w.into()).contains(&x),
                    });
                }
            }
        }
        steps
    }
}
