//! From the graph's operators to layers of the array, which have no addresses yet.

mod channels;
mod concat;
mod copy;
mod dense;
mod exact;
mod interleave;
mod job;
mod lag;
mod maximum;
mod parts;
mod pool;
mod quad;
mod readers;
mod vector;
mod views;
mod weighted;

use super::freeze::Front;
use super::layout::Layout;
use super::quad::most_weights;
use super::{ArrayStyle, Capacity, PlanError, PlanOptions, Shape};
use crate::graph::{Graph, Node, Op};
use crate::requant::fit::Requantiser;

pub(super) use channels::sums;
pub(super) use job::{Frame, Job, Read, Slot, of_group};
pub(super) use parts::part;
pub(super) use quad::Walk;
use readers::Readers;

/// A tensor's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub slot: Slot,
    /// Shape as it lies in memory; another than the tensor's after a reshape.
    pub shape: Shape,
    pub layout: Layout,
    pub form: Form,
}

/// How pixels lie in a plane, for a tensor that one layer alone reads. All but the first on the quad array only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// Rows and columns in their order.
    #[default]
    Whole,
    /// So many words from column to column: the layer that makes them computes more than is needed.
    Spaced(usize),
    /// The even columns of all rows, then the odd ones.
    Halved,
    /// So many rows, whose words hold a pixel of the upper part of the image in their first half and one of the lower
    /// part, which ends with the image, in their second half. The parts overlap.
    Folded(usize),
}

/// A graph in layers.
#[derive(Clone)]
pub(super) struct Lowered {
    /// Words of each buffer.
    pub buffers: Vec<usize>,
    /// The tensors that are stored.
    pub stored: Vec<Option<Stored>>,
    /// Layers in their order.
    pub jobs: Vec<Job>,
    /// Buffers that must last to the end of a run.
    pub kept: Vec<usize>,
}

/// What a lowering aims at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Aim {
    /// As few words as possible, rather than as few clocks.
    pub small: bool,
    /// Layers may leave columns between their results, if that makes them faster.
    pub gaps: bool,
}

impl Lowered {
    /// Clocks of all layers: an estimate.
    pub fn clocks(&self, capacity: &Capacity) -> u64 {
        self.jobs.iter().map(|job| job.clocks(capacity)).sum()
    }
}

/// Lowers the nodes outside the front end.
pub(super) fn lower(
    graph: &Graph,
    front: &Front,
    capacity: &Capacity,
    options: PlanOptions,
    aim: Aim,
) -> Result<Lowered, PlanError> {
    let mut lower = Lower::new(graph, front, capacity, options, aim);
    for (index, node) in graph.nodes.iter().enumerate() {
        if !front.nodes.contains(&index) {
            lower.node(index, node)?;
        }
    }
    let Lower { buffers, stored, jobs, readers, .. } = lower;
    let kept = stored.iter().zip(&readers.kept).filter(|(_, kept)| **kept);
    let kept: Vec<usize> = kept.filter_map(|(stored, _)| Some(stored.as_ref()?.slot.buffer)).collect();
    Ok(Lowered { buffers, stored, jobs, kept })
}

struct Lower<'a> {
    graph: &'a Graph,
    capacity: &'a Capacity,
    options: PlanOptions,
    aim: Aim,
    readers: Readers,
    buffers: Vec<usize>,
    stored: Vec<Option<Stored>>,
    jobs: Vec<Job>,
    /// The node whose needs alone decide the layout of the network's input.
    input_reader: Option<usize>,
}

impl<'a> Lower<'a> {
    fn new(graph: &'a Graph, front: &Front, capacity: &'a Capacity, options: PlanOptions, aim: Aim) -> Self {
        let readers = Readers::new(graph, front);
        let stored = vec![None; graph.tensors.len()];
        let (buffers, jobs) = (Vec::new(), Vec::new());
        let mut lower =
            Self { graph, capacity, options, aim, readers, buffers, stored, jobs, input_reader: None };
        match front.layers.is_empty() {
            true => lower.store_input(),
            false => {
                lower.store(graph.input, graph.tensor(graph.input).shape, Layout::Raster);
                lower.store(front.output, graph.tensor(front.output).shape, Layout::Planar);
            }
        }
        lower.share_concatenations();
        lower
    }

    /// The input in the shape that the first node sees which does more than reshape it.
    fn store_input(&mut self) {
        let mut chain = vec![self.graph.input];
        let mut tensor = self.graph.input;
        while let Some(reader) = self.readers.only(tensor) {
            if self.graph.nodes[reader].op != Op::Reshape {
                self.input_reader = Some(reader);
                break;
            }
            tensor = self.graph.nodes[reader].output;
            chain.push(tensor);
        }
        let stored = self.store(tensor, self.graph.tensor(tensor).shape, Layout::Planar);
        chain.into_iter().for_each(|tensor| self.stored[tensor] = Some(stored));
    }

