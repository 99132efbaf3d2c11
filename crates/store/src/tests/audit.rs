//! The audit shows every tampering.

use super::*;

fn after(tamper: &str) -> Vec<(&'static str, Option<i64>)> {
    let (_dir, book, _) = book();
    for name in ["张三", "李四", "王五", "赵六"] {
        household(&book, VILLAGE, name);
    }
    sound(&book);
    assert_eq!(book.verify().unwrap().audit_entries, 5);
    book.writer().execute_batch(tamper).unwrap();
    book.verify().unwrap().faults.into_iter().map(|f| (f.code, f.at)).collect()
}

#[test]
fn a_changed_entry_is_named() {
    let faults = after("UPDATE audit SET entry = replace(entry, 'create', 'change') WHERE seq = 3");
    assert_eq!(faults, [("audit_changed", Some(3))]);
}

#[test]
fn a_dropped_entry_is_named() {
    assert!(after("DELETE FROM audit WHERE seq = 3").contains(&("audit_missing", Some(3))));
}

#[test]
fn an_entry_dropped_from_the_end_is_named() {
    assert!(after("DELETE FROM audit WHERE seq = 5").contains(&("audit_missing", Some(5))));
}

#[test]
fn reordered_entries_are_named() {
    let faults = after(
        "UPDATE audit SET seq = -1 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4;
         UPDATE audit SET seq = 4 WHERE seq = -1",
    );
    assert!(faults.contains(&("audit_changed", Some(3))));
}

#[test]
fn a_row_changed_past_the_door_is_named() {
    let faults = after("UPDATE record SET fields = replace(fields, '张三', '张四') WHERE n = 1");
    assert!(faults.contains(&("row_differs", Some(1))));
    assert!(faults.contains(&("columns_differ", Some(1))));
    assert_eq!(
        after("DELETE FROM outbox WHERE seq = 2"),
        [("outbox_gap", Some(2)), ("pending_lost", Some(2)), ("row_differs", Some(2))]
    );
}

#[test]
fn the_audit_names_fields_and_never_their_values() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "欧阳贞观");
    book.write(|tx| tx.note_act("unmask", Some(home), &["phone"], Uuid::from_u128(1), NOW)).unwrap();
    let entries = book.audit(None, 10).unwrap();
    assert_eq!(entries[0].act, "unmask");
    let mut named = entries[1].fields.clone();
    named.sort();
    assert_eq!(named, ["head_name", "kinds", "region"]);
    let told = serde_json::to_string(&entries).unwrap();
    assert!(!told.contains("欧阳") && !told.contains(VILLAGE));
    let acts: Vec<String> = book.history(home).unwrap().into_iter().map(|e| e.act).collect();
    assert_eq!(acts, ["unmask", "create"]);
    sound(&book);
}

/// A sign-in enters failures of long before, and a clock is set back and forth: what was done since is still counted.
#[test]
fn deeds_are_counted_whatever_the_times_between_them() {
    let (_dir, book, _) = book();
    let (wang, li) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let note = |act, actor, at| book.write(|w| w.note_act(act, None, &[], actor, at)).unwrap();
    note("number_search", wang, NOW);
    note("number_search", li, NOW + 1);
    note("sign_in_failed", wang, NOW - 9_999_999);
    note("number_search", wang, NOW + 2);
    note("number_search", wang, NOW - 9_999_999);
    note("sign_in", wang, NOW + 3);
    let since = |most| book.deeds_since(wang, "number_search", NOW, most).unwrap();
    assert_eq!((since(60), since(1)), (vec![NOW + 2, NOW], vec![NOW + 2]));
}

#[test]
fn the_last_entry_of_a_deed_is_found_behind_others() {
    let (_dir, book, user) = book();
    assert_eq!(book.last_deed("backup").unwrap(), None);
    for (act, at) in [("backup", NOW + 1), ("backup", NOW + 2), ("unmask", NOW + 3)] {
        book.write(|w| w.note_act(act, None, &["backup"], user.id, at)).unwrap();
    }
    household(&book, VILLAGE, "张三");
    let last = book.last_deed("backup").unwrap().unwrap();
    assert_eq!((last.act.as_str(), last.at, last.actor), ("backup", NOW + 2, user.id));
}
