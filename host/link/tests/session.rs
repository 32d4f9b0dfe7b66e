//! Sessions over undisturbed lines, and over devices that misbehave.

mod common;

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use common::{DEVICE, HALF, MEMORY, Mixer, config, device};
use frazil_link::{LinkError, Recorder, Replay, Session, SessionConfig, StateLoss};
use frazil_sim::device::{DeviceConfig, SimDevice};
use frazil_wire::{MAX_PAYLOAD, Region, Register, Transport};

fn connect() -> Session<SimDevice<Mixer>> {
    Session::connect(device(), config()).unwrap()
}

#[test]
fn a_session_knows_its_device() {
    let session = connect();
    let info = session.info();
    assert_eq!((info.version, info.lanes, info.pixels), (DEVICE.version, DEVICE.lanes, DEVICE.pixels));
    assert_eq!((info.design_id, info.clock_hz), (DEVICE.design_id, DEVICE.clock_hz));
    assert_eq!(info.memory_words, DEVICE.memory_words);
    assert!(session.expect_design(DEVICE.design_id).is_ok());
    let error = session.expect_design(1).unwrap_err();
    let text = "the device holds design feed0123456789ab, the model needs 0000000000000001";
    assert_eq!((error.to_string().as_str(), error.code()), (text, "frazil::link::design_mismatch"));
}

#[test]
fn what_is_written_is_read_back_and_run() {
    let mut session = connect();
    let input: Vec<u8> = (0..=255).collect();
    session.write(0, &input).unwrap();
    assert_eq!(session.read(Region::Memory, 0, HALF).unwrap(), input);
    assert_eq!(session.run(3).unwrap(), 1030);
    // All other memories are zero, so the result is the input.
    assert_eq!(session.read(Region::Memory, HALF as u32, HALF).unwrap(), input);
    let cycles = session.read(Region::Registers, Register::Cycles.address(), 4).unwrap();
    assert_eq!(cycles, 1030u32.to_le_bytes());
    assert_eq!(session.stats().retries, 0);
}

#[test]
fn long_transfers_are_split() {
    let big = DeviceConfig { memory_words: 1250, ..DEVICE };
    let mut session = Session::connect(SimDevice::new(big, Mixer), config()).unwrap();
    let data: Vec<u8> = (0..9_999u32).map(|i| (i * 7 / 3) as u8).collect();
    let before = session.stats();
    session.write(1, &data).unwrap();
    assert_eq!(session.read(Region::Memory, 1, data.len()).unwrap(), data);
    let after = session.stats();
    assert_eq!(after.requests - before.requests, 2 * data.len().div_ceil(MAX_PAYLOAD) as u64);
    let frames = 3;
    assert_eq!(after.bytes_out - before.bytes_out, 9_999 + frames * 12 + frames * 10);
    assert_eq!(after.bytes_in - before.bytes_in, 9_999 + frames * 12 + frames * 10);
    let time = after.wire_time(&SessionConfig { baud: 1_000_000, ..config() });
    assert_eq!(time, Duration::from_micros(10 * (after.bytes_in + after.bytes_out)));
}

#[test]
fn transfers_of_nothing_cost_nothing() {
    let mut session = connect();
    let before = session.stats();
    session.write(MEMORY, &[]).unwrap();
    assert!(session.read(Region::Memory, 0, 0).unwrap().is_empty());
    assert_eq!(session.stats(), before);
}

#[test]
fn what_does_not_fit_is_refused_before_it_is_sent() {
    let mut session = connect();
    let before = session.stats();
    assert!(session.write(MEMORY - 1, &[0]).is_ok());
    for (address, len) in [(MEMORY, 1), (MEMORY - 1, 2), (u32::MAX, 1), (0, MEMORY as usize + 1)] {
        let error = session.write(address, &vec![0; len]).unwrap_err();
        assert!(matches!(error, LinkError::OutOfRange { size, .. } if size == u64::from(MEMORY)), "{error}");
    }
    assert!(matches!(session.read(Region::Registers, 29, 4), Err(LinkError::OutOfRange { .. })));
    for entry in [MEMORY / 8, u32::MAX] {
        assert!(matches!(session.run(entry), Err(LinkError::OutOfRange { region: Region::Memory, .. })));
    }
    assert_eq!(session.stats().requests, before.requests + 1);
}

