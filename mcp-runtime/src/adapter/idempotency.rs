//! The header `Idempotency-Key`, by draft-ietf-httpapi-idempotency-key-header: a string of RFC 9651,
//! in quotes. Many clients send the bare value, which is taken too.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The key, or what is wrong with it.
pub(super) fn key(headers: &HeaderMap) -> Option<Result<Cow<'_, str>, &'static str>> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return Some(Err("is sent in two headers `Idempotency-Key`"));
    }
    let wrong = "in the header `Idempotency-Key` is neither a quoted string nor a bare value of \
                 visible ASCII without quotes, commas, semicolons and backslashes";
    let parsed = value.to_str().ok().map(str::trim).and_then(|text| match text.strip_prefix('"') {
        Some(rest) => quoted(rest),
        None => bare(text),
    });
    Some(parsed.ok_or(wrong))
}

/// What stands behind the opening quote, up to the closing one, which ends the value.
fn quoted(text: &str) -> Option<Cow<'_, str>> {
    let mut key = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(Cow::Owned(key)),
            '\\' => key.push(characters.next().filter(|next| matches!(next, '"' | '\\'))?),
            character @ ' '..='~' => key.push(character),
            _ => return None,
        }
    }
}

/// A comma would be that of two headers in one, a semicolon the begin of a parameter.
fn bare(text: &str) -> Option<Cow<'_, str>> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\');
    text.bytes().all(plain).then_some(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_key_is_a_quoted_string_or_a_bare_value() {
        let of = |text: &'static str| {
            let headers = HeaderMap::from_iter([(IDEMPOTENCY_KEY, HeaderValue::from_static(text))]);
            key(&headers).unwrap().ok().map(Cow::into_owned)
        };
        for (header, expected) in [
            ("\"8e03978e-40d5\"", Some("8e03978e-40d5")),
            ("8e03978e-40d5", Some("8e03978e-40d5")),
            ("  \"a b\"  ", Some("a b")),
            (r#""a\"b\\c""#, Some(r#"a"b\c"#)),
            ("\"\"", Some("")),
            ("", Some("")),
            ("\"a", None),
            ("\"a\"b", None),
            ("\"a\";v=1", None),
            (r#""a\b""#, None),
            ("\"a\", \"b\"", None),
            ("a, b", None),
            ("a,b", None),
            ("a b", None),
            ("a\tb", None),
        ] {
            assert_eq!(of(header).as_deref(), expected, "{header}");
        }
    }

    #[test]
    fn one_header_is_enough() {
        let mut headers = HeaderMap::new();
        assert!(key(&headers).is_none());
        headers.append(IDEMPOTENCY_KEY, HeaderValue::from_static("a"));
        headers.append(IDEMPOTENCY_KEY, HeaderValue::from_static("a"));
        assert!(key(&headers).unwrap().is_err());
        headers.clear();
        headers.append(IDEMPOTENCY_KEY, HeaderValue::from_bytes(b"\xff").unwrap());
        assert!(key(&headers).unwrap().is_err());
    }
}
