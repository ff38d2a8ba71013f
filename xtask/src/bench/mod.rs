//! Figures, for people to compare, and a few that must not grow.

pub(crate) mod baseline;
mod callgrind;
pub(crate) mod compile;
mod contenders;
mod goals;
mod http;
mod in_process;
mod lists;
mod machine;
mod memory;
mod part;
mod pinned;
mod programs;
mod records;
mod report;
mod rounds;
mod scale;
mod stdio;
mod table;
mod throughput;
mod versions;

pub(crate) use report::run;
