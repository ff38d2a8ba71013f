//! From settings to what checks tokens, with everything that is wrong with them.

use std::path::Path;

use crate::access::Grant;

use super::Tokens;
use super::algorithm::{ALL, Algorithm};
use super::claims::Rules;
use super::endpoint::Endpoint;
use super::fetch::{AtUrl, InFile, endpoint, read_file};
use super::introspection::Introspection;
use super::jwt::Jwt;
use super::key_set::KeySet;
use super::key_source::KeySource;
use crate::auth::{OAuthSettings, Resource, Secret};
use crate::clock::Clock;
use crate::exposure::warn_if_readable;
use crate::validate::nearest;

/// Clocks that are further apart have to be put right.
const MAX_LEEWAY: std::time::Duration = std::time::Duration::from_mins(5);
/// Bytes of the largest secret.
const MAX_SECRET: usize = 4 << 10;

/// # Errors
///
/// Everything that is wrong, in an operator's words.
pub(super) fn tokens(settings: &OAuthSettings, clock: &Clock) -> Result<Tokens, Vec<String>> {
    let mut problems = Problems(combinations(settings));
    let rules = problems.noted(rules(settings));
    let algorithms = problems.noted(algorithms(&settings.algorithms));
    let keys = settings.jwks.as_deref().map(|jwks| keys(jwks, settings));
    let keys = keys.and_then(|keys| problems.noted(keys.map_err(|problem| vec![problem])));
    let asked = problems.noted(asked(settings).map_err(|problem| vec![problem])).flatten();
    let servers = problems.noted(servers(settings));
    let (Some(rules), Some(algorithms), Some(servers), true) =
        (rules, algorithms, servers, problems.0.is_empty())
    else {
        return Err(problems.0);
    };
    let url = settings.resource.clone().unwrap_or_default();
    Ok(Tokens {
        resource: Resource {
            url,
            authorization_servers: servers,
            first_scopes: settings.first_scopes.clone(),
        },
        jwt: keys.map(|keys| Jwt { keys, algorithms }),
        introspection: asked.map(|endpoint| {
            let lifetime = settings.introspection_ttl;
            Introspection::new(endpoint, rules.clone(), clock.clone(), lifetime)
        }),
        rules,
        clock: clock.clone(),
    })
}

struct Problems(Vec<String>);

impl Problems {
    fn noted<T>(&mut self, checked: Result<T, Vec<String>>) -> Option<T> {
        checked.map_err(|problems| self.0.extend(problems)).ok()
    }
}

/// What is there without what it needs.
fn combinations(settings: &OAuthSettings) -> Vec<String> {
    let stated = settings.stated();
    let is = |name: &str| stated.contains(&name);
    let mut problems = Vec::new();
    let mut rule = |broken: bool, problem: &str| {
        if broken {
            problems.push(problem.to_owned());
        }
    };
    rule(
        !is("auth.issuer"),
        "`auth.issuer` is missing: say whose tokens are taken, exactly as their `iss` does",
    );
    rule(
        !is("auth.resource"),
        "`auth.resource` is missing: say this server's own URL, which a token's `aud` must name",
    );
    rule(
        !is("auth.jwks") && !is("auth.introspection"),
        "tokens can't be checked: set `auth.jwks` for tokens that are JWT, `auth.introspection` \
         for others, or both",
    );
    for name in ["auth.jwks_ttl", "auth.algorithms"] {
        rule(is(name) && !is("auth.jwks"), &format!("`{name}` says nothing without `auth.jwks`"));
    }
    let of_introspection = [
        "auth.introspection_ttl",
        "auth.client_id",
        "auth.client_secret",
        "auth.client_secret_file",
    ];
    for name in of_introspection {
        rule(
            is(name) && !is("auth.introspection"),
            &format!("`{name}` says nothing without `auth.introspection`"),
        );
    }
    let secrets = [is("auth.client_secret"), is("auth.client_secret_file")];
    rule(
        is("auth.introspection") && !(is("auth.client_id") && secrets != [false; 2]),
        "`auth.introspection` needs `auth.client_id` and `auth.client_secret_file` (or the \
         variable MCP_RUNTIME_AUTH_CLIENT_SECRET): the endpoint answers only those it knows",
    );
    rule(
        secrets == [true; 2],
        "`auth.client_secret` and `auth.client_secret_file` are both set: leave out one",
    );
    rule(settings.leeway > MAX_LEEWAY, "`auth.leeway` is at most 5m");
    problems
}

