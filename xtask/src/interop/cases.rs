//! What is tried, as whom, and what has to come of it.

use serde_json::{Value, json};

use super::Try;
use super::clients::Client;
use super::example::Transport;

const ALL_TOOLS: [&str; 7] = [
    "customer_balance",
    "get_invoice",
    "issue_invoice",
    "overdue_report",
    "pay_invoice",
    "search_invoices",
    "void_invoice",
];
const CUSTOMERS_TOOLS: [&str; 3] = ["customer_balance", "get_invoice", "search_invoices"];
/// Of customer 1020, who is `nordwind`.
const INVOICE: &str = "FV/2026/03/17";
/// Of customer 1016.
const FOREIGN_INVOICE: &str = "FV/2026/03/14";
const UNKNOWN_TOOL: &str = "no_such_tool";

/// Whom a client speaks for, and who sits in front of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scene {
    /// The accountant's, and nobody can be asked.
    Unattended,
    /// The accountant's, before a person who says no.
    Declining,
    /// The accountant's, before a person who says yes.
    Accepting,
    /// Customer 1020's.
    Customers,
    /// Nobody's: it has no credential.
    Stranger,
}

impl Scene {
    /// In the order in which they are tried: who says yes comes after who says no, to the same.
    pub(super) const ALL: [Self; 5] =
        [Self::Unattended, Self::Declining, Self::Accepting, Self::Customers, Self::Stranger];
    /// Those of a client that can't ask anyone.
    pub(super) const UNATTENDED: [Self; 3] = [Self::Unattended, Self::Customers, Self::Stranger];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Unattended => "accountant",
            Self::Declining => "accountant, who says no",
            Self::Accepting => "accountant, who says yes",
            Self::Customers => "customer",
            Self::Stranger => "stranger",
        }
    }

    /// The id of its key.
    pub(super) fn key(self) -> Option<&'static str> {
        match self {
            Self::Unattended | Self::Declining | Self::Accepting => Some("accountant"),
            Self::Customers => Some("nordwind"),
            Self::Stranger => None,
        }
    }

    /// What the person says who is asked.
    pub(super) fn person(self) -> Option<&'static str> {
        match self {
            Self::Declining => Some("decline"),
            Self::Accepting => Some("accept"),
            Self::Unattended | Self::Customers | Self::Stranger => None,
        }
    }

    pub(super) fn cases(self) -> &'static [Case] {
        match self {
            Self::Unattended => &[
                Case::List,
                Case::Success,
                Case::ToolError,
                Case::BadArguments,
                Case::UnknownTool,
                Case::Unconfirmed,
            ],
            Self::Declining => &[Case::Declined],
            Self::Accepting => &[Case::Confirmed],
            Self::Customers => &[
                Case::CustomersList,
                Case::Own,
                Case::ForeignInvoice,
                Case::ForeignBalance,
                Case::HiddenTool,
            ],
            Self::Stranger => &[Case::NoCredential],
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    List,
    Success,
    ToolError,
    BadArguments,
    UnknownTool,
    Unconfirmed,
    Declined,
    Confirmed,
    CustomersList,
    Own,
    /// The query doesn't find it.
    ForeignInvoice,
    /// The grant doesn't reach the argument.
    ForeignBalance,
    HiddenTool,
    NoCredential,
}

