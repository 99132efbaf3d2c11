//! Support files of special families and the two contacts of each.

use chrono::{Days, NaiveDate};
use tiexin_domain::nouns::support_file::{Assistance, ContactPreference, LossCategory};
use tiexin_domain::nouns::{ContactPair, SupportFile};
use tiexin_domain::{PartialDate, Sex};

use super::chance::Chance;
use super::families::{Family, Ground, Standing, loss_date};
use super::record::{Group, Made, morning_ms};
use super::village::Village;

/// File numbers of the demo begin here, so that a real ledger of the township meets none of them.
const FIRST_FILE: u32 = 2001;

/// The household with its people and, for a special family, its file and contacts: one group.
pub(super) fn family_group(
    family: &Family,
    ground: &mut Ground<'_, '_>,
    chance: &mut Chance,
    village: &Village,
    number: u32,
) -> Group {
    let at_ms = morning_ms(family.since);
    let mut group = vec![Made::new(family.id, &family.household, at_ms)];
    group.extend(family.persons.iter().map(|(id, person)| Made::new(*id, person, at_ms)));
    if let Standing::Special(category) = &family.standing {
        let file = support_file(family, category, ground, chance, village, number);
        let id = chance.id(at_ms);
        group.push(Made::new(id, &file, at_ms));
        for pair in contacts(family, id, chance, village, ground.today) {
            let from = pair.from.map_or(at_ms, morning_ms);
            group.push(Made::new(chance.id(from), &pair, from));
        }
    }
    group
}

fn support_file(
    family: &Family,
    category: &LossCategory,
    ground: &mut Ground<'_, '_>,
    chance: &mut Chance,
    village: &Village,
    number: u32,
) -> SupportFile {
    let head = &family.household.head_name;
    let mut file = SupportFile::open(family.region.clone(), family.id, head.clone(), category.clone());
    if chance.percent(96) {
        file.code = Some(format!("{}{:04}", family.region.scope(), FIRST_FILE - 1 + number));
    }
    if *category == LossCategory::Disability {
        file.disability_grade = Some((*chance.pick(&["一级", "二级", "三级"])).to_owned());
        let child = family
            .persons
            .iter()
            .find(|(_, p)| p.relation == Some(tiexin_domain::nouns::person::Relation::Child));
        file.child_name = child.map(|(_, p)| p.name.clone());
    } else {
        let surname: String = head.chars().take(1).collect();
        let sex = if chance.percent(50) { Sex::Male } else { Sex::Female };
        file.child_name = Some(format!("{surname}{}", ground.people.given(chance, &sex, 1990)));
        file.loss_cause = Some(chance.pick(&ground.words.cause).clone());
    }
    file.loss_date = Some(loss_date(chance, family.since));
    let drawing = chance.percent(80);
    file.assistance = Some(if drawing { Assistance::Yes } else { Assistance::No });
    if drawing {
        file.assistance_from = Some(PartialDate::Month(chrono::Datelike::year(&family.since) + 1, 1));
    }
    file.doctor = Some(village.doctor.clone());
    if chance.percent(85) {
        let signed = family.since + Days::new(30);
        file.doctor_signed_on = Some(PartialDate::Day(signed));
        file.doctor_until = Some(PartialDate::Day(end_of_year(signed, ground.today)));
    }
    file.hospital = Some(chance.pick(&ground.people.names.hospitals).clone());
    if chance.percent(70) {
        file.policy = Some(format!("PICC{}{number:05}", family.region.scope()));
    }
    file.emergency_contact = Some(village.worker.clone());
    file.phone = family.household.phone.clone();
    file.preference = family.preference.clone();
    file.preference_on = family.preference.as_ref().map(|_| family.since + Days::new(14));
    file.anniversary = family.preference == Some(ContactPreference::Welcome) && chance.percent(10);
    file.opened_on = Some(family.since);
    file
}

/// The last day of the year of a contract that is renewed each year.
fn end_of_year(signed: NaiveDate, today: NaiveDate) -> NaiveDate {
    let years = today.years_since(signed).unwrap_or(0) + 1;
    signed + Days::new(u64::from(years) * 365)
}

/// The pair in force and, for some, the one before. A few families have nobody yet.
fn contacts(
    family: &Family,
    file: uuid::Uuid,
    chance: &mut Chance,
    village: &Village,
    today: NaiveDate,
) -> Vec<ContactPair> {
    let pair = |leader: Option<&String>, worker: Option<&String>, from, to, note: Option<&str>| ContactPair {
        region: family.region.clone(),
        household: family.id,
        file,
        township_leader: leader.cloned(),
        village_worker: worker.cloned(),
        from: Some(from),
        to,
        handover_note: note.map(str::to_owned),
    };
    let (leader, worker) = (Some(&village.leader), Some(&village.worker));
    match chance.within(0, 99) {
        0..4 => Vec::new(),
        4..11 => vec![pair(leader, None, family.since, None, None)],
        11..28 => {
            let change = today - Days::new(chance.within(60, 330) as u64);
            let note = "岗位调整，已一同上门交接，老人习惯傍晚在家。";
            vec![
                pair(leader, Some(&village.counsellor), family.since, Some(change), Some(note)),
                pair(leader, worker, change + Days::new(1), None, None),
            ]
        }
        _ => vec![pair(leader, worker, family.since, None, None)],
    }
}