    /// Gives a tensor a buffer of its own.
    fn store(&mut self, tensor: usize, shape: Shape, layout: Layout) -> Stored {
        let slot = self.buffer(layout.words(shape, self.capacity.lanes));
        let stored = Stored { slot, shape, layout, form: Form::Whole };
        self.stored[tensor] = Some(stored);
        stored
    }

    fn buffer(&mut self, words: usize) -> Slot {
        self.buffers.push(words);
        Slot { buffer: self.buffers.len() - 1, start: 0 }
    }

    /// The place of a node's result: the one that it already has, or a new one.
    fn target(&mut self, tensor: usize) -> Slot {
        let shape = self.graph.tensor(tensor).shape;
        self.stored[tensor].unwrap_or_else(|| self.store(tensor, shape, Layout::Planar)).slot
    }

    fn node(&mut self, index: usize, node: &Node) -> Result<(), PlanError> {
        match &node.op {
            Op::Conv2d(op) => self.conv(index, op.window(), op.activation),
            Op::FullyConnected(op) => self.fully_connected(index, op.activation),
            Op::DepthwiseConv2d(op) if op.depth_multiplier == 1 => self.depthwise(index, op),
            Op::DepthwiseConv2d(op) => self.multiplied(index, op),
            Op::AveragePool2d(op) => self.average_pool(index, op),
            Op::MaxPool2d(op) => self.max_pool(index, op),
            Op::Mean => self.mean(index),
            Op::Add(op) => self.add(index, op),
            Op::Pad(_) if self.readers.folded[index] => Ok(()),
            Op::Pad(op) => self.pad(index, op),
            Op::Reshape => self.reshape(index),
            Op::Concat(op) => self.concat(index, op),
            Op::ResizeNearest(op) => self.resize(index, *op),
            Op::Rescale => self.rescale(index),
            Op::Softmax(_) | Op::Logistic => Err(unsupported(
                node,
                "only the host computes it: plan the head that splitting off the network's tail gives",
            )),
        }
    }

    fn reshape(&mut self, index: usize) -> Result<(), PlanError> {
        let node = &self.graph.nodes[index];
        if self.stored[node.output].is_none() {
            self.stored[node.output] = self.stored[node.inputs[0]];
        }
        Ok(())
    }

    /// Appends a node's layers; none at all means that entries do not reach so far.
    fn push(&mut self, node: usize, jobs: impl IntoIterator<Item = Job>) -> Result<(), PlanError> {
        let far =
            "a padded window is wider or higher than list entries reach: pad less, or use a smaller kernel";
        let before = self.jobs.len();
        for job in jobs {
            self.check(&job)?;
            self.jobs.push(job);
        }
        match self.jobs.len() > before {
            true => Ok(()),
            false => Err(unsupported(&self.graph.nodes[node], far)),
        }
    }

    /// That a layer's groups fit the rings.
    fn check(&self, job: &Job) -> Result<(), PlanError> {
        let Capacity { lanes, weight_words, list_entries, .. } = *self.capacity;
        let weights = job.weights.iter().map(|words| words.len() / lanes).max().unwrap_or(0);
        let lists: Vec<usize> = job.lists.iter().map(|list| list.len().next_multiple_of(2)).collect();
        let pairs = lists.windows(2).map(|pair| pair[0] + pair[1]).max();
        let entries = pairs.or(lists.first().copied()).unwrap_or(0);
        let ring = |what, needed: usize, available: usize| match needed > available.min(usize::from(u16::MAX))
        {
            true => {
                let node = self.graph.nodes[job.frame.node].name.clone();
                Err(PlanError::Ring { node, what, needed, available })
            }
            false => Ok(()),
        };
        let weight_words = most_weights(weight_words, job.quads.is_some() && job.streams_weights());
        ring("weight words in a group", weights, weight_words)?;
        ring("list entries in two successive groups", entries, list_entries)?;
        match self.capacity.style {
            // Places of the ring are told apart by their number, so that one stays free.
            ArrayStyle::Quad => {
                ring("list entries", job.lists.iter().map(Vec::len).max().unwrap_or(0), list_entries - 1)
            }
            _ => Ok(()),
        }
    }

    /// Parameters that all lanes and groups share.
    fn uniform(&self, parameters: Requantiser) -> Vec<Vec<Requantiser>> {
        vec![vec![parameters; self.capacity.lanes]]
    }

    fn groups(&self, channels: usize) -> usize {
        channels.div_ceil(self.capacity.lanes)
    }
}

fn unsupported(node: &Node, advice: &'static str) -> PlanError {
    PlanError::Unsupported { node: node.name.clone(), kind: node.op.kind(), advice }
}
