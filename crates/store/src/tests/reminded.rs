//! Of what 今日 reminds by a date.

use chrono::NaiveDate;
use tiexin_domain::RegionCode;
use tiexin_domain::reminder::Dated;

use super::*;
use crate::asking::reminded::MOST;
use crate::{Look, Reminded};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn here() -> Vec<RegionCode> {
    vec!["340323100".parse().unwrap()]
}

fn dated(rule: Value) -> Dated {
    serde_json::from_value(rule).unwrap()
}

/// The days by which records are due in October 2026.
fn due(book: &Book, rule: &Dated) -> Vec<String> {
    falling(book, &here()[0], rule).into_iter().map(|(_, day)| day.to_string()).collect()
}

fn falling(book: &Book, place: &RegionCode, rule: &Dated) -> Vec<Reminded> {
    book.falling(place, rule, (day("2026-10-01"), day("2026-10-31")), |_, _| Ok(true)).unwrap()
}

#[test]
fn records_come_by_the_last_day_that_their_date_can_be() {
    let (_dir, book, _) = book();
    let mut rule = dated(json!({"kind": "post", "by": "until", "when": {"why_ended": null}}));
    for (until, why) in [
        ("2026-10", None),
        ("2026", None),
        ("2026-10-20", None),
        ("2026-10-05", Some("moved")),
        ("2026-09-30", None),
        ("2026-11-01", None),
    ] {
        let mut post = json!({"region": VILLAGE, "name": "甲", "organisation_name": "乙", "post": "president",
            "staffing": "part_time", "from": "2023-10", "until": until});
        if let Some(why) = why {
            post["why_ended"] = json!(why);
        }
        put(&book, &save(id(), "post", post));
    }
    assert_eq!(due(&book, &rule), ["2026-10-31", "2026-10-20"]);
    for (when, found) in [
        (json!({"why_ended": "*"}), 1),
        (json!({"why_ended": "!moved"}), 2),
        (json!({"why_ended": "moved"}), 1),
    ] {
        rule.when = serde_json::from_value(when).unwrap();
        assert_eq!(due(&book, &rule).len(), found, "{:?}", rule.when);
    }
    for strange in
        [json!({"kind": "post", "by": "of_the_future"}), json!({"kind": "of_the_future", "by": "until"})]
    {
        assert!(due(&book, &dated(strange)).is_empty());
    }
    rule.when.clear();
    let found = |place: &str| {
        let place: RegionCode = place.parse().unwrap();
        falling(&book, &place, &rule).len()
    };
    // A county is told of its own.
    assert_eq!((found("340323100"), found(VILLAGE), found("340323101"), found("340323")), (3, 3, 0, 0));
    let own = json!({"region": "340323", "name": "甲", "organisation_name": "乙", "post": "president",
        "staffing": "in_quota", "from": "2023-10", "until": "2026-10-20"});
    put(&book, &save(id(), "post", own));
    assert_eq!((found("340323100"), found("340323")), (3, 1));
}

/// A date without a column of its own is read from the fields.
#[test]
fn a_rating_that_ends_is_found_though_no_index_has_it() {
    let (_dir, book, _) = book();
    for until in ["2026-10", "2026-10-07", "2026-11-07"] {
        let site = json!({"region": VILLAGE, "name": "会员之家", "kind": "member_home", "opened": "2020",
            "rated_until": until});
        put(&book, &save(id(), "site", site));
    }
    let rule = dated(json!({"kind": "site", "by": "rated_until", "when": {"closed_on": null}}));
    let mut found = due(&book, &rule);
    found.sort();
    assert_eq!(found, ["2026-10-07", "2026-10-31"]);
}

