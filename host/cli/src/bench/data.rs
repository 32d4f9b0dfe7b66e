//! The labelled inputs of the networks, from a folder of data sets.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use frazil_model::graph::Graph;

use super::zip;
use crate::error::{Result, UsageError};

/// Log-mel bands of a frame of sound, and frames of an input.
const BANDS: usize = 128;
const FRAMES: usize = 5;

/// Inputs and what is known of them.
#[derive(Debug, PartialEq)]
pub struct Labelled {
    /// Inputs of the network, NHWC.
    pub inputs: Vec<Vec<i8>>,
    /// What they are.
    pub truth: Truth,
}

/// What inputs are.
#[derive(Debug, PartialEq)]
pub enum Truth {
    /// Their classes.
    Classes(Vec<usize>),
    /// Recordings of machines: whether each is anomalous, and how many successive inputs it is.
    Recordings(Vec<(bool, usize)>),
}

/// The labelled inputs of a task, at most `most`; none if the folder does not have them.
pub fn labelled(folder: &Path, task: &str, graph: &Graph, most: usize) -> Result<Option<Labelled>> {
    let found = match task {
        "ic01" => pictures(folder, most),
        "kws01" => table(
            &folder.join("inputs_kws01"),
            "y_labels.csv",
            "kws01_inputs_int8_1000x49x10x1.bin",
            graph,
            most,
        ),
        "vww01" => {
            table(&folder.join("golden/vww01_mobilenetv1_int8"), "samples.csv", "inputs.bin", graph, most)
        }
        "ad01" => recordings(&folder.join("inputs_ad01"), graph, most),
        _ => return Ok(None),
    };
    match found {
        Err(Problem::Read(_, ErrorKind::NotFound)) => Ok(None),
        Err(problem) => Err(problem.into()),
        Ok(labelled) => Ok(Some(labelled)),
    }
}

/// Why a file of inputs cannot be used.
enum Problem {
    Read(PathBuf, ErrorKind),
    Form(PathBuf, &'static str),
}

impl From<Problem> for miette::Report {
    fn from(problem: Problem) -> Self {
        let (path, what) = match problem {
            Problem::Read(path, kind) => (path, kind.to_string()),
            Problem::Form(path, what) => (path, what.to_owned()),
        };
        UsageError::Inputs { path, what }.into()
    }
}

fn read(path: &Path) -> std::result::Result<Vec<u8>, Problem> {
    fs::read(path).map_err(|error| Problem::Read(path.into(), error.kind()))
}

/// The lines of a table as fields, without its heading if it has one: a line with words where classes are.
fn lines(path: &Path, column: usize) -> std::result::Result<Vec<Vec<String>>, Problem> {
    let text = String::from_utf8(read(path)?).map_err(|_| Problem::Form(path.into(), "is not text"))?;
    let fields = |line: &str| line.split(',').map(|field| field.trim().to_owned()).collect();
    let filled = text.lines().filter(|line| !line.trim().is_empty());
    let lines: Vec<Vec<String>> = filled.map(fields).collect();
    let heading = lines.first().is_some_and(|line| class(path, line, column).is_err());
    Ok(lines.into_iter().skip(usize::from(heading)).collect())
}

fn class(path: &Path, line: &[String], column: usize) -> std::result::Result<usize, Problem> {
    let field = line.get(column).and_then(|field| field.parse().ok());
    field.ok_or_else(|| Problem::Form(path.into(), "has a line without a class"))
}

/// The benchmark's images: a table with class and name, and an archive of PNG files.
fn pictures(folder: &Path, most: usize) -> std::result::Result<Labelled, Problem> {
    let (csv, path) = (folder.join("cifar10/ic01_labels.csv"), folder.join("cifar10/test.zip"));
    let archive = read(&path)?;
    let files = zip::files(&archive).ok_or(Problem::Form(path.clone(), "is damaged or compressed"))?;
    let (mut inputs, mut classes) = (Vec::new(), Vec::new());
    for line in lines(&csv, 1)?.iter().take(most) {
        let file = line.get(2).and_then(|name| files.get(name.as_str()));
        let image = file.and_then(|bytes| image::load_from_memory(bytes).ok());
        let image = image.ok_or(Problem::Form(path.clone(), "lacks a picture of the table"))?;
        inputs.push(image.into_rgb8().into_raw().into_iter().map(|pixel| (pixel ^ 0x80) as i8).collect());
        classes.push(class(&csv, line, 1)?);
    }
    Ok(Labelled { inputs, truth: Truth::Classes(classes) })
}

/// Records of the network's own values, and a table whose third column is the class.
fn table(
    folder: &Path,
    csv: &str,
    records: &str,
    graph: &Graph,
    most: usize,
) -> std::result::Result<Labelled, Problem> {
    let (csv, path) = (folder.join(csv), folder.join(records));
    let bytes = read(&path)?;
    let records = bytes.chunks_exact(graph.tensors[graph.input].shape.len().max(1));
    let (mut inputs, mut classes) = (Vec::new(), Vec::new());
    for (line, record) in lines(&csv, 2)?.iter().zip(records).take(most) {
        inputs.push(record.iter().map(|&byte| byte as i8).collect());
        classes.push(class(&csv, line, 2)?);
    }
    Ok(Labelled { inputs, truth: Truth::Classes(classes) })
}

/// Recordings as log-mel frames of little-endian float32, whose names begin with what they are. An input is a window
/// of successive frames.
fn recordings(folder: &Path, graph: &Graph, most: usize) -> std::result::Result<Labelled, Problem> {
    let listed = fs::read_dir(folder).map_err(|error| Problem::Read(folder.into(), error.kind()))?;
    let mut paths: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let (mut inputs, mut known) = (Vec::new(), Vec::new());
    for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "bin")) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let anomalous = name.starts_with("anomaly");
        if anomalous || name.starts_with("normal") {
            let windows = windows(&read(path)?, graph, most - inputs.len().min(most));
            known.push((anomalous, windows.len()));
            inputs.extend(windows);
        }
    }
    Ok(Labelled { inputs, truth: Truth::Recordings(known) })
}

