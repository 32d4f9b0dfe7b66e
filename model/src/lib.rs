//! Networks as integers: the graph, its reference arithmetic, shift-add graphs and the plan.

pub mod plan;
pub mod shift_add;
