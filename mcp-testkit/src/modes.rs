//! [`on_every_mode!`](crate::on_every_mode) and [`on_modes!`](crate::on_modes): one test body on
//! several ways in.

use std::time::Duration;

use tokio::runtime::Builder;

/// How long threads that a test has left behind are waited for.
const LEFT_BEHIND: Duration = Duration::from_millis(100);

/// Makes a test of each function for each [`Mode`](crate::Mode): `pays_once::typed`,
/// `pays_once::stdio`, `pays_once::http` and `pays_once::http_legacy`.
///
/// ```
/// use mcp_runtime::{tool, tools};
/// use mcp_testkit::{Mode, TestServer, on_every_mode};
/// use serde_json::json;
///
/// /// Add two numbers.
/// #[tool(read_only)]
/// async fn add(a: i64, b: i64) -> i64 {
///     a + b
/// }
///
/// on_every_mode! {
///     async fn adds(mode: Mode) {
///         let server = TestServer::new(tools![add]).mode(mode);
///         let sum = server.call("add", json!({ "a": 1, "b": 2 })).await;
///         assert_eq!(sum.conforms().data::<i64>(), 3);
///     }
/// }
/// # fn main() {}
/// ```
///
/// Each test has a Tokio runtime of its own, on one thread, with its clock running; the body may
/// call `tokio::time::pause()`. Attributes such as `#[ignore]` go onto each of the tests, and a
/// function may return a `Result`.
#[macro_export]
macro_rules! on_every_mode {
    ($($functions:tt)+) => {
        $crate::on_modes! { [typed, stdio, http, http_legacy] $($functions)+ }
    };
}

/// [`on_every_mode!`](crate::on_every_mode) for the modes that are listed first.
///
/// ```
/// # use mcp_runtime::tools;
/// # use mcp_testkit::{Mode, TestServer, on_modes};
/// on_modes! {
///     [http, http_legacy]
///
///     async fn lists_nothing(mode: Mode) {
///         assert!(TestServer::new(tools![]).mode(mode).listed().await.is_empty());
///     }
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! on_modes {
    (
        $modes:tt
        $(#[$meta:meta])*
        async fn $name:ident($mode:ident: $type:ty) $(-> $output:ty)? $body:block
        $($more:tt)*
    ) => {
        async fn $name($mode: $type) $(-> $output)? $body

        mod $name {
            #[allow(unused_imports, reason = "what the signature names")]
            use super::*;

            $crate::__tests! { $modes [$(#[$meta])*] $name [$(-> $output)?] }
        }

        $crate::on_modes! { $modes $($more)* }
    };
    ($modes:tt) => {};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __tests {
    ([$($mode:ident),+ $(,)?] $attributes:tt $name:ident $output:tt) => {
        $($crate::__test! { $mode $attributes $name $output })+
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __test {
    (typed $attributes:tt $name:ident $output:tt) => {
        $crate::__test! { @ typed Typed $attributes $name $output }
    };
    (stdio $attributes:tt $name:ident $output:tt) => {
        $crate::__test! { @ stdio Stdio $attributes $name $output }
    };
    (http $attributes:tt $name:ident $output:tt) => {
        $crate::__test! { @ http Http $attributes $name $output }
    };
    (http_legacy $attributes:tt $name:ident $output:tt) => {
        $crate::__test! { @ http_legacy HttpLegacy $attributes $name $output }
    };
    (@ $test:ident $mode:ident [$($attribute:tt)*] $name:ident [$($output:tt)*]) => {
        #[test]
        $($attribute)*
        fn $test() $($output)* {
            $crate::__run(super::$name($crate::Mode::$mode))
        }
    };
    ($other:ident $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "`", ::core::stringify!($other),
            "` is no mode: there are typed, stdio, http and http_legacy",
        ));
    };
}

/// Runs the body of a test.
///
/// # Panics
///
/// When no runtime can be made, and as the body does.
#[doc(hidden)]
#[track_caller]
pub fn __run<T>(body: impl Future<Output = T>) -> T {
    run_on(Builder::new_current_thread().enable_all(), body)
}

/// Runs the body of a test on a runtime of its own.
#[track_caller]
pub(crate) fn run_on<T>(runtime: &mut Builder, body: impl Future<Output = T>) -> T {
    let runtime = runtime.build();
    let runtime = runtime.unwrap_or_else(|error| panic!("no runtime: {error}"));
    let result = runtime.block_on(body);
    // Dropping it would wait for tools that still hold a thread, for as long as they like.
    runtime.shutdown_timeout(LEFT_BEHIND);
    result
}
