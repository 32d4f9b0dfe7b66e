//! From a frozen layer's description to its operators.

use frazil_model::plan::FrozenLayer;
use frazil_model::requant::ExactRequant;
use frazil_model::shift_add::{Output, Source, Term, csd, signed_width};

use super::FrozenCause;
use super::netlist::{Byte, Item, Netlist, Operand};

/// Largest magnitude of any value in a requantiser: far from overflow, far above what networks need.
const LIMIT: i128 = 1 << 60;

/// The layer's operators.
pub(super) fn lower(layer: &FrozenLayer) -> Result<Netlist, FrozenCause> {
    let graph = &layer.datapath;
    let (lo, hi) = graph.input_range;
    let mut netlist = Netlist {
        inputs: graph.inputs,
        input_width: signed_width(lo, hi).max(8),
        adders: vec![],
        bytes: vec![],
    };
    for node in &graph.nodes {
        netlist.push_node(node.a, node.b, (node.lo, node.hi));
    }
    for (channel, (output, requant)) in graph.outputs.iter().zip(&layer.requant).enumerate() {
        let range = layer_range(layer, output);
        let byte = requantise(&mut netlist, output, requant, range);
        netlist.bytes.push(byte.ok_or(FrozenCause::Requantiser { channel })?);
    }
    Ok(netlist)
}

/// Range of the value that an output's term reads, before shift and sign.
fn layer_range(layer: &FrozenLayer, output: &Output) -> (i64, i64) {
    match output.term.map(|term| term.source) {
        Some(Source::Node(n)) => (layer.datapath.nodes[n].lo, layer.datapath.nodes[n].hi),
        Some(Source::Input(_)) => layer.datapath.input_range,
        None => (0, 0),
    }
}

/// `clamp((±(t << k) + c) * m + b) >> s)` as `clamp((±(t * (m << k)) + (c * m + b)) >> s)`: the bias costs nothing
/// of its own. `None` if a number leaves its range.
fn requantise(
    netlist: &mut Netlist,
    output: &Output,
    requant: &ExactRequant,
    range: (i64, i64),
) -> Option<Byte> {
    let offset = i128::from(output.constant) * i128::from(requant.m) + i128::from(requant.b);
    let term = output.term.filter(|_| requant.m != 0);
    let reach = i128::from(range.0).abs().max(i128::from(range.1).abs());
    let scale =
        term.map_or(Some(0), |t| i128::from(requant.m).checked_shl(t.shift).filter(|v| *v < LIMIT))?;
    let sound = requant.m >= 0 && requant.s < 62 && requant.lo <= requant.hi;
    if !sound || offset.abs() >= LIMIT || reach.checked_mul(scale)? >= LIMIT {
        return None;
    }
    let items = items(term, requant.m, offset as i64);
    let (value, range) = netlist.sum(items, range).unwrap_or((Operand::Constant(0), (0, 0)));
    Some(clamped(netlist, value, range, requant))
}

/// The signed digits of the multiplier, each times the term, and the offset.
fn items(term: Option<Term>, multiplier: i64, offset: i64) -> Vec<Item> {
    let mut items = Vec::new();
    if let Some(Term { source, shift, negative }) = term {
        items.extend(csd::digits(multiplier).map(|digit| {
            let shift = shift + digit.shift;
            let operand = Operand::Value { source, shift };
            Item { operand, negative: negative != digit.negative, factor: 1 << shift, constant: 0 }
        }));
    }
    if offset != 0 || items.is_empty() {
        let operand = Operand::Constant(offset);
        items.push(Item { operand, negative: false, factor: 0, constant: offset });
    }
    items
}

fn clamped(netlist: &Netlist, value: Operand, range: (i64, i64), requant: &ExactRequant) -> Byte {
    let (lo, hi) = (range.0 >> requant.s, range.1 >> requant.s);
    let low = (lo < i64::from(requant.lo)).then_some(requant.lo);
    let high = (hi > i64::from(requant.hi)).then_some(requant.hi);
    let level = netlist.level(value) + u32::from(low.is_some() || high.is_some());
    Byte { value, shift: requant.s, width: signed_width(lo, hi).max(8), low, high, level }
}
