//! Requests, good and bad: a plain call of some tool, or the list of them, with as many changes as a
//! seed says.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Request};
use futures_util::stream;
use mcp_runtime::Caller;
use mcp_runtime::private::Known;

use super::calls::CALLS;
use super::pool::{ENVELOPE, HEADERS, META, PAGE, PARAMS, VALUES};

/// The members of an object, as they are written.
type Members = Vec<(String, String)>;

/// One request, to be sent as often as is wanted.
pub(super) struct Sent {
    method: &'static str,
    headers: Vec<(&'static str, String)>,
    pub(super) body: String,
    /// In how many frames the body comes.
    frames: usize,
    caller: Option<Caller>,
}

/// The keys that requests show: one that counts, one whose time is over, and what is none. Nothing
/// where the server doesn't ask for keys.
pub(super) type Keys = Vec<String>;

/// Numbers that look random and are the same each time (`SplitMix64`).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

impl Sent {
    pub(super) fn request(&self) -> Request<Body> {
        let mut request = Request::builder().method(self.method).uri("/mcp");
        for (name, value) in &self.headers {
            let name = HeaderName::from_static(name);
            request = request.header(name, HeaderValue::from_bytes(&latin_1(value)).unwrap());
        }
        if let Some(caller) = &self.caller {
            request = request.extension(Known(caller.clone()));
        }
        let frame = self.body.len().div_ceil(self.frames).max(1);
        let frames: Vec<_> =
            self.body.as_bytes().chunks(frame).map(Bytes::copy_from_slice).collect();
        let body = match self.frames {
            1 => Body::from(self.body.clone()),
            _ => Body::from_stream(stream::iter(frames.into_iter().map(Ok::<_, Infallible>))),
        };
        request.body(body).unwrap()
    }
}

impl std::fmt::Display for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} by {:?}", self.method, self.caller.as_ref().map(Caller::principal))?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        write!(f, "{}", self.body)
    }
}

/// A header's bytes, some of which are no text in UTF-8.
fn latin_1(value: &str) -> Vec<u8> {
    value.chars().map(|character| u8::try_from(character).unwrap_or(b'?')).collect()
}

