//! Where figures were taken.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::process;
use crate::workspace::read;

/// One line each: processor, memory, system, and what compiled and counted.
pub(super) fn lines() -> Vec<String> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_else(|| "unknown".to_owned());
    vec![
        format!("{processors} processors: {model}"),
        format!("memory: {memory}"),
        format!("system: {}", said("uname", &["-sr"])),
        format!("C library: {}", said("ldd", &["--version"])),
        said("rustc", &["--version"]),
        said("valgrind", &["--version"]),
    ]
}

/// The value of a line `name : value`.
fn field(file: &str, name: &str) -> Option<String> {
    let text = read(Path::new(file)).ok()?;
    let value = |line: &str| {
        let (found, value) = line.split_once(':')?;
        (found.trim() == name).then(|| value.trim().to_owned())
    };
    text.lines().find_map(value)
}

/// The first line that a program prints.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = process::output(Command::new(program).args(arguments), Duration::from_secs(20));
    let said = output.ok().and_then(|output| output.stdout.lines().next().map(str::to_owned));
    said.unwrap_or_else(|| format!("{program} doesn't say"))
}
