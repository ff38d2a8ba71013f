//! Figures, for people to compare, and a few that must not grow.

pub(crate) mod baseline;
mod callgrind;
pub(crate) mod compile;
mod contenders;
mod http;
mod in_process;
mod lists;
mod machine;
mod memory;
mod programs;
pub(crate) mod records;
mod report;
mod stdio;
mod table;
mod throughput;

pub(crate) use report::run;
