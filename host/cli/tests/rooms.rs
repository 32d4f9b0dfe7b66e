//! The borders between rooms hold: each crate uses only the crates that it may.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// Each of our crates and those of ours that it may use.
const MAY_USE: [(&str, &[&str]); 9] = [
    ("frazil-model", &[]),
    ("frazil-wire", &[]),
    ("frazil-hdl", &["frazil-model", "frazil-wire"]),
    ("frazil-sim", &["frazil-model", "frazil-hdl", "frazil-wire"]),
    ("frazil-boards", &[]),
    ("frazil-flow", &["frazil-boards"]),
    ("frazil-link", &["frazil-wire", "frazil-boards"]),
    ("frazil-track", &[]),
    (
        "frazil",
        &[
            "frazil-model",
            "frazil-wire",
            "frazil-hdl",
            "frazil-sim",
            "frazil-boards",
            "frazil-flow",
            "frazil-link",
            "frazil-track",
        ],
    ),
];

/// Crates from outside that belong to certain rooms.
const ONLY_IN: [(&str, &[&str]); 8] = [
    ("rust-hdl", &["frazil-hdl", "frazil-sim"]),
    ("rust-hdl-fpga-support", &["frazil-hdl", "frazil-sim"]),
    ("serialport", &["frazil-link"]),
    ("nusb", &["frazil-link"]),
    ("clap", &["frazil"]),
    ("clap_complete", &["frazil"]),
    ("indicatif", &["frazil"]),
    ("miette", &["frazil"]),
];

fn metadata() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().exec().expect("cargo metadata")
}

/// Direct dependencies of the build, not those of tests and benches.
fn uses(package: &Package) -> BTreeSet<&str> {
    let built = package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development);
    built.map(|d| d.name.as_str()).collect()
}

#[test]
fn our_crates_use_only_the_rooms_below_them() {
    let metadata = metadata();
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.into_iter().collect();
    let packages = metadata.workspace_packages();
    let names: BTreeSet<&str> = packages.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, allowed.keys().copied().collect(), "a room is missing from this test");
    for package in packages {
        let ours: BTreeSet<&str> = uses(package).intersection(&names).copied().collect();
        let may = allowed[package.name.as_str()].iter().copied().collect();
        assert!(ours.is_subset(&may), "{} uses {:?}", package.name, ours.difference(&may));
    }
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    for package in metadata().workspace_packages() {
        for (name, rooms) in ONLY_IN {
            let used = package.dependencies.iter().any(|d| d.name == name);
            assert!(!used || rooms.contains(&package.name.as_str()), "{} uses {name}", package.name);
        }
    }
}

#[test]
fn rust_hdl_is_pinned() {
    for package in metadata().workspace_packages() {
        for dependency in package.dependencies.iter().filter(|d| d.name.starts_with("rust-hdl")) {
            assert_eq!(dependency.req.to_string(), "=0.46.0", "in {}", package.name);
        }
    }
}

#[test]
fn every_crate_takes_the_workspace_lints() {
    for package in metadata().workspace_packages() {
        let manifest = std::fs::read_to_string(&package.manifest_path).expect("manifest");
        assert!(manifest.contains("[lints]\nworkspace = true"), "{} has lints of its own", package.name);
    }
}
