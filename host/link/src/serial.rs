//! A serial port as a transport.

use std::io;
use std::time::Duration;

use frazil_wire::Transport;
use serialport::{ClearBuffer, DataBits, FlowControl, Parity, SerialPort, StopBits};

use crate::error::LinkError;
use crate::session::SessionConfig;

/// The shortest timeout that all drivers take for one.
const SHORTEST: Duration = Duration::from_millis(1);
/// Waiting for an adapter that does not take bytes, beyond their time on the wire.
const WRITE_MARGIN: Duration = Duration::from_secs(1);

/// A serial port: 8 data bits, no parity, 1 stop bit, no flow control, held exclusively.
#[derive(Debug)]
pub struct SerialTransport {
    port: Box<dyn SerialPort>,
    config: SessionConfig,
}

impl SerialTransport {
    /// Opens a port (`/dev/ttyUSB1`, `COM4`) at `config.baud` and drops what its buffers hold.
    pub fn open(port: &str, config: &SessionConfig) -> Result<Self, LinkError> {
        let fail = |source| LinkError::Open { port: port.into(), source };
        let opened = open_port(port, config.baud).map_err(fail)?;
        opened.clear(ClearBuffer::All).map_err(fail)?;
        Ok(Self { port: opened, config: config.clone() })
    }
}

/// Opens a port with the settings of our links.
pub(crate) fn open_port(port: &str, baud: u32) -> serialport::Result<Box<dyn SerialPort>> {
    serialport::new(port, baud)
        .data_bits(DataBits::Eight)
        .parity(Parity::None)
        .stop_bits(StopBits::One)
        .flow_control(FlowControl::None)
        .timeout(SHORTEST)
        .open()
}

impl Transport for SerialTransport {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.port.set_timeout(self.config.wire_time(bytes.len() as u64) + WRITE_MARGIN)?;
        io::Write::write_all(&mut self.port, bytes)
    }

    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> io::Result<usize> {
        self.port.set_timeout(timeout.max(SHORTEST))?;
        match io::Read::read(&mut self.port, buffer) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()), // the port is gone: waiting is no use
            Err(e) if matches!(e.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => Ok(0),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Ok(0),
            other => other,
        }
    }
}
