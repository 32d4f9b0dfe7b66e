//! What can keep a plan from becoming hardware.

use crate::link::LinkError;
use crate::top::LANES;

/// A plan or board that has no top block.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HdlError {
    /// A lane count that no top is built for.
    #[error("{0} lanes: a MAC array has one of {LANES:?}")]
    Lanes(usize),
    /// A memory that the address fields or the lanes cannot span.
    #[error("{memory} memory of {size}: {rule}")]
    Memory {
        /// Which memory.
        memory: &'static str,
        /// Its size.
        size: usize,
        /// What holds for it.
        rule: &'static str,
    },
    /// A specification that the quad array cannot have.
    #[error("the quad array {0}")]
    Quad(&'static str),
    /// The assembled circuit does not settle: a combinational loop.
    #[error("the assembled circuit does not settle: it has a combinational loop")]
    Unstable,
    /// The serial line does not fit the clock.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// An array that cannot be built.
    #[error(transparent)]
    Datapath(#[from] crate::datapath::DatapathError),
    /// A frozen layer that the front end cannot hold.
    #[error(transparent)]
    Frozen(#[from] crate::frozen::FrozenError),
}