#[test]
fn another_version_of_the_protocol_is_refused() {
    let other = SimDevice::new(DeviceConfig { version: 9, ..DEVICE }, Mixer);
    let error = Session::connect(other, config()).unwrap_err();
    assert!(matches!(error, LinkError::ProtocolVersion { device: 9, .. }), "{error}");
}

/// A line on which always the same happens.
#[derive(Debug)]
struct Stubborn(Option<Vec<u8>>);

impl Transport for Stubborn {
    fn write_all(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn read(&mut self, buffer: &mut [u8], _: Duration) -> io::Result<usize> {
        let bytes = self.0.as_deref().unwrap_or_default();
        buffer.iter_mut().zip(bytes.iter().cycle()).for_each(|(to, from)| *to = *from);
        Ok(if bytes.is_empty() { 0 } else { buffer.len() })
    }
}

#[test]
fn silence_and_babble_end_in_typed_errors() {
    let quick = SessionConfig { margin: Duration::from_millis(5), attempts: 3, ..config() };
    let error = Session::connect(Stubborn(None), quick.clone()).unwrap_err();
    assert!(matches!(error, LinkError::NoAnswer { attempts: 3 }), "{error}");
    assert_eq!(error.code(), "frazil::link::no_answer");
    assert!(error.hint().contains("frazil flash"));
    for noise in [vec![0], vec![0xA5], vec![0xA5, 1, 2, 3], (0..=255).collect()] {
        let started = Instant::now();
        let error = Session::connect(Stubborn(Some(noise)), quick.clone()).unwrap_err();
        assert!(matches!(error, LinkError::Garbage { attempts: 3, bytes } if bytes > 0), "{error}");
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_broken_transport_is_an_error_of_its_own() {
    #[derive(Debug)]
    struct Broken;
    impl Transport for Broken {
        fn write_all(&mut self, _: &[u8]) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn read(&mut self, _: &mut [u8], _: Duration) -> io::Result<usize> {
            Ok(0)
        }
    }
    assert!(matches!(Session::connect(Broken, config()), Err(LinkError::Io(_))));
}

#[test]
fn a_program_that_never_ends_is_no_answer() {
    let mut session = connect();
    let error = session.run(7).unwrap_err();
    assert!(matches!(error, LinkError::NoAnswer { attempts: 8 }), "{error}");
    session.transport_mut().power_cycle();
    session.resynchronise().unwrap();
    assert_eq!(session.run(0).unwrap(), 1000);
}

#[test]
fn a_restarted_device_is_noticed_and_only_resynchronising_helps() {
    let mut session = connect();
    session.write(0, &[1; 16]).unwrap();
    session.transport_mut().power_cycle();
    let error = session.read(Region::Memory, 0, 16).unwrap_err();
    assert!(matches!(error, LinkError::StateLost(StateLoss::Restarted)), "{error}");
    for _ in 0..3 {
        let error = session.read(Region::Memory, 0, 16).unwrap_err();
        assert!(matches!(error, LinkError::StateLost(StateLoss::FailedBefore)), "{error}");
    }
    session.resynchronise().unwrap();
    assert_eq!(session.read(Region::Memory, 0, 16).unwrap(), [0; 16]);
}

#[test]
fn work_that_uploads_all_it_needs_survives_a_restart() {
    let mut session = connect();
    let mut tries = 0;
    let read = session.restoring(3, |s| {
        tries += 1;
        s.write(0, &[5; 16])?;
        if tries < 3 {
            s.transport_mut().power_cycle();
        }
        s.read(Region::Memory, 0, 16)
    });
    assert_eq!((read.unwrap(), tries), (vec![5; 16], 3));
    let error = session.restoring(3, |s| s.read(Region::Memory, MEMORY, 1)).unwrap_err();
    assert!(matches!(error, LinkError::OutOfRange { .. }), "an error without doubt is not tried again");
}

#[test]
fn another_device_at_the_same_port_is_noticed() {
    let mut session = connect();
    *session.transport_mut() = SimDevice::new(DeviceConfig { design_id: 2, ..DEVICE }, Mixer);
    assert!(matches!(session.run(0), Err(LinkError::StateLost(_))));
    let error = session.resynchronise().unwrap_err();
    assert!(matches!(error, LinkError::DeviceChanged { after: 2, .. }), "{error}");
}

/// Loses the answers to the first requests of a kind, which the device has obeyed.
struct Deaf {
    device: SimDevice<Mixer>,
    kind: u8,
    losses: usize,
    lose: bool,
}

impl Transport for Deaf {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.lose = bytes[1] == self.kind && self.losses > 0;
        self.losses -= usize::from(self.lose);
        self.device.write_all(bytes)
    }

    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> io::Result<usize> {
        let n = self.device.read(buffer, timeout)?;
        Ok(if self.lose { 0 } else { n })
    }
}

#[test]
fn a_lost_answer_is_asked_for_again() {
    for kind in [1, 2, 3, 4] {
        let deaf = Deaf { device: device(), kind, losses: 3, lose: false };
        let mut session = Session::connect(deaf, config()).unwrap();
        session.write(4, &[7; 9]).unwrap();
        assert_eq!(session.run(1).unwrap(), 1010);
        assert_eq!(
            session.read(Region::Memory, HALF as u32, 16).unwrap()[3..14],
            [0, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0]
        );
        assert_eq!(session.transport().losses, 0);
        let stats = session.stats();
        assert!(if kind == 1 { stats.retries == 0 } else { stats.retries >= 2 }, "kind {kind}: {stats:?}");
    }
}

/// Answers to a request come one request too late once.
struct Delayed {
    device: SimDevice<Mixer>,
    held: VecDeque<u8>,
    hold: usize,
}

impl Transport for Delayed {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hold = self.hold.saturating_sub(1);
        self.device.write_all(bytes)
    }

    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> io::Result<usize> {
        if self.hold == 1 {
            let n = self.device.read(buffer, timeout)?;
            self.held.extend(&buffer[..n]);
            return Ok(0);
        }
        if let Some(byte) = self.held.pop_front() {
            buffer[0] = byte;
            return Ok(1);
        }
        self.device.read(buffer, timeout)
    }
}

#[test]
fn a_late_answer_is_not_taken_for_another_one() {
    // The registers' answer is held back in one session, the first read's in the other.
    for hold in [3, 4] {
        let delayed = Delayed { device: device(), held: VecDeque::new(), hold };
        let mut session = Session::connect(delayed, config()).unwrap();
        assert_eq!(session.read(Region::Memory, 0, 1).unwrap(), [0]);
        session.write(0, &[9]).unwrap();
        assert_eq!(session.read(Region::Memory, 0, 1).unwrap(), [9]);
        assert!(session.stats().retries > 0);
    }
}

fn work<T: Transport>(session: &mut Session<T>) -> Result<(u64, Vec<u8>), LinkError> {
    session.write(0, &[3; 32])?;
    Ok((session.run(2)?, session.read(Region::Memory, HALF as u32, 32)?))
}

#[test]
fn a_recorded_conversation_is_repeated_to_the_byte() {
    let mut session = Session::connect(Recorder::new(device()), config()).unwrap();
    let first = work(&mut session).unwrap();
    let text = session.transport().conversation().to_string();
    let mut session = Session::connect(Replay::new(text.parse().unwrap()), config()).unwrap();
    assert_eq!(work(&mut session).unwrap(), first);
    assert!(session.transport().is_finished());
    assert!(matches!(work(&mut session), Err(LinkError::Io(_))), "the recording has ended");
}
