//! What the province does not know yet waits behind all that can be told.

use serde_json::json;
use tiexin_domain::RegionCode;
use uuid::Uuid;

use super::province::{Province, desk};
use super::*;

const FUTURE: &str = "kind_of_the_future";

fn strange(book: &Book, word: &str) -> Uuid {
    let one = id();
    put(book, &save(one, FUTURE, json!({"region": VILLAGE, "name": word})));
    one
}

fn group(book: &Book, saves: &[Save]) {
    book.save_group(saves, &By { author: Uuid::from_u128(1), now_ms: NOW, group: id() }).unwrap();
}

fn knows(book: &Book, kinds: &[&str], acked: u64) {
    let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    book.set_kinds_known(Some(&kinds), &[]).unwrap();
    book.set_told_to(acked).unwrap();
}

/// Tells this many.
fn tell(book: &Book, most: usize) {
    book.hold_back(false).unwrap();
    assert_eq!(book.tell_batch_after(0, most, 1 << 20).unwrap().len(), most);
}

/// What is told now: records by number.
fn told(book: &Book) -> Vec<(u64, Uuid)> {
    book.hold_back(false).unwrap();
    sound(book);
    let batch = book.outbox_batch(500, 1 << 20).unwrap();
    assert_eq!(book.waits().unwrap(), !batch.is_empty());
    batch.iter().map(|change| (change.id.seq, change.record)).collect()
}

fn held(book: &Book) -> u64 {
    book.sync_state().unwrap().held_back
}

#[test]
fn what_is_not_known_is_numbered_behind_the_rest_until_it_is() {
    let (dir, book, _) = book();
    knows(&book, &["household", "visit"], 0);
    let (a, x, b, y) = (
        household(&book, VILLAGE, "甲"),
        strange(&book, "一"),
        household(&book, VILLAGE, "乙"),
        strange(&book, "二"),
    );
    assert_eq!(told(&book), [(1, a), (2, b)]);
    assert_eq!((held(&book), book.sync_state().unwrap().waiting), (2, 4));
    // What is saved later goes before it, however often.
    let c = household(&book, VILLAGE, "丙");
    assert!(book.waits().unwrap(), "nobody has looked at it yet");
    assert_eq!(told(&book), [(1, a), (2, b), (3, c)]);
    put(&book, &save(x, FUTURE, json!({"region": VILLAGE, "name": "改"})));
    drop(book);
    let book = reopen(dir.path());
    assert_eq!(told(&book), [(1, a), (2, b), (3, c)]);
    assert_eq!((held(&book), record(&book, x).text("name")), (3, Some("改")));
    // The province was upgraded.
    knows(&book, &["household", "visit", FUTURE], 0);
    assert_eq!(told(&book), [(1, a), (2, b), (3, c), (4, x), (5, y), (6, x)]);
    assert_eq!(held(&book), 0);
}

#[test]
fn what_may_have_been_told_keeps_its_number() {
    let (_dir, book, _) = book();
    let (a, x, b) = (household(&book, VILLAGE, "甲"), strange(&book, "一"), household(&book, VILLAGE, "乙"));
    // Nobody has heard yet what the province knows: a stick takes all along, and is under way.
    assert_eq!(told(&book), [(1, a), (2, x), (3, b)]);
    tell(&book, 3);
    let (y, c) = (strange(&book, "二"), household(&book, VILLAGE, "丙"));
    knows(&book, &["household"], 0);
    assert_eq!(told(&book), [(1, a), (2, x), (3, b), (4, c)]);
    assert_eq!(held(&book), 1);
    // Put back from a backup it has heard less.
    tell(&book, 4);
    knows(&book, &["visit"], 1);
    assert_eq!(told(&book), [(1, a), (2, x), (3, b), (4, c)]);
    knows(&book, &["household", FUTURE], 1);
    assert_eq!(told(&book), [(1, a), (2, x), (3, b), (4, c), (5, y)]);
}

