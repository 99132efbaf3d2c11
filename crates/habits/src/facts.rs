//! What happened in a township in October 2026. All people are invented: ID numbers begin with `340399`, a prefix
//! that was never issued.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use fastrand::Rng;
use tiexin_domain::nouns::activity::ProjectColumn;
use tiexin_domain::nouns::visit::VisitKind;

/// The township, and the villages of it that the facts use.
pub const TOWNSHIP: &str = "340323104";
pub(crate) const TOWNSHIP_NAME: &str = "刘集镇";
/// Code, official name, the name in daily use.
pub const VILLAGES: [(&str, &str, &str); 5] = [
    ("340323104001", "刘集社区居民委员会", "刘集社区"),
    ("340323104002", "九湾社区居民委员会", "九湾社区"),
    ("340323104200", "杨湖村村民委员会", "杨湖村"),
    ("340323104202", "倪桥村村民委员会", "倪桥村"),
    ("340323104206", "董庙村村民委员会", "董庙村"),
];

/// The month that the ledgers are about.
pub const MONTH: &str = "2026-10";

pub fn october(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, day).expect("a day of October")
}

#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub name: String,
    pub id: String,
    pub male: bool,
    pub phone: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    pub village: usize,
    pub code: String,
    /// The head first.
    pub adults: Vec<Person>,
    pub disabled: bool,
    pub loss: NaiveDate,
}

impl Family {
    pub fn head(&self) -> &str {
        &self.adults[0].name
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    pub family: usize,
    pub date: NaiveDate,
    pub kind: VisitKind,
    /// Which adults of the family.
    pub met: Vec<usize>,
    pub visitors: Vec<&'static str>,
    pub gift: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    pub family: usize,
    pub date: NaiveDate,
    pub asked: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    pub family: usize,
    pub date: NaiveDate,
    pub insured: usize,
    pub fen: i64,
    pub days: u32,
    pub policy: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub family: usize,
    pub date: NaiveDate,
    pub person: usize,
    pub opened: bool,
    pub assessed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    LostChild,
    Childbearing,
    Youth,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub village: usize,
    pub person: Person,
    pub individual: bool,
    pub floating: bool,
    pub tag: Option<Tag>,
    /// Year and month.
    pub joined: (i32, u32),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    pub name: String,
    pub project: ProjectColumn,
    pub date: NaiveDate,
    pub village: usize,
    pub headcount: u32,
    pub fen: i64,
}

/// A thing that happened, or somebody, by place in the lists of [`Facts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    Family(usize),
    Visit(usize),
    Survey(usize),
    Claim(usize),
    Session(usize),
    Member(usize),
    Activity(usize),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    pub families: Vec<Family>,
    pub visits: Vec<Visit>,
    pub surveys: Vec<Survey>,
    pub claims: Vec<Claim>,
    pub sessions: Vec<Session>,
    pub members: Vec<Member>,
    pub activities: Vec<Activity>,
}

impl Facts {
    /// The family that a fact is about.
    pub fn family_of(&self, fact: Fact) -> Option<usize> {
        match fact {
            Fact::Family(n) => Some(n),
            Fact::Visit(n) => Some(self.visits[n].family),
            Fact::Survey(n) => Some(self.surveys[n].family),
            Fact::Claim(n) => Some(self.claims[n].family),
            Fact::Session(n) => Some(self.sessions[n].family),
            Fact::Member(_) | Fact::Activity(_) => None,
        }
    }

    pub fn random(seed: u64) -> Facts {
        let mut maker = Maker { dice: crate::dice(seed, "facts", 0), names: BTreeSet::new(), people: 0 };
        let mut facts = Facts::default();
        for nth in 0..maker.dice.usize(8..=20) {
            let family = maker.family(nth);
            facts.families.push(family);
        }
        facts.families.sort_by_key(|family| family.village);
        maker.services(&mut facts);
        for _ in 0..maker.dice.usize(12..=36) {
            let member = maker.member(&facts);
            facts.members.push(member);
        }
        facts.members.sort_by_key(|member| member.village);
        for nth in 0..maker.dice.usize(3..=9) {
            let activity = maker.activity(nth);
            facts.activities.push(activity);
        }
        facts
    }
}

/// A running number in Chinese, as series of activities have it.
const NUMBERS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
const SURNAMES: &str = "韩高周谢孙金马石田方龙黄李林梁柳樊岳裴卜冉甄尤严沈晏";
const GIVEN: &str = "广文山明凤国长海秀英志军强芳兰青桂芝守田玉生水木小大力立门风飞";
/// Names with a dot, and characters that old fonts lack.
const RARE: [&str; 4] = ["买买提·艾力", "古丽·阿不都", "谢䶮", "欧阳国梁"];
const VISITORS: [&str; 5] = ["严翠", "尤桂芝", "方守田", "王丽丽", "邢大力"];

struct Maker {
    dice: Rng,
    names: BTreeSet<String>,
    people: u32,
}

