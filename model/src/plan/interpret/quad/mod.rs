//! A layer on the quad array.

mod pass;
mod walk;
mod window;

use super::layer::accumulate;
use super::memory::Memory;
use super::{InterpretError, Writes};
use crate::plan::Capacity;
use crate::plan::descriptor::Descriptor;
use crate::plan::quad::{LANES, PIXELS, QUAD, QUADS, QuadEntry};
use pass::Pass;
use walk::{Block, Walk};
use window::Window;

/// Bytes of a word, as factors.
type Word = [i32; LANES];
/// The sums of a block: a word for each pixel.
type Sums = [Word; PIXELS];

/// The array: its memory and widths.
pub struct QuadArray<'a> {
    capacity: &'a Capacity,
    memory: Memory<'a, LANES>,
}

impl<'a> QuadArray<'a> {
    pub fn new(capacity: &'a Capacity, memory: &'a mut [u8]) -> Self {
        Self { capacity, memory: Memory::new(memory) }
    }

    /// Runs a layer.
    pub fn layer(&mut self, descriptor: &Descriptor, writes: Writes) -> Result<(), InterpretError> {
        let walk = Walk::new(descriptor)?;
        let (mut pass, mut at) = (Pass::default(), walk.stream);
        for index in 0..walk.passes {
            at = pass.read(&self.memory, &walk, index, at, self.capacity)?;
            for block in walk.blocks(index as u16) {
                let mut sums = [[0; LANES]; PIXELS];
                self.products(&walk, &block, &pass, &mut sums)?;
                self.results(&walk, index, &block, &pass, &sums, writes)?;
            }
        }
        self.memory.settle()
    }

    /// A block's sums.
    fn products(
        &self,
        walk: &Walk,
        block: &Block,
        pass: &Pass,
        sums: &mut Sums,
    ) -> Result<(), InterpretError> {
        let mut window = Window::default();
        let mut weights = pass.weights.chunks_exact(if walk.spread { QUADS } else { 1 });
        for entry in &pass.entries {
            window.fetch(&self.memory, walk, block, entry)?;
            let bits = (0..LANES).filter(|bit| entry.mask >> bit & 1 == 1);
            for bit in bits {
                // The pass has as many weights as products.
                let Some(row) = weights.next() else { break };
                multiply(walk, &window, entry, bit, row, sums);
            }
        }
        Ok(())
    }

    /// Writes a block's results, quad after quad.
    fn results(
        &mut self,
        walk: &Walk,
        index: usize,
        block: &Block,
        pass: &Pass,
        sums: &Sums,
        writes: Writes,
    ) -> Result<(), InterpretError> {
        for (quad, sums) in sums.chunks_exact(QUAD).enumerate() {
            let group = if walk.spread { quad } else { 0 };
            if walk.spread && index * QUADS + quad >= walk.groups {
                continue;
            }
            let parameters = pass.parameters.get(group * LANES..).unwrap_or(&[]);
            let places = walk.places(block, quad);
            for (address, sum) in places.iter().zip(sums).filter_map(|(at, sum)| Some(((*at)?, sum))) {
                let word = walk.finish.word(sum, parameters, self.capacity);
                self.memory.write(address, word, writes)?;
            }
            banks(places, false)?;
        }
        Ok(())
    }
}

/// A product of every lane and pixel.
fn multiply(walk: &Walk, window: &Window, entry: &QuadEntry, bit: usize, row: &[Word], sums: &mut Sums) {
    let slid = if entry.slide { bit } else { 0 };
    for (pixel, sum) in sums.iter_mut().enumerate() {
        let word = window.operand(pixel, slid, walk.spread);
        let weight = if walk.spread { row.get(pixel / QUAD) } else { row.first() };
        let factors = if walk.vector { word } else { [word[bit]; LANES] };
        if let Some(weight) = weight {
            accumulate(sum, weight, &factors);
        }
    }
}

/// That words wanted at once lie in different banks; for reads they may be the same.
fn banks(places: [Option<u16>; QUAD], same: bool) -> Result<(), InterpretError> {
    for (index, &second) in places.iter().enumerate() {
        for &first in &places[..index] {
            if let (Some(first), Some(second)) = (first, second)
                && !(same && first == second)
                && first % QUAD as u16 == second % QUAD as u16
            {
                return Err(InterpretError::Bank { first, second });
            }
        }
    }
    Ok(())
}
