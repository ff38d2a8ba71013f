//! Who callers are: `auth` and `stdio`.

use super::Setting;
use crate::config::value::{boolean, duration, leeway, list, path, scopes, secret, text};

pub(super) const SETTINGS: &[Setting] = &[
    setting!(
        "auth.keys",
        None,
        "none",
        auth.keys,
        |v| path(v).map(Some),
        "A file of API keys, as `key new` makes it. It is looked at again while the server runs: a key that is taken out stops working within about a second. With it or with `auth.issuer`, callers are authenticated."
    ),
    setting!(
        "auth.anonymous",
        None,
        "false",
        auth.anonymous,
        boolean,
        "Serve requests without a credential too, as the caller `anonymous`, who has no scope: tools that are `public`."
    ),
    setting!(
        "auth.issuer",
        None,
        "none",
        auth.oauth.issuer,
        |v| text(v).map(Some),
        "The authorization server whose tokens are taken: exactly what their `iss` says."
    ),
    setting!(
        "auth.resource",
        None,
        "none",
        auth.oauth.resource,
        |v| text(v).map(Some),
        "This server's own URL, such as `https://invoices.example/mcp`: a token's `aud` must name it (RFC 8707), and clients are told it (RFC 9728)."
    ),
    setting!(
        "auth.audiences",
        None,
        "[]",
        auth.oauth.audiences,
        list,
        "What else `aud` may name, for authorization servers that don't use `auth.resource`."
    ),
    setting!(
        "auth.jwks",
        None,
        "none",
        auth.oauth.jwks,
        |v| text(v).map(Some),
        "The issuer's public keys, to check tokens that are JWT: an `https` URL (`http` to this machine alone), or a file."
    ),
    setting!(
        "auth.jwks_ttl",
        None,
        "10m",
        auth.oauth.jwks_ttl,
        duration,
        "How long the keys of `auth.jwks` are used before they are asked for again. While they can't be had, those at hand are used for up to a day."
    ),
    setting!(
        "auth.algorithms",
        None,
        "all of them",
        auth.oauth.algorithms,
        list,
        "The signatures that are taken, of `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, `ES256`, `ES384`, `EdDSA`."
    ),
    setting!(
        "auth.introspection",
        None,
        "none",
        auth.oauth.introspection,
        |v| text(v).map(Some),
        "The issuer's introspection endpoint (RFC 7662), to check tokens that aren't JWT, or all where `auth.jwks` isn't set: an `https` URL, or `http` to this machine."
    ),
    setting!(
        "auth.introspection_ttl",
        None,
        "30s",
        auth.oauth.introspection_ttl,
        duration,
        "How long an answer of `auth.introspection` is used again: a revoked token works on for so long."
    ),
    setting!(
        "auth.client_id",
        None,
        "none",
        auth.oauth.client_id,
        |v| text(v).map(Some),
        "This server's own name at `auth.introspection`."
    ),
    setting!(
        "auth.client_secret",
        None,
        "none",
        auth.oauth.client_secret,
        |v| secret(v).map(Some),
        "This server's own secret at `auth.introspection`; best given by its variable."
    ),
    setting!(
        "auth.client_secret_file",
        None,
        "none",
        auth.oauth.client_secret_file,
        |v| path(v).map(Some),
        "A file with the secret instead; white space around it is left out."
    ),
    setting!(
        "auth.authorization_servers",
        None,
        "`auth.issuer`",
        auth.oauth.authorization_servers,
        list,
        "The authorization servers that clients are told of (RFC 9728)."
    ),
    setting!(
        "auth.first_scopes",
        None,
        "[]",
        auth.oauth.first_scopes,
        scopes,
        "The scopes that a client without a token is told to ask for, until a call says which it needs. Without it clients ask for every scope that there is."
    ),
    setting!(
        "auth.leeway",
        None,
        "60s",
        auth.oauth.leeway,
        leeway,
        "How far the clocks of this machine and the issuer may be apart, at most 5m."
    ),
    setting!(
        "auth.principal_claim",
        None,
        "sub",
        auth.oauth.principal_claim,
        text,
        "The claim that names a caller. It has to be one that no two callers share and nobody can choose."
    ),
    setting!(
        "stdio.key",
        None,
        "none",
        auth.stdio.key,
        |v| secret(v).map(Some),
        "The API key of the client of stdio, checked like any other; best given by its variable. Once callers are authenticated, stdio needs this, or `stdio.scopes`."
    ),
    setting!(
        "stdio.principal",
        None,
        "the user of the process",
        auth.stdio.principal,
        |v| text(v).map(Some),
        "Who the client of stdio is, beside `stdio.scopes`."
    ),
    setting!(
        "stdio.scopes",
        None,
        "everything, while nobody is authenticated",
        auth.stdio.scopes,
        |v| scopes(v).map(Some),
        "What the client of stdio may do: scopes as in a key file, or `\"*\"` for all."
    ),
];

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use crate::auth::Secret;
    use crate::config::Settings;
    use crate::config::table::{read_env, read_toml};

    fn toml(text: &str) -> Result<Settings, String> {
        let mut settings = Settings::default();
        let read = read_toml(&mut settings, text, "mcp.toml");
        read.map(|()| settings).map_err(|error| error.to_string())
    }

    fn env(name: &str, value: &str) -> Result<Settings, String> {
        let mut settings = Settings::default();
        let read = read_env(&mut settings, std::iter::once((name.into(), value.into())));
        read.map(|()| settings).map_err(|error| error.to_string())
    }

    #[test]
    fn every_setting_is_read_from_a_file() {
        let settings = toml(
            "[auth]\nkeys = \"keys.toml\"\nanonymous = true\nissuer = \"https://id.example\"\n\
             resource = \"https://r.example\"\naudiences = [\"r\"]\njwks = \"jwks.json\"\n\
             jwks_ttl = \"1m\"\nalgorithms = [\"ES256\"]\nintrospection = \"https://i.example\"\n\
             introspection_ttl = \"5s\"\nclient_id = \"c\"\nclient_secret = \"s\"\n\
             client_secret_file = \"secret\"\nauthorization_servers = [\"https://as.example\"]\n\
             leeway = \"5m\"\nprincipal_claim = \"email\"\n\
             [stdio]\nkey = \"k\"\nprincipal = \"p\"\nscopes = [\"*\"]\n",
        )
        .unwrap();
        let (auth, oauth) = (&settings.auth, &settings.auth.oauth);
        assert_eq!(auth.keys.as_deref(), Some(Path::new("keys.toml")));
        assert!(auth.anonymous);
        assert_eq!(oauth.issuer.as_deref(), Some("https://id.example"));
        assert_eq!(oauth.resource.as_deref(), Some("https://r.example"));
        assert_eq!(
            (oauth.audiences.as_slice(), oauth.algorithms.as_slice()),
            (&["r".to_owned()][..], &["ES256".to_owned()][..])
        );
        assert_eq!(
            (oauth.jwks.as_deref(), oauth.jwks_ttl),
            (Some("jwks.json"), Duration::from_mins(1))
        );
        assert_eq!(oauth.introspection.as_deref(), Some("https://i.example"));
        assert_eq!(oauth.introspection_ttl, Duration::from_secs(5));
        assert_eq!(oauth.client_id.as_deref(), Some("c"));
        assert_eq!(oauth.client_secret.as_ref().map(Secret::reveal), Some("s"));
        assert_eq!(oauth.client_secret_file.as_deref(), Some(Path::new("secret")));
        assert_eq!(oauth.authorization_servers, ["https://as.example"]);
        assert_eq!(
            (oauth.leeway, oauth.principal_claim.as_str()),
            (Duration::from_mins(5), "email")
        );
        assert_eq!(auth.stdio.key.as_ref().map(Secret::reveal), Some("k"));
        assert_eq!(auth.stdio.principal.as_deref(), Some("p"));
        assert_eq!(auth.stdio.scopes.as_deref(), Some(&["*".to_owned()][..]));
    }

    #[test]
    fn what_is_secret_is_not_shown() {
        let settings = toml("stdio.key = \"hunter2\"\nauth.client_secret = \"hunter2\"").unwrap();
        assert!(!format!("{settings:?}").contains("hunter2"));
        // The parser's own words would show the line.
        let error = toml("stdio.key = hunter2").unwrap_err();
        assert!(error.contains("line 1") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn commas_within_a_scope_are_its_own() {
        let settings = env("MCP_RUNTIME_STDIO_SCOPES", "read:a.where(b=1, c=2), read:d,,").unwrap();
        let scopes = settings.auth.stdio.scopes.unwrap();
        assert_eq!(scopes, ["read:a.where(b=1, c=2)", "read:d"]);
    }

    #[test]
    fn what_is_wrong_is_refused() {
        for (name, value) in [
            ("AUTH_LEEWAY", "6m"),
            ("AUTH_KEYS", ""),
            ("AUTH_CLIENT_SECRET", ""),
            ("AUTH_JWKS_TTL", "0s"),
        ] {
            assert!(env(&format!("MCP_RUNTIME_{name}"), value).is_err(), "{name}");
        }
        assert_eq!(env("MCP_RUNTIME_AUTH_LEEWAY", "0s").unwrap().auth.oauth.leeway, Duration::ZERO);
    }
}
