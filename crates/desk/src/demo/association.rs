//! Members, volunteers and activities of the demo county.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta};
use serde_json::{Value, json};
use tiexin_domain::nouns::activity::{
    ActivityApproval, Curriculum, KeyTask, ProjectColumn, Subproject, TrainingKind,
};
use tiexin_domain::nouns::member::{MemberStructure, Residence};
use tiexin_domain::nouns::person::PersonTag;
use tiexin_domain::nouns::volunteer::{Approval, VolunteerKind};
use tiexin_domain::nouns::{Activity, Member, Person, Volunteer};
use tiexin_domain::region::RegionCode;
use tiexin_domain::{Fen, Kind, PartialDate};
use uuid::Uuid;

use super::chance::Chance;
use super::families::{Family, Ground, Standing};
use super::people::years_old;
use super::record::{Made, evening_ms, morning_ms};
use super::village::Village;

/// Members of a township: grown-up people first come first served, then a few units.
pub(super) fn members(
    families: &[Family],
    ground: &Ground<'_, '_>,
    chance: &mut Chance,
    most: usize,
    township: (&RegionCode, &str),
) -> Vec<Made> {
    let grown: Vec<(&Family, &(Uuid, Person))> =
        families.iter().flat_map(|f| f.grown(ground.today).into_iter().map(move |p| (f, p))).collect();
    let units = &ground.people.names.units[..(most / 100).min(ground.people.names.units.len())];
    let mut made: Vec<Made> = chance
        .some(&grown, most.saturating_sub(units.len()))
        .into_iter()
        .map(|(family, (id, person))| individual(family, *id, person, ground, chance))
        .collect();
    for unit in units {
        let joined = ground.today - Days::new(chance.within(300, 3000) as u64);
        let member = Member {
            region: township.0.clone(),
            name: format!("{}{unit}", township.1),
            person: None,
            sex: None,
            structure: Some(MemberStructure::Unit),
            residence: None,
            in_group: None,
            group: None,
            branch: None,
            branch_name: None,
            joined: Some(PartialDate::Day(joined)),
            left: None,
            left_why: None,
            wants_notices: true,
            tags: Vec::new(),
            notes: None,
        };
        made.push(Made::new(chance.id(morning_ms(joined)), &member, morning_ms(joined)));
    }
    made
}

fn individual(
    family: &Family,
    id: Uuid,
    person: &Person,
    ground: &Ground<'_, '_>,
    chance: &mut Chance,
) -> Made {
    let joined = family.since + Days::new(chance.within(10, 380) as u64);
    let floating = family.standing == Standing::Floating || chance.percent(6);
    let mut tags: Vec<PersonTag> = person
        .tags
        .iter()
        .filter(|t| matches!(t, PersonTag::LostChild | PersonTag::Childbearing | PersonTag::Youth))
        .cloned()
        .collect();
    tags.sort_by(|a, b| a.code().cmp(b.code()));
    let member = Member {
        region: family.region.clone(),
        name: person.name.clone(),
        person: Some(id),
        sex: person.sex.clone(),
        structure: chance.percent(98).then_some(MemberStructure::Individual),
        residence: Some(if floating { Residence::Floating } else { Residence::Resident }),
        in_group: None,
        group: Some(chance.pick(&ground.people.names.groups).clone()),
        branch: None,
        branch_name: None,
        joined: Some(if chance.percent(80) {
            PartialDate::Day(joined)
        } else {
            PartialDate::Month(joined.year(), joined.month())
        }),
        left: None,
        left_why: None,
        wants_notices: chance.percent(60),
        tags,
        notes: None,
    };
    Made::new(chance.id(morning_ms(joined)), &member, morning_ms(joined))
}

/// Of members whose group has a record in their village, that record.
pub(super) fn in_groups(members: &mut [Made], all: &[Made]) {
    let key = |made: &Made, name: &str| Some((made.fields["region"].clone(), made.fields.get(name)?.clone()));
    let groups: Vec<_> = all.iter().filter(|made| made.kind == Kind::Group).collect();
    for member in members {
        let own = key(member, "group");
        let group = groups.iter().find(|group| own.is_some() && key(group, "name") == own);
        if let Some(group) = group {
            member.fields.insert("in_group".into(), group.id.to_string().into());
        }
    }
}

pub(super) fn volunteers(
    families: &[Family],
    ground: &Ground<'_, '_>,
    chance: &mut Chance,
    most: usize,
) -> Vec<Made> {
    let able: Vec<(&Family, &(Uuid, Person))> = families
        .iter()
        .flat_map(|f| f.grown(ground.today).into_iter().map(move |p| (f, p)))
        .filter(|(_, (_, p))| years_old(p, ground.today) <= 70)
        .collect();
    let names = ground.people.names;
    chance
        .some(&able, most)
        .into_iter()
        .map(|(family, (id, person))| {
            let approved = ground.today - Days::new(chance.within(20, 900) as u64);
            let pending = chance.percent(8);
            let count = chance.within(1, 3) as usize;
            let mut skills = chance.some(&names.skills, count);
            skills.sort();
            let volunteer = Volunteer {
                region: family.region.clone(),
                name: person.name.clone(),
                person: Some(*id),
                approval: if pending { Approval::Pending } else { Approval::Approved },
                approved_on: (!pending).then_some(PartialDate::Day(approved)),
                kinds: Vec::new(),
                skills,
                team_id: None,
                team: Some(chance.pick(&names.teams).clone()),
                joined: Some(PartialDate::Day(approved)),
                left: None,
                minutes: (!pending).then(|| chance.within(2, 120) as u32 * 30),
                notes: None,
            };
            let at_ms = morning_ms(approved);
            Made::new(chance.id(at_ms), &volunteer, at_ms)
        })
        .collect()
}

