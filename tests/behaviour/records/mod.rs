//! What is on record, on real parts: processes, files, faults of the disk, SIGKILL.

mod crash;
mod disk;
mod duplicates;
mod mission;
mod server;
