//! Who may do what: every caller of the first start, and every tool.

use invoices::ledger::{Balance, Invoice, Ledger, Page};
use invoices::tools;
use mcp_runtime::{Caller, Code, Effect};
use mcp_testkit::TestServer;
use serde_json::{Value, json};

/// Of customer 1020, nothing paid.
const NORDWINDS: &str = "FV/2026/03/17";
/// Of customer 1016.
const KOWALSKIS: &str = "FV/2026/03/14";
const NOBODYS: &str = "FV/2099/01/1";

async fn server() -> TestServer {
    TestServer::new(tools::all()).state(Ledger::temporary().await.unwrap())
}

fn caller(principal: &str, scopes: &[&str]) -> Caller {
    scopes.iter().fold(Caller::new(principal), |caller, scope| caller.with_scope(scope).unwrap())
}

fn customer(id: u32) -> Caller {
    caller(&format!("customer:{id}"), &[&format!("read:invoices.where(customer_id={id})")])
}

fn accountant() -> Caller {
    caller("accountant", &["admin:ledger"])
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Done,
    /// The tool is not there for this caller.
    Hidden,
    /// It is, but not for these arguments.
    Refused,
    /// As if the rows weren't there.
    NotFound,
}
use Fate::{Done, Hidden, NotFound, Refused};

/// Each call, and its fate for the accountant, customer 1020, customer 1016, and one who was
/// granted nothing.
fn table() -> [(&'static str, Value, [Fate; 4]); 11] {
    let issue = json!({ "customer_id": 1020, "total_cents": 100, "due": "2099-12-31" });
    let pay = json!({ "number": NORDWINDS, "amount_cents": 1 });
    [
        ("search_invoices", json!({}), [Done, Done, Done, Hidden]),
        ("get_invoice", json!({ "number": NORDWINDS }), [Done, Done, NotFound, Hidden]),
        ("get_invoice", json!({ "number": KOWALSKIS }), [Done, NotFound, Done, Hidden]),
        ("get_invoice", json!({ "number": NOBODYS }), [NotFound, NotFound, NotFound, Hidden]),
        ("customer_balance", json!({ "customer_id": 1020 }), [Done, Done, Refused, Hidden]),
        ("customer_balance", json!({ "customer_id": 1016 }), [Done, Refused, Done, Hidden]),
        ("customer_balance", json!({ "customer_id": 9999 }), [NotFound, Refused, Refused, Hidden]),
        ("overdue_report", json!({}), [Done, Hidden, Hidden, Hidden]),
        ("issue_invoice", issue, [Done, Hidden, Hidden, Hidden]),
        ("void_invoice", json!({ "number": "FV/2025/11/17" }), [Done, Hidden, Hidden, Hidden]),
        ("pay_invoice", pay, [Done, Hidden, Hidden, Hidden]),
    ]
}

#[tokio::test]
async fn every_caller_and_every_tool() {
    let server = server().await;
    let callers = [accountant(), customer(1020), customer(1016), caller("eve", &[])];
    for (at, caller) in callers.iter().enumerate() {
        let seen = server.as_caller(caller).confirmed();
        let listed: Vec<&str> = seen.list().map(mcp_runtime::ToolInfo::name).collect();
        for (tool, arguments, fates) in table() {
            let what = format!("{} calls {tool} with {arguments}", caller.principal());
            assert_eq!(listed.contains(&tool), fates[at] != Hidden, "{what}");
            let answer = seen.call(tool, arguments).await;
            let fate = match answer.outcome() {
                Ok(_) => Done,
                Err(error) => {
                    assert_eq!(error.stated_effect(), Some(Effect::None), "{what}");
                    match error.code() {
                        Code::NotFound => NotFound,
                        Code::InsufficientScope if fates[at] == Hidden => Hidden,
                        Code::InsufficientScope => Refused,
                        other => panic!("{what}: {other:?}"),
                    }
                }
            };
            assert_eq!(fate, fates[at], "{what}");
        }
    }
    assert!(server.list().all(|tool| table().iter().any(|(name, ..)| *name == tool.name())));
}

#[tokio::test]
async fn another_customers_invoice_is_answered_as_one_that_does_not_exist() {
    let server = server().await;
    let nordwind = server.as_caller(customer(1020));
    let answer = async |number: &str| {
        let answer = nordwind.call("get_invoice", json!({ "number": number })).await;
        answer.error().to_json().to_string().replace(number, "N")
    };
    assert_eq!(answer(KOWALSKIS).await, answer(NOBODYS).await);
}

#[tokio::test]
async fn a_search_finds_what_is_the_callers_whatever_it_asks_for() {
    let server = server().await;
    let nordwind = server.as_caller(customer(1020));
    let own = nordwind.call("search_invoices", json!({})).await.data::<Page>();
    assert!(own.matches > 3 && own.invoices.iter().all(|invoice| invoice.customer_id == 1020));
    for filter in [json!({ "customer_id": 1016 }), json!({ "customer": "Kowalski" })] {
        let page = nordwind.call("search_invoices", filter).await.data::<Page>();
        assert_eq!((page.matches, page.invoices.len(), page.next), (0, 0, None));
    }
}

#[tokio::test]
async fn several_grants_add_up() {
    let server = server().await;
    let group = caller(
        "group",
        &["read:invoices.where(customer_id=1020)", "read:invoices.where(customer_id=1016)"],
    );
    let group = server.as_caller(&group);
    for (id, number) in [(1020, NORDWINDS), (1016, KOWALSKIS)] {
        let invoice = group.call("get_invoice", json!({ "number": number })).await;
        assert_eq!(invoice.data::<Invoice>().customer_id, id);
        let balance = group.call("customer_balance", json!({ "customer_id": id })).await;
        assert_eq!(balance.data::<Balance>().customer_id, id);
    }
    let refused = group.call("customer_balance", json!({ "customer_id": 1001 })).await;
    assert_eq!(*refused.error().code(), Code::InsufficientScope);
    let hidden = group.call("get_invoice", json!({ "number": "FV/2026/02/12" })).await;
    assert_eq!(*hidden.error().code(), Code::NotFound);
}

#[tokio::test]
async fn a_refusal_names_what_is_missing() {
    let server = server().await;
    for (tool, arguments, missing) in [
        (
            "customer_balance",
            json!({ "customer_id": 1016 }),
            "read:invoices.where(customer_id=1016)",
        ),
        ("overdue_report", json!({}), "read:invoices"),
        ("pay_invoice", json!({ "number": NORDWINDS, "amount_cents": 1 }), "write:payments"),
        ("void_invoice", json!({ "number": NORDWINDS }), "write:invoices"),
    ] {
        let answer = server.as_caller(customer(1020)).call(tool, arguments).await;
        assert_eq!(answer.error().to_json()["details"]["missing"], json!([missing]), "{tool}");
    }
}

#[tokio::test]
async fn each_scope_opens_its_own_tools() {
    let server = server().await;
    for (scope, tools) in [
        ("read:invoices", 4),
        ("read:invoices.where(customer_id=1020)", 3),
        ("write:invoices", 2),
        ("write:payments", 1),
        ("admin:ledger", 7),
        ("read:invoices.where(region=north)", 0),
    ] {
        let caller = caller("someone", &[scope]);
        assert_eq!(server.as_caller(&caller).list().count(), tools, "{scope}");
    }
}
