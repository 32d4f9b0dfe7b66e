//! A device with a program in it: uploads, runs, and puts everything back if the line failed.

use frazil_link::{LinkError, Session, SessionConfig};
use frazil_model::plan::{FlashProbe, Placement, Plan};
use frazil_wire::{Region, Transport};

use crate::error::{Failure, Result, UsageError};
use crate::pipeline::DeviceUse;

/// How often a piece of work is begun in all when the device loses its memory.
const ATTEMPTS: u32 = 3;

/// What the session with a device gives.
type Linked<T> = std::result::Result<T, LinkError>;

/// A session with a device on which a plan's program is loaded.
pub struct Machine {
    session: Session<Box<dyn Transport>>,
    image: Image,
    used: DeviceUse,
}

/// What the device's memory should hold beside tensors.
struct Image {
    /// First byte in memory.
    address: usize,
    bytes: Vec<u8>,
}

impl Image {
    fn upload(&self, session: &mut Session<Box<dyn Transport>>) -> Linked<()> {
        session.write(self.address as u32, &self.bytes)
    }

    /// Replaces what a piece of memory should hold, as far as it is the image's.
    fn splice(&mut self, (address, piece): &(usize, Vec<u8>)) {
        let start = address.saturating_sub(self.address);
        if let Some(old) = self.bytes.get_mut(start..start.saturating_add(piece.len())) {
            old.copy_from_slice(piece);
        }
    }
}

impl Machine {
    /// Connects with the device at the other end, which must hold the plan's design, and loads the program. A flash
    /// from which it streams must hold the plan's weights.
    pub fn connect(
        transport: Box<dyn Transport>,
        config: SessionConfig,
        plan: &Plan,
        board: &str,
    ) -> Result<Self> {
        let mut session = Session::connect(transport, config).map_err(Failure::from)?;
        session.expect_design(plan.design_id()).map_err(Failure::from)?;
        if let Some(probe) = plan.flash_probe() {
            let expected = (plan.graph_name.as_str(), probe.expected.as_slice());
            check_flash(&first_word(&mut session, &probe).map_err(Failure::from)?, expected, board)?;
        }
        let (address, bytes) = (plan.program.image_byte_address(), plan.program.image.clone());
        let mut machine = Self { session, image: Image { address, bytes }, used: DeviceUse::default() };
        machine.work(|_| Ok(()), true)?;
        Ok(machine)
    }

    /// Replaces pieces of the program, each from a byte address of memory.
    pub fn load(&mut self, pieces: &[(usize, Vec<u8>)]) -> Result<()> {
        pieces.iter().for_each(|piece| self.image.splice(piece));
        let write = |session: &mut Session<_>| {
            pieces.iter().try_for_each(|(address, bytes)| session.write(*address as u32, bytes))
        };
        self.work(write, false)
    }

    /// Writes the input, runs from the descriptor at a word address, and reads tensors, NHWC.
    pub fn run(
        &mut self,
        input: (&Placement, &[i8]),
        entry: u32,
        outputs: &[&Placement],
    ) -> Result<Vec<Vec<i8>>> {
        let (address, bytes) = (input.0.byte_address() as u32, input.0.pack(input.1));
        let (cycles, results) = self.work(
            |session| {
                session.write(address, &bytes)?;
                let cycles = session.run(entry)?;
                Ok((cycles, outputs.iter().map(|place| read(session, place)).collect::<Linked<Vec<_>>>()?))
            },
            false,
        )?;
        self.used.runs += 1;
        self.used.cycles += cycles;
        Ok(results)
    }

    /// Does some work; if the device forgets, everything is uploaded again and the work begins anew.
    fn work<R>(
        &mut self,
        mut work: impl FnMut(&mut Session<Box<dyn Transport>>) -> Linked<R>,
        mut upload: bool,
    ) -> Result<R> {
        let image = &self.image;
        let result = self.session.restoring(ATTEMPTS, |session| {
            if upload {
                image.upload(session)?;
            }
            upload = true;
            work(session)
        });
        Ok(result.map_err(Failure::from)?)
    }

    /// What the device did so far.
    pub fn used(&self) -> DeviceUse {
        let link = self.session.stats();
        DeviceUse { bytes_out: link.bytes_out, bytes_in: link.bytes_in, retries: link.retries, ..self.used }
    }

    /// The clock that the device names.
    pub fn clock_hz(&self) -> f64 {
        f64::from(self.session.info().clock_hz)
    }
}

/// The first word in the flash, which a program without layers brings into memory.
fn first_word(session: &mut Session<Box<dyn Transport>>, probe: &FlashProbe) -> Linked<Vec<u8>> {
    session.restoring(ATTEMPTS, |session| {
        session.write(0, &probe.program)?;
        session.run(0)?;
        session.read(Region::Memory, probe.address as u32, probe.expected.len())
    })
}

fn check_flash(found: &[u8], (network, expected): (&str, &[u8]), board: &str) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let (board, network) = (board.into(), network.into());
    Err(UsageError::OtherWeights { board, network, found: hex(found), expected: hex(expected) }.into())
}

/// A tensor's elements, NHWC.
fn read(session: &mut Session<Box<dyn Transport>>, place: &Placement) -> Linked<Vec<i8>> {
    let bytes = session.read(Region::Memory, place.byte_address() as u32, place.bytes())?;
    Ok(place.unpack(&bytes))
}

#[cfg(test)]
mod tests {
    use frazil_boards::Board;
    use frazil_model::zoo;
    use frazil_sim::{DeviceKind, open};

    use super::*;
    use crate::accelerator::{network, top_spec};

    /// A plan with something in the flash.
    fn streamed(board: &Board) -> Plan {
        let mut plan = network::plan_graph(&zoo::tiny(), 0, board, network::DENSE).unwrap();
        plan.program.stream = (0..64).collect();
        plan
    }

    #[test]
    fn a_flash_with_other_weights_is_refused() {
        let board = Board::load("icebreaker").unwrap();
        let plan = streamed(&board);
        let spec = top_spec(&board, false).unwrap();
        let connect = |held: &Plan| {
            let device = open(DeviceKind::Sim, held, &spec).unwrap();
            Machine::connect(Box::new(device), SessionConfig::default(), &plan, &board.name)
        };
        assert!(connect(&plan).is_ok());
        let mut other = plan.clone();
        other.program.stream[7] ^= 1;
        let error = connect(&other).err().unwrap().to_string();
        assert!(error.contains("the flash of icebreaker does not hold the weights of tiny"), "{error}");
    }
}
