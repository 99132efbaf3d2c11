//! What 今日 shows.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use tiexin_domain::RegionCode;
use tiexin_domain::nouns::support_file::{Doctor, doctor_of, has_channel};

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn file(book: &Book, home: Uuid, name: &str, more: Value) -> Uuid {
    let file = id();
    let mut all = fields(json!({"region": VILLAGE, "household": home.to_string(), "head_name": name,
        "category": "death", "status": "active", "child_name": "某某", "loss_cause": "意外"}));
    all.extend(fields(more));
    put(book, &Save { id: file, kind: "support_file".into(), fields: all, void: None });
    file
}

/// The files that the list behind 今日 finds by what they lack.
fn listed(book: &Book, code: &str, today: NaiveDate) -> Vec<Uuid> {
    let filter = vec![("gaps".to_owned(), crate::Op::Is, Value::from(code))];
    let (kind, today) = ("support_file".to_owned(), Some(today));
    let query = crate::ListQuery { kind, filter, today, limit: 50, ..Default::default() };
    book.list(&query).unwrap().records.iter().map(|file| file.id).collect()
}

/// The reports leave out where the family was away; where it did not wish to be met they count the visit.
#[test]
fn a_void_visit_leaves_the_reports_that_counted_it() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    for (presence, counted) in [("at_home", 1), ("by_phone", 1), ("not_willing", 1), ("away", 0)] {
        let visit = visit(&book, home, "张三", "2026-10-05", json!({"presence": presence}));
        assert_eq!(book.hanging(visit).unwrap().months.len(), counted, "{presence}");
    }
}

#[test]
fn of_two_files_of_a_family_the_stricter_wish_counts() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    for said in ["welcome", "declined", "phone_only"] {
        file(&book, home, "张三", json!({"preference": said}));
    }
    let ended = json!({"preference": "declined", "status": "closed", "status_reason": "重复"});
    let other = household(&book, VILLAGE, "李四");
    file(&book, other, "李四", json!({"preference": "phone_only"}));
    file(&book, other, "李四", ended);
    let due = book.due_files(&["340323100".parse().unwrap()], day("2026-10-20")).unwrap();
    let told = |home: Uuid| -> Vec<&str> {
        let files = due.iter().filter(|file| file.household == home);
        files.filter_map(|file| file.preference.as_ref().map(|wish| wish.code())).collect()
    };
    assert_eq!((told(home), told(other)), (vec!["declined"; 3], vec!["phone_only"]));
}

#[test]
fn a_family_that_wishes_no_contact_is_in_no_share() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    file(&book, home, "张三", json!({}));
    let other = household(&book, VILLAGE, "李四");
    file(&book, other, "李四", json!({"preference": "welcome"}));
    file(&book, other, "李四", json!({"preference": "declined"}));
    visit(&book, other, "李四", "2026-10-05", json!({"contact_reason": "本人来电"}));
    let here = ["340323100".parse().unwrap()];
    let villages = book.village_months(&here, day("2026-10-01"), day("2026-10-31")).unwrap();
    let told: Vec<_> = villages.iter().map(|v| (v.visits, v.families, v.families_visited)).collect();
    assert_eq!(told, [(1, 1, 0)]);
}

#[test]
fn who_declined_in_one_of_two_files_lacks_no_contact_in_either() {
    let (_dir, book, _) = book();
    let (home, other) = (household(&book, VILLAGE, "张三"), household(&book, VILLAGE, "李四"));
    for said in [json!({"preference": "welcome"}), json!({"preference": "declined"})] {
        file(&book, home, "张三", said);
    }
    // What a closed file says is over.
    let closed = json!({"preference": "declined", "status": "closed", "status_reason": "重复"});
    file(&book, other, "李四", closed);
    let wishes = file(&book, other, "李四", json!({"preference": "welcome"}));
    let (today, here) = (day("2026-10-20"), ["340323100".parse().unwrap()]);
    for code in ["township_leader", "village_worker"] {
        let lacking = book.files_with_gaps(&here, today).unwrap();
        let lacks = |file: &&crate::FileGaps| file.gaps.iter().any(|gap| gap.field == code);
        let told: Vec<Uuid> = lacking.iter().filter(lacks).map(|file| file.file).collect();
        assert_eq!(told, [wishes], "{code}");
        assert_eq!(listed(&book, code, today), [wishes], "{code}");
    }
}

