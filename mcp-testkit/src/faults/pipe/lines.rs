//! Lines, as they arrive.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader, ReadHalf};

/// The longest line that is kept together, in bytes: above what servers take by default. What is
/// longer goes on in parts of this size, and no part of it is a message.
const LONGEST: usize = 8 << 20;

pub(super) struct Lines<R> {
    input: BufReader<ReadHalf<R>>,
    /// The line being read; kept here so that an interrupted read loses nothing.
    line: Vec<u8>,
}

impl<R: AsyncRead> Lines<R> {
    pub(super) fn new(input: ReadHalf<R>) -> Self {
        Self { input: BufReader::new(input), line: Vec::new() }
    }

    /// The next line with its end, which the last may lack; `None` when there is no more. Loses
    /// nothing when it is dropped while it waits.
    pub(super) async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let read = self.input.fill_buf().await?;
            let over = read.is_empty();
            let end = read.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(read.len(), |end| end + 1);
            self.line.extend_from_slice(&read[..used]);
            self.input.consume(used);
            if end.is_some() || over || self.line.len() >= LONGEST {
                let line = std::mem::take(&mut self.line);
                return Ok((!line.is_empty()).then_some(line));
            }
        }
    }
}
