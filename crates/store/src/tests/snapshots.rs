//! Taking a scope whole.

use tiexin_domain::RegionCode;

use super::province::{Province, desk};
use super::*;
use crate::StoreError;

fn take(book: &Book, province: &Province) -> crate::SnapshotOutcome {
    let (header, records) = province.snapshot();
    let records = records.into_iter().map(Ok::<_, std::io::Error>);
    book.apply_snapshot(&header, records, &mut |_| true, NOW).unwrap()
}

fn filled(province: &mut Province, homes: usize) -> (TempDir, Book) {
    let (dir, book) = desk();
    for i in 0..homes {
        let home = household(&book, VILLAGE, &format!("户{i}"));
        visit(&book, home, &format!("户{i}"), "2026-10-05", json!({"note": "一切都好"}));
    }
    province.round(&book);
    (dir, book)
}

#[test]
fn a_snapshot_is_usable_before_it_is_indexed() {
    let mut province = Province::new();
    let (_d1, _one) = filled(&mut province, 5);
    let (_d2, two) = desk();
    let mine = household(&two, VILLAGE, "我家");
    let outcome = take(&two, &province);
    assert_eq!((outcome.records, outcome.removed.len()), (10, 0));
    assert_eq!(two.count("visit", &[]).unwrap(), 5);
    assert_eq!(two.count("household", &[]).unwrap(), 6);
    assert_eq!(two.search("一切都好", &[], &[], 20).unwrap().len(), 0);
    assert_eq!(two.sync_state().unwrap().to_index, 10);
    assert_eq!(two.index_some(3).unwrap(), 7);
    assert_eq!(two.index_some(100).unwrap(), 0);
    assert_eq!(two.search("一切都好", &[], &[], 20).unwrap().len(), 5);
    assert_eq!(record(&two, mine).version, 0);
    sound(&two);
    province.round(&two);
    sound(&two);
}

#[test]
fn what_the_province_no_longer_has_goes_and_pending_work_stays() {
    let mut province = Province::new();
    let (_d1, one) = filled(&mut province, 3);
    let all = one.all("household", &[]).unwrap();
    let mut edited = all[0].clone();
    edited.fields.insert("phone".into(), "19900002580".into());
    put(&one, &save(edited.id, "household", Value::Object(edited.fields.clone())));
    // The server was restored from an empty backup: another generation, nothing in it.
    let empty = Province::new();
    let (header, _) = empty.snapshot();
    assert!(matches!(
        one.apply_page(&empty.page(0, 1, super::province::own(&one)), NOW),
        Err(StoreError::Rebase { .. })
    ));
    let nothing = std::iter::empty::<Result<Record, std::io::Error>>();
    let outcome = one.apply_snapshot(&header, nothing, &mut |_| true, NOW).unwrap();
    // What was edited as well: the edit makes no record. The rest waits in `sent` until it is sent again.
    assert_eq!((outcome.removed.len(), outcome.removed.contains(&edited.id)), (6, true));
    assert_eq!(one.count("visit", &[]).unwrap(), 0);
    assert!(one.send_again_after(0).unwrap() > 0);
    assert_eq!(one.count("household", &[]).unwrap(), 3);
    assert_eq!(one.count("visit", &[]).unwrap(), 3);
    sound(&one);
    let mut empty = empty;
    empty.round(&one);
    sound(&one);
    assert_eq!(empty.held.len(), 6);
    assert_eq!(empty.held[&edited.id].record.fields, edited.fields);
}

#[test]
fn a_snapshot_cut_short_or_altered_is_taken_again() {
    let mut province = Province::new();
    let (_d1, _one) = filled(&mut province, 4);
    let (_d2, two) = desk();
    let (header, records) = province.snapshot();
    let good = |n: usize| records.clone().into_iter().take(n).map(Ok::<_, std::io::Error>);
    let short = two.apply_snapshot(&header, good(5), &mut |_| true, NOW);
    assert!(matches!(short, Err(StoreError::Differs { .. })));
    assert!(two.cursors().unwrap().is_empty());
    sound(&two);
    let cancelled = two.apply_snapshot(&header, good(8), &mut |_| false, NOW);
    assert!(matches!(cancelled, Err(StoreError::Cancelled)));
    let broken = good(2).chain([Err(std::io::Error::other("connection lost"))]);
    assert!(matches!(two.apply_snapshot(&header, broken, &mut |_| true, NOW), Err(StoreError::Io(_))));
    sound(&two);
    two.apply_snapshot(&header, good(8), &mut |_| true, NOW).unwrap();
    sound(&two);
}

