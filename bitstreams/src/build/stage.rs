//! The folder a build works in: beside the output, and renamed to it when it is whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Build;
use super::seeds::Seed;
use super::steps::{ADDERS, ADDERS_FILE, Files, SCRIPT_FILE};
use crate::{FlowError, Manifest, Step};

/// Marks a folder as made by a build: only such a folder, or an empty one, is replaced.
pub(super) const STEPS_FILE: &str = "build.json";
/// Written last.
pub(super) const MANIFEST_FILE: &str = "manifest.json";

/// A folder in the making.
pub(crate) struct Stage {
    output: PathBuf,
    /// Removed with all that is left in it.
    temporary: TempDir,
    folder: PathBuf,
}

impl Stage {
    /// Makes an empty folder on the output's file system.
    pub fn open(output: &Path) -> Result<Self, FlowError> {
        let output = std::path::absolute(output).map_err(|error| unwritable(output, error))?;
        replaceable(&output)?;
        let parent = output.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(parent).map_err(|error| unwritable(parent, error))?;
        let temporary = tempfile::Builder::new()
            .prefix(".frazil-build-")
            .tempdir_in(parent)
            .map_err(|error| unwritable(parent, error))?;
        // The temporary folder is for its owner only; the one inside has the usual permissions.
        let folder = temporary.path().join("build");
        fs::create_dir(&folder).map_err(|error| unwritable(&folder, error))?;
        Ok(Self { output, temporary, folder })
    }

    /// Where the steps run.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the folder goes after an error.
    pub fn failed_folder(&self) -> PathBuf {
        failed_folder(&self.output)
    }

    /// Writes everything that goes in, and the steps.
    pub fn write_sources(&self, build: &Build, files: &Files, steps: &[Step]) -> Result<(), FlowError> {
        self.write(STEPS_FILE, &json(STEPS_FILE, steps)?)?;
        self.write(&files.verilog, &build.verilog)?;
        self.write(&files.constraints, &build.constraints)?;
        self.write(ADDERS_FILE, ADDERS)?;
        self.write(SCRIPT_FILE, &files.script(build))
    }

    /// Gives the best seed's design its name; removes the others unless they are to be kept.
    pub fn keep_best(&self, files: &Files, seeds: &[Seed], best: usize, keep: bool) -> Result<(), FlowError> {
        let from = self.folder.join(files.placed_by(seeds[best].seed));
        let to = self.folder.join(&files.placed);
        fs::copy(&from, &to).map_err(|error| unwritable(&to, error))?;
        for seed in seeds.iter().filter(|_| !keep) {
            let path = self.folder.join(files.placed_by(seed.seed));
            fs::remove_file(&path).map_err(|error| unwritable(&path, error))?;
        }
        Ok(())
    }

    /// The last file of a build.
    pub fn write_manifest(&self, manifest: &Manifest) -> Result<(), FlowError> {
        self.write(MANIFEST_FILE, &json(MANIFEST_FILE, manifest)?)
    }

    fn write(&self, file: &str, text: &str) -> Result<(), FlowError> {
        let path = self.folder.join(file);
        fs::write(&path, text).map_err(|error| unwritable(&self.output.join(file), error))
    }

    /// A file that a step made.
    pub fn read_bytes(&self, file: &str) -> Result<Vec<u8>, FlowError> {
        fs::read(self.folder.join(file))
            .map_err(|error| FlowError::Report { file: file.into(), reason: error.to_string() })
    }

    /// A text that a step made.
    pub fn read(&self, file: &str) -> Result<String, FlowError> {
        self.read_bytes(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The folder becomes the output; the earlier output and that of an earlier failure go.
    pub fn publish(self) -> Result<(), FlowError> {
        self.replace(&self.output)?;
        // A leftover of an earlier failure would only confuse; it is no loss if it stays.
        let failed = self.failed_folder();
        if failed.is_dir() && replaceable(&failed).is_ok() {
            let _ = fs::remove_dir_all(&failed);
        }
        Ok(())
    }

    /// The folder becomes `<output>.failed`, and the error's paths follow it.
    pub fn fail(self, error: FlowError) -> FlowError {
        let failed = self.failed_folder();
        if replaceable(&failed).and_then(|()| self.replace(&failed)).is_err() {
            return error;
        }
        let moved = |path: PathBuf| match path.strip_prefix(&self.folder) {
            Ok(file) => failed.join(file),
            Err(_) => path,
        };
        match error {
            FlowError::ToolFailed { tool, step, status, log, tail } => {
                FlowError::ToolFailed { tool, step, status, log: moved(log), tail }
            }
            FlowError::NoOutput { tool, step, file, log } => {
                FlowError::NoOutput { tool, step, file, log: moved(log) }
            }
            other => other,
        }
    }

    /// Renames the folder to `to`. What is there is first moved away, so that `to` is never half of each.
    fn replace(&self, to: &Path) -> Result<(), FlowError> {
        let old = self.temporary.path().join("old");
        if to.exists() {
            fs::rename(to, &old).map_err(|error| unwritable(to, error))?;
        }
        fs::rename(&self.folder, to).map_err(|error| {
            // Put back what was there.
            let _ = fs::rename(&old, to);
            unwritable(to, error)
        })
    }
}

/// Where the folder of a build of `output` goes after an error.
pub(super) fn failed_folder(output: &Path) -> PathBuf {
    let mut name = output.file_name().unwrap_or_default().to_owned();
    name.push(".failed");
    output.with_file_name(name)
}

/// Nothing is there, or an empty folder, or one that a build made.
fn replaceable(folder: &Path) -> Result<(), FlowError> {
    let empty = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => return Err(unwritable(folder, error)),
    };
    if empty || folder.join(STEPS_FILE).is_file() {
        return Ok(());
    }
    Err(FlowError::Occupied { path: folder.into() })
}

fn unwritable(path: &Path, source: io::Error) -> FlowError {
    FlowError::Write { path: path.into(), source }
}

pub(super) fn json<T: serde::Serialize + ?Sized>(file: &str, value: &T) -> Result<String, FlowError> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n").map_err(|error| unwritable(Path::new(file), error.into()))
}