impl Case {
    pub(super) fn name(self) -> &'static str {
        match self {
            // What the scripts call it.
            Self::List | Self::CustomersList => "list",
            Self::Success => "success",
            Self::ToolError => "tool error",
            Self::BadArguments => "bad arguments",
            Self::UnknownTool => "unknown tool",
            Self::Unconfirmed => "unconfirmed",
            Self::Declined => "declined",
            Self::Confirmed => "confirmed",
            Self::Own => "own invoice",
            Self::ForeignInvoice => "another's invoice",
            Self::ForeignBalance => "another's balance",
            Self::HiddenTool => "hidden tool",
            Self::NoCredential => "connect",
        }
    }

    /// The call that makes the case; listing and connecting are none. `invoice` is there to be
    /// voided.
    pub(super) fn call(self, invoice: &str) -> Option<(&'static str, Value)> {
        let number = |number: &str| json!({ "number": number });
        Some(match self {
            Self::List | Self::CustomersList | Self::NoCredential => return None,
            Self::Success | Self::Own => ("get_invoice", number(INVOICE)),
            Self::ToolError => ("get_invoice", number("FV/2099/01/1")),
            Self::BadArguments => ("get_invoice", json!({ "number": 17, "nope": true })),
            Self::UnknownTool => (UNKNOWN_TOOL, json!({})),
            Self::Unconfirmed | Self::Declined | Self::Confirmed => {
                ("void_invoice", number(invoice))
            }
            Self::ForeignInvoice => ("get_invoice", number(FOREIGN_INVOICE)),
            Self::ForeignBalance => ("customer_balance", json!({ "customer_id": 1016 })),
            Self::HiddenTool => ("overdue_report", json!({})),
        })
    }

    pub(super) fn is_right(self, one: Try, scene: Scene, invoice: &str, outcome: &Value) -> bool {
        // The Inspector looks the name up in the list and doesn't call a tool that isn't there.
        let looks_up = matches!(one.client, Client::Inspector(_));
        let asked = || asked_about(outcome, invoice) == scene.person().is_some();
        match self {
            Self::List => lists(outcome, &ALL_TOOLS),
            Self::CustomersList => lists(outcome, &CUSTOMERS_TOOLS),
            Self::Success | Self::Own => {
                outcome["isError"] == false && outcome["structured"]["number"] == INVOICE
            }
            Self::ToolError | Self::ForeignInvoice => fails_with(outcome, "not_found"),
            Self::BadArguments => fails_with(outcome, "invalid_arguments"),
            Self::UnknownTool | Self::HiddenTool if looks_up => {
                outcome["error"]["code"] == "tool_not_found"
            }
            Self::UnknownTool => outcome["error"]["code"] == -32602,
            Self::Unconfirmed => fails_with(outcome, "confirmation_required") && asked(),
            Self::Declined => fails_with(outcome, "declined") && asked(),
            Self::Confirmed => outcome["structured"]["status"] == "void" && asked(),
            Self::ForeignBalance => {
                let by_status = one.transport == Transport::Http && one.client.is_modern();
                refuses(one.client, by_status, "read:invoices.where(customer_id=1016)", outcome)
            }
            Self::HiddenTool => {
                refuses(one.client, one.transport == Transport::Http, "read:invoices", outcome)
            }
            Self::NoCredential => turned_away(one, outcome),
        }
    }
}

fn lists(outcome: &Value, tools: &[&str]) -> bool {
    let listed = outcome["tools"].as_array().into_iter().flatten();
    let mut names: Vec<_> = listed.filter_map(Value::as_str).collect();
    names.sort_unstable();
    names == tools
}

/// The error in the text of a result, which is JSON.
fn error(outcome: &Value) -> Value {
    let text = outcome["text"].as_str().filter(|_| outcome["isError"] == true);
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn fails_with(outcome: &Value, code: &str) -> bool {
    error(outcome)["code"] == code
}

/// Whether a person was asked, once, about this very call.
fn asked_about(outcome: &Value, invoice: &str) -> bool {
    match outcome["asked"].as_array().map(Vec::as_slice) {
        Some([question]) => question
            .as_str()
            .is_some_and(|text| text.contains("`void_invoice`") && text.contains(invoice)),
        _ => false,
    }
}

/// Whether a client shows that a scope is missing, and which: in a result, or where a status says
/// it, in what the client makes of that.
fn refuses(client: Client, by_status: bool, scope: &str, outcome: &Value) -> bool {
    if !by_status {
        let error = error(outcome);
        return error["code"] == "insufficient_scope"
            && error["details"]["missing"] == json!([scope]);
    }
    let message = outcome["error"]["message"].as_str().unwrap_or_default();
    match client {
        // These read the body.
        Client::Python(_) | Client::FastMcp => {
            outcome["error"]["code"] == 403 && message.contains(scope)
        }
        // And these the challenge.
        Client::TypeScript(_) | Client::Inspector(_) => {
            message == format!("Insufficient scope: required {scope:?}")
        }
    }
}

/// Whether a client without a credential got no further, and says why.
fn turned_away(one: Try, outcome: &Value) -> bool {
    let error = &outcome["error"];
    match (one.transport, one.client) {
        // The server has ended, and its last words are on stderr.
        (Transport::Stdio, _) => error["message"].is_string(),
        (Transport::Http, Client::Python(_) | Client::FastMcp) => error["code"] == 401,
        (Transport::Http, Client::TypeScript(_)) => {
            error["message"].as_str().is_some_and(|message| message.contains("401"))
        }
        (Transport::Http, Client::Inspector(_)) => {
            error["code"] == "auth_required" && outcome["exit"] == 3
        }
    }
}
