//! Authentication as a whole: what is configured, who the client of stdio is, what a server then
//! demands of its tools.

use std::path::PathBuf;

use tempfile::TempDir;

use super::settings::{AuthSettings, StdioSettings};
use super::{ApiKeys, Auth, Refused, Secret};
use crate::access::{AccessDef, Grants};
use crate::caller::Caller;
use crate::clock::Clock;
use crate::compose::unstated;
use crate::output::OutputSchema;
use crate::tool::ToolDef;

/// A file with a key of `anna`, who may read invoices.
fn keys() -> (TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.toml");
    let made = ApiKeys::create_file(&path, &[("anna", "customer:17", &["read:invoices"])]);
    let (_, key) = made.unwrap().remove(0);
    (folder, path, key)
}

fn stdio(principal: Option<&str>, scopes: Option<&[&str]>, key: Option<&str>) -> StdioSettings {
    StdioSettings {
        principal: principal.map(Into::into),
        scopes: scopes.map(|scopes| scopes.iter().copied().map(Into::into).collect()),
        key: key.map(Secret::new),
    }
}

fn build(settings: &AuthSettings) -> Result<Option<Auth>, Vec<String>> {
    Auth::build(settings, &Clock::system())
}

fn built(settings: &AuthSettings) -> Auth {
    build(settings).unwrap_or_else(|problems| panic!("{problems:?}")).unwrap()
}

#[test]
fn nothing_is_authenticated_unless_something_is_configured() {
    assert!(matches!(build(&AuthSettings::default()), Ok(None)));
    let scopes = stdio(Some("desk"), Some(&["read:x"]), None);
    let settings = AuthSettings { stdio: scopes, ..AuthSettings::default() };
    assert!(matches!(build(&settings), Ok(None)));
    assert!(settings.tells_callers_apart() && !settings.is_configured());
    let (_folder, path, _) = keys();
    let settings = AuthSettings { keys: Some(path), ..AuthSettings::default() };
    let auth = built(&settings);
    assert!(!auth.allows_anonymous() && auth.resource().is_none());
    assert!(built(&AuthSettings { anonymous: true, ..settings }).allows_anonymous());
}

#[test]
fn what_does_not_go_together_is_named_at_once() {
    let settings = AuthSettings {
        keys: Some("/nowhere/keys.toml".into()),
        stdio: stdio(Some("desk"), Some(&["bad scope"]), Some("x")),
        ..AuthSettings::default()
    };
    let problems = build(&settings).err().unwrap();
    assert_eq!(problems.len(), 3, "{problems:?}");
    for (problem, expected) in
        problems.iter().zip(["leave out one or the other", "/nowhere/keys.toml", "`stdio.scopes`"])
    {
        assert!(problem.contains(expected), "{problem}");
    }
    let default = AuthSettings::default;
    for (settings, expected) in [
        (AuthSettings { anonymous: true, ..default() }, "`auth.anonymous`"),
        (AuthSettings { stdio: stdio(None, None, Some("x")), ..default() }, "needs `auth.keys`"),
        (AuthSettings { stdio: stdio(Some("p"), None, None), ..default() }, "needs `stdio.scopes`"),
        (AuthSettings { stdio: stdio(Some(""), Some(&[]), None), ..default() }, "is empty"),
    ] {
        let problems = build(&settings).err().unwrap();
        assert!(problems.len() == 1 && problems[0].contains(expected), "{problems:?}");
    }
}

#[cfg(not(feature = "oauth"))]
#[test]
fn tokens_need_their_feature() {
    let mut settings = AuthSettings::default();
    settings.oauth.issuer = Some("https://id.example".into());
    let problems = build(&settings).err().unwrap();
    assert!(problems[0].contains("the feature `oauth`"), "{problems:?}");
}

