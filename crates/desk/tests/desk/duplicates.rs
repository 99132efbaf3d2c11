//! One family registered twice: proposed, looked at side by side, merged, set apart, undone.

use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::duplicates::{
    CompareDuplicates, Comparison, DeclareDifferent, Duplicates, ListDuplicates, MergeRecords, UndoMerge,
};
use tiexin_contract::family::{GetFamily, RecordVisit};
use tiexin_contract::records::{GetRecord, RecordHistory, RecordRow, RestoreRecord, SaveRecord, VoidRecord};
use tiexin_domain::nouns::Visit;
use tiexin_domain::nouns::merge::MergeDecision;
use tiexin_domain::{Kind, PartialDate};
use tiexin_store::merging::mergeable;
use tiexin_store::{By, Save};
use uuid::Uuid;

use crate::meanwhile::behind;
use crate::office::{Office, VILLAGE, day, family, fields};
use crate::waiting::{in_words, samples, town};

const PHONE: &str = "19900002581";

async fn twice(office: &Office) -> (Uuid, Uuid) {
    let mut homes = Vec::new();
    for phone in ["19900002580", PHONE] {
        let mut family = family("贾文广");
        family.household.phone = Some(phone.into());
        family.persons[0].birth = Some(PartialDate::Day(day(1962, 3, 5)));
        homes.push(office.ok(family).await.id);
    }
    let mut visit = Visit::routine(VILLAGE.parse().unwrap(), homes[1], "贾文广", day(2026, 10, 15));
    visit.visitors = vec!["王丽".into()];
    office.ok(RecordVisit { id: None, visit }).await;
    let claim = json!({"region": VILLAGE, "household": homes[1], "head_name": "贾文广",
        "insured": {"name": "贾文广"}, "amount": "500.00", "paid_on": "2026-09-01"});
    office
        .ok(SaveRecord { kind: "insurance_claim".into(), id: None, version: None, fields: fields(claim) })
        .await;
    (homes[0], homes[1])
}

async fn all(office: &Office) -> Duplicates {
    office.ok(ListDuplicates { region: None, household: None }).await
}

async fn side_by_side(office: &Office, (one, other): (Uuid, Uuid)) -> Comparison {
    office.ok(CompareDuplicates { one, other }).await
}

