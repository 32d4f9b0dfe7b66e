//! What the tools report, read from their JSON only.

mod place;
mod synthesis;
mod utilisation;

use serde::de::DeserializeOwned;

use crate::FlowError;

pub use place::{Clock, CriticalPath, Place};
pub(crate) use synthesis::cells;
pub use utilisation::{Resource, Utilisation};

fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, FlowError> {
    serde_json::from_str(text).map_err(|error| bad(file, error))
}

fn bad(file: &str, reason: impl ToString) -> FlowError {
    FlowError::Report { file: file.into(), reason: reason.to_string() }
}
