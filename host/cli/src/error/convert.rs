//! The libraries' errors with their codes and the next commands.

use super::Failure;

/// Code of a box that cannot be tracked.
const BAD_BOX: &str = "frazil::track::bad_box";
/// Code of a constant of tracking that is out of bounds.
const PARAMETER: &str = "frazil::track::parameter";
/// What to do about it.
const PARAMETER_HELP: &str =
    "correct it in the file of --parameters; the defaults are printed by: frazil parameters";

/// Libraries whose errors know their code and the next step.
macro_rules! coded {
    ($($error:ty),*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(error.code(), error.hint(), error)
            }
        }
    )*};
}

coded!(frazil_boards::BoardError, frazil_flow::FlowError, frazil_link::LinkError);

/// Errors with one code and one next step.
macro_rules! plain {
    ($($error:ty => $code:expr, $help:expr;)*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new($code, $help, error)
            }
        }
    )*};
}

plain! {
    frazil_model::graph::GraphError => "frazil::model::graph", "correct the graph's JSON; a good one is shown by: frazil inspect oriented --json";
    frazil_model::reference::ReferenceError => "frazil::model::input", "see the network's input with: frazil inspect GRAPH";
    frazil_model::requant::RequantError => "frazil::model::requant", "correct the scales in the graph's JSON";
    frazil_model::plan::interpret::InterpretError => "frazil::plan::program", "this is a fault of frazil: please report it with the command line";
    frazil_hdl::top::HdlError => "frazil::hdl::fabric", "correct the board's [fabric], or choose a board of: frazil list";
    frazil_track::tracker::BoxError => BAD_BOX, "give a box with a size inside the frame: --box X,Y,W,H";
    frazil_track::tracker::ParameterError => PARAMETER, PARAMETER_HELP;
    frazil_track::FrameError => "frazil::frames::size", "look at the video's size with: ffprobe VIDEO";
}

impl From<frazil_model::plan::PlanError> for Failure {
    fn from(error: frazil_model::plan::PlanError) -> Self {
        use frazil_model::plan::PlanError;
        let (code, help) = match &error {
            PlanError::Memory { .. } | PlanError::Ring { .. } => (
                "frazil::plan::budget",
                "choose a larger board of: frazil list; or run it with: --device reference".into(),
            ),
            PlanError::TooFewToFreeze { found, .. } => {
                ("frazil::plan::freeze", format!("freeze fewer layers: --freeze {found}"))
            }
            PlanError::Freeze { .. } => ("frazil::plan::freeze", "freeze fewer layers: --freeze N".into()),
            PlanError::Unsupported { .. } => {
                ("frazil::plan::unsupported", "see the network's operators with: frazil inspect GRAPH".into())
            }
            PlanError::Capacity { .. } => (
                "frazil::plan::fabric",
                "correct the board's [fabric], or choose a board of: frazil list".into(),
            ),
            PlanError::Graph(_) => ("frazil::model::graph", "correct the graph's JSON".into()),
            _ => ("frazil::plan::failed", "see the network with: frazil inspect GRAPH".into()),
        };
        Self::new(code, help, error)
    }
}

impl From<frazil_sim::SimError> for Failure {
    fn from(error: frazil_sim::SimError) -> Self {
        use frazil_sim::SimError;
        let (code, help) = match &error {
            SimError::Verilator(_) => {
                ("frazil::sim::verilator", "see what is missing with: frazil doctor; meanwhile: --device sim")
            }
            SimError::Hdl(_) => {
                ("frazil::hdl::fabric", "correct the board's [fabric], or choose a board of: frazil list")
            }
            _ => ("frazil::device::unknown", "--device sim, rtl or verilator"),
        };
        Self::new(code, help, error)
    }
}

impl From<frazil_track::schedule::WindowError> for Failure {
    fn from(error: frazil_track::schedule::WindowError) -> Self {
        use frazil_track::schedule::WindowError;
        match error {
            WindowError::Text(_) | WindowError::Zero => {
                Self::new("frazil::track::window", "--window 4, or --window adaptive", error)
            }
            _ => Self::new(PARAMETER, PARAMETER_HELP, error),
        }
    }
}

impl From<frazil_track::motion::MotionError> for Failure {
    fn from(error: frazil_track::motion::MotionError) -> Self {
        use frazil_track::motion::MotionError;
        match error {
            MotionError::Block(_) | MotionError::Range(_) => Self::new(PARAMETER, PARAMETER_HELP, error),
            _ => Self::new("frazil::track::motion", "look at the video's size with: ffprobe VIDEO", error),
        }
    }
}

impl From<frazil_track::extrapolate::ExtrapolationError> for Failure {
    fn from(error: frazil_track::extrapolate::ExtrapolationError) -> Self {
        use frazil_track::extrapolate::ExtrapolationError;
        match error {
            ExtrapolationError::Box(_) => Self::new(BAD_BOX, "give a box with a size: --box X,Y,W,H", error),
            _ => Self::new(PARAMETER, PARAMETER_HELP, error),
        }
    }
}

impl From<frazil_track::ncc::NccError> for Failure {
    fn from(error: frazil_track::ncc::NccError) -> Self {
        use frazil_track::ncc::NccError;
        match error {
            NccError::Box(error) => error.into(),
            NccError::Parameter(error) => error.into(),
        }
    }
}

impl From<frazil_model::import::ImportError> for Failure {
    fn from(error: frazil_model::import::ImportError) -> Self {
        use frazil_model::import::{ImportError, Problem};
        let float = |problem: &Problem| matches!(problem, Problem::Float { .. });
        let (code, help) = match &error {
            ImportError::Node { problem, .. } | ImportError::Edge { problem, .. } if float(problem) => (
                "frazil::import::float",
                "quantise the model fully to int8 when you convert it: weights, activations, inputs and outputs",
            ),
            ImportError::Read(_) | ImportError::Protobuf { .. } => {
                ("frazil::import::file", "the file is damaged or no model: fetch or convert it again")
            }
            _ => ("frazil::import::unsupported", "see what is supported with: frazil inspect --help"),
        };
        Self::new(code, help, error)
    }
}
