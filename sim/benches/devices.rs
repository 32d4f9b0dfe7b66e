//! How fast the simulated devices are: clocks a second for one keyframe of the tracker's network on the iCEBreaker's
//! fabric, upload included. `cargo bench -p frazil-sim --bench devices` prints the table.

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::Instant;

use common::{Conversation, capacity, spec};
use frazil_hdl::top::TopSpec;
use frazil_model::plan::{PlanOptions, plan};
use frazil_model::zoo;
use frazil_sim::{DeviceKind, open};

fn main() {
    // Eight clocks a bit: 3 Mbaud at 24 MHz, as on the board.
    let spec = TopSpec { clocks_per_bit: 8, ..spec() };
    let plan = plan(&zoo::oriented(), 1, &capacity(&spec), PlanOptions::default()).expect("the network fits");
    println!("{:10} {:>12} {:>10} {:>14} {:>12}", "device", "clocks", "seconds", "clocks/second", "program");
    for kind in DeviceKind::ALL {
        match open(kind, &plan, &spec) {
            Err(error) => println!("{kind:10} {error}"),
            Ok(device) => {
                let start = Instant::now();
                let mut conversation = Conversation::new(device);
                conversation.load(&plan);
                let (_, program) = conversation.infer(&plan, &[5; 64 * 64]);
                let (clocks, seconds) = (conversation.clocks(), start.elapsed().as_secs_f64());
                let rate = clocks as f64 / seconds;
                println!("{:10} {clocks:>12} {seconds:>10.3} {rate:>14.0} {program:>12}", kind.name());
            }
        }
    }
}
