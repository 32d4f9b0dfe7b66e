//! The arithmetic of the MAC array: operand chain, multipliers, sums, requantisers, packers.
//!
//! ```text
//!  word ──> chain of P words ──> current words ──> P x N products ──> P x N sums
//!                                                      ^                  │ captured after `last`
//!  weights ────────────────────────────────────────────┘                  v
//!                                          out_word <── packer <── requantiser <── hold, one sum a clock
//!                                                         R slices of P / R pixels     ^ params
//! ```

mod block;
mod quad;
mod spec;
mod state;
mod text;

pub use block::Datapath;
pub use quad::{QuadDatapath, QuadSpec};
pub use spec::{DatapathError, DatapathSpec, MultiplierStyle, RequantiserStyle};
