//! Whether a graph that was read from outside is one.

use super::{Node, Output, ShiftAdd, Source, Term};

/// Largest shift of a term: with 8-bit inputs nothing near it is ever needed.
const MAX_SHIFT: u32 = 40;
/// Largest magnitude of an input.
const MAX_INPUT: i64 = 1 << 16;
/// Most inputs.
const MAX_INPUTS: usize = 4096;
/// Largest magnitude of a value.
const MAX_VALUE: i64 = 1 << 47;

/// Weight of every input; i128 because one step shifts before its range is checked.
type Row = Vec<i128>;

/// A shift-add graph that is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShiftAddError {
    /// Too many inputs, or their range is empty or too wide.
    #[error(
        "{inputs} inputs of {lo}..={hi}: at most {MAX_INPUTS} inputs of at least 2 values and at most 17 bits"
    )]
    Inputs {
        /// Number of inputs.
        inputs: usize,
        /// Smallest input.
        lo: i64,
        /// Largest input.
        hi: i64,
    },
    /// A term reads an input that is not there or a node that comes later.
    #[error("{place} reads {from:?}, which is no input or earlier node")]
    Source {
        /// The node or output.
        place: String,
        /// What it reads.
        from: Source,
    },
    /// A term's shift is out of range.
    #[error("{place} shifts by {shift} bits, more than {MAX_SHIFT}")]
    Shift {
        /// The node or output.
        place: String,
        /// The shift.
        shift: u32,
    },
    /// A node subtracts both of its terms.
    #[error("node {node} subtracts both of its terms")]
    Negative {
        /// Index of the node.
        node: usize,
    },
    /// A node's stated range or depth, or an output's stated range, is not what the graph gives.
    #[error("{place} states a range or depth that the graph does not give")]
    Stated {
        /// The node or output.
        place: String,
    },
}

impl ShiftAdd {
    /// Checks sources, shifts, signs, depths and ranges: everything that the hardware relies on.
    pub fn check(&self) -> Result<(), ShiftAddError> {
        let (lo, hi) = self.input_range;
        if lo >= hi || lo < -MAX_INPUT || hi > MAX_INPUT || self.inputs > MAX_INPUTS {
            return Err(ShiftAddError::Inputs { inputs: self.inputs, lo, hi });
        }
        let mut rows: Vec<Row> = Vec::with_capacity(self.nodes.len());
        for (index, node) in self.nodes.iter().enumerate() {
            let row = self.check_node(node, index, &rows)?;
            rows.push(row);
        }
        for (index, output) in self.outputs.iter().enumerate() {
            self.check_output(output, format!("output {index}"), &rows)?;
        }
        Ok(())
    }

    fn check_node(&self, node: &Node, index: usize, rows: &[Row]) -> Result<Row, ShiftAddError> {
        let place = format!("node {index}");
        if node.a.negative && node.b.negative {
            return Err(ShiftAddError::Negative { node: index });
        }
        let (a, b) = (self.row(node.a, rows, &place)?, self.row(node.b, rows, &place)?);
        let row: Row = a.iter().zip(&b).map(|(p, q)| p + q).collect();
        let depth = self.depth_of(node.a).max(self.depth_of(node.b)) + 1;
        if node.depth != depth || !self.states(&row, 0, node.lo, node.hi) {
            return Err(ShiftAddError::Stated { place });
        }
        Ok(row)
    }

    fn check_output(&self, output: &Output, place: String, rows: &[Row]) -> Result<(), ShiftAddError> {
        let row = output.term.map_or(Ok(Row::new()), |term| self.row(term, rows, &place))?;
        let stated = self.states(&row, output.constant, output.lo, output.hi);
        stated.then_some(()).ok_or(ShiftAddError::Stated { place })
    }

    /// Whether `lo..=hi` is the range of the sum and within [`MAX_VALUE`], which bounds every coefficient too.
    fn states(&self, row: &Row, constant: i64, lo: i64, hi: i64) -> bool {
        let end = |pick: fn(i128, i128) -> i128| {
            let ends = row
                .iter()
                .map(|c| pick(c * i128::from(self.input_range.0), c * i128::from(self.input_range.1)));
            ends.sum::<i128>() + i128::from(constant)
        };
        lo >= -MAX_VALUE
            && hi <= MAX_VALUE
            && end(i128::min) == i128::from(lo)
            && end(i128::max) == i128::from(hi)
    }

    /// A term's weight of every input.
    fn row(&self, term: Term, rows: &[Row], place: &str) -> Result<Row, ShiftAddError> {
        if term.shift > MAX_SHIFT {
            return Err(ShiftAddError::Shift { place: place.into(), shift: term.shift });
        }
        let row = match term.source {
            Source::Input(i) if i < self.inputs => (0..self.inputs).map(|k| i128::from(k == i)).collect(),
            Source::Node(n) if n < rows.len() => rows[n].clone(),
            from => return Err(ShiftAddError::Source { place: place.into(), from }),
        };
        let factor = (if term.negative { -1 } else { 1 }) * (1i128 << term.shift);
        Ok(row.into_iter().map(|c: i128| c * factor).collect())
    }

    /// Adders before a term whose source has been checked.
    fn depth_of(&self, term: Term) -> u32 {
        match term.source {
            Source::Input(_) => 0,
            Source::Node(n) => self.nodes[n].depth,
        }
    }
}