#[test]
fn one_that_does_not_tell_is_told_all() {
    let (_dir, book, _) = book();
    let (x, a) = (strange(&book, "一"), household(&book, VILLAGE, "甲"));
    assert!(!book.asked_for_kinds().unwrap());
    assert_eq!(told(&book), [(1, x), (2, a)]);
    knows(&book, &["household"], 0);
    assert_eq!(told(&book), [(1, a)]);
    // An older one stands in its place.
    book.set_kinds_known(None, &[]).unwrap();
    assert!(book.asked_for_kinds().unwrap());
    assert_eq!((told(&book), held(&book)), (vec![(1, a), (2, x)], 0));
}

#[test]
fn groups_stay_whole_and_what_hangs_on_them_waits_too() {
    let (_dir, book, _) = book();
    knows(&book, &["household", "person", "visit"], 0);
    let (home, x, member) = (household(&book, VILLAGE, "甲"), id(), id());
    let with = |name: &str| json!({"region": VILLAGE, "head_name": "甲", "notes": name});
    let named = json!({"region": VILLAGE, "name": "乙", "household": home.to_string()});
    assert_eq!(told(&book), [(1, home)]);
    // A new family, known, and something strange in one group; then its own visit, and work on the other family.
    let other = id();
    group(&book, &[save(other, "household", with("一")), save(x, FUTURE, json!({"region": VILLAGE}))]);
    let met = visit(&book, other, "甲", "2026-10-05", json!({}));
    put(&book, &save(member, "person", named));
    put(&book, &save(other, "household", with("二")));
    assert_eq!(told(&book), [(1, home), (2, member)]);
    assert_eq!((held(&book), record(&book, other).text("notes")), (4, Some("二")));
    knows(&book, &["household", "person", "visit", FUTURE], 0);
    assert_eq!(
        told(&book),
        [(1, home), (2, member), (3, other), (4, x), (5, met), (6, other)],
        "in the order in which they were saved"
    );
}

/// A change that came after the outbox was sorted is not told by mistake, nor half of its group.
#[test]
fn what_nobody_has_looked_at_is_not_told() {
    let (_dir, book, _) = book();
    knows(&book, &["household"], 0);
    let (a, x) = (household(&book, VILLAGE, "甲"), strange(&book, "一"));
    assert_eq!(told(&book), [(1, a)]);
    let (b, c) = (household(&book, VILLAGE, "乙"), id());
    let half = [
        save(c, "household", json!({"region": VILLAGE, "head_name": "丙"})),
        save(id(), FUTURE, json!({"region": VILLAGE})),
    ];
    group(&book, &half);
    let after = |seq| book.outbox_batch_after(seq, 500, 1 << 20).unwrap();
    assert!(after(1).is_empty(), "what is held back lies between");
    assert_eq!(told(&book), [(1, a), (2, b)]);
    group(&book, &[save(id(), FUTURE, json!({"region": VILLAGE}))]);
    assert!(after(5).is_empty());
    assert_eq!(
        (told(&book), held(&book), record(&book, x).text("name")),
        (vec![(1, a), (2, b)], 4, Some("一"))
    );
}

/// What the province has a verdict for keeps its number: the verdict is asked for again under it.
#[test]
fn what_was_told_before_is_not_numbered_anew() {
    let (_dir, book, _) = book();
    let (x, a, y, b) = (
        strange(&book, "一"),
        household(&book, VILLAGE, "甲"),
        strange(&book, "二"),
        household(&book, VILLAGE, "乙"),
    );
    knows(&book, &["household"], 2);
    assert_eq!(told(&book), [(1, x), (2, a), (3, b)]);
    assert_eq!(held(&book), 1);
    // Under a new number of the book nothing was told.
    book.take_new_incarnation().unwrap();
    assert_eq!(told(&book), [(1, a), (2, b)]);
    assert_eq!(held(&book), 2);
    assert!(record(&book, y).text("name").is_some());
}

