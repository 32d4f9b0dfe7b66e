//! `frazil parameters`: every constant of tracking with its default.

use super::Verdict;
use crate::error::{Failure, Result};
use crate::output::Output;
use crate::parameters::Parameters;

/// Prints them, ready to be edited and given to `--parameters`.
pub fn run(output: Output) -> Result<Verdict> {
    let parameters = Parameters::default();
    let text = toml::to_string(&parameters).map_err(|error| {
        Failure::new("frazil::parameters::encode", "this is a fault of frazil: please report it", error)
    })?;
    output.result(&parameters, || text)?;
    Ok(Verdict::Good)
}
