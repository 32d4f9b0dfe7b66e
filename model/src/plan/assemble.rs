//! From a graph to a plan: the front end frozen, the rest as descriptors.

use super::arena::{Buffer, place};
use super::descriptor::{Descriptor, Op as Code};
use super::freeze::{Front, freeze};
use super::layer::{Array, layer};
use super::pack::pack_weights;
use super::program::{ENTRY_FEATURES, ENTRY_RUN, Entry, Placement, Program, WeightBlock};
use super::{Capacity, FORMAT_VERSION, Plan, PlanError};
use crate::graph::{Graph, Op};
use crate::plan::descriptor::Field;

/// Bytes that a 16-bit address reaches.
const ADDRESS_SPACE: usize = 1 << 16;

/// Plans a network for a device: the first `frozen_nodes` convolutions go into the fabric, each with the average
/// pool after it if the stream can compute it; the rest becomes a program for the array.
pub fn plan(graph: &Graph, frozen_nodes: usize, capacity: &Capacity) -> Result<Plan, PlanError> {
    graph.check()?;
    if !(1..=255).contains(&capacity.lanes) {
        return Err(PlanError::Lanes { lanes: capacity.lanes });
    }
    let front = freeze(graph, frozen_nodes)?;
    let program = Assembly::new(graph, &front, capacity)?.program()?;
    Ok(Plan {
        format_version: FORMAT_VERSION,
        graph_name: graph.name.clone(),
        frozen: front.layers,
        program,
        capacity: capacity.clone(),
    })
}

struct Assembly<'a> {
    graph: &'a Graph,
    front: &'a Front,
    capacity: &'a Capacity,
    /// Nodes outside the front end, in order.
    rest: Vec<usize>,
    /// For each tensor its buffer; `None` if it is never stored.
    buffers: Vec<Option<usize>>,
    /// For each buffer its address.
    addresses: Vec<usize>,
}

impl<'a> Assembly<'a> {
    fn new(graph: &'a Graph, front: &'a Front, capacity: &'a Capacity) -> Result<Self, PlanError> {
        let rest = (0..graph.nodes.len()).filter(|index| !front.nodes.contains(index)).collect();
        let mut assembly = Self { graph, front, capacity, rest, buffers: Vec::new(), addresses: Vec::new() };
        let buffers = assembly.find_buffers();
        let (addresses, needed) = place(&buffers);
        budget("bytes of activation memory", needed, capacity.activation_bytes.min(ADDRESS_SPACE))?;
        assembly.addresses = addresses;
        Ok(assembly)
    }

    /// Gives every stored tensor a buffer. A reshaped tensor is the same bytes, so the same buffer.
    fn find_buffers(&mut self) -> Vec<Buffer> {
        self.buffers = vec![None; self.graph.tensors.len()];
        let mut list = Vec::new();
        self.new_buffer(self.graph.input, Buffer::kept(0), &mut list);
        if !self.front.layers.is_empty() {
            self.new_buffer(self.front.output, Buffer::kept(0), &mut list);
        }
        for (step, &index) in self.rest.clone().iter().enumerate() {
            let node = &self.graph.nodes[index];
            for &input in &node.inputs {
                self.extend(input, step, &mut list);
            }
            match node.op {
                Op::Reshape => self.buffers[node.output] = self.buffers[node.inputs[0]],
                _ => self.new_buffer(node.output, Buffer { len: 0, first: step, last: step }, &mut list),
            }
        }
        for &output in &self.graph.outputs {
            self.extend(output, usize::MAX, &mut list);
        }
        list
    }

    fn new_buffer(&mut self, tensor: usize, buffer: Buffer, list: &mut Vec<Buffer>) {
        self.buffers[tensor] = Some(list.len());
        list.push(Buffer { len: self.graph.tensor(tensor).shape.len(), ..buffer });
    }

    fn extend(&self, tensor: usize, step: usize, list: &mut [Buffer]) {
        if let Some(index) = self.buffers[tensor] {
            let buffer = &mut list[index];
            buffer.last = buffer.last.max(step);
            if step == usize::MAX {
                buffer.first = 0;
            }
        }
    }

