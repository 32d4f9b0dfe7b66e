//! The frozen convolution: a datapath of constants.

use std::collections::VecDeque;

use frazil_model::plan::FrozenLayer;
use frazil_model::requant::ExactRequant;
use frazil_model::shift_add::{Scratch, ShiftAdd};

use super::{FrozenCause, lower, pipeline};
use crate::stream::{Hardware, PIXEL, Stage, Streamed, WINDOW, WindowShape};

/// Windows to pixels: the products and sums of a frozen layer, its requantisation and its limits.
///
/// The weights are the wiring: adders of shifted values, as the layer's shift-add graph says, then each channel's
/// exact requantiser as more of them. A register stands behind every three operators, so a pixel follows its
/// window after [`FrozenConvStage::latency`] clocks, and windows pass at one a clock. The pipeline moves as a
/// whole when its last register is empty or taken; a register only loads when a window moves into it.
pub type FrozenConv = Streamed<FrozenConvStage, WINDOW, PIXEL>;

/// Behaviour of [`FrozenConv`]: the graph's evaluation and a delay.
#[derive(Clone, Debug)]
pub struct FrozenConvStage {
    datapath: ShiftAdd,
    requant: Vec<ExactRequant>,
    /// Pixels on their way, the oldest in front.
    moving: VecDeque<Option<[i8; PIXEL]>>,
    data: [i8; PIXEL],
    scratch: Scratch,
    text: String,
}

impl FrozenConvStage {
    /// The datapath of a layer.
    ///
    /// # Errors
    /// The layer is not sound or not supported.
    pub fn new(layer: &FrozenLayer) -> Result<Self, FrozenCause> {
        check(layer)?;
        let netlist = lower::lower(layer)?;
        Ok(Self {
            datapath: layer.datapath.clone(),
            requant: layer.requant.clone(),
            moving: VecDeque::from(vec![None; pipeline::stages(&netlist)]),
            data: [0; PIXEL],
            scratch: Scratch::default(),
            text: pipeline::text(&netlist),
        })
    }

    /// Clocks from the edge that takes a window to the one after which its pixel is offered, at least 1.
    pub fn latency(&self) -> usize {
        self.moving.len()
    }

    fn pixel(&mut self, window: &[i8]) -> [i8; PIXEL] {
        let mut sums = [0; PIXEL];
        let input = |i: usize| window.get(i).copied().map_or(0, i64::from);
        self.datapath.evaluate_into(input, &mut self.scratch, &mut sums);
        let mut pixel = [0; PIXEL];
        for ((byte, sum), r) in pixel.iter_mut().zip(sums).zip(&self.requant) {
            *byte = ((sum * r.m + r.b) >> r.s).clamp(r.lo.into(), r.hi.into()) as i8;
        }
        pixel
    }
}

fn check(layer: &FrozenLayer) -> Result<(), FrozenCause> {
    if layer.digit_bits != 8 {
        return Err(FrozenCause::DigitBits(layer.digit_bits));
    }
    let shape = WindowShape::of(layer)?;
    let (lo, hi) = layer.datapath.input_range;
    if (lo, hi) != (i64::from(i8::MIN), i64::from(i8::MAX)) {
        return Err(FrozenCause::Activations(lo, hi));
    }
    size("the datapath's input count", layer.datapath.inputs, shape.bytes())?;
    size("the height after the convolution", layer.conv_output.h, shape.windows().0)?;
    size("the width after the convolution", layer.conv_output.w, shape.windows().1)?;
    size("the number of channels after the convolution", layer.conv_output.c, layer.datapath.outputs.len())?;
    size("the number of requantisers", layer.requant.len(), layer.datapath.outputs.len())?;
    crate::stream::check_channels(layer.conv_output.c)?;
    Ok(layer.datapath.check()?)
}

fn size(what: &'static str, stated: usize, derived: usize) -> Result<(), FrozenCause> {
    if stated == derived { Ok(()) } else { Err(FrozenCause::Size { what, stated, derived }) }
}

impl Stage for FrozenConvStage {
    fn ready(&self, down_ready: bool) -> bool {
        !self.valid() || down_ready
    }

    fn valid(&self) -> bool {
        matches!(self.moving.front(), Some(Some(_)))
    }

    fn data(&self) -> &[i8] {
        &self.data[..self.requant.len()]
    }

    fn clock(&mut self, offered: Option<&[i8]>, down_ready: bool) {
        if !self.ready(down_ready) {
            return;
        }
        self.moving.pop_front();
        let pixel = offered.map(|window| self.pixel(window));
        self.moving.push_back(pixel);
        if let Some(Some(pixel)) = self.moving.front() {
            self.data = *pixel;
        }
    }

    fn reset(&mut self) {
        self.moving.iter_mut().for_each(|pixel| *pixel = None);
        self.data = [0; PIXEL];
    }
}

impl Hardware for FrozenConvStage {
    fn verilog(&self) -> String {
        self.text.clone()
    }
}
