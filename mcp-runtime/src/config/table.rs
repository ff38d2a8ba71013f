//! The table of settings, and how values are read into [`Settings`].

use std::net::SocketAddr;

use toml::Value;

use super::Settings;
use super::overrides::Override;
use super::value::{
    boolean, bytes, count, depth, duration, list, log_format, number, parsed, rates, store_place,
    text,
};
use crate::adapter::DEFAULT_LOG;
use crate::error::Error;
use crate::validate::nearest;

/// One setting.
#[derive(Clone, Copy)]
pub(crate) struct Setting {
    /// Its key in `mcp.toml`, such as `http.address`.
    pub(crate) key: &'static str,
    /// Its flag, where it has one.
    pub(crate) flag: Option<&'static str>,
    pub(crate) default: &'static str,
    pub(crate) doc: &'static str,
    set: fn(&mut Settings, &Value) -> Result<(), String>,
}

/// What every environment variable of ours starts with.
pub(crate) const ENV_PREFIX: &str = "MCP_RUNTIME_";

macro_rules! setting {
    ($key:literal, $flag:expr, $default:expr, extend $field:ident, $read:expr, $doc:literal) => {
        Setting {
            key: $key,
            flag: $flag,
            default: $default,
            doc: $doc,
            set: |settings, value| {
                settings.$field.extend($read(value)?);
                Ok(())
            },
        }
    };
    ($key:literal, $flag:expr, $default:expr, $($field:ident).+, $read:expr, $doc:literal) => {
        Setting {
            key: $key,
            flag: $flag,
            default: $default,
            doc: $doc,
            set: |settings, value| {
                settings.$($field).+ = $read(value)?;
                Ok(())
            },
        }
    };
}

mod audit;
mod auth;

/// Every setting there is.
pub(crate) const SETTINGS: &[Setting] = &joined::<
    { GENERAL.len() + auth::SETTINGS.len() + audit::SETTINGS.len() },
>(&[GENERAL, auth::SETTINGS, audit::SETTINGS]);

