//! Tensors of any rank as views of memory: what Transpose and Reshape do is a matter of strides, and nothing moves.

/// Most sides of a tensor.
pub const MAX_RANK: usize = 8;

/// A loop over memory; its size is at least 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor {
    /// Number of steps.
    pub size: usize,
    /// Elements from one step to the next.
    pub stride: usize,
}

/// A tensor whose elements lie in memory in any order. Each side is a nest of loops, the outermost first: none for a
/// side of length 1, several where sides that do not follow each other in memory were joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    axes: Vec<Vec<Factor>>,
}

impl View {
    /// A tensor whose elements lie row major. No side may be 0, and the product must fit a `usize`.
    pub fn row_major(dims: &[usize]) -> Self {
        let mut stride = 1;
        let mut axes: Vec<_> = dims.iter().rev().map(|&size| axis(size, &mut stride)).collect();
        axes.reverse();
        Self { axes }
    }

    /// A tensor of these sides.
    pub fn new(axes: Vec<Vec<Factor>>) -> Self {
        Self { axes: axes.into_iter().map(merged).collect() }
    }

    /// Number of sides.
    pub fn rank(&self) -> usize {
        self.axes.len()
    }

    /// The sides.
    pub fn dims(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.iter().map(|factor| factor.size).product()).collect()
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.axes.iter().flatten().map(|factor| factor.size).product()
    }

    /// The sides in another order; `None` if `order` is no permutation of them.
    pub fn transpose(&self, order: &[usize]) -> Option<Self> {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        let is_permutation = sorted.iter().copied().eq(0..self.rank());
        is_permutation.then(|| Self { axes: order.iter().map(|&at| self.axes[at].clone()).collect() })
    }

    /// Other sides over the same elements in the same order; `None` if the numbers of elements differ, or if a side
    /// would need loops that do not exist.
    pub fn reshape(&self, dims: &[usize]) -> Option<Self> {
        if dims.len() > MAX_RANK || dims.contains(&0) {
            return None;
        }
        let mut rest = merged(self.axes.concat());
        rest.reverse();
        let axes = dims.iter().map(|&dim| split(&mut rest, dim)).collect::<Option<Vec<_>>>()?;
        rest.is_empty().then(|| Self::new(axes))
    }

    /// Places in memory of all elements, in row-major order of the sides.
    pub fn offsets(&self) -> Vec<usize> {
        let step = |places: Vec<usize>, factor: &Factor| -> Vec<usize> {
            let steps = |&place: &usize| (0..factor.size).map(move |step| place + step * factor.stride);
            places.iter().flat_map(steps).collect()
        };
        self.axes.iter().flatten().fold(vec![0], step)
    }
}

/// The loops of a row-major side, the sides after which take `stride` elements.
pub fn axis(size: usize, stride: &mut usize) -> Vec<Factor> {
    let factor = Factor { size, stride: *stride };
    *stride *= size;
    if size == 1 { Vec::new() } else { vec![factor] }
}

/// Takes loops of `dim` steps from the end of `rest`.
fn split(rest: &mut Vec<Factor>, dim: usize) -> Option<Vec<Factor>> {
    let (mut left, mut axis) = (dim, Vec::new());
    while left > 1 {
        let factor = rest.pop()?;
        if left.is_multiple_of(factor.size) {
            left /= factor.size;
            axis.push(factor);
        } else if factor.size.is_multiple_of(left) {
            let inner = factor.size / left;
            axis.push(Factor { size: left, stride: factor.stride * inner });
            rest.push(Factor { size: inner, ..factor });
            left = 1;
        } else {
            return None;
        }
    }
    Some(axis)
}

/// The same loops, as few as possible.
fn merged(factors: Vec<Factor>) -> Vec<Factor> {
    let mut merged: Vec<Factor> = Vec::with_capacity(factors.len());
    for factor in factors {
        match merged.last_mut() {
            Some(outer) if outer.stride == factor.size * factor.stride => {
                *outer = Factor { size: outer.size * factor.size, ..factor };
            }
            _ => merged.push(factor),
        }
    }
    merged
}
