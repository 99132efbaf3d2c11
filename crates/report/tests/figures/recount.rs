//! Two townships of made-up records, counted a second time in plain Rust over the nouns.

use std::collections::BTreeSet;

use crate::office::*;
use tiexin_domain::nouns::activity::ProjectColumn;
use tiexin_domain::nouns::visit::VisitKind;
use tiexin_domain::nouns::{Activity, Counselling, InsuranceClaim, NeedSurvey, PersonRef, Visit, tidy_name};
use tiexin_domain::{Fen, Noun, RegionCode};
use uuid::Uuid;

const VILLAGES: [&str; 4] = ["340323100001", "340323100002", "340323104001", "340323104207"];
const NAMES: [&str; 5] = ["甲", "乙", "丙", "丁", "戊"];

/// The same dice in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn of<'a, T: ?Sized>(&mut self, choice: &[&'a T]) -> &'a T {
        choice[self.roll(choice.len())]
    }

    fn day(&mut self) -> String {
        format!("2026-{:02}-{:02}", 9 + self.roll(3), 1 + self.roll(30))
    }
}

/// What was written, with each record's id and whether it was made void.
#[derive(Default)]
struct Written {
    visits: Vec<(Uuid, Visit, bool)>,
    surveys: Vec<(Uuid, NeedSurvey, bool)>,
    claims: Vec<(Uuid, InsuranceClaim, bool)>,
    sessions: Vec<(Uuid, Counselling, bool)>,
    activities: Vec<(Uuid, Activity, bool)>,
}

fn write<N: Noun>(office: &mut Office, dice: &mut Dice, nouns: Vec<N>) -> Vec<(Uuid, N, bool)> {
    let ids = office.save_all(&nouns);
    let written = ids.into_iter().zip(nouns).map(|(id, noun)| {
        let void = dice.roll(10) == 0;
        if void {
            office.void(id, &noun);
        }
        (id, noun, void)
    });
    written.collect()
}

fn fill(office: &mut Office) -> Written {
    let mut dice = Dice(7);
    let homes: Vec<(&str, Uuid)> = (0..40)
        .map(|n| (VILLAGES[n % 4], n))
        .map(|(village, n)| (village, office.save(&household(village, NAMES[n % 5]))))
        .collect();
    let met = |dice: &mut Dice| (0..dice.roll(4)).map(|_| dice.of(&NAMES)).collect::<Vec<_>>();
    let mut visits = Vec::new();
    for _ in 0..400 {
        let (village, home) = homes[dice.roll(homes.len())];
        let kind = VisitKind::ALL[dice.roll(5)].clone();
        let (on, met) = (dice.day(), met(&mut dice));
        visits.push(visit(village, home, &on, kind, &met));
    }
    let (mut surveys, mut claims, mut sessions, mut activities) = (vec![], vec![], vec![], vec![]);
    for _ in 0..80 {
        let (village, home) = homes[dice.roll(homes.len())];
        surveys.push(survey(village, home, &dice.day(), &met(&mut dice)));
        let fen = dice.roll(1_000_000) as i64;
        claims.push(claim(village, home, &dice.day(), fen));
        let (opened, assessed) = (dice.roll(2) == 0, dice.roll(3) == 0);
        sessions.push(counselling(village, home, &dice.day(), dice.of(&NAMES), opened, assessed));
        let headcount = (dice.roll(8) > 0).then(|| dice.roll(120) as u32);
        let project = ProjectColumn::ALL[dice.roll(8)].clone();
        activities.push(activity(&village[..9], &dice.day(), project, headcount));
    }
    Written {
        visits: write(office, &mut dice, visits),
        surveys: write(office, &mut dice, surveys),
        claims: write(office, &mut dice, claims),
        sessions: write(office, &mut dice, sessions),
        activities: write(office, &mut dice, activities),
    }
}

/// Records of October in a township that are not void.
fn counted<'a, N>(
    written: &'a [(Uuid, N, bool)],
    town: &RegionCode,
    key: impl Fn(&N) -> (&RegionCode, String),
) -> Vec<&'a (Uuid, N, bool)> {
    let meant = |entry: &&(Uuid, N, bool)| {
        let (region, on) = key(&entry.1);
        !entry.2 && town.covers(region) && on.starts_with("2026-10")
    };
    written.iter().filter(meant).collect()
}

type Figure = (Vec<&'static str>, i64, BTreeSet<Uuid>);

fn people<'a>(home: Uuid, persons: impl IntoIterator<Item = &'a PersonRef>) -> Vec<(Uuid, String)> {
    persons.into_iter().map(|p| (home, tidy_name(&p.name))).collect()
}

fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> i64 {
    items.into_iter().collect::<BTreeSet<T>>().len() as i64
}

