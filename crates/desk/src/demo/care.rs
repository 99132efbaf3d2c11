//! What else is done for families: need surveys, claims, counselling.

use chrono::{Datelike, Days, NaiveDate};
use tiexin_domain::nouns::aid_entry::{AidForm, AidSource, Occasion};
use tiexin_domain::nouns::counselling::SessionMode;
use tiexin_domain::nouns::support_file::ContactPreference;
use tiexin_domain::nouns::{self, AidEntry, Counselling, InsuranceClaim, NeedSurvey, PersonRef, Wish};
use tiexin_domain::{Fen, Kind, Noun, PartialDate};

use super::chance::Chance;
use super::families::{Family, Ground, Standing};
use super::record::{Made, evening_ms};
use super::village::Village;

/// Yuan a day in hospital, by the policy of the demo.
const YUAN_A_DAY: i64 = 100;

pub(super) fn care(
    family: &Family,
    ground: &Ground<'_, '_>,
    chance: &mut Chance,
    village: &Village,
    policy: Option<String>,
) -> Vec<Made> {
    let Standing::Special(_) = family.standing else {
        if family.standing != Standing::Hardship {
            return Vec::new();
        }
        let mut made = Vec::new();
        if chance.percent(25) {
            made.push(survey(family, ground, chance));
        }
        if chance.percent(60) {
            made.extend(programme(family, ground, chance, ("困难慰问", 500)));
        }
        return made;
    };
    if family.preference == Some(ContactPreference::Declined) {
        return Vec::new();
    }
    let mut made = Vec::new();
    if chance.percent(80) {
        made.push(survey(family, ground, chance));
    }
    if chance.percent(28) {
        made.push(claim(family, ground, chance, policy));
    }
    if chance.percent(35) {
        made.extend(counselling(family, ground, chance, village));
    }
    if chance.percent(12) {
        made.push(wish(family, ground, chance));
    }
    made.extend(festival_gifts(family, ground, chance));
    made.extend(programme(family, ground, chance, ("关怀帮扶", 1_000)));
    made
}

/// About when the three festivals of a year are.
const FESTIVALS: [(Occasion, u32, u32); 3] =
    [(Occasion::Spring, 2, 10), (Occasion::DragonBoat, 6, 10), (Occasion::MidAutumn, 9, 20)];

fn gift(family: &Family, date: NaiveDate, yuan: i64) -> AidEntry {
    AidEntry {
        region: family.region.clone(),
        household: family.id,
        head_name: family.household.head_name.clone(),
        person: None,
        date,
        occasion: None,
        programme: None,
        period: None,
        form: AidForm::Cash,
        amount: Fen(yuan * 100),
        items: None,
        source: AidSource::Association,
        signed_by: Some(family.household.head_name.clone()),
        recipient_number: None,
        account: None,
        visit: None,
        visit_name: None,
        reverses: None,
        reverses_name: None,
        reason: None,
        notes: None,
    }
}

fn festival_gifts(family: &Family, ground: &Ground<'_, '_>, chance: &mut Chance) -> Vec<Made> {
    let mut made = Vec::new();
    for (occasion, month, day) in FESTIVALS {
        let year = ground.today.year();
        let that_day = |year| NaiveDate::from_ymd_opt(year, month, day);
        let date = that_day(year).filter(|date| *date < ground.today).or_else(|| that_day(year - 1));
        let Some(date) = date.filter(|date| *date >= family.since && chance.percent(75)) else { continue };
        let entry = AidEntry { occasion: Some(occasion), ..gift(family, date, 300) };
        let at_ms = evening_ms(date, chance.within(0, 50));
        made.push(Made::new(chance.id(at_ms), &entry, at_ms));
    }
    made
}

/// Once in the year; now and then it was written down twice, and the second taken back.
fn programme(
    family: &Family,
    ground: &Ground<'_, '_>,
    chance: &mut Chance,
    (name, yuan): (&str, i64),
) -> Vec<Made> {
    let date = some_day(family, ground.today, chance);
    let entry = AidEntry {
        programme: Some(name.to_owned()),
        period: Some(PartialDate::Year(date.year())),
        ..gift(family, date, yuan)
    };
    let at_ms = evening_ms(date, chance.within(0, 50));
    let id = chance.id(at_ms);
    let mut made = vec![Made::new(id, &entry, at_ms)];
    if chance.percent(4) {
        let wrong = gift(family, date, yuan);
        let wrong = AidEntry { occasion: Some(Occasion::Sudden), ..wrong };
        let id = chance.id(at_ms);
        made.push(Made::new(id, &wrong, at_ms));
        // Behind what it takes back.
        let later_ms = at_ms + 60_000;
        if let Some(back) = wrong.reversal(id, &wrong.title(), date, "和项目里的是同一笔，记重了")
        {
            made.push(Made::new(chance.id(later_ms), &back, later_ms));
        }
    }
    made
}

