//! The same build, made before.

use std::fs;
use std::path::Path;

use super::stage::{MANIFEST_FILE, STEPS_FILE, failed_folder, json};
use super::steps::{ADDERS, ADDERS_FILE, Files};
use super::{Build, tools_of};
use crate::manifest::{FORMAT_VERSION, sha256};
use crate::{FlowError, Found, Manifest, Performance, Tools};

/// The manifest of an earlier run of the same build: in [`Build::output`], or beside it in `<output>.failed` if it
/// missed its clock ([`Manifest::meets_timing`]).
///
/// The same means: equal steps (board, seeds, clock), sources and synthesis script, tools of equal versions, and a
/// bitstream that still is what the manifest says. The tools give the same bits for the same input, so building again
/// would only take time. Anything else, an unreadable folder included, gives `None`; a missing tool is an error, as
/// for [`super::build`].
pub fn earlier(build: &Build, tools: &Tools) -> Result<Option<Manifest>, FlowError> {
    build.check()?;
    let found = tools_of(build, tools)?;
    let folders = [build.output.clone(), failed_folder(&build.output)];
    Ok(folders.iter().find_map(|folder| same(build, &found, folder)))
}

fn same(build: &Build, found: &[Found], folder: &Path) -> Option<Manifest> {
    let read = |file: &str| fs::read(folder.join(file)).ok();
    let manifest: Manifest = serde_json::from_slice(&read(MANIFEST_FILE)?).ok()?;
    let files = Files::of(build);
    let (hashes, steps) = (&manifest.hashes, json(STEPS_FILE, &build.steps()).ok()?);
    let whole = manifest.format_version == FORMAT_VERSION
        && read(STEPS_FILE)? == steps.as_bytes()
        && read(ADDERS_FILE)? == ADDERS.as_bytes()
        && manifest.board == build.board.name
        && manifest.design_id == build.design_id
        && hashes.verilog == sha256(build.verilog.as_bytes())
        && hashes.constraints == sha256(build.constraints.as_bytes())
        && hashes.script == sha256(files.script(build).as_bytes())
        && hashes.bitstream == sha256(&read(&files.bitstream)?)
        && versions(&manifest.tools) == versions(found);
    // What a run takes is the caller's, and no part of the bits.
    let performance = build.work.map(|work| Performance::new(work, build.target_mhz(), &manifest.fmax));
    whole.then_some(Manifest { performance, ..manifest })
}

/// Where a tool lies does not matter, nor does its order.
fn versions(found: &[Found]) -> Vec<(crate::Tool, Option<&str>)> {
    let mut versions: Vec<_> = found.iter().map(|found| (found.tool, found.version.as_deref())).collect();
    versions.sort();
    versions
}
