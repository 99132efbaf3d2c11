//! One year of visits: by the cadence with its gaps, at festivals, birthdays and bedsides.

use chrono::{Datelike, Days, NaiveDate};
use tiexin_domain::Fen;
use tiexin_domain::nouns::support_file::ContactPreference;
use tiexin_domain::nouns::visit::{Gift, Presence, VisitKind};
use tiexin_domain::nouns::{PersonRef, Visit};

use super::chance::Chance;
use super::families::{Family, Ground, Standing};
use super::record::{Made, evening_ms};
use super::village::Village;
use crate::calendar;
use crate::festivals::{Festival, Festivals};

/// Days between two visits that the county's cadence asks for.
const CADENCE: i64 = 30;

/// The year that ends today: its festivals and birthdays, reckoned once for all families.
pub(super) struct Year {
    start: NaiveDate,
    festivals: Vec<Festival>,
    birthdays: calendar::Window,
}

impl Year {
    pub(super) fn until(today: NaiveDate) -> Self {
        let start = today - Days::new(365);
        Self { start, festivals: kept_here(start), birthdays: calendar::Window::from(start, 364) }
    }
}

/// The festivals on which this county's workers go round.
fn kept_here(start: NaiveDate) -> Vec<Festival> {
    const KEPT: [&str; 6] = ["春节", "清明", "端午", "中秋", "国庆", "重阳"];
    let all = Festivals::of_the_program().ahead(start, 364);
    all.into_iter().filter(|festival| KEPT.contains(&festival.name.as_str())).collect()
}

/// A visit that is going to have been made.
struct Occasion {
    day: NaiveDate,
    kind: VisitKind,
    festival: Option<String>,
}

impl Occasion {
    fn of(day: NaiveDate, kind: VisitKind) -> Self {
        Self { day, kind, festival: None }
    }
}

/// All visits to a family from a year ago until yesterday, in order.
pub(super) fn visits(
    family: &Family,
    ground: &Ground<'_, '_>,
    chance: &mut Chance,
    village: &Village,
) -> Vec<Made> {
    let mut occasions = match family.standing {
        Standing::Special(_) => special(family, ground, chance, village.diligence),
        Standing::Hardship => plain(ground, chance, 90, village.diligence),
        Standing::Floating => plain(ground, chance, 240, 60),
        Standing::General => plain(ground, chance, 365, 38),
    };
    occasions.retain(|o| o.day < ground.today && o.day >= family.since);
    occasions.sort_by_key(|o| o.day);
    occasions.dedup_by_key(|o| o.day);
    occasions.iter().map(|o| written(o, family, ground, chance, village)).collect()
}

fn special(family: &Family, ground: &Ground<'_, '_>, chance: &mut Chance, diligence: i64) -> Vec<Occasion> {
    let Year { start, festivals, birthdays } = ground.year;
    let today = ground.today;
    if family.preference == Some(ContactPreference::Declined) {
        return Vec::new();
    }
    let mut occasions = routine(today, chance, CADENCE, diligence);
    for festival in festivals {
        if chance.percent(82) {
            let day = festival.date - Days::new(chance.within(1, 6) as u64);
            let name = Some(festival.name.clone());
            occasions.push(Occasion { day, kind: VisitKind::Festival, festival: name });
        }
    }
    for (_, person) in family.grown(today).into_iter().take(2) {
        let birthday = person.birth_day().and_then(|born| birthdays.birthday(born, person.lunar_birthday));
        if let Some(birthday) = birthday
            && chance.percent(60)
        {
            occasions.push(Occasion::of(birthday.date, VisitKind::Birthday));
        }
    }
    let some_day = |chance: &mut Chance| *start + Days::new(chance.within(0, 364) as u64);
    if chance.percent(24) {
        let day = some_day(chance);
        occasions.push(Occasion::of(day, VisitKind::Hospital));
        occasions.push(Occasion::of(day + Days::new(5), VisitKind::Hospital));
    }
    if chance.percent(8) {
        occasions.push(Occasion::of(some_day(chance), VisitKind::Emergency));
    }
    occasions
}

fn plain(ground: &Ground<'_, '_>, chance: &mut Chance, every: i64, diligence: i64) -> Vec<Occasion> {
    let mut occasions = routine(ground.today, chance, every, diligence);
    if every < 100 && chance.percent(75) {
        let spring = ground.year.festivals.iter().find(|f| f.name == "春节");
        occasions.extend(spring.map(|festival| Occasion {
            day: festival.date - Days::new(chance.within(2, 9) as u64),
            kind: VisitKind::Festival,
            festival: Some(festival.name.clone()),
        }));
    }
    occasions
}

