//! The quad array: sixteen pixels by sixteen lanes, four memory words a clock.
//!
//! ```text
//!  descriptor ─────┬──────────┬───────────┬──────────┐
//!                  v          v           v          v
//!              ┌────────┐ ┌─────────┐ ┌────────┐ ┌────────┐
//!              │ loader │ │ fetcher │ │ issuer │ │ writer │
//!              └────────┘ └─────────┘ └────────┘ └────────┘
//!   stream ───> weights ────────────────> │          │
//!          ───> list ─────>│              │          │
//!          ───> parameters ───────────────┼──> requantisers ──> memory
//!   tensors ──────────────> FIFO ───────> window, operands, lanes
//! ```
//!
//! Four pixels are a *quad*, four memory words at a multiple of four a *row*. The units walk the same loops (passes,
//! blocks of pixels, entries) at their own pace; `frazil_model::plan::quad` describes what they read. The memory's
//! read port serves the fetcher, else the loader; its write port is the writer's. Addresses are computed in several
//! short stages, and every value that crosses from unit to unit comes out of a register.

mod chip;
mod column;
mod entries;
mod fetcher;
mod fifo;
mod floorplan;
mod issuer;
mod loader;
mod memory;
mod sequencer;
mod split;
mod writer;

pub(crate) use chip::ROW_WORDS;
pub use chip::{QuadChip, array_spec};
pub use column::{QuadAdvance, QuadColumn};
pub use entries::QuadEntryRam;
pub use fetcher::QuadFetcher;
pub use fifo::QuadFifo;
pub use floorplan::{Anchor, Sites, anchors};
pub use issuer::QuadIssuer;
pub use loader::QuadLoader;
pub use memory::QuadMemory;
pub use sequencer::QuadSequencer;
pub use writer::QuadWriter;
