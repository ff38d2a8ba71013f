//! The table of settings, and how values are read into [`Settings`].

use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use toml::Value;

use super::{LogFormat, Settings};
use crate::adapter::DEFAULT_LOG;
use crate::error::Error;
use crate::json::MAX_DEPTH;
use crate::validate::nearest;

/// One setting.
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
    ($key:literal, $flag:expr, $default:expr, $field:ident, $read:expr, $doc:literal) => {
        Setting {
            key: $key,
            flag: $flag,
            default: $default,
            doc: $doc,
            set: |settings, value| {
                settings.$field = $read(value)?;
                Ok(())
            },
        }
    };
}

/// Every setting there is.
pub(crate) const SETTINGS: &[Setting] = &[
    setting!(
        "http.address",
        Some("--http"),
        "127.0.0.1:8080",
        http_address,
        parsed::<SocketAddr>,
        "The address to listen on. One that isn't loopback needs `http.allow_unauthenticated_network` while no authentication is configured."
    ),
    setting!(
        "http.allowed_hosts",
        None,
        "[]",
        http_allowed_hosts,
        list,
        "Host names that clients may use besides `localhost`, `127.0.0.1` and `[::1]`, each with or without a port."
    ),
    setting!(
        "http.allowed_origins",
        None,
        "[]",
        http_allowed_origins,
        list,
        "Origins of web pages that may call, such as `https://app.example.com`, besides the server's own."
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
        "timeout",
        None,
        "10s, and 30s for an `open_world` tool",
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
        "What is logged to stderr, as a filter of the `tracing` kind: `debug`, `warn,my_crate=trace`. The SDK's own lines on clients that go away are left out unless named."
    ),
    setting!("log_format", None, "text", log_format, log_format, "`text` or `json`."),
];

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
    let table: toml::Table =
        text.parse().map_err(|error| Error::settings(format!("{from}: {error}")))?;
    let mut values = Vec::new();
    flatten("", &table, &mut values);
    for (key, value) in values {
        let setting = SETTINGS.iter().find(|setting| setting.key == key).ok_or_else(|| {
            unknown(from, &key, nearest(&key, SETTINGS.iter().map(|setting| setting.key)))
        })?;
        setting.set(settings, value, from)?;
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
            unknown("the environment", &name, nearest(&name, known.iter().map(String::as_str)))
        })?;
        SETTINGS[setting].set(settings, &Value::String(text), "the environment")?;
    }
    Ok(())
}

fn unknown(from: &str, key: &str, nearest: Option<&str>) -> Error {
    let help = nearest.map_or_else(
        || {
            let keys: Vec<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
            format!("; settings are {}", keys.join(", "))
        },
        |nearest| format!("; did you mean `{nearest}`?"),
    );
    Error::settings(format!("{from}: unknown setting `{key}`{help}"))
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| "must be a string".into())
}

fn parsed<T: FromStr>(value: &Value) -> Result<T, String> {
    let text = text(value)?;
    text.parse().map_err(|_| format!("is not valid: \"{text}\""))
}

fn boolean(value: &Value) -> Result<bool, String> {
    match value {
        Value::Boolean(value) => Ok(*value),
        Value::String(text) => text.parse().map_err(|_| "must be true or false".into()),
        _ => Err("must be true or false".into()),
    }
}

fn count(value: &Value) -> Result<usize, String> {
    let count = match value {
        Value::Integer(count) => usize::try_from(*count).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    // A semaphore holds no more; nobody means more.
    count
        .filter(|count| (1..=1 << 24).contains(count))
        .ok_or_else(|| "must be a whole number from 1 to 16777216".into())
}

fn depth(value: &Value) -> Result<usize, String> {
    count(value)
        .ok()
        .filter(|depth| *depth <= MAX_DEPTH)
        .ok_or_else(|| format!("must be a whole number from 1 to {MAX_DEPTH}"))
}

fn list(value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        // One variable, several names.
        Value::String(text) => Ok(text
            .split(',')
            .map(|item| item.trim().to_owned())
            .filter(|item| !item.is_empty())
            .collect()),
        _ => Err("must be a list of strings".into()),
    }
}

/// A number and one of `B`, `KB`, `MB`; a bare number is bytes.
fn bytes(value: &Value) -> Result<usize, String> {
    const FORM: &str = "must be a size such as 65536 or \"4MB\"";
    if let Value::Integer(bytes) = value {
        return usize::try_from(*bytes).ok().filter(|bytes| *bytes > 0).ok_or_else(|| FORM.into());
    }
    let text = value.as_str().ok_or(FORM)?;
    let (number, unit) = split_unit(text);
    let unit: usize = match unit {
        "" | "B" => 1,
        "KB" => 1 << 10,
        "MB" => 1 << 20,
        _ => return Err(FORM.into()),
    };
    let number: usize = number.parse().map_err(|_| FORM)?;
    number.checked_mul(unit).filter(|bytes| *bytes > 0).ok_or_else(|| FORM.into())
}

/// A number and one of `ms`, `s`, `m`, `h`, `d`, as in the attributes.
fn duration(value: &Value) -> Result<Duration, String> {
    const FORM: &str = "must be a duration such as \"10s\"; units are `ms`, `s`, `m`, `h`, `d`";
    let text = value.as_str().ok_or(FORM)?;
    let (number, unit) = split_unit(text);
    let number: u64 = number.parse().map_err(|_| FORM)?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(FORM.into()),
    };
    number
        .checked_mul(milliseconds)
        .filter(|all| (1..=365 * 86_400_000).contains(all))
        .map(Duration::from_millis)
        .ok_or_else(|| FORM.into())
}

fn split_unit(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

fn log_format(value: &Value) -> Result<LogFormat, String> {
    match value.as_str() {
        Some("text") => Ok(LogFormat::Text),
        Some("json") => Ok(LogFormat::Json),
        _ => Err("must be \"text\" or \"json\"".into()),
    }
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
    page
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "timeout = \"5s\"\ngrace = \"1m\"\nlog = \"debug\"\nlog_format = \"json\"\n\
             [http]\naddress = \"127.0.0.1:9\"\nallowed_hosts = [\"a.example\"]\n\
             allowed_origins = [\"https://a.example\"]\nallow_unauthenticated_network = true\n\
             max_connections = 7\nmax_sessions = 8\nread_timeout = \"2s\"\n\
             [limits]\nmessage = \"64KB\"\ndepth = 9\nstring = 100\nin_flight = 3\n",
        )
        .unwrap();
        assert_eq!(settings.timeout, Some(Duration::from_secs(5)));
        assert_eq!(settings.grace, Duration::from_mins(1));
        assert_eq!((settings.log.as_str(), settings.log_format), ("debug", LogFormat::Json));
        assert_eq!(settings.http_address.port(), 9);
        assert_eq!(settings.http_allowed_hosts, ["a.example"]);
        assert_eq!(settings.http_allowed_origins, ["https://a.example"]);
        assert!(settings.http_allow_unauthenticated_network);
        assert_eq!((settings.http_max_connections, settings.http_max_sessions), (7, 8));
        assert_eq!(settings.http_read_timeout, Duration::from_secs(2));
        assert_eq!((settings.max_message, settings.max_depth), (64 << 10, 9));
        assert_eq!((settings.max_string, settings.max_in_flight), (100, 3));
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
        assert!(error.contains("settings are http.address, "), "{error}");
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
