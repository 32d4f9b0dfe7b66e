//! The frozen front end: bytes in, bytes out.

use frazil_model::plan::FrozenLayer;
use rust_hdl::prelude::*;

use super::layer::Stages;
use super::{FrozenCause, FrozenError, Layer};
use crate::num::Bus;
use crate::stream::{
    Chain, Pack, PackStage, Skid, SkidStage, Stage, StreamError, Streamed, Unpack, UnpackStage,
};

/// All frozen layers between two byte streams, each an int8 NHWC tensor.
///
/// ```text
///   x (8), x_valid -> ┌──────┐  ┌──────┐  ┌───────┐       ┌───────┐  ┌────────┐ -> y (8), y_valid
///   x_ready        <- │ skid │->│ pack │->│ layer │-> .. ->│ layer │->│ unpack │ <- y_ready
///                     └──────┘  └──────┘  └───────┘       └───────┘  └────────┘
/// ```
///
/// `x_ready` is a register: the way of readiness through all layers ends there.
///
/// A frame takes at least a clock for each padded position of its largest layer and for each byte; where results
/// come faster than a byte a clock, as in the last row of a pool's blocks, the layers wait.
///
/// Frames follow each other without a gap and without a reset. Without layers, bytes pass unchanged.
/// Its behaviour to the clock is [`FrontModel`].
#[derive(LogicBlock)]
pub struct FrozenFront {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Byte offered to the front end.
    pub x: Signal<In, Bits<8>>,
    /// Whether `x` is a byte.
    pub x_valid: Signal<In, Bit>,
    /// Whether `x` is taken at the next clock edge.
    pub x_ready: Signal<Out, Bit>,
    /// Byte offered by the front end.
    pub y: Signal<Out, Bits<8>>,
    /// Whether `y` is a byte.
    pub y_valid: Signal<Out, Bit>,
    /// Whether `y` is taken at the next clock edge.
    pub y_ready: Signal<In, Bit>,
    skid: Skid,
    pack: Pack,
    layers: Vec<Layer>,
    unpack: Unpack,
    _layers: usize,
    _links: usize,
    _first: usize,
}

/// A byte as a beat. The kernel macro prints `$unsigned(..)` for names that begin so, which changes nothing.
fn unsigned_cast_byte(x: Bits<8>) -> Bus<1> {
    Bus([x.to_u8() as i8])
}

/// Channels at both ends, if each layer's input is the output of the one before.
fn ends(layers: &[FrozenLayer]) -> Result<(usize, usize), FrozenError> {
    for pair in layers.windows(2) {
        let (from, to) = (pair[0].output, pair[1].input);
        let sizes = [
            ("the input's height", to.h, from.h),
            ("the input's width", to.w, from.w),
            ("the input's channels", to.c, from.c),
        ];
        if let Some((what, stated, derived)) = sizes.into_iter().find(|(_, to, from)| to != from) {
            return Err(FrozenCause::Size { what, stated, derived }.of(&pair[1].name));
        }
    }
    Ok((layers.first().map_or(1, |l| l.input.c), layers.last().map_or(1, |l| l.output.c)))
}

/// The stream blocks at both ends.
fn converters(layers: &[FrozenLayer]) -> Result<(PackStage, UnpackStage), FrozenError> {
    let (first, last) = ends(layers)?;
    let name = |layer: Option<&FrozenLayer>| layer.map_or(String::new(), |l| l.name.clone());
    let at = |layer| move |cause: StreamError| FrozenCause::from(cause).of(&name(layer));
    Ok((
        PackStage::new(first).map_err(at(layers.first()))?,
        UnpackStage::new(last).map_err(at(layers.last()))?,
    ))
}

impl FrozenFront {
    /// Whether nothing is frozen: bytes pass through.
    pub fn is_empty(&self) -> bool {
        self._layers == 0
    }

    /// The hardware of the layers, in order.
    ///
    /// # Errors
    /// A layer is not sound, not supported, or does not fit the one before.
    pub fn new(layers: &[FrozenLayer]) -> Result<Self, FrozenError> {
        let (pack, unpack) = converters(layers)?;
        Ok(Self {
            clock: Default::default(),
            x: Default::default(),
            x_valid: Default::default(),
            x_ready: Default::default(),
            y: Default::default(),
            y_valid: Default::default(),
            y_ready: Default::default(),
            skid: Streamed::of(SkidStage::default()),
            pack: Streamed::of(pack),
            layers: layers.iter().map(Layer::new).collect::<Result<_, _>>()?,
            unpack: Streamed::of(unpack),
            _layers: layers.len(),
            _links: layers.len().saturating_sub(1),
            _first: layers.len().min(1),
        })
    }
}

impl Logic for FrozenFront {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, skid, pack, unpack);
        self.skid.x.next = unsigned_cast_byte(self.x.val());
        self.skid.x_valid.next = self.x_valid.val();
        self.x_ready.next = self.skid.x_ready.val();
        self.pack.x.next = self.skid.y.val();
        self.pack.x_valid.next = self.skid.y_valid.val();
        self.skid.y_ready.next = self.pack.x_ready.val();
        self.y.next = self.unpack.y.val().get_bits::<8>(0);
        self.y_valid.next = self.unpack.y_valid.val();
        self.unpack.y_ready.next = self.y_ready.val();
        // The last assignment holds: without layers pack feeds unpack, else every layer is tied to both ends,
        // then the inner ties are overridden by the links between neighbours.
        self.pack.y_ready.next = self.unpack.x_ready.val();
        self.unpack.x.next = self.pack.y.val();
        self.unpack.x_valid.next = self.pack.y_valid.val();
        for i in 0..self._layers {
            self.layers[i].clock.next = self.clock.val();
            self.layers[i].x.next = self.pack.y.val();
            self.layers[i].x_valid.next = self.pack.y_valid.val();
            self.layers[i].y_ready.next = self.unpack.x_ready.val();
            self.unpack.x.next = self.layers[i].y.val();
            self.unpack.x_valid.next = self.layers[i].y_valid.val();
        }
        for i in 0..self._first {
            self.pack.y_ready.next = self.layers[i].x_ready.val();
        }
        for i in 0..self._links {
            self.layers[i + 1].x.next = self.layers[i].y.val();
            self.layers[i + 1].x_valid.next = self.layers[i].y_valid.val();
            self.layers[i].y_ready.next = self.layers[i + 1].x_ready.val();
        }
    }
}

/// The behaviour of [`FrozenFront`], equal to it in every clock, for the cycle model.
pub struct FrontModel(Chain);

impl FrontModel {
    /// The behaviour of the layers, in order.
    ///
    /// # Errors
    /// A layer is not sound, not supported, or does not fit the one before.
    pub fn new(layers: &[FrozenLayer]) -> Result<Self, FrozenError> {
        let (pack, unpack) = converters(layers)?;
        let mut chain = Chain::new(SkidStage::default()).then(pack);
        for layer in layers {
            chain = Stages::of(layer)?.append(chain);
        }
        Ok(Self(chain.then(unpack)))
    }
}

impl Stage for FrontModel {
    fn ready(&self, down_ready: bool) -> bool {
        self.0.ready(down_ready)
    }

    fn valid(&self) -> bool {
        self.0.valid()
    }

    fn data(&self) -> &[i8] {
        self.0.data()
    }

    fn clock(&mut self, offered: Option<&[i8]>, down_ready: bool) {
        self.0.clock(offered, down_ready);
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}
