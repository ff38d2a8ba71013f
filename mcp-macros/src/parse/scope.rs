//! Scopes: `verb:resource`, then `.where(field = argument, …)`.

use super::texts::Wrong;
use crate::model::access::{Field, Scope};

/// As long as a tool's name can be.
const LONGEST: usize = 128;
/// As many as a grant can constrain.
const MOST_FIELDS: usize = 16;
const WHERE: &str = ".where(";

/// The scope that `text` stands for.
pub(super) fn parse(text: &str) -> Result<Scope, Wrong> {
    let (token, fields) = match text.split_once(WHERE) {
        None => (text, Vec::new()),
        Some((token, rest)) => (token, fields(token, rest)?),
    };
    check_token(token)?;
    Ok(Scope { token: token.to_owned(), fields })
}

/// The token of an entry of the catalogue, or of one that it implies.
pub(super) fn parse_token(text: &str) -> Result<(), Wrong> {
    match text.split_once(WHERE) {
        Some((token, _)) => Err(Wrong::new(
            "a catalogue lists scopes without their constraints",
            format!("write \"{token}\""),
        )),
        None => check_token(text),
    }
}

fn check_token(token: &str) -> Result<(), Wrong> {
    let Some((verb, resource)) = token.split_once(':') else {
        return Err(Wrong::new("it has no verb", format!("write \"{}\"", with_verb(token))));
    };
    if verb.is_empty() {
        return Err(Wrong::new("it has no verb", format!("write \"{}\"", with_verb(resource))));
    }
    if resource.is_empty() {
        let help = format!("say what it is about: write \"{verb}:invoices\"");
        return Err(Wrong::new("it has no resource", help));
    }
    if let Some(stray) = stray(verb, "_-") {
        let help = "a verb is made of letters, digits, `_` and `-`, as in \"read:invoices\"";
        return Err(Wrong::new(format!("its verb contains {stray}"), help));
    }
    if !verb.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(Wrong::new("its verb must start with a letter", "write \"read:invoices\""));
    }
    if let Some(stray) = stray(resource, "_-./:") {
        return Err(wrong_resource(verb, resource, &stray));
    }
    if let Some(token) = token.strip_suffix(".where") {
        return Err(no_fields(token));
    }
    if token.len() > LONGEST {
        let reason = format!("it is {} characters long, of at most {LONGEST}", token.len());
        return Err(Wrong::new(reason, "write something like \"read:invoices\""));
    }
    Ok(())
}

/// The first character that is neither a letter, a digit nor one of `others`, in backticks.
fn stray(word: &str, others: &str) -> Option<String> {
    let stray = word.chars().find(|c| !c.is_ascii_alphanumeric() && !others.contains(*c))?;
    Some(if stray.is_whitespace() { "a space".to_owned() } else { format!("`{stray}`") })
}

fn wrong_resource(verb: &str, resource: &str, stray: &str) -> Wrong {
    let reason = format!("its resource contains {stray}");
    let Some((name, rest)) = resource.split_once('(') else {
        let help = "a resource is made of letters, digits, `_`, `-`, `.`, `/` and `:`, as in \
                    \"read:invoices\"";
        return Wrong::new(reason, help);
    };
    // `read:invoices(customer_id)`, or a word that should have been `where`.
    let name = name.rsplit_once('.').map_or(name, |(name, _)| name).trim_end();
    let inner = rest.split(')').next().unwrap_or_default();
    Wrong::new(
        reason,
        format!("constraints follow `.where`: write \"{verb}:{name}.where({inner})\""),
    )
}

/// A text without a verb, with one.
fn with_verb(text: &str) -> String {
    let is_resource = |text: &str| !text.is_empty() && stray(text, "_-./:").is_none();
    match text {
        "read" | "write" | "create" | "update" | "delete" | "admin" => format!("{text}:invoices"),
        text if is_resource(text) => format!("read:{text}"),
        _ => "read:invoices".to_owned(),
    }
}

fn no_fields(token: &str) -> Wrong {
    Wrong::new(
        "`.where(…)` names no field",
        format!("write \"{token}.where(customer_id = customer_id)\", or \"{token}\""),
    )
}

fn fields(token: &str, rest: &str) -> Result<Vec<Field>, Wrong> {
    let Some((inner, after)) = rest.split_once(')') else {
        let help = format!("write \"{token}{WHERE}{})\"", rest.trim_end());
        return Err(Wrong::new("`.where(` is not closed", help));
    };
    if !after.is_empty() {
        let reason = format!("nothing is meant by `{}` after `.where(…)`", after.trim());
        return Err(Wrong::new(reason, format!("write \"{token}{WHERE}{inner})\"")));
    }
    if inner.trim().is_empty() {
        return Err(no_fields(token));
    }
    let mut fields: Vec<Field> = Vec::new();
    for part in inner.split(',') {
        let one = field(part.trim())?;
        if fields.iter().any(|other| other.name == one.name) {
            return Err(Wrong::new(
                format!("the field `{}` is given twice", one.name),
                "each field is compared with one argument",
            ));
        }
        fields.push(one);
    }
    if fields.len() > MOST_FIELDS {
        let reason = format!("it constrains {} fields, of at most {MOST_FIELDS}", fields.len());
        return Err(Wrong::new(reason, "name those that decide whose rows they are"));
    }
    Ok(fields)
}

