//! Daily roots and the memory of desks: a past that was rewritten with care is still found and named.

use tiexin_domain::access::Role;
use tiexin_protocol::Chain;
use tiexin_protocol::statement::AuditRoot;
use tiexin_protocol::wire::{HelloRequest, SeenHead, SeenRoot};
use tiexin_server::{Finding, Province, Root, StoreUrl};
use uuid::Uuid;

use crate::desk::Desk;
use crate::on_both_stores;
use crate::place::{Place, TOWN, VILLAGE, grant, worker};

on_both_stores!(
    an_audit_entry_changed_dropped_or_moved_is_named,
    a_root_is_made_once_a_day_and_signed,
    a_rewritten_past_disagrees_with_its_root,
    a_desk_bears_witness,
    a_restored_province_is_explained,
);

/// Takes the guards off, as somebody with the database's password could.
async fn unguard(place: &Place) {
    let free = match place.store {
        StoreUrl::Sqlite(_) => {
            "DROP TRIGGER log_is_append_only; DROP TRIGGER log_keeps_all;
             DROP TRIGGER audit_is_append_only; DROP TRIGGER audit_keeps_all;"
        }
        StoreUrl::Postgres(_) => {
            "DROP TRIGGER log_is_append_only ON log; DROP TRIGGER audit_is_append_only ON audit;"
        }
    };
    place.meddle(free).await;
}

async fn named(province: &Province) -> Vec<(String, Option<u64>, &'static str)> {
    let broken = province.verify().await.unwrap().broken;
    broken.into_iter().map(|Finding { at, seq, code, .. }| (at, seq, code)).collect()
}

fn at_province(seq: u64, code: &'static str) -> (String, Option<u64>, &'static str) {
    ("audit province".into(), Some(seq), code)
}

async fn an_audit_entry_changed_dropped_or_moved_is_named(place: Place) {
    let province = place.province().await;
    for name in ["a", "b", "c", "d", "e"] {
        province.add_user(name, name).await.unwrap();
    }
    unguard(&place).await;
    place.meddle("UPDATE audit SET at = at + 1 WHERE book = 'province' AND seq = 2").await;
    assert_eq!(named(&province).await, [at_province(2, "audit_broken")]);
    place.meddle("UPDATE audit SET at = at - 1 WHERE book = 'province' AND seq = 2").await;
    assert_eq!(named(&province).await, []);
    // Two entries change places.
    for step in ["SET seq = 99 WHERE seq = 2", "SET seq = 2 WHERE seq = 3", "SET seq = 3 WHERE seq = 99"] {
        place.meddle(&format!("UPDATE audit {step} AND book = 'province'")).await;
    }
    let found = named(&province).await;
    assert_eq!(found[..2], [at_province(2, "audit_broken"), at_province(3, "audit_broken")]);
    for step in ["SET seq = 99 WHERE seq = 2", "SET seq = 2 WHERE seq = 3", "SET seq = 3 WHERE seq = 99"] {
        place.meddle(&format!("UPDATE audit {step} AND book = 'province'")).await;
    }
    assert_eq!(named(&province).await, []);
    // The last one goes, then one in the middle.
    place.meddle("DELETE FROM audit WHERE book = 'province' AND seq = 5").await;
    assert_eq!(named(&province).await, [at_province(5, "audit_missing")]);
    place.meddle("DELETE FROM audit WHERE book = 'province' AND seq = 3").await;
    assert_eq!(named(&province).await, [at_province(3, "audit_missing"), at_province(5, "audit_missing")]);
}

async fn a_root_is_made_once_a_day_and_signed(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "户主");
    desk.push(&province, &[one]).await;
    assert_eq!(desk.hello(&province).await.root, None);
    let root = province.audit_root(None).await.unwrap();
    assert_eq!(root.day, "2026-10-05");
    assert!(root.heads.iter().any(|head| (head.what.as_str(), head.seq) == ("scope 340323100", 1)));
    assert!(root.heads.iter().any(|head| head.what == "audit province"));
    province.add_user("later", "later").await.unwrap();
    assert_eq!(province.audit_root(None).await.unwrap(), root, "the first one of a day stands");
    let hello = desk.hello(&province).await;
    let said: AuditRoot =
        tiexin_seal::check(&hello.province_keys.unwrap().sign, &hello.root.unwrap()).unwrap();
    assert_eq!((said.day.as_str(), said.heads), ("2026-10-05", root.heads.len() as u64));
    place.days_pass(1);
    let next = province.audit_root(None).await.unwrap();
    assert_eq!(next.day, "2026-10-06");
    assert!(province.audit_root(Some("2026-10-04".parse().unwrap())).await.is_err());
    assert_eq!(province.check_root(&root).await.unwrap().broken, []);
    assert_eq!(named(&province).await, []);

    // A root that somebody wrote by hand.
    let mut heads = root.heads.clone();
    heads[0].seq += 1;
    let forged = Root { heads, ..root.clone() };
    let broken = province.check_root(&forged).await.unwrap().broken;
    assert!(broken.iter().any(|found| found.code == "root_forged"));
    let moved = Root { day: "2026-10-01".into(), ..root };
    assert_eq!(province.check_root(&moved).await.unwrap().broken[0].code, "root_forged");
}

