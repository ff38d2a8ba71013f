//! The pipeline: panics, deadlines, validation, layers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcp_runtime::{
    Caller, Code, Context, Effect, FromCall, Requirements, Server, State, ToolCall, ToolError,
    tool, tools,
};
use mcp_testkit::TestServer;
use serde_json::{Value, json};
use tower::util::MapRequestLayer;

/// Panic.
#[tool(read_only)]
async fn panics() {
    panic!("the secret of row 7");
}

/// Panic while the arguments are taken.
#[tool(read_only)]
async fn panics_early(_it: Panics) {}

struct Panics;

impl FromCall for Panics {
    fn from_call(_: &ToolCall) -> Result<Self, ToolError> {
        panic!("the secret of row 7");
    }
}

/// Say hello.
#[tool(read_only)]
async fn hello() -> &'static str {
    "hello"
}

#[tokio::test]
async fn a_panic_becomes_internal_with_a_correlation_id_and_the_server_lives_on() {
    let server = TestServer::new(tools![panics, panics_early, hello]);
    for tool in ["panics", "panics_early"] {
        let answer = server.call(tool, json!({})).await;
        let error = answer.error();
        assert_eq!(*error.code(), Code::Internal);
        assert!(error.correlation_id().is_some());
        assert!(error.developer_message().unwrap().contains("the secret of row 7"));
        assert!(!error.to_json().to_string().contains("secret"));
        assert_eq!(server.call("hello", json!({})).await.text(), "hello");
    }
}

/// Sleep.
#[tool(read_only)]
async fn sleeps(seconds: u64) -> u64 {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    seconds
}

/// Sleep, at most two seconds.
#[tool(timeout = "2s")]
async fn sleeps_and_writes(seconds: u64) -> u64 {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    seconds
}

