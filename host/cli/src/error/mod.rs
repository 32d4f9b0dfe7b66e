//! Errors as people meet them: a code, what is wrong with its numbers, and the next command to type.

mod convert;
mod usage;

use std::error::Error;
use std::fmt;

use miette::Diagnostic;

pub use usage::UsageError;

/// The result of everything that a command does.
pub type Result<T> = std::result::Result<T, miette::Report>;

/// A library's error with its code and the next command; libraries know nothing of this program.
#[derive(Debug)]
pub struct Failure {
    code: String,
    help: String,
    error: Box<dyn Error + Send + Sync>,
}

impl Failure {
    /// Wraps a library's error.
    pub fn new(
        code: impl Into<String>,
        help: impl Into<String>,
        error: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self { code: code.into(), help: help.into(), error: error.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for Failure {
    /// The next error down that says something new: some libraries repeat their cause in their own words.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let said = self.error.to_string();
        let mut cause = self.error.source();
        while let Some(error) = cause.filter(|e| said.contains(&e.to_string())) {
            cause = error.source();
        }
        cause
    }
}

impl Diagnostic for Failure {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.help))
    }
}
