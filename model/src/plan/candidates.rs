//! The ways to lay a network out, in the order in which they are tried.

use super::freeze::Front;
use super::lower::{Aim, Lowered, lower};
use super::{ArrayStyle, Capacity, PlanError, PlanOptions};
use crate::graph::Graph;

/// Halvings of the largest buffer that layers are interleaved for when memory is short.
const HALVINGS: usize = 5;

/// The graph in layers in several ways.
pub(super) type Candidates<'a> = Box<dyn Iterator<Item = Result<Lowered, PlanError>> + 'a>;

/// Fast ones first, each followed by itself with layers interleaved, then small ones.
pub(super) fn candidates<'a>(
    graph: &'a Graph,
    front: &'a Front,
    capacity: &'a Capacity,
    options: PlanOptions,
) -> Result<Candidates<'a>, PlanError> {
    let aim = Aim { small: true, gaps: false };
    let small = std::iter::once_with(move || lower(graph, front, capacity, options, aim));
    let fast = fast(graph, front, capacity, options)?.into_iter().map(Ok);
    Ok(Box::new(fast.chain(small).flat_map(interleaved)))
}

/// A graph in layers, then with more and more of them interleaved.
fn interleaved(plain: Result<Lowered, PlanError>) -> Candidates<'static> {
    let Ok(plain) = plain else { return Box::new(std::iter::once(plain)) };
    let largest = plain.buffers.iter().copied().max().unwrap_or(0);
    let first = std::iter::once(plain.clone());
    let halved = (1..=HALVINGS).map(move |halving| plain.interleaved(largest >> halving));
    Box::new(first.chain(halved).map(Ok))
}

/// The graph in layers that are as fast as possible, the fastest first.
fn fast(
    graph: &Graph,
    front: &Front,
    capacity: &Capacity,
    options: PlanOptions,
) -> Result<Vec<Lowered>, PlanError> {
    let gaps = match capacity.style {
        ArrayStyle::Quad => &[true, false][..],
        _ => &[false],
    };
    let aims = gaps.iter().map(|&gaps| Aim { small: false, gaps });
    let lowered = aims.map(|aim| lower(graph, front, capacity, options, aim));
    let mut lowered: Vec<Lowered> = lowered.collect::<Result<_, _>>()?;
    lowered.sort_by_key(|lowered| lowered.clocks(capacity));
    Ok(lowered)
}
