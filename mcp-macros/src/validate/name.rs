//! Names that travel.

/// What is wrong with a tool's name, if anything: 1 to 128 of `[A-Za-z0-9_.-]`, as the protocol
/// recommends and clients enforce.
pub(crate) fn tool(name: &str) -> Option<String> {
    let stray = name.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')));
    match (name.len(), stray) {
        (0, _) => Some("is empty".to_owned()),
        (_, Some(' ')) => Some("contains a space".to_owned()),
        (_, Some(c)) if c.is_control() => Some("contains a control character".to_owned()),
        (_, Some(c)) => Some(format!("contains `{c}`")),
        (1..=128, None) => None,
        (length, None) => Some(format!("is {length} characters long")),
    }
}

/// A text as a tool's name, as far as it can be one.
pub(crate) fn as_tool(text: &str) -> Option<String> {
    let keep =
        |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '_' };
    let mut name: String = text.chars().map(keep).collect();
    name.truncate(128);
    name.chars().any(|c| c.is_ascii_alphanumeric()).then_some(name)
}

/// What is wrong with an argument's name, if anything: a JSON property may be any text, but an
/// invisible or endless one is a mistake.
pub(crate) fn argument(name: &str) -> Option<String> {
    match name.chars().count() {
        0 => Some("is empty".to_owned()),
        _ if name.chars().any(char::is_control) => Some("contains a control character".to_owned()),
        1..=128 => None,
        length => Some(format!("is {length} characters long")),
    }
}

/// What is wrong with a header's name, if anything: RFC 9110, section 5.6.2.
pub(crate) fn header(name: &str) -> Option<String> {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    match name.chars().find(|c| !token(*c)) {
        _ if name.is_empty() => Some("is empty".to_owned()),
        Some(' ') => Some("contains a space".to_owned()),
        Some(c) if c.is_control() => Some("contains a control character".to_owned()),
        Some(c) => Some(format!("contains `{c}`")),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tool_names_are_narrow() {
        assert_eq!(tool("billing.get-invoice_2"), None);
        assert_eq!(tool(&"a".repeat(128)), None);
        assert_eq!(tool(""), Some("is empty".to_owned()));
        assert_eq!(tool("get invoice"), Some("contains a space".to_owned()));
        assert_eq!(as_tool("get invoice").as_deref(), Some("get_invoice"));
        assert_eq!(as_tool("größe").as_deref(), Some("gr__e"));
        assert_eq!(as_tool("!"), None);
        assert_eq!(tool("größe"), Some("contains `ö`".to_owned()));
        assert_eq!(tool(&"a".repeat(129)), Some("is 129 characters long".to_owned()));
    }

    #[test]
    fn argument_names_are_wide() {
        assert_eq!(argument("größe in cm"), None);
        assert_eq!(argument(&"ö".repeat(128)), None);
        assert!(argument("").is_some());
        assert!(argument("a\nb").is_some());
        assert!(argument(&"a".repeat(129)).is_some());
    }

    #[test]
    fn header_names_are_tokens() {
        assert_eq!(header("X-Region"), None);
        assert!(header("").is_some());
        assert!(header("X Region").is_some());
        assert!(header("X:").is_some());
        assert!(header("Größe").is_some());
    }
}
