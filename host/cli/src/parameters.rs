//! Every constant of tracking, as a file can set it.

use std::path::{Path, PathBuf};

use frazil_track::extrapolate::ExtrapolationConfig;
use frazil_track::motion::{MotionConfig, Search};
use frazil_track::ncc::NccConfig;
use frazil_track::schedule::{AdaptiveConfig, Window};
use frazil_track::tracker::TrackerConfig;
use miette::Diagnostic;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The constants of all parts; what a file leaves out has its default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Of the tracker whose network runs on the device.
    pub tracker: TrackerConfig,
    /// Of the raw-pixel tracker that `frazil eval` compares it with.
    pub raw_pixels: NccConfig,
    /// Of block matching.
    pub motion: MotionParameters,
    /// Of moving boxes by motion.
    pub extrapolation: ExtrapolationConfig,
    /// Of the adaptive window.
    pub adaptive: AdaptiveConfig,
}

/// [`MotionConfig`], with a macroblock that may be left to the frame's size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MotionParameters {
    /// Side of a macroblock, pixels; with 0 [`MotionConfig::for_frame`] decides.
    block: usize,
    /// Search range, pixels.
    range: u8,
    /// The search.
    search: Search,
    /// Also measure texture, for `extrapolation.weighting = "texture"`.
    texture: bool,
}

impl Default for MotionParameters {
    fn default() -> Self {
        let MotionConfig { range, search, texture, .. } = MotionConfig::default();
        Self { block: 0, range, search, texture }
    }
}

impl MotionParameters {
    /// The block matcher's constants for frames of this size.
    pub fn for_frame(&self, width: usize, height: usize) -> MotionConfig {
        let block = if self.block == 0 { MotionConfig::for_frame(width, height).block } else { self.block };
        MotionConfig { block, range: self.range, search: self.search, texture: self.texture }
    }
}

/// Why there are no parameters.
#[derive(Debug, Error, Diagnostic)]
pub enum ParametersError {
    /// The file cannot be read.
    #[error("cannot read the parameters {}", path.display())]
    #[diagnostic(code(frazil::parameters::read), help("write one with: frazil parameters > {}", path.display()))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The text is no set of parameters: wrong TOML, an unknown name, a wrong type.
    #[error("{} is no set of parameters", path.display())]
    #[diagnostic(
        code(frazil::parameters::parse),
        help("see all names and their defaults with: frazil parameters")
    )]
    Parse {
        /// The file.
        path: PathBuf,
        /// Line and reason.
        source: Box<toml::de::Error>,
    },
}

impl Parameters {
    /// Those of a file, or the defaults.
    pub fn load(path: Option<&Path>) -> Result<Self, ParametersError> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path)
            .map_err(|source| ParametersError::Read { path: path.into(), source })?;
        toml::from_str(&text)
            .map_err(|source| ParametersError::Parse { path: path.into(), source: source.into() })
    }

    /// A window with the constants of the adaptive one.
    pub fn window(&self, window: Window) -> Window {
        match window {
            Window::Adaptive(_) => Window::Adaptive(self.adaptive),
            constant @ Window::Constant(_) => constant,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_defaults_are_the_defaults() {
        let text = toml::to_string(&Parameters::default()).unwrap();
        assert_eq!(toml::from_str::<Parameters>(&text).unwrap(), Parameters::default());
        for table in ["tracker", "raw_pixels", "motion", "extrapolation", "adaptive"] {
            assert!(text.contains(&format!("[{table}]\n")), "{table} is not in:\n{text}");
        }
    }

    #[test]
    fn a_part_of_a_file_leaves_the_rest_alone() {
        let text = "[tracker]\nrate = 0.5\n[motion]\nrange = 9\n[adaptive]\nmax = 6\n";
        let parameters: Parameters = toml::from_str(text).unwrap();
        assert_eq!(parameters.tracker, TrackerConfig { rate: 0.5, ..TrackerConfig::default() });
        assert_eq!(parameters.motion.for_frame(320, 200).block, 8);
        assert_eq!(
            parameters.motion.for_frame(320, 240),
            MotionConfig { range: 9, ..MotionConfig::default() }
        );
        let adaptive = Window::Adaptive(AdaptiveConfig { max: 6, ..AdaptiveConfig::default() });
        assert_eq!(parameters.window("adaptive".parse().unwrap()), adaptive);
        assert_eq!(parameters.window(Window::Constant(3)), Window::Constant(3));
    }

    #[test]
    fn unknown_names_and_wrong_types_are_errors() {
        for text in
            ["rate = 1", "[tracker]\nspeed = 1", "[motion]\nsearch = \"fast\"", "[adaptive]\nmin = -1", "["]
        {
            assert!(toml::from_str::<Parameters>(text).is_err(), "{text}");
        }
    }
}