#[tokio::test]
async fn two_registrations_are_merged_and_set_apart_again() {
    let office = Office::township(day(2026, 10, 20)).await;
    let (stays, away) = twice(&office).await;
    let told = all(&office).await;
    assert_eq!(told.pairs.len(), 1, "{:?}", told.pairs);
    let pair = &told.pairs[0];
    assert_eq!((pair.kind.as_str(), pair.one.id, pair.other.id, pair.may), ("household", stays, away, true));
    assert!(pair.reason.contains("户主"), "{}", pair.reason);
    let of_family = office.ok(ListDuplicates { region: None, household: Some(away) }).await;
    assert_eq!(of_family.pairs, told.pairs);

    let both = side_by_side(&office, (stays, away)).await;
    let phone = both.fields.iter().find(|field| field.field == "phone").unwrap();
    assert!(phone.differs && phone.masked && !phone.one.to_string().contains("19900002580"));
    assert!(both.fields.iter().all(|field| field.field != "region" && field.label != field.field));
    assert_eq!(both.other.hanging, ["人员 1", "保险理赔 1", "双岗联系人 1", "特殊家庭台账 1", "走访 1"]);
    assert_eq!((both.one.money.len(), both.other.money.len()), (0, 1));

    let before = office.ok(GetFamily { household: away }).await;
    let merged = office
        .ok(MergeRecords { stays, gives_way: away, take: vec!["phone".into()], money: Vec::new() })
        .await;
    assert_eq!((merged.turned, merged.left), (4, 1));
    let page = office.ok(GetFamily { household: stays }).await;
    assert_eq!((page.persons.len(), page.files.len(), page.contacts.len()), (2, 2, 2));
    // The claim was not ticked: it still names the other one, and is seen here all the same.
    let claim = page.timeline.iter().find(|row| row.kind == "insurance_claim").unwrap();
    assert_eq!(claim.fields["household"], json!(away));
    assert_eq!(page.timeline.len(), 2);
    let gone = office.ok(GetRecord { id: away }).await;
    assert!(gone.void.unwrap().contains("合并"));
    assert_eq!(gone.fields["merged_into"], json!(stays));
    let acts = office.ok(RecordHistory { id: away }).await;
    assert_eq!(acts[0].act, "合并重复登记");
    let acts = office.ok(RecordHistory { id: stays }).await;
    assert!(
        acts.iter().any(|entry| entry.act.contains("贾文广") && entry.act.contains("并入这一份")),
        "{acts:?}"
    );
    // What is left alike of the people and the files is asked next.
    let told = all(&office).await;
    let kinds: Vec<&str> = told.pairs.iter().map(|pair| pair.kind.as_str()).collect();
    assert_eq!(kinds, ["person", "support_file"]);
    assert_eq!((&told.decided[0].decision, told.decided[0].may), (&MergeDecision::Merged, true));

    // The number that gave way lies in the decision and is never shown.
    let decision = office.ok(GetRecord { id: merged.id }).await;
    assert!(!serde_json::to_string(&decision).unwrap().contains("1990000258"));
    let refused = office.refused(VoidRecord { id: merged.id, reason: "不要".into() }).await;
    assert_eq!(refused.code, ErrorCode::Invalid);
    let list = crate::office::list("merge", VILLAGE, 10);
    assert!(!serde_json::to_string(&office.ok(list).await).unwrap().contains("1990000258"));
    // It comes back only with everything that was its own.
    assert_eq!(office.refused(RestoreRecord { id: away }).await.code, ErrorCode::ChangedMeanwhile);

    office.ok(UndoMerge { id: merged.id }).await;
    let after = office.ok(GetFamily { household: away }).await;
    let told = |page: &tiexin_contract::family::FamilyPage| {
        let rows = page.persons.iter().chain(&page.files).chain(&page.contacts).chain(&page.timeline);
        rows.chain([&page.household]).map(|row| (row.id, row.fields.clone())).collect::<Vec<_>>()
    };
    assert_eq!(told(&after), told(&before));
    let page = office.ok(GetFamily { household: stays }).await;
    assert_eq!((page.persons.len(), page.timeline.len()), (1, 0));
    // Who took a merge back did not say that they are two.
    let left = all(&office).await;
    assert_eq!((left.pairs.len(), &left.decided[0].decision), (1, &MergeDecision::Undone));
    assert!(left.pairs[0].reason.ends_with("撤销过合并"), "{:?}", left.pairs);
    assert_eq!(office.refused(UndoMerge { id: merged.id }).await.code, ErrorCode::ChangedMeanwhile);
    // Merged again, this time with the money.
    let money = both.other.money.iter().map(|money| money.id).collect();
    let merged = office.ok(MergeRecords { stays, gives_way: away, take: Vec::new(), money }).await;
    assert_eq!((merged.turned, merged.left), (5, 0));
    let page = office.ok(GetFamily { household: stays }).await;
    assert!(page.timeline.iter().all(|row| row.fields["household"] == json!(stays)));
}

#[tokio::test]
async fn two_that_are_two_are_not_asked_about_again() {
    let office = Office::township(day(2026, 10, 20)).await;
    let (one, other) = twice(&office).await;
    office.ok(DeclareDifferent { one, other }).await;
    let told = all(&office).await;
    assert_eq!((told.pairs.len(), &told.decided[0].decision), (0, &MergeDecision::Different));
    assert!(!told.decided[0].may);
    // Things of different kinds, or one and itself, are not merged.
    let person = office.ok(GetFamily { household: one }).await.persons[0].id;
    for gives_way in [person, one] {
        let asked = MergeRecords { stays: one, gives_way, take: Vec::new(), money: Vec::new() };
        assert_eq!(office.refused(asked).await.code, ErrorCode::Invalid);
    }
    let unknown = MergeRecords { stays: one, gives_way: Uuid::nil(), take: Vec::new(), money: Vec::new() };
    assert_eq!(office.refused(unknown).await.code, ErrorCode::NotFound);
}

/// What a ledger may have doubled has no birth date and no number in common with what was typed by hand.
#[tokio::test]
async fn two_families_of_one_head_in_a_village_are_proposed() {
    let office = Office::township(day(2026, 10, 20)).await;
    let first = office.ok(family("贾文广")).await.id;
    let second = office.ok(family("贾文广")).await.id;
    let told = all(&office).await;
    let pair = told.pairs.iter().find(|pair| pair.kind == "household").expect("proposed");
    assert_eq!((pair.one.id, pair.other.id, told.pairs.len()), (first, second, 1));
    assert_eq!(pair.reason, "户主姓名和村（社区）相同");
    let of_family = office.ok(ListDuplicates { region: None, household: Some(second) }).await;
    assert_eq!(of_family.pairs, told.pairs);
    // Two heads of whom it is known that they are two are no pair.
    let mut other = family("戴文广");
    other.persons[0].birth = Some(PartialDate::Day(day(1950, 3, 5)));
    office.ok(other.clone()).await;
    other.persons[0].birth = Some(PartialDate::Day(day(1961, 7, 9)));
    office.ok(other).await;
    assert_eq!(all(&office).await.pairs.len(), 1);
}

