//! The networks of MLPerf Tiny and their files.

use crate::error::{Result, UsageError};

/// A network of the closed division.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// Name of the task.
    pub name: &'static str,
    /// The file of the benchmark's own int8 model.
    pub file: &'static str,
}

/// The four tasks.
pub const NETWORKS: [Network; 4] = [
    Network { name: "ic01", file: "pretrainedResnet_quant.tflite" },
    Network { name: "vww01", file: "vww_96_int8.tflite" },
    Network { name: "kws01", file: "kws_ref_model.tflite" },
    Network { name: "ad01", file: "ad01_int8.tflite" },
];

/// The networks of these names, in the benchmark's order; all without names.
pub fn chosen(names: &[String]) -> Result<Vec<Network>> {
    let known = |name: &&String| NETWORKS.iter().any(|network| network.name == name.as_str());
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let known = NETWORKS.map(|network| network.name).join(", ");
        return Err(UsageError::Task { name: unknown.clone(), known }.into());
    }
    let wanted = |network: &Network| names.is_empty() || names.iter().any(|name| name == network.name);
    Ok(NETWORKS.into_iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_choose_networks() {
        let names = |list: &[&str]| {
            let list: Vec<String> = list.iter().map(|name| name.to_string()).collect();
            chosen(&list).map(|found| found.iter().map(|n| n.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&[]).unwrap(), ["ic01", "vww01", "kws01", "ad01"]);
        assert_eq!(names(&["ad01", "ic01"]).unwrap(), ["ic01", "ad01"]);
        assert!(names(&["ic02"]).unwrap_err().to_string().contains("ic02"));
    }
}
