//! Progress for people: a bar on a terminal, silence elsewhere.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::Output;

/// A bar on the standard error.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    output: Output,
}

impl Progress {
    /// A bar of `length` steps; without a length, a spinner.
    pub fn new(output: Output, title: impl Into<String>, length: Option<usize>) -> Self {
        let hidden = output.json || !std::io::stderr().is_terminal();
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(length.map(|l| l as u64), target);
        let template = match length {
            Some(_) => "{prefix:24} {bar:32} {pos}/{len} {msg} {elapsed}",
            None => "{prefix:24} {spinner} {pos} {msg} {elapsed}",
        };
        bar.set_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.set_prefix(title.into());
        if length.is_none() && !hidden {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self { bar, output }
    }

    /// One step done.
    pub fn step(&self) {
        self.bar.inc(1);
    }

    /// A line above the bar.
    pub fn line(&self, text: impl std::fmt::Display) {
        if self.bar.is_hidden() { self.output.progress(text) } else { self.bar.println(text.to_string()) }
    }

    /// What is being done.
    pub fn say(&self, message: impl Into<String>) {
        self.bar.set_message(message.into());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