/// At the cadence or somewhat before it; the less diligent sometimes let one fall out. Sundays are rare.
fn routine(today: NaiveDate, chance: &mut Chance, every: i64, diligence: i64) -> Vec<Occasion> {
    let mut occasions = Vec::new();
    let mut day = today - Days::new((365 - chance.within(0, every - 1)) as u64);
    while day < today {
        if chance.percent(diligence) {
            let sunday = day.weekday() == chrono::Weekday::Sun && chance.percent(85);
            occasions.push(Occasion::of(day + Days::new(u64::from(sunday)), VisitKind::Routine));
        }
        day = day + Days::new(chance.within(every * 7 / 10, every + every / 8) as u64);
    }
    occasions
}

fn written(
    occasion: &Occasion,
    family: &Family,
    ground: &Ground<'_, '_>,
    chance: &mut Chance,
    village: &Village,
) -> Made {
    let words = ground.words;
    let head = family.household.head_name.clone();
    let mut visit = Visit::routine(family.region.clone(), family.id, head, occasion.day);
    visit.kind = occasion.kind.clone();
    visit.festival = occasion.festival.clone();
    visit.visitors = vec![village.worker.clone()];
    if visit.kind == VisitKind::Festival || chance.percent(15) {
        visit.visitors.push(village.leader.clone());
    }
    if chance.percent(35) {
        visit.time = Some(format!("{:02}:{:02}", chance.within(8, 17), chance.within(0, 5) * 10));
    }
    visit.presence = presence(&visit, family, chance);
    if !matches!(visit.presence, Presence::Away) {
        let grown = family.grown(ground.today);
        let all = chance.percent(45);
        visit.met = grown
            .iter()
            .take(if all { 2 } else { 1 })
            .map(|(id, p)| PersonRef { person: Some(*id), name: p.name.clone() })
            .collect();
    }
    visit.note = Some(note(&visit, occasion, family, ground, chance));
    if visit.presence == Presence::AtHome {
        let mut said = |percent, pool: &[String]| chance.percent(percent).then(|| chance.pick(pool).clone());
        visit.living = said(14, &words.living);
        visit.safety = said(12, &words.safety);
        visit.needs = said(9, &words.need_said);
        visit.gifts = gifts(&visit, chance, &words.gifts);
    }
    let recent = (ground.today - occasion.day).num_days() < 20;
    if chance.percent(if recent { 22 } else { 4 }) {
        visit.follow_up = Some(occasion.day + Days::new(chance.within(7, 30) as u64));
    }
    let at_ms = evening_ms(occasion.day, chance.within(0, 50));
    Made::new(chance.id(at_ms), &visit, at_ms)
}

fn presence(visit: &Visit, family: &Family, chance: &mut Chance) -> Presence {
    if family.preference == Some(ContactPreference::PhoneOnly) {
        return Presence::ByPhone;
    }
    match visit.kind {
        VisitKind::Hospital => Presence::InHospital,
        VisitKind::Routine if chance.percent(5) => Presence::Away,
        VisitKind::Routine if chance.percent(4) => Presence::ByPhone,
        _ => Presence::AtHome,
    }
}

fn note(
    visit: &Visit,
    occasion: &Occasion,
    family: &Family,
    ground: &Ground<'_, '_>,
    chance: &mut Chance,
) -> String {
    let words = ground.words;
    match (&visit.presence, &visit.kind) {
        (Presence::Away, _) => return chance.pick(&words.away).clone(),
        (Presence::ByPhone, _) => return chance.pick(&words.by_phone).clone(),
        _ => {}
    }
    let pool = match &visit.kind {
        VisitKind::Birthday => Some(&words.birthday),
        VisitKind::Hospital => Some(&words.hospital),
        VisitKind::Emergency => Some(&words.emergency),
        VisitKind::Festival => occasion.festival.as_ref().and_then(|name| words.festival.get(name.as_str())),
        _ => None,
    };
    if let Some(pool) = pool.filter(|pool| !pool.is_empty()) {
        return chance.pick(pool).clone();
    }
    if !matches!(family.standing, Standing::Special(_)) && chance.percent(80) {
        return chance.pick(&words.general).clone();
    }
    let season = words.routine.of(occasion.day.month());
    let parts: &[&[String]] = match chance.within(0, 3) {
        0 => &[&words.state, &words.done],
        1 => &[season, &words.done],
        2 => &[season, &words.state],
        _ => &[season, &words.state, &words.done],
    };
    parts.iter().map(|pool| chance.pick(pool).as_str()).collect()
}

fn gifts(visit: &Visit, chance: &mut Chance, pool: &[(String, i64, i64)]) -> Vec<Gift> {
    let likely = match visit.kind {
        VisitKind::Festival => 80,
        VisitKind::Birthday | VisitKind::Hospital => 55,
        VisitKind::Emergency => 40,
        _ => 6,
    };
    if !chance.percent(likely) {
        return Vec::new();
    }
    let (item, low, high) = chance.pick(pool);
    // Money goes in whole hundreds, things cost what they cost.
    let step = if *low >= 200 { 100 } else { 10 };
    let yuan = chance.within(low / step, high / step) * step;
    vec![Gift { item: item.clone(), amount: Some(Fen(yuan * 100)), signed_by: Some(visit.head_name.clone()) }]
}