/// Each file has a pair of its own, and the newer one says who looks after the family.
#[test]
fn of_two_pairs_the_list_asks_the_one_that_is_told() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let mut files = BTreeSet::new();
    for (from, names) in [
        ("2025-01-01", json!({"township_leader": "赵镇长", "village_worker": "李村医"})),
        ("2026-01-01", json!({"township_leader": "钱镇长"})),
        // Not yet.
        ("2026-12-01", json!({"village_worker": "孙村医"})),
    ] {
        let one = file(&book, home, "张三", json!({}));
        files.insert(one);
        let mut pair =
            fields(json!({"region": VILLAGE, "household": home.to_string(), "file": one.to_string(),
            "from": from}));
        pair.extend(fields(names));
        put(&book, &save(id(), "contact_pair", Value::Object(pair)));
    }
    let (today, here) = (day("2026-10-20"), ["340323100".parse().unwrap()]);
    for (code, lacking) in [("township_leader", BTreeSet::new()), ("village_worker", files)] {
        let told = book.files_with_gaps(&here, today).unwrap();
        let lacks = |file: &&crate::FileGaps| file.gaps.iter().any(|gap| gap.field == code);
        let told: BTreeSet<Uuid> = told.iter().filter(lacks).map(|file| file.file).collect();
        let found: BTreeSet<Uuid> = listed(&book, code, today).into_iter().collect();
        assert_eq!((&told, &found), (&lacking, &lacking), "{code}");
    }
}

/// Nobody is left to be visited; what is left to be done is closing the file. A child who died makes no family extinct, nor
/// does a family of which nobody is registered.
#[test]
fn a_family_whose_people_have_all_died_is_on_no_list_but_of_files_to_close() {
    let (_dir, book, _) = book();
    let here: Vec<RegionCode> = vec!["340323100".parse().unwrap()];
    let today = day("2026-10-20");
    let promised = json!({"follow_up": "2026-10-10"});
    let mut homes = Vec::new();
    for (head, relatives) in [
        ("张三", vec![("张三", json!({"died_on": "2026-03-01"})), ("刘英", json!({"deceased": true}))]),
        ("李四", vec![("李四", json!({"died_on": "2026-03-01"})), ("钱芳", json!({}))]),
        ("王五", vec![("王小", json!({"relation": "child", "died_on": "2014-03-01"}))]),
        ("赵六", vec![]),
    ] {
        let home = household(&book, VILLAGE, head);
        let one = file(&book, home, head, json!({"doctor": "李医生", "doctor_until": "2026-10-25"}));
        for (name, more) in relatives {
            person(&book, home, name, more);
        }
        visit(&book, home, head, "2026-10-01", promised.clone());
        homes.push((home, one));
    }
    let (gone, closed) = homes[0];
    let others: BTreeSet<Uuid> = homes[1..].iter().map(|(home, _)| *home).collect();
    let due: BTreeSet<Uuid> =
        book.due_files(&here, today).unwrap().into_iter().map(|file| file.household).collect();
    assert_eq!(due, others);
    let followed: BTreeSet<Uuid> =
        book.follow_ups(&here, today, today).unwrap().into_iter().map(|one| one.household).collect();
    assert_eq!(followed, others);
    let families: u64 =
        book.village_months(&here, day("2026-10-01"), today).unwrap().iter().map(|v| v.families).sum();
    assert_eq!(families, 3);
    let rule = serde_json::from_value(json!({"kind": "support_file", "by": "doctor_until"})).unwrap();
    let ends = book.falling(&here[0], &rule, (today, day("2026-10-31")), |_, _| Ok(true)).unwrap();
    assert_eq!(ends.len(), 3);
    let lacking = book.files_with_gaps(&here, today).unwrap();
    let told: Vec<&str> = lacking
        .iter()
        .filter(|file| file.household == gone)
        .flat_map(|file| &file.gaps)
        .map(|gap| gap.field.as_str())
        .collect();
    assert_eq!(told, ["status"]);
    // The list that stands behind 今日 counts the same files.
    assert_eq!(listed(&book, "status", today), [closed]);
    assert_eq!(listed(&book, "village_worker", today).len(), 3);
}

