//! The table: all kinds × all places of this desk.

use calamine::Reader;
use serde::Serialize;
use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::duplicates::{CompareDuplicates, ListDuplicates};
use tiexin_contract::records::{
    ExportList, Filter, FilterOp, GetRecord, ListRecords, RecordHistory, RecordRow, Search, Sort,
};
use tiexin_contract::today::GetToday;
use tiexin_contract::voided::ListVoided;
use tiexin_domain::access::Role;
use tiexin_domain::shape::{self, Audience};
use tiexin_domain::{Kind, nouns};
use tiexin_protocol::ParkCode;
use tiexin_store::{By, Save};
use uuid::Uuid;

use super::{Mark, Marked, id_of, marked};
use crate::meanwhile::behind;
use crate::office::{Office, TOWNSHIP, day, list};
use crate::waiting::{change, grants, parked, told, waits_here};

/// Somebody who is not at this desk: what is for its author alone is for nobody here.
const AUTHOR: Uuid = Uuid::from_u128(0xA17);

/// An office with a record of every kind, each written twice: its history has what stood there first.
pub(super) async fn filled() -> (Office, Vec<(&'static Kind, [Marked; 2])>) {
    let office = Office::of("340323", day(2026, 10, 20)).await;
    // What is insert-only stands as it was written.
    let first = |kind: &Kind| usize::from(shape::is_fixed(kind.code()));
    let all: Vec<(&Kind, [Marked; 2])> =
        Kind::ALL.iter().map(|kind| (kind, [marked(kind, first(kind)), marked(kind, 1)])).collect();
    behind(&office, |book| {
        for nth in [0, 1] {
            let by = By { author: AUTHOR, now_ms: 1 + nth as i64, group: Uuid::from_u128(9 + nth as u128) };
            let saves: Vec<Save> = all
                .iter()
                .map(|(kind, both)| {
                    let mut fields = both[nth].fields.clone();
                    fields.insert("recorded_by_id".into(), json!(AUTHOR));
                    Save { id: id_of(kind.code()), kind: kind.code().into(), fields, void: None }
                })
                .collect();
            book.save_group(&saves, &by).unwrap();
        }
    })
    .await;
    (office, all)
}

/// Every cell of a workbook's first sheet.
pub(super) fn words_of(path: &std::path::Path) -> String {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().flatten().map(|cell| format!("{cell} ")).collect()
}

pub(super) fn text(reply: &impl Serialize) -> String {
    serde_json::to_string(reply).unwrap()
}

/// What a place tells of one kind, against what it may tell.
pub(super) struct Told<'a> {
    pub(super) place: &'a str,
    pub(super) kind: &'a Kind,
    pub(super) text: String,
}

impl Told<'_> {
    fn says(&self, word: &str) -> bool {
        self.text.contains(word)
    }

    /// `may`: whom a field's audience must be for the place to tell it.
    pub(super) fn hides(&self, marks: &[Mark], may: &[Audience]) {
        for mark in marks {
            let of = format!("{}: {:?}.{}", self.place, self.kind, mark.field.name);
            if !may.contains(&mark.field.audience) {
                assert!(!self.says(&mark.word), "{of} is told: {}", self.text);
            }
            if let Some(number) = &mark.number {
                assert!(!self.says(number), "{of}: the number is told: {}", self.text);
            }
        }
    }

    /// A place that tells nothing hides everything: those who may see a field do see it.
    fn tells(&self, marks: &[Mark], may: &[Audience]) {
        for mark in
            marks.iter().filter(|mark| may.contains(&mark.field.audience) && mark.field.mask.is_none())
        {
            let of = format!("{}: {:?}.{}", self.place, self.kind, mark.field.name);
            assert!(self.says(&mark.word), "{of} ({}) is not told: {}", mark.word, self.text);
        }
    }
}

pub(super) const LISTED: &[Audience] = &[Audience::Everyone];
/// By who looks after the county, as this office does.
pub(super) const JUDGED: &[Audience] = &[Audience::Everyone, Audience::OwnPage, Audience::Supervisor];
pub(super) const OWN: &[Audience] =
    &[Audience::Everyone, Audience::OwnPage, Audience::FamilyPage, Audience::Supervisor];
