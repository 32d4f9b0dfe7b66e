//! `frazil doctor`: what is installed, and how to install the rest.

use frazil_flow::{Check, Tools};
use frazil_link::{Access, Found};
use serde::Serialize;

use super::Verdict;
use crate::accelerator::connected;
use crate::error::Result;
use crate::output::{Output, Table};

/// All checks.
#[derive(Serialize)]
struct Health {
    format_version: u32,
    tools: Vec<Check>,
    connected: Vec<Found>,
}

/// Looks for every tool; exit code 1 if one is missing.
pub fn run(output: Output) -> Result<Verdict> {
    let tools = frazil_flow::doctor(&Tools::find());
    let health = Health { format_version: 1, tools, connected: connected()? };
    output.result(&health, || table(&health.tools))?;
    let denied = denied(&health.connected);
    for (name, why) in &denied {
        output.note(format_args!("\n{name} is connected and cannot be used: {why}"));
    }
    let missing = advise(output, &health.tools);
    if missing {
        output.note(
            "\nThe demo, tracking of y4m and images, and the simulated device need none of these tools.",
        );
    }
    Ok(if missing || !denied.is_empty() { Verdict::Wrong } else { Verdict::Good })
}

/// Boards that are there and cannot be used, with the reason.
fn denied(connected: &[Found]) -> Vec<(String, &str)> {
    let boards = connected.iter().filter_map(|found| match (&found.board, &found.access) {
        (Some(board), Access::Denied(why)) => Some((board.clone(), why.as_str())),
        _ => None,
    });
    boards.collect()
}

/// Says how to install what is missing, each command once; whether anything is missing.
fn advise(output: Output, checks: &[Check]) -> bool {
    let missing: Vec<&Check> = checks.iter().filter(|c| c.found.is_none()).collect();
    let mut fixes: Vec<&str> = Vec::new();
    for check in &missing {
        let fix = check.fix.as_deref().and_then(|f| f.lines().next()).unwrap_or("no known command");
        if !fixes.contains(&fix) {
            fixes.push(fix);
        }
    }
    if !fixes.is_empty() {
        output.note("\nto install what is missing:");
        fixes.iter().for_each(|fix| output.note(format_args!("  {fix}")));
    }
    !missing.is_empty()
}

fn table(checks: &[Check]) -> String {
    let mut table = Table::new(["tool", "for", "version", "where"]);
    for check in checks {
        let found = check.found.as_ref();
        table.row([
            check.program.clone(),
            check.purpose.clone(),
            found.map_or("missing".into(), |f| short(f.version.as_deref().unwrap_or("unknown"))),
            found.map_or("-".into(), |f| f.path.display().to_string()),
        ]);
    }
    table.render()
}

/// The first words of what a tool says of its version; nextpnr hides them behind its full name.
fn short(version: &str) -> String {
    const SHOWN: usize = 28;
    let version = version.split_once("(Version ").map_or(version, |(_, rest)| rest.trim_end_matches(')'));
    version.chars().take(SHOWN).collect::<String>().trim_end().into()
}
