//! One compile: Verilog and a C++ main become a program.
//!
//! Verilator's run-time takes longer to compile than most modules do, so its objects are kept in a cache folder
//! for each version.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Verilator, VerilatorError};

/// What is compiled.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Name for messages.
    pub name: &'a str,
    /// Verilog text.
    pub verilog: &'a str,
    /// Its top module.
    pub top: &'a str,
    /// C++ text with `main`, which includes `Vtop.h`.
    pub main: &'a str,
    /// `-O` level of the C++ compiler: 1 compiles faster, 3 runs faster.
    pub optimise: u8,
}

/// Compiles into `folder` and returns the program's path.
///
/// # Errors
/// Verilator or the C++ compiler is missing or rejects the text, or a file cannot be written.
pub fn compile(tool: &Verilator, source: &Source, folder: &Path) -> Result<PathBuf, VerilatorError> {
    fs::create_dir_all(folder).map_err(VerilatorError::io(folder))?;
    write(&folder.join("top.v"), source.verilog)?;
    let mut verilator = Command::new(&tool.program);
    verilator.args([
        "--cc",
        "--default-language",
        "1364-2005",
        "--top-module",
        source.top,
        "--prefix",
        "Vtop",
        "-Wno-fatal",
        "-Wno-lint",
        "-Wno-style",
    ]);
    verilator.args(["-Wno-MODDUP", "-Wno-UNOPTFLAT", "--x-initial", "fast", "--x-assign", "fast", "-O3"]);
    verilator.arg("--Mdir").arg(folder).arg(folder.join("top.v"));
    run(verilator, "verilator", source.name)?;
    let unity = unity_text(folder, source.main)?;
    write(&folder.join("unity.cpp"), &unity)?;
    let program = folder.join("simulate");
    let mut compiler = cxx(tool, source.optimise);
    compiler.arg("-I").arg(folder).arg(folder.join("unity.cpp")).args(runtime(tool)?);
    compiler.args(["-pthread", "-o"]).arg(&program);
    run(compiler, "g++", source.name)?;
    Ok(program)
}

/// All generated files and the main program as one translation unit.
fn unity_text(folder: &Path, main: &str) -> Result<String, VerilatorError> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(VerilatorError::io(folder))?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "cpp") && !p.ends_with("unity.cpp"))
        .collect();
    files.sort();
    let name = |p: &PathBuf| p.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let includes: String = files.iter().map(|p| format!("#include \"{}\"\n", name(p))).collect();
    Ok(format!("{includes}{main}"))
}

/// Object files of Verilator's run-time, compiled once for each version.
fn runtime(tool: &Verilator) -> Result<Vec<PathBuf>, VerilatorError> {
    let tag: String = tool.version.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let cache = std::env::temp_dir().join(format!("frazil-{tag}"));
    fs::create_dir_all(&cache).map_err(VerilatorError::io(&cache))?;
    let include = tool.root.join("include");
    let sources = ["verilated", "verilated_threads"].map(|stem| (stem, include.join(format!("{stem}.cpp"))));
    let present = sources.into_iter().filter(|(_, file)| file.is_file());
    present.map(|(stem, file)| runtime_object(tool, &cache, stem, &file)).collect()
}

fn runtime_object(
    tool: &Verilator,
    cache: &Path,
    stem: &str,
    file: &Path,
) -> Result<PathBuf, VerilatorError> {
    let object = cache.join(format!("{stem}.o"));
    if !object.is_file() {
        // Written under a name of this process and renamed, so that parallel tests never see half an object.
        let partial =
            cache.join(format!("{stem}.{}.{:?}.o", std::process::id(), std::thread::current().id()));
        let mut compiler = cxx(tool, 2);
        compiler.arg("-c").arg(file).arg("-o").arg(&partial);
        run(compiler, "g++", stem)?;
        fs::rename(&partial, &object).map_err(VerilatorError::io(&object))?;
    }
    Ok(object)
}

fn cxx(tool: &Verilator, optimise: u8) -> Command {
    let include = tool.root.join("include");
    let mut command = Command::new(std::env::var_os("CXX").unwrap_or_else(|| "g++".into()));
    command.args([format!("-O{optimise}"), "-std=gnu++17".into(), "-w".into(), "-DVM_COVERAGE=0".into()]);
    command.args(["-DVM_SC=0", "-DVM_TRACE=0", "-DVM_TRACE_FST=0", "-DVM_TRACE_VCD=0", "-fcoroutines"]);
    command.arg("-I").arg(&include).arg("-I").arg(include.join("vltstd"));
    command
}

fn run(mut command: Command, tool: &'static str, what: &str) -> Result<(), VerilatorError> {
    let output = command.output().map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => {
            VerilatorError::Missing { tool, variable: "CXX", also: ", or `apt-get install g++`" }
        }
        _ => VerilatorError::Io { path: tool.into(), source },
    })?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text.lines().collect();
    let log = lines[lines.len().saturating_sub(20)..].join("\n");
    Err(VerilatorError::Failed { tool, what: what.to_string(), log })
}

fn write(path: &Path, text: &str) -> Result<(), VerilatorError> {
    fs::write(path, text).map_err(VerilatorError::io(path))
}