/// Each of them in the record of the township's team that they named; every third one is of those whom the association
/// asks first.
pub(super) fn in_teams(volunteers: &mut [Made], house: &[Made], place: &str) {
    let asked_first = VolunteerKind::ALL;
    for (nth, volunteer) in volunteers.iter_mut().enumerate() {
        if nth % 3 == 0 {
            let kind = asked_first[nth / 3 % asked_first.len()].code();
            volunteer.fields.insert("kinds".into(), json!([kind]));
        }
        let Some(named) = volunteer.fields.get("team").and_then(Value::as_str) else { continue };
        let name = Value::from(format!("{place}{named}"));
        let called = |one: &&Made| one.kind == Kind::Team && one.fields.get("name") == Some(&name);
        if let Some(team) = house.iter().find(called) {
            volunteer.fields.insert("team_id".into(), json!(team.id));
            volunteer.fields.insert("team".into(), name);
        }
    }
}

/// About four a month, one of them on the association's own day.
pub(super) fn activities(
    ground: &Ground<'_, '_>,
    villages: &[Village],
    members: &[Made],
    chance: &mut Chance,
    most: i64,
    township: (&RegionCode, &str),
) -> Vec<Made> {
    let mut made = Vec::new();
    for n in 0..most {
        let day = ground.today - Days::new((365 * (most - n) / most - chance.within(0, 5)).max(1) as u64);
        let project = chance.pick(ProjectColumn::ALL).clone();
        made.push(activity(ground, (day, project), villages, members, chance, township));
    }
    for year in [ground.today.year() - 1, ground.today.year()] {
        let day = NaiveDate::from_ymd_opt(year, 5, 29).filter(|day| *day < ground.today);
        if let Some(day) = day.filter(|day| (ground.today - *day).num_days() < 366) {
            made.push(activity(ground, (day, ProjectColumn::Publicity), villages, members, chance, township));
        }
    }
    made
}

fn activity(
    ground: &Ground<'_, '_>,
    (day, project): (NaiveDate, ProjectColumn),
    villages: &[Village],
    members: &[Made],
    chance: &mut Chance,
    (code, name): (&RegionCode, &str),
) -> Made {
    let titles = ground.words.activity.get(project.code());
    let title = match titles.filter(|t| !t.is_empty()) {
        Some(_) if (day.month(), day.day()) == (5, 29) => "5.29会员活动日主题宣传",
        Some(titles) => chance.pick(titles),
        None => project.label(),
    };
    let village = chance.pick(villages);
    let start = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(chance.within(16, 30) * 30);
    let signed: Vec<Uuid> = members.iter().map(|m| m.id).collect();
    let signed = if chance.percent(30) {
        let count = chance.within(4, 15) as usize;
        let mut ids = chance.some(&signed, count);
        ids.sort();
        ids
    } else {
        Vec::new()
    };
    // Which of several it was of does not take from the dice, by which everything after it is made.
    let signed_in = signed.len();
    let activity = Activity {
        region: if chance.percent(70) { village.code.clone() } else { code.clone() },
        name: format!("{}{title}", if chance.percent(60) { &village.name } else { name }),
        key_task: key_task(&project),
        place: Some(format!("{}党群服务中心", village.name)),
        start,
        end: Some(start + TimeDelta::minutes(chance.within(3, 6) * 30)),
        head: Some(village.worker.clone()),
        approval_state: Some(ActivityApproval::Unneeded),
        approval: None,
        enrol_until: None,
        headcount: Some((chance.within(18, 120) as u32).max(signed.len() as u32)),
        sign_ins: signed,
        handouts: chance.percent(70).then(|| chance.within(3, 30) as u32 * 10),
        money: chance.percent(40).then(|| Fen(chance.within(3, 40) * 5_000)),
        summary: chance.percent(60).then(|| chance.pick(&ground.words.summary).clone()),
        highlight: false,
        photos_cleared: false,
        archived: false,
        subproject: subproject(&project, signed_in),
        training_kind: (project == ProjectColumn::Training).then(|| training(signed_in)),
        curriculum: (project == ProjectColumn::Youth).then_some(Curriculum::Growth),
        project,
    };
    let at_ms = evening_ms(day, chance.within(0, 50));
    Made::new(chance.id(at_ms), &activity, at_ms)
}

fn subproject(project: &ProjectColumn, nth: usize) -> Option<Subproject> {
    let of_it = |one: &&Subproject| one.of().as_ref() == Some(project);
    let parts: Vec<Subproject> = Subproject::ALL.iter().filter(of_it).cloned().collect();
    parts.get(nth % parts.len().max(1)).cloned()
}

fn training(nth: usize) -> TrainingKind {
    TrainingKind::ALL[nth % TrainingKind::ALL.len()].clone()
}

fn key_task(project: &ProjectColumn) -> Option<KeyTask> {
    Some(match project {
        ProjectColumn::Publicity | ProjectColumn::Youth => KeyTask::Publicity,
        ProjectColumn::Health => KeyTask::ReproductiveHealth,
        ProjectColumn::FamilySupport => KeyTask::FamilySupport,
        ProjectColumn::FloatingPopulation => KeyTask::FloatingPopulation,
        ProjectColumn::Rights => KeyTask::Rights,
        _ => return None,
    })
}