impl Maker {
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.dice.usize(..of.len())]
    }

    fn chars(&mut self, of: &str, count: usize) -> String {
        let of: Vec<char> = of.chars().collect();
        (0..count).map(|_| self.one(&of)).collect()
    }

    /// No two people of a township share a name: who is meant is never a question of the facts.
    fn name(&mut self) -> String {
        loop {
            let name = if self.dice.u8(..12) == 0 {
                self.one(&RARE).to_owned()
            } else {
                let given = self.dice.usize(1..=2);
                [self.chars(SURNAMES, 1), self.chars(GIVEN, given)].concat()
            };
            if self.names.insert(name.clone()) {
                return name;
            }
        }
    }

    fn person(&mut self, male: bool, from: i32, to: i32) -> Person {
        self.people += 1;
        let born =
            NaiveDate::from_ymd_opt(self.dice.i32(from..=to), self.dice.u32(1..=12), self.dice.u32(1..=28));
        let order = self.people * 2 % 998 + u32::from(male);
        let first = format!("340399{}{order:03}", born.expect("a day").format("%Y%m%d"));
        let id = format!("{first}{}", check_digit(&first));
        Person { name: self.name(), id, male, phone: format!("1990000{:04}", self.people) }
    }

    fn family(&mut self, nth: usize) -> Family {
        let (man, woman) = (self.person(true, 1945, 1972), self.person(false, 1945, 1972));
        let adults = match self.dice.u8(..6) {
            0 => vec![man],
            1 => vec![woman],
            _ => vec![man, woman],
        };
        let loss =
            NaiveDate::from_ymd_opt(self.dice.i32(2004..=2024), self.dice.u32(1..=12), self.dice.u32(1..=28));
        Family {
            village: self.dice.usize(..VILLAGES.len()),
            code: format!("{TOWNSHIP}{:04}", 501 + nth),
            adults,
            disabled: self.dice.bool(),
            loss: loss.expect("a day"),
        }
    }

    fn services(&mut self, facts: &mut Facts) {
        let mut once = BTreeSet::new();
        let count = facts.families.len();
        for _ in 0..self.dice.usize(count..=count * 3) {
            let family = self.dice.usize(..count);
            let kind = self.one(&VisitKind::ALL.iter().collect::<Vec<_>>()).clone();
            let date = october(self.dice.u32(1..=31));
            if !once.insert(("visit", family, date)) {
                continue;
            }
            let adults = facts.families[family].adults.len();
            let met = if adults == 2 && self.dice.u8(..3) == 0 {
                vec![0, 1]
            } else {
                vec![self.dice.usize(..adults)]
            };
            let first = self.dice.usize(..VISITORS.len() - 1);
            let visitors = VISITORS[first..=first + usize::from(self.dice.bool())].to_vec();
            let gift = self.dice.bool().then(|| self.dice.i64(1..=10) * 10_000);
            facts.visits.push(Visit { family, date, kind, met, visitors, gift });
        }
        facts.visits.sort_by_key(|visit| (facts.families[visit.family].village, visit.date, visit.family));
        for _ in 0..self.dice.usize(1..=6) {
            let (family, date, asked) = self.somebody(facts);
            if once.insert(("survey", family, date)) {
                facts.surveys.push(Survey { family, date, asked });
            }
        }
        for _ in 0..self.dice.usize(2..=8) {
            let (family, date, insured) = self.somebody(facts);
            if once.insert(("claim", family, date)) {
                let fen = self.dice.i64(1..=400) * 5_000 + self.one(&[0, 0, 0, 50]);
                let policy = format!("12345678901234{:05}", self.dice.u32(10_000..99_999));
                facts.claims.push(Claim { family, date, insured, fen, days: self.dice.u32(1..=20), policy });
            }
        }
        for _ in 0..self.dice.usize(1..=6) {
            let (family, date, person) = self.somebody(facts);
            if once.insert(("session", family, date)) {
                let (opened, assessed) = (self.dice.bool(), self.dice.bool());
                facts.sessions.push(Session { family, date, person, opened, assessed });
            }
        }
    }

    fn somebody(&mut self, facts: &Facts) -> (usize, NaiveDate, usize) {
        let family = self.dice.usize(..facts.families.len());
        (family, october(self.dice.u32(1..=31)), self.dice.usize(..facts.families[family].adults.len()))
    }

    fn member(&mut self, facts: &Facts) -> Member {
        let male = self.dice.bool();
        let mut person = self.person(male, 1950, 2004);
        // A member may be of a family that the book has already.
        let family = &facts.families[self.dice.usize(..facts.families.len())];
        let taken = facts.members.iter().any(|member| member.person.id == family.adults[0].id);
        let mut village = self.dice.usize(..VILLAGES.len());
        if self.dice.u8(..6) == 0 && !taken {
            (person, village) = (family.adults[0].clone(), family.village);
        }
        Member {
            village,
            person,
            individual: self.dice.bool(),
            floating: self.dice.bool(),
            tag: self.one(&[None, None, Some(Tag::LostChild), Some(Tag::Childbearing), Some(Tag::Youth)]),
            joined: (self.dice.i32(2010..=2025), self.dice.u32(1..=12)),
        }
    }

    fn activity(&mut self, nth: usize) -> Activity {
        let projects: Vec<&ProjectColumn> = ProjectColumn::ALL.iter().collect();
        Activity {
            name: format!("暖心家庭活动第{}场", NUMBERS[nth]),
            project: if self.dice.bool() {
                ProjectColumn::FamilySupport
            } else {
                self.one(&projects).clone()
            },
            date: october(self.dice.u32(1..=31)),
            village: self.dice.usize(..VILLAGES.len()),
            headcount: self.dice.u32(8..=120),
            fen: self.dice.i64(1..=50) * 10_000,
        }
    }
}

/// GB 11643-1999, 4.3.
fn check_digit(first: &str) -> char {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = first.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    b"10X98765432"[sum as usize % 11] as char
}

#[test]
fn id_numbers_are_right_and_names_differ() {
    let facts = Facts::random(7);
    assert_eq!(facts, Facts::random(7));
    for person in facts.families.iter().flat_map(|family| &family.adults) {
        let read = tiexin_domain::IdNumber::read(&person.id).unwrap();
        assert_eq!(read.number.sex() == tiexin_domain::Sex::Male, person.male);
    }
    assert_eq!(check_digit("34052419800101001"), 'X');
}
