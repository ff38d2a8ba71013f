//! The program: a hundred tools that take two arguments and answer a text, served on stdio.
//!
//! Every version has the same names, descriptions and argument descriptions, and answers the same.
//! Where a crate takes a struct for the arguments, each tool has its own, as in programs where no
//! two tools take the same. What a version is written in stands in `tests/bench/compile/`, with one
//! tool in the place of all.

use std::path::Path;

use anyhow::Result;

use crate::workspace;

/// How many tools a program has.
pub(super) const TOOLS: usize = 100;

/// One way to write it.
pub(super) struct Program {
    pub(super) title: &'static str,
    /// The package, and its directory.
    pub(super) name: &'static str,
    /// The file with its source.
    file: &'static str,
    /// In its manifest, beside tokio.
    dependencies: &'static [&'static str],
}

const SERDE: &str = r#"serde = { version = "1", features = ["derive"] }"#;
const SCHEMARS: &str = r#"schemars = "1""#;

pub(super) const PROGRAMS: &[Program] = &[
    Program {
        title: "mcp-runtime",
        name: "bench-ours",
        file: "ours.rs",
        dependencies: &["mcp-runtime = { path = RUNTIME }"],
    },
    Program {
        title: "rmcp's macros",
        name: "bench-rmcp-macros",
        file: "rmcp_macros.rs",
        dependencies: &[
            r#"rmcp = { version = "=3.9.0", features = ["transport-io"] }"#,
            SCHEMARS,
            SERDE,
        ],
    },
    Program {
        title: "rmcp by hand",
        name: "bench-rmcp-by-hand",
        file: "rmcp_by_hand.rs",
        dependencies: &[
            r#"rmcp = { version = "=3.9.0", default-features = false, features = ["server", "transport-io"] }"#,
            SCHEMARS,
            SERDE,
            r#"serde_json = "1""#,
        ],
    },
    Program {
        title: "tower-mcp's macros",
        name: "bench-tower-mcp",
        file: "tower_mcp.rs",
        dependencies: &[
            r#"tower-mcp = { version = "=0.25.0", features = ["macros"] }"#,
            SCHEMARS,
            SERDE,
        ],
    },
    Program {
        title: "mcp-runtime, no default features",
        name: "bench-ours-stdio",
        file: "ours_stdio.rs",
        dependencies: &["mcp-runtime = { path = RUNTIME, default-features = false }"],
    },
    Program {
        title: "no tools, no server",
        name: "bench-empty",
        file: "empty.rs",
        dependencies: &[],
    },
];

impl Program {
    pub(super) fn manifest(&self, runtime: &Path) -> String {
        let runtime = format!("{:?}", runtime.display().to_string());
        let dependencies = self.dependencies.join("\n").replace("RUNTIME", &runtime);
        let name = self.name;
        format!(
            r#"[package]
name = "{name}"
edition = "2024"

# A workspace of its own.
[workspace]

[dependencies]
tokio = {{ version = "1", features = ["macros", "rt-multi-thread"] }}
{dependencies}
"#
        )
    }

    /// Its source, with `literal` in one of the tools.
    pub(super) fn source(&self, templates: &Path, literal: usize) -> Result<String> {
        let template = workspace::read(&templates.join(self.file))?;
        Ok(repeated(&template, literal))
    }
}

/// Repeats what stands for each tool, with the tool's number in it.
fn repeated(template: &str, literal: usize) -> String {
    let mut text = String::new();
    let mut lines = template.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "// For each tool:" {
            text.push_str(line);
            text.push('\n');
            continue;
        }
        let one: Vec<&str> =
            lines.by_ref().take_while(|line| line.trim() != "// Until here.").collect();
        let one = one.join("\n") + "\n";
        for index in 0..TOOLS {
            let literal = if index == TOOLS / 2 { TOOLS + literal } else { index };
            let numbered = one.replace("INDEX", &index.to_string());
            text.push_str(&numbered.replace("LITERAL", &literal.to_string()));
        }
    }
    text
}
