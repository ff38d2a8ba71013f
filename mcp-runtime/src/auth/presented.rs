//! The credential of a request, where there is one.
//!
//! RFC 6750 has three ways of sending a token. MCP keeps the header alone: what stands in a query
//! ends up in logs and histories. A request that shows two credentials, or one in a form that
//! could be read in two ways, is refused rather than interpreted.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::MAX_CREDENTIAL;

/// The header of an API key, for clients that can't send `Authorization`.
pub(crate) const API_KEY: &str = "x-api-key";

/// Names by which credentials are sent in queries.
const IN_QUERY: &[&str] =
    &["access_token", "api_key", "api-key", "apikey", "x-api-key", "authorization", "bearer"];

/// A request whose credential can't be used. The texts are for the client, and never hold what it
/// sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// It can't be read: `invalid_request` in the words of RFC 6750, section 3.1, which is a 400.
    Malformed(&'static str),
    /// It is of a scheme that isn't taken here, which is none at all (the same section): a 401
    /// without an error.
    Scheme(&'static str),
}

/// The one credential of a request: `Authorization: Bearer …` or `X-Api-Key: …`.
///
/// # Errors
///
/// Another scheme than `Bearer`; more than one credential, a header given twice, a credential that
/// is empty, longer than 16 KiB or not of visible ASCII, and one in the query.
pub(crate) fn presented<'a>(
    headers: &'a HeaderMap,
    query: Option<&str>,
) -> Result<Option<&'a str>, Unusable> {
    let malformed = |message| Err(Unusable::Malformed(message));
    if query.is_some_and(in_query) {
        return malformed("a credential must be sent in a header, never in the query");
    }
    let mut authorizations = headers.get_all(AUTHORIZATION).iter();
    let mut keys = headers.get_all(API_KEY).iter();
    let (authorization, key) = (authorizations.next(), keys.next());
    if authorizations.next().is_some() {
        return malformed("the Authorization header is given more than once");
    }
    if keys.next().is_some() {
        return malformed("the X-Api-Key header is given more than once");
    }
    let credential = match (authorization, key) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return malformed("the request shows two credentials: Authorization and X-Api-Key");
        }
        (Some(header), None) => match bearer(header.as_bytes()) {
            Some(token) => token,
            None if has_other_scheme(header.as_bytes()) => {
                return Err(Unusable::Scheme("this server takes `Authorization: Bearer` alone"));
            }
            None => return malformed("the Authorization header must be `Bearer` and a token"),
        },
        (None, Some(header)) => header.as_bytes(),
    };
    if credential.len() > MAX_CREDENTIAL {
        return malformed("the credential is longer than 16 KiB");
    }
    match std::str::from_utf8(credential) {
        Ok(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Ok(Some(text))
        }
        _ => malformed("the credential is not one word of visible ASCII characters"),
    }
}

/// What follows `Bearer `, in any case (RFC 9110, section 11.1).
fn bearer(header: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = header.split_at_checked(b"Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii_start())
}

fn has_other_scheme(header: &[u8]) -> bool {
    let scheme = header.split(|byte| *byte == b' ').next().unwrap_or_default();
    !scheme.is_empty() && !scheme.eq_ignore_ascii_case(b"Bearer")
}

fn in_query(query: &str) -> bool {
    query.split('&').any(|pair| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        IN_QUERY.iter().any(|known| name.eq_ignore_ascii_case(known))
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    type Header<'a> = (&'a str, &'a [u8]);

    fn headers(pairs: &[Header<'_>]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    #[test]
    fn one_credential_is_read() {
        let none: &[Header<'_>] = &[];
        for (pairs, expected) in [
            (none, None),
            (&[("authorization", b"Bearer abc" as &[u8])], Some("abc")),
            (&[("authorization", b"bearer   abc")], Some("abc")),
            (&[("x-api-key", b"mcp_anna_x")], Some("mcp_anna_x")),
        ] {
            assert_eq!(presented(&headers(pairs), Some("a=1&token_count=2")), Ok(expected));
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let long = [b"Bearer ".as_slice(), &vec![b'a'; MAX_CREDENTIAL + 1]].concat();
        let cases: &[(&[Header<'_>], &str)] = &[
            (&[("authorization", b"Bearer a"), ("authorization", b"Bearer a")], "more than once"),
            (&[("x-api-key", b"a"), ("x-api-key", b"a")], "more than once"),
            (&[("authorization", b"Bearer a"), ("x-api-key", b"a")], "two credentials"),
            (&[("authorization", b"Bearer")], "must be `Bearer`"),
            (&[("authorization", b"")], "must be `Bearer`"),
            (&[("authorization", b"Bearer ")], "visible ASCII"),
            (&[("authorization", b"Bearer a b")], "visible ASCII"),
            (&[("authorization", b"Bearer a, Bearer b")], "visible ASCII"),
            (&[("authorization", "Bearer ä".as_bytes())], "visible ASCII"),
            (&[("authorization", b"Bearer \xff")], "visible ASCII"),
            (&[("x-api-key", b"")], "visible ASCII"),
            (&[("authorization", &long)], "longer than 16 KiB"),
            (&[("x-api-key", &long)], "longer than 16 KiB"),
        ];
        for (pairs, expected) in cases {
            let refused = presented(&headers(pairs), None).unwrap_err();
            let Unusable::Malformed(message) = refused else { panic!("{refused:?}") };
            assert!(message.contains(expected), "{expected}: {message}");
        }
        let fits = [b"Bearer ".as_slice(), &vec![b'a'; MAX_CREDENTIAL]].concat();
        assert!(presented(&headers(&[("authorization", &fits)]), None).is_ok());
    }

    #[test]
    fn another_scheme_is_no_credential() {
        for header in [b"Basic YTpi" as &[u8], b"Bearertoken", b"abc", b"DPoP abc"] {
            let refused = presented(&headers(&[("authorization", header)]), None).unwrap_err();
            assert!(matches!(refused, Unusable::Scheme(_)), "{refused:?}");
        }
    }

    #[test]
    fn a_credential_in_the_query_is_refused_even_beside_a_good_one() {
        for query in ["access_token=a", "x=1&API_KEY=a", "apikey", "x-api-key=", "access_token"] {
            for pairs in [&[][..], &[("authorization", b"Bearer a" as &[u8])]] {
                let refused = presented(&headers(pairs), Some(query)).unwrap_err();
                let Unusable::Malformed(message) = refused else { panic!("{refused:?}") };
                assert!(message.contains("never in the query"), "{query}");
            }
        }
    }
}