/// By a worker.
pub(super) const JUDGED_BY_WORKER: &[Audience] = &[Audience::Everyone, Audience::OwnPage];
pub(super) const OWN_OF_WORKER: &[Audience] = &[Audience::Everyone, Audience::OwnPage, Audience::FamilyPage];

/// All fields of the kind as the columns of a list.
pub(super) fn whole(kind: &Kind) -> ListRecords {
    let fields = nouns::shape(kind).unwrap().fields;
    let columns = fields.iter().map(|field| field.name.to_owned()).collect();
    ListRecords { columns: Some(columns), ..list(kind.code(), TOWNSHIP, 50) }
}

#[tokio::test]
async fn lists_and_exports_tell_what_everyone_may_read() {
    let (office, all) = filled().await;
    for (kind, [_, marked]) in &all {
        let usual = office.ok(list(kind.code(), TOWNSHIP, 50)).await;
        assert_eq!(usual.total, 1, "{kind:?} has no answer: it is on no list");
        let usual_text = text(&usual);
        Told { place: "list", kind, text: usual_text.clone() }.hides(&marked.marks, LISTED);
        // Only its columns.
        let lists = |row: &RecordRow| row.fields.keys().all(|name| nouns::shape(kind).unwrap().lists(name));
        assert!(usual.rows.iter().all(lists), "{kind:?}: {usual_text}");
        let page = office.ok(whole(kind)).await;
        // What is reckoned is a column of its own.
        let more = |row: &RecordRow| row.age.is_some() || !row.gaps.is_empty() || row.care.is_some();
        assert!(!page.rows.iter().any(more), "{kind:?}: a column that nobody asked for");
        let told = Told { place: "list with all columns", kind, text: text(&page) };
        told.hides(&marked.marks, LISTED);
        told.tells(&marked.marks, LISTED);
        let path = office.folder.path().join(format!("{}.xlsx", kind.code()));
        let heads = nouns::shape(kind).unwrap().fields.iter();
        let mut columns: Vec<(String, String)> =
            heads.map(|field| (field.name.to_owned(), field.label.to_owned())).collect();
        columns.push(("title".into(), "名称".into()));
        let export = ExportList { list: whole(kind), columns, path: Some(path.to_str().unwrap().to_owned()) };
        office.ok(export).await;
        let told = Told { place: "export", kind, text: words_of(&path) };
        told.hides(&marked.marks, LISTED);
        told.tells(&marked.marks, LISTED);
    }
}

#[tokio::test]
async fn no_question_is_answered_by_what_is_hidden() {
    let (office, all) = filled().await;
    for (kind, [_, marked]) in &all {
        for mark in &marked.marks {
            let of = format!("{kind:?}.{}", mark.field.name);
            let by = |op, value: &str| {
                let filter = Filter { field: mark.field.name.into(), op, value: json!(value) };
                ListRecords { filters: vec![filter], ..list(kind.code(), TOWNSHIP, 5) }
            };
            if !mark.is_listed() {
                let sort = Some(Sort { field: mark.field.name.into(), descending: false });
                let sorted = ListRecords { sort, ..list(kind.code(), TOWNSHIP, 5) };
                assert_eq!(office.refused(sorted).await.code, ErrorCode::Invalid, "{of}: sorted by");
                // Whether a hidden field is filled is a part of what it says.
                if mark.field.audience != Audience::Everyone {
                    let refused = office.refused(by(FilterOp::Missing, "")).await;
                    assert_eq!(refused.code, ErrorCode::Invalid, "{of}: asked whether it is there");
                }
                for op in [FilterOp::Is, FilterOp::Contains, FilterOp::From, FilterOp::To] {
                    let refused = office.refused(by(op, &mark.word)).await;
                    assert_eq!(refused.code, ErrorCode::Invalid, "{of}: filtered by");
                }
            }
            // A number is no filter either, nor a part of it a search.
            if let Some(number) = mark.number.as_deref().filter(|_| mark.is_listed()) {
                for op in [FilterOp::From, FilterOp::To] {
                    let refused = office.refused(by(op, "甲")).await;
                    assert_eq!(refused.code, ErrorCode::Invalid, "{of}: spelled out");
                }
                let sort = Some(Sort { field: mark.field.name.into(), descending: false });
                let sorted = ListRecords { sort, ..list(kind.code(), TOWNSHIP, 5) };
                assert_eq!(office.refused(sorted).await.code, ErrorCode::Invalid, "{of}: ordered by");
                let whole = marked.fields[mark.field.name].as_str().unwrap_or_default().to_owned();
                for (op, word) in [(FilterOp::Contains, &number[2..8]), (FilterOp::Is, whole.as_str())] {
                    let found = office.ok(by(op, word)).await.total;
                    assert_eq!(found, 0, "{of}: the number, or a part of it, finds it");
                }
            }
            if !mark.field.audience.is_open() {
                let hits = office.ok(Search { text: mark.word.clone(), limit: 50, kinds: vec![] }).await;
                assert!(hits.is_empty(), "{of}: {} finds {hits:?}", mark.word);
                let by_text = ListRecords { text: Some(mark.word.clone()), ..list(kind.code(), TOWNSHIP, 5) };
                assert_eq!(office.ok(by_text).await.total, 0, "{of}: {}", mark.word);
            }
        }
    }
}

