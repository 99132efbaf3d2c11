//! Pages, verdicts and pending work: I5, I7, and what is never lost.

use proptest::prelude::*;
use tiexin_protocol::{Verdict, VoidChange};

use super::province::{Province, desk, own};
use super::*;
use crate::StoreError;

fn edit(book: &Book, id: Uuid, kind: &str, more: Value) {
    let mut next = record(book, id).fields;
    for (field, value) in fields(more) {
        if value.is_null() {
            next.remove(&field);
        } else {
            next.insert(field, value);
        }
    }
    put(book, &save(id, kind, Value::Object(next)));
}

#[test]
fn own_changes_come_back_as_echoes_and_nothing_is_pending() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    let home = household(&book, VILLAGE, "张三");
    edit(&book, home, "household", json!({"phone": "19900002580"}));
    assert_eq!(book.sync_state().unwrap().waiting, 2);
    province.round(&book);
    let state = book.sync_state().unwrap();
    assert_eq!((state.waiting, state.unread, state.scopes[0].seq), (0, 0, 2));
    assert_eq!(record(&book, home).version, 2);
    assert_eq!(record(&book, home), province.held[&home].record);
    assert_eq!(book.prune_sent(2).unwrap(), 2);
    // Nothing to do: nothing changes.
    province.round(&book);
    sound(&book);
}

#[test]
fn what_waits_behind_a_change_that_came_back_stays() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    let home = household(&book, VILLAGE, "张三");
    province.round(&book);
    edit(&book, home, "household", json!({"phone": "19900000001"}));
    let reply = province.push(&book.outbox_batch(10, 1 << 20).unwrap());
    book.record_verdicts(&reply, NOW).unwrap();
    edit(&book, home, "household", json!({"phone": "19900000002"}));
    province.pull(&book, 10);
    assert_eq!(record(&book, home).text("phone"), Some("19900000002"));
    assert_eq!(book.sync_state().unwrap().waiting, 1);
    sound(&book);
    province.round(&book);
    assert_eq!(record(&book, home), province.held[&home].record);
    sound(&book);
}

#[test]
fn a_reply_lost_on_the_way_changes_nothing() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    household(&book, VILLAGE, "张三");
    household(&book, VILLAGE, "李四");
    // Pushed, but the reply never came; the pull comes first.
    province.push(&book.outbox_batch(10, 1 << 20).unwrap());
    province.pull(&book, 10);
    assert_eq!(book.sync_state().unwrap().waiting, 0);
    assert_eq!(province.head(), 2);
    sound(&book);
}

#[test]
fn a_conflict_leaves_the_screen_and_is_kept_with_both_values() {
    let (_d1, one) = desk();
    let (_d2, two) = desk();
    let mut province = Province::new();
    let home = household(&one, VILLAGE, "张三");
    let zhang = person(&one, home, "张三", json!({}));
    province.round(&one);
    province.round(&two);
    edit(&one, zhang, "person", json!({"id_number": "34052419800101001X"}));
    edit(&two, zhang, "person", json!({"id_number": "440524188001010014"}));
    edit(&two, zhang, "person", json!({"phone": "19900002580"}));
    province.round(&one);
    province.round(&two);
    // The second value is not applied, and not lost; the later edit of the phone stands.
    let now = record(&two, zhang);
    assert_eq!(now.text("id_number"), Some("34052419800101001X"));
    assert_eq!(now.text("phone"), Some("19900002580"));
    let refused = &two.conflicts().unwrap()[0];
    assert_eq!(refused.change.set["id_number"], "440524188001010014");
    assert_eq!(refused.current.as_ref().unwrap().text("id_number"), Some("34052419800101001X"));
    assert!(matches!(&refused.verdict, Verdict::Conflict { fields, .. } if fields == &["id_number"]));
    assert_eq!(two.sync_state().unwrap().conflicts, 1);
    two.settle_refused(refused.id, Uuid::from_u128(1), NOW).unwrap();
    assert_eq!(two.sync_state().unwrap().conflicts, 0);
    sound(&one);
    sound(&two);
}