fn wish(family: &Family, ground: &Ground<'_, '_>, chance: &mut Chance) -> Made {
    let date = some_day(family, ground.today, chance);
    let at_ms = evening_ms(date, chance.within(0, 50));
    let taken_up = chance.percent(60);
    let wish = Wish {
        region: family.region.clone(),
        household: family.id,
        head_name: family.household.head_name.clone(),
        person: one(family, ground.today, chance),
        date,
        wish: (*chance.pick(&["一辆轮椅", "一台收音机", "一副老花镜", "去县城看一场戏"])).to_owned(),
        cost: Some(Fen(chance.within(3, 60) * 1_000)),
        published: taken_up,
        claimer: None,
        claimed_by: taken_up.then(|| "镇爱心超市".to_owned()),
        claimed_on: taken_up.then_some(date),
        fulfilled_on: None,
        amount: None,
        notes: None,
    };
    Made::new(chance.id(at_ms), &wish, at_ms)
}

pub(super) fn some_day(family: &Family, today: NaiveDate, chance: &mut Chance) -> NaiveDate {
    (today - Days::new(chance.within(1, 364) as u64)).max(family.since)
}

pub(super) fn one(family: &Family, today: NaiveDate, chance: &mut Chance) -> PersonRef {
    let grown = family.grown(today);
    let (id, person) = chance.pick(&grown[..grown.len().clamp(1, 2)]);
    PersonRef { person: Some(*id), name: person.name.clone() }
}

fn survey(family: &Family, ground: &Ground<'_, '_>, chance: &mut Chance) -> Made {
    let date = some_day(family, ground.today, chance);
    let count = chance.within(1, 3) as usize;
    let mut needs = chance.some(&ground.words.needs, count);
    needs.sort();
    let survey = NeedSurvey {
        region: family.region.clone(),
        household: family.id,
        head_name: family.household.head_name.clone(),
        date,
        persons: vec![one(family, ground.today, chance)],
        needs,
        notes: None,
    };
    let at_ms = evening_ms(date, chance.within(0, 50));
    Made::new(chance.id(at_ms), &survey, at_ms)
}

fn claim(family: &Family, ground: &Ground<'_, '_>, chance: &mut Chance, policy: Option<String>) -> Made {
    let paid_on = some_day(family, ground.today, chance);
    let days = chance.within(3, 24);
    let claim = InsuranceClaim {
        region: family.region.clone(),
        household: family.id,
        head_name: family.household.head_name.clone(),
        insured: one(family, ground.today, chance),
        policy,
        days: Some(days as u32),
        amount: Fen(days * YUAN_A_DAY * 100),
        paid_on,
        notes: None,
    };
    let at_ms = evening_ms(paid_on, chance.within(0, 50));
    Made::new(chance.id(at_ms), &claim, at_ms)
}

/// Of sessions with a person who has a counsellor by then, that pair.
pub(super) fn of_pairs(made: &mut [Made]) {
    let pairs: Vec<Made> = made.iter().filter(|one| one.kind == Kind::CounsellingPair).cloned().collect();
    for session in made.iter_mut().filter(|one| one.kind == Kind::Counselling) {
        let own = |pair: &&Made| {
            let same = |field: &str| pair.fields.get(field) == session.fields.get(field);
            same("household")
                && same("person")
                && pair.fields["from"].as_str() <= session.fields["date"].as_str()
        };
        let Some(pair) = pairs.iter().find(own) else { continue };
        let Ok(checked) = nouns::check(pair.kind.code(), &pair.fields) else { continue };
        session.fields.insert("pairing".into(), pair.id.to_string().into());
        session.fields.insert("pairing_name".into(), checked.title.into());
    }
}

/// One to four sessions, a month apart; the first opens the file.
fn counselling(
    family: &Family,
    ground: &Ground<'_, '_>,
    chance: &mut Chance,
    village: &Village,
) -> Vec<Made> {
    let person = one(family, ground.today, chance);
    let mut date = some_day(family, ground.today, chance);
    let mut made = Vec::new();
    for session in 0..chance.within(1, 4) {
        if date >= ground.today {
            break;
        }
        let assessed = session == 0 || chance.percent(30);
        let counselling = Counselling {
            region: family.region.clone(),
            household: family.id,
            head_name: family.household.head_name.clone(),
            person: person.clone(),
            counsellor: Some(village.counsellor.clone()),
            date,
            pairing: None,
            pairing_name: None,
            mode: Some(SessionMode::Home),
            minutes: Some(60),
            paired: true,
            file_opened: session == 0,
            assessed,
            scale: assessed.then(|| "PHQ-9".to_owned()),
            score: assessed.then(|| chance.within(3, 17)),
            session_note: Some(chance.pick(&ground.words.session).clone()),
            risk: None,
            contacted_on: None,
            referred_to: None,
        };
        let at_ms = evening_ms(date, chance.within(0, 50));
        made.push(Made::new(chance.id(at_ms), &counselling, at_ms));
        date = date + Days::new(chance.within(21, 35) as u64);
    }
    made
}