/// Numbers in parts, over all kinds, within what an office may ask in an hour.
#[tokio::test]
async fn a_part_of_a_number_finds_nobody() {
    let (office, all) = filled().await;
    let numbers =
        all.iter().flat_map(|(_, [_, marked])| &marked.marks).filter_map(|mark| mark.number.as_ref());
    for number in numbers.take(25) {
        for part in [&number[..7], &number[1..8]] {
            let hits = office.ok(Search { text: part.into(), limit: 50, kinds: vec![] }).await;
            assert!(hits.is_empty(), "{part} of {number}: {hits:?}");
        }
    }
}

#[tokio::test]
async fn the_own_page_tells_all_but_the_masked_and_its_history_less() {
    let (office, all) = filled().await;
    for (kind, [before, marked]) in &all {
        let id = id_of(kind.code());
        let told = Told { place: "own page", kind, text: text(&office.ok(GetRecord { id }).await) };
        told.hides(&marked.marks, OWN);
        told.tells(&marked.marks, OWN);
        let told = Told { place: "history", kind, text: text(&office.ok(RecordHistory { id }).await) };
        told.hides(&marked.marks, JUDGED);
        told.hides(&before.marks, JUDGED);
    }
}

/// What is for those from the supervisor up, and was recorded by somebody else, is on no page of a worker.
#[tokio::test]
async fn the_own_page_tells_a_worker_nothing_that_is_for_the_supervisor() {
    let (office, all) = filled().await;
    grants(&office, &[(Role::Worker, "340323")]).await;
    for (kind, [before, marked]) in &all {
        let id = id_of(kind.code());
        let own = text(&office.ok(GetRecord { id }).await);
        let told = Told { place: "a worker's page", kind, text: own };
        told.hides(&marked.marks, OWN_OF_WORKER);
        told.tells(&marked.marks, OWN_OF_WORKER);
        let history = text(&office.ok(RecordHistory { id }).await);
        let told = Told { place: "a worker's history", kind, text: history };
        told.hides(&marked.marks, JUDGED_BY_WORKER);
        told.hides(&before.marks, JUDGED_BY_WORKER);
    }
}