fn windows(bytes: &[u8], graph: &Graph, most: usize) -> Vec<Vec<i8>> {
    let quant = graph.tensors[graph.input].quant;
    let value = |four: &[u8]| quant.quantize(f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
    let values: Vec<i8> = bytes.chunks_exact(4).map(value).collect();
    let frames: Vec<&[i8]> = values.chunks_exact(BANDS).collect();
    frames.windows(FRAMES).take(most).map(|window| window.concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(len: usize) -> Graph {
        let mut graph = frazil_model::zoo::tiny();
        let input = graph.input;
        graph.tensors[input].shape = frazil_model::graph::Shape::new(1, 1, len);
        graph.tensors[input].quant = frazil_model::graph::Quant { scale: 0.5, zero_point: 3 };
        graph
    }

    #[test]
    fn a_folder_without_the_data_has_no_inputs() {
        let dir = tempfile::tempdir().unwrap();
        for task in ["ic01", "kws01", "vww01", "ad01", "other"] {
            assert_eq!(labelled(dir.path(), task, &graph(4), 9).unwrap(), None, "{task}");
        }
    }

    #[test]
    fn records_and_their_classes_go_together() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("inputs_kws01");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("y_labels.csv"), "a,12,7\nb,12,2\nc,12,1\n").unwrap();
        fs::write(folder.join("kws01_inputs_int8_1000x49x10x1.bin"), [1, 2, 255, 4, 5, 6]).unwrap();
        let found = labelled(dir.path(), "kws01", &graph(2), 2).unwrap().unwrap();
        let inputs = vec![vec![1, 2], vec![-1, 4]];
        assert_eq!(found, Labelled { inputs, truth: Truth::Classes(vec![7, 2]) });
        fs::write(folder.join("y_labels.csv"), "name,classes,label\na,12,1\nb,12\n").unwrap();
        let error = labelled(dir.path(), "kws01", &graph(2), 2).unwrap_err();
        assert!(error.to_string().contains("without a class"), "{error}");
    }

    #[test]
    fn a_window_is_five_frames_of_a_recording() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("inputs_ad01");
        fs::create_dir(&folder).unwrap();
        let frame = |value: f32| vec![value; BANDS];
        let sound: Vec<u8> = (0..7).flat_map(|v| frame(v as f32)).flat_map(f32::to_le_bytes).collect();
        fs::write(folder.join("normal_1.bin"), &sound).unwrap();
        fs::write(folder.join("anomaly_1.bin"), &sound[..5 * BANDS * 4]).unwrap();
        fs::write(folder.join("NOTE.txt"), "words").unwrap();
        let found = labelled(dir.path(), "ad01", &graph(640), 99).unwrap().unwrap();
        assert_eq!(found.truth, Truth::Recordings(vec![(true, 1), (false, 3)]));
        // Value 4 at scale 0.5 and zero point 3.
        assert_eq!((found.inputs.len(), found.inputs[1].len(), found.inputs[1][639]), (4, 640, 11));
    }
}
