//! The built-in boards, and reading others.

use std::path::Path;

use crate::{Board, BoardError, check};

/// Name and text of each built-in board, sorted by name.
const BOARDS: [(&str, &str); 5] = [
    ("colorlight-i5", include_str!("../boards/colorlight-i5.toml")),
    ("hx8k-breakout", include_str!("../boards/hx8k-breakout.toml")),
    ("icebreaker", include_str!("../boards/icebreaker.toml")),
    ("orangecrab-25f", include_str!("../boards/orangecrab-25f.toml")),
    ("ulx3s-85f", include_str!("../boards/ulx3s-85f.toml")),
];

impl Board {
    /// Names of the built-in boards, sorted.
    pub fn names() -> Vec<&'static str> {
        BOARDS.iter().map(|(name, _)| *name).collect()
    }

    /// All built-in boards, sorted by name.
    pub fn all() -> Result<Vec<Self>, BoardError> {
        Self::names().into_iter().map(Self::load).collect()
    }

    /// A built-in board by name, or a user's board by the path of its file, which ends in `.toml`.
    pub fn load(name: &str) -> Result<Self, BoardError> {
        if name.ends_with(".toml") {
            return Self::from_path(Path::new(name));
        }
        match BOARDS.iter().find(|(known, _)| *known == name) {
            Some((known, text)) => Self::from_toml(&format!("{known}.toml"), text),
            None => Err(BoardError::Unknown { name: name.into(), known: Self::names() }),
        }
    }

    /// A user's board from its file.
    pub fn from_path(path: &Path) -> Result<Self, BoardError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| BoardError::Read { path: path.into(), source })?;
        Self::from_toml(&path.display().to_string(), &text)
    }

    /// A board from TOML text. `origin` names the text in errors.
    pub fn from_toml(origin: &str, text: &str) -> Result<Self, BoardError> {
        let board: Self = toml::from_str(text)
            .map_err(|source| BoardError::Parse { origin: origin.into(), source: Box::new(source) })?;
        check::check(&board, origin)?;
        Ok(board)
    }
}