/// `field = argument`, or `field` alone.
fn field(text: &str) -> Result<Field, Wrong> {
    const HELP: &str = "write `field = argument`, such as `customer_id = customer_id`";
    let (name, argument) = match text.split_once('=') {
        None => (text, None),
        Some((name, argument)) => (name.trim_end(), Some(argument.trim_start())),
    };
    if text.is_empty() {
        return Err(Wrong::new("a constraint is missing beside a comma", HELP));
    }
    for (article, what, word) in [("a", "field", Some(name)), ("an", "argument", argument)] {
        let Some(word) = word else { continue };
        if word.is_empty() {
            return Err(Wrong::new(format!("a constraint has no {what}: `{text}`"), HELP));
        }
        if !is_name(word) {
            let help = if word.starts_with(|c: char| c.is_ascii_digit() || "\"'-".contains(c)) {
                "a field is compared with a parameter of the function, by its name: \
                 `customer_id = customer_id`"
            } else {
                HELP
            };
            return Err(Wrong::new(format!("`{word}` is not the name of {article} {what}"), help));
        }
    }
    Ok(Field { name: name.to_owned(), argument: argument.map(str::to_owned) })
}

/// Whether a word could be an identifier.
fn is_name(word: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    word.chars().all(inside) && !word.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(text: &str) -> String {
        parse(text).err().map(|wrong| wrong.help).unwrap_or_default()
    }

    fn reason(text: &str) -> String {
        parse(text).err().and_then(|wrong| wrong.reason).unwrap_or_default()
    }

    fn field(name: &str, argument: Option<&str>) -> Field {
        Field { name: name.to_owned(), argument: argument.map(str::to_owned) }
    }

    #[test]
    fn verbs_and_resources_are_scopes() {
        for text in ["read:invoices", "w2_x-y:a", "admin:a.b/c:d-e_f", "read:where"] {
            assert_eq!(parse(text), Ok(Scope { token: text.to_owned(), fields: Vec::new() }));
        }
    }

    #[test]
    fn fields_may_be_bound_or_left_open() {
        let scope = parse("read:invoices.where( customer_id=owner ,region = r#, year )");
        assert!(scope.is_err(), "`r#` is no name");
        let scope = parse("read:invoices.where( customer_id=owner ,region = region, year )");
        let fields = vec![
            field("customer_id", Some("owner")),
            field("region", Some("region")),
            field("year", None),
        ];
        assert_eq!(scope, Ok(Scope { token: "read:invoices".to_owned(), fields }));
    }

    #[test]
    fn what_was_meant_is_suggested() {
        assert_eq!(help("invoices"), "write \"read:invoices\"");
        assert_eq!(help("delete"), "write \"delete:invoices\"");
        assert_eq!(help(":bills"), "write \"read:bills\"");
        assert_eq!(help("read:"), "say what it is about: write \"read:invoices\"");
        assert_eq!(
            help("read:invoices(customer_id = id)"),
            "constraints follow `.where`: write \"read:invoices.where(customer_id = id)\""
        );
        assert_eq!(
            help("read:invoices.were(id)"),
            "constraints follow `.where`: write \"read:invoices.where(id)\""
        );
        assert_eq!(help("read:a.where(id = id"), "write \"read:a.where(id = id)\"");
        assert_eq!(help("read:a.where(id)!"), "write \"read:a.where(id)\"");
        assert_eq!(
            help("read:a.where()"),
            "write \"read:a.where(customer_id = customer_id)\", or \"read:a\""
        );
        assert_eq!(help("read:a.where"), help("read:a.where()"));
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        for (text, expected) in [
            ("", "it has no verb"),
            ("1read:a", "its verb must start with a letter"),
            ("re.ad:a", "its verb contains `.`"),
            ("read:a b", "its resource contains a space"),
            ("read:größe", "its resource contains `ö`"),
            ("read:\"a\"", "its resource contains `\"`"),
            ("read:a\\b", "its resource contains `\\`"),
            ("read:a.where(id", "`.where(` is not closed"),
            ("read:a.where(id).where(b)", "nothing is meant by `.where(b)` after `.where(…)`"),
            ("read:a.where( )", "`.where(…)` names no field"),
            ("read:a.where(id,)", "a constraint is missing beside a comma"),
            ("read:a.where(id, id = b)", "the field `id` is given twice"),
            ("read:a.where(id =)", "a constraint has no argument: `id =`"),
            ("read:a.where(= id)", "a constraint has no field: `= id`"),
            ("read:a.where(id == b)", "`= b` is not the name of an argument"),
            ("read:a.where(id = 17)", "`17` is not the name of an argument"),
            ("read:a.where(a.b = c)", "`a.b` is not the name of a field"),
        ] {
            assert_eq!(reason(text), expected, "{text}");
        }
        let long = format!("read:{}", "a".repeat(124));
        assert_eq!(reason(&long), "it is 129 characters long, of at most 128");
        let fields: Vec<String> = (0..17).map(|n| format!("f{n}")).collect();
        let many = format!("read:a.where({})", fields.join(","));
        assert_eq!(reason(&many), "it constrains 17 fields, of at most 16");
    }

    #[test]
    fn entries_of_a_catalogue_have_no_constraints() {
        assert_eq!(parse_token("read:invoices"), Ok(()));
        let wrong = parse_token("read:invoices.where(id)").err().map(|wrong| wrong.help);
        assert_eq!(wrong.as_deref(), Some("write \"read:invoices\""));
    }
}
