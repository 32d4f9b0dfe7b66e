//! Runs one step as a child process.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use wait_timeout::ChildExt;

use crate::{FlowError, Step};

/// Lines of a log that an error shows.
const TAIL_LINES: usize = 12;

/// Runs `program` for a step in `folder` and waits for it, but not longer than `limit`. What it prints goes to the
/// step's log; its outputs must be there afterwards.
pub fn run_step(step: &Step, program: &Path, folder: &Path, limit: Duration) -> Result<(), FlowError> {
    let log = folder.join(step.log());
    let mut child = spawn(step, program, folder, &log)?;
    let name = step.name.clone();
    let start = |source| FlowError::Start { path: program.into(), source };
    let Some(status) = child.wait_timeout(limit).map_err(start)? else {
        // It may have ended in this moment, which is as well.
        let _ = child.kill();
        child.wait().map_err(start)?;
        return Err(FlowError::TooLong { tool: step.tool, step: name, seconds: limit.as_secs(), log });
    };
    if !status.success() {
        let tail = tail(&log);
        return Err(FlowError::ToolFailed {
            tool: step.tool,
            step: name,
            status: status.to_string(),
            log,
            tail,
        });
    }
    match step.outputs.iter().find(|file| !folder.join(file).is_file()) {
        Some(file) => Err(FlowError::NoOutput { tool: step.tool, step: name, file: file.clone(), log }),
        None => Ok(()),
    }
}

fn spawn(step: &Step, program: &Path, folder: &Path, log: &Path) -> Result<Child, FlowError> {
    let unwritable = |source| FlowError::Write { path: log.into(), source };
    if let Some(parent) = log.parent() {
        fs::create_dir_all(parent).map_err(unwritable)?;
    }
    let out = File::create(log).map_err(unwritable)?;
    let err = out.try_clone().map_err(unwritable)?;
    Command::new(program)
        .args(&step.args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        .spawn()
        .map_err(|source| FlowError::Start { path: program.into(), source })
}

/// The last lines of a log that are not empty.
fn tail(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

/// The nearest folder above `path` that exists, or `path` itself.
pub(crate) fn nearest(path: &Path) -> PathBuf {
    let exists = path.ancestors().find(|folder| folder.exists());
    exists.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).into()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::Tool;

    const MINUTE: Duration = Duration::from_secs(60);

    fn shell(script: &str) -> (tempfile::TempDir, Result<(), FlowError>) {
        let dir = tempfile::tempdir().expect("temporary directory");
        let step = Step::new("try", Tool::Yosys, &["-c", script]).makes(&["made"]);
        let result = run_step(&step, Path::new("/bin/sh"), dir.path(), MINUTE);
        (dir, result)
    }

    #[test]
    fn output_goes_to_the_log_and_files_to_the_folder() {
        let (dir, result) = shell("echo out; echo err >&2; echo 1 > made");
        result.expect("succeeds");
        assert_eq!(fs::read_to_string(dir.path().join("logs/try.log")).expect("log"), "out\nerr\n");
        assert_eq!(fs::read_to_string(dir.path().join("made")).expect("file"), "1\n");
    }

    #[test]
    fn a_failure_carries_the_end_of_the_log() {
        let (_dir, result) = shell("for i in $(seq 100); do echo line $i; done; exit 3");
        let error = result.expect_err("fails");
        let FlowError::ToolFailed { tail, status, .. } = &error else { panic!("{error:?}") };
        assert_eq!(tail.lines().count(), TAIL_LINES);
        assert!(tail.ends_with("line 100") && status.contains('3'), "{error}");
        assert!(error.to_string().contains("yosys failed in step \"try\""), "{error}");
    }

    #[test]
    fn a_tool_that_does_not_end_is_stopped() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let step = Step::new("try", Tool::Yosys, &["-c", "echo begun; exec sleep 60"]);
        let result = run_step(&step, Path::new("/bin/sh"), dir.path(), Duration::from_millis(300));
        let error = result.expect_err("stopped");
        assert!(matches!(error, FlowError::TooLong { .. }), "{error}");
        assert_eq!(fs::read_to_string(dir.path().join("logs/try.log")).expect("log"), "begun\n");
    }

    #[test]
    fn a_missing_output_and_a_missing_program_are_errors() {
        let (_dir, result) = shell("true");
        assert!(matches!(result, Err(FlowError::NoOutput { file, .. }) if file == "made"));
        let dir = tempfile::tempdir().expect("temporary directory");
        let step = Step::new("try", Tool::Yosys, &[]);
        let result = run_step(&step, &dir.path().join("no-such-program"), dir.path(), MINUTE);
        assert!(matches!(result, Err(FlowError::Start { .. })));
    }
}
