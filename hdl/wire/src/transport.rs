//! The seam between a session and whatever is at the other end of the wire.

use std::io;
use std::time::Duration;

/// A byte stream to a device: a serial port, a simulated device, a recorded conversation.
///
/// A simulated device works inside [`Transport::read`], so a timeout costs it no waiting: it answers `0` as
/// soon as it knows that nothing more will come.
pub trait Transport {
    /// Sends all bytes.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Waits at most `timeout` for bytes and returns how many it put into `buffer`; `0` is a timeout.
    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> io::Result<usize>;
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        (**self).write_all(bytes)
    }

    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> io::Result<usize> {
        (**self).read(buffer, timeout)
    }
}
