//! A disk that loses its power in the middle of a line, in a test.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::file::Disk;

/// Whether the power is lost at the next line: the same for all clones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tear(Arc<AtomicBool>);

impl Tear {
    /// The next line is written by half, and nothing after it.
    pub(crate) fn arm(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// A disk that this tears.
    pub(super) fn over(self, disk: Box<dyn Disk>) -> Box<dyn Disk> {
        Box::new(Tearing { disk, tear: self })
    }
}

struct Tearing {
    disk: Box<dyn Disk>,
    tear: Tear,
}

impl Tearing {
    fn has_power(&self) -> io::Result<()> {
        if self.tear.0.load(Ordering::SeqCst) {
            return Err(io::Error::other("a fault of the test: the disk lost its power"));
        }
        Ok(())
    }
}

impl Disk for Tearing {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(lost) = self.has_power() {
            // Once: what comes after it finds no disk.
            self.disk.append(&bytes[..bytes.len() / 2])?;
            self.disk.sync()?;
            return Err(lost);
        }
        self.disk.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.has_power()?;
        self.disk.sync()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.has_power()?;
        self.disk.cut(length)
    }
}
