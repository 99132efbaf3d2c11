//! The table: all kinds × who looks, of what the page of a family and those of a person tell.

use tiexin_contract::duplicates::CompareDuplicates;
use tiexin_contract::past::GetPast;
use tiexin_contract::records::ListRecords;
use tiexin_domain::access::Role;
use tiexin_domain::shape::Audience;
use tiexin_domain::{Kind, nouns};
use tiexin_store::{By, Save};
use uuid::Uuid;

use super::places::{JUDGED, JUDGED_BY_WORKER, LISTED, OWN, OWN_OF_WORKER, Told, filled, text};
use super::{Marked, id_of, marked};
use crate::meanwhile::behind;
use crate::office::{Office, VILLAGE};
use crate::waiting::grants;

type All = Vec<(&'static Kind, [Marked; 2])>;

/// Pages of one person under each noun that is one.
fn people() -> impl Iterator<Item = &'static Kind> {
    Kind::ALL.iter().filter(|kind| nouns::shape(kind).is_some_and(|shape| shape.who.is_some()))
}

/// What each page tells; the kinds that the family's page tells.
async fn hunted(office: &Office, all: &All, own: &[Audience], judged: &[Audience]) -> Vec<String> {
    let family = office.ok(GetPast { of: id_of("household"), kinds: Vec::new(), most: 1_000 }).await;
    assert!(family.entries.len() > 10 && family.older == 0, "{family:?}");
    let told = text(&family);
    for (kind, [_, marked]) in all {
        Told { place: "a family's past", kind, text: told.clone() }.hides(&marked.marks, own);
    }
    for of in people() {
        let past = office.ok(GetPast { of: id_of(of.code()), kinds: Vec::new(), most: 1_000 }).await;
        assert!(!past.entries.is_empty(), "{of:?}");
        for (kind, [_, marked]) in all {
            // The persons of these records have names of their own: what names the volunteer is about somebody else.
            let is_theirs = nouns::shape(kind).is_some_and(|shape| shape.who.is_some());
            let may = if is_theirs { judged } else { LISTED };
            let entries = past.entries.iter().filter(|entry| entry.kind == kind.code());
            let told = entries.map(|entry| format!("{} ", entry.told)).collect();
            Told { place: "a person's past", kind, text: told }.hides(&marked.marks, may);
        }
    }
    family.kinds.into_iter().map(|kind| kind.kind).collect()
}

#[tokio::test]
async fn a_past_tells_nobody_what_is_not_theirs_to_read() {
    let (office, all) = filled().await;
    let seen = hunted(&office, &all, OWN, JUDGED).await;
    let has = |seen: &[String], kind: Kind| seen.iter().any(|one| one == kind.code());
    assert!(has(&seen, Kind::RightsCase) && has(&seen, Kind::Visit) && has(&seen, Kind::Advice), "{seen:?}");
    // Whose case it is, is for those from the supervisor up: on a worker's page of the family it is not there.
    grants(&office, &[(Role::Worker, "340323")]).await;
    let by_worker = hunted(&office, &all, OWN_OF_WORKER, JUDGED_BY_WORKER).await;
    assert!(!has(&by_worker, Kind::RightsCase) && has(&by_worker, Kind::Visit), "{by_worker:?}");
    let others: Vec<&String> = seen.iter().filter(|kind| *kind != Kind::RightsCase.code()).collect();
    assert_eq!(by_worker.iter().collect::<Vec<_>>(), others);
    // The list of cases is there all the same: it does not say whose they are.
    assert_eq!(office.ok(ListRecords::of("rights_case", VILLAGE.parse().unwrap(), 5)).await.total, 1);
}

/// Two registrations of a family side by side count what hangs on each.
#[tokio::test]
async fn whose_case_it_is_is_not_told_by_what_hangs_on_a_family() {
    let (office, _) = filled().await;
    let other = Uuid::from_u128(0x7777);
    let fields = marked(&Kind::Household, 3).fields;
    behind(&office, |book| {
        let by = By { author: Uuid::from_u128(0xA17), now_ms: 9, group: Uuid::from_u128(99) };
        book.save_group(&[Save { id: other, kind: "household".into(), fields, void: None }], &by).unwrap();
    })
    .await;
    let both = CompareDuplicates { one: id_of("household"), other };
    let told = |hanging: &[String], kind: Kind| hanging.iter().any(|line| line.starts_with(kind.label()));
    let seen = office.ok(both.clone()).await.one.hanging;
    assert!(told(&seen, Kind::RightsCase) && told(&seen, Kind::Visit), "{seen:?}");
    grants(&office, &[(Role::Worker, "340323")]).await;
    let seen = office.ok(both).await.one.hanging;
    assert!(!told(&seen, Kind::RightsCase) && told(&seen, Kind::Visit), "{seen:?}");
}
