//! What is there, what is missing, and the command that repairs it.

use serde::{Deserialize, Serialize};

use super::{Found, Tool, Tools};

/// The state of one tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Which tool.
    pub tool: Tool,
    /// Name of its program.
    pub program: String,
    /// What it is for.
    pub purpose: String,
    /// Where it is, if it is.
    pub found: Option<Found>,
    /// Why it is not there.
    pub problem: Option<String>,
    /// What to do about it.
    pub fix: Option<String>,
}

/// Looks for every tool. Starts those that are there, all at once, to ask their versions.
pub fn doctor(tools: &Tools) -> Vec<Check> {
    std::thread::scope(|scope| {
        let started = Tool::ALL.map(|tool| (tool, scope.spawn(move || check(tools, tool))));
        started.into_iter().map(|(tool, thread)| thread.join().unwrap_or_else(|_| report(tool))).collect()
    })
}

fn check(tools: &Tools, tool: Tool) -> Check {
    match tools.get(tool) {
        Ok(found) => Check { found: Some(found), ..report(tool) },
        Err(error) => Check { problem: Some(error.to_string()), fix: Some(error.hint()), ..report(tool) },
    }
}

fn report(tool: Tool) -> Check {
    let (program, purpose) = (tool.program().to_owned(), tool.purpose().to_owned());
    Check { tool, program, purpose, found: None, problem: None, fix: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Search;

    #[test]
    fn with_nothing_installed_every_tool_has_a_problem_and_a_fix() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let search = Search { variables: Default::default(), directory: dir.path().into() };
        let checks = doctor(&Tools::with(search));
        assert_eq!(checks.iter().map(|check| check.tool).collect::<Vec<_>>(), Tool::ALL);
        for check in checks {
            assert_eq!(check.found, None);
            assert!(check.problem.expect("a problem").contains(&check.program));
            assert!(check.fix.expect("a fix").contains("install"));
        }
    }
}
