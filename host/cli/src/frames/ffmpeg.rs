//! Everything that ffmpeg reads, as y4m from a child process.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use frazil_flow::{FlowError, Tool, Tools};

use super::y4m::Y4m;
use super::{Frame, FrameError, FrameSource, Info};

/// Lines of ffmpeg's complaints that an error repeats.
const MESSAGE_LINES: usize = 4;

/// A running ffmpeg and the stream that it writes.
pub struct Ffmpeg {
    path: PathBuf,
    child: Child,
    messages: Option<JoinHandle<String>>,
    stream: Y4m<ChildStdout>,
}

impl Ffmpeg {
    /// Starts the child and reads the stream's header.
    pub fn open(path: &Path) -> Result<Self, FrameError> {
        let program = find(path)?;
        let mut child = spawn(&program, path)?;
        let messages = child.stderr.take().map(collect_messages);
        let gone = || FrameError::Broken { path: path.into(), message: "it has no output".into() };
        let stdout = child.stdout.take().ok_or_else(gone)?;
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into());
        match Y4m::new(&name, stdout) {
            Ok(stream) => Ok(Self { path: path.into(), child, messages, stream }),
            Err(error) => Err(explain(path, &mut child, messages, Some(error))),
        }
    }
}

impl FrameSource for Ffmpeg {
    fn info(&self) -> &Info {
        self.stream.info()
    }

    /// At the end the child's exit code decides whether the video was whole.
    fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        match self.stream.next_frame() {
            Ok(Some(frame)) => Ok(Some(frame)),
            Ok(None) => match self.child.wait() {
                Ok(status) if status.success() => Ok(None),
                _ => Err(explain(&self.path, &mut self.child, self.messages.take(), None)),
            },
            Err(error) => Err(explain(&self.path, &mut self.child, self.messages.take(), Some(error))),
        }
    }
}

impl Drop for Ffmpeg {
    fn drop(&mut self) {
        // A reader that stops early leaves a child that would wait for it for ever.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `FRAZIL_FFMPEG`, or wherever else tools are found.
fn find(video: &Path) -> Result<PathBuf, FrameError> {
    let missing = |source| FrameError::NoFfmpeg { path: video.into(), source };
    Tools::find().path(Tool::Ffmpeg).map_err(missing)
}

fn spawn(program: &Path, video: &Path) -> Result<Child, FrameError> {
    // `file:` keeps a name with a colon or a leading dash from being an option or a protocol.
    let mut input = OsString::from("file:");
    input.push(video);
    Command::new(program)
        .args(["-nostdin", "-v", "error", "-xerror", "-i"])
        .arg(input)
        .args(["-an", "-sn", "-map", "0:v:0", "-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe", "-"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| FrameError::NoFfmpeg {
            path: video.into(),
            source: FlowError::Start { path: program.into(), source },
        })
}

/// Reads standard error in a thread of its own, so that the child never waits for us to do so.
fn collect_messages(mut stderr: ChildStderr) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What cannot be read cannot be told; the error stands without it.
        let _ = stderr.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// What ffmpeg said, or failing that what we saw.
fn explain(
    path: &Path,
    child: &mut Child,
    messages: Option<JoinHandle<String>>,
    seen: Option<FrameError>,
) -> FrameError {
    let _ = child.kill();
    let _ = child.wait();
    let said = messages.and_then(|m| m.join().ok()).unwrap_or_default();
    let lines: Vec<&str> = said.lines().filter(|l| !l.trim().is_empty()).collect();
    let tail = lines[lines.len().saturating_sub(MESSAGE_LINES)..].join("; ");
    let message = match (tail.is_empty(), seen) {
        (false, _) => tail,
        (true, Some(FrameError::Empty { .. })) => "it holds no picture".into(),
        (true, Some(error)) => return error,
        (true, None) => "it ended with an error and said nothing".into(),
    };
    FrameError::Broken { path: path.into(), message }
}