/// A list asks in SQL what a family's page reads from its file.
#[test]
fn a_list_finds_who_has_no_doctor_and_no_channel() {
    let (_dir, book, _) = book();
    let today = day("2026-10-20");
    let (mut no_doctor, mut no_channel) = (BTreeSet::new(), BTreeSet::new());
    for said in [
        json!({}),
        json!({"doctor": "李医生"}),
        json!({"doctor": "李医生", "doctor_until": "2026-10-19", "hospital": "县医院"}),
        json!({"doctor": "李医生", "doctor_until": "2026-10-20"}),
        json!({"doctor": "李医生", "doctor_until": "2026-10", "hospital": "县医院"}),
        json!({"doctor": "李医生", "doctor_until": "2026-09"}),
        json!({"doctor": "李医生", "doctor_until": "2025"}),
        json!({"doctor": "李医生", "doctor_until": "2026"}),
        json!({"doctor_declined_on": "2026-05-01"}),
    ] {
        let of_file = fields(said.clone());
        let one = file(&book, household(&book, VILLAGE, "张三"), "张三", said);
        if matches!(doctor_of(&of_file, today), Doctor::Missing | Doctor::Over) {
            no_doctor.insert(one);
        }
        if !has_channel(&of_file) {
            no_channel.insert(one);
        }
    }
    assert_eq!((no_doctor.len(), no_channel.len()), (4, 7));
    let found = |code: &str| -> BTreeSet<Uuid> { listed(&book, code, today).into_iter().collect() };
    assert_eq!((found("doctor"), found("hospital")), (no_doctor, no_channel));
}

#[test]
fn families_are_due_by_their_newest_visit() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let one = file(&book, home, "张三", json!({"code": "34032310000017", "preference": "phone_only"}));
    let other = household(&book, VILLAGE, "李四");
    file(&book, other, "李四", json!({}));
    let closed = household(&book, VILLAGE, "王五");
    file(&book, closed, "王五", json!({"status": "closed", "status_reason": "迁出"}));
    visit(&book, home, "张三", "2026-09-01", json!({"follow_up": "2026-10-10"}));
    let away = visit(&book, home, "张三", "2026-10-02", json!({"presence": "away", "met": []}));
    assert!(book.hanging(away).unwrap().months.is_empty(), "it was in no figure");
    for (from, to, leader) in [("2025-01-01", Some("2026-01-01"), "旧领导"), ("2026-01-02", None, "新领导")]
    {
        let mut pair = json!({"region": VILLAGE, "household": home.to_string(), "file": one.to_string(),
            "township_leader": leader, "from": from});
        if let Some(to) = to {
            pair["to"] = json!(to);
        }
        put(&book, &save(id(), "contact_pair", pair));
    }
    let here: Vec<RegionCode> = vec!["340323100".parse().unwrap()];
    let due = book.due_files(&here, day("2026-10-20")).unwrap();
    assert_eq!(due.len(), 2);
    let zhang = due.iter().find(|d| d.file == one).unwrap();
    assert_eq!(zhang.last.met, Some(day("2026-09-01")));
    assert_eq!(zhang.last.visitors, ["王专干"]);
    assert_eq!(zhang.last.in_vain, Some((day("2026-10-02"), "away".to_owned())));
    assert_eq!(book.care_of(&[home], day("2026-10-20")).unwrap()[0].last, zhang.last);
    assert_eq!(zhang.township_leader.as_deref(), Some("新领导"));
    assert_eq!(zhang.preference.as_ref().map(|p| p.code().to_owned()).as_deref(), Some("phone_only"));
    assert!(book.due_files(&["340323101".parse().unwrap()], day("2026-10-20")).unwrap().is_empty());
    // A visit that met nobody, or came before the day, does not keep what was agreed. One on the day does.
    assert_eq!(book.follow_ups(&here, day("2026-10-20"), day("2026-10-20")).unwrap().len(), 1);
    visit(&book, home, "张三", "2026-10-03", json!({"presence": "by_phone"}));
    assert_eq!(book.follow_ups(&here, day("2026-10-20"), day("2026-10-20")).unwrap().len(), 1);
    assert_eq!(book.agreed(home, day("2026-10-20")).unwrap(), Some(day("2026-10-10")));
    visit(&book, home, "张三", "2026-10-10", json!({}));
    assert!(book.follow_ups(&here, day("2026-10-20"), day("2026-10-20")).unwrap().is_empty());
    assert_eq!(book.agreed(home, day("2026-10-20")).unwrap(), None);
    // What is agreed later counts in the place of what was agreed before.
    for (on, due) in [("2026-10-11", "2026-12-01"), ("2026-10-12", "2026-11-05")] {
        visit(&book, home, "张三", on, json!({"follow_up": due}));
    }
    assert_eq!(book.agreed(home, day("2026-10-20")).unwrap(), Some(day("2026-11-05")));
    // A visit that a clock ahead has dated after today neither keeps it nor agrees on another.
    visit(&book, home, "张三", "2026-11-08", json!({"follow_up": "2026-12-08"}));
    assert_eq!(book.agreed(home, day("2026-10-20")).unwrap(), Some(day("2026-11-05")));
    assert_eq!(book.agreed(home, day("2026-11-08")).unwrap(), Some(day("2026-12-08")));
    assert_eq!(book.due_files(&here, day("2026-10-20")).unwrap()[0].last.in_vain, None);
    visit(&book, other, "李四", "2026-10-03", json!({"follow_up": "2026-10-09"}));
    let follow = book.follow_ups(&here, day("2026-10-20"), day("2026-10-20")).unwrap();
    assert_eq!((follow.len(), follow[0].due), (1, day("2026-10-09")));
    let told = format!("{due:?}{follow:?}");
    assert!(!told.contains("某某") && !told.contains("意外"));
}

