use proptest::prelude::*;
use tokio::time::{Instant, advance};

use super::*;
use crate::policies::{Per, RateLimit};

const TICK: Duration = Duration::from_nanos(1);

fn rate(count: u32, period_ms: u64, per: Per, burst: u32) -> Rate {
    rate_of("t", count, period_ms, per, burst)
}

fn rate_of(tool: &str, count: u32, period_ms: u64, per: Per, burst: u32) -> Rate {
    Rate::new(RateLimit::new(count, period_ms, per).burst(burst), tool)
}

/// The store in memory decides at once.
fn take(rates: &MemoryRates, principal: &str, all: &[Rate]) -> Verdict {
    match rates.take(&principal.into(), all) {
        Step::Done(Some(Ok(verdict))) => verdict,
        _ => panic!("not decided"),
    }
}

fn admitted(rates: &MemoryRates, principal: &str, all: &[Rate], calls: usize) -> usize {
    (0..calls).filter(|_| take(rates, principal, all) == Verdict::Allowed).count()
}

fn any_rate() -> impl Strategy<Value = Rate> {
    (1..50_u32, 1..5_000_u64, 1..20_u32)
        .prop_map(|(count, period, burst)| rate(count, period, Per::Caller, burst))
}

fn some_rates() -> impl Strategy<Value = Vec<Rate>> {
    prop::collection::vec(any_rate(), 1..4).prop_filter("alike ones are one bucket", |rates| {
        (1..rates.len()).all(|at| !rates[..at].contains(&rates[at]))
    })
}

/// Pauses between calls, in nanoseconds: none, short and long ones.
fn any_arrivals() -> impl Strategy<Value = Vec<u64>> {
    let pause = prop_oneof![Just(0), 0..1_000_u64, 0..5_000_000_000_u64];
    prop::collection::vec(pause, 1..120)
}

/// A leaky bucket, filled by drops of one nanosecond: what the arithmetic has to agree with.
struct Leaky {
    size: u128,
    drop: u128,
    level: u128,
    at: u64,
}

impl Leaky {
    fn take(&mut self, now: u64) -> bool {
        self.level = self.level.saturating_sub(u128::from(now - self.at));
        self.at = now;
        let fits = self.level + self.drop <= self.size;
        if fits {
            self.level += self.drop;
        }
        fits
    }
}

proptest! {
    #[test]
    fn no_window_holds_more_than_its_burst_and_its_rate(rate in any_rate(), pauses in any_arrivals()) {
        let (mut now, mut tat, mut admitted) = (0, 0, Vec::new());
        for pause in pauses {
            now += pause;
            if let Ok(next) = rate.take(tat, now) {
                tat = next;
                admitted.push(now);
            }
        }
        let RateLimit { count, period, burst, .. } = rate.limit;
        for (first, start) in admitted.iter().enumerate() {
            for (last, end) in admitted.iter().enumerate().skip(first) {
                let beyond_burst = (last - first + 1).saturating_sub(burst as usize) as u128;
                let earned = u128::from(end - start) * u128::from(count);
                prop_assert!(beyond_burst * period.as_nanos() <= earned, "{start} to {end}");
            }
        }
    }

    #[test]
    fn it_is_a_leaky_bucket(rate in any_rate(), pauses in any_arrivals()) {
        let drop = rate.limit.period.as_nanos().div_ceil(u128::from(rate.limit.count));
        let mut model = Leaky { size: drop * u128::from(rate.limit.burst), drop, level: 0, at: 0 };
        let (mut now, mut tat) = (0, 0);
        for pause in pauses {
            now += pause;
            let taken = rate.take(tat, now);
            prop_assert_eq!(taken.is_ok(), model.take(now));
            tat = taken.unwrap_or(tat);
        }
    }

    #[test]
    fn who_waits_as_told_is_admitted_and_one_tick_earlier_is_not(
        rate in any_rate(),
        pauses in any_arrivals(),
    ) {
        let (mut now, mut tat) = (0, 0);
        for pause in pauses {
            now += pause;
            match rate.take(tat, now) {
                Ok(next) => tat = next,
                Err(wait) => {
                    prop_assert_eq!(rate.take(tat, now + wait - 1), Err(1));
                    prop_assert!(rate.take(tat, now + wait).is_ok());
                }
            }
        }
    }

    #[test]
    fn extremes_refuse_rather_than_overflow(
        count: u32, period: u64, burst: u32, now in 0..u64::MAX / 4, calls in 1..50_u32,
    ) {
        let rate = rate(count, period, Per::Caller, burst);
        let mut tat = 0;
        for call in 0..calls {
            match rate.take(tat, now) {
                Ok(next) => {
                    prop_assert!(next > tat.max(now) && call < burst.max(1));
                    tat = next;
                }
                Err(wait) => prop_assert!(wait > 0 && rate.take(tat, now + wait).is_ok()),
            }
        }
    }

    #[test]
    fn all_rates_or_none(
        rates in some_rates(),
        pauses in any_arrivals(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async move {
            let store = MemoryRates::new();
            let start = Instant::now();
            let mut tats = vec![0; rates.len()];
            for pause in pauses {
                advance(Duration::from_nanos(pause)).await;
                let now = u64::try_from(start.elapsed().as_nanos()).unwrap();
                let each: Vec<_> =
                    rates.iter().zip(&tats).map(|(rate, tat)| rate.take(*tat, now)).collect();
                let longest = each.iter().filter_map(|taken| taken.err()).max();
                match (take(&store, "anna", &rates), longest) {
                    (Verdict::Allowed, None) => {
                        tats = each.into_iter().map(Result::unwrap).collect();
                    }
                    (Verdict::Refused { which, retry_after }, Some(longest)) => {
                        prop_assert_eq!(retry_after, Duration::from_nanos(longest));
                        prop_assert_eq!(each[which], Err(longest));
                    }
                    (verdict, longest) => prop_assert!(false, "{verdict:?} beside {longest:?}"),
                }
            }
            Ok(())
        })?;
    }
}

