//! A device with a program in it: uploads, runs, and puts everything back if the line failed.

use frazil_link::{LinkError, Session, SessionConfig};
use frazil_model::plan::{Plan, Program};
use frazil_wire::{Region, Transport};

use crate::error::{Failure, Result};
use crate::pipeline::DeviceUse;

/// How often a piece of work is begun in all when the device loses its memories.
const ATTEMPTS: u32 = 3;
/// Weights and parameters of a whole memory are one upload; bytes before it are left alone.
const START: u32 = 0;

/// A session with a device on which a plan's program is loaded.
pub struct Machine {
    session: Session<Box<dyn Transport>>,
    images: Images,
    used: DeviceUse,
}

/// What the device's memories should hold.
struct Images {
    program: Vec<u8>,
    weights: Vec<u8>,
    parameters: Vec<u8>,
}

impl Images {
    fn new(program: &Program) -> Self {
        Self {
            program: program.image(),
            weights: program.weight_image.clone(),
            parameters: program.parameter_image(),
        }
    }

    fn upload(&self, session: &mut Session<Box<dyn Transport>>) -> std::result::Result<(), LinkError> {
        session.write(Region::Program, START, &self.program)?;
        session.write(Region::Weights, START, &self.weights)?;
        session.write(Region::Parameters, START, &self.parameters)
    }
}

impl Machine {
    /// Connects with the device at the other end, which must hold the plan's design, and loads the program.
    pub fn connect(transport: Box<dyn Transport>, config: SessionConfig, plan: &Plan) -> Result<Self> {
        let session = Session::connect(transport, config).map_err(Failure::from)?;
        session.expect_design(plan.design_id()).map_err(Failure::from)?;
        let images = Images::new(&plan.program);
        let mut machine = Self { session, images, used: DeviceUse::default() };
        machine.work(|_| Ok(()), true)?;
        Ok(machine)
    }

    /// Puts bytes into the weight and the parameter memory, each from a byte address.
    pub fn load(&mut self, weights: (usize, &[u8]), parameters: (usize, &[u8])) -> Result<()> {
        splice(&mut self.images.weights, weights);
        splice(&mut self.images.parameters, parameters);
        let (weights, parameters) = ((weights.0 as u32, weights.1), (parameters.0 as u32, parameters.1));
        self.work(
            |session| {
                session.write(Region::Weights, weights.0, weights.1)?;
                session.write(Region::Parameters, parameters.0, parameters.1)
            },
            false,
        )
    }

    /// Writes the input, runs from an entry, and reads regions of activation memory (address, bytes).
    pub fn run(
        &mut self,
        input: (usize, &[i8]),
        entry: usize,
        outputs: &[(usize, usize)],
    ) -> Result<Vec<Vec<i8>>> {
        let bytes: Vec<u8> = input.1.iter().map(|v| *v as u8).collect();
        let (cycles, results) = self.work(
            |session| {
                session.write(Region::Activations, input.0 as u32, &bytes)?;
                let cycles = session.run(entry as u32)?;
                let read =
                    |&(address, len): &(usize, usize)| session.read(Region::Activations, address as u32, len);
                Ok((cycles, outputs.iter().map(read).collect::<std::result::Result<Vec<_>, _>>()?))
            },
            false,
        )?;
        self.used.runs += 1;
        self.used.cycles += cycles;
        Ok(results.into_iter().map(|r| r.into_iter().map(|b| b as i8).collect()).collect())
    }

    /// Does some work; if the device forgets, everything is uploaded again and the work begins anew.
    fn work<R>(
        &mut self,
        mut work: impl FnMut(&mut Session<Box<dyn Transport>>) -> std::result::Result<R, LinkError>,
        mut upload: bool,
    ) -> Result<R> {
        let images = &self.images;
        let result = self.session.restoring(ATTEMPTS, |session| {
            if upload {
                images.upload(session)?;
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

/// Replaces bytes of an image, which grows if it must.
fn splice(image: &mut Vec<u8>, (at, bytes): (usize, &[u8])) {
    let end = at + bytes.len();
    if image.len() < end {
        image.resize(end, 0);
    }
    image[at..end].copy_from_slice(bytes);
}