fn bases(book: &Book) -> Vec<u64> {
    book.outbox_batch(10, 1 << 20).unwrap().iter().map(|change| change.base).collect()
}

/// A reply on a stick, or a round in which somebody saves, brings a page under what still waits.
#[test]
fn who_writes_over_an_unsent_change_has_not_seen_what_was_read_under_it() {
    let (_d1, one) = desk();
    let (_d2, two) = desk();
    let mut province = Province::new();
    let home = household(&one, VILLAGE, "张三");
    let zhang = person(&one, home, "张三", json!({}));
    province.round(&one);
    province.round(&two);
    edit(&one, zhang, "person", json!({"id_number": "34052419800101001X"}));
    province.round(&one);
    edit(&two, zhang, "person", json!({"id_number": "440524188001010014"}));
    province.pull(&two, 10);
    assert_eq!(record(&two, zhang).text("id_number"), Some("440524188001010014"));
    edit(&two, zhang, "person", json!({"phone": "19900002580"}));
    edit(&two, zhang, "person", json!({"id_number": "11010519491231002X"}));
    // The phone was seen as it stood at the third entry, the number only as at the second.
    assert_eq!(bases(&two), [2, 3, 2]);
    province.round(&two);
    let now = record(&two, zhang);
    assert_eq!(now.text("id_number"), Some("34052419800101001X"));
    assert_eq!(now.text("phone"), Some("19900002580"));
    assert_eq!(two.conflicts().unwrap().len(), 2);
    sound(&two);
}

#[test]
fn what_hides_nothing_that_was_read_lowers_no_base() {
    let (_d1, one) = desk();
    let (_d2, two) = desk();
    let mut province = Province::new();
    let home = household(&one, VILLAGE, "张三");
    province.round(&one);
    province.round(&two);
    edit(&one, home, "household", json!({"current_address": "一号"}));
    province.round(&one);
    // Only asked for, and an element of a set.
    let mut asked = record(&two, home).fields;
    asked.insert("current_address".into(), json!("二号"));
    two.ask_group(&[save(home, "household", Value::Object(asked))], &by()).unwrap();
    edit(&two, home, "household", json!({"kinds": ["general", "hardship"]}));
    province.pull(&two, 10);
    assert_eq!(record(&two, home).text("current_address"), Some("一号"));
    edit(&two, home, "household", json!({"current_address": "三号", "kinds": ["general", "floating"]}));
    assert_eq!(bases(&two), [1, 1, 2]);
}

/// Of one's own new record, too: on base 0 it would be another making.
#[test]
fn an_edit_of_what_the_province_has_stays_one_however_little_was_seen() {
    let (_d1, one) = desk();
    let (_d2, two) = desk();
    let mut province = Province::new();
    let home = household(&one, VILLAGE, "张三");
    edit(&one, home, "household", json!({"phone": "19900000001"}));
    let reply = province.push(&one.outbox_batch(1, 1 << 20).unwrap());
    one.record_verdicts(&reply, NOW).unwrap();
    province.round(&two);
    edit(&two, home, "household", json!({"phone": "19900000002"}));
    province.round(&two);
    province.pull(&one, 10);
    assert_eq!(record(&one, home).text("phone"), Some("19900000001"));
    edit(&one, home, "household", json!({"phone": "19900000003"}));
    assert_eq!(bases(&one), [0, 1]);
    sound(&one);
}

#[test]
fn a_refused_new_record_is_parked_whole_and_out_of_sight() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    let one = id();
    put(&book, &save(one, "pairing_of_the_future", json!({"region": VILLAGE, "name": "某"})));
    province.round(&book);
    assert_eq!(book.count("pairing_of_the_future", &[]).unwrap(), 0);
    assert!(book.get(one).unwrap().is_none());
    let parked = book.parked().unwrap();
    assert_eq!(parked[0].change.record, one);
    assert_eq!(parked[0].change.set["name"], "某");
    assert!(parked[0].current.is_none());
    sound(&book);
    // A server that lost its newest changes gets it again.
    assert_eq!(book.send_again_after(0).unwrap(), 1);
    assert!(book.parked().unwrap().is_empty());
    assert!(book.get(one).unwrap().is_some());
    sound(&book);
}