const GENERAL: &[Setting] = &[
    setting!(
        "http.address",
        Some("--http"),
        "127.0.0.1:8080",
        http_address,
        parsed::<SocketAddr>,
        "The address to listen on. One that isn't loopback needs `auth.keys` or `auth.issuer`, or else `http.allow_unauthenticated_network`."
    ),
    setting!(
        "http.allowed_hosts",
        None,
        "[]",
        extend http_allowed_hosts,
        list,
        "Host names that clients may use besides `localhost`, `127.0.0.1` and `[::1]`, each with or without a port. What the program, the file and the environment allow adds up."
    ),
    setting!(
        "http.allowed_origins",
        None,
        "[]",
        extend http_allowed_origins,
        list,
        "Origins of web pages that may call, such as `https://app.example.com`, besides the server's own. What the program, the file and the environment allow adds up."
    ),
    setting!(
        "http.allow_unauthenticated_network",
        Some("--allow-unauthenticated-network"),
        "false",
        http_allow_unauthenticated_network,
        boolean,
        "Listen on an address that isn't loopback although nobody is authenticated: everyone who reaches it can call every tool."
    ),
    setting!(
        "http.max_connections",
        None,
        "1024",
        http_max_connections,
        count,
        "Open connections; more wait to be accepted."
    ),
    setting!(
        "http.max_sessions",
        None,
        "1024",
        http_max_sessions,
        count,
        "Open sessions of clients that speak a revision before 2026-07-28; more are refused with 503. A session ends after 5 minutes of silence."
    ),
    setting!(
        "http.read_timeout",
        None,
        "30s",
        http_read_timeout,
        duration,
        "The time that a client may take to send a request's headers, and again for its body; also how long a connection may be idle."
    ),
    setting!(
        "http.write_timeout",
        None,
        "30s",
        http_write_timeout,
        duration,
        "The time that a client may take to accept the next part of an answer."
    ),
    setting!(
        "limits.message",
        None,
        "4MB",
        max_message,
        bytes,
        "The largest message, in bytes (`KB` and `MB` are multiples of 1024)."
    ),
    setting!(
        "limits.depth",
        None,
        "64",
        max_depth,
        depth,
        "The deepest nesting of a message, at most 120."
    ),
    setting!("limits.string", None, "1MB", max_string, bytes, "The longest string in a message."),
    setting!(
        "limits.in_flight",
        None,
        "1024",
        max_in_flight,
        count,
        "Calls that run at a time, over all tools; more are answered `overloaded`."
    ),
    setting!(
        "limits.per_tool",
        None,
        "none",
        tool_concurrency,
        |v| count(v).map(|n| u32::try_from(n).ok()),
        "Calls of one tool that run at a time, where the tool doesn't say."
    ),
    setting!(
        "limits.rate",
        None,
        "none",
        rate_limits,
        rates,
        "A rate for every tool, such as `\"1000/1s per global\"` or `\"60/1m per caller\"`, or a list of rates."
    ),
    setting!("limits.cache", None, "64MB", cache_bytes, bytes, "Memory for cached results."),
    setting!(
        "limits.blocking_threads",
        None,
        "one per core",
        blocking_threads,
        |v| count(v).map(Some),
        "Threads for tools that are `blocking`."
    ),
    setting!(
        "budget.units",
        None,
        "none",
        budget_units,
        |v| number(v).map(Some),
        "What the calls of one caller may cost in a period, in the units of `cost`."
    ),
    setting!("budget.period", None, "1d", budget_period, duration, "The period of `budget.units`."),
    setting!(
        "confirmation.key_file",
        None,
        "a random key for each process",
        confirmation_key_file,
        |v| text(v).map(|path| Some(path.into())),
        "A file of 32 or more random bytes that signs what people confirm. Machines that answer for each other, behind one address, need the same; nobody else may read it."
    ),
    setting!(
        "store",
        None,
        "a file in the user's state directory, under the server's name",
        store,
        store_place,
        "Where the keys of idempotent calls are kept, and the audit log: `memory`, or `file:PATH` for one SQLite file, which several processes of a machine may share."
    ),
    setting!(
        "timeout",
        None,
        "10s, and 30s for a tool with `open_world` or a dependency",
        timeout,
        |v| duration(v).map(Some),
        "The time that a call may take where its tool doesn't say."
    ),
    setting!(
        "grace",
        None,
        "20s",
        grace,
        duration,
        "The time that running calls get to finish after SIGTERM or SIGINT."
    ),
    setting!(
        "log",
        None,
        DEFAULT_LOG,
        log,
        text,
        "What is logged to stderr, as a filter of the `tracing` kind: `debug`, `warn,my_crate=trace`. The SDK's own lines on clients that go away are left out unless named. So are whole messages, with the secrets in them, which only `rmcp` by name at `debug` or `trace` prints."
    ),
    setting!("log_format", None, "text", log_format, log_format, "`text` or `json`."),
];

/// Several tables as one.
const fn joined<const N: usize>(tables: &[&[Setting]]) -> [Setting; N] {
    let mut all = [tables[0][0]; N];
    let (mut at, mut table) = (0, 0);
    while table < tables.len() {
        let mut row = 0;
        while row < tables[table].len() {
            all[at] = tables[table][row];
            (at, row) = (at + 1, row + 1);
        }
        table += 1;
    }
    all
}

impl Setting {
    /// Its environment variable.
    pub(crate) fn env(&self) -> String {
        format!("{ENV_PREFIX}{}", self.key.replace('.', "_").to_ascii_uppercase())
    }

    /// # Errors
    ///
    /// A value of the wrong form, named by where it came from.
    pub(crate) fn set(
        &self,
        settings: &mut Settings,
        value: &Value,
        from: &str,
    ) -> Result<(), Error> {
        (self.set)(settings, value)
            .map_err(|problem| Error::settings(format!("{from}: `{}` {problem}", self.key)))
    }
}