#[test]
fn gaps_birthdays_and_the_month_so_far() {
    let (_dir, book, _) = book();
    let here: Vec<RegionCode> = vec!["340323100".parse().unwrap()];
    let home = household(&book, VILLAGE, "张三");
    file(
        &book,
        home,
        "张三",
        json!({"code": "34032310000017", "loss_date": "2014-01-05", "preference": "welcome"}),
    );
    person(&book, home, "张三", json!({"id_number": "34052419800101001X", "birth": "1980-01-01"}));
    person(&book, home, "刘英", json!({"birth": "1962-12-30", "lunar_birthday": true}));
    let general = household(&book, VILLAGE, "无档案");
    person(&book, general, "无档案", json!({"birth": "1980-01-01"}));
    let codes = |book: &Book| -> Vec<(String, String)> {
        let gaps = book.files_with_gaps(&here, day("2026-10-20")).unwrap();
        gaps.iter().flat_map(|f| &f.gaps).map(|g| (g.field.clone(), g.code.clone())).collect()
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        codes(&book),
        [
            pair("township_leader", "contact_missing"),
            pair("village_worker", "contact_missing"),
            pair("id_number", "id_missing")
        ]
    );
    let names = |from, to| {
        let all = book.birthdays(&here, from, to).unwrap();
        all.into_iter().map(|b| (b.name, b.lunar)).collect::<Vec<_>>()
    };
    assert_eq!(names((12, 25), (1, 5)), [("张三".to_owned(), false), ("刘英".to_owned(), true)]);
    assert_eq!(names((2, 1), (2, 10)), [("刘英".to_owned(), true)]);
    visit(&book, home, "张三", "2026-10-05", json!({}));
    visit(&book, home, "张三", "2026-10-05", json!({"kind": "festival"}));
    visit(&book, general, "无档案", "2026-10-06", json!({"region": "340323100002"}));
    visit(&book, general, "无档案", "2026-11-06", json!({}));
    // Nobody was there.
    visit(&book, general, "无档案", "2026-10-07", json!({"presence": "away", "met": []}));
    let (from, to) = (day("2026-10-01"), day("2026-10-31"));
    assert_eq!(
        book.visits_per_day(&here, from, to).unwrap(),
        [(day("2026-10-05"), 2), (day("2026-10-06"), 1)]
    );
    // A family with two files is one family.
    file(&book, home, "张三", json!({"code": "34032310000018", "preference": "welcome"}));
    let villages = book.village_months(&here, from, to).unwrap();
    let told: Vec<_> = villages
        .iter()
        .map(|v| (v.region.as_str(), v.visits, v.households, v.families, v.families_visited))
        .collect();
    assert_eq!(told, [("340323100001", 2, 1, 1, 1), ("340323100002", 1, 1, 0, 0)]);
    let files = crate::ListQuery { kind: "support_file".into(), limit: 5, ..Default::default() };
    let listed = book.list(&files).unwrap();
    assert_eq!((listed.total, listed.families), (Some(2), Some(1)));
}
