//! Place and route of all seeds, as many at once as there are processors.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::mpsc::{self, Sender};
use std::thread;

use super::steps::Files;
use super::{Build, Event, Listener, Runner};
use crate::report::Place;
use crate::{FlowError, Step};

/// A placed and routed seed.
pub(crate) struct Seed {
    /// The seed.
    pub seed: u64,
    /// Name of its step.
    pub step: String,
    /// How long it took.
    pub seconds: f64,
    /// nextpnr's report.
    pub place: Place,
}

/// From a worker to the listener's thread.
enum Message {
    Event(Event),
    Result(usize, Result<Seed, FlowError>),
}

/// A seed that waits for a worker: its place in the order, the seed, its step.
type Job = (usize, u64, Step);

/// Places and routes every seed. The result is in the order of `build.seeds`; the first error in that order is
/// the one that is given.
pub(crate) fn place(
    build: &Build,
    files: &Files,
    runner: &Runner,
    on_event: Listener,
) -> Result<Vec<Seed>, FlowError> {
    let jobs: VecDeque<Job> =
        build.seeds.iter().enumerate().map(|(i, seed)| (i, *seed, files.place(build, *seed))).collect();
    let count = jobs.len();
    let jobs = Mutex::new(jobs);
    let mut results: Vec<(usize, Result<Seed, FlowError>)> = thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..workers().min(count) {
            let (sender, jobs) = (sender.clone(), &jobs);
            scope.spawn(move || work(jobs, files, runner, &sender));
        }
        drop(sender);
        receiver.into_iter().filter_map(|message| listen(message, on_event)).collect()
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

fn workers() -> usize {
    thread::available_parallelism().map_or(1, Into::into)
}

fn listen(message: Message, on_event: Listener) -> Option<(usize, Result<Seed, FlowError>)> {
    match message {
        Message::Event(event) => {
            on_event(event);
            None
        }
        Message::Result(index, result) => {
            if let Ok(seed) = &result {
                let (fmax_mhz, meets_timing) = (seed.place.limiting.achieved_mhz, seed.place.meets_timing());
                on_event(Event::Seed { seed: seed.seed, fmax_mhz, meets_timing });
            }
            Some((index, result))
        }
    }
}

/// Takes jobs until there are none, or one fails.
fn work(jobs: &Mutex<VecDeque<Job>>, files: &Files, runner: &Runner, sender: &Sender<Message>) {
    while let Some((index, seed, step)) = next(jobs) {
        let result = place_one(seed, &step, files, runner, sender);
        if result.is_err() {
            clear(jobs);
        }
        // The receiver lives as long as the scope.
        let _ = sender.send(Message::Result(index, result));
    }
}

fn next(jobs: &Mutex<VecDeque<Job>>) -> Option<Job> {
    jobs.lock().ok()?.pop_front()
}

fn clear(jobs: &Mutex<VecDeque<Job>>) {
    if let Ok(mut jobs) = jobs.lock() {
        jobs.clear();
    }
}

fn place_one(
    seed: u64,
    step: &Step,
    files: &Files,
    runner: &Runner,
    sender: &Sender<Message>,
) -> Result<Seed, FlowError> {
    let seconds = runner.timed(step, &mut |event| {
        let _ = sender.send(Message::Event(event));
    })?;
    let file = files.report_of(seed);
    let text = std::fs::read_to_string(runner.folder.join(&file))
        .map_err(|error| FlowError::Report { file: file.clone(), reason: error.to_string() })?;
    Ok(Seed { seed, step: step.name.clone(), seconds, place: Place::from_json(&file, &text)? })
}

/// Index of the seed with the greatest margin; the first of equals.
pub(crate) fn best(seeds: &[Seed]) -> Option<usize> {
    let margin = |index: &usize| seeds[*index].place.limiting.margin();
    (0..seeds.len()).rev().max_by(|a, b| margin(a).total_cmp(&margin(b)))
}
