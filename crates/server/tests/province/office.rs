//! What the office does, and that `verify` finds what was meddled with and names it.

use serde_json::json;
use tiexin_domain::access::Role;
use tiexin_server::{Error, Province, Refused};
use uuid::Uuid;

use crate::on_both_stores;
use crate::place::{Place, TOWN, VILLAGE, grant, worker};

on_both_stores!(
    meddling_is_found_and_named,
    the_audit_keeps_every_act,
    the_demo_can_be_made_twice,
    names_are_unique,
    a_book_opens_again,
    a_newer_book_is_refused,
);

async fn filled(province: &Province) -> Uuid {
    let mut desk = worker(province, "w", TOWN).await;
    let id = Uuid::new_v4();
    let all = [
        desk.new_household(id, VILLAGE, "户主"),
        desk.new_household(Uuid::new_v4(), VILLAGE, "另一户"),
        desk.edit(id, TOWN, 0, json!({"current_address": "东头"})),
    ];
    desk.push(province, &all).await;
    id
}

async fn meddling_is_found_and_named(place: Place) {
    let province = place.province().await;
    let id = filled(&province).await;
    let fine = province.verify().await.unwrap();
    assert!(fine.broken.is_empty());
    assert_eq!((fine.scopes, fine.entries, fine.records), (1, 3, 2));
    let free = match place.store {
        tiexin_server::StoreUrl::Sqlite(_) => {
            "DROP TRIGGER log_is_append_only; DROP TRIGGER log_keeps_all;
             DROP TRIGGER audit_is_append_only; DROP TRIGGER audit_keeps_all;"
        }
        tiexin_server::StoreUrl::Postgres(_) => {
            "DROP TRIGGER log_is_append_only ON log; DROP TRIGGER audit_is_append_only ON audit;"
        }
    };
    for guarded in ["UPDATE log SET entry = entry", "DELETE FROM audit"] {
        let place = &place;
        let tried = futures::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(place.meddle(guarded)));
        assert!(tried.await.is_err(), "the table itself refuses: {guarded}");
    }
    place.meddle(free).await;
    let id = match place.store {
        tiexin_server::StoreUrl::Sqlite(_) => format!("x'{}'", id.simple()),
        tiexin_server::StoreUrl::Postgres(_) => format!("'{id}'"),
    };
    let spoils = [
        ("UPDATE log SET entry = replace(entry, '另一户', '他人户') WHERE seq = 2", "chain_broken", Some(2)),
        ("UPDATE log SET entry = replace(entry, '他人户', '另一户') WHERE seq = 2", "", None),
        (
            &format!("UPDATE record SET record = replace(record, '东头', '西头') WHERE id = {id}"),
            "record_differs_from_log",
            None,
        ),
        (&format!("UPDATE record SET record = replace(record, '西头', '东头') WHERE id = {id}"), "", None),
        ("UPDATE scope SET head = 4", "head_wrong", Some(4)),
        ("UPDATE scope SET head = 3", "", None),
        ("UPDATE region_digest SET records = records + 1", "region_digest_wrong", None),
        ("UPDATE region_digest SET records = records - 1", "", None),
        (
            "UPDATE audit SET act = 'user_removed' WHERE book = 'province' AND seq = 1",
            "audit_broken",
            Some(1),
        ),
        ("UPDATE audit SET act = 'user_added' WHERE book = 'province' AND seq = 1", "", None),
        ("DELETE FROM log WHERE seq = 2", "log_gap", Some(2)),
    ];
    for (sql, code, seq) in spoils {
        place.meddle(sql).await;
        let found = province.verify().await.unwrap().broken;
        if code.is_empty() {
            assert!(found.is_empty(), "{sql}: {found:?}");
        } else {
            assert!(found.iter().any(|f| f.code == code && f.seq == seq), "{sql}: {found:?}");
        }
    }
}

async fn the_audit_keeps_every_act(place: Place) {
    let province = place.province().await;
    let before = province.verify().await.unwrap().audit_entries;
    let mut desk = worker(&province, "w", TOWN).await;
    // User, grant, code, enrolment.
    assert_eq!(province.verify().await.unwrap().audit_entries, before + 4);
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "户主");
    desk.push(&province, std::slice::from_ref(&one)).await;
    desk.push(&province, &[one]).await;
    desk.push(&province, &[]).await;
    assert_eq!(province.verify().await.unwrap().audit_entries, before + 5, "a replay leaves no trace");
    province.end_grant("w", &Role::Worker, &crate::place::region(TOWN), None).await.unwrap();
    province.disable_user("w").await.unwrap();
    province.revoke_device(desk.device).await.unwrap();
    let report = province.verify().await.unwrap();
    assert_eq!(report.audit_entries, before + 8);
    assert!(report.broken.is_empty());
}

async fn the_demo_can_be_made_twice(place: Place) {
    let province = place.province().await;
    let first = province.demo().await.unwrap();
    let second = province.demo().await.unwrap();
    assert_eq!(first.len(), 3);
    let users = province.users().await.unwrap();
    assert_eq!(users.iter().map(|u| u.grants.len()).collect::<Vec<_>>(), [1, 1, 1]);
    assert_ne!(first[0].code, second[0].code);
}

async fn names_are_unique(place: Place) {
    let province = place.province().await;
    province.add_user("w", "甲").await.unwrap();
    let refused = |e: Error, want: Refused| matches!(e, Error::Refused(r) if r == want);
    assert!(refused(province.add_user("w", "乙").await.unwrap_err(), Refused::NameTaken));
    let nobody = province.add_grant("x", &grant(Role::Worker, TOWN)).await.unwrap_err();
    assert!(refused(nobody, Refused::UserUnknown));
    assert!(refused(province.enrol_code("x", 7).await.unwrap_err(), Refused::UserUnknown));
    assert!(refused(province.revoke_device(Uuid::new_v4()).await.unwrap_err(), Refused::DeviceUnknown));
}

async fn a_book_opens_again(place: Place) {
    let province = place.province().await;
    filled(&province).await;
    let before = province.verify().await.unwrap();
    drop(province);
    // Two processes at once, too.
    let (one, two) = tokio::join!(place.province(), place.province());
    for again in [one, two] {
        let report = again.verify().await.unwrap();
        assert_eq!((report.entries, report.audit_entries), (before.entries, before.audit_entries));
    }
}

async fn a_newer_book_is_refused(place: Place) {
    drop(place.province().await);
    let newer = match place.store {
        tiexin_server::StoreUrl::Sqlite(_) => "PRAGMA user_version = 999",
        tiexin_server::StoreUrl::Postgres(_) => {
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
             VALUES (999, 'of_the_future', '2026-10-05T00:00:00Z', '1')"
        }
    };
    place.meddle(newer).await;
    assert!(Province::open(&place.store, place.clock()).await.is_err());
}
