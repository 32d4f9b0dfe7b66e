//! The frozen front end.
