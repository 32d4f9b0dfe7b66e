//! The serial transport over a pseudo terminal, at whose other end the simulated device speaks.
#![cfg(unix)]

mod common;

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::{DEVICE, HALF, config, device};
use frazil_link::{LinkError, SerialTransport, Session, SessionConfig};
use frazil_wire::{Region, Transport};
use serialport::{SerialPort, TTYPort};

/// A device that answers at the master end until it is told to stop.
fn serve(mut master: TTYPort, stop: Arc<AtomicBool>) {
    let mut device = device();
    let mut buffer = [0; 512];
    while !stop.load(Ordering::Relaxed) {
        // A timeout is silence on the line; so is an error as long as the host has not opened its end.
        let n = master.read(&mut buffer).unwrap_or(0);
        if n > 0 {
            device.write_all(&buffer[..n]).unwrap();
        }
        if n == 0 {
            answer(&mut device, &mut master);
        }
    }
}

fn answer(device: &mut impl Transport, master: &mut TTYPort) {
    let mut buffer = [0; 512];
    loop {
        match device.read(&mut buffer, Duration::ZERO).unwrap() {
            0 => return,
            n => master.write_all(&buffer[..n]).unwrap(),
        }
    }
}

/// The device's end of a line, and the name of the host's.
fn line() -> (TTYPort, String) {
    let (mut master, slave) = TTYPort::pair().unwrap();
    master.set_timeout(Duration::from_millis(5)).unwrap();
    (master, slave.name().unwrap())
}

#[test]
fn a_session_works_over_a_serial_port() {
    let (master, name) = line();
    let stop = Arc::new(AtomicBool::new(false));
    let server = thread::spawn({
        let stop = stop.clone();
        move || serve(master, stop)
    });
    let config = SessionConfig { idle_gap: Duration::from_millis(30), ..config() };
    let mut session = Session::connect(SerialTransport::open(&name, &config).unwrap(), config).unwrap();
    session.expect_design(DEVICE.design_id).unwrap();
    let data: Vec<u8> = (0..=255).collect();
    session.write(0, &data).unwrap();
    assert_eq!(session.run(1).unwrap(), 1010);
    assert_eq!(session.read(Region::Memory, HALF as u32, HALF).unwrap(), data);
    stop.store(true, Ordering::Relaxed);
    server.join().unwrap();
}

#[test]
fn a_port_without_a_device_does_not_answer() {
    let (_master, name) = line();
    let quick = SessionConfig { margin: Duration::from_millis(20), attempts: 3, ..config() };
    let started = Instant::now();
    let error = Session::connect(SerialTransport::open(&name, &quick).unwrap(), quick).unwrap_err();
    assert!(matches!(error, LinkError::NoAnswer { attempts: 3 }), "{error}");
    let waited = started.elapsed();
    assert!((60..2000).contains(&waited.as_millis()), "{waited:?}");
}

#[test]
fn a_port_that_is_not_there_cannot_be_opened() {
    let error = SerialTransport::open("/dev/no-such-port", &config()).unwrap_err();
    assert!(error.to_string().contains("/dev/no-such-port"));
    assert_eq!((error.code(), error.hint().as_str()), ("frazil::link::open", "`frazil doctor`"));
}