/// The mark of how far this desk has told only rises, whatever is told or heard later.
#[test]
fn the_mark_of_what_was_told_never_falls() {
    let (_dir, book, _) = book();
    knows(&book, &["household", FUTURE], 0);
    let (a, x, b) = (household(&book, VILLAGE, "甲"), strange(&book, "一"), household(&book, VILLAGE, "乙"));
    assert_eq!(told(&book), [(1, a), (2, x), (3, b)]);
    tell(&book, 3);
    for less in [1, 2] {
        tell(&book, less);
        book.write(|w| crate::syncing::held_back::was_told(&w.tx, less as i64)).unwrap();
        knows(&book, &["household"], less as u64);
    }
    let c = household(&book, VILLAGE, "丙");
    assert_eq!(told(&book), [(1, a), (2, x), (3, b), (4, c)]);
}

/// Programs before wire 1.8 wrote no mark: a stick that one of them made may be under way.
#[test]
fn what_an_older_program_may_have_told_keeps_its_number() {
    let (_dir, book, _) = book();
    book.enrolled(id(), "https://province.example", "1 号机", None).unwrap();
    let (x, a) = (strange(&book, "一"), household(&book, VILLAGE, "甲"));
    book.write(|w| Ok(w.tx.execute("DELETE FROM meta WHERE key IN ('told_to', 'kinds_known')", [])?))
        .unwrap();
    knows(&book, &["household"], 0);
    assert_eq!(told(&book), [(1, x), (2, a)]);
    let (y, b) = (strange(&book, "二"), household(&book, VILLAGE, "乙"));
    assert_eq!(told(&book), [(1, x), (2, a), (3, b)]);
    // Taken in again it keeps its numbers; under a new number nothing was told.
    book.enrolled(id(), "https://province.example", "1 号机", None).unwrap();
    assert_eq!(told(&book), [(1, x), (2, a), (3, b)]);
    book.take_new_incarnation().unwrap();
    assert_eq!((told(&book), held(&book)), (vec![(1, a), (2, b)], 2));
    assert!(book.get(y).unwrap().is_some());
}

/// A desk that joins with work of its own has told nothing of it.
#[test]
fn a_desk_that_joins_holds_back_what_it_had() {
    let (_dir, book, _) = book();
    let (x, a) = (strange(&book, "一"), household(&book, VILLAGE, "甲"));
    book.enrolled(id(), "https://province.example", "1 号机", None).unwrap();
    knows(&book, &["household"], 0);
    assert_eq!((told(&book), held(&book)), (vec![(1, a)], 1));
    assert!(book.get(x).unwrap().is_some());
}

/// What somebody wrote who has not joined waits, with what others changed of it since; the rest goes on its way.
#[test]
fn what_an_author_wrote_who_has_not_joined_waits_for_them() {
    let (_dir, book, _) = book();
    let stranger = Uuid::from_u128(77);
    let theirs = id();
    let one = save(theirs, "household", json!({"region": VILLAGE, "head_name": "甲"}));
    book.save_group(&[one], &By { author: stranger, now_ms: NOW, group: id() }).unwrap();
    let a = household(&book, VILLAGE, "乙");
    book.enrolled(id(), "https://province.example", "1 号机", None).unwrap();
    knows(&book, &["household"], 0);
    book.set_not_joined(&[stranger].into()).unwrap();
    put(&book, &save(theirs, "household", json!({"region": VILLAGE, "head_name": "甲", "notes": "改"})));
    assert_eq!((told(&book), held(&book)), (vec![(1, a)], 2));
    assert_eq!(book.sync_state().unwrap().held_authors, [stranger]);
    // What nobody has looked at yet is not told either.
    let later = save(id(), "household", json!({"region": VILLAGE, "head_name": "丙"}));
    book.save_group(&[later], &By { author: stranger, now_ms: NOW, group: id() }).unwrap();
    assert!(book.outbox_batch_after(1, 500, 1 << 20).unwrap().is_empty());
    book.set_not_joined(&[].into()).unwrap();
    assert_eq!(told(&book).len(), 4);
    assert_eq!((held(&book), book.sync_state().unwrap().held_authors), (0, vec![]));
}

