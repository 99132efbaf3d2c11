//! F1 for a county with 1,000,000 visits in twenty townships, beside a bare `SELECT count(*)` over
//! the same index in the same run. `cargo bench -p tiexin-report --bench figures [-- VISITS] [-- month]`
//! Visits are spread over three years; with `month` all lie in the one month that is reported.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use secrecy::SecretString;
use tiexin_domain::nouns::{PersonRef, Visit, visit::VisitKind};
use tiexin_domain::{Kind, Noun, Record, RegionCode};
use tiexin_protocol::wire::SnapshotHeader;
use tiexin_protocol::{Chain, Digest};
use tiexin_report::{Forms, Month, figures};
use tiexin_store::{Book, KdfCost, NewUser};
use uuid::Uuid;

const TOWNS: usize = 20;
const VILLAGES: usize = 12;
/// Visits to one household.
const EACH: usize = 40;
const RUNS: usize = 5;

type Fault = Box<dyn std::error::Error>;

fn visit(town: usize, n: usize, days: usize) -> Option<Record> {
    let home = n / EACH;
    let scope = format!("340323{:03}", 100 + town);
    let region: RegionCode = format!("{scope}{:03}", 1 + home % VILLAGES).parse().ok()?;
    let date = NaiveDate::from_ymd_opt(2026, 10, 31)? - chrono::Days::new((n * 7919 % days) as u64);
    let household = Uuid::from_u128(0x7000_8000_0000_0000_0000 + ((town as u128) << 100) + home as u128);
    let who = |name: &str| PersonRef { person: None, name: format!("{name}{home}") };
    let visit = Visit {
        kind: VisitKind::ALL[n % 5].clone(),
        met: if n.is_multiple_of(3) { vec![who("甲")] } else { vec![who("甲"), who("乙")] },
        visitors: vec!["专干".into()],
        note: Some("身体尚好，聊了家常，嘱咐按时吃药，天冷添衣。".into()),
        ..Visit::routine(region, household, format!("户主{home}"), date)
    };
    let id = Uuid::from_u128(((town as u128) << 96) + 0x7000_8000_0000_0000_0000 + n as u128);
    let scope: RegionCode = scope.parse().ok()?;
    Some(Record {
        id,
        kind: Kind::Visit.code().into(),
        scope,
        version: 1,
        fields: visit.to_fields(),
        void: None,
    })
}

fn fill(book: &Book, visits: usize, days: usize) -> Result<(), Fault> {
    for town in 0..TOWNS {
        let records = || (0..visits / TOWNS).filter_map(move |n| visit(town, n, days));
        let digest = records().fold(Digest::default(), |sum, record| sum.plus(Digest::of(&record)));
        let header = SnapshotHeader {
            scope: format!("340323{:03}", 100 + town).parse()?,
            generation: Uuid::from_u128(1),
            seq: 1,
            view: Default::default(),
            chain: Chain::default(),
            digest,
            records: records().count() as u64,
        };
        book.apply_snapshot(&header, records().map(Ok::<_, Infallible>), &mut |_| true, 0)?;
        eprint!(".");
    }
    eprintln!();
    Ok(())
}

fn best(mut work: impl FnMut() -> Result<(), Fault>) -> Result<Duration, Fault> {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let start = Instant::now();
        work()?;
        best = best.min(start.elapsed());
    }
    Ok(best)
}

fn main() -> Result<(), Fault> {
    let visits = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(1_000_000);
    let days = if std::env::args().any(|a| a == "month") { 31 } else { 3 * 365 };
    let folder = tempfile::tempdir()?;
    let password = SecretString::from("a long password");
    let first = NewUser { id: Uuid::from_u128(1), name: "a".into(), display_name: "甲".into(), password };
    let (book, _) = Book::create(&folder.path().join("book"), first, KdfCost::QUICK, 0)?;
    let start = Instant::now();
    fill(&book, visits, days)?;
    book.checkpoint()?;
    eprintln!("{visits} visits written in {:.0} s", start.elapsed().as_secs_f64());

    let county: RegionCode = "340323".parse()?;
    let forms = Forms::built_in();
    let form = forms.get("F1").ok_or("F1")?;
    let month = Month::new(2026, 10)?;
    let counted = book.facts(|f| f.count_within(&Kind::Visit, &county, 20261001, 20261031))?;
    let start = Instant::now();
    figures(&book, form, month, &county)?;
    let first = start.elapsed();
    let ours = best(|| figures(&book, form, month, &county).map(drop).map_err(Into::into))?;
    let bare = best(|| {
        let count = book.facts(|f| f.count_within(&Kind::Visit, &county, 20261001, 20261031));
        count.map(drop).map_err(Into::into)
    })?;
    println!(
        "F1 of a county, {visits} visits, {counted} of them in the month: {:.0} ms (first time {:.0} ms), \
         bare count(*) {:.1} ms, ratio {:.1}",
        ours.as_secs_f64() * 1e3,
        first.as_secs_f64() * 1e3,
        bare.as_secs_f64() * 1e3,
        ours.as_secs_f64() / bare.as_secs_f64()
    );
    Ok(())
}
