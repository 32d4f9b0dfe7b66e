//! `frazil doctor`: what is installed, and how to install the rest.

use frazil_flow::{Check, Tools};
use serde::Serialize;

use super::Verdict;
use crate::error::Result;
use crate::output::{Output, Table};

/// All checks.
#[derive(Serialize)]
struct Health {
    format_version: u32,
    tools: Vec<Check>,
}

/// Looks for every tool; exit code 1 if one is missing.
pub fn run(output: Output) -> Result<Verdict> {
    let health = Health { format_version: 1, tools: frazil_flow::doctor(&Tools::find()) };
    output.result(&health, || table(&health.tools))?;
    let missing: Vec<&Check> = health.tools.iter().filter(|c| c.found.is_none()).collect();
    for check in &missing {
        let fix = check.fix.as_deref().unwrap_or("no known command");
        output.note(format_args!("\n{} is missing; install it with:\n  {}", check.program, fix.replace('\n', "\n  ")));
    }
    if missing.is_empty() {
        return Ok(Verdict::Good);
    }
    output.note("\nThe demo, tracking and the simulated device need none of these tools.");
    Ok(Verdict::Wrong)
}

fn table(checks: &[Check]) -> String {
    let mut table = Table::new(["tool", "for", "version", "where"]);
    for check in checks {
        let found = check.found.as_ref();
        table.row([
            check.program.clone(),
            check.purpose.clone(),
            found.map_or("missing".into(), |f| f.version.clone().unwrap_or_else(|| "unknown".into())),
            found.map_or("-".into(), |f| f.path.display().to_string()),
        ]);
    }
    table.render()
}
