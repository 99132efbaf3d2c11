//! Help that goes on, and advice: as much of it as a township has (`association.md` §6).

use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Value, json};
use tiexin_domain::nouns::PersonRef;
use tiexin_domain::nouns::support_file::ContactPreference;
use tiexin_domain::region::RegionCode;
use tiexin_domain::{Fen, Kind, Sex};

use super::care::{one, some_day};
use super::chance::Chance;
use super::families::{Family, Ground, Standing};
use super::record::Made;
use super::village::Village;

pub(super) fn support(
    families: &[Family],
    ground: &Ground<'_, '_>,
    villages: &[Village],
    township: &RegionCode,
    chance: &mut Chance,
) -> Vec<Made> {
    let mut made = vec![policy(families, ground, township, chance)];
    for family in families {
        let special = matches!(family.standing, Standing::Special(_));
        let declined = family.preference == Some(ContactPreference::Declined);
        if !declined && chance.percent(20) {
            made.push(advice(family, ground, &villages[family.village], chance));
        }
        if special && !declined && chance.percent(15) {
            made.push(pair(family, ground, &villages[family.village], chance));
        }
        if special && !declined && chance.percent(50) {
            made.push(pairing(family, ground, chance));
        }
        if special && chance.percent(90) {
            made.push(review(family, ground, chance));
        }
    }
    made.extend((0..families.len() / 150 + 2).map(|_| rights_case(families, ground, villages, chance)));
    made
}

/// A record about a family.
fn of_family(family: &Family, more: Value) -> Value {
    let mut all = json!({
        "region": family.region, "household": family.id, "head_name": family.household.head_name,
    });
    if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
        all.extend(more);
    }
    all
}

/// The township's, for its special families.
fn policy(families: &[Family], ground: &Ground<'_, '_>, township: &RegionCode, chance: &mut Chance) -> Made {
    let from = ground.today - Days::new(chance.within(300, 340) as u64);
    let special = families.iter().filter(|family| matches!(family.standing, Standing::Special(_)));
    let insured: Vec<PersonRef> = special.map(|family| one(family, ground.today, chance)).collect();
    let policy = json!({
        "region": township, "product": "住院护理补贴保险", "insurer": "某保险公司固镇支公司",
        "no": format!("PICC{township}{}", from.format("%Y%m")), "from": from, "to": from + Days::new(364),
        "insured": insured, "premium": Fen(chance.within(30, 60) * 10_000), "payer": "县计生协",
        "daily": Fen(10_000), "max_days": 90,
    });
    Made::of(Kind::Policy, &policy, from, chance)
}

fn pairing(family: &Family, ground: &Ground<'_, '_>, chance: &mut Chance) -> Made {
    let from = some_day(family, ground.today, chance);
    let names = ground.people.names;
    let (by, by_kind) = match chance.within(0, 2) {
        0 => (chance.pick(&names.units).clone(), "unit"),
        1 => (ground.people.somebody(chance, &Sex::Female), "volunteer"),
        _ => (ground.people.somebody(chance, &Sex::Male), "member"),
    };
    let more = json!({"by_name": by, "by_kind": by_kind, "from": from, "agreed": chance.percent(90).then_some(true)});
    Made::of(Kind::Pairing, &of_family(family, more), from, chance)
}

/// Of some nobody wished to be named.
fn advice(family: &Family, ground: &Ground<'_, '_>, village: &Village, chance: &mut Chance) -> Made {
    let date = some_day(family, ground.today, chance);
    let (kind, topic) = *chance.pick(&[
        ("parenting", "infant"),
        ("reproductive", "before_pregnancy"),
        ("elder", "doctor"),
        ("child", "study"),
        ("floating", "work"),
    ]);
    // Whoever is grown is here; a child would be named with a guardian's consent.
    let named = kind != "child" && chance.percent(70);
    let more = json!({
        "kind": kind, "topic": [topic], "date": date, "by": village.worker,
        "how": *chance.pick(&["home", "site", "phone"]), "minutes": chance.within(1, 6) * 10,
    });
    if !named {
        let mut unnamed = json!({"region": family.region, "anonymous": true});
        if let (Some(unnamed), Value::Object(more)) = (unnamed.as_object_mut(), more) {
            unnamed.extend(more);
        }
        return Made::of(Kind::Advice, &unnamed, date, chance);
    }
    let mut named = of_family(family, more);
    named["person"] = json!(one(family, ground.today, chance));
    Made::of(Kind::Advice, &named, date, chance)
}

/// Some are still under way.
fn rights_case(
    families: &[Family],
    ground: &Ground<'_, '_>,
    villages: &[Village],
    chance: &mut Chance,
) -> Made {
    let family = chance.pick(families);
    let asked = some_day(family, ground.today, chance);
    let closed = Some((asked + Days::new(12)).min(ground.today)).filter(|_| chance.percent(70));
    let matter = *chance.pick(&["support", "old_age", "medical", "labour", "left_behind_child"]);
    let more = json!({
        "person": one(family, ground.today, chance), "matter": matter, "asked_on": asked, "came_by": "visit",
        "accepted_on": asked, "handler": villages[family.village].leader, "due": asked + Days::new(15),
        "wish": "想知道能不能办、怎么办", "referred_to": (matter == "labour").then_some("镇司法所"),
        "referred_on": (matter == "labour").then_some(asked), "closed_on": closed, "told_on": closed,
        "result": closed.map(|_| "explained"), "satisfied": closed.map(|_| "yes"),
    });
    Made::of(Kind::RightsCase, &of_family(family, more), asked, chance)
}

/// This year's papers of one person.
fn review(family: &Family, ground: &Ground<'_, '_>, chance: &mut Chance) -> Made {
    let year = ground.today.year();
    let asked = NaiveDate::from_ymd_opt(year, 1, chance.within(4, 28) as u32).unwrap_or(ground.today);
    let asked = asked.min(ground.today);
    let seen = (asked + Days::new(12)).min(ground.today);
    let through = chance.percent(85);
    let more = json!({
        "person": one(family, ground.today, chance), "year": year, "kind": "annual", "asked_on": asked,
        "papers": if through { vec!["form", "household_book", "photo", "promise"] } else { vec!["form"] },
        "village_seen_on": through.then_some(seen), "village_result": through.then_some("符合条件"),
        "township_result": through.then_some("符合条件"), "county_result": through.then_some("已上报"),
        "card_ok": through.then_some(true),
    });
    Made::of(Kind::AssistanceReview, &of_family(family, more), asked, chance)
}

fn pair(family: &Family, ground: &Ground<'_, '_>, village: &Village, chance: &mut Chance) -> Made {
    let from = some_day(family, ground.today, chance);
    let agreed_on = chance.percent(80).then_some(from);
    let more = json!({
        "person": one(family, ground.today, chance), "counsellor_name": village.counsellor,
        "from": from, "agreed_on": agreed_on, "rhythm_days": *chance.pick(&["7", "14", "30"]),
    });
    Made::of(Kind::CounsellingPair, &of_family(family, more), from, chance)
}
