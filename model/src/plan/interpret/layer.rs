//! A layer on an array of `N` lanes.

use super::memory::{Flash, Memory};
use super::walk::{Block, Walk};
use super::{InterpretError, Writes};
use crate::plan::Capacity;
use crate::plan::descriptor::Descriptor;
use crate::plan::entry::{ListEntry, unpack_list};
use crate::plan::stream::{Header, PARAMETER_WORDS, unpack_parameters};
use crate::requant::fit::Requantiser;

/// The array: its memory and widths.
pub struct Array<'a, const N: usize> {
    capacity: &'a Capacity,
    memory: Memory<'a, N>,
}

/// What a group runs on.
#[derive(Default)]
struct Group<const N: usize> {
    entries: Vec<ListEntry>,
    weights: Vec<[i32; N]>,
    parameters: Vec<Requantiser>,
}

impl<'a, const N: usize> Array<'a, N> {
    pub fn new(capacity: &'a Capacity, memory: &'a mut [u8]) -> Self {
        Self { capacity, memory: Memory::new(memory) }
    }

    /// Runs a layer; groups that come from the flash read on there.
    pub fn layer(
        &mut self,
        descriptor: &Descriptor,
        flash: &mut Flash<'_>,
        writes: Writes,
    ) -> Result<(), InterpretError> {
        let walk = Walk::new(descriptor, self.capacity.pixels)?;
        let (mut group, mut at) = (Group::default(), usize::from(walk.stream));
        let mut streamed = walk.streamed;
        for index in 0..walk.groups {
            let flash = streamed.then_some(&mut *flash);
            streamed = self.read_group(&walk, index, (&mut at, flash), &mut group)?;
            self.blocks(&walk, index as u16, &group, writes)?;
        }
        self.memory.settle()
    }

