//! From a graph to a plan: the front end frozen, the rest as layers with addresses.

use super::arena::{Buffer, place};
use super::candidates::candidates;
use super::descriptor::{BYTES, Descriptor, Field, Op as Code};
use super::emit::{constants, descriptor, stream};
use super::freeze::{Front, freeze};
use super::layout::{Layout, Placement};
use super::lower::{Form, Job, Lowered, Slot, Stored};
use super::program::{ENTRY_FEATURES, ENTRY_RUN, Entry, LayerInfo, Program};
use super::{ArrayStyle, Capacity, FORMAT_VERSION, FlashCapacity, Plan, PlanError, PlanOptions, flash, quad};
use crate::graph::Graph;

/// Plans a network for a device: the first `frozen_nodes` convolutions go into the fabric, each with the average
/// pool after it if the stream can compute it; the rest becomes a program for the array.
///
/// The host computes a softmax or logistic function at the network's end: see [`Graph::split_tail`].
pub fn plan(
    graph: &Graph,
    frozen_nodes: usize,
    capacity: &Capacity,
    options: PlanOptions,
) -> Result<Plan, PlanError> {
    graph.check()?;
    capacity.check()?;
    if let Some(info) = graph.wide_tensor() {
        return Err(PlanError::Wide { tensor: info.name.clone(), precision: info.precision });
    }
    if capacity.style == ArrayStyle::Quad && frozen_nodes > 0 {
        return Err(PlanError::NoFrontEnd);
    }
    let front = freeze(graph, frozen_nodes)?;
    let program = assemble(graph, &front, capacity, options)?;
    Ok(Plan {
        format_version: FORMAT_VERSION,
        graph_name: graph.name.clone(),
        frozen: front.layers,
        program,
        capacity: capacity.clone(),
    })
}

/// The first program that fits the memory: fast ones first, then those with layers interleaved, the largest first, then
/// small ones. If none fits, and streams may come from the flash, the fastest of those whose tensors fit.
fn assemble(
    graph: &Graph,
    front: &Front,
    capacity: &Capacity,
    options: PlanOptions,
) -> Result<Program, PlanError> {
    let placed = |lowered, flash| Assembly::new(graph, front, capacity, lowered, flash).placed();
    let mut least = None;
    for lowered in candidates(graph, front, capacity, options)? {
        let (assembly, tensors, program) = placed(lowered?, None);
        if assembly.fits(tensors + program) {
            return assembly.program();
        }
        least = least.into_iter().chain([(tensors + program, tensors, program)]).min();
    }
    if capacity.flash.is_some() {
        let candidates = candidates(graph, front, capacity, options)?;
        let placed = candidates.map(|lowered| Ok(placed(lowered?, capacity.flash)));
        let placed: Vec<_> = placed.collect::<Result<_, PlanError>>()?;
        let fitting = placed.iter().filter(|(assembly, tensors, program)| assembly.fits(tensors + program));
        if let Some((assembly, ..)) = fitting.min_by_key(|(assembly, ..)| assembly.clocks.iter().sum::<u64>())
        {
            return assembly.program();
        }
    }
    let (_, tensors, program) = least.unwrap_or_default();
    let bytes = |words: usize| words * capacity.lanes;
    let available = bytes(capacity.memory_words);
    Err(PlanError::Memory { tensors: bytes(tensors), program: bytes(program), available })
}

struct Assembly<'a> {
    graph: &'a Graph,
    front: &'a Front,
    capacity: &'a Capacity,
    lowered: Lowered,
    /// Word address of each buffer.
    addresses: Vec<usize>,
    /// The flash, if streams may come from it.
    flash: Option<FlashCapacity>,
    /// Which groups' streams come from it, of each layer.
    streamed: Vec<Vec<bool>>,
    /// Clocks of each layer: an estimate.
    clocks: Vec<u64>,
}

impl<'a> Assembly<'a> {
    fn new(
        graph: &'a Graph,
        front: &'a Front,
        capacity: &'a Capacity,
        lowered: Lowered,
        flash: Option<FlashCapacity>,
    ) -> Self {
        let streamed = lowered.jobs.iter().map(|job| vec![flash.is_some(); job.passes()]).collect();
        let clocks = lowered.jobs.iter().map(|job| job.clocks(capacity)).collect();
        Self { graph, front, capacity, lowered, addresses: Vec::new(), flash, streamed, clocks }
    }

    /// Places the buffers; with the words that they and the program take. What room they leave beside the flash's ring
    /// is for streams.
    fn placed(mut self) -> (Self, usize, usize) {
        let mut program = self.descriptors() * BYTES / self.capacity.lanes + self.stream_words(false);
        let enough = if self.flash.is_some() { 0 } else { self.memory_words().saturating_sub(program) };
        let (addresses, tensors) = place(&self.buffers(), enough);
        self.addresses = addresses;
        let tensors = self.image_address(tensors);
        if let Some(flash) = self.flash {
            let room = self.memory_words().saturating_sub(tensors + program);
            (self.streamed, self.clocks) = flash::choose(&self.lowered.jobs, self.capacity, flash, room);
            program += self.stream_words(false);
        }
        (self, tensors, program)
    }