#[tokio::test]
async fn what_waits_and_what_may_be_the_same_is_judged_without_the_familys_own_words() {
    let (office, all) = filled().await;
    let mut waiting = Vec::new();
    for (nth, (kind, _)) in all.iter().enumerate() {
        let mut set = marked(kind, 2).fields;
        set.insert("recorded_by_id".into(), json!(AUTHOR));
        let mut one = change(nth as u64 + 1, kind.code(), json!(set));
        one.scope = TOWNSHIP.parse().unwrap();
        waiting.push(told(one, parked(ParkCode::RuleBroken)));
    }
    waits_here(&office, waiting).await;
    grants(&office, &[(Role::Supervisor, "340323")]).await;
    let items = text(&crate::waiting::listed(&office).await);
    let shown = |kind: &Kind| {
        let marks = marked(kind, 2).marks;
        marks.iter().any(|mark| mark.is_listed() && items.contains(&mark.word))
    };
    assert!(shown(&Kind::Visit) && shown(&Kind::SupportFile), "nothing waits: {items}");
    let alike = text(&office.ok(ListDuplicates { region: None, household: None }).await);
    let today = text(&office.ok(GetToday { region: TOWNSHIP.parse().unwrap() }).await);
    for (kind, [_, marked_now]) in &all {
        Told { place: "what waits", kind, text: items.clone() }.hides(&marked(kind, 2).marks, JUDGED);
        for (place, text) in [("duplicates", &alike), ("today", &today)] {
            Told { place, kind, text: text.clone() }.hides(&marked_now.marks, LISTED);
        }
    }
}

#[tokio::test]
async fn two_records_side_by_side_tell_no_more_than_a_history() {
    let (office, all) = filled().await;
    let merging = all.iter().filter(|(kind, _)| nouns::shape(kind).is_some_and(|shape| shape.merges));
    for (kind, [_, one]) in merging {
        let other_id = Uuid::from_u128(0x7777 + id_of(kind.code()).as_u128());
        let other = marked(kind, 3);
        let fields = other.fields.clone();
        behind(&office, |book| {
            let by = By { author: AUTHOR, now_ms: 9, group: Uuid::from_u128(99) };
            let save = Save { id: other_id, kind: kind.code().into(), fields, void: None };
            book.save_group(&[save], &by).unwrap();
        })
        .await;
        let both = CompareDuplicates { one: id_of(kind.code()), other: other_id };
        let told = Told { place: "compared", kind, text: text(&office.ok(both).await) };
        for marks in [&one.marks, &other.marks] {
            told.hides(marks, JUDGED);
        }
    }
}

#[tokio::test]
async fn what_is_void_is_listed_as_other_lists_do() {
    let (office, all) = filled().await;
    behind(&office, |book| {
        let by = By { author: AUTHOR, now_ms: 9, group: Uuid::from_u128(99) };
        // What is insert-only is never made void.
        let voided =
            all.iter().filter(|(kind, _)| nouns::shape(kind).is_some_and(|of| of.reversal.is_none()));
        for (kind, [_, marked]) in voided {
            let reason = marked.marks.iter().find(|mark| mark.field.audience == Audience::FamilyPage);
            let reason = reason.map_or("重复登记", |mark| mark.word.as_str());
            let void =
                Some(tiexin_protocol::VoidChange::Hide(tiexin_domain::record::Void::by_person(reason)));
            let id = id_of(kind.code());
            let fields = book.get(id).unwrap().unwrap().fields;
            book.save_group(&[Save { id, kind: kind.code().into(), fields, void }], &by).unwrap();
        }
    })
    .await;
    let ask = ListVoided { region: TOWNSHIP.parse().unwrap(), kind: None, text: None, skip: 0, limit: 100 };
    let page = office.ok(ask).await;
    assert!(page.total > 0);
    let void = text(&page);
    for (kind, [_, marked]) in &all {
        Told { place: "void", kind, text: void.clone() }.hides(&marked.marks, LISTED);
    }
}

/// What the tests above look for is there: every audience and every mask is some field's.
#[test]
fn the_table_has_something_to_find() {
    let marks: Vec<Mark> = Kind::ALL.iter().flat_map(|kind| marked(kind, 0).marks).collect();
    for audience in OWN.iter().copied().chain([Audience::Author]) {
        assert!(marks.iter().any(|mark| mark.field.audience == audience), "{audience:?}");
    }
    for mask in [shape::Mask::Phone, shape::Mask::Number] {
        assert!(marks.iter().any(|mark| mark.field.mask == Some(mask)), "{mask:?}");
    }
}
