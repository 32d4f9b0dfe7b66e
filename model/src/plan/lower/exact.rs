//! Exact parameters of a node, with the node's name in errors.

use crate::graph::{Activation, MeanRounding, Quant};
use crate::plan::{Capacity, PlanError};
use crate::reference::Rescale;
use crate::requant::ChannelParameters;
use crate::requant::fit::{self, AddFit, ChannelFit, FitError, Limits, Requantiser, TapFit, Target};

/// Weight that with [`identity`] gives the operand itself.
pub const IDENTITY: i8 = 2;

/// Parameters that halve a sum to which `bias` is added.
pub fn identity(bias: i32) -> Requantiser {
    Requantiser { bias, multiplier: 1 << 30, shift: 0 }
}

/// What the fits of a node need.
#[derive(Clone, Copy)]
pub struct Exact<'a> {
    pub node: &'a str,
    pub limits: Limits,
}

impl<'a> Exact<'a> {
    pub fn new(node: &'a str, capacity: &Capacity) -> Self {
        Self { node, limits: capacity.limits() }
    }

    fn named<T>(&self, fit: Result<T, FitError>) -> Result<T, PlanError> {
        fit.map_err(|source| PlanError::Fit { node: self.node.into(), source })
    }

    /// A channel of a layer with weights; see [`fit::channel`].
    pub fn channel(
        &self,
        channel: usize,
        parameters: &ChannelParameters,
        sums: (i64, i64),
        target: Target,
    ) -> Result<ChannelFit, PlanError> {
        let node = || self.node.to_string();
        fit::channel(parameters, sums, target, self.limits).map_err(|source| PlanError::Channel {
            node: node(),
            channel,
            source,
        })
    }

    pub fn add(
        &self,
        inputs: [Quant; 2],
        output: Quant,
        activation: Activation,
    ) -> Result<AddFit, PlanError> {
        self.named(fit::add(inputs, output, activation, self.limits))
    }

    pub fn average_pool(
        &self,
        count: usize,
        rounding: MeanRounding,
        range: (i8, i8),
    ) -> Result<TapFit, PlanError> {
        self.named(fit::average_pool(count, rounding, range, self.limits))
    }

    pub fn mean(&self, count: usize, input: Quant, output: Quant) -> Result<TapFit, PlanError> {
        self.named(fit::mean(count, input, output, self.limits))
    }

    pub fn rescale(&self, input: Quant, output: Quant) -> Result<TapFit, PlanError> {
        let rescale = self.named(Rescale::new(input, output).map_err(FitError::from))?;
        let all: Vec<i8> = (i8::MIN..=i8::MAX).collect();
        let mut table = [0; 256];
        table.iter_mut().zip(rescale.run(&all)).for_each(|(entry, result)| *entry = result);
        self.named(fit::unary(&table, self.limits))
    }
}