    /// Words of memory, the flash's ring apart.
    fn memory_words(&self) -> usize {
        self.capacity.memory_words.saturating_sub(self.flash.map_or(0, |flash| flash.ring_words))
    }

    /// Whether memory holds so many words, and the flash what is streamed.
    fn fits(&self, words: usize) -> bool {
        let streamed = self.stream_words(true) * self.capacity.lanes;
        words <= self.memory_words() && streamed <= self.flash.map_or(0, |flash| flash.bytes)
    }

    /// Words of the streams in memory, or of those in the flash.
    fn stream_words(&self, streamed: bool) -> usize {
        let words = |(job, groups): (&Job, &Vec<bool>)| -> usize {
            let groups = groups.iter().enumerate().filter(|(_, comes)| **comes == streamed);
            groups.map(|(group, _)| job.pass_words(group, self.capacity.lanes)).sum()
        };
        self.lowered.jobs.iter().zip(&self.streamed).map(words).sum()
    }

    /// Where the image begins when tensors take so many words.
    fn image_address(&self, tensor_words: usize) -> usize {
        match self.capacity.style {
            ArrayStyle::Quad => tensor_words.next_multiple_of(quad::QUAD),
            _ => tensor_words,
        }
    }

    /// Descriptors of all entries, their ends included.
    fn descriptors(&self) -> usize {
        let frozen = usize::from(!self.front.layers.is_empty());
        frozen + self.lowered.jobs.len() + 1 + 2 * frozen
    }

    /// Buffers with the steps of their lives: step 0 is before the first layer, and the front end's.
    fn buffers(&self) -> Vec<Buffer> {
        let Lowered { buffers, stored, jobs, kept } = &self.lowered;
        let life = |(index, &len): (usize, &usize)| {
            let uses =
                |job: &Job| job.frame.sources.iter().chain([&job.frame.target]).any(|s| s.buffer == index);
            let mut steps = jobs.iter().enumerate().filter(|(_, job)| uses(job)).map(|(step, _)| step + 1);
            let first = steps.next().unwrap_or(0);
            let last = steps.next_back().unwrap_or(first);
            let early = [Some(self.graph.input), Some(self.front.output)].into_iter().flatten();
            let early = early.filter_map(|tensor| stored[tensor]).any(|stored| stored.slot.buffer == index);
            let last = if kept.contains(&index) { jobs.len() + 1 } else { last };
            Buffer { len, first: if early { 0 } else { first }, last, below: None }
        };
        let mut lives: Vec<Buffer> = buffers.iter().enumerate().map(life).collect();
        for (step, job) in jobs.iter().enumerate() {
            if let Some((below, follows)) = follows(job, step + 1, &lives) {
                lives[below].below = Some(follows);
            }
        }
        lives
    }

    fn address(&self, slot: Slot) -> usize {
        self.addresses[slot.buffer] + slot.start
    }

    fn program(&self) -> Result<Program, PlanError> {
        let (lanes, jobs) = (self.capacity.lanes, &self.lowered.jobs);
        let tensor_words =
            self.addresses.iter().zip(&self.lowered.buffers).map(|(at, len)| at + len).max().unwrap_or(0);
        let image_address = self.image_address(tensor_words);
        let mut at = image_address + self.descriptors() * BYTES / lanes;
        let mut program = Program { image_address, tensor_words, ..self.tensors() };
        let (mut streams, mut descriptors) = (Vec::new(), self.front_descriptor()?);
        for (step, job) in jobs.iter().enumerate() {
            let name = &self.graph.nodes[job.frame.node].name;
            let (streamed, address) = (&self.streamed[step], |slot| self.address(slot));
            let begins = streamed.first().is_some_and(|&first| first);
            descriptors.push(descriptor(job, name, (at, begins), address, self.capacity)?);
            let (resident, flash) = stream(job, streamed, address, lanes);
            self.describe(&mut program, (step, job), at, [&resident, &flash].map(|part| part.len() / lanes));
            at += resident.len() / lanes;
            streams.extend(resident);
            program.stream.extend(flash);
        }
        flash::seal(&mut program.stream, lanes);
        // What is in the flash is not exchanged.
        program
            .layers
            .iter_mut()
            .filter(|layer| layer.streamed_words > 0)
            .for_each(|layer| layer.constants = None);
        descriptors.push(Descriptor::new(Code::End));
        program.entries.push(Entry { name: ENTRY_RUN.into(), address: image_address });
        if !self.front.layers.is_empty() {
            let address = image_address + descriptors.len() * BYTES / lanes;
            program.entries.push(Entry { name: ENTRY_FEATURES.into(), address });
            descriptors.extend(self.front_descriptor()?);
            descriptors.push(Descriptor::new(Code::End));
        }
        program.image = descriptors.iter().flat_map(Descriptor::pack).chain(streams).collect();
        Ok(program)
    }

