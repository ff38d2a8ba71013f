//! One tool, field by field.

use serde_json::{Map, Value, json};

use super::changes::At;
use super::rules::{self, Turn};
use super::schema::{self, Side};
use super::{access, policies, records};
use crate::manifest::model::{AccessPart, EffectPart, ToolPart};

pub(super) fn added(tool: &ToolPart, at: &mut At<'_>) {
    at.tell(&rules::TOOL, Turn::Added, &Value::Null, &summary(tool));
    if tool.listed {
        opened(tool, at);
    }
}

pub(super) fn removed(tool: &ToolPart, at: &mut At<'_>) {
    at.tell(&rules::TOOL, Turn::Removed, &summary(tool), &Value::Null);
}

/// What a reviewer has to see of a tool that clients can reach for the first time.
fn opened(tool: &ToolPart, at: &mut At<'_>) {
    if tool.access == AccessPart::Public {
        at.tell(&rules::TOOL_PUBLIC, Turn::Added, &Value::Null, &summary(tool));
    }
    if tool.effect == EffectPart::Destructive && !tool.confirmation {
        at.tell(&rules::TOOL_UNCONFIRMED, Turn::Added, &Value::Null, &summary(tool));
    }
}

/// What a tool does and whom it asks for what, in a few words.
fn summary(tool: &ToolPart) -> Value {
    json!({ "effect": tool.effect, "access": access::summary(&tool.access) })
}

pub(super) fn compare(old: &ToolPart, new: &ToolPart, at: &mut At<'_>) {
    let ToolPart {
        // The two have the same.
        name: _,
        title,
        description,
        version,
        listed,
        effect,
        idempotent,
        open_world,
        confirmation,
        access,
        policies,
        secrets,
        checks,
        input_schema,
        output_schema,
    } = old;
    at.changed(&rules::TITLE, title, &new.title);
    at.changed(&rules::DESCRIPTION, description, &new.description);
    at.changed(&rules::VERSION, version, &new.version);
    at.flag(&rules::LISTED, *listed, new.listed);
    if new.listed && !listed {
        opened(new, at);
    }
    at.amount(&rules::EFFECT, *effect, new.effect);
    at.flag(&rules::IDEMPOTENT, *idempotent, new.idempotent);
    at.flag(&rules::OPEN_WORLD, *open_world, new.open_world);
    at.flag(&rules::CONFIRMATION, *confirmation, new.confirmation);
    access::compare(access, &new.access, at);
    policies::compare(policies, &new.policies, &mut at.within("policies"));
    records::idempotency(old, new, &mut at.within("policies"));
    at.members(&rules::SECRETS, secrets, &new.secrets);
    at.members(&rules::CHECKS, &sorted(checks), &sorted(&new.checks));
    input(input_schema, &new.input_schema, at);
    output(output_schema.as_ref(), new.output_schema.as_ref(), at);
}

/// Which arguments a check looks at matters, and not in which order.
fn sorted(checks: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut checks = checks.to_vec();
    for arguments in &mut checks {
        arguments.sort_unstable();
    }
    checks
}

fn input(old: &Map<String, Value>, new: &Map<String, Value>, at: &mut At<'_>) {
    let found = schema::compare(Side::Input, old, new);
    if found.is_empty() && old != new {
        at.tell(&rules::INPUT, Turn::Changed, &Value::Null, &Value::Null);
    }
    for one in found {
        at.push(&one.path, one.class, one.from, one.to, one.why);
    }
}

fn output(old: Option<&Map<String, Value>>, new: Option<&Map<String, Value>>, at: &mut At<'_>) {
    let Some((old, new)) = at.both(&rules::OUTPUT, old, new) else { return };
    let found = schema::compare(Side::Output, old, new);
    if found.is_empty() && old != new {
        at.tell(&rules::OUTPUT, Turn::Changed, &Value::Null, &Value::Null);
    }
    for one in found {
        at.push(&one.path, one.class, one.from, one.to, one.why);
    }
}
