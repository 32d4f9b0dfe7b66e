//! Products by constants, which are no layers of their own: see [`fold`](super::fold).

use super::super::tflite::{ElementType, Operator, Options, Tensor};
use super::fold::{Factors, Product};
use super::weighted::activation;
use super::{Lowering, Problem, Result, Unfolded, input, output, quant, shape};

impl Lowering<'_> {
    /// MUL: the layer before it takes it over.
    pub(super) fn multiply(&mut self, operator: &Operator) -> Result<()> {
        let Options::Mul(fused) = operator.options else { return Err(Problem::Unsupported) };
        let refused = |why| Problem::Product { why };
        let (source, constant) = self.operands(operator)?;
        let factors = factors(self.of(constant)).ok_or(refused(Unfolded::NotConstant))?;
        let node = self.layer_of(source).ok_or(refused(Unfolded::NoLayer))?;
        let (layer, to) = (&self.graph.nodes[node], self.of(output(operator)?));
        let made = self.graph.node_output(layer);
        if shape(to)? != made.shape || to.element != self.of(source).element {
            return Err(refused(Unfolded::NoLayer));
        }
        let product = Product {
            layer: &layer.op,
            input: self.graph.node_input(layer).quant,
            middle: made.quant,
            output: quant(to)?,
            factors,
            activation: activation(fused)?,
        };
        self.graph.nodes[node].op = product.fold().ok_or(refused(Unfolded::Inexact))?;
        self.replace(source, output(operator)?)
    }

    /// The file's indices of what is multiplied and of the constant.
    fn operands(&self, operator: &Operator) -> Result<(usize, usize)> {
        let (a, b) = (input(operator, 0)?, input(operator, 1)?);
        match (self.tensors.contains_key(&a), self.tensors.contains_key(&b)) {
            (true, false) => Ok((a, b)),
            (false, true) => Ok((b, a)),
            _ => Err(Problem::Product { why: Unfolded::NotConstant }),
        }
    }

    /// The int8 layer with weights that makes a tensor which is read only once, and which has taken over nothing yet.
    fn layer_of(&self, tensor: usize) -> Option<usize> {
        let index = *self.tensors.get(&tensor)?;
        let at = self.graph.nodes.iter().position(|node| node.output == index)?;
        let layer = self.graph.nodes.get(at)?;
        let reads = self.subgraph.operators.iter().flat_map(|operator| &operator.inputs);
        let is_read_once = reads.filter(|&&read| read == Some(tensor)).count() == 1
            && !self.subgraph.outputs.contains(&tensor)
            && self.tensors.values().filter(|&&other| other == index).count() == 1;
        let is_layer = layer.op.channels().is_some() && !self.graph.is_wide(layer);
        (is_layer && is_read_once && !self.folded.contains(&index)).then_some(at)
    }

    /// Puts a tensor of the file in the place of a former one, which the graph forgets.
    fn replace(&mut self, former: usize, tensor: usize) -> Result<()> {
        self.add(tensor)?;
        if let Some(index) = self.tensors.remove(&former) {
            // The new tensor is the last one.
            self.graph.tensors.swap_remove(index);
            self.tensors.insert(tensor, index);
            self.folded.insert(index);
        }
        Ok(())
    }
}

/// The integers of an 8-bit constant of one element, or of as many as its last side.
fn factors(tensor: &Tensor) -> Option<Factors> {
    let quant = quant(tensor).ok().filter(|quant| quant.is_valid())?;
    let data = tensor.data.as_ref().filter(|_| !tensor.is_sparse)?;
    let integer = match tensor.element {
        ElementType::Int8 => |b: u8| i64::from(b as i8),
        ElementType::Uint8 => |b: u8| i64::from(b) - 128,
        _ => return None,
    };
    let is_row = data.len() == 1 || tensor.shape.last() == Some(&data.len());
    let values = data.iter().map(|&b| integer(b) - i64::from(quant.zero_point)).collect();
    is_row.then_some(Factors { values, scale: quant.scale })
}
