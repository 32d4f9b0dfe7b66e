//! `frazil eval`: accuracy on data sets.

mod classes;
mod otb;

pub use classes::classes;
pub use otb::otb;