#[test]
fn an_overwritten_value_can_be_found_again() {
    let (_d1, one) = desk();
    let (_d2, two) = desk();
    let mut province = Province::new();
    let home = household(&one, VILLAGE, "张三");
    province.round(&one);
    province.round(&two);
    edit(&one, home, "household", json!({"current_address": "一号"}));
    edit(&two, home, "household", json!({"current_address": "二号"}));
    province.round(&one);
    province.round(&two);
    province.round(&one);
    for book in [&one, &two] {
        assert_eq!(record(book, home).text("current_address"), Some("二号"));
        let gone = book.overwritten(home).unwrap();
        assert_eq!((gone[0].field.as_str(), gone[0].value.as_str()), ("current_address", Some("一号")));
        sound(book);
    }
}

#[test]
fn pages_that_do_not_fit_write_nothing() {
    let (_d1, one) = desk();
    let (_d2, two) = desk();
    let mut province = Province::new();
    for name in ["张三", "李四", "王五"] {
        household(&one, VILLAGE, name);
    }
    province.round(&one);
    let own = own(&two);
    // A gap.
    assert!(matches!(two.apply_page(&province.page(1, 2, own), NOW), Err(StoreError::NotContiguous { .. })));
    // A dropped entry.
    let mut page = province.page(0, 3, own);
    page.entries.remove(1);
    assert!(matches!(two.apply_page(&page, NOW), Err(StoreError::NotContiguous { .. })));
    // A changed entry.
    let mut page = province.page(0, 3, own);
    let tiexin_protocol::wire::PageEntry::Full(entry) = &mut page.entries[1] else { panic!("full") };
    entry.set.insert("phone".into(), "1".into());
    assert!(matches!(two.apply_page(&page, NOW), Err(StoreError::Differs { what: "chain", .. })));
    // Another digest.
    let mut page = province.page(0, 3, own);
    page.digest = Some(tiexin_protocol::Digest([7; 32]));
    assert!(matches!(two.apply_page(&page, NOW), Err(StoreError::Differs { what: "digest", .. })));
    assert_eq!(two.count("household", &[]).unwrap(), 0);
    assert!(two.cursors().unwrap().is_empty());
    // A foreign generation (I12).
    two.apply_page(&province.page(0, 3, own), NOW).unwrap();
    let mut page = province.page(3, 3, own);
    page.generation = id();
    assert!(matches!(two.apply_page(&page, NOW), Err(StoreError::Rebase { .. })));
    // Read before: nothing changes.
    assert_eq!(two.apply_page(&province.page(0, 2, own), NOW).unwrap().entries, 0);
    assert_eq!(two.cursors().unwrap()[0].since, 3);
    sound(&two);
}

/// What one desk does next.
#[derive(Debug, Clone)]
enum Deed {
    Make(u8),
    Name(u8, u8),
    Phone(u8, Option<u8>),
    Kinds(u8, u8),
    Notes(u8, u8),
    Void(u8),
    Restore(u8),
    Push { lose_reply: bool },
    Pull(u8),
    Snapshot,
    Reopen,
}

fn deed() -> impl Strategy<Value = (bool, Deed)> {
    let record = 0u8..4;
    let deed = prop_oneof![
        2 => record.clone().prop_map(Deed::Make),
        2 => (record.clone(), 0u8..3).prop_map(|(r, v)| Deed::Name(r, v)),
        2 => (record.clone(), prop::option::of(0u8..3)).prop_map(|(r, v)| Deed::Phone(r, v)),
        2 => (record.clone(), 0u8..4).prop_map(|(r, v)| Deed::Kinds(r, v)),
        1 => (record.clone(), 0u8..3).prop_map(|(r, v)| Deed::Notes(r, v)),
        1 => record.clone().prop_map(Deed::Void),
        1 => record.prop_map(Deed::Restore),
        3 => any::<bool>().prop_map(|lose_reply| Deed::Push { lose_reply }),
        3 => (1u8..4).prop_map(Deed::Pull),
        1 => Just(Deed::Snapshot),
        1 => Just(Deed::Reopen),
    ];
    (any::<bool>(), deed)
}

