//! Tools in places that are hard on macros. That this crate compiles without a warning is the
//! test; `tests/names.rs` looks at the names that come out.
#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    unused,
    nonstandard_style,
    future_incompatible,
    let_underscore,
    rust_2018_idioms,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    missing_copy_implementations,
    missing_debug_implementations,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unsafe_code,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::absolute_paths,
    clippy::str_to_string,
    clippy::wildcard_enum_match_arm,
    clippy::shadow_unrelated,
    clippy::shadow_reuse,
    clippy::pattern_type_mismatch,
    clippy::ref_patterns,
    clippy::default_trait_access
)]
#![allow(deprecated, reason = "most tools here say nothing, so that one thing is tried at a time")]
#![allow(
    clippy::missing_errors_doc,
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    reason = "about the functions themselves, which are short here"
)]

pub mod access;
pub mod bodies;
pub mod conditional;
pub mod deprecated;
pub mod errors;
pub mod generated;
pub mod no_prelude;
pub mod private;
pub mod raw;
pub mod rules;
pub mod shadowed;
pub mod undocumented;

pub use access::MCP_SCOPES;