#[test]
fn a_scope_is_given_up_only_when_its_work_is_handed_over() {
    let mut province = Province::new();
    let (_d1, one) = filled(&mut province, 3);
    let scope: RegionCode = "340323100".parse().unwrap();
    let mine = household(&one, VILLAGE, "未传");
    let elsewhere = household(&one, "340323101001", "别处");
    assert!(matches!(one.drop_scope(&scope), Err(StoreError::WorkWaiting { .. })));
    let batch = one.outbox_batch(10, 1 << 20).unwrap();
    let here: Vec<_> = batch.into_iter().filter(|c| c.record == mine).collect();
    let reply = province.push(&here);
    one.record_verdicts(&reply, NOW).unwrap();
    one.drop_scope(&scope).unwrap();
    assert_eq!(one.count("household", &[]).unwrap(), 1);
    assert_eq!(one.count("visit", &[]).unwrap(), 0);
    assert!(one.search("户", &[], &[], 10).unwrap().is_empty());
    assert!(one.get(elsewhere).unwrap().is_some());
    assert!(one.cursors().unwrap().is_empty());
    sound(&one);
}

#[test]
fn a_record_that_crosses_the_view_comes_and_goes() {
    use tiexin_protocol::wire::PageEntry;
    use tiexin_protocol::{Chain, Digest, EntryHash};
    let mut province = Province::new();
    let (_d1, _one) = filled(&mut province, 1);
    let (_d2, two) = desk();
    let mut page = province.page(0, 1, super::province::own(&two));
    let PageEntry::Full(first) = page.entries[0].clone() else { panic!("full") };
    let record = first.fold(None, &page.scope);
    let hash = EntryHash::of(&first);
    let hidden = EntryHash([9; 32]);
    // Hidden, come, gone.
    page.entries = vec![
        PageEntry::Hidden { seq: 1, hash: hidden },
        PageEntry::Crossed { seq: 2, hash, id: record.id, record: Some(record.clone()) },
    ];
    (page.next, page.head) = (2, 2);
    page.chain = Chain::default().link(hidden).link(hash);
    page.digest = Some(Digest::of(&record));
    two.apply_page(&page, NOW).unwrap();
    assert_eq!(two.get(record.id).unwrap().unwrap(), record);
    page.entries = vec![PageEntry::Crossed { seq: 3, hash, id: record.id, record: None }];
    (page.next, page.head) = (3, 3);
    page.chain = page.chain.link(hash);
    page.digest = Some(Digest::default());
    two.apply_page(&page, NOW).unwrap();
    assert!(two.get(record.id).unwrap().is_none());
    sound(&two);
}

/// A page or a snapshot in which a record is another one, lies elsewhere or is of another kind.
#[test]
fn what_is_told_of_a_record_is_of_that_record() {
    use tiexin_protocol::wire::PageEntry;
    use tiexin_protocol::{Digest, EntryHash};
    let mut province = Province::new();
    let (_d1, _one) = filled(&mut province, 1);
    let (_d2, two) = desk();
    province.round(&two);
    let (mut header, records) = province.snapshot();
    let mut page = province.page(0, 1, super::province::own(&two));
    let cursor = two.cursors().unwrap().remove(0);
    let (seq, hash) = (cursor.since + 1, EntryHash([9; 32]));
    (page.next, page.head, page.digest) = (seq, seq, None);
    page.chain = cursor.chain.link(hash);
    let as_another = |change: &dyn Fn(&mut Record)| {
        let mut told = records[0].clone();
        change(&mut told);
        told
    };
    for told in [
        as_another(&|told| told.id = Uuid::new_v4()),
        as_another(&|told| told.kind = "member".into()),
        as_another(&|told| told.scope = "340323101".parse().unwrap()),
    ] {
        let id = records[0].id;
        page.entries = vec![PageEntry::Crossed { seq, hash, id, record: Some(told.clone()) }];
        let taken = two.apply_page(&page, NOW);
        assert!(matches!(taken, Err(StoreError::Differs { what: "record", .. })), "{taken:?}");
        sound(&two);
        if told.id == id {
            let records: Vec<Record> = std::iter::once(told).chain(records[1..].iter().cloned()).collect();
            header.digest = records.iter().fold(Digest::default(), |sum, one| sum.plus(Digest::of(one)));
            let taken = two.apply_snapshot(
                &header,
                records.into_iter().map(Ok::<_, std::io::Error>),
                &mut |_| true,
                NOW,
            );
            assert!(matches!(taken, Err(StoreError::Differs { what: "record", .. })), "{taken:?}");
        }
        take(&two, &province);
        sound(&two);
    }
}

/// A number that no log reaches: what comes after it would have none.
#[test]
fn a_log_without_end_is_not_believed() {
    let mut province = Province::new();
    let (_d1, _one) = filled(&mut province, 1);
    let (_d2, two) = desk();
    let (mut header, records) = province.snapshot();
    let mut page = province.page(0, 1, super::province::own(&two));
    for beyond in [u64::MAX, i64::MAX as u64, i64::MAX as u64 + 1] {
        header.seq = beyond;
        let records = records.clone().into_iter().map(Ok::<_, std::io::Error>);
        let taken = two.apply_snapshot(&header, records, &mut |_| true, NOW);
        assert!(matches!(taken, Err(StoreError::Differs { .. })));
        page.next = beyond;
        assert!(matches!(two.apply_page(&page, NOW), Err(StoreError::NotContiguous { .. })));
    }
    province.round(&two);
    sound(&two);
}
