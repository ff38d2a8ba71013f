//! Inputs that nobody would write, for every macro: each has to give an error or an expansion that
//! parses, without a panic and soon, and the user's function has to come out as it was.
//!
//! `cargo xtask fuzz [SECONDS]` goes on for as long as it is told, from another seed each time.
//! `cargo test` makes the same few thousand inputs each time. What fails is made small and printed
//! with its seed; it belongs into `regressions.txt`, which every run begins with.

mod case;
mod corpus;
mod grammar;
mod mutate;
mod signature;
pub(crate) mod sites;
mod words;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use fastrand::Rng;
use proc_macro2::TokenStream;

use self::case::Case;

/// How long to go on; without it, a run is `CASES` from the seed `SEED`.
const SECONDS: &str = "MACRO_FUZZ_SECONDS";
const CASES: u64 = 4_000;
const SEED: u64 = 0;

#[test]
fn every_input_has_an_answer() {
    let seconds = std::env::var(SECONDS).ok().and_then(|text| text.parse().ok());
    let time = seconds.map(Duration::from_secs);
    let first = if time.is_some() { now() } else { SEED };
    let corpus = corpus::written();
    assert!(corpus.len() > 300, "only {} uses of macros were found", corpus.len());
    let mut headlines = BTreeSet::new();
    for case in &corpus {
        report(case, "a use in the workspace", &mut headlines);
    }
    let begin = Instant::now();
    let mut cases = 0;
    while time.map_or(cases < CASES, |time| begin.elapsed() < time) {
        let seed = first.wrapping_add(cases);
        let case = generate(&mut Rng::with_seed(seed), &corpus);
        report(&case, &format!("seed {seed}"), &mut headlines);
        cases += 1;
    }
    let missed = sites::missed();
    println!(
        "{cases} inputs from seed {first}: {} headlines, all but {} of {} places that report",
        headlines.len(),
        missed.len(),
        sites::count(),
    );
    for place in &missed {
        println!("  not reached: {place}");
    }
    // A run that is told when to end makes no promise of how far it gets.
    if time.is_none() {
        assert!(headlines.len() >= 150, "only {} headlines", headlines.len());
        assert!(missed.len() <= 12, "places that no input reaches: {missed:?}");
    }
}

#[test]
fn what_failed_once_does_not_fail_again() {
    let regressions = corpus::regressions();
    assert_eq!(regressions.len(), corpus::regressions_written());
    for case in &regressions {
        report(case, "a regression", &mut BTreeSet::new());
    }
}

#[test]
fn text_is_read_back() {
    let corpus = corpus::written();
    for seed in 0..500 {
        let text = generate(&mut Rng::with_seed(seed), &corpus).to_text();
        let again = Case::from_text(&text).map(|case| case.to_text());
        assert_eq!(again, Some(text));
    }
}

/// An input by the grammar, one that people wrote with a few changes, or a heap of tokens.
fn generate(rng: &mut Rng, corpus: &[Case]) -> Case {
    let mut case = match rng.u8(..20) {
        0..11 => grammar::case(rng),
        11..19 => written(rng, corpus),
        _ => heap(rng),
    };
    let changes = if rng.u8(..3) == 0 { 0 } else { rng.u8(..4) };
    for _ in 0..changes {
        let donor = written(rng, corpus);
        let donor = if rng.bool() { donor.arguments } else { donor.item };
        if rng.bool() {
            case.arguments = mutate::mutate(rng, case.arguments, &donor);
        } else {
            case.item = mutate::mutate(rng, case.item, &donor);
        }
    }
    // What is printed when it fails has to be what failed.
    Case::from_text(&case.to_text()).unwrap_or(case)
}

fn written(rng: &mut Rng, corpus: &[Case]) -> Case {
    rng.choice(corpus).cloned().unwrap_or_else(|| heap(&mut Rng::with_seed(0)))
}

fn heap(rng: &mut Rng) -> Case {
    let (which, _) = case::Macro::ALL[rng.usize(..case::Macro::ALL.len())];
    let mut some = || (0..rng.usize(..30)).flat_map(|_| words::token(rng)).collect::<TokenStream>();
    Case { which, arguments: some(), item: some() }
}

fn report(case: &Case, origin: &str, seen: &mut BTreeSet<String>) {
    let Some(failure) = case.failure(seen) else { return };
    let kind = |failure: &str| failure.chars().take(20).collect::<String>();
    let wanted = kind(&failure);
    let fails = |case: &Case| {
        case.failure(&mut BTreeSet::new()).is_some_and(|failure| kind(&failure) == wanted)
    };
    let small = mutate::smallest(case.clone(), &fails);
    let failure = small.failure(&mut BTreeSet::new()).unwrap_or(failure);
    let text = small.to_text();
    assert!(failure.is_empty(), "{origin}: {failure}\n\nfor regressions.txt:\n\n{text}");
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(SEED)
}
