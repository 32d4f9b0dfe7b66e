//! Largest values of windows, by exact sums: `t = clamp(x - m, 0, 255) - 128`, then `max(m, x) = m + t + 128`.

use super::Lower;
use super::copy::{Pointwise, WHOLE};
use super::exact::{IDENTITY, identity};
use super::job::{Drain, Slot};
use super::views::{Sliding, planar_drain, planar_fetch};
use crate::graph::{Pool2d, Shape};
use crate::plan::layout::Layout;
use crate::plan::{ArrayStyle, PlanError};
use crate::requant::fit::Target;

/// The differences, from -128 for none.
const DIFFERENCE: Target = Target { zero_point: i8::MIN, lo: i8::MIN, hi: i8::MAX };
/// What is no larger than anything.
const NOTHING: i8 = i8::MIN;

/// A pool on its way: windows over the input, and where maxima and differences lie. Those have the input's rows and
/// columns, at the places of the strides, so that all tensors of a layer are walked alike.
struct Passes {
    index: usize,
    sliding: Sliding,
    input: Slot,
    maxima: Slot,
    differences: Slot,
}

impl Lower<'_> {
    pub fn max_pool(&mut self, index: usize, op: &Pool2d) -> Result<(), PlanError> {
        let node = &self.graph.nodes[index];
        let (stored, sliding) = self.sliding(index, op.window())?;
        let (lo, hi) = op.activation.range(self.graph.node_output(node).quant);
        let finish = Target { lo, hi, ..WHOLE };
        let target = self.target(node.output);
        let c = sliding.input.c;
        let output = Shape::new(sliding.output.0, sliding.output.1, c);
        let gathers = self.capacity.style == ArrayStyle::Quad && op.stride.1 > 1 && output.w > 1;
        let image = if gathers { output } else { sliding.input };
        let (maxima, differences) = (self.planes(image), self.planes(image));
        let passes = Passes { index, sliding, input: stored.slot, maxima, differences };
        let (kh, kw) = op.kernel;
        let places: Vec<(usize, usize)> = (0..kh).flat_map(|y| (0..kw).map(move |x| (y, x))).collect();
        if places.len() == 1 {
            let copy = passes.layer(target, planar_drain(output));
            let taps = vec![(0, (0, 0), vec![IDENTITY])];
            return self.pointwise(index, Pointwise { taps, finish, ..self.counted(copy, c) });
        }
        if gathers {
            return self.gathered(&passes, &places, (target, finish));
        }
        for (pass, &place) in places.iter().enumerate().skip(1) {
            let last = pass + 1 == places.len();
            let first = (pass == 1).then_some(places[0]);
            self.maximum(&passes, place, first, last.then_some((target, finish)))?;
        }
        Ok(())
    }

    /// Copies each pixel of the windows to its place in the output, so that maxima are taken of pixels that follow
    /// each other: the quad array writes four of these at once.
    fn gathered(
        &mut self,
        passes: &Passes,
        places: &[(usize, usize)],
        (target, finish): (Slot, Target),
    ) -> Result<(), PlanError> {
        let Sliding { input, output: (h, w), .. } = passes.sliding;
        let image = Shape::new(h, w, input.c);
        let (copies, maxima, differences) = (self.planes(image), passes.maxima, passes.differences);
        let (fetch, drain) = self.in_place(image);
        let groups = self.groups(input.c);
        let flat = |sources: Vec<Slot>, target| Pointwise {
            sources,
            ..Pointwise::copy(target, target, fetch, drain, groups)
        };
        let tap = |source, weight| (source, (0, 0), vec![weight]);
        for (index, &place) in places.iter().enumerate() {
            let copy = if index == 0 { maxima } else { copies };
            let gather = self.counted(passes.layer(copy, planar_drain(image)), input.c);
            let taps = vec![(0, place, vec![IDENTITY])];
            self.pointwise(passes.index, Pointwise { sources: vec![passes.input], taps, ..gather })?;
            if index == 0 {
                continue;
            }
            let differ = flat(vec![copies, maxima], differences);
            let taps = vec![tap(0, IDENTITY), tap(1, -IDENTITY)];
            self.pointwise(passes.index, Pointwise { finish: DIFFERENCE, taps, ..differ })?;
            let (to, finish) = if index + 1 == places.len() { (target, finish) } else { (maxima, WHOLE) };
            let sum = flat(vec![maxima, differences], to);
            let (parameters, taps) = (identity(256), vec![tap(0, IDENTITY), tap(1, IDENTITY)]);
            self.pointwise(passes.index, Pointwise { parameters, finish, taps, ..sum })?;
        }
        Ok(())
    }

    /// A buffer for an image in planes.
    fn planes(&mut self, image: Shape) -> Slot {
        self.buffer(Layout::Planar.words(image, self.capacity.lanes))
    }

    /// Takes one more pixel of the windows; `first` is the first, of which there are no maxima yet.
    fn maximum(
        &mut self,
        passes: &Passes,
        place: (usize, usize),
        first: Option<(usize, usize)>,
        last: Option<(Slot, Target)>,
    ) -> Result<(), PlanError> {
        let (c, spread) = (passes.sliding.input.c, passes.spread());
        // Where the maxima of a window lie, seen from the window.
        let own = (passes.sliding.pad.top, passes.sliding.pad.left);
        let before = |weight: i8| match first {
            Some(first) => (0, first, vec![weight]),
            None => (1, own, vec![weight]),
        };
        let differ = Pointwise {
            finish: DIFFERENCE,
            taps: vec![(0, place, vec![IDENTITY]), before(-IDENTITY)],
            ..self.counted(passes.layer(passes.differences, spread), c)
        };
        self.pointwise(passes.index, differ)?;
        let (h, w) = passes.sliding.output;
        let (target, finish, drain) = match last {
            Some((target, finish)) => (target, finish, planar_drain(Shape::new(h, w, c))),
            None => (passes.maxima, WHOLE, spread),
        };
        let sum = Pointwise {
            parameters: identity(256),
            finish,
            taps: vec![before(IDENTITY), (2, own, vec![IDENTITY])],
            ..self.counted(passes.layer(target, drain), c)
        };
        self.pointwise(passes.index, sum)
    }

    fn counted(&self, layer: Pointwise, channels: usize) -> Pointwise {
        Pointwise { groups: self.groups(channels), ..layer }
    }
}

impl Passes {
    /// A layer over the windows, without taps; its sources are the input, the maxima and the differences.
    fn layer(&self, target: Slot, drain: Drain) -> Pointwise {
        let Sliding { input, stride, .. } = self.sliding;
        let mut fetch = planar_fetch(input, self.sliding.origin(), stride);
        fetch.group_step = input.h * input.w;
        let copy = Pointwise::copy(self.input, target, fetch, drain, 0);
        Pointwise { sources: vec![self.input, self.maxima, self.differences], pad: NOTHING, ..copy }
    }

    /// Results at the places of the strides.
    fn spread(&self) -> Drain {
        let Sliding { input, output, stride, .. } = self.sliding;
        let step = (stride.0 * input.w, stride.1);
        Drain { base: 0, size: output, step, group_step: input.h * input.w }
    }
}
