use proptest::prelude::*;

use super::*;
use crate::audit::testing::{begins, ends, refusal};

#[derive(Clone, Debug)]
enum Step {
    Begin,
    /// Of the oldest open call.
    End,
    Refuse,
    Sign,
    /// So many bodies from the start of what is left, by the rules.
    Erase(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Begin),
        4 => Just(Step::End),
        2 => Just(Step::Refuse),
        1 => Just(Step::Sign),
        1 => (1_u8..5).prop_map(Step::Erase),
    ];
    prop::collection::vec(step, 1..60)
}

fn log(steps: &[Step]) -> Stored {
    let mut log = Stored::new();
    let mut open = std::collections::VecDeque::new();
    for step in steps {
        match step {
            Step::Begin => open.push_back(log.add(&begins("x", noon()))),
            Step::End => {
                if let Some(intent) = open.pop_front() {
                    log.add(&ends("x", intent, noon()));
                }
            }
            Step::Refuse => {
                let refusal = refusal("rate_limited", noon());
                log.add(&Draft::Refusal(Box::new(refusal)));
            }
            Step::Sign => log.sign(),
            Step::Erase(count) => {
                let of = |kept: &&mut Kept| {
                    let text = kept.body.as_deref().unwrap_or_default();
                    !text.is_empty() && !String::from_utf8_lossy(text).contains("\"erased\"")
                };
                let gone: Vec<(u64, u64)> = log
                    .records
                    .iter_mut()
                    .filter(of)
                    .take((*count).into())
                    .map(|kept| {
                        kept.body = None;
                        (kept.seq, kept.seq)
                    })
                    .collect();
                if !gone.is_empty() {
                    log.note(gone, None);
                }
            }
        }
    }
    log.sign();
    log
}

/// What someone might do to a record.
#[derive(Clone, Debug)]
enum Tamper {
    Flip {
        byte: prop::sample::Index,
        bit: u8,
    },
    Digest {
        byte: usize,
        bit: u8,
    },
    Remove,
    Double,
    Erase,
    /// Another body, with all hashes made anew.
    Forge,
}

fn tamper() -> impl Strategy<Value = Tamper> {
    prop_oneof![
        (any::<prop::sample::Index>(), 0_u8..8).prop_map(|(byte, bit)| Tamper::Flip { byte, bit }),
        (0_usize..32, 0_u8..8).prop_map(|(byte, bit)| Tamper::Digest { byte, bit }),
        Just(Tamper::Remove),
        Just(Tamper::Double),
        Just(Tamper::Erase),
        Just(Tamper::Forge),
    ]
}

/// Whether there was anything to do.
fn apply(tamper: &Tamper, log: &mut Stored, at: usize) -> bool {
    let kept = &mut log.records[at];
    match (tamper, &mut kept.body) {
        (Tamper::Flip { byte, bit }, Some(body)) => {
            let byte = byte.index(body.len());
            body[byte] ^= 1 << bit;
        }
        (Tamper::Digest { byte, bit }, _) => kept.digest[*byte] ^= 1 << bit,
        (Tamper::Remove, _) => drop(log.records.remove(at)),
        (Tamper::Double, _) => {
            let twice = kept.clone();
            log.records.insert(at, twice);
        }
        (Tamper::Erase, body @ Some(_)) => *body = None,
        (Tamper::Forge, Some(body)) => {
            *body = Draft::Refusal(Box::new(refusal("forged", noon()))).body(kept.seq);
            log.rechain();
        }
        (Tamper::Flip { .. } | Tamper::Erase | Tamper::Forge, None) => return false,
    }
    true
}

proptest! {
    #[test]
    fn a_log_that_was_kept_by_the_rules_is_sound(steps in steps()) {
        let report = log(&steps).verified();
        prop_assert!(report.is_sound(), "{:?}", report.problems);
        prop_assert_eq!(report.signed.unwrap_or_default(), report.head.seq);
    }

    #[test]
    fn one_that_was_tampered_with_is_not(
        steps in steps(),
        at in any::<prop::sample::Index>(),
        tamper in tamper(),
    ) {
        let mut log = log(&steps);
        prop_assume!(!log.records.is_empty());
        let at = at.index(log.records.len());
        if apply(&tamper, &mut log, at) {
            prop_assert!(!log.verified().is_sound(), "{:?} at {}", tamper, at);
        }
    }
}
