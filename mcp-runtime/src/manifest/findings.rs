//! What a reviewer should look at first, computed from the manifest alone.

use super::model::{AccessPart, EffectPart, KeyPart, Manifest, ToolPart};
use super::visible::hides;

/// Something that may be right, and should be so on purpose.
pub(super) struct Finding {
    /// Whether it lets someone do what they shouldn't; otherwise it is about load or hygiene.
    pub(super) grave: bool,
    pub(super) title: &'static str,
    pub(super) why: &'static str,
    pub(super) tools: Vec<String>,
    pub(super) scopes: Vec<String>,
}

struct Rule {
    grave: bool,
    title: &'static str,
    why: &'static str,
    applies: fn(&ToolPart) -> bool,
}

/// The gravest first.
const RULES: &[Rule] = &[
    Rule {
        grave: true,
        title: "Hidden characters",
        why: "The name, the title, the description or the schema holds characters that people \
              don't see and models read. They are shown here as ⟨U+…⟩.",
        applies: hides_something,
    },
    Rule {
        grave: true,
        title: "Access not stated",
        why: "These tools state neither a scope nor that they are public. While nobody is \
              authenticated, everyone may call them; with authentication on, the server refuses to \
              start.",
        applies: |tool| tool.access == AccessPart::Unstated,
    },
    Rule {
        grave: true,
        title: "Public and not just reading",
        why: "Everyone who reaches the server may change something with these.",
        applies: |tool| tool.access == AccessPart::Public && writes(tool),
    },
    Rule {
        grave: true,
        title: "Destructive without confirmation",
        why: "A model can destroy something with these, and no person is asked.",
        applies: |tool| tool.effect == EffectPart::Destructive && !tool.confirmation,
    },
    Rule {
        grave: true,
        title: "Changes behind scopes that only read",
        why: "Who is granted `read` does not expect to be able to change something.",
        applies: |tool| {
            let required = tool.access.required();
            writes(tool)
                && !required.is_empty()
                && required.iter().all(|one| one.scope.starts_with("read:"))
        },
    },
    Rule {
        grave: true,
        title: "Open arguments",
        why: "These accept arguments that their schema doesn't name.",
        applies: |tool| {
            let closes = |keyword| tool.input_schema.get(keyword).is_some_and(|is| is == false);
            !closes("additionalProperties") && !closes("unevaluatedProperties")
        },
    },
    Rule {
        grave: false,
        title: "Changes without a rate limit",
        why: "How often a caller may change something with these is up to the caller.",
        applies: |tool| writes(tool) && tool.policies.rate_limits.is_empty(),
    },
    Rule {
        grave: false,
        title: "Public without a rate limit",
        why: "Everyone may call these as often as the server bears.",
        applies: |tool| {
            tool.access == AccessPart::Public
                && !writes(tool)
                && tool.policies.rate_limits.is_empty()
        },
    },
    Rule {
        grave: false,
        title: "Changes that are not safe to repeat",
        why: "When an answer is lost, nobody knows whether to call again.",
        applies: |tool| writes(tool) && !tool.idempotent,
    },
    Rule {
        grave: false,
        title: "Keys that clients may leave out",
        why: "These are safe to repeat with a key. They make none themselves and demand none: \
              without one, each call runs.",
        applies: |tool| {
            let keys = tool.policies.idempotency.as_ref();
            keys.is_some_and(|keys| keys.key == KeyPart::Client && !keys.required)
        },
    },
    Rule {
        grave: false,
        title: "No bulkhead",
        why: "Neither these tools nor what they depend on limit how many of their calls run at a \
              time, so that a slow one can fill the server's own limit.",
        applies: |tool| {
            let of = &tool.policies;
            of.concurrency.is_none() && of.dependencies.iter().all(|one| one.concurrency.is_none())
        },
    },
    Rule {
        grave: false,
        title: "Answers from outside",
        why: "These reach beyond the server's own domain: what they return may have been written \
              by others, for the model to read.",
        applies: |tool| tool.open_world,
    },
];

/// Everything that is worth a look, the gravest first.
pub(super) fn findings(manifest: &Manifest) -> Vec<Finding> {
    let of_tools = RULES.iter().map(|rule| Finding {
        grave: rule.grave,
        title: rule.title,
        why: rule.why,
        tools: manifest
            .tools
            .iter()
            .filter(|tool| (rule.applies)(tool))
            .map(|tool| tool.name.clone())
            .collect(),
        scopes: Vec::new(),
    });
    let idle = manifest.scopes.iter().filter(|scope| scope.tools.is_empty());
    let unused = Finding {
        grave: false,
        title: "Scopes that open nothing",
        why: "The catalogue has them, and no tool asks for them.",
        tools: Vec::new(),
        scopes: idle.map(|scope| scope.scope.clone()).collect(),
    };
    of_tools
        .chain([unused])
        .filter(|found| !found.tools.is_empty() || !found.scopes.is_empty())
        .collect()
}

fn writes(tool: &ToolPart) -> bool {
    tool.effect != EffectPart::Read
}

fn hides_something(tool: &ToolPart) -> bool {
    let schemas = [Some(&tool.input_schema), tool.output_schema.as_ref()];
    let keys_and_texts = |schema: &serde_json::Map<String, serde_json::Value>| {
        schema.iter().any(|(key, value)| hides(key) || holds_hidden(value))
    };
    hides(&tool.name)
        || hides(&tool.description)
        || tool.title.as_deref().is_some_and(hides)
        || schemas.into_iter().flatten().any(keys_and_texts)
}

fn holds_hidden(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => hides(text),
        serde_json::Value::Array(items) => items.iter().any(holds_hidden),
        serde_json::Value::Object(members) => {
            members.iter().any(|(key, value)| hides(key) || holds_hidden(value))
        }
        _ => false,
    }
}