    /// Address of a tensor. Every tensor that a node outside the front end reads or writes is stored: the front
    /// end keeps only tensors to itself that have no other reader.
    fn address(&self, tensor: usize) -> usize {
        self.buffers[tensor].map_or(0, |buffer| self.addresses[buffer])
    }

    fn program(&self) -> Result<Program, PlanError> {
        let mut program = self.front_program();
        for &index in &self.rest {
            if let Some(array) = layer(self.graph, &self.graph.nodes[index])? {
                self.push_layer(&mut program, index, &array)?;
            }
        }
        program.descriptors.push(Descriptor::new(Code::End));
        program.entries.push(Entry { name: ENTRY_RUN.into(), index: 0 });
        if !self.front.layers.is_empty() {
            program.entries.push(Entry { name: ENTRY_FEATURES.into(), index: program.descriptors.len() });
            program.descriptors.extend([self.frozen(), Descriptor::new(Code::End)]);
        }
        budget("layer descriptors", program.descriptors.len(), self.capacity.descriptors)?;
        budget("bytes of weight memory", program.weight_image.len(), self.capacity.weight_bytes)?;
        budget("channels of parameter memory", program.parameters.len(), self.capacity.parameter_channels)?;
        Ok(program)
    }

    /// The tensors and the descriptor of the front end.
    fn front_program(&self) -> Program {
        let stored: Vec<usize> = (0..self.buffers.len()).filter(|&t| self.buffers[t].is_some()).collect();
        let find = |tensor| stored.iter().position(|&t| t == tensor);
        let frozen = !self.front.layers.is_empty();
        Program {
            descriptors: frozen.then(|| self.frozen()).into_iter().collect(),
            input: find(self.graph.input).unwrap_or(0),
            outputs: self.graph.outputs.iter().filter_map(|&output| find(output)).collect(),
            features: find(self.front.output).filter(|_| frozen),
            tensors: stored.iter().map(|&tensor| self.placement(tensor)).collect(),
            ..Program::default()
        }
    }

    fn placement(&self, tensor: usize) -> Placement {
        let info = self.graph.tensor(tensor);
        let (tensor, address) = (info.name.clone(), self.address(tensor));
        Placement { tensor, shape: info.shape, address, len: info.shape.len() }
    }

    fn frozen(&self) -> Descriptor {
        // Addresses and lengths are below the address space, which the budget has made sure of.
        let bytes = |tensor: usize| self.graph.tensor(tensor).shape.len() as u16;
        Descriptor::new(Code::Frozen)
            .set(Field::InBase, self.address(self.graph.input) as u16)
            .set(Field::OutBase, self.address(self.front.output) as u16)
            .set(Field::StepX, bytes(self.graph.input))
            .set(Field::StepY, bytes(self.front.output))
    }

    fn push_layer(&self, program: &mut Program, index: usize, array: &Array) -> Result<(), PlanError> {
        let (node, lanes) = (&self.graph.nodes[index], self.capacity.lanes);
        let (channels, taps) = (array.output.c, array.taps());
        let block = WeightBlock {
            node: node.name.clone(),
            address: program.weight_image.len() / lanes,
            words: channels.div_ceil(lanes) * taps,
            parameter_base: program.parameters.len(),
            channels,
            taps,
            pixels: array.output.h * array.output.w,
            zero_weights: array.weights.iter().filter(|&&weight| weight == 0).count(),
        };
        let (input, output) = (self.address(node.inputs[0]), self.address(node.output));
        program.descriptors.push(array.descriptor(&block, lanes, input, output)?);
        program.weight_image.extend(pack_weights(lanes, channels, taps, &array.weights));
        program.parameters.extend(&array.parameters);
        program.weights.push(block);
        Ok(())
    }
}

fn budget(what: &'static str, needed: usize, available: usize) -> Result<(), PlanError> {
    if needed > available { Err(PlanError::Budget { what, needed, available }) } else { Ok(()) }
}