fn rules(settings: &OAuthSettings) -> Result<Rules, Vec<String>> {
    let mut problems = Vec::new();
    let issuer = settings.issuer.clone().unwrap_or_default();
    if !issuer.is_empty() {
        problems.extend(name_of("auth.issuer", &issuer, &['|', '#', '?']));
    }
    let resource = settings.resource.clone().unwrap_or_default();
    if !resource.is_empty() {
        problems.extend(name_of("auth.resource", &resource, &['#']));
    }
    let claim = &settings.principal_claim;
    if claim.is_empty() || claim.contains('|') || claim.chars().any(char::is_control) {
        problems.push("`auth.principal_claim` must be the name of a claim, such as `sub`".into());
    }
    for scope in &settings.first_scopes {
        let read = Grant::parse(scope);
        problems.extend(read.err().map(|problem| format!("`auth.first_scopes`: {problem}")));
    }
    if settings.audiences.iter().any(String::is_empty) {
        problems.push("`auth.audiences` has one that is empty".into());
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let audiences = std::iter::once(&resource).chain(&settings.audiences);
    Ok(Rules {
        issuer,
        audiences: audiences.cloned().collect(),
        leeway: settings.leeway.as_secs(),
        principal_claim: claim.clone(),
    })
}

/// What is wrong with a URL that is compared and published, never asked.
fn name_of(setting: &str, text: &str, without: &[char]) -> Option<String> {
    let odd = |c: char| without.contains(&c) || c.is_whitespace() || c.is_control();
    match endpoint(text) {
        Err(problem) => Some(format!("`{setting}` {problem}")),
        Ok(_) if text.contains(odd) => {
            let without: Vec<String> = without.iter().map(|c| format!("`{c}`")).collect();
            Some(format!("`{setting}` must be a URL without {}", without.join(", ")))
        }
        Ok(_) => None,
    }
}

fn servers(settings: &OAuthSettings) -> Result<Vec<String>, Vec<String>> {
    let named = &settings.authorization_servers;
    if named.is_empty() {
        return Ok(settings.issuer.clone().into_iter().collect());
    }
    let wrong = |server: &String| name_of("auth.authorization_servers", server, &['|', '#', '?']);
    let problems: Vec<String> = named.iter().filter_map(wrong).collect();
    if problems.is_empty() { Ok(named.clone()) } else { Err(problems) }
}

fn algorithms(names: &[String]) -> Result<Vec<Algorithm>, Vec<String>> {
    let known = || ALL.into_iter().map(|(name, _)| name);
    let read = |name: &String| {
        Algorithm::named(name).ok_or_else(|| {
            if name.eq_ignore_ascii_case("none") || name.starts_with("HS") {
                return format!(
                    "`auth.algorithms`: `{name}` is never taken, since everyone who can check \
                     such a token can also make one"
                );
            }
            let help = nearest(name, known()).map_or_else(
                || format!("; there are {}", known().collect::<Vec<_>>().join(", ")),
                |near| format!("; did you mean `{near}`?"),
            );
            format!("`auth.algorithms`: there is no `{name}`{help}")
        })
    };
    let (mut algorithms, mut problems) = (Vec::new(), Vec::new());
    for name in names {
        match read(name) {
            Ok(algorithm) => algorithms.push(algorithm),
            Err(problem) => problems.push(problem),
        }
    }
    if names.is_empty() {
        algorithms = ALL.into_iter().map(|(_, algorithm)| algorithm).collect();
    }
    if problems.is_empty() { Ok(algorithms) } else { Err(problems) }
}

/// Keys in a file are read at once. Those at a URL are asked for with the first token: a server
/// starts although its issuer is away.
fn keys(jwks: &str, settings: &OAuthSettings) -> Result<KeySource, String> {
    let problem = |problem: String| format!("`auth.jwks` {problem}");
    let lifetime = settings.jwks_ttl;
    if jwks.contains("://") {
        let fetch = AtUrl::new(endpoint(jwks).map_err(problem)?).map_err(problem)?;
        return Ok(KeySource::new(fetch, lifetime, None));
    }
    let file = InFile(jwks.into());
    let set = file.read().and_then(|text| KeySet::parse(&text));
    let set = set.map_err(|wrong| format!("`auth.jwks`, the file {jwks}: {wrong}"))?;
    Ok(KeySource::new(file, lifetime, Some(set)))
}

/// Nothing where something that is a problem of its own is missing.
fn asked(settings: &OAuthSettings) -> Result<Option<Endpoint>, String> {
    let (Some(url), Some(id)) = (&settings.introspection, &settings.client_id) else {
        return Ok(None);
    };
    let secret = match (&settings.client_secret, &settings.client_secret_file) {
        (Some(secret), _) => secret.clone(),
        (None, Some(path)) => {
            warn_if_readable(path, "holds a secret");
            secret_in(path)?
        }
        (None, None) => return Ok(None),
    };
    let problem = |problem: String| format!("`auth.introspection` {problem}");
    let url = endpoint(url).map_err(problem)?;
    Endpoint::new(url, id, &secret).map(Some).map_err(problem)
}

fn secret_in(path: &Path) -> Result<Secret, String> {
    let of_file = |problem: String| {
        format!("`auth.client_secret_file`, the file {}: {problem}", path.display())
    };
    let bytes = read_file(path, MAX_SECRET).map_err(of_file)?;
    match std::str::from_utf8(&bytes).map(str::trim) {
        Ok(secret) if !secret.is_empty() => Ok(Secret::new(secret)),
        _ => Err(of_file("it holds no secret".into())),
    }
}