/// A scope that is given up is handed over first, strange things too: the province keeps them apart (I11).
#[test]
fn what_leaves_the_desk_is_told_all_the_same() {
    let (_dir, book, _) = book();
    knows(&book, &["household"], 0);
    let (x, a) = (strange(&book, "一"), household(&book, VILLAGE, "甲"));
    assert_eq!(told(&book), [(1, a)]);
    let town: RegionCode = "340323100".parse().unwrap();
    let handed_over = |all| {
        book.hold_back(all).unwrap();
        let batch = book.outbox_batch(500, 1 << 20).unwrap();
        batch.iter().map(|change| change.record).collect::<Vec<_>>()
    };
    assert_eq!(handed_over(true), [a, x]);
    assert_eq!(handed_over(false), [a]);
    book.set_kinds_known(Some(&["household".to_owned()]), &[town]).unwrap();
    assert_eq!(handed_over(false), [a, x]);
}

/// What goes with its township takes along what was saved of the same records before it: the changes of a record are told
/// in the order in which they were saved (I7).
#[test]
fn what_leaves_the_desk_goes_in_the_order_of_its_records() {
    const THERE: &str = "340323104001";
    let (_dir, book, _) = book();
    knows(&book, &["household"], 0);
    let home = household(&book, VILLAGE, "甲");
    let with = |notes: &str| json!({"region": VILLAGE, "head_name": "甲", "notes": notes});
    let (x, z, there) = (id(), strange(&book, "三"), id());
    group(&book, &[save(home, "household", with("一")), save(x, FUTURE, json!({"region": VILLAGE}))]);
    let both = [
        save(home, "household", with("二")),
        save(there, "household", json!({"region": THERE, "head_name": "乙"})),
    ];
    group(&book, &both);
    assert_eq!((told(&book), held(&book)), (vec![(1, home)], 5));
    book.set_kinds_known(Some(&["household".to_owned()]), &["340323104".parse().unwrap()]).unwrap();
    assert_eq!(told(&book), [(1, home), (2, home), (3, x), (4, home), (5, there)]);
    assert_eq!((held(&book), record(&book, home).text("notes")), (1, Some("二")));
    assert!(book.get(z).unwrap().is_some());
}

/// Something strange saved together with an edit of a family that the province has: that family's other work goes on.
#[test]
fn work_that_only_names_what_is_there_is_not_held_up() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    let home = household(&book, VILLAGE, "甲");
    province.round(&book);
    knows(&book, &["household", "visit"], 1);
    let edited = json!({"region": VILLAGE, "head_name": "甲", "kinds": ["general"], "notes": "一"});
    group(&book, &[save(home, "household", edited.clone()), save(id(), FUTURE, json!({"region": VILLAGE}))]);
    let met = visit(&book, home, "甲", "2026-10-05", json!({}));
    let mut later = edited;
    later["notes"] = "二".into();
    put(&book, &save(home, "household", later));
    assert_eq!((told(&book), held(&book)), (vec![(2, met)], 3));
}

/// A round asks several times. What is sorted needs no turn at writing, for which a long import may make it wait.
#[test]
fn what_is_sorted_is_not_sorted_again() {
    let (_dir, book, _) = book();
    knows(&book, &["household"], 0);
    let (x, a) = (strange(&book, "一"), household(&book, VILLAGE, "甲"));
    assert_eq!(told(&book), [(1, a)]);
    {
        let _import = book.writer();
        let (done, finished) = std::sync::mpsc::channel();
        let other = book.clone();
        std::thread::spawn(move || done.send(other.hold_back(false).is_ok()).unwrap_or_default());
        assert_eq!(finished.recv_timeout(std::time::Duration::from_secs(10)), Ok(true));
    }
    // Saved since, and known since: both are looked at.
    let b = household(&book, VILLAGE, "乙");
    assert_eq!(told(&book), [(1, a), (2, b)]);
    knows(&book, &["household", FUTURE], 0);
    assert_eq!(told(&book), [(1, a), (2, b), (3, x)]);
}
