//! What goes wrong with a whole server.

use std::error::Error as StdError;
use std::fmt;

use super::chain;

/// Why a server does not start, or stopped serving.
///
/// `main` may return it: its `Debug` form is the readable message, not a dump.
pub struct Error(Box<Kind>);

enum Kind {
    /// Everything that is wrong with the server as it was put together.
    Contract(Vec<String>),
    Settings(String),
    Start(Box<dyn StdError + Send + Sync>),
    Serve(Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// Something that `main` needs before the server failed, such as opening a database.
    ///
    /// ```
    /// # fn open() -> Result<(), std::io::Error> { Ok(()) }
    /// open().map_err(mcp_runtime::Error::start)?;
    /// # Ok::<(), mcp_runtime::Error>(())
    /// ```
    pub fn start(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Box::new(Kind::Start(error.into())))
    }

    pub(crate) fn contract(problems: Vec<String>) -> Self {
        Self(Box::new(Kind::Contract(problems)))
    }

    pub(crate) fn settings(message: impl Into<String>) -> Self {
        Self(Box::new(Kind::Settings(message.into())))
    }

    pub(crate) fn serve(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Box::new(Kind::Serve(error.into())))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Contract(problems) => match problems.as_slice() {
                [only] => write!(f, "the server cannot start: {only}"),
                all => {
                    write!(f, "the server cannot start:")?;
                    all.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
                }
            },
            Kind::Settings(message) => f.write_str(message),
            Kind::Start(error) => write!(f, "the server cannot start: {}", chain(&**error)),
            Kind::Serve(error) => write!(f, "the server stopped: {}", chain(&**error)),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for Error {}