/// A request with up to three changes; a third of them have none.
pub(super) fn any(dice: &mut Dice, keys: &Keys) -> Sent {
    let (tool, arguments) = dice.one(CALLS);
    let mut members = [
        members(&[("jsonrpc", "\"2.0\""), ("id", "7"), ("method", "\"tools/call\"")]),
        members(&[("name", &format!("\"{tool}\"")), ("arguments", dice.one(arguments))]),
        members(&[
            (META[0], "\"2026-07-28\""),
            (META[1], "{}"),
            (META[2], r#"{"name":"c","version":"1"}"#),
        ]),
    ];
    let mut sent = Sent {
        method: "POST",
        headers: vec![
            ("host", "localhost:8080".to_owned()),
            ("content-type", "application/json".to_owned()),
            ("accept", "application/json, text/event-stream".to_owned()),
            ("mcp-protocol-version", "2026-07-28".to_owned()),
            ("mcp-method", "tools/call".to_owned()),
            ("mcp-name", tool.to_owned()),
        ],
        body: String::new(),
        frames: dice.one(&[1, 1, 1, 2, 3, 7]),
        caller: if keys.is_empty() { caller(dice) } else { None },
    };
    if dice.below(8) == 0 {
        list_instead(&mut sent.headers, &mut members);
    }
    if !keys.is_empty() {
        show_key(dice, &mut sent.headers, keys);
    }
    if dice.below(8) == 0 {
        sent.headers.push(("origin", PAGE.to_owned()));
    }
    vary(dice, &mut members);
    for _ in 0..dice.below(6).saturating_sub(2) {
        match dice.below(5) {
            0 | 1 => change_header(dice, &mut sent.headers),
            2 => change(dice, &mut members[0], ENVELOPE),
            3 => change(dice, &mut members[1], PARAMS),
            _ => change(dice, &mut members[2], META),
        }
    }
    if dice.below(60) == 0 {
        sent.method = dice.one(&["GET", "PUT", "DELETE", "OPTIONS"]);
    }
    let [mut envelope, mut params, meta] = members;
    unless_there(&mut params, "_meta", object(&meta));
    unless_there(&mut envelope, "params", object(&params));
    sent.body = object(&envelope);
    match dice.below(80) {
        0 => sent.body.push(' '),
        1 => sent.body.push('x'),
        2 => sent.body.truncate(dice.below(20)),
        3 => sent.body = format!("[{}]", sent.body),
        4 => sent.body = sent.body.replace('7', &"[".repeat(100)),
        5 => sent.body = sent.body.replace("\"x\"", &format!("\"{}\"", "y".repeat(70_000))),
        _ => {}
    }
    sent
}

/// Makes a list of a call.
fn list_instead(headers: &mut Vec<(&'static str, String)>, members: &mut [Members; 3]) {
    headers.retain(|(name, _)| *name != "mcp-name");
    for (_, value) in headers.iter_mut().filter(|(name, _)| *name == "mcp-method") {
        "tools/list".clone_into(value);
    }
    "\"tools/list\"".clone_into(&mut members[0][2].1);
    members[1].clear();
}

/// What a plain call may say without being another kind of call.
fn vary(dice: &mut Dice, [envelope, _, meta]: &mut [Members; 3]) {
    let ids = ["7", "0", "-3", "\"7\"", "\"a b\"", "\"\\u00e9\"", "9007199254740993"];
    dice.one(&ids).clone_into(&mut envelope[1].1);
    if dice.below(6) == 0 {
        let key = dice.one(&["\"k1\"", "\"k2\"", "\"\"", "7", "\"\\n\""]);
        meta.push(("mcp-runtime/idempotency-key".to_owned(), key.to_owned()));
    }
    if dice.below(6) == 0 {
        let trace = "\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"";
        meta.push(("traceparent".to_owned(), dice.one(&[trace, "\"x\"", "7"]).to_owned()));
    }
    if dice.below(8) == 0 {
        meta.push(("example.com/tenant".to_owned(), "\"t\"".to_owned()));
    }
    if dice.below(4) == 0 {
        let capabilities = [
            "{\"elicitation\":{}}",
            "{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}",
            "{\"roots\":{\"listChanged\":true},\"sampling\":{}}",
        ];
        dice.one(&capabilities).clone_into(&mut meta[1].1);
    }
}

fn caller(dice: &mut Dice) -> Option<Caller> {
    let with = |name: &str, scope| Caller::new(name).with_scope(scope).unwrap();
    match dice.below(5) {
        0 => Some(Caller::anonymous()),
        1 => Some(Caller::new("eve")),
        2 => Some(with("anna", "read:invoices.where(customer_id=17)")),
        3 => Some(with("admin", "admin:invoices")),
        _ => None,
    }
}

/// Mostly the key that counts, mostly as it should be shown.
fn show_key(dice: &mut Dice, headers: &mut Vec<(&'static str, String)>, keys: &Keys) {
    let key = &keys[dice.below(2 * keys.len()).saturating_sub(keys.len())];
    match dice.below(12) {
        0 => {}
        1 => headers.push(("authorization", format!("Basic {key}"))),
        2 | 3 => headers.push(("x-api-key", key.clone())),
        _ => headers.push(("authorization", format!("Bearer {key}"))),
    }
}

fn change_header(dice: &mut Dice, headers: &mut Vec<(&'static str, String)>) {
    let (name, values) = dice.one(HEADERS);
    let there = headers.iter().position(|(known, _)| *known == name);
    match (there, dice.below(4)) {
        (Some(at), 0) => drop(headers.remove(at)),
        (Some(at), 1) => headers.push(headers[at].clone()),
        (Some(at), 2) => dice.one(values).clone_into(&mut headers[at].1),
        _ => headers.push((name, dice.one(values).to_owned())),
    }
}

fn change(dice: &mut Dice, members: &mut Members, names: &[&str]) {
    let at = dice.below(members.len().max(1));
    let value = dice.one(VALUES).to_owned();
    match dice.below(5) {
        0 if !members.is_empty() => drop(members.remove(at)),
        1 if !members.is_empty() => members[at].1 = value,
        2 if !members.is_empty() => members.swap(at, 0),
        _ => {
            let name = dice.one(names).to_owned();
            match members.iter_mut().find(|(known, _)| *known == name) {
                // Mostly instead of what was there: a name that stands there twice is refused early.
                Some(member) if dice.below(4) > 0 => member.1 = value,
                _ => members.push((name, value)),
            }
        }
    }
}

fn unless_there(members: &mut Members, name: &str, value: String) {
    if members.iter().all(|(known, _)| known != name) {
        members.push((name.to_owned(), value));
    }
}

fn members(of: &[(&str, &str)]) -> Members {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn object(members: &Members) -> String {
    let members: Vec<_> =
        members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}
