//! One call of a tool, as data.

use serde::{Deserialize, Serialize};

use crate::Tool;

/// One call of a tool. File names are relative to the build's folder, which is the working directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Name, unique in the build; the log is `logs/<name>.log`.
    pub name: String,
    /// Which tool.
    pub tool: Tool,
    /// Its arguments.
    pub args: Vec<String>,
    /// Files that it reads.
    pub inputs: Vec<String>,
    /// Files that it makes.
    pub outputs: Vec<String>,
}

impl Step {
    pub(crate) fn new(name: &str, tool: Tool, args: &[&str]) -> Self {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        Self { name: name.into(), tool, args, inputs: Vec::new(), outputs: Vec::new() }
    }

    pub(crate) fn reads(mut self, files: &[&str]) -> Self {
        self.inputs = files.iter().map(|file| (*file).to_owned()).collect();
        self
    }

    pub(crate) fn makes(mut self, files: &[&str]) -> Self {
        self.outputs = files.iter().map(|file| (*file).to_owned()).collect();
        self
    }

    /// File of all that the tool prints.
    pub fn log(&self) -> String {
        format!("logs/{}.log", self.name)
    }
}
