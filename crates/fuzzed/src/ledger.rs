//! Ledgers as somebody hands them in: xlsx, xls, csv, anything.

use chrono::NaiveDate;
use tiexin_domain::{Kind, RegionCode};
use tiexin_intake::{
    Family, FoundPerson, ImportContext, Known, Limits, Lookup, Mapping, NamedRegion, marked_copy, plan, read,
    stable_id,
};
use uuid::Uuid;

/// A book in which nothing is yet.
struct Empty;

impl Lookup for Empty {
    fn regions(&self, within: &RegionCode) -> Vec<NamedRegion> {
        let all = [
            ("340323100", "谷阳镇"),
            ("340323100001", "东关社区居民委员会"),
            ("340323100201", "陈圩村村民委员会"),
        ];
        let named = all.iter().filter_map(|(code, name)| {
            Some(NamedRegion { code: code.parse().ok()?, name: (*name).to_owned() })
        });
        named.filter(|region| within.covers(&region.code)).collect()
    }
    fn families(&self) -> Vec<Family> {
        Vec::new()
    }
    fn person_by_id_number(&self, _: &str) -> Option<FoundPerson> {
        None
    }
    fn record(&self, _: &Uuid) -> Option<Known> {
        None
    }
    fn events(&self, _: &Kind, _: &Uuid) -> Vec<Known> {
        Vec::new()
    }
    fn activities(&self) -> Vec<Known> {
        Vec::new()
    }
    fn member_of(&self, _: &Uuid) -> Option<Known> {
        None
    }
    fn members_named(&self, _: &RegionCode, _: &str) -> Vec<Known> {
        Vec::new()
    }
}

/// Less than a desk allows, so that what goes beyond is seen soon.
fn limits() -> Limits {
    Limits { sheet_bytes: 8 << 20, text_bytes: 4 << 20, cells: 200_000, ..Limits::default() }
}

pub(crate) fn ledger(input: &[u8]) {
    let Ok(workbook) = read(input, "台账.xlsx", &limits()) else { return };
    let Some(today) = NaiveDate::from_ymd_opt(2026, 11, 2) else { return };
    let Ok(scope) = "340323100".parse() else { return };
    let mapping = Mapping::default();
    let context = ImportContext {
        scope,
        today: Some(today),
        latest: today,
        mapping: &mapping,
        lookup: &Empty,
        ids: &stable_id,
        watch: None,
    };
    let Ok(planned) = plan(&workbook, &context) else { return };
    assert!(planned.rows.taken() + planned.rows.refused <= planned.data_rows);
    let _ = marked_copy(&workbook, &planned, true);
}