/// Reads the text of an `mcp.toml`.
///
/// # Errors
///
/// What isn't TOML, a key that isn't in the table, a value of the wrong form.
pub(crate) fn read_toml(settings: &mut Settings, text: &str, from: &str) -> Result<(), Error> {
    let mut table: toml::Table = text
        .parse()
        .map_err(|error| Error::settings(format!("{from}: {}", not_toml(text, &error))))?;
    if let Some(tools) = table.remove("tools") {
        read_tools(settings, &tools, from)?;
    }
    let mut values = Vec::new();
    flatten("", &table, &mut values);
    for (key, value) in values {
        let setting = SETTINGS
            .iter()
            .find(|setting| setting.key == key)
            .ok_or_else(|| unknown(from, &key, "", SETTINGS.iter().map(|setting| setting.key)))?;
        setting.set(settings, value, from)?;
    }
    Ok(())
}

/// Where a text isn't TOML, and why. The parser's own form shows the line, which may hold a secret.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
    format!("line {line}: {}", error.message())
}

type SetOverride = fn(&mut Override, &Value) -> Result<(), String>;

/// The keys of `[tools.NAME]`, with what each does.
const TOOL_KEYS: &[(&str, SetOverride, &str)] = &[
    ("timeout", |o, v| duration(v).map(|v| o.timeout = Some(v)), "The time that a call may take."),
    (
        "concurrency",
        |o, v| count(v).map(|v| o.concurrency = u32::try_from(v).ok()),
        "Calls of the tool that run at a time.",
    ),
    (
        "cache_ttl",
        |o, v| duration(v).map(|v| o.cache_ttl = Some(v)),
        "How long a result is served again.",
    ),
    (
        "rate_limit",
        |o, v| rates(v).map(|v| o.rate_limits = v),
        "A rate, or a list of rates, besides the tool's own.",
    ),
];

/// `[tools.NAME]`: what an operator tightens. Whether the tools exist is seen at start.
fn read_tools(settings: &mut Settings, tools: &Value, from: &str) -> Result<(), Error> {
    let wrong = |what: &str| Error::settings(format!("{from}: {what}"));
    let tools = tools.as_table().ok_or_else(|| wrong("`tools` must be a table"))?;
    for (tool, keys) in tools {
        let keys = keys.as_table().ok_or_else(|| {
            wrong(&format!("`tools.{tool}` must be a table; quote a name with dots"))
        })?;
        let over = settings.overrides.entry(tool.clone()).or_default();
        for (key, value) in keys {
            let full = format!("tools.{tool}.{key}");
            let known = TOOL_KEYS.iter().find(|(known, ..)| known == key).ok_or_else(|| {
                let prefix = full.strip_suffix(key.as_str()).unwrap_or_default();
                unknown(from, &full, prefix, TOOL_KEYS.iter().map(|(known, ..)| *known))
            })?;
            (known.1)(over, value).map_err(|problem| wrong(&format!("`{full}` {problem}")))?;
        }
    }
    Ok(())
}

/// `a.b` for every value in a table, except that the keys of the table itself decide what is one.
fn flatten<'a>(prefix: &str, table: &'a toml::Table, values: &mut Vec<(String, &'a Value)>) {
    for (key, value) in table {
        let key = format!("{prefix}{key}");
        match value {
            Value::Table(inner) => flatten(&format!("{key}."), inner, values),
            value => values.push((key, value)),
        }
    }
}

