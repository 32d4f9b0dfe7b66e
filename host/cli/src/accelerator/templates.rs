//! Run-time templates as the weights of the tracker's correlation layer.
//!
//! They become a node of the graph, so that the graph says what the device computes, whichever device it is.

use frazil_model::graph::{Graph, Node, Op};
use frazil_model::plan::{ChannelParameters, Plan, pack_parameters, pack_weights};
use frazil_model::requant::real_multipliers;
use frazil_model::zoo;
use frazil_track::tracker::TemplateBank;

use super::layout;
use crate::error::{Failure, Result};

/// Bytes of weight and parameter memory, each with its first byte's address.
pub struct Upload {
    /// Weight memory.
    pub weights: (usize, Vec<u8>),
    /// Parameter memory.
    pub parameters: (usize, Vec<u8>),
}
