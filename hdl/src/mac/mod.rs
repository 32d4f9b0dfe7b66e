//! The programmable MAC array: an address walker, multiply-accumulate lanes and a requantiser.
//!
//! ```text
//!                 ┌────────┐ act address   ┌────────────┐ byte, broadcast
//!  descriptor ───>│ walker │──────────────>│ activation │────────┐
//!                 │        │ weight address├────────────┤        v
//!                 │        │──────────────>│  weights   │──> ┌───────┐ one word   ┌────────────┐ byte
//!                 └────────┘               └────────────┘    │ lanes │───────────>│ requantise │────> activations
//!                      first, last, valid, in bounds ───────>└───────┘ a lane     └────────────┘
//! ```

mod lanes;
mod requantiser;
mod walker;

pub use lanes::Lanes;
pub use requantiser::Requantiser;
pub use walker::Walker;
