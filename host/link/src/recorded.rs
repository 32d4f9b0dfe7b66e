//! Conversations kept and repeated: a device without the device.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::str::FromStr;
use std::time::Duration;

use frazil_wire::Transport;

use crate::error::LinkError;

/// Who spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The host, to the device.
    ToDevice,
    /// The device, to the host.
    ToHost,
}

/// What was said, in order. Its text form has a line for each event: `>` (to the device) or `<` (to the host), a
/// space, and the bytes in hexadecimal digits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversation {
    /// The events.
    pub events: Vec<(Direction, Vec<u8>)>,
}

impl fmt::Display for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (direction, bytes) in &self.events {
            f.write_str(if *direction == Direction::ToDevice { "> " } else { "< " })?;
            bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
            f.write_str("\n")?;
        }
        Ok(())
    }
}

impl FromStr for Conversation {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        let parse = |(i, line)| parse_event(line).ok_or(LinkError::BadRecording { line: i + 1 });
        Ok(Self { events: text.lines().enumerate().map(parse).collect::<Result<_, _>>()? })
    }
}

fn parse_event(line: &str) -> Option<(Direction, Vec<u8>)> {
    let (direction, digits) = match line.split_once(' ')? {
        (">", digits) => (Direction::ToDevice, digits),
        ("<", digits) => (Direction::ToHost, digits),
        _ => return None,
    };
    let digits: Vec<u8> = digits.chars().map(|c| Some(c.to_digit(16)? as u8)).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    pairs.remainder().is_empty().then(|| (direction, pairs.map(|p| p[0] << 4 | p[1]).collect()))
}

/// Keeps what goes over another transport.
#[derive(Debug)]
pub struct Recorder<T> {
    inner: T,
    conversation: Conversation,
}

impl<T: Transport> Recorder<T> {
    /// Wraps a transport.
    pub fn new(inner: T) -> Self {
        Self { inner, conversation: Conversation::default() }
    }

    /// What was said so far.
    pub fn conversation(&self) -> &Conversation {
        &self.conversation
    }
}

impl<T: Transport> Transport for Recorder<T> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.conversation.events.push((Direction::ToDevice, bytes.to_vec()));
        self.inner.write_all(bytes)
    }

    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> io::Result<usize> {
        let n = self.inner.read(buffer, timeout)?;
        if n > 0 {
            self.conversation.events.push((Direction::ToHost, buffer[..n].to_vec()));
        }
        Ok(n)
    }
}

/// Plays the device's part of a recorded conversation, as long as the host says what it said then.
#[derive(Debug)]
pub struct Replay {
    events: VecDeque<(Direction, Vec<u8>)>,
    done: usize,
}

impl Replay {
    /// A device that will say what it said in `conversation`.
    pub fn new(conversation: Conversation) -> Self {
        Self { events: conversation.events.into(), done: 0 }
    }

    /// Whether all has been said.
    pub fn is_finished(&self) -> bool {
        self.events.is_empty()
    }
}

impl Transport for Replay {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.events.pop_front() {
            Some((Direction::ToDevice, then)) if then == bytes => {
                self.done += 1;
                Ok(())
            }
            _ => {
                let what = format!("the recorded conversation ends or differs at event {}", self.done + 1);
                Err(io::Error::new(io::ErrorKind::InvalidData, what))
            }
        }
    }

    fn read(&mut self, buffer: &mut [u8], _timeout: Duration) -> io::Result<usize> {
        let Some((Direction::ToHost, bytes)) = self.events.front_mut() else { return Ok(0) };
        let n = buffer.len().min(bytes.len());
        buffer.iter_mut().zip(bytes.drain(..n)).for_each(|(to, from)| *to = from);
        if bytes.is_empty() {
            self.events.pop_front();
            self.done += 1;
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_conversation_are_the_same() {
        let events = vec![(Direction::ToDevice, vec![0x5A, 0, 255]), (Direction::ToHost, vec![0xA5])];
        let conversation = Conversation { events };
        assert_eq!(conversation.to_string(), "> 5a00ff\n< a5\n");
        assert_eq!(conversation.to_string().parse::<Conversation>().unwrap(), conversation);
    }

    #[test]
    fn a_broken_recording_is_refused_by_line() {
        for text in ["> 5a\n= 00", "> 5a\n> 5", "> 5a\n>", "> 5a\n< 0g", "> 5a\n"] {
            match text.parse::<Conversation>() {
                Err(LinkError::BadRecording { line: 2 }) => {}
                Ok(c) if text.ends_with("5a\n") => assert_eq!(c.events.len(), 1),
                other => panic!("{text:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn another_course_is_an_error() {
        let mut replay = Replay::new("> 0102\n< 03\n".parse().unwrap());
        let mut buffer = [0; 4];
        assert_eq!(replay.read(&mut buffer, Duration::ZERO).unwrap(), 0, "the host has not spoken yet");
        replay.write_all(&[1, 2]).unwrap();
        assert_eq!(replay.read(&mut buffer, Duration::ZERO).unwrap(), 1);
        assert!(replay.is_finished());
        assert!(replay.write_all(&[1, 2]).unwrap_err().to_string().contains("event 3"));
    }
}
