//! What waits of families that moved, or are to move.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiexin_contract::quarantine::{Settle, SettleMany};
use tiexin_contract::records::GetRecord;
use tiexin_contract::sync::GetSync;
use tiexin_domain::access::Role;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::{Kind, RegionCode};
use tiexin_protocol::wire::QuarantineMarks;
use tiexin_protocol::{Change, ParkCode};
use uuid::Uuid;

use super::{OLD, OLD_VILLAGE, change, grants, listed, parked, readable, samples, told, town, waits_here};
use crate::meanwhile::behind;
use crate::office::{TOWNSHIP, VILLAGE};

/// The family came here; what its old worker wrote without a line waits here, of every kind. This desk's user reads
/// nothing of the place that the family left.
#[tokio::test]
async fn what_was_made_for_a_family_that_moved_is_adopted_into_the_new_place() {
    let town = town().await;
    let office = &town.office;
    let belongs: Vec<(Kind, Value)> = samples(&town)
        .into_iter()
        .filter(|(kind, _)| {
            // Hours are a volunteer's, who is not made here.
            tiexin_domain::shape::parents(kind.code()).any(|parent| parent != "volunteer")
        })
        .filter(|(kind, _)| *kind != Kind::Household)
        .collect();
    let count = belongs.len();
    assert!(count >= 10, "{count}");
    let items = belongs
        .iter()
        .zip(1..)
        .map(|((kind, set), seq)| told(change(seq, kind.code(), set.clone()), parked(ParkCode::Moved)));
    waits_here(office, items.collect()).await;
    let waiting = listed(office).await;
    assert_eq!(waiting.len(), count);
    assert_eq!(office.ok(GetSync {}).await.needs_person(), count as u64);
    for item in &waiting {
        assert_eq!(item.choices, [Choice::Adopt, Choice::Decline], "{item:?}");
        assert_eq!(item.region.as_str(), VILLAGE, "{item:?}");
    }
    let ids = waiting.iter().map(|item| item.id).collect();
    let done = office.ok(SettleMany { ids, choice: Choice::Adopt, note: None, job: None }).await;
    assert_eq!((done.done, done.left), (count as u64, Vec::new()));
    assert!(listed(office).await.is_empty());
    for ((kind, _), seq) in belongs.iter().zip(1u128..) {
        let row = office.ok(GetRecord { id: Uuid::from_u128(2000 + seq) }).await;
        assert_eq!((row.kind.as_str(), row.region.as_str()), (kind.code(), VILLAGE));
    }
    assert_eq!(office.ok(GetSync {}).await.needs_person(), 0);
    // What is told to the province names the new place, so that it is not parked once more.
    behind(office, |book| {
        let told = book.outbox_batch(500, 1 << 20).unwrap();
        assert!(told.iter().all(|change| change.scope.as_str() == TOWNSHIP));
    })
    .await;
}

/// The family went on before anybody decided: who does not see where to cannot adopt, is told so, and is not led on.
#[tokio::test]
async fn what_cannot_be_adopted_here_says_so_and_can_be_sent_back() {
    let town = town().await;
    let office = &town.office;
    let gone = json!({"region": OLD_VILLAGE, "household": Uuid::from_u128(404), "head_name": "走了的户",
        "date": "2026-10-05", "kind": "routine", "visitors": ["老专干"], "presence": "at_home"});
    let broken = json!({"region": VILLAGE, "name": "某", "phone": "12", "household": town.home});
    let good = json!({"region": VILLAGE, "name": "好", "household": town.home});
    let half = json!({"phone": "19900002580"});
    let items = vec![
        told(change(1, "visit", gone), parked(ParkCode::Moved)),
        told(change(2, "person", broken), parked(ParkCode::RuleBroken)),
        told(change(3, "person", good), parked(ParkCode::Moved)),
        told(change(4, "person", half), parked(ParkCode::NoRight)),
    ];
    waits_here(office, items).await;
    let waiting = listed(office).await;
    assert_eq!(waiting[0].choices, [Choice::Decline]);
    assert!(waiting[0].message.contains("不在您负责的地区"), "{}", waiting[0].message);
    assert!(waiting[3].message.contains("请先处理登记它的那一项"), "{}", waiting[3].message);
    let ids: Vec<Uuid> = waiting.iter().map(|item| item.id).collect();
    let all = |choice, note: Option<&str>| SettleMany {
        ids: ids.clone(),
        choice,
        note: note.map(str::to_owned),
        job: None,
    };
    // One bad one holds back none of the others, and says why.
    let told = office.ok(all(Choice::Adopt, None)).await;
    assert_eq!((told.done, told.left.len()), (1, 3));
    assert!(
        told.left[1].message.contains("号码") || told.left[1].message.contains("电话"),
        "{:?}",
        told.left[1]
    );
    assert_eq!(office.ok(GetRecord { id: Uuid::from_u128(2003) }).await.title, "好");
    // Without a reason nothing is sent back.
    assert!(office.refused(all(Choice::Decline, Some(" "))).await.message.contains("原因"));
    let told = office.ok(all(Choice::Decline, Some("请在新地方登记"))).await;
    assert_eq!((told.done, told.left.len()), (3, 1), "the fourth was decided on already: {:?}", told.left);
    assert!(listed(office).await.is_empty());
}

/// A move proposed by who may not decide on it: whoever may write at both places does, with all that goes along.
#[tokio::test]
async fn a_proposed_move_is_adopted_by_who_may_write_at_both_places() {
    let town = town().await;
    let office = &town.office;
    let moved = json!({"region": OLD_VILLAGE, "moved_from": VILLAGE, "moved_on": "2026-10-19"});
    let along = json!({"region": OLD_VILLAGE});
    let mut items = Vec::new();
    for (seq, kind, id, set) in [
        (1, "household", town.home, moved),
        (2, "person", town.person, along.clone()),
        (3, "support_file", town.file, along),
    ] {
        let group = Uuid::from_u128(9);
        let scope = TOWNSHIP.parse().unwrap();
        let verdict = if seq == 1 { ParkCode::NoRight } else { ParkCode::Group };
        items.push(told(
            Change { record: id, base: 1, group, scope, ..change(seq, kind, set) },
            parked(verdict),
        ));
    }
    let scope: RegionCode = OLD.parse().unwrap();
    let marks = QuarantineMarks { mark: "8".into(), scopes: BTreeMap::from([(scope.clone(), 8)]) };
    behind(office, |book| book.keep_quarantine(&scope, &items, &marks).unwrap()).await;
    // Of the old place alone nothing is heard; of both it is one thing to decide.
    assert!(listed(office).await.is_empty());
    grants(office, &[(Role::Supervisor, "340323")]).await;
    let item = listed(office).await.remove(0);
    assert_eq!(item.choices, [Choice::Adopt, Choice::Decline], "{item:?}");
    readable(&item);
    office.ok(Settle { id: item.id, choice: Choice::Adopt, note: None }).await;
    assert_eq!(office.ok(GetRecord { id: town.home }).await.region.as_str(), OLD_VILLAGE);
    assert_eq!(office.ok(GetRecord { id: town.person }).await.region.as_str(), OLD_VILLAGE);
    assert!(listed(office).await.is_empty());
}
