use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::super::{Fault, Faults};

async fn through(faults: Faults, sent: Vec<u8>) -> Vec<u8> {
    let (mut client, mut server) = faults.pipe();
    let sending = async move {
        client.write_all(&sent).await.unwrap();
        client.shutdown().await.unwrap();
        // Kept until the other side has ended too.
        client
    };
    let mut arrived = Vec::new();
    let (_client, read) = tokio::join!(sending, server.read_to_end(&mut arrived));
    read.unwrap();
    arrived
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Bytes that nothing strikes arrive as they were sent, whatever they are.
    #[test]
    fn what_is_not_struck_arrives_as_it_is(
        sent in prop::collection::vec(prop_oneof![4 => any::<u8>(), 1 => Just(b'\n')], 0..6_000),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time().start_paused(true).build().unwrap();
        let faults = Faults::of(1).requests(Fault::drop_request().nth(1_000_000).any_message());
        prop_assert_eq!(&runtime.block_on(through(faults, sent.clone())), &sent);
    }

    /// Reordering and duplicating lose nothing.
    #[test]
    fn what_is_shuffled_arrives_all_the_same(seed in any::<u64>(), lines in 1_usize..60) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time().start_paused(true).build().unwrap();
        let sent: String = (0..lines).map(|line| line.to_string() + "\n").collect();
        let shuffle = || Faults::of(seed)
            .requests(Fault::reorder().rate(0.4).any_message())
            .requests(Fault::duplicate().rate(0.2).any_message());
        let faults = shuffle();
        let arrived = runtime.block_on(through(faults.clone(), sent.clone().into_bytes()));
        let arrived = String::from_utf8(arrived).unwrap();
        let mut ids: Vec<usize> = arrived.lines().map(|line| line.parse().unwrap()).collect();
        ids.sort_unstable();
        let twice = faults.journal().iter().filter(|s| s.what() == "duplicate").count();
        prop_assert_eq!(ids.len(), lines + twice);
        ids.dedup();
        prop_assert_eq!(ids.len(), lines);
        // And the same again.
        let again = runtime.block_on(through(shuffle(), sent.into_bytes()));
        prop_assert_eq!(arrived.into_bytes(), again);
    }
}
