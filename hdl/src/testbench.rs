//! Stepping a stream block against its stage, with random stalls on both sides.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use rust_hdl::prelude::*;

use crate::frozen::{FrozenFront, Layer};
use crate::num::Bus;
use crate::stream::{Hardware, PIXEL, Stage, Streamed};

/// The stream ports of a block.
pub(crate) trait StreamPorts: Block {
    fn clock_port(&mut self) -> &mut Signal<In, Clock>;
    fn drive(&mut self, offered: Option<&[i8]>, down_ready: bool);
    fn taken(&self) -> bool;
    fn output(&self) -> (bool, Vec<i8>);
}

macro_rules! bus_ports {
    ($block:ty, $input:expr, [$($generics:tt)*]) => {
        impl<$($generics)*> StreamPorts for $block {
            fn clock_port(&mut self) -> &mut Signal<In, Clock> {
                &mut self.clock
            }
            fn drive(&mut self, offered: Option<&[i8]>, down_ready: bool) {
                // What is not a beat must not matter.
                self.x.next = Bus::from_slice(offered.unwrap_or(&[0x55; $input]));
                self.x_valid.next = offered.is_some();
                self.y_ready.next = down_ready;
            }
            fn taken(&self) -> bool {
                self.x_ready.val()
            }
            fn output(&self) -> (bool, Vec<i8>) {
                (self.y_valid.val(), self.y.val().0.to_vec())
            }
        }
    };
}
bus_ports!(Streamed<S, I, O>, I, [S: Hardware, const I: usize, const O: usize]);
bus_ports!(Layer, PIXEL, []);

impl StreamPorts for FrozenFront {
    fn clock_port(&mut self) -> &mut Signal<In, Clock> {
        &mut self.clock
    }
    fn drive(&mut self, offered: Option<&[i8]>, down_ready: bool) {
        self.x.next = u64::from(offered.map_or(0x55, |beat| beat[0] as u8)).into();
        self.x_valid.next = offered.is_some();
        self.y_ready.next = down_ready;
    }
    fn taken(&self) -> bool {
        self.x_ready.val()
    }
    fn output(&self) -> (bool, Vec<i8>) {
        (self.y_valid.val(), vec![self.y.val().to_u8() as i8])
    }
}

/// How often each side stalls, out of 100 clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stalls {
    pub input: u32,
    pub output: u32,
}

/// No stalls, some on either side, many on both.
pub(crate) const STALLS: [Stalls; 4] = [
    Stalls { input: 0, output: 0 },
    Stalls { input: 40, output: 0 },
    Stalls { input: 0, output: 60 },
    Stalls { input: 70, output: 70 },
];

/// What a run gave: the beats, and for each the clock in which it left.
pub(crate) struct Run {
    pub beats: Vec<Vec<i8>>,
    /// Clock in which each input was taken.
    pub taken: Vec<usize>,
    /// Clock in which each output was first offered.
    pub offered: Vec<usize>,
}

/// Sends the beats and collects `count` of them, then idles; block and stage must agree in every clock.
pub(crate) fn run(
    mut block: Box<impl StreamPorts>,
    mut stage: impl Stage,
    beats: &[Vec<i8>],
    count: usize,
    stalls: Stalls,
) -> Run {
    block.connect_all();
    check_all(block.as_ref()).unwrap();
    settle(block.as_mut());
    let mut rng = Pcg64::seed_from_u64(u64::from(stalls.input * 101 + stalls.output));
    let mut result = Run { beats: vec![], taken: vec![], offered: vec![] };
    let (mut cycle, mut idle, mut waiting) = (0, 0, false);
    while idle < 300 {
        let sends = rng.random_range(0..100) >= stalls.input;
        let down = rng.random_range(0..100) >= stalls.output;
        let offered = beats.get(result.taken.len()).filter(|_| sends).map(Vec::as_slice);
        block.drive(offered, down);
        settle(block.as_mut());
        assert_eq!(block.taken(), stage.ready(down), "ready in clock {cycle}");
        let (valid, data) = block.output();
        assert_eq!(valid, stage.valid(), "valid in clock {cycle}");
        let width = stage.data().len();
        assert_eq!(&data[..width], stage.data(), "data in clock {cycle}");
        assert!(data[width..].iter().all(|byte| *byte == 0), "unused bytes in clock {cycle}");
        if offered.is_some() && block.taken() {
            result.taken.push(cycle);
        }
        if valid && !waiting {
            result.offered.push(cycle);
        }
        waiting = valid && !down;
        if valid && down {
            result.beats.push(stage.data().to_vec());
        }
        stage.clock(offered, down);
        clock(block.as_mut());
        cycle += 1;
        idle = if result.beats.len() >= count { idle + 1 } else { 0 };
        assert!(cycle < 1_000_000, "{} of {count} beats", result.beats.len());
    }
    assert_eq!(result.beats.len(), count, "no beat too many");
    result
}

fn settle(block: &mut impl Block) {
    assert!(simulate(block, 200), "the block settles");
}

fn clock(block: &mut impl StreamPorts) {
    block.clock_port().next = true.into();
    settle(block);
    block.clock_port().next = false.into();
    settle(block);
}

/// `count` beats of `width` bytes, half of them corner values.
pub(crate) fn beats(count: usize, width: usize, seed: u64) -> Vec<Vec<i8>> {
    let mut rng = Pcg64::seed_from_u64(seed);
    let corners = [-128, -127, -1, 0, 1, 126, 127];
    let mut byte = || if rng.random() { rng.random() } else { corners[rng.random_range(0..corners.len())] };
    (0..count).map(|_| (0..width).map(|_| byte()).collect()).collect()
}