/// What a page of 可能重复 says of a record.
fn said_of(row: &RecordRow) -> Vec<String> {
    vec![row.title.clone(), row.region_name.clone(), row.recorded_by.clone().unwrap_or_default()]
}

/// Everything that the two pages say.
fn said(told: &Duplicates, both: &[Comparison]) -> Vec<String> {
    let mut said = Vec::new();
    for pair in &told.pairs {
        said.push(pair.reason.clone());
        said.push(Kind::from_code(&pair.kind).label().to_owned());
        said.extend([&pair.one, &pair.other].into_iter().flat_map(said_of));
    }
    for decided in &told.decided {
        said.push(decided.decision.label().to_owned());
        said.push(Kind::from_code(&decided.kind).label().to_owned());
        said.extend(decided.by.clone());
        said.extend([&decided.stays, &decided.gives_way].into_iter().flatten().flat_map(said_of));
    }
    for both in both {
        said.push(Kind::from_code(&both.kind).label().to_owned());
        for field in &both.fields {
            said.push(field.label.clone());
            said.extend([&field.one, &field.other].map(tiexin_forms::plain));
        }
        for side in [&both.one, &both.other] {
            said.extend(said_of(&side.row));
            said.extend(side.hanging.clone());
            said.extend(side.money.iter().map(|money| money.title.clone()));
        }
    }
    said
}

/// Of everything that can be merged two, with every field of each filled in, and one of a newer program.
#[tokio::test]
async fn two_registrations_are_told_in_words() {
    let town = town().await;
    let office = &town.office;
    let mut pairs = Vec::new();
    behind(office, |book| {
        let author = book.users().unwrap()[0].id;
        let by = By { author, now_ms: 1_790_000_000_000, group: Uuid::from_u128(3) };
        for (kind, set) in samples(&town).into_iter().filter(|(kind, _)| mergeable(kind.code())) {
            let ids = [Uuid::now_v7(), Uuid::now_v7()];
            let mut set = fields(set);
            set.insert("region".into(), json!(VILLAGE));
            set.insert("x_of_the_future".into(), json!("code_of_the_future"));
            set.insert("merged_into".into(), json!(null));
            let other = set.clone();
            set.retain(|field, _| {
                !matches!(field.as_str(), "kinds" | "category" | "sex" | "notes" | "status")
            });
            if kind == Kind::SupportFile {
                set.insert("category".into(), json!("disability"));
            }
            let save = |id, fields| Save { id, kind: kind.code().into(), fields, void: None };
            book.save_group(&[save(ids[0], set), save(ids[1], other)], &by).unwrap();
            pairs.push((ids[0], ids[1]));
        }
    })
    .await;
    assert_eq!(pairs.len(), 3);
    let mut both = Vec::new();
    for pair in &pairs {
        both.push(side_by_side(office, *pair).await);
    }
    assert!(both.iter().all(|both| both.fields.iter().any(|field| field.differs)));
    let (stays, gives_way) = pairs[0];
    office.ok(DeclareDifferent { one: pairs[1].0, other: pairs[1].1 }).await;
    office.ok(MergeRecords { stays, gives_way, take: Vec::new(), money: Vec::new() }).await;
    let told = all(office).await;
    assert!(!told.pairs.is_empty() && told.decided.len() == 2, "{told:?}");
    for words in said(&told, &both) {
        assert!(in_words(&words), "{words:?}");
    }
}

/// What the worker did not choose of the other one stays to be read in the history of the one that stays; what was
/// merged since is named before the families are taken apart.
#[tokio::test]
async fn what_was_not_chosen_and_what_was_merged_since_is_told() {
    let office = Office::township(day(2026, 10, 20)).await;
    let (stays, away) = twice(&office).await;
    let merged =
        office.ok(MergeRecords { stays, gives_way: away, take: Vec::new(), money: Vec::new() }).await;
    let acts = office.ok(RecordHistory { id: stays }).await;
    let act = acts.iter().find(|entry| entry.act.contains("并入这一份")).expect("told");
    assert!(act.act.contains("没有选到的：联系电话 199****2581"), "{}", act.act);
    assert_eq!(act.author, "王丽");
    let told = all(&office).await;
    assert!(told.decided[0].merged_since.is_empty());
    for pair in &told.pairs {
        let (stays, gives_way) = (pair.one.id, pair.other.id);
        office.ok(MergeRecords { stays, gives_way, take: Vec::new(), money: Vec::new() }).await;
    }
    let told = all(&office).await;
    let of_family = told.decided.iter().find(|one| one.id == merged.id).unwrap();
    assert_eq!(of_family.merged_since.len(), 2, "{of_family:?}");
    assert!(of_family.merged_since.iter().any(|word| word == "人员 贾文广"), "{of_family:?}");
}
