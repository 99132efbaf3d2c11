//! The association's own house: as much of it as a township has (`association.md` §6).

use chrono::{Datelike, Days, NaiveDate};
use serde_json::json;
use tiexin_domain::region::RegionCode;
use tiexin_domain::{Kind, Sex};
use uuid::Uuid;

use super::chance::Chance;
use super::families::Ground;
use super::record::Made;
use super::village::Village;

/// Posts of an association, and of a hundred in how many somebody holds it.
const POSTS: [(&str, &str, i64); 7] = [
    ("president", "part_time", 97),
    ("vice", "part_time", 90),
    ("secretary", "part_time", 92),
    ("village_worker", "hired", 90),
    ("council", "volunteer", 95),
    ("council", "volunteer", 95),
    ("council", "volunteer", 90),
];

/// One association: where it lies, its record, and what it is called.
struct House<'a> {
    region: &'a RegionCode,
    id: Uuid,
    name: String,
}

pub(super) fn house(
    ground: &Ground<'_, '_>,
    villages: &[Village],
    (township, name): (&RegionCode, &str),
    volunteers: &[Made],
    chance: &mut Chance,
) -> Vec<Made> {
    let own = (township, name);
    let places = villages.iter().map(|village| (&village.code, village.name.as_str()));
    let (mut made, mut houses) = (Vec::new(), Vec::<House<'_>>::new());
    for (region, place) in std::iter::once(own).chain(places) {
        let name = format!("{place}计生协");
        let one = organisation((region, name.as_str()), houses.first(), ground.today, chance);
        houses.push(House { region, id: one.id, name });
        made.push(one);
    }
    for (n, house) in (0..).zip(&houses) {
        for quarter in 0..4 {
            made.extend(meeting(house, n * 2 + quarter * 91, ground, chance));
        }
        for (title, staffing, percent) in POSTS {
            // Some have nobody: 断层, 虚化.
            if chance.percent(percent) {
                made.push(post(house, (title, staffing), ground, chance));
            }
        }
    }
    let approved: Vec<&Made> = volunteers.iter().filter(|one| one.fields["approval"] == "approved").collect();
    for name in &ground.people.names.teams {
        made.push(team(own, name, &approved, ground, chance));
    }
    made.push(branch(own, ground, chance));
    for volunteer in approved {
        made.extend((0..chance.within(8, 16)).map(|_| hours(volunteer, ground, villages, chance)));
    }
    // The first is the township's.
    for (village, house) in villages.iter().zip(houses.iter().skip(1)) {
        if chance.percent(85) {
            made.push(site(village, house, ground, chance));
        }
        for group in chance.some(&ground.people.names.groups, 5) {
            made.push(member_group(village, &group, ground, chance));
        }
    }
    made
}

/// Of some the last election is more than three years ago. The county's, above the township's, has no record here.
fn organisation(
    (region, name): (&RegionCode, &str),
    above: Option<&House<'_>>,
    today: NaiveDate,
    chance: &mut Chance,
) -> Made {
    let elected = today - Days::new(chance.within(60, 1300) as u64);
    let fields = json!({
        "region": region, "name": name, "kind": "association", "parent": above.map(|house| house.id),
        "parent_name": above.map_or("固镇县计生协", |house| house.name.as_str()),
        "founded": (today.year() - chance.within(8, 30) as i32).to_string(),
        "last_election": elected.format("%Y-%m").to_string(),
    });
    // Before anything of it.
    Made::of(Kind::Organisation, &fields, today - Days::new(2600), chance)
}

fn post(
    house: &House<'_>,
    (title, staffing): (&str, &str),
    ground: &Ground<'_, '_>,
    chance: &mut Chance,
) -> Made {
    let from = ground.today - Days::new(chance.within(30, 1300) as u64);
    let sex = if chance.percent(45) { Sex::Female } else { Sex::Male };
    let fields = json!({
        "region": house.region, "name": ground.people.somebody(chance, &sex), "organisation": house.id,
        "organisation_name": house.name, "post": title, "staffing": staffing, "from": from,
        "until": from + Days::new(3 * 365), "sex": sex, "party": chance.percent(60).then_some(true),
    });
    Made::of(Kind::Post, &fields, from, chance)
}

fn member_group(village: &Village, name: &str, ground: &Ground<'_, '_>, chance: &mut Chance) -> Made {
    let founded = ground.today - Days::new(chance.within(200, 2000) as u64);
    let leader = chance.percent(92).then(|| ground.people.somebody(chance, &Sex::Male));
    let fields = json!({
        "region": village.code, "name": name, "leader_name": leader, "households_led": chance.within(8, 30),
        "founded": founded.format("%Y-%m").to_string(),
    });
    Made::of(Kind::Group, &fields, founded, chance)
}

fn site(village: &Village, house: &House<'_>, ground: &Ground<'_, '_>, chance: &mut Chance) -> Made {
    let opened = ground.today - Days::new(chance.within(100, 2500) as u64);
    let rated = chance.percent(20).then(|| opened.format("%Y-%m").to_string());
    let (kind, label) = *chance.pick(&[
        ("member_home", "会员之家"),
        ("member_home", "会员之家"),
        ("warm_home", "暖心家园"),
        ("parent_child", "亲子小屋"),
        ("youth_club", "青春健康俱乐部"),
    ]);
    let fields = json!({
        "region": village.code, "name": format!("{}{label}", village.name), "kind": kind,
        "opened": opened.format("%Y-%m").to_string(), "area_m2": chance.within(4, 20) * 10, "head": village.worker,
        "address": format!("{}党群服务中心", village.name), "functions": ["会员活动"],
        "organisation": house.id, "organisation_name": house.name, "rated": rated.as_ref().map(|_| "county"),
        "rated_on": rated,
    });
    Made::of(Kind::Site, &fields, opened, chance)
}

fn team(
    (township, place): (&RegionCode, &str),
    name: &str,
    approved: &[&Made],
    ground: &Ground<'_, '_>,
    chance: &mut Chance,
) -> Made {
    let founded = ground.today - Days::new(chance.within(200, 2000) as u64);
    let leader = (!approved.is_empty()).then(|| *chance.pick(approved));
    let fields = json!({
        "region": township, "name": format!("{place}{name}"),
        "kind": *chance.pick(&["warm", "youth", "medical", "general"]),
        "leader": leader.map(|one| one.id), "leader_name": leader.map(|one| &one.fields["name"]),
        "founded": founded.format("%Y-%m").to_string(),
    });
    Made::of(Kind::Team, &fields, founded, chance)
}

/// Nobody serves before they are approved.
fn hours(volunteer: &Made, ground: &Ground<'_, '_>, villages: &[Village], chance: &mut Chance) -> Made {
    let approved = volunteer.fields["approved_on"].as_str().and_then(|on| on.parse::<NaiveDate>().ok());
    let since = approved.map_or(1, |on| (ground.today - on).num_days());
    let date = ground.today - Days::new(chance.within(1, (since - 1).clamp(1, 360)) as u64);
    let attested = chance.percent(85).then(|| chance.pick(villages).worker.clone());
    let fields = json!({
        "region": volunteer.fields["region"], "volunteer": volunteer.id,
        "volunteer_name": volunteer.fields["name"], "date": date,
        "minutes": chance.within(2, 12) * 30, "what": *chance.pick(&["activity", "visit", "pairing"]),
        "attested_on": attested.as_ref().map(|_| date), "attested_by": attested,
    });
    Made::of(Kind::Hours, &fields, date, chance)
}

fn branch((township, place): (&RegionCode, &str), ground: &Ground<'_, '_>, chance: &mut Chance) -> Made {
    let founded = ground.today - Days::new(chance.within(400, 2500) as u64);
    let (male, female, unmarried) = (chance.within(40, 120), chance.within(40, 120), chance.within(5, 20));
    let fields = json!({
        "region": township, "name": format!("{place}驻苏州计生协"), "type": "away", "away_region": "江苏省苏州市",
        "founded": founded, "head": ground.people.somebody(chance, &Sex::Male), "host_unit": "某商会", "address": "某商会三楼",
        "staff_total": 3, "floating_total": male + female, "male": male, "female": female,
        "unmarried": unmarried, "married": male + female - unmarried, "as_of": ground.today.year().to_string(),
    });
    Made::of(Kind::Branch, &fields, founded, chance)
}

/// The council of a quarter; some have met less often.
fn meeting(house: &House<'_>, days_ago: u64, ground: &Ground<'_, '_>, chance: &mut Chance) -> Option<Made> {
    let date = ground.today - Days::new(days_ago + 3);
    let people = chance.within(5, 9);
    let present: Vec<_> =
        (0..people).map(|_| json!({"name": ground.people.somebody(chance, &Sex::Female)})).collect();
    let fields = json!({
        "region": house.region, "name": format!("{}理事会", house.name), "kind": "council", "date": date,
        "of": house.id, "of_name": house.name,
        "chair": ground.people.somebody(chance, &Sex::Male), "present": present,
        "topics": ["下季度活动", "困难家庭帮扶"], "resolved": ["重阳节前看望留守老人"],
        "minutes": chance.percent(70).then_some("会议议了本季度的帮扶和下季度的活动，大家同意照办。"),
    });
    chance.percent(85).then(|| Made::of(Kind::Meeting, &fields, date, chance))
}
