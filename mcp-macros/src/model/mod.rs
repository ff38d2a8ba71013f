//! What was written, and what is right: two types for each macro.

pub(crate) mod access;
pub(crate) mod call;
pub(crate) mod checked;
pub(crate) mod parsed;
pub(crate) mod policy;
pub(crate) mod records;
pub(crate) mod text;
pub(crate) mod unwise;
