//! The least that a tool is, and the most, as snapshots.

use proc_macro2::TokenStream;

use crate::{
    parse::keys::{ARG, TOOL},
    snapshots::{pretty, tokens},
    stages::expand_tool,
};

#[test]
fn plain_tool() {
    let expansion = expand_tool(
        TokenStream::new(),
        &tokens(
            r#"
            /// Price an order.
            async fn price(
                /// What is ordered.
                product: String,
                count: u32,
            ) -> String {
                format!("{count} of {product}")
            }
            "#,
        ),
    );
    insta::assert_snapshot!(pretty(&expansion));
}

/// All that one tool can say. Keys that it lacks contradict one that it has.
#[test]
fn tool_with_everything() {
    let attribute = r#"
        name = "invoices.list",
        title = "List invoices",
        description = WORDS,
        version = "2",
        read_only,
        open_world,
        scope = ["read:invoices.where(customer_id = customer)", "read:reports"],
        check = [in_order(from, limit), known(region, ledger)],
        icons = [Icon::new("https://example.com/invoice.png")],
        meta = BTreeMap::from([("team", "billing")]),
        timeout = "20s",
        retry(attempts = 3, attempt_timeout = "5s", base = "200ms"),
        dependency = [Ledger, bank::Bank],
        concurrency = adaptive(max = 32),
        queue(depth = 64, wait = "500ms"),
        rate_limit = ["60/1m per caller burst 10", "9/1s per global"],
        cost = 0.02,
        cache_ttl = "30s",
        cache(normalize = upper_case),
        stale_while_revalidate = "30s",
        stale_if_error = "10m",
        fallback = archive::list,
        blocking,
        heartbeat = "5s",
        max_result = "64KB",
        audit(result = "redacted", retention = "365d"),
        crate = rt,
    "#;
    let function = r#"
        /// List invoices.
        #[cfg(unix)]
        pub async fn list(
            #[arg(rename = "customerId", description = "Whose.", audit = "plain")] customer: u64,
            #[arg(default = "PL", example = "DE", length(2..=2), header = "Region")] region: String,
            #[arg(pattern = "^FV", format = "invoice")] from: String,
            #[arg(items(1..=10))] kinds: Vec<Kind>,
            #[arg(secret, check = not_trivial)] pin: String,
            #[cfg(feature = "paged")] #[arg(range(1..=100))] limit: u8,
            State(ledger): State<Ledger>,
            granted: Granted<Mine>,
        ) -> Result<Vec<Invoice>, LedgerError> {}
    "#;
    let lacks = ["destructive", "public", "confirm", "idempotent"];
    for key in TOOL.iter().map(|key| key.name).filter(|key| !lacks.contains(key)) {
        assert!(attribute.contains(&format!("\n        {key}")), "the tool has no `{key}`");
    }
    for key in ARG.iter().map(|key| key.name).filter(|key| *key != "flatten") {
        assert!(function.contains(key), "the tool's arguments have no `{key}`");
    }
    let expansion = expand_tool(tokens(attribute), &tokens(function));
    insta::assert_snapshot!(pretty(&expansion));
}
