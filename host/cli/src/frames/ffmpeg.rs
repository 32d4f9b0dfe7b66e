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
        let name =
            path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into());
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
    let missing = |e| FrameError::NoFfmpeg { path: video.into(), source: Box::new(e) };
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
            source: Box::new(FlowError::Start { path: program.into(), source }),
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// Runs with ffmpeg, or says that it cannot.
    fn ffmpeg(test: &str) -> Option<PathBuf> {
        let found = Tools::find().path(Tool::Ffmpeg).ok();
        if found.is_none() {
            assert!(std::env::var_os("CI").is_none(), "{test}: no ffmpeg");
            // Straight to the terminal: what a test prints is not shown.
            let _ = writeln!(std::io::stderr(), "SKIPPED {test}: no ffmpeg");
        }
        found
    }

    /// A film of seven frames, made by ffmpeg from its own test picture.
    fn film(program: &Path, path: &Path) {
        let source = "testsrc=size=64x48:rate=10:duration=0.7";
        let status = Command::new(program)
            .args(["-v", "error", "-f", "lavfi", "-i", source, "-c:v", "mpeg4", "-q:v", "2"])
            .arg(path)
            .status();
        assert!(status.unwrap().success());
    }

    #[test]
    fn a_film_becomes_its_frames() {
        let Some(program) = ffmpeg("a_film_becomes_its_frames") else { return };
        let dir = tempfile::tempdir().unwrap();
        // A name that would be an option or a protocol if it were passed carelessly.
        let path = dir.path().join("-odd:name.avi");
        film(&program, &path);
        let mut source = Ffmpeg::open(&path).unwrap();
        assert_eq!((source.info().width, source.info().height, source.info().fps), (64, 48, 10.0));
        let mut frames = Vec::new();
        while let Some(frame) = source.next_frame().unwrap() {
            frames.push(frame);
        }
        assert_eq!(frames.len(), 7);
        assert!(frames[0].rgb.is_some() && frames[0].luma != frames[6].luma);
    }

    #[test]
    fn a_film_cut_short_is_broken() {
        let Some(program) = ffmpeg("a_film_cut_short_is_broken") else { return };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cut.mp4");
        film(&program, &path);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        let error = Ffmpeg::open(&path).err().unwrap();
        assert!(matches!(error, FrameError::Broken { .. }), "{error}");
    }

    #[test]
    fn leaving_early_leaves_no_child() {
        let Some(program) = ffmpeg("leaving_early_leaves_no_child") else { return };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("film.avi");
        film(&program, &path);
        let mut source = Ffmpeg::open(&path).unwrap();
        source.next_frame().unwrap();
        drop(source);
    }
}
