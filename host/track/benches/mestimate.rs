//! Block matching here against the `mestimate` filter of ffmpeg, one thread each, on the same frames with the
//! same method, macroblock 16, range 7: `cargo bench -p frazil-track --bench mestimate`.
//!
//! What is compared. The filter searches every frame twice, against the one before and the one after it, where
//! this crate searches once; so the fair figure is the time of *one search of a whole frame*, and the
//! ratio of frame rates is twice as large. From `n` frames the filter makes `n - 1` with vectors, that is
//! `2 n - 3` searches (the first frame's search backwards is against itself and ends at once); this crate
//! makes `n - 1`. The filter leaves out macroblocks that are not whole (a strip of 8 rows at 1080), this
//! crate does not.
//!
//! What is measured. For ffmpeg the user time that it reports itself with `-benchmark`, less that of
//! the same command with the `null` filter, which reads and discards the same frames. For this crate the
//! processor time of the thread around the searches where the system tells it (Linux), else the wall clock. Of
//! several rounds, taken in turns, the fastest counts for each.

mod scene;

use frazil_track::GrayFrame;
use frazil_track::motion::{MotionConfig, MotionEstimator, Search};
use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

const ROUNDS: usize = 3;

/// Width, height, frames, method.
type Case = (usize, usize, usize, Search);

const CASES: [Case; 4] = [
    (320, 240, 400, Search::ThreeStep),
    (320, 240, 100, Search::Exhaustive),
    (1920, 1080, 25, Search::ThreeStep),
    (1920, 1080, 6, Search::Exhaustive),
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    println!("{}", ffmpeg_version()?);
    println!(
        "macroblock 16, range 7, one thread, fastest of {ROUNDS} rounds; a search is one whole frame, one direction"
    );
    println!(
        "{:>11} {:>11} {:>17} {:>17} {:>9} {:>17} {:>17} {:>9}",
        "frame",
        "method",
        "frazil search/s",
        "ffmpeg search/s",
        "ratio",
        "frazil frame/s",
        "ffmpeg frame/s",
        "ratio"
    );
    for case in CASES {
        row(case)?;
    }
    Ok(())
}

/// Measures and prints one case.
fn row((width, height, count, search): Case) -> Result<(), Box<dyn Error>> {
    let frames = scene::frames(width, height, count);
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("frames.gray");
    write_raw(&frames, &path)?;
    let (method, name) = match search {
        Search::ThreeStep => ("tss", "three-step"),
        Search::Exhaustive => ("esa", "exhaustive"),
    };
    let filter = format!("mestimate=method={method}:mb_size=16:search_param=7");
    let (mut ours, mut theirs, mut reading) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        reading = reading.min(ffmpeg_seconds(&path, (width, height), "null")?);
        theirs = theirs.min(ffmpeg_seconds(&path, (width, height), &filter)?);
        ours = ours.min(our_seconds(&frames, search)?);
    }
    let n = count as f64;
    let searches = ((n - 1.0) / ours, (2.0 * n - 3.0) / (theirs - reading));
    let rates = ((n - 1.0) / ours, (n - 1.0) / (theirs - reading));
    println!(
        "{:>11} {name:>11} {:>17.1} {:>17.1} {:>8.1}x {:>17.1} {:>17.1} {:>8.1}x",
        format!("{width}x{height}"),
        searches.0,
        searches.1,
        searches.0 / searches.1,
        rates.0,
        rates.1,
        rates.0 / rates.1
    );
    Ok(())
}

fn write_raw(frames: &[GrayFrame], path: &Path) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    frames.iter().try_for_each(|frame| file.write_all(frame.data()))?;
    file.flush()
}

fn our_seconds(frames: &[GrayFrame], search: Search) -> Result<f64, Box<dyn Error>> {
    let config = MotionConfig { block: 16, range: 7, search, texture: false };
    let mut estimator = MotionEstimator::new(config, frames[0].width(), frames[0].height())?;
    let (start, start_wall) = (thread_seconds(), Instant::now());
    for pair in frames.windows(2) {
        black_box(estimator.estimate(&pair[0].view(), &pair[1].view())?);
    }
    let wall = start_wall.elapsed().as_secs_f64();
    Ok(start.zip(thread_seconds()).map_or(wall, |(start, end)| end - start))
}

/// Processor time of this thread so far, seconds; `None` where the system does not tell.
fn thread_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds as f64 * 1e-9)
}

/// User time of ffmpeg with one video filter, seconds.
fn ffmpeg_seconds(path: &Path, (width, height): (usize, usize), filter: &str) -> Result<f64, Box<dyn Error>> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-hide_banner", "-benchmark", "-threads", "1", "-filter_threads", "1"])
        .args(["-f", "rawvideo", "-pix_fmt", "gray", "-video_size", &format!("{width}x{height}")])
        .args(["-framerate", "30", "-i"])
        .arg(path)
        .args(["-vf", filter, "-threads", "1", "-f", "null", "-"])
        .output()?;
    let report = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("ffmpeg with filter `{filter}` failed:\n{report}").into());
    }
    let seconds = report.split("utime=").nth(1).and_then(|rest| rest.split('s').next()?.parse().ok());
    seconds.ok_or_else(|| format!("ffmpeg reported no user time:\n{report}").into())
}

fn ffmpeg_version() -> Result<String, Box<dyn Error>> {
    let output = Command::new("ffmpeg").arg("-version").stdin(Stdio::null()).output().map_err(|error| {
        format!("cannot run ffmpeg ({error}): install it, on Debian with `apt-get install ffmpeg`")
    })?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or("ffmpeg of unknown version").to_owned())
}
