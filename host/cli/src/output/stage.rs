//! A folder of results that appears whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::OutputError;

/// Results are written beside their target and moved there at the end; dropped before, they vanish.
#[derive(Debug)]
pub struct Stage {
    target: PathBuf,
    temporary: TempDir,
}

impl Stage {
    /// Prepares to fill `target`, so that an unwritable place is known before the work begins.
    pub fn new(target: &Path) -> Result<Self, OutputError> {
        if target.exists() && !target.is_dir() {
            return Err(OutputError::NotAFolder { path: target.into() });
        }
        let fail = |source| OutputError::Write { path: target.into(), source };
        // A sibling is on the same file system, so that the move at the end is one rename.
        let parent = super::parent(target);
        fs::create_dir_all(parent).map_err(fail)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".frazil-partial-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let temporary = builder.tempdir_in(parent).map_err(fail)?;
        let stage = Self { target: target.into(), temporary };
        if target.exists() {
            stage.probe_target()?;
        }
        Ok(stage)
    }

    /// A folder that is there must let us put files into it.
    fn probe_target(&self) -> Result<(), OutputError> {
        let fail = |source| OutputError::Write { path: self.target.clone(), source };
        tempfile::tempfile_in(&self.target).map(drop).map_err(fail)
    }

    /// Writes one file, to the disk.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        let path = self.temporary.path().join(name);
        let write = || {
            let mut file = File::create(&path)?;
            file.write_all(bytes)?;
            // A full disk may be noticed only here.
            file.sync_all()
        };
        write().map_err(|source: io::Error| OutputError::Write { path: self.target.join(name), source })
    }

    /// Moves everything to its place.
    pub fn commit(self) -> Result<(), OutputError> {
        let fail = |source| OutputError::Write { path: self.target.clone(), source };
        if self.target.is_dir() {
            for entry in fs::read_dir(self.temporary.path()).map_err(fail)? {
                let from = entry.map_err(fail)?;
                fs::rename(from.path(), self.target.join(from.file_name())).map_err(fail)?;
            }
            return Ok(());
        }
        fs::rename(self.temporary.path(), &self.target).map_err(fail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn results_appear_at_the_end_and_replace_older_ones() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("deep/out");
        let stage = Stage::new(&target).unwrap();
        stage.write("a", b"1").unwrap();
        assert!(!target.exists());
        stage.commit().unwrap();
        fs::write(target.join("other"), "kept").unwrap();
        let stage = Stage::new(&target).unwrap();
        stage.write("a", b"2").unwrap();
        stage.commit().unwrap();
        assert_eq!(fs::read(target.join("a")).unwrap(), b"2");
        assert_eq!(names(&target), ["a", "other"]);
        assert_eq!(names(target.parent().unwrap()), ["out"]);
    }

    #[test]
    fn a_failure_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("out");
        let stage = Stage::new(&target).unwrap();
        stage.write("a", b"1").unwrap();
        assert!(stage.write("no/such/folder", b"").is_err());
        drop(stage);
        assert_eq!(names(root.path()), Vec::<String>::new());
    }

    #[test]
    fn a_file_in_the_way_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(matches!(Stage::new(&file), Err(OutputError::NotAFolder { .. })));
        assert!(matches!(Stage::new(&file.join("out")), Err(OutputError::Write { .. })));
    }
}