    /// The tensors that the host writes or reads.
    fn tensors(&self) -> Program {
        let mut program = Program::default();
        let frozen = !self.front.layers.is_empty();
        program.input = self.placement(&mut program.tensors, self.graph.input);
        program.outputs =
            self.graph.outputs.iter().map(|&t| self.placement(&mut program.tensors, t)).collect();
        program.features = frozen.then(|| self.placement(&mut program.tensors, self.front.output));
        program
    }

    fn placement(&self, placed: &mut Vec<Placement>, tensor: usize) -> usize {
        let info = self.graph.tensor(tensor);
        let known = placed.iter().position(|placement| placement.tensor == info.name);
        known.unwrap_or_else(|| {
            // Every tensor outside the front end is stored.
            let slot = Slot { buffer: 0, start: 0 };
            let unknown = Stored { slot, shape: info.shape, layout: Layout::Planar, form: Form::Whole };
            let Stored { slot, shape, layout, .. } = self.lowered.stored[tensor].unwrap_or(unknown);
            let (address, lanes) = (self.address(slot), self.capacity.lanes);
            placed.push(Placement { tensor: info.name.clone(), shape, address, layout, lanes });
            placed.len() - 1
        })
    }

    fn front_descriptor(&self) -> Result<Vec<Descriptor>, PlanError> {
        let Some(last) = self.front.layers.last() else { return Ok(Vec::new()) };
        let address =
            |tensor: usize| self.lowered.stored[tensor].map_or(0, |stored| self.address(stored.slot));
        let fields = [
            (Field::InBase, "the address of the front end's input", address(self.graph.input)),
            (Field::OutBase, "the address of the front end's output", address(self.front.output)),
            (
                Field::BlockStep,
                "the bytes of the front end's input",
                self.graph.tensor(self.graph.input).shape.len(),
            ),
            (Field::RowStep, "the bytes of the front end's output", last.output.len()),
            (Field::PixelStep, "the channels of the front end's output", last.output.c),
            (Field::PixelRow, "the pixels of the front end's output", last.output.h * last.output.w),
        ];
        let mut descriptor = Descriptor::new(Code::Frozen);
        for (field, what, value) in fields {
            let fit = u16::try_from(value).map_err(|_| {
                let (node, most) = (last.name.clone(), usize::from(u16::MAX));
                PlanError::Field { node, what, value, most }
            })?;
            descriptor = descriptor.set(field, fit);
        }
        Ok(vec![descriptor])
    }

    /// Adds a layer to what is known of its node: where its stream lies, and its words in memory and in the flash.
    fn describe(
        &self,
        program: &mut Program,
        (step, job): (usize, &Job),
        address: usize,
        [resident, streamed]: [usize; 2],
    ) {
        let node = &self.graph.nodes[job.frame.node];
        let at = program.layers.iter().position(|layer| layer.name == node.name).unwrap_or_else(|| {
            let (name, kind) = (node.name.clone(), node.op.kind().into());
            program.layers.push(LayerInfo { name, kind, ..LayerInfo::default() });
            program.layers.len() - 1
        });
        let channels = self.graph.node_output(node).shape.c;
        let layer = &mut program.layers[at];
        layer.descriptors.push(step);
        layer.macs += job.frame.work.macs;
        layer.weights += job.frame.work.weights;
        layer.zero_weights += job.frame.work.zero_weights;
        layer.groups += job.frame.groups;
        layer.stream_words += resident + streamed;
        layer.streamed_words += streamed;
        layer.issue_clocks += job.issue_clocks();
        layer.clocks += self.clocks[step];
        match &mut layer.constants {
            Some(known) => known
                .streams
                .extend(constants(job, address, channels, self.capacity).into_iter().flat_map(|c| c.streams)),
            none => *none = constants(job, address, channels, self.capacity),
        }
    }
}

/// A buffer that may lie a little below another one, which a layer reads for the last time while it writes the first:
/// the first, the other and the words between their beginnings.
fn follows(job: &Job, step: usize, lives: &[Buffer]) -> Option<(usize, (usize, usize))> {
    let [source] = job.frame.sources[..] else { return None };
    let target = job.frame.target;
    let only = lives[source.buffer].last == step && lives[target.buffer].first == step;
    if !only || source.buffer == target.buffer {
        return None;
    }
    let words = job.lag()?;
    (words < lives[target.buffer].len).then_some((target.buffer, (source.buffer, words)))
}
