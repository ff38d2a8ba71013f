//! Figures, for people to compare.

pub(crate) mod records;
