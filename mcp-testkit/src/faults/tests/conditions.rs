use std::time::Duration;

use serde_json::json;

use super::super::passage::Passage;
use super::super::place::Place;
use super::super::{Fault, Faults};
use super::{plan, struck};

#[test]
fn conditions_strike_what_they_say() {
    let hang = Fault::hang;
    let table: [(Fault, &[u64]); 14] = [
        (hang(), &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        (hang().nth(3), &[3]),
        (hang().nth(4).nth(1), &[1, 4]),
        (hang().every(5), &[5, 10]),
        (hang().after(9), &[10, 11, 12]),
        (hang().once(), &[1]),
        (hang().times(2), &[1, 2]),
        (hang().every(5).once(), &[5]),
        (hang().after(3).times(2), &[4, 5]),
        (hang().after(5).every(2), &[6, 8, 10, 12]),
        (hang().nth(3).nth(9).once(), &[3]),
        (hang().rate(1.0).nth(2), &[2]),
        (hang().rate(0.0), &[]),
        (hang().nth(13), &[]),
    ];
    for (fault, expected) in table {
        assert_eq!(struck(&plan(1, fault.clone()), 12), expected, "{fault}");
    }
}

/// `times` counts strikes, not what chance let go.
#[test]
fn chance_uses_up_no_strikes() {
    let faults = plan(3, Fault::hang().rate(0.1).times(3));
    let ordinals = struck(&faults, 200);
    assert_eq!(ordinals.len(), 3);
    assert_eq!(ordinals, struck(&plan(3, Fault::hang().rate(0.1)), 200)[..3]);
}

#[tokio::test(start_paused = true)]
async fn a_window_opens_and_closes_on_tokios_clock() {
    let second = Duration::from_secs(1);
    let open = || Fault::hang().window(2 * second..4 * second);
    let (all, second_of_them) = (plan(1, open()), plan(1, open().nth(2)));
    for _ in 0..6 {
        struck(&all, 1);
        struck(&second_of_them, 1);
        tokio::time::advance(second).await;
    }
    let at = |faults: &Faults| {
        let journal = faults.journal();
        journal.iter().map(|one| (one.ordinal(), one.at().as_secs())).collect::<Vec<_>>()
    };
    // The end is outside, and `nth` goes over what the window lets through.
    assert_eq!(at(&all), [(3, 2), (4, 3)]);
    assert_eq!(at(&second_of_them), [(4, 3)]);
}

#[test]
fn counts_go_over_what_matches() {
    let call = |number: &str| json!({ "method": "tools/call", "params": { "name": "pay", "arguments": { "number": number } } });
    let second_about_a = Fault::hang()
        .when(|call| call.tool() == Some("pay"))
        .when(|call| call.argument("number") == Some(&json!("A")))
        .nth(2);
    let faults = Faults::of(1).requests(second_about_a);
    for number in ["B", "A", "B", "A", "A"] {
        faults.0.decide(&Place::Requests, &Passage::of_request(&call(number)));
    }
    assert_eq!(faults.journal().len(), 1);
    assert_eq!(faults.journal()[0].ordinal(), 4);
}

#[test]
fn a_fault_for_every_tool_counts_each() {
    let faults = Faults::of(1).every_tool(Fault::hang().nth(2));
    for tool in ["a", "b", "a", "a", "b"] {
        faults.0.decide(&Place::Function(tool.into()), &Passage::default());
    }
    let edges: Vec<_> = faults.journal().iter().map(|strike| strike.edge().to_owned()).collect();
    assert_eq!(edges, ["tool `a`", "tool `b`"]);
}

/// The words of what panics.
fn refusal(of: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(of).expect_err("it should panic");
    panic
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_else(|| (*panic.downcast_ref::<&str>().expect("a message")).to_owned())
}

#[test]
fn what_can_never_strike_is_refused() {
    let ms = Duration::from_millis;
    let table: [(&str, fn()); 8] = [
        ("counted from 1", || drop(Fault::hang().nth(0))),
        ("every 0th call is none", || drop(Fault::hang().every(0))),
        ("0 times is none", || drop(Fault::hang().times(0))),
        ("from 0 to 1, not 1.5", || drop(Fault::hang().rate(1.5))),
        ("from 0 to 1, not NaN", || drop(Fault::hang().rate(f64::NAN))),
        ("never open", || drop(Fault::hang().window(Duration::ZERO..Duration::ZERO))),
        ("leaves no call number 3", || drop(plan(1, Fault::hang().nth(3).after(3)))),
        ("is none", || drop(Fault::latency(Duration::from_secs(1)..Duration::ZERO))),
    ];
    for (words, of) in table {
        let said = refusal(of);
        assert!(said.contains(words), "{said}");
    }
    // The nearest that can.
    drop(plan(1, Fault::latency(ms(1)..=ms(1)).nth(4).after(3).rate(1.0)));
}

#[test]
fn what_can_not_happen_at_an_edge_is_refused() {
    type Put = fn(Faults, Fault) -> Faults;
    let function: Put = |plan, fault| plan.tool("t", fault);
    let every: Put = |plan, fault| plan.every_tool(fault);
    let call: Put = |plan, fault| plan.call("t", fault);
    let dependency: Put = |plan, fault| plan.dependency("d", fault);
    let requests: Put = Faults::requests;
    let replies: Put = Faults::replies;
    let all = [function, every, call, dependency, requests, replies];
    let ms = Duration::from_millis(1);
    let error = || mcp_runtime::ToolError::new("down", "down");
    // Which of the six edges each fits. A tool's lost messages go around its calls.
    let table = [
        (Fault::latency(ms), "TTTTTT"),
        (Fault::hang(), "TTTTTT"),
        (Fault::wall_back(ms), "TTTTTT"),
        (Fault::error(error()), "TTTTFF"),
        (Fault::error_with(error), "TTTTFF"),
        (Fault::error_with(|| std::io::Error::other("x")), "FFFTFF"),
        (Fault::panic(), "TTFTFF"),
        (Fault::block(ms), "TTFTFF"),
        (Fault::hang().after_effect(), "TTTTFF"),
        (Fault::drop_request(), "TFTFTF"),
        (Fault::drop_reply_after_effect(), "TFTTFT"),
        (Fault::duplicate(), "FFFFTT"),
        (Fault::reorder(), "FFFFTT"),
        (Fault::truncate(3), "FFFFTT"),
        (Fault::half_frame(), "FFFFTT"),
        (Fault::slow_reader(ms), "FFFFTT"),
        (Fault::disconnect(), "FFFFTT"),
    ];
    for (fault, fits) in table {
        for (put, fits) in all.iter().zip(fits.chars()) {
            let put = std::panic::AssertUnwindSafe(|| drop(put(Faults::of(1), fault.clone())));
            if fits == 'T' {
                put();
            } else {
                let said = refusal(put);
                assert!(said.starts_with(&format!("the fault `{fault}` at ")), "{said}");
            }
        }
    }
}
