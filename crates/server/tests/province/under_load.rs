//! I5 while many push at once, with commits held back: no reader ever sees a gap or skips an entry.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::json;
use tiexin_domain::access::Role;
use tiexin_server::BeforeCommit;
use uuid::Uuid;

use crate::desk::Desk;
use crate::on_both_stores;
use crate::place::{OTHER_TOWN, Place, TOWN, VILLAGE, grant, person, worker};

on_both_stores!(readers_never_see_a_gap, one_device_pushing_twice_at_once, two_servers_are_one);

const DESKS: usize = 6;
const PUSHES: usize = 25;

/// Holds every commit back by another while, so that commits end in another order than they began.
fn uneven() -> BeforeCommit {
    let turn = Arc::new(AtomicU64::new(0));
    Arc::new(move || {
        let turn = turn.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            // Others read and queue meanwhile: some commits end at once, some after thousands of their steps.
            for _ in 0..turn * 7 % 11 * 500 {
                tokio::task::yield_now().await;
            }
        })
    })
}

async fn readers_never_see_a_gap(place: Place) {
    let server = place.server(Some(uneven())).await;
    let province = server.province.clone();
    let mut pushers = Vec::new();
    for n in 0..DESKS {
        let mut desk = worker(&province, &format!("w{n}"), "340323").await;
        let province = province.clone();
        pushers.push(tokio::spawn(async move {
            for turn in 0..PUSHES {
                // Both scopes in one push, named in either order: locks are taken in one order.
                let mut changes = vec![
                    desk.new_household(Uuid::new_v4(), VILLAGE, "甲"),
                    desk.new_household(Uuid::new_v4(), "340323104001", "乙"),
                ];
                if turn % 2 == 1 {
                    changes.push(desk.new_household(Uuid::new_v4(), VILLAGE, "丙"));
                    changes.swap(0, 1);
                    (changes[0].id.seq, changes[1].id.seq) = (changes[1].id.seq, changes[0].id.seq);
                }
                let reply = desk.push(&province, &changes).await;
                assert_eq!(reply.verdicts.len(), changes.len());
                assert_eq!(crate::desk::words(&reply), vec!["applied"; changes.len()]);
            }
            desk
        }));
    }
    let done = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for n in 0..3 {
        let mut reader = person(&province, &format!("r{n}"), &[grant(Role::Auditor, "340323")]).await;
        let (province, done) = (province.clone(), done.clone());
        readers.push(tokio::spawn(async move {
            let mut rounds = 0;
            while !done.load(Ordering::SeqCst) {
                // `follow` fails on any gap, any broken chain and any wrong digest.
                reader.follow(&province).await;
                rounds += 1;
            }
            reader.follow(&province).await;
            (reader, rounds)
        }));
    }
    let mut desks = Vec::new();
    for pusher in pushers {
        desks.push(pusher.await.unwrap());
    }
    done.store(true, Ordering::SeqCst);
    let in_town = (DESKS * (PUSHES + PUSHES / 2)) as u64;
    let in_other = (DESKS * PUSHES) as u64;
    for reader in readers {
        let (reader, rounds) = reader.await.unwrap();
        assert!(rounds > 1);
        assert_eq!(reader.scopes[TOWN].since, in_town);
        assert_eq!(reader.scopes[OTHER_TOWN].since, in_other);
    }
    for mut desk in desks {
        desk.follow(&province).await;
        assert_eq!(desk.scopes[TOWN].since, in_town);
    }
    let report = province.verify().await.unwrap();
    assert!(report.broken.is_empty(), "{:?}", report.broken);
}

/// I2, I3 when the first reply is slow and the desk tries again.
async fn one_device_pushing_twice_at_once(place: Place) {
    let server = place.server(Some(uneven())).await;
    let province = server.province.clone();
    let mut desk = worker(&province, "w", TOWN).await;
    for _ in 0..10 {
        let id = Uuid::new_v4();
        let mut changes = vec![desk.new_household(id, VILLAGE, "户主")];
        changes.push(desk.edit(id, TOWN, 0, json!({"current_address": "东头"})));
        let request = desk.pushing(&changes);
        let tries = futures::future::join_all((0..4).map(|_| province.push(&request))).await;
        let tries: Vec<_> = tries.into_iter().map(Result::unwrap).collect();
        assert_eq!(tries.iter().filter(|r| !r.verdicts[0].duplicate).count(), 1);
        for other in &tries[1..] {
            let verdicts = |r: &tiexin_protocol::wire::PushReply| {
                r.verdicts.iter().map(|v| v.verdict.clone()).collect::<Vec<_>>()
            };
            assert_eq!(verdicts(other), verdicts(&tries[0]));
        }
        desk.sent.extend(changes.into_iter().map(|c| (c.id.seq, c)));
    }
    desk.follow(&province).await;
    assert_eq!(desk.scopes[TOWN].since, 20);
    assert!(province.verify().await.unwrap().broken.is_empty());
}

/// Two processes on one book behave as one.
async fn two_servers_are_one(place: Place) {
    let (one, two) = (place.province().await, place.province().await);
    let mut a: Desk = worker(&one, "a", TOWN).await;
    let mut b: Desk = worker(&two, "b", TOWN).await;
    for turn in 0..10 {
        let (here, there) = if turn % 2 == 0 { (&one, &two) } else { (&two, &one) };
        let (x, y) =
            (a.new_household(Uuid::new_v4(), VILLAGE, "甲"), b.new_household(Uuid::new_v4(), VILLAGE, "乙"));
        tokio::join!(a.push(here, std::slice::from_ref(&x)), b.push(there, std::slice::from_ref(&y)));
        // What one has acked, the other shows.
        a.follow(there).await;
        b.follow(here).await;
        assert_eq!(a.scopes[TOWN].since, 2 * (turn + 1));
        assert_eq!(a.scopes[TOWN].digest(), b.scopes[TOWN].digest());
    }
}