/// Cuts the newest act off the audit so well that the book itself looks whole.
async fn forget_the_last_act(place: &Place) {
    place
        .meddle(
            "UPDATE audit_head SET seq = seq - 1, chain = (SELECT chain FROM audit a
               WHERE a.book = 'province' AND a.seq = audit_head.seq - 1) WHERE book = 'province'",
        )
        .await;
    place
        .meddle("DELETE FROM audit WHERE book = 'province' AND seq > (SELECT seq FROM audit_head WHERE book = 'province')")
        .await;
}

async fn a_rewritten_past_disagrees_with_its_root(place: Place) {
    let province = place.province().await;
    worker(&province, "w", TOWN).await;
    province.add_grant("w", &grant(Role::Admin, "34")).await.unwrap();
    let root = province.audit_root(None).await.unwrap();
    let last = root.heads.iter().find(|head| head.what == "audit province").unwrap().seq;
    unguard(&place).await;
    forget_the_last_act(&place).await;
    let at = "audit province (root 2026-10-05)".to_owned();
    assert_eq!(named(&province).await, [(at.clone(), Some(last), "root_disagrees")]);
    // The place is filled with another act.
    province.add_user("innocent", "innocent").await.unwrap();
    assert_eq!(named(&province).await, [(at.clone(), Some(last), "root_disagrees")]);
    // The root is taken away, too; the file that was exported is not.
    place.meddle("DELETE FROM audit_root").await;
    assert_eq!(named(&province).await, []);
    let broken = province.check_root(&root).await.unwrap().broken;
    assert_eq!((broken.len(), &broken[0].at, broken[0].seq), (1, &at, Some(last)));
}

async fn telling(province: &Province, desk: &Desk, told: HelloRequest) {
    province.hello(&told).await.unwrap();
    let again = province.hello(&told).await.unwrap();
    assert!(again.users.iter().any(|user| user.id == desk.user), "a witness is heard, not punished");
}

fn remembering(desk: &Desk) -> HelloRequest {
    let heads = desk.scopes.iter().map(|(scope, at)| SeenHead {
        scope: scope.parse().unwrap(),
        generation: at.generation,
        seq: at.since,
        chain: at.chain,
    });
    HelloRequest {
        device: desk.device,
        incarnation: desk.incarnation,
        protocol: 1,
        app: "test".into(),
        heads: heads.collect(),
        ..HelloRequest::default()
    }
}

async fn a_desk_bears_witness(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let all = [
        desk.new_household(Uuid::new_v4(), VILLAGE, "户主"),
        desk.new_household(Uuid::new_v4(), VILLAGE, "另一户"),
    ];
    desk.push(&province, &all).await;
    desk.follow(&province).await;
    let root = province.audit_root(None).await.unwrap();
    let digest = serde_json::from_str::<AuditRoot>(&root.signed.body).unwrap().digest;
    let seen = SeenRoot { day: root.day, digest };
    let honest = HelloRequest { root: Some(seen.clone()), ..remembering(&desk) };
    telling(&province, &desk, honest.clone()).await;
    assert_eq!(named(&province).await, []);

    // What the desk read is not what stands here now.
    let mut other = honest.clone();
    other.heads[0].chain = Chain([7; 32]);
    let before = province.verify().await.unwrap().audit_entries;
    telling(&province, &desk, other).await;
    let who = format!("{} 见证 scope {TOWN}", desk.device);
    assert_eq!(named(&province).await, [(who.clone(), Some(2), "witness_disagrees")]);
    assert_eq!(province.verify().await.unwrap().audit_entries, before + 1, "noted once, told twice");
    // Nor is more of it here than the desk has read.
    let mut longer = honest.clone();
    longer.heads[0].seq = 3;
    telling(&province, &desk, longer).await;
    let longer = SeenRoot { digest: "00".repeat(32), ..seen };
    telling(&province, &desk, HelloRequest { root: Some(longer), ..honest }).await;
    let found = named(&province).await;
    assert_eq!(found.len(), 3);
    assert!(found.contains(&(who, Some(3), "witness_disagrees")));
    assert!(found.contains(&(format!("{} 见证 root 2026-10-05", desk.device), Some(0), "witness_disagrees")));
}

async fn a_restored_province_is_explained(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "户主");
    desk.push(&province, &[one]).await;
    desk.follow(&province).await;
    let mut before = remembering(&desk);
    before.heads[0].seq = 9;
    before.root = Some(SeenRoot { day: "2026-10-05".into(), digest: "11".repeat(32) });
    // A backup of yesterday is put back, and the office says so.
    province.restored().await.unwrap();
    telling(&province, &desk, before).await;
    assert_eq!(named(&province).await, []);
}
