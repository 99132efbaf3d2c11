//! Records that look like one, and what hangs on one that was merged into another.

use serde_json::json;
use tiexin_domain::record::Void;
use tiexin_protocol::{PUSH_CHANGES, VoidChange};

use super::{VILLAGE, book, by, household, person, put, record, save, sound, visit};
use crate::{Book, Likeness, StoreError};

const NUMBER: &str = "34052419800101001X";

fn merge(book: &Book, away: uuid::Uuid, stays: uuid::Uuid) {
    let mut gone = record(book, away);
    gone.fields.insert("merged_into".into(), json!(stays.to_string()));
    let void = Some(VoidChange::Hide(Void { reason: "重复登记，已合并".into() }));
    put(book, &crate::Save { id: away, kind: gone.kind, fields: gone.fields, void });
}

#[test]
fn alike_are_one_number_or_one_name_birth_and_village() {
    let (_dir, book, _) = book();
    let (one, two) = (household(&book, VILLAGE, "张三"), household(&book, VILLAGE, "张三"));
    let a = person(&book, one, "张三", json!({"id_number": NUMBER}));
    let b = person(&book, two, "张 三", json!({"id_number": NUMBER, "region": "340323100002"}));
    let c = person(&book, one, "李四", json!({"birth": "1960-05-01"}));
    let d = person(&book, two, "李四", json!({"birth": "1960-05-01"}));
    // Not alike: another day, another village, no day at all.
    person(&book, two, "李四", json!({"birth": "1960-05-02"}));
    person(&book, two, "李四", json!({"birth": "1960-05-01", "region": "340323100002"}));
    person(&book, one, "王五", json!({}));
    person(&book, two, "王五", json!({}));
    let told = |regions: &[tiexin_domain::RegionCode]| -> Vec<(Likeness, Vec<uuid::Uuid>)> {
        let alike = book.alike_persons(regions).unwrap();
        alike.into_iter().map(|one| (one.by, one.records.iter().map(|r| r.id).collect())).collect()
    };
    assert_eq!(told(&[]), [(Likeness::Number, vec![a, b]), (Likeness::NameBirthVillage, vec![c, d])]);
    // Nobody is asked about what they may not see.
    assert_eq!(told(&[VILLAGE.parse().unwrap()]), [(Likeness::NameBirthVillage, vec![c, d])]);
    merge(&book, b, a);
    merge(&book, d, c);
    assert_eq!(told(&[]), []);
}

/// What a colleague registered on the one that gave way, before hearing of it, is still seen with the family.
#[test]
fn what_still_names_a_merged_family_is_shown_with_the_one_that_stays() {
    let (_dir, book, _) = book();
    let (stays, away) = (household(&book, VILLAGE, "张三"), household(&book, VILLAGE, "张三"));
    let seen = visit(&book, away, "张三", "2026-10-02", json!({}));
    let later = visit(&book, stays, "张三", "2026-10-04", json!({}));
    let of = |home| -> Vec<uuid::Uuid> { book.children(home).unwrap().iter().map(|r| r.id).collect() };
    merge(&book, away, stays);
    assert_eq!(of(stays), [later, seen]);
    assert_eq!(book.children_of_kind(stays, "visit").unwrap().len(), 2);
    assert_eq!(book.count("visit", &[]).unwrap(), 2);
    // Merged on: still with whom it is.
    let last = household(&book, VILLAGE, "张三");
    merge(&book, stays, last);
    assert_eq!(of(last), [later, seen]);
    assert!(book.naming(away, None).unwrap().iter().any(|r| r.id == seen));
    // Brought back, it has its own again.
    let mut back = record(&book, away);
    back.fields.remove("merged_into");
    let restore =
        crate::Save { id: away, kind: back.kind, fields: back.fields, void: Some(VoidChange::Restore) };
    book.save_group(&[restore], &by()).unwrap();
    assert_eq!((of(last), of(away)), (vec![later], vec![seen]));
    // One that is hidden for another reason hides what hangs on it.
    let hide = Some(VoidChange::Hide(Void { reason: "登记错误".into() }));
    let gone = record(&book, away);
    put(&book, &crate::Save { void: hide, ..save(away, "household", json!(gone.fields)) });
    assert_eq!(book.count("visit", &[]).unwrap(), 1);
    sound(&book);
}

/// The province takes a group in one push or never: one that no push holds is not saved.
#[test]
fn a_merge_of_more_records_than_a_push_holds_is_refused() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let turned = |n: usize| -> Vec<crate::Save> {
        (0..n)
            .map(|i| {
                save(uuid::Uuid::from_u128(1 + i as u128), "household", json!(record(&book, home).fields))
            })
            .collect()
    };
    let refused = book.merge_group(&turned(PUSH_CHANGES + 1), &by(), false).unwrap_err();
    assert!(matches!(refused, StoreError::GroupTooLarge { most: PUSH_CHANGES }), "{refused}");
    assert_eq!(book.count("household", &[]).unwrap(), 1);
    book.merge_group(&turned(PUSH_CHANGES), &by(), false).unwrap();
    sound(&book);
}
