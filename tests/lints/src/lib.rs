//! Every key of every attribute, under every lint that there is. That this crate compiles under
//! `cargo clippy` without a warning is the test: what is allowed below is about how the functions
//! here are written, and no expansion needs it.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    future_incompatible,
    let_underscore,
    nonstandard_style,
    rust_2018_compatibility,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    unused,
    absolute_paths_not_starting_with_crate,
    ambiguous_negative_literals,
    closure_returning_async_block,
    deprecated_in_future,
    deref_into_dyn_supertrait,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    ffi_unwind_calls,
    impl_trait_redundant_captures,
    let_underscore_drop,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused_crate_dependencies,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences,
    clippy::all,
    clippy::cargo,
    clippy::nursery,
    clippy::pedantic,
    clippy::restriction
)]
#![allow(
    clippy::blanket_clippy_restriction_lints,
    reason = "a new lint of any group is to be met here first"
)]
#![allow(
    clippy::cargo_common_metadata,
    clippy::multiple_crate_versions,
    reason = "about the manifest, and about what others depend on"
)]
#![allow(
    clippy::arbitrary_source_item_ordering,
    clippy::implicit_return,
    clippy::min_ident_chars,
    clippy::missing_errors_doc,
    clippy::missing_inline_in_public_items,
    clippy::missing_trait_methods,
    clippy::needless_pass_by_value,
    clippy::pub_use,
    clippy::question_mark_used,
    clippy::ref_option,
    clippy::single_call_fn,
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    reason = "about how the functions themselves are written"
)]

extern crate alloc;

pub mod errors;
pub mod tools;

sdk::scopes! {
    "read:invoices" => "Read invoices",
    "read:reports" => "Read reports",
    "write:payments" => "Pay invoices",
    "delete:invoices" => "Delete invoices for good",
    "admin:invoices" => "Everything about invoices" implies ["read:invoices", "delete:invoices"],
}