    /// Takes a group's part of the stream, from the flash if there is one; what is shared stays. Whether the next group's
    /// comes from the flash.
    fn read_group(
        &self,
        walk: &Walk,
        index: usize,
        (at, mut flash): (&mut usize, Option<&mut Flash<'_>>),
        group: &mut Group<N>,
    ) -> Result<bool, InterpretError> {
        let streamed = flash.is_some();
        let mut take = |words: usize| {
            if let Some(flash) = &mut flash {
                return flash.words(N, words);
            }
            // The stream lies in memory, so that its end has an address or is the memory's.
            *at += words;
            self.memory.words(*at - words, words)
        };
        let header = if streamed { Header::unpack_streamed(take(1)?) } else { Header::unpack(take(1)?) };
        let own = |shared: bool| index == 0 || !shared;
        let brings = own(walk.parameters_shared) == header.has_parameters
            && own(walk.list_shared) == (header.list_words > 0)
            && own(walk.weights_shared) == (header.weight_words > 0);
        if !brings {
            return Err(InterpretError::Shared { group: index });
        }
        if header.has_parameters {
            let bits = |chunk: &[u8]| chunk.iter().rev().fold(0, |bits, &byte| bits << 8 | u64::from(byte));
            group.parameters = take(PARAMETER_WORDS)?.chunks(8).map(|c| unpack_parameters(bits(c))).collect();
        }
        let before = if walk.list_shared { 0 } else { group.entries.len().next_multiple_of(2) };
        if header.list_words > 0 {
            group.entries = unpack_list(take(header.list_words.into())?, header.entries.into(), N);
        }
        if header.weight_words > 0 {
            let word = |word: &[u8]| std::array::from_fn(|lane| i32::from(word[lane] as i8));
            group.weights = take(header.weight_words.into())?.chunks_exact(N).map(word).collect();
        }
        self.check_group(walk, index, &header, before, group)?;
        Ok(header.next_streamed)
    }

    /// What the hardware relies on; `before` is the number of entries of the group before.
    fn check_group(
        &self,
        walk: &Walk,
        index: usize,
        header: &Header,
        before: usize,
        group: &Group<N>,
    ) -> Result<(), InterpretError> {
        let entries = &group.entries;
        let whole = header.list_words == 0 || header.entries.div_ceil(2) == header.list_words;
        let ends = entries.last().is_some_and(|entry| entry.mask != 0);
        if !(whole && ends && (walk.vector || entries.iter().all(|entry| entry.mask != 0))) {
            return Err(InterpretError::List { group: index });
        }
        let both = before + entries.len().next_multiple_of(2);
        if both > self.capacity.list_entries || group.weights.len() > self.capacity.weight_words {
            return Err(InterpretError::Ring { group: index });
        }
        let products = entries.iter().map(|entry| entry.mask.count_ones() as usize).sum();
        match group.weights.len() == products {
            true => Ok(()),
            false => Err(InterpretError::Weights { group: index, products, words: group.weights.len() }),
        }
    }

    fn blocks(
        &mut self,
        walk: &Walk,
        index: u16,
        group: &Group<N>,
        writes: Writes,
    ) -> Result<(), InterpretError> {
        let pixels = self.capacity.pixels;
        let fetch = walk.in_base.wrapping_add(index.wrapping_mul(walk.in_group_step));
        let drain = walk.out_base.wrapping_add(index.wrapping_mul(walk.out_group_step));
        let (mut chain, mut sums) = (vec![[0i32; N]; pixels], vec![[0i32; N]; pixels]);
        for block in walk.blocks() {
            sums.fill([0; N]);
            self.products(walk, fetch.wrapping_add(block.fetch), block.at, group, &mut chain, &mut sums);
            self.results(walk, drain.wrapping_add(block.drain), &block, group, &sums, writes)?;
        }
        Ok(())
    }

    /// A block's sums.
    fn products(
        &self,
        walk: &Walk,
        fetch: u16,
        at: (u16, u16),
        group: &Group<N>,
        chain: &mut [[i32; N]],
        sums: &mut [[i32; N]],
    ) {
        let mut weights = group.weights.iter();
        let (columns, rows) = if walk.vector { (1, 1) } else { walk.block };
        for entry in &group.entries {
            let mut address = fetch.wrapping_add(entry.offset);
            let (first, mut y) = (at.0.wrapping_add(entry.dx.into()), at.1.wrapping_add(entry.dy.into()));
            for _ in 0..rows {
                let mut x = first;
                for column in 0..columns {
                    // The chain moves on by a word.
                    chain.rotate_left(1);
                    if let Some(last) = chain.last_mut() {
                        *last = self.operand(walk, address, x, y);
                    }
                    address = address.wrapping_add(if column + 1 == columns {
                        walk.pixel_row
                    } else {
                        walk.pixel_step
                    });
                    x = x.wrapping_add(walk.pixel_move.0);
                }
                y = y.wrapping_add(walk.pixel_move.1);
            }
            for byte in (0..N).filter(|byte| entry.mask >> byte & 1 == 1) {
                let Some(weights) = weights.next() else { break };
                let pixels = sums.iter_mut().zip(chain.iter()).skip(walk.skip);
                pixels.for_each(|(sum, word)| match walk.vector {
                    true => accumulate(sum, weights, word),
                    false => accumulate(sum, weights, &[word[byte]; N]),
                });
            }
        }
    }

    /// A word, or the pad value where it lies outside the input. What lies outside the memory is undefined, here 0:
    /// pixels beyond the output's edge may read there.
    fn operand(&self, walk: &Walk, address: u16, x: u16, y: u16) -> [i32; N] {
        if x < walk.size.0 && y < walk.size.1 {
            return self.memory.word(address).map(|byte| i32::from(byte as i8));
        }
        [i32::from(walk.pad as i8); N]
    }

    /// Writes a block's results.
    fn results(
        &mut self,
        walk: &Walk,
        drain: u16,
        block: &Block,
        group: &Group<N>,
        sums: &[[i32; N]],
        writes: Writes,
    ) -> Result<(), InterpretError> {
        let mut address = drain;
        for (pixel, sum) in sums.iter().skip(walk.skip).enumerate() {
            let (column, row) = (pixel % walk.block.0, pixel / walk.block.0);
            if column < block.valid.0 && row < block.valid.1 {
                let word = walk.finish.word(sum, &group.parameters, self.capacity);
                self.memory.write(address, word, writes)?;
            }
            let last = column + 1 == walk.block.0;
            address = address.wrapping_add(if last { walk.out_pixel_row } else { walk.out_pixel_step });
        }
        Ok(())
    }
}

/// Adds a product in every lane.
pub fn accumulate<const N: usize>(sum: &mut [i32; N], weights: &[i32; N], word: &[i32; N]) {
    for ((sum, weight), value) in sum.iter_mut().zip(weights).zip(word) {
        *sum = sum.wrapping_add(weight * value);
    }
}