/// Reads those variables that start with the prefix.
///
/// # Errors
///
/// A variable that isn't in the table, a value of the wrong form.
pub(crate) fn read_env(
    settings: &mut Settings,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<(), Error> {
    for (name, text) in variables.filter(|(name, _)| name.starts_with(ENV_PREFIX)) {
        let known: Vec<String> = SETTINGS.iter().map(Setting::env).collect();
        let setting = known.iter().position(|known| *known == name).ok_or_else(|| {
            unknown("the environment", &name, ENV_PREFIX, known.iter().map(String::as_str))
        })?;
        SETTINGS[setting].set(settings, &Value::String(text), "the environment")?;
    }
    Ok(())
}

/// What is known may begin with `prefix` as the key does: it is left out where they are compared,
/// since it would make any two of them alike.
fn unknown<'a>(
    from: &str,
    key: &str,
    prefix: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Error {
    fn bare<'a>(name: &'a str, prefix: &str) -> &'a str {
        name.strip_prefix(prefix).unwrap_or(name)
    }
    let near = nearest(bare(key, prefix), known.clone().map(|name| bare(name, prefix)));
    let near = near.and_then(|near| known.clone().find(|name| bare(name, prefix) == near));
    let help = near.map_or_else(
        || format!("; settings here are {}", known.collect::<Vec<_>>().join(", ")),
        |near| format!("; did you mean `{near}`?"),
    );
    Error::settings(format!("{from}: unknown setting `{key}`{help}"))
}

