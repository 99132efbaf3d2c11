//! Who can do what, research, honours and what was published: as much of it as a township has (`association.md` §6).

use chrono::{Datelike, Days};
use serde_json::json;
use tiexin_domain::region::RegionCode;
use tiexin_domain::{Fen, Kind, Sex};

use super::chance::Chance;
use super::families::{Family, Ground, Standing};
use super::record::Made;

pub(super) fn works(
    ground: &Ground<'_, '_>,
    (township, name): (&RegionCode, &str),
    chance: &mut Chance,
) -> Vec<Made> {
    let mut made = Vec::new();
    made.extend((0..6).map(|_| qualification(township, ground, chance)));
    made.extend((0..2).map(|_| honour(township, ground, chance)));
    made.extend((0..5).map(|_| publication((township, name), ground, chance)));
    made.extend((1..=4).map(|quarter| publicity(township, quarter * 85, ground, chance)));
    made.push(topic(township, ground, chance));
    made.push(agreement(township, ground, chance));
    made
}

fn qualification(township: &RegionCode, ground: &Ground<'_, '_>, chance: &mut Chance) -> Made {
    let from = ground.today - Days::new(chance.within(60, 1000) as u64);
    let (kind, level) =
        *chance.pick(&[("youth_teacher", "county"), ("backbone", "county"), ("project_officer", "junior")]);
    let fields = json!({
        "region": township, "name": ground.people.somebody(chance, &Sex::Female), "kind": kind, "level": level,
        "unit": chance.pick(&ground.people.names.units), "from": from, "to": from + Days::new(3 * 365),
    });
    Made::of(Kind::Qualification, &fields, from, chance)
}

fn topic(township: &RegionCode, ground: &Ground<'_, '_>, chance: &mut Chance) -> Made {
    let start = ground.today - Days::new(chance.within(60, 300) as u64);
    let fields = json!({
        "region": township, "name": "农村留守老人精神慰藉需求调查", "unit": "县计生协", "start": start,
        "leader": ground.people.somebody(chance, &Sex::Male), "funds": Fen(2_000_000),
        "midterm": start + Days::new(180), "due": start + Days::new(365),
        "team": [ground.people.somebody(chance, &Sex::Female), ground.people.somebody(chance, &Sex::Male)],
    });
    Made::of(Kind::Topic, &fields, start, chance)
}

fn agreement(township: &RegionCode, ground: &Ground<'_, '_>, chance: &mut Chance) -> Made {
    let signed = ground.today - Days::new(chance.within(30, 300) as u64);
    let fields = json!({
        "region": township, "name": "家庭健康促进行动", "kind": "purchase", "party_gov": "县卫生健康委员会",
        "signed_on": signed, "from": signed, "to": signed + Days::new(364), "budget": Fen(5_000_000),
        "staff_moved": 1,
        "tasks": [
            {"what": "健康讲座", "target": 12, "unit": "场", "measure": "看签到表和照片"},
            {"what": "入户宣传", "target": 300, "unit": "户"},
        ],
        "schedule": [
            {"due": signed + Days::new(30), "amount": Fen(3_000_000)},
            {"due": signed + Days::new(364), "amount": Fen(2_000_000), "condition": "验收合格"},
        ],
    });
    Made::of(Kind::Agreement, &fields, signed, chance)
}

/// One that is in the base, and one that stops at the check: it still calls the family by its name.
pub(super) fn cases(
    families: &[Family],
    township: &RegionCode,
    ground: &Ground<'_, '_>,
    chance: &mut Chance,
) -> Vec<Made> {
    let told: Vec<&Family> =
        families.iter().filter(|family| family.standing == Standing::Hardship).take(2).collect();
    let case = |(nth, family): (usize, &&Family)| {
        let head = &family.household.head_name;
        let written = ground.today - Days::new(chance.within(60, 300) as u64);
        let after = |days: u64| (nth == 0).then(|| written + Days::new(days));
        let whose = if nth == 0 { "这户人家" } else { head.as_str() };
        let fields = json!({
            "region": township, "name": "一户困难家庭的新生活", "key_task": "family_support",
            "author": ground.people.somebody(chance, &Sex::Female), "written_on": written,
            "background": format!("{whose}主要劳力长年生病，家里欠了债。"),
            "need": "看病有人陪，老人有人照看，家里有一份收入。",
            "practice": "志愿者每周上门一次；帮着办了医疗救助；介绍在家门口做手工。",
            "effect": "一年里住院少了，债还清了一半。", "lesson": "先听他们要什么，再想我们能做什么。",
            "source": family.id, "source_name": format!("{head}家"),
            "deidentified_by": after(5).map(|_| ground.people.somebody(chance, &Sex::Male)),
            "deidentified_on": after(5), "consent_on": after(9), "recommended_on": after(12),
            "rating": after(40).map(|_| "县里评审，平均九十一分"), "entered_on": after(41),
        });
        Made::of(Kind::Case, &fields, written, chance)
    };
    told.iter().enumerate().map(case).collect()
}

fn honour(township: &RegionCode, ground: &Ground<'_, '_>, chance: &mut Chance) -> Made {
    let conferred = ground.today - Days::new(chance.within(30, 360) as u64);
    let fields = json!({
        "region": township, "name": ground.people.somebody(chance, &Sex::Female), "level": "county",
        "honour": *chance.pick(&["finest", "volunteer", "member"]), "conferred": conferred,
        "deeds": "二十年如一日照看村里的孤寡老人。",
        "by_doc": format!("固计协〔{}〕{}号", conferred.year(), chance.within(1, 30)),
    });
    Made::of(Kind::Honour, &fields, conferred, chance)
}

fn publication((township, place): (&RegionCode, &str), ground: &Ground<'_, '_>, chance: &mut Chance) -> Made {
    let date = ground.today - Days::new(chance.within(5, 360) as u64);
    let (medium, level, outlet) = *chance.pick(&[
        ("wechat", "county", "固镇计生协"),
        ("broadcast", "county", "固镇电视台"),
        ("print", "city", "某日报"),
    ]);
    let fields = json!({
        "region": township, "name": format!("{place}：暖心服务进万家"), "medium": medium, "medium_level": level,
        "date": date, "outlet": outlet, "reads": chance.within(50, 900),
    });
    Made::of(Kind::Publication, &fields, date, chance)
}

/// One a quarter; to one somebody objected.
fn publicity(township: &RegionCode, days_ago: u64, ground: &Ground<'_, '_>, chance: &mut Chance) -> Made {
    let from = ground.today - Days::new(days_ago);
    let objected = Some(from + Days::new(3)).filter(|_| chance.percent(20));
    let fields = json!({
        "region": township, "name": "关怀帮扶资金使用情况", "kind": "after", "place": "township", "from": from,
        "to": from + Days::new(7), "phone": office_phone(chance), "objected_on": objected,
        "objection": objected.map(|_| "问怎么算的"), "answered_on": objected.map(|on| on + Days::new(1)),
        "answer": objected.map(|_| "当面说明了依据和算法。"),
    });
    Made::of(Kind::Publicity, &fields, from, chance)
}

/// An office's that rings nowhere.
fn office_phone(chance: &mut Chance) -> String {
    format!("1990000{:04}", chance.within(0, 9_999))
}