fn act(province: &mut Province, (dir, book): &mut (TempDir, Book), desk: usize, deed: &Deed) {
    // Both desks may make the same record: as when two import one ledger.
    let name = |r: u8| Uuid::from_u128(0x1000 + u128::from(r));
    let change = |book: &Book, r: u8, more: Value, void: Option<VoidChange>| {
        let Some(now) = book.get(name(r)).unwrap() else { return };
        let mut next = now.fields;
        for (field, value) in fields(more) {
            if value.is_null() {
                next.remove(&field);
            } else {
                next.insert(field, value);
            }
        }
        put(book, &Save { id: name(r), kind: "household".into(), fields: next, void });
    };
    match deed {
        Deed::Make(r) => {
            if book.get(name(*r)).unwrap().is_none() {
                let value = json!({"region": VILLAGE, "head_name": format!("户主{r}"), "kinds": ["general"]});
                put(book, &save(name(*r), "household", value));
            }
        }
        Deed::Name(r, v) => change(book, *r, json!({"head_name": format!("名{desk}{v}")}), None),
        Deed::Phone(r, v) => change(book, *r, json!({"phone": v.map(|v| format!("1990000000{v}"))}), None),
        Deed::Kinds(r, v) => {
            let kinds = ["general", "hardship", "floating"];
            let some: Vec<&str> =
                kinds.iter().enumerate().filter(|(i, _)| v >> i & 1 == 0).map(|(_, k)| *k).collect();
            change(book, *r, json!({"kinds": some}), None);
        }
        Deed::Notes(r, v) => change(book, *r, json!({"notes": format!("记{desk}{v}")}), None),
        Deed::Void(r) => {
            let reason = tiexin_domain::Void { reason: format!("由{desk}") };
            change(book, *r, json!({}), Some(VoidChange::Hide(reason)));
        }
        Deed::Restore(r) => change(book, *r, json!({}), Some(VoidChange::Restore)),
        Deed::Push { lose_reply } => {
            let batch = book.outbox_batch(2, 1 << 20).unwrap();
            let reply = province.push(&batch);
            if !lose_reply {
                book.record_verdicts(&reply, NOW).unwrap();
            }
        }
        Deed::Pull(most) => {
            let since = book.cursors().unwrap().first().map_or(0, |c| c.since);
            book.apply_page(&province.page(since, u64::from(*most), own(book)), NOW).unwrap();
        }
        Deed::Snapshot => {
            let (header, records) = province.snapshot();
            let records = records.into_iter().map(Ok::<_, std::io::Error>);
            book.apply_snapshot(&header, records, &mut |_| true, NOW).unwrap();
        }
        Deed::Reopen => {
            let device = own(book);
            let path = dir.path().to_owned();
            *book = book.clone();
            let again = reopen(&path);
            assert_eq!(own(&again), device);
            *book = again;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// I7 after every step; when faults stop, both desks stand as the province does (I6), with
    /// every change in exactly one of applied, conflict, parked (I4).
    #[test]
    fn i7_what_is_shown_is_base_and_pending(deeds in prop::collection::vec(deed(), 1..40)) {
        let mut province = Province::new();
        let mut desks = [desk(), desk()];
        for (which, deed) in &deeds {
            let i = usize::from(*which);
            act(&mut province, &mut desks[i], i, deed);
            let report = desks[i].1.verify().unwrap();
            prop_assert!(report.sound(), "{deed:?}: {:?}", report.faults);
        }
        for _ in 0..2 {
            for (_, book) in &desks {
                province.round(book);
            }
        }
        for (_, book) in &desks {
            let state = book.sync_state().unwrap();
            prop_assert_eq!((state.waiting, state.unread), (0, 0));
            let report = book.verify().unwrap();
            prop_assert!(report.sound(), "{:?}", report.faults);
            for (id, held) in &province.held {
                let shown = book.get(*id).unwrap();
                prop_assert_eq!(shown.as_ref(), Some(&held.record));
            }
        }
    }
}
