//! Figures, for people to compare.

pub(crate) mod compile;
pub(crate) mod records;
