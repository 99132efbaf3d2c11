//! Search and lists among 100,000 persons.

use std::time::Duration;

use tiexin_domain::RegionCode;
use tiexin_store::{Book, ListQuery, Save};

use crate::made_up::{Dice, person};
use crate::{Times, book, import, save_one, timed};

pub(crate) fn searching() {
    let dir = tempfile::tempdir().unwrap();
    let dice = &mut Dice(11);
    let book = book(&dir.path().join("book"));
    let mut known = Vec::new();
    let all: Vec<Save> = (0..100_000)
        .map(|_| {
            let (fields, number, phone) = person(dice);
            known.push((fields["name"].as_str().unwrap().to_owned(), number, phone));
            save_one(dice.id(), "person", fields)
        })
        .collect();
    let (_, took) = timed(|| import(&book, all, dice));
    println!("import of 100,000 persons: {:.1} s", took.as_secs_f64());
    book.checkpoint().unwrap();
    type Known = (String, String, String);
    type Ask = fn(&Known) -> String;
    let asks: [(&str, Ask); 7] = [
        ("two-character name", |p| p.0.chars().take(2).collect()),
        ("whole name", |p| p.0.clone()),
        ("two inner characters", |p| {
            let n = p.0.chars().count();
            p.0.chars().skip(n - 2).collect()
        }),
        ("pinyin initials", |p| pinyin_initials(&p.0)),
        ("two initials", |p| pinyin_initials(&p.0)[..2].to_owned()),
        ("ID tail", |p| p.1[14..].to_owned()),
        ("phone tail", |p| p.2[7..].to_owned()),
    ];
    for (what, ask) in asks {
        let mut times = Times(Vec::new());
        let mut hits = 0;
        for _ in 0..600 {
            let text = ask(&known[dice.below(known.len())]);
            let (found, took) = timed(|| book.search(&text, &[], &[], 20).unwrap());
            assert!(!found.is_empty());
            hits += found.len();
            times.0.push(took);
        }
        println!(
            "search by {what}: p50 {:.3} ms, p99 {:.3} ms (aim 5), {} hits a search",
            times.at(0.5),
            times.at(0.99),
            hits / 600
        );
    }
    listing(&book);
}

fn pinyin_initials(name: &str) -> String {
    use pinyin::ToPinyin;
    name.to_pinyin().flatten().map(|p| p.first_letter()).collect()
}

fn listing(book: &Book) {
    let list = |what: &str, regions: &[&str], sort: Option<(&str, bool)>, text: Option<&str>| {
        let mut query = ListQuery {
            kind: "person".into(),
            regions: regions.iter().map(|r| r.parse::<RegionCode>().unwrap()).collect(),
            sort: sort.map(|(f, d)| (f.to_owned(), d)),
            text: text.map(str::to_owned),
            limit: 60,
            ..ListQuery::default()
        };
        let (first, took) = timed(|| book.list(&query).unwrap());
        let mut times = Times(Vec::new());
        let mut next = first.next.clone();
        for _ in 0..60 {
            let Some(after) = next else { break };
            query.after = Some(after);
            let (page, took) = timed(|| book.list(&query).unwrap());
            times.0.push(took);
            next = page.next;
        }
        if times.0.is_empty() {
            times.0.push(Duration::ZERO);
        }
        println!(
            "list {what}: first page with count of {} {:.1} ms, next pages p50 {:.2} ms, worst {:.2} ms",
            first.total.unwrap_or_default(),
            took.as_secs_f64() * 1000.0,
            times.at(0.5),
            times.at(1.0)
        );
    };
    list("100,000 persons by name, everywhere", &[], None, None);
    let jump = ListQuery { kind: "person".into(), skip: 50_000, limit: 60, ..ListQuery::default() };
    let (_, took) = timed(|| book.list(&jump).unwrap());
    println!("jump to the middle of 100,000 persons: {:.1} ms", took.as_secs_f64() * 1000.0);
    list("county by name", &["340323"], None, None);
    list("one township by name", &["340323101"], None, None);
    list("one village by name", &["340323101001"], None, None);
    list("by birth, newest first", &[], Some(("birth", true)), None);
    list("by region", &[], Some(("region", false)), None);
    list("by phone (no index)", &[], Some(("phone", false)), None);
    list("township, searched", &["340323101"], None, Some("王"));
}
