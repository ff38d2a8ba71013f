//! The requests that clients send: the same to every server.

use std::net::SocketAddr;

/// Where a call's own number stands, so that no cache knows it.
const PLACE: &str = "00000000";
const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1.0.0"},"io.modelcontextprotocol/clientCapabilities":{}}"#;

/// A request that is sent again and again.
pub struct Message {
    pub bytes: Vec<u8>,
    /// Where the number of the call is written, in a call that is each time another.
    number: Option<usize>,
}

impl Message {
    /// `call`: another one each time; `same`: the same one; `list`: the list of tools.
    pub fn new(what: &str) -> Result<(Self, &'static str), String> {
        let call = || {
            format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"get_invoice","arguments":{{"number":"FV-{PLACE}","customer_id":4711,"with_lines":true}},{META}}}}}"#
            )
        };
        let list =
            || format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{META}}}}}"#);
        let (text, method, varies) = match what {
            "call" => (call(), "tools/call", true),
            "same" => (call(), "tools/call", false),
            "list" => (list(), "tools/list", false),
            _ => return Err(format!("a client can't send `{what}`")),
        };
        let number = text.find(PLACE).filter(|_| varies);
        Ok((Self { bytes: text.into_bytes(), number }, method))
    }

    /// The same with the head of an HTTP request.
    pub fn over_http(what: &str, address: SocketAddr, key: Option<&str>) -> Result<Self, String> {
        let (body, method) = Self::new(what)?;
        let name = if method == "tools/call" { "Mcp-Name: get_invoice\r\n" } else { "" };
        let key = key.map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
        let head = format!(
            "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n\
             Mcp-Method: {method}\r\n{name}{key}Content-Length: {}\r\n\r\n",
            body.bytes.len(),
        );
        let number = body.number.map(|at| at + head.len());
        Ok(Self { bytes: [head.into_bytes(), body.bytes].concat(), number })
    }

    /// Makes it the call of this number.
    pub fn number(&mut self, number: u64) {
        let Some(at) = self.number else { return };
        let mut left = number;
        for digit in self.bytes[at..at + PLACE.len()].iter_mut().rev() {
            *digit = b'0' + u8::try_from(left % 10).unwrap_or_default();
            left /= 10;
        }
    }
}
