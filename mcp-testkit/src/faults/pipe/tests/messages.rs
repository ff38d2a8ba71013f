use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep};

use super::super::super::{Fault, Faults};
use super::{SECOND, Talk, replies, requests};

#[tokio::test(start_paused = true)]
async fn a_dropped_request_has_no_effect() {
    let mut talk = requests(Fault::drop_request().once());
    talk.call(1).await;
    assert_eq!(talk.reply().await, None);
    assert_eq!(talk.paid.count(), 0);
    talk.call(2).await;
    assert_eq!(talk.reply().await, Some(2));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_reply_leaves_its_effect() {
    let mut talk = replies(Fault::drop_reply_after_effect().once());
    talk.call(1).await;
    assert_eq!(talk.reply().await, None);
    assert_eq!(talk.paid.count(), 1);
    talk.call(2).await;
    assert_eq!(talk.reply().await, Some(2));
}

#[tokio::test(start_paused = true)]
async fn duplicates_arrive_twice() {
    let mut talk = requests(Fault::duplicate().once());
    talk.call(1).await;
    assert_eq!((talk.reply().await, talk.reply().await), (Some(1), Some(1)));
    assert_eq!((talk.reply().await, talk.paid.count()), (None, 2));

    let mut talk = replies(Fault::duplicate().once());
    talk.call(1).await;
    assert_eq!((talk.reply().await, talk.reply().await), (Some(1), Some(1)));
    assert_eq!((talk.reply().await, talk.paid.count()), (None, 1));
}

#[tokio::test(start_paused = true)]
async fn the_next_one_overtakes() {
    let mut talk = requests(Fault::reorder().once());
    for id in 1..=3 {
        talk.call(id).await;
    }
    for _ in 1..=3 {
        talk.reply().await.unwrap();
    }
    assert_eq!(talk.seen_ids(), [2, 1, 3]);

    // Where there is no next one, it comes all the same.
    let mut talk = requests(Fault::reorder().once());
    let began = Instant::now();
    talk.call(1).await;
    assert_eq!(talk.reply().await, Some(1));
    assert_eq!(began.elapsed(), SECOND + Duration::from_millis(10));

    // And so it does before the end.
    let mut talk = replies(Fault::reorder().once());
    talk.call(1).await;
    talk.to.shutdown().await.unwrap();
    assert_eq!(talk.reply().await, Some(1));
}

#[tokio::test(start_paused = true)]
async fn what_is_truncated_is_a_line_still() {
    let mut talk = requests(Fault::truncate(20).once());
    talk.call(1).await;
    assert!(talk.line().await.unwrap().contains("-32700"));
    talk.call(2).await;
    assert_eq!(talk.reply().await, Some(2));
    assert_eq!(talk.seen.recv().await.unwrap().len(), 20);

    let mut talk = replies(Fault::truncate(20).once());
    talk.call(1).await;
    assert_eq!(talk.line().await.unwrap().len(), 21);
    talk.call(2).await;
    assert_eq!(talk.reply().await, Some(2));

    // As much as there is, is there.
    let mut talk = replies(Fault::truncate(10_000));
    talk.call(1).await;
    assert_eq!(talk.reply().await, Some(1));
}

#[tokio::test(start_paused = true)]
async fn half_a_frame_is_the_last() {
    let mut talk = replies(Fault::half_frame());
    talk.call(1).await;
    let half = talk.line().await.unwrap();
    assert!(!half.is_empty() && !half.ends_with('\n'), "{half:?}");
    assert_eq!(talk.line().await.unwrap(), "");
    assert_eq!(talk.paid.count(), 1);

    let mut talk = requests(Fault::half_frame());
    talk.call(1).await;
    assert_eq!(talk.line().await.unwrap(), "");
    let seen = talk.seen.recv().await.unwrap();
    assert!(serde_json::from_str::<Value>(&seen).is_err(), "{seen:?}");
    assert_eq!(talk.seen.recv().await, None);
}

/// The call runs while its client is gone; or its reply is what doesn't come.
#[tokio::test(start_paused = true)]
async fn a_connection_breaks_in_mid_call() {
    let mut talk = requests(Fault::disconnect());
    talk.call(1).await;
    assert_eq!(talk.line().await.unwrap(), "");
    assert_eq!(talk.paid.count(), 0);
    sleep(SECOND).await;
    assert_eq!((talk.seen_ids(), talk.paid.count()), (vec![1], 1));

    let mut talk = replies(Fault::disconnect().nth(2));
    talk.call(1).await;
    assert_eq!(talk.reply().await, Some(1));
    talk.call(2).await;
    assert_eq!(talk.line().await.unwrap(), "");
    assert_eq!(talk.paid.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn latency_keeps_the_order_and_a_hang_ends_it() {
    let mut talk = replies(Fault::latency(SECOND).nth(1));
    let began = Instant::now();
    talk.call(1).await;
    talk.call(2).await;
    assert_eq!((talk.reply().await, talk.reply().await), (Some(1), Some(2)));
    assert_eq!(began.elapsed(), SECOND + Duration::from_millis(10));

    let mut talk = replies(Fault::hang().nth(2));
    for id in 1..=3 {
        talk.call(id).await;
    }
    assert_eq!((talk.reply().await, talk.reply().await), (Some(1), None));
    assert_eq!(talk.paid.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_sender_feels_a_slow_reader() {
    let faults = Faults::of(1).requests(Fault::slow_reader(SECOND).once());
    let (mut client, mut server) = faults.pipe();
    let params = json!({ "name": "pay", "arguments": { "number": "x".repeat(20_000) } });
    let mut line = json!({ "id": 1, "method": "tools/call", "params": params }).to_string();
    line.push('\n');
    let pieces = u32::try_from(line.len().div_ceil(256)).unwrap();
    let reading = tokio::spawn(async move {
        let mut read = String::new();
        server.read_to_string(&mut read).await.unwrap();
        read
    });
    let began = Instant::now();
    client.write_all(line.as_bytes()).await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO, "one message is taken off the client's hands");
    client.write_all(&vec![b'\n'; 3 * 4096 * 2]).await.unwrap();
    assert_eq!(began.elapsed(), pieces * SECOND, "what follows waits for it");
    drop(client);
    assert!(reading.await.unwrap().starts_with(&line));
}

/// What isn't a call neither counts nor suffers, unless it is asked for.
#[tokio::test(start_paused = true)]
async fn calls_count_and_nothing_else() {
    let faults =
        Faults::of(1).requests(Fault::drop_request().nth(1)).replies(Fault::duplicate().nth(1));
    let mut talk = Talk::new(&faults);
    talk.send(json!({ "jsonrpc": "2.0", "id": 90, "method": "initialize" })).await;
    assert_eq!(talk.reply().await, Some(90));
    talk.call(1).await;
    assert_eq!(talk.reply().await, None);
    talk.call(2).await;
    assert_eq!((talk.reply().await, talk.reply().await), (Some(2), Some(2)));
    let struck: Vec<_> =
        faults.journal().iter().map(|s| (s.edge().to_owned(), s.ordinal())).collect();
    assert_eq!(struck, [("requests".to_owned(), 1), ("replies".to_owned(), 1)]);

    let mut talk = requests(Fault::drop_request().any_message().nth(1));
    talk.send(json!({ "jsonrpc": "2.0", "id": 90, "method": "initialize" })).await;
    assert_eq!(talk.reply().await, None);
    talk.call(1).await;
    assert_eq!(talk.reply().await, Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_reply_knows_its_tool() {
    let of_pay = Fault::drop_reply_after_effect().when(|reply| reply.tool() == Some("pay"));
    let mut talk = replies(of_pay);
    talk.call(1).await;
    assert_eq!(talk.reply().await, None);
    let mut talk = replies(Fault::drop_reply_after_effect().when(|r| r.tool() == Some("other")));
    talk.call(1).await;
    assert_eq!(talk.reply().await, Some(1));
    let refused = Fault::drop_reply_after_effect()
        .when(|reply| reply.message().is_some_and(|message| message["result"].is_null()));
    let mut talk = replies(refused);
    talk.call(1).await;
    assert_eq!(talk.reply().await, Some(1));
}