#[test]
fn nobody_is_reminded_of_who_declined_of_a_closed_file_and_of_the_dead() {
    let (_dir, book, _) = book();
    let file = |home: Uuid, more: Value| {
        let mut all = fields(json!({"region": VILLAGE, "household": home.to_string(), "head_name": "某",
            "category": "death", "status": "active", "assistance": "yes"}));
        all.extend(fields(more));
        put(&book, &Save { id: id(), kind: "support_file".into(), fields: all, void: None });
    };
    let wish = |name: &str, file_of: Option<Value>, died: Option<&str>| {
        let home = household(&book, VILLAGE, name);
        let whom = person(&book, home, name, died.map_or(json!({}), |on| json!({"died_on": on})));
        if let Some(more) = file_of {
            file(home, more);
        }
        let wish = json!({"region": VILLAGE, "household": home.to_string(), "head_name": name, "date": "2026-10-08",
            "person": {"name": name, "person": whom.to_string()}, "wish": "一辆轮椅"});
        put(&book, &save(id(), "wish", wish));
        home
    };
    wish("甲", None, None);
    wish("乙", Some(json!({"preference": "welcome"})), None);
    wish("丙", Some(json!({"preference": "declined"})), None);
    wish("丁", Some(json!({"status": "closed", "status_reason": "迁出"})), None);
    wish("戊", Some(json!({})), Some("2026-10-09"));
    let rule = dated(json!({"kind": "wish", "by": "date", "when": {"claimed_on": null}}));
    let names = |rule: &Dated| {
        let found = falling(&book, &here()[0], rule);
        let mut names: Vec<String> =
            found.iter().map(|(wish, _)| wish.text("head_name").unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&rule), ["乙", "甲"]);
    // What the family asked for itself it is owed; the dead are owed nothing.
    assert_eq!(names(&Dated { own_wish: true, ..rule }), ["丁", "丙", "乙", "甲"]);
    // Papers of the year: of whom there is none yet, and somebody is left to hand them in.
    let without = |year| book.without_review(&here(), year).unwrap().len();
    assert_eq!(without(2026), 1, "乙");
    let home = household(&book, VILLAGE, "己");
    file(home, json!({}));
    let review = |kind: &str| {
        let review = json!({"region": VILLAGE, "household": home.to_string(), "head_name": "己", "year": 2026,
            "person": {"name": "己"}, "kind": kind});
        put(&book, &save(id(), "assistance_review", review));
    };
    // A change in the course of the year is no yearly paper.
    review("change");
    assert_eq!((without(2026), without(2027)), (2, 2));
    review("annual");
    assert_eq!((without(2026), without(2027)), (1, 2));
}

/// A year that is known alone stands before all days of it, and a family's earlier wishes before another's later one.
#[test]
fn what_nobody_is_told_of_takes_no_place_among_the_first() {
    let (_dir, book, _) = book();
    let wish = |home: Uuid, name: &str, on: &str| {
        let wish = json!({"region": VILLAGE, "household": home.to_string(), "head_name": name, "date": on,
            "person": {"name": name}, "wish": "一辆轮椅"});
        put(&book, &save(id(), "wish", wish));
    };
    let (declined, other, told) =
        (household(&book, VILLAGE, "甲"), household(&book, VILLAGE, "乙"), household(&book, VILLAGE, "丙"));
    let file = json!({"region": VILLAGE, "household": declined.to_string(), "head_name": "甲",
        "category": "death", "status": "active", "preference": "declined"});
    put(&book, &save(id(), "support_file", file));
    for _ in 0..MOST {
        wish(declined, "甲", "2026-10-02");
        wish(other, "乙", "2026-10-03");
    }
    wish(told, "丙", "2026-10-20");
    let rule = dated(json!({"kind": "wish", "by": "date"}));
    let (from, to) = (day("2026-10-01"), day("2026-10-31"));
    assert_eq!(falling(&book, &here()[0], &rule).len(), MOST, "乙's");
    let mine = |_: &Look<'_>, record: &Record| Ok(record.reference("household") != Some(other));
    let found = book.falling(&here()[0], &rule, (from, to), mine).unwrap();
    assert_eq!(found.iter().map(|(record, _)| record.text("head_name").unwrap()).collect::<Vec<_>>(), ["丙"]);

    for _ in 0..MOST {
        let post = json!({"region": VILLAGE, "name": "甲", "organisation_name": "乙", "post": "president",
            "staffing": "part_time", "from": "2023-10", "until": "2026"});
        put(&book, &save(id(), "post", post));
    }
    let post = json!({"region": VILLAGE, "name": "丁", "organisation_name": "乙", "post": "secretary",
        "staffing": "part_time", "from": "2023-10", "until": "2026-10-20"});
    put(&book, &save(id(), "post", post));
    assert_eq!(due(&book, &dated(json!({"kind": "post", "by": "until"}))), ["2026-10-20"]);
}

#[test]
fn a_session_is_due_after_the_newest_with_that_person() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "甲");
    let pair = |name: &str, from: &str, to: Option<&str>| {
        let mut pair = json!({"region": VILLAGE, "household": home.to_string(), "head_name": "甲", "from": from,
            "person": {"name": name}, "counsellor": "丙", "rhythm_days": 14});
        if let Some(to) = to {
            pair["to"] = json!(to);
        }
        put(&book, &save(id(), "counselling_pair", pair));
    };
    pair("甲", "2026-01-01", None);
    pair("乙", "2026-09-01", None);
    pair("丁", "2026-01-01", Some("2026-03-01"));
    for (name, on) in [("甲", "2026-10-01"), ("甲", "2026-09-01"), ("乙", "2026-08-20"), ("甲", "2026-12-01")]
    {
        let session = json!({"region": VILLAGE, "household": home.to_string(), "head_name": "甲", "date": on,
            "person": {"name": name}});
        put(&book, &save(id(), "counselling", session));
    }
    let found = book.counselled(&here(), day("2026-10-20")).unwrap();
    let mut last: Vec<String> = found.iter().map(|(_, last)| last.to_string()).collect();
    last.sort();
    assert_eq!(last, ["2026-09-01", "2026-10-01"]);
}