/// The reference of all settings, as `docs/settings.md` shows it.
#[cfg(test)]
fn reference() -> String {
    use std::fmt::Write;
    let mut page = String::from(
        "# Settings\n\n\
         In order of precedence: flags, environment, `mcp.toml` in the working directory (or the \
         file that `--config` names), the default. A key or a variable that isn't listed is an \
         error.\n\n\
         | key in `mcp.toml` | environment | flag | default | meaning |\n\
         |---|---|---|---|---|\n",
    );
    for setting in SETTINGS {
        let flag = setting.flag.map(|flag| format!("`{flag}`")).unwrap_or_default();
        let (key, env, default, doc) = (setting.key, setting.env(), setting.default, setting.doc);
        let default =
            if default.contains('`') { default.to_owned() } else { format!("`{default}`") };
        let _ = writeln!(page, "| `{key}` | `{env}` | {flag} | {default} | {doc} |");
    }
    page.push_str(
        "\n## Single tools\n\n\
         `[tools.NAME]` in `mcp.toml` may tighten what a tool's attribute states and set what it \
         leaves open. Loosening it is an error at start, and so is a name that no tool has.\n\n\
         | key | meaning |\n|---|---|\n",
    );
    for (key, _, doc) in TOOL_KEYS {
        let _ = writeln!(page, "| `{key}` | {doc} |");
    }
    page
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::{LogFormat, StorePlace};

    fn toml(text: &str) -> Result<Settings, String> {
        let mut settings = Settings::default();
        read_toml(&mut settings, text, "mcp.toml")
            .map(|()| settings)
            .map_err(|error| error.to_string())
    }

    fn env(name: &str, value: &str) -> Result<Settings, String> {
        let mut settings = Settings::default();
        read_env(&mut settings, std::iter::once((name.to_owned(), value.to_owned())))
            .map(|()| settings)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn every_setting_is_read_from_a_file() {
        let settings = toml(
            "store = \"file:a/b.db\"\ntimeout = \"5s\"\ngrace = \"1m\"\nlog = \"debug\"\nlog_format = \"json\"\n\
             [http]\naddress = \"127.0.0.1:9\"\nallowed_hosts = [\"a.example\"]\n\
             allowed_origins = [\"https://a.example\"]\nallow_unauthenticated_network = true\n\
             max_connections = 7\nmax_sessions = 8\nread_timeout = \"2s\"\nwrite_timeout = \"3s\"\n\
             [limits]\nmessage = \"64KB\"\ndepth = 9\nstring = 100\nin_flight = 3\nper_tool = 5\n\
             rate = [\"5/1s per global\"]\ncache = \"1MB\"\nblocking_threads = 2\n\
             [budget]\nunits = 1.5\nperiod = \"1h\"\n\
             [tools.\"a.b\"]\ntimeout = \"1s\"\nconcurrency = 4\ncache_ttl = \"2s\"\n\
             rate_limit = \"9/1m\"\n",
        )
        .unwrap();
        assert_eq!(settings.timeout, Some(Duration::from_secs(5)));
        assert_eq!(settings.grace, Duration::from_mins(1));
        assert_eq!(settings.store, Some(StorePlace::File("a/b.db".into())));
        assert_eq!((settings.log.as_str(), settings.log_format), ("debug", LogFormat::Json));
        assert_eq!(settings.http_address.port(), 9);
        assert_eq!(settings.http_allowed_hosts, ["a.example"]);
        assert_eq!(settings.http_allowed_origins, ["https://a.example"]);
        assert!(settings.http_allow_unauthenticated_network);
        assert_eq!((settings.http_max_connections, settings.http_max_sessions), (7, 8));
        assert_eq!(settings.http_read_timeout, Duration::from_secs(2));
        assert_eq!(settings.http_write_timeout, Duration::from_secs(3));
        assert_eq!((settings.max_message, settings.max_depth), (64 << 10, 9));
        assert_eq!((settings.max_string, settings.max_in_flight), (100, 3));
        assert_eq!(settings.tool_concurrency, Some(5));
        assert_eq!((settings.rate_limits.len(), settings.cache_bytes), (1, 1 << 20));
        assert_eq!((settings.blocking_threads, settings.budget_units), (Some(2), Some(1.5)));
        assert_eq!(settings.budget_period, Duration::from_hours(1));
        let over = &settings.overrides["a.b"];
        assert_eq!((over.timeout, over.concurrency), (Some(Duration::from_secs(1)), Some(4)));
        assert_eq!((over.cache_ttl, over.rate_limits.len()), (Some(Duration::from_secs(2)), 1));
    }

    #[test]
    fn every_setting_has_a_variable() {
        let settings = env("MCP_RUNTIME_HTTP_ALLOWED_HOSTS", "a.example, b.example").unwrap();
        assert_eq!(settings.http_allowed_hosts, ["a.example", "b.example"]);
        assert_eq!(env("MCP_RUNTIME_LIMITS_DEPTH", "5").unwrap().max_depth, 5);
    }

    #[test]
    fn what_is_unknown_is_refused_with_the_nearest() {
        let error = toml("[http]\nadress = \"127.0.0.1:9\"").unwrap_err();
        assert_eq!(error, "mcp.toml: unknown setting `http.adress`; did you mean `http.address`?");
        let error = env("MCP_RUNTIME_TIMEOT", "5s").unwrap_err();
        assert!(error.contains("did you mean `MCP_RUNTIME_TIMEOUT`?"), "{error}");
        let error = toml("zzz = 1").unwrap_err();
        assert!(error.contains("settings here are http.address, "), "{error}");
        let error = env("MCP_RUNTIME_ZZZ", "1").unwrap_err();
        assert!(error.contains("settings here are MCP_RUNTIME_HTTP_ADDRESS, "), "{error}");
        let error = toml("[tools.a]\nscope = \"read:a\"").unwrap_err();
        assert_eq!(
            error,
            "mcp.toml: unknown setting `tools.a.scope`; settings here are timeout, concurrency, \
             cache_ttl, rate_limit"
        );
    }

    #[test]
    fn what_is_wrong_is_refused_with_its_form() {
        for text in [
            "timeout = 5",
            "timeout = \"5 sec\"",
            "timeout = \"0s\"",
            "limits = { depth = 0 }",
            "limits = { depth = 121 }",
            "limits = { message = \"4GB\" }",
            "http = { address = \"localhost\" }",
            "http = { allowed_hosts = [1] }",
            "log_format = \"xml\"",
            "log_format = ",
            "tools = 1",
            "tools = { a = 1 }",
            "tools = { a = { timeot = \"1s\" } }",
            "tools = { a = { rate_limit = \"x\" } }",
            "budget = { units = -1 }",
            "store = \"file:\"",
            "store = \"a.db\"",
        ] {
            assert!(toml(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_reference_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/settings.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, reference()).unwrap();
        }
        let page = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            page == reference(),
            "run the tests with UPDATE_DOCS=1 to rewrite docs/settings.md"
        );
    }
}
