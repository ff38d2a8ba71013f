//! Policies as calls of the builders.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote_spanned;
use syn::Type;

use super::place::{Place, moved};
use crate::{
    model::{
        checked::{Cache, Dependency, Policies},
        policy::{Breaker, Concurrency, Queue, Rate, Retry},
    },
    paths::Runtime,
};

/// `queue(…)` without `wait`, in milliseconds.
const WAIT: u64 = 1000;

/// Calls for the policies of a tool, its fallback aside.
pub(super) fn facts(policies: &Policies, runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    let retry = policies.retry.iter().map(|retry| retry_of(retry, &private));
    let dependencies = dependencies(&policies.dependencies, runtime);
    let concurrency = policies.concurrency.map(concurrency);
    let queue = policies.queue.as_ref().map(queue);
    let rates = rates(&policies.rate_limits, &private);
    let cost = policies.cost.map(Literal::f64_unsuffixed).into_iter();
    let cache = policies.cache.iter().map(|cache| cache_of(cache, &private));
    let blocking = policies.blocking.iter();
    let heartbeat = policies.heartbeat.map(Literal::u64_unsuffixed).into_iter();
    let max_result = policies.max_result.map(Literal::u64_unsuffixed).into_iter();
    quote_spanned! {Span::mixed_site()=>
        #(.retry(#retry))*
        #dependencies
        #concurrency
        #queue
        #rates
        #(.cost(#cost))*
        #(.cache(#cache))*
        #(.#blocking())*
        #(.heartbeat_ms(#heartbeat))*
        #(.max_result(#max_result))*
    }
}

/// What stands beside a type with `#[dependency]`.
pub(crate) fn dependency(dependency: &Dependency, runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    let Dependency { cfg, ident, name, .. } = dependency;
    let concurrency = dependency.concurrency.map(concurrency);
    let queue = dependency.queue.as_ref().map(queue);
    let breaker = dependency.breaker.iter().map(|breaker| breaker_of(breaker, &private));
    let budget = dependency.retry_budget.map(Literal::f64_unsuffixed).into_iter();
    let root = runtime.root();
    quote_spanned! {Span::mixed_site().located_at(ident.span())=>
        #(#cfg)*
        #[automatically_derived]
        #[allow(deprecated, unused_qualifications, clippy::absolute_paths)]
        impl #root::Dependency for #ident {
            const DEF: &'static #private::DependencyDef =
                &#private::DependencyDef::new::<Self>(#name)
                    #concurrency
                    #queue
                    #(.breaker(#breaker))*
                    #(.retry_budget(#budget))*;
        }
    }
}

fn retry_of(retry: &Retry, private: &TokenStream) -> TokenStream {
    let attempts = Literal::u32_unsuffixed(retry.attempts);
    let timeout = retry.attempt_timeout.map(Literal::u64_unsuffixed).into_iter();
    let base = retry.base.iter().map(|given| Literal::u64_unsuffixed(given.value));
    quote_spanned! {Span::mixed_site()=>
        #private::Retry::new(#attempts) #(.attempt_timeout_ms(#timeout))* #(.base_ms(#base))*
    }
}

/// Each at its type, where one that is no dependency is reported.
fn dependencies(types: &[Type], runtime: &Runtime) -> Option<TokenStream> {
    let definitions = types.iter().map(|ty| {
        let place = Place::of(ty);
        let root = moved(runtime.root(), place.first);
        quote_spanned!(place.last=> <#ty as #root::Dependency>::DEF)
    });
    (!types.is_empty())
        .then(|| quote_spanned!(Span::mixed_site()=> .dependencies(&[#(#definitions),*])))
}

fn concurrency(concurrency: Concurrency) -> TokenStream {
    let (method, limit) = match concurrency {
        Concurrency::Fixed(limit) => ("concurrency", limit),
        Concurrency::Adaptive(max) => ("adaptive", max),
    };
    let method = Ident::new(method, Span::mixed_site());
    let limit = Literal::u32_unsuffixed(limit);
    quote_spanned!(Span::mixed_site()=> .#method(#limit))
}

fn queue(queue: &Queue) -> TokenStream {
    let depth = Literal::u32_unsuffixed(queue.depth);
    let wait = Literal::u64_unsuffixed(queue.wait.as_ref().map_or(WAIT, |given| given.value));
    quote_spanned!(Span::mixed_site()=> .queue(#depth, #wait))
}

fn rates(rates: &[Rate], private: &TokenStream) -> Option<TokenStream> {
    let limits = rates.iter().map(|rate| {
        let count = Literal::u32_unsuffixed(rate.count);
        let period = Literal::u64_unsuffixed(rate.period);
        let per = Ident::new(rate.per, Span::mixed_site());
        let burst = rate.burst.map(Literal::u32_unsuffixed).into_iter();
        quote_spanned! {Span::mixed_site()=>
            #private::RateLimit::new(#count, #period, #private::Per::#per) #(.burst(#burst))*
        }
    });
    (!rates.is_empty()).then(|| quote_spanned!(Span::mixed_site()=> .rate_limits(&[#(#limits),*])))
}

fn cache_of(cache: &Cache, private: &TokenStream) -> TokenStream {
    let ttl = Literal::u64_unsuffixed(cache.ttl);
    let revalidate = cache.stale_while_revalidate.map(Literal::u64_unsuffixed).into_iter();
    let on_error = cache.stale_if_error.map(Literal::u64_unsuffixed).into_iter();
    let shared = cache.shared.iter();
    let normalize = cache.normalize.iter();
    quote_spanned! {Span::mixed_site()=>
        #private::Cache::new(#ttl)
            #(.stale_while_revalidate_ms(#revalidate))*
            #(.stale_if_error_ms(#on_error))*
            #(.#shared())*
            #(.normalize(#normalize))*
    }
}

fn breaker_of(breaker: &Breaker, private: &TokenStream) -> TokenStream {
    let failures = breaker.failures.map(Literal::u32_unsuffixed).into_iter();
    let ratio = breaker.ratio.map(Literal::f64_unsuffixed).into_iter();
    let slow = breaker.slow.map(Literal::u64_unsuffixed).into_iter();
    let open = breaker.open.iter().map(|given| Literal::u64_unsuffixed(given.value));
    quote_spanned! {Span::mixed_site()=>
        #private::Breaker::new()
            #(.failures(#failures))*
            #(.ratio(#ratio))*
            #(.slow_ms(#slow))*
            #(.open_ms(#open))*
    }
}
