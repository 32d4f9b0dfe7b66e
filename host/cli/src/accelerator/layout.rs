//! Where a plan puts things, or why it cannot be run.

use frazil_model::plan::{Placement, Plan, PlanError};

use crate::error::{Failure, Result};

/// The input tensor.
pub fn input(plan: &Plan) -> Result<&Placement> {
    found(plan.program.input(), "an input")
}

/// The output tensor.
pub fn output(plan: &Plan) -> Result<&Placement> {
    found(plan.program.output(), "an output")
}

/// All output tensors.
pub fn outputs(plan: &Plan) -> impl Iterator<Item = &Placement> {
    plan.program.outputs()
}

/// The result of the frozen front end.
pub fn features(plan: &Plan) -> Result<&Placement> {
    found(plan.program.features(), "a frozen front end")
}

/// Word address of an entry's first descriptor.
pub fn entry(plan: &Plan, name: &str) -> Result<u32> {
    found(plan.program.entry(name).and_then(|address| u32::try_from(address).ok()), name)
}

fn found<T>(thing: Option<T>, what: &str) -> Result<T> {
    Ok(thing.ok_or_else(|| Failure::from(lacks(what)))?)
}

/// The error of a plan or graph without something that it should have.
pub fn lacks(what: &str) -> PlanError {
    PlanError::Inconsistent { what: format!("it has no {what}") }
}