#[test]
fn an_uneven_interval_is_rounded_up() {
    let rate = rate(3, 1, Per::Caller, 1);
    assert_eq!(rate.take(0, 0), Ok(333_334));
}

#[tokio::test(start_paused = true)]
async fn the_store_admits_after_the_pause_and_not_before() {
    let (store, all) = (MemoryRates::new(), [rate(60, 60_000, Per::Caller, 2)]);
    assert_eq!(admitted(&store, "anna", &all, 5), 2);
    let Verdict::Refused { which: 0, retry_after } = take(&store, "anna", &all) else {
        panic!("admitted beyond the burst");
    };
    assert_eq!(retry_after, Duration::from_secs(1));
    advance(retry_after.saturating_sub(TICK)).await;
    assert_eq!(take(&store, "anna", &all), Verdict::Refused { which: 0, retry_after: TICK });
    advance(TICK).await;
    assert_eq!(take(&store, "anna", &all), Verdict::Allowed);
}

#[tokio::test(start_paused = true)]
async fn who_shares_a_bucket() {
    for (per, other_caller, other) in [(Per::Caller, 3, 3), (Per::Tool, 0, 3), (Per::Global, 0, 0)]
    {
        let (store, all) = (MemoryRates::new(), [rate(1, 1_000, per, 3)]);
        let other_tool = [rate_of("u", 1, 1_000, per, 3)];
        assert_eq!(admitted(&store, "anna", &all, 9), 3, "{per:?}");
        assert_eq!(admitted(&store, "bert", &all, 9), other_caller, "{per:?}");
        assert_eq!(admitted(&store, "anna", &other_tool, 9), other, "{per:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_rates_of_one_caller_are_two_buckets() {
    let all = [rate(2, 1_000, Per::Caller, 2), rate(3, 60_000, Per::Caller, 3)];
    let store = MemoryRates::new();
    assert_eq!(admitted(&store, "anna", &all, 9), 2);
    advance(Duration::from_secs(1)).await;
    assert_eq!(admitted(&store, "anna", &all, 9), 1);
    assert!(matches!(take(&store, "anna", &all), Verdict::Refused { which: 1, .. }));
}

#[tokio::test(start_paused = true)]
async fn what_one_rate_refuses_does_not_use_up_another() {
    let tight = [rate(5, 60_000, Per::Tool, 5), rate(1, 60_000, Per::Caller, 1)];
    let store = MemoryRates::new();
    assert_eq!(admitted(&store, "anna", &tight, 100), 1);
    for caller in ["bert", "carl", "dora", "emil"] {
        assert_eq!(take(&store, caller, &tight), Verdict::Allowed, "{caller}");
    }
}

#[tokio::test(start_paused = true)]
async fn threads_at_once_share_one_burst() {
    let all = [rate(100, 3_600_000, Per::Caller, 100), rate(150, 3_600_000, Per::Tool, 150)];
    let store = MemoryRates::new();
    let total: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = ["anna", "anna", "bert", "bert"]
            .map(|caller| scope.spawn(|| admitted(&store, caller, &all, 1_000)))
            .into();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(total, 150);
}

#[tokio::test(start_paused = true)]
async fn a_million_callers_stay_within_the_bound() {
    let (store, all) = (MemoryRates::bounded(10_000), [rate(10, 3_600_000, Per::Caller, 10)]);
    let mut name = String::new();
    for caller in 0..1_000_000 {
        name.clear();
        std::fmt::Write::write_fmt(&mut name, format_args!("{caller}")).unwrap();
        assert_eq!(take(&store, &name, &all), Verdict::Allowed);
    }
    assert_eq!(store.len(), 10_000);
}

#[tokio::test(start_paused = true)]
async fn a_used_up_burst_is_not_washed_out_by_new_callers() {
    let all = [rate(10, 3_600_000, Per::Caller, 10)];
    let store = MemoryRates::bounded(1_000);
    assert_eq!(admitted(&store, "anna", &all, 20), 10);
    for caller in 0..20_000 {
        take(&store, &caller.to_string(), &all);
    }
    assert_eq!(admitted(&store, "anna", &all, 1), 0);
}

#[tokio::test(start_paused = true)]
async fn callers_cannot_crowd_out_what_they_share() {
    let shared = [rate(1_000, 3_600_000, Per::Global, 1_000)];
    let own = [rate(10, 3_600_000, Per::Caller, 10)];
    let store = MemoryRates::bounded(10);
    assert_eq!(admitted(&store, "anna", &shared, 1), 1);
    for caller in 0..100 {
        take(&store, &caller.to_string(), &own);
    }
    assert_eq!(admitted(&store, "anna", &shared, 2_000), 999);
}

#[tokio::test(start_paused = true)]
async fn full_buckets_are_dropped_in_passing() {
    let (store, all) = (MemoryRates::bounded(10_000), [rate(10, 1_000, Per::Caller, 10)]);
    for caller in 0..5_000 {
        take(&store, &caller.to_string(), &all);
    }
    assert_eq!(store.len(), 5_000);
    advance(Duration::from_secs(1)).await;
    for caller in 5_000..10_000 {
        take(&store, &caller.to_string(), &all);
    }
    assert!(store.len() <= 5_001, "{} entries", store.len());
}