/// Sleep out in the world.
#[tool(read_only, open_world)]
async fn sleeps_outside(seconds: u64) -> u64 {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    seconds
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_deadline() {
    let server = TestServer::new(tools![sleeps, sleeps_and_writes, sleeps_outside]);
    for (tool, limit) in [("sleeps", 10), ("sleeps_and_writes", 2), ("sleeps_outside", 30)] {
        let started = tokio::time::Instant::now();
        server.call(tool, json!({ "seconds": limit - 1 })).await.reply();
        let answer = server.call(tool, json!({ "seconds": limit + 1 })).await;
        assert_eq!(*answer.error().code(), Code::Timeout, "{tool}");
        assert_eq!(started.elapsed().as_secs(), limit - 1 + limit, "{tool}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_says_whether_to_repeat() {
    let server = TestServer::new(tools![sleeps, sleeps_and_writes]);
    let read = server.call("sleeps", json!({ "seconds": 99 })).await;
    assert!(read.error().is_retryable());
    assert_eq!(read.error().stated_effect(), Some(Effect::None));
    let write = server.call("sleeps_and_writes", json!({ "seconds": 99 })).await;
    assert!(!write.error().is_retryable());
    assert_eq!(write.error().stated_effect(), Some(Effect::Unknown));
}

#[tokio::test(start_paused = true)]
async fn the_server_can_set_another_default_and_a_tool_keeps_its_own() {
    let server = TestServer::new(tools![sleeps, sleeps_and_writes])
        .configure(|server| server.timeout(Duration::from_secs(5)));
    server.call("sleeps", json!({ "seconds": 4 })).await.reply();
    server.call("sleeps", json!({ "seconds": 6 })).await.error();
    server.call("sleeps_and_writes", json!({ "seconds": 3 })).await.error();
}

/// Tell what the context says.
#[tool(read_only, timeout = "3s")]
async fn tells(ctx: Context, caller: Caller) -> Value {
    json!({
        "tool": ctx.tool(),
        "remaining_ms": u64::try_from(ctx.remaining().as_millis()).unwrap(),
        "trace": ctx.trace().map(|trace| trace.traceparent.clone()),
        "caller": caller.principal(),
    })
}

#[tokio::test(start_paused = true)]
async fn the_context_tells_about_the_call() {
    let app = Server::new("test", "0").tools(tools![tells]).build().unwrap();
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let meta = json!({ "traceparent": trace }).as_object().cloned().unwrap();
    let reply = app.call_as(Caller::anonymous(), "tells", json!({}), meta).await.unwrap();
    assert_eq!(
        reply.structured().unwrap(),
        &json!({ "tool": "tells", "remaining_ms": 3000, "trace": trace, "caller": "anonymous" }),
    );
    let local = TestServer::new(tools![tells]).call("tells", json!({})).await.data::<Value>();
    assert!(local["caller"].as_str().unwrap().starts_with("local"), "{local}");
}

struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Spawn a task that lives as long as the call.
#[tool(read_only, timeout = "1s")]
async fn spawns(ctx: Context, State(ended): State<Arc<AtomicUsize>>) {
    tokio::spawn(async move {
        ctx.cancelled().await;
        drop(Dropped(ended));
    });
    std::future::pending::<()>().await;
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_call_ends_what_it_spawned() {
    let ended = Arc::new(AtomicUsize::new(0));
    let server = TestServer::new(tools![spawns]).state(Arc::clone(&ended));
    server.call("spawns", json!({})).await.error();
    super::support::until("the task ends", || ended.load(Ordering::SeqCst) == 1).await;
}

/// The tenant that a layer found.
struct Tenant(String);

#[derive(Clone)]
struct FoundTenant(String);

impl FromCall for Tenant {
    fn from_call(call: &ToolCall) -> Result<Self, ToolError> {
        call.extensions()
            .get::<FoundTenant>()
            .map(|found| Tenant(found.0.clone()))
            .ok_or_else(|| ToolError::new("no_tenant", "this call has no tenant"))
    }
}

/// Say who asks.
#[tool(read_only)]
async fn whoami(Tenant(name): Tenant, greeting: String) -> String {
    format!("{greeting}, {name}")
}

#[tokio::test]
async fn layers_stand_around_validation_and_feed_extractors() {
    let server = TestServer::new(tools![whoami]).configure(|server| {
        server.layer(MapRequestLayer::new(|mut call: ToolCall| {
            call.arguments_mut().insert("greeting".into(), "hello".into());
            call.extensions_mut().insert(FoundTenant("anna".into()));
            call
        }))
    });
    assert_eq!(server.call("whoami", json!({})).await.text(), "hello, anna");

    let bare = TestServer::new(tools![whoami]);
    let refused = bare.call("whoami", json!({ "greeting": "hello" })).await;
    assert_eq!(refused.error().code().as_str(), "no_tenant");
}

#[tokio::test]
async fn the_layer_first_added_is_outermost() {
    let append = |text: &'static str| {
        MapRequestLayer::new(move |mut call: ToolCall| {
            let so_far = call.arguments()["greeting"].as_str().unwrap().to_owned();
            call.arguments_mut().insert("greeting".into(), format!("{so_far}{text}").into());
            call.extensions_mut().insert(FoundTenant("x".into()));
            call
        })
    };
    let server = TestServer::new(tools![whoami])
        .configure(|server| server.layer(append("1")).layer(append("2")));
    assert_eq!(server.call("whoami", json!({ "greeting": "0" })).await.text(), "012, x");
}

#[tokio::test(start_paused = true)]
async fn a_layer_that_waits_to_be_ready_waits_within_the_deadline() {
    let server = TestServer::new(tools![sleeps_and_writes])
        .configure(|server| server.layer(tower::limit::GlobalConcurrencyLimitLayer::new(1)));
    let call = || server.call("sleeps_and_writes", json!({ "seconds": 99 }));
    let started = tokio::time::Instant::now();
    let (first, second) = tokio::join!(call(), call());
    assert_eq!(*first.error().code(), Code::Timeout);
    assert_eq!(*second.error().code(), Code::Timeout);
    assert_eq!(started.elapsed().as_secs(), 2);
}

#[tokio::test]
async fn a_layers_own_error_is_internal_and_a_tool_error_stays_itself() {
    use tower::filter::FilterLayer;
    let refuse = |error: fn() -> Box<dyn std::error::Error + Send + Sync>| {
        FilterLayer::new(move |_: ToolCall| Err::<ToolCall, _>(error()))
    };
    let foreign = TestServer::new(tools![hello])
        .configure(|server| server.layer(refuse(|| "disk on fire".into())));
    let answer = foreign.call("hello", json!({})).await;
    assert_eq!(*answer.error().code(), Code::Internal);
    assert!(!answer.error().to_json().to_string().contains("fire"));

    let ours = TestServer::new(tools![hello]).configure(|server| {
        server.layer(refuse(|| Box::new(ToolError::new("closed", "closed on Sundays"))))
    });
    assert_eq!(ours.call("hello", json!({})).await.error().code().as_str(), "closed");
}

#[derive(Clone)]
struct Missing;

/// Take a state that nobody gave.
#[tool(read_only)]
async fn needs(State(_missing): State<Missing>) {}

struct Wrapper;

impl FromCall for Wrapper {
    fn from_call(_: &ToolCall) -> Result<Self, ToolError> {
        Ok(Self)
    }

    fn requires(requirements: &mut Requirements) {
        requirements.state::<Missing>();
    }
}

/// Take it by an extractor of one's own.
#[tool(read_only)]
async fn needs_indirectly(_wrapper: Wrapper) {}

#[test]
fn a_missing_state_is_an_error_at_start_that_names_tool_and_type() {
    let built = Server::new("test", "0").tools(tools![needs, needs_indirectly, hello]).build();
    let message = built.unwrap_err().to_string();
    for tool in ["`needs`", "`needs_indirectly`"] {
        assert!(message.contains(tool), "{message}");
    }
    assert_eq!(message.matches("pipeline::Missing>`").count(), 2, "{message}");
    assert!(Server::new("test", "0").state(Missing).tools(tools![needs]).build().is_ok());
}

#[test]
fn two_states_of_a_type_are_an_error_at_start() {
    let built = Server::new("test", "0").state(Missing).state(Missing).build();
    assert!(built.unwrap_err().to_string().contains("two values of"));
}
