//! One frozen layer: window, datapath, pool.

use frazil_model::plan::FrozenLayer;
use rust_hdl::prelude::*;

use super::{FrozenCause, FrozenConv, FrozenConvStage, FrozenError};
use crate::num::Bus;
use crate::stream::{
    AveragePool, AveragePoolStage, Chain, PIXEL, Streamed, Window, WindowShape, WindowStage,
};

/// The stages of a layer.
pub(super) struct Stages {
    pub window: WindowStage,
    pub conv: FrozenConvStage,
    pub pool: Option<AveragePoolStage>,
}

impl Stages {
    pub fn of(layer: &FrozenLayer) -> Result<Self, FrozenError> {
        Self::build(layer).map_err(|cause| cause.of(&layer.name))
    }

    fn build(layer: &FrozenLayer) -> Result<Self, FrozenCause> {
        let conv = FrozenConvStage::new(layer)?;
        let window = WindowStage::new(WindowShape::of(layer)?);
        let image = layer.conv_output;
        let pool = layer.pool.map(|pool| AveragePoolStage::new(image, pool.size)).transpose()?;
        let size = pool.as_ref().map_or(1, AveragePoolStage::size);
        let stated = [("height", layer.output.h), ("width", layer.output.w), ("channels", layer.output.c)];
        let derived = [image.h / size, image.w / size, image.c];
        match stated.into_iter().zip(derived).find(|((_, stated), derived)| stated != derived) {
            Some(((what, stated), derived)) => Err(FrozenCause::Size { what, stated, derived }),
            None => Ok(Self { window, conv, pool }),
        }
    }

    /// The stages behind `chain`.
    pub fn append(self, chain: Chain) -> Chain {
        let chain = chain.then(self.window).then(self.conv);
        match self.pool {
            Some(pool) => chain.then(pool),
            None => chain,
        }
    }
}

/// Pixels in, pixels out: the window, the datapath and, if the layer has one, the pool.
#[derive(LogicBlock)]
pub struct Layer {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Pixel offered to the layer.
    pub x: Signal<In, Bus<PIXEL>>,
    /// Whether `x` is a pixel.
    pub x_valid: Signal<In, Bit>,
    /// Whether `x` is taken.
    pub x_ready: Signal<Out, Bit>,
    /// Pixel offered by the layer.
    pub y: Signal<Out, Bus<PIXEL>>,
    /// Whether `y` is a pixel.
    pub y_valid: Signal<Out, Bit>,
    /// Whether `y` is taken.
    pub y_ready: Signal<In, Bit>,
    window: Window,
    conv: FrozenConv,
    /// None or one.
    pools: Vec<AveragePool>,
    _pools: usize,
}

impl Layer {
    /// The hardware of a layer.
    ///
    /// # Errors
    /// The layer is not sound or not supported.
    pub fn new(layer: &FrozenLayer) -> Result<Self, FrozenError> {
        let Stages { window, conv, pool } = Stages::of(layer)?;
        let pools: Vec<AveragePool> = pool.into_iter().map(Streamed::of).collect();
        Ok(Self {
            clock: Default::default(),
            x: Default::default(),
            x_valid: Default::default(),
            x_ready: Default::default(),
            y: Default::default(),
            y_valid: Default::default(),
            y_ready: Default::default(),
            window: Streamed::of(window),
            conv: Streamed::of(conv),
            _pools: pools.len(),
            pools,
        })
    }
}

impl Logic for Layer {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, window, conv);
        self.window.x.next = self.x.val();
        self.window.x_valid.next = self.x_valid.val();
        self.x_ready.next = self.window.x_ready.val();
        self.conv.x.next = self.window.y.val();
        self.conv.x_valid.next = self.window.y_valid.val();
        self.window.y_ready.next = self.conv.x_ready.val();
        self.y.next = self.conv.y.val();
        self.y_valid.next = self.conv.y_valid.val();
        self.conv.y_ready.next = self.y_ready.val();
        // A pool, if there is one, takes the place of the three lines before.
        for i in 0..self._pools {
            self.pools[i].clock.next = self.clock.val();
            self.pools[i].x.next = self.conv.y.val();
            self.pools[i].x_valid.next = self.conv.y_valid.val();
            self.conv.y_ready.next = self.pools[i].x_ready.val();
            self.y.next = self.pools[i].y.val();
            self.y_valid.next = self.pools[i].y_valid.val();
            self.pools[i].y_ready.next = self.y_ready.val();
        }
    }
}