#[tokio::test]
async fn a_key_is_its_principal_and_everything_else_is_nobody() {
    let (_folder, path, key) = keys();
    let auth = built(&AuthSettings { keys: Some(path), ..AuthSettings::default() });
    let caller = auth.authenticate(&key).await.unwrap();
    assert_eq!(caller.principal(), "customer:17");
    assert_eq!(caller.scopes(), ["read:invoices"]);
    let other = key.replace("anna", "bert");
    for wrong in ["", "hunter2", "a.b.c", &key[1..], &other, &format!("{key}x")] {
        let refused = auth.authenticate(wrong).await.unwrap_err();
        let Refused::Invalid { reason, detail } = refused else { panic!("{wrong}") };
        assert_eq!(reason, "the credential is not valid", "{wrong}");
        assert!(wrong.is_empty() || !detail.contains(wrong), "{detail}");
    }
}

#[test]
fn stdio_is_nobody_until_the_settings_say_who() {
    let (_folder, path, key) = keys();
    let with =
        |stdio| built(&AuthSettings { keys: Some(path.clone()), stdio, ..AuthSettings::default() });
    let unknown = with(StdioSettings::default()).local().unwrap_err();
    assert!(unknown.contains("`stdio.key`") && unknown.contains("`stdio.scopes`"), "{unknown}");
    assert_eq!(with(stdio(None, None, Some(&key))).local().unwrap().principal(), "customer:17");
    let wrong = with(stdio(None, None, Some("hunter2"))).local().unwrap_err();
    assert!(wrong.starts_with("`stdio.key`: ") && !wrong.contains("hunter2"), "{wrong}");
    let desk = with(stdio(Some("desk"), Some(&["read:x"]), None)).local().unwrap();
    assert_eq!((desk.principal(), desk.scopes()), ("desk", vec!["read:x".to_owned()]));
    let nobody = with(stdio(None, Some(&[]), None)).local().unwrap();
    assert_eq!(nobody.principal(), Caller::local().principal());
    assert_eq!(*nobody.grants(), Grants::Only(Vec::new()));
    let all = with(stdio(None, Some(&["*"]), None)).local().unwrap();
    assert_eq!(*all.grants(), Grants::Everything);
}

#[test]
fn without_authentication_stdio_is_its_user_or_whom_the_settings_name() {
    let caller = |settings: StdioSettings| {
        let mut server = crate::Server::new("t", "1");
        server.settings_mut().auth.stdio = settings;
        server.build().map(|app| app.stdio_caller().unwrap())
    };
    assert_eq!(caller(StdioSettings::default()).unwrap(), Caller::local());
    let desk = caller(stdio(Some("desk"), Some(&["read:x"]), None)).unwrap();
    assert_eq!((desk.principal(), desk.scopes()), ("desk", vec!["read:x".to_owned()]));
    assert!(caller(stdio(Some("desk"), None, None)).is_err());
}

#[test]
fn secrets_are_not_shown() {
    let mut settings =
        AuthSettings { stdio: stdio(None, None, Some("hunter2")), ..AuthSettings::default() };
    settings.oauth.client_secret = Some(Secret::new("hunter2"));
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn tools_that_do_not_say_who_may_call_are_named_together() {
    fn def(name: &'static str, access: AccessDef) -> &'static ToolDef {
        let fails = |_: &mut crate::ToolCall| Err(crate::ToolError::new("x_y", ""));
        let mut def = ToolDef::new(name, "", &[], |_| OutputSchema(None), fails);
        def.access = access;
        Box::leak(Box::new(def))
    }
    let [a, b] = ["a", "b"].map(|name| def(name, AccessDef::Unstated));
    let public = def("c", AccessDef::Public);
    assert_eq!(unstated(&[public]), None);
    let problem = unstated(&[a, public, b]).unwrap();
    assert!(problem.contains("`a`, `b`") && !problem.contains("`c`"), "{problem}");
    assert!(problem.contains("scope = \"read:…\"") && problem.contains("`public`"), "{problem}");
}
