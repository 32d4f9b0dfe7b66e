//! The JSON form of a plan, its checks and its design id.

use super::freeze::pooled;
use super::layout::Placement;
use super::{FORMAT_VERSION, FrozenLayer, Plan, PlanError};
use crate::graph::{Padding, Shape, Window};

impl Plan {
    /// Reads the JSON form and checks what the hardware relies on.
    pub fn from_json(text: &str) -> Result<Self, PlanError> {
        let plan: Self = serde_json::from_str(text).map_err(|e| PlanError::Json { reason: e.to_string() })?;
        plan.check()?;
        Ok(plan)
    }

    /// The JSON form.
    pub fn to_json(&self) -> Result<String, PlanError> {
        serde_json::to_string(self).map_err(|e| PlanError::Json { reason: e.to_string() })
    }

    /// Checks version, frozen layers, indices and budgets.
    pub fn check(&self) -> Result<(), PlanError> {
        if self.format_version != FORMAT_VERSION {
            return Err(PlanError::Version { found: self.format_version });
        }
        self.capacity.check()?;
        self.frozen.iter().try_for_each(check_layer)?;
        let chained = self.frozen.windows(2).all(|pair| pair[0].output == pair[1].input);
        consistent(chained, || "a frozen layer's input is not the output of the layer before".into())?;
        self.check_program()
    }

    fn check_program(&self) -> Result<(), PlanError> {
        let (program, capacity) = (&self.program, &self.capacity);
        let tensors = program.tensors.len();
        let ends = [Some(program.input), program.features].into_iter().flatten();
        consistent(ends.chain(program.outputs.iter().copied()).all(|i| i < tensors), || {
            "it names a tensor that is not there".into()
        })?;
        consistent(!program.outputs.is_empty(), || "it has no output".into())?;
        let lanes = capacity.lanes;
        let (first, words) = (program.image_address, program.image.len() / lanes);
        let whole = program.image.len().is_multiple_of(lanes) && first >= program.tensor_words;
        consistent(whole, || "its image is no whole number of words, or lies among the tensors".into())?;
        let entries = program.entries.iter().all(|entry| (first..first + words).contains(&entry.address));
        consistent(entries, || "an entry lies beyond the program".into())?;
        let flash = program.stream.len();
        let (ring, most) = capacity.flash.map_or((0, 0), |flash| (flash.ring_words, flash.bytes));
        consistent(flash.is_multiple_of(lanes) && flash <= most, || {
            "what it streams is no whole number of words, or more than the flash holds".into()
        })?;
        let available = capacity.memory_words.saturating_sub(if flash > 0 { ring } else { 0 });
        let within = |placement: &Placement| {
            placement.lanes == lanes
                && placement.address.saturating_add(placement.bytes() / lanes) <= program.tensor_words
        };
        consistent(program.tensors.iter().all(within), || "a tensor lies beyond the tensors' memory".into())?;
        match first.saturating_add(words) > available {
            true => Err(PlanError::Memory {
                tensors: first.saturating_mul(lanes),
                program: program.image.len(),
                available: available.saturating_mul(lanes),
            }),
            false => Ok(()),
        }
    }

    /// Identifies what is in the fabric: a hash of the frozen layers and the capacity, not of the program. Any
    /// program that fits runs on a device with this id.
    ///
    /// FNV-1a, 64 bits, over the JSON forms; the same on every platform.
    pub fn design_id(&self) -> u64 {
        // Plain numbers and strings always serialise.
        let parts = [serde_json::to_string(&self.frozen), serde_json::to_string(&self.capacity)];
        let bytes = parts.iter().flatten().flat_map(|text| text.bytes());
        bytes
            .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
    }
}

fn consistent(holds: bool, what: impl FnOnce() -> String) -> Result<(), PlanError> {
    if holds { Ok(()) } else { Err(PlanError::Inconsistent { what: what() }) }
}

fn check_layer(layer: &FrozenLayer) -> Result<(), PlanError> {
    let name = &layer.name;
    if layer.digit_bits != 8 {
        return Err(PlanError::DigitBits { layer: name.clone(), digit_bits: layer.digit_bits });
    }
    layer.datapath.check().map_err(|source| PlanError::Datapath { layer: name.clone(), source })?;
    consistent(shapes_fit(layer), || format!("the shapes of frozen layer `{name}` do not fit each other"))?;
    let ranges = layer.requant.iter().all(|r| r.lo <= r.hi && r.s < 64);
    consistent(ranges, || format!("frozen layer `{name}` has an empty result range or a shift above 63"))
}

fn shapes_fit(layer: &FrozenLayer) -> bool {
    let Shape { h, w, c } = layer.input;
    let (kernel, stride) = (layer.kernel, layer.stride);
    let small = h <= 0xFFFF && w <= super::MAX_WIDTH && c <= super::MAX_CHANNELS;
    let sane = small && kernel.0 <= super::MAX_KERNEL && kernel.1 <= super::MAX_KERNEL;
    let slid = |padding| Window { kernel, stride, padding }.slide(h, w);
    let fits = |padding| slid(padding) == Some(((layer.conv_output.h, layer.conv_output.w), layer.pad));
    let pool = layer.pool.is_none_or(|pool| pool.size.is_power_of_two() && pool.size <= super::MAX_POOL);
    sane && (fits(Padding::Same) || fits(Padding::Valid))
        && pool
        && layer.output == pooled(layer.conv_output, layer.pool)
        && !layer.output.is_empty()
        && layer.datapath.inputs == kernel.0 * kernel.1 * c
        && layer.datapath.outputs.len() == layer.conv_output.c
        && layer.requant.len() == layer.conv_output.c
}
