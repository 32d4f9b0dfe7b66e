//! Control of the MAC array: what is read, when it is used, and where results go.
//!
//! ```text
//!  descriptor bus ─┬──────────┬───────────┬──────────┐
//!                  v          v           v          v
//!              ┌────────┐ ┌─────────┐ ┌────────┐ ┌────────┐
//!              │ loader │ │ fetcher │ │ issuer │ │ writer │
//!              └────────┘ └─────────┘ └────────┘ └────────┘
//!   stream ───> weights ────────────────> │          │
//!          ───> list ─────>│              │          │
//!          ───> parameters ───────────────┼──> requantisers ──> memory
//!   tensors ──────────────> FIFO ───────> operands, lanes
//! ```
//!
//! The four units walk the same loops (groups of output channels, blocks of pixels, entries) at their own pace. The
//! memory serves one of them a clock: results first, then the fetcher, then the loader.

mod fetcher;
mod fifo;
mod issuer;
mod loader;
mod writer;

pub use fetcher::Fetcher;
pub use fifo::{FifoStyle, WordFifo};
pub use issuer::Issuer;
pub use loader::Loader;
pub use writer::Writer;