/// F1 as a person with a pencil would count it.
fn f1(written: &Written, town: &RegionCode) -> Vec<Figure> {
    let mut out: Vec<Figure> = Vec::new();
    let surveys = counted(&written.surveys, town, |s| (&s.region, s.date.to_string()));
    let ids: BTreeSet<Uuid> = surveys.iter().map(|s| s.0).collect();
    out.push((vec!["需求调查", "户"], distinct(surveys.iter().map(|s| s.1.household)), ids.clone()));
    let persons = surveys.iter().flat_map(|s| people(s.1.household, &s.1.persons));
    out.push((vec!["需求调查", "人"], distinct(persons), ids));
    let claims = counted(&written.claims, town, |c| (&c.region, c.paid_on.to_string()));
    let ids: BTreeSet<Uuid> = claims.iter().map(|c| c.0).collect();
    out.push((vec!["保险理赔", "例"], claims.len() as i64, ids.clone()));
    out.push((vec!["保险理赔", "金额(元)"], claims.iter().map(|c| c.1.amount.0).sum(), ids));
    let sessions = counted(&written.sessions, town, |c| (&c.region, c.date.to_string()));
    let ids: BTreeSet<Uuid> = sessions.iter().map(|c| c.0).collect();
    out.push((vec!["心理健康服务", "户"], distinct(sessions.iter().map(|c| c.1.household)), ids.clone()));
    let person = |c: &Counselling| people(c.household, [&c.person]);
    out.push((vec!["心理健康服务", "人"], distinct(sessions.iter().flat_map(|c| person(&c.1))), ids));
    let opened: BTreeSet<Uuid> = sessions.iter().filter(|c| c.1.file_opened).map(|c| c.0).collect();
    out.push((vec!["心理健康服务", "建档(份)"], opened.len() as i64, opened));
    let assessed: Vec<_> = sessions.iter().filter(|c| c.1.assessed).collect();
    let ids = assessed.iter().map(|c| c.0).collect();
    out.push((vec!["心理健康服务", "测评(人)"], distinct(assessed.iter().flat_map(|c| person(&c.1))), ids));
    let visits = counted(&written.visits, town, |v| (&v.region, v.date.to_string()));
    let kinds = [
        ("日常走访", VisitKind::Routine),
        ("节日看望", VisitKind::Festival),
        ("生日陪伴", VisitKind::Birthday),
        ("住院探望", VisitKind::Hospital),
        ("突发事件", VisitKind::Emergency),
    ];
    for (head, kind) in kinds {
        let of_kind: Vec<_> = visits.iter().filter(|v| v.1.kind == kind).collect();
        let ids: BTreeSet<Uuid> = of_kind.iter().map(|v| v.0).collect();
        let homes = distinct(of_kind.iter().map(|v| v.1.household));
        out.push((vec!["走访慰问落实", head, "户"], homes, ids.clone()));
        let persons = of_kind.iter().flat_map(|v| people(v.1.household, &v.1.met));
        out.push((vec!["走访慰问落实", head, "人"], distinct(persons), ids));
    }
    let held = projects(written, town, &ProjectColumn::FamilySupport);
    out.push((vec!["服务活动开展", "场"], held.0, held.2.clone()));
    out.push((vec!["服务活动开展", "人"], held.1, held.2));
    out
}

fn projects(written: &Written, town: &RegionCode, project: &ProjectColumn) -> (i64, i64, BTreeSet<Uuid>) {
    let held = counted(&written.activities, town, |a| (&a.region, a.start.to_string()));
    let held: Vec<_> = held.into_iter().filter(|a| &a.1.project == project).collect();
    let people = held.iter().filter_map(|a| a.1.headcount).map(i64::from).sum();
    (held.len() as i64, people, held.iter().map(|a| a.0).collect())
}

fn f4(written: &Written, town: &RegionCode) -> Vec<Figure> {
    let mut out: Vec<Figure> = Vec::new();
    for project in ProjectColumn::ALL {
        let label: &'static str = Box::leak(project.label().to_owned().into_boxed_str());
        let (held, people, ids) = projects(written, town, project);
        out.push((vec![label, "活动次数"], held, ids.clone()));
        if *project != ProjectColumn::Rights {
            out.push((vec![label, "服务人数"], people, ids));
        }
    }
    out
}

fn shown(path: &[&str], value: i64) -> String {
    if path.ends_with(&["金额(元)"]) { Fen(value).to_string() } else { value.to_string() }
}

fn check(office: &Office, form: &str, of: &str, figures: &[Figure]) {
    let expected: Vec<(Vec<&str>, String)> =
        figures.iter().map(|(p, v, _)| (p.clone(), shown(p, *v))).collect();
    let got = office.figures(form, of).figures;
    let got: Vec<(Vec<&str>, String)> =
        got.iter().map(|f| (f.path.iter().map(String::as_str).collect(), f.value.clone())).collect();
    assert_eq!(got, expected, "{form} of {of}");
    for (path, value, ids) in figures {
        let path: Vec<String> = path.iter().map(ToString::to_string).collect();
        let behind = office.behind(form, of, &path);
        assert_eq!(&behind.iter().copied().collect::<BTreeSet<_>>(), ids, "{path:?}");
        assert_eq!(behind.len(), ids.len(), "{path:?}");
        assert!(*value == 0 || !behind.is_empty(), "{path:?}");
    }
}

#[test]
fn figures_equal_an_independent_count_and_open_their_records() {
    let mut office = Office::new();
    let written = fill(&mut office);
    let mut sums: [Vec<Figure>; 2] = [Vec::new(), Vec::new()];
    for town in [TOWN, OTHER_TOWN] {
        let code = region(town);
        for (sum, (form, figures)) in
            sums.iter_mut().zip([("F1", f1(&written, &code)), ("F4", f4(&written, &code))])
        {
            assert!(figures.iter().filter(|(_, value, _)| *value > 0).count() > 5, "the dice left it empty");
            check(&office, form, town, &figures);
            add_up(sum, figures);
        }
    }
    for (form, sum) in ["F1", "F4"].iter().zip(&sums) {
        for above in [COUNTY, "3403", "34"] {
            check(&office, form, above, sum);
        }
    }
}

/// A county's figure is the sum of its townships' figures.
fn add_up(sum: &mut Vec<Figure>, figures: Vec<Figure>) {
    if sum.is_empty() {
        *sum = figures;
        return;
    }
    for (total, (path, value, ids)) in sum.iter_mut().zip(figures) {
        assert_eq!(total.0, path);
        total.1 += value;
        total.2.extend(ids);
    }
}
