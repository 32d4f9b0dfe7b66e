//! Yosys `stat -json`: cells of the design by type.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::parse;
use crate::FlowError;

#[derive(Deserialize)]
struct Stat {
    design: Design,
}

#[derive(Deserialize)]
struct Design {
    num_cells_by_type: BTreeMap<String, u64>,
}

/// Cells of the whole design by type, after synthesis. `file` names the text in errors.
pub(crate) fn cells(file: &str, text: &str) -> Result<BTreeMap<String, u64>, FlowError> {
    parse::<Stat>(file, text).map(|stat| stat.design.num_cells_by_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_those_of_the_design() {
        let text = r#"{"creator": "Yosys", "modules": {}, "design": {"num_cells": 5,
            "num_cells_by_type": {"SB_LUT4": 3, "SB_DFF": 2}}}"#;
        let cells = cells("stat.json", text).expect("reads");
        assert_eq!(cells, BTreeMap::from([("SB_DFF".into(), 2), ("SB_LUT4".into(), 3)]));
    }

    #[test]
    fn another_shape_is_an_error_that_names_the_file() {
        for text in ["", "{}", r#"{"design": {}}"#, r#"{"design": {"num_cells_by_type": {"A": "x"}}}"#] {
            let error = cells("stat.json", text).expect_err("must be refused");
            assert!(error.to_string().contains("stat.json"), "{error}");
        }
    }
}
