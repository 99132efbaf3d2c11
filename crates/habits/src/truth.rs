//! What F1, F3 and F4 must say, counted from the facts. Nothing here knows how the program counts or reads.

use std::collections::{BTreeMap, BTreeSet};

use tiexin_domain::nouns::activity::ProjectColumn;
use tiexin_domain::nouns::visit::VisitKind;

use crate::facts::{Fact, Facts, TOWNSHIP, Tag, VILLAGES};

/// A figure of a form: its form, the unit it is of, its heads joined by `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub form: &'static str,
    pub region: &'static str,
    pub path: String,
}

/// Figures by their place; money in fen. What is not there is 0.
pub type Figures = BTreeMap<Place, i64>;

/// The figure of money.
pub const MONEY: &str = "保险理赔/金额(元)";

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Visits,
    Surveys,
    Claims,
    Sessions,
    Members,
    Activities,
}

impl Of {
    /// By the heads of a figure.
    pub(crate) fn path(form: &str, path: &str) -> Of {
        match path.split('/').next() {
            Some("走访慰问落实") => Of::Visits,
            Some("需求调查") => Of::Surveys,
            Some("保险理赔") => Of::Claims,
            Some("心理健康服务") => Of::Sessions,
            _ if form == "F3" => Of::Members,
            _ => Of::Activities,
        }
    }

    /// None: of a family, which no figure counts.
    pub(crate) fn fact(fact: Fact) -> Option<Of> {
        Some(match fact {
            Fact::Family(_) => return None,
            Fact::Visit(_) => Of::Visits,
            Fact::Survey(_) => Of::Surveys,
            Fact::Claim(_) => Of::Claims,
            Fact::Session(_) => Of::Sessions,
            Fact::Member(_) => Of::Members,
            Fact::Activity(_) => Of::Activities,
        })
    }
}

/// Whether the figure is a sum, of which one row may be any part.
pub(crate) fn is_sum(path: &str) -> bool {
    path == MONEY || path == "服务活动开展/人" || path.ends_with("/服务人数")
}

/// The figures of the facts that `counts` lets in.
pub fn figures(facts: &Facts, counts: &dyn Fn(Fact) -> bool) -> Figures {
    let mut tally = Tally { figures: Figures::new(), seen: BTreeSet::new() };
    let village = |family: usize| facts.families[family].village;
    for visit in those(&facts.visits, |n| counts(Fact::Visit(n))) {
        let path = format!("走访慰问落实/{}", kind_head(&visit.kind));
        tally.households_and_persons(&path, village(visit.family), visit.family, &visit.met);
    }
    for survey in those(&facts.surveys, |n| counts(Fact::Survey(n))) {
        tally.households_and_persons("需求调查", village(survey.family), survey.family, &[survey.asked]);
    }
    for claim in those(&facts.claims, |n| counts(Fact::Claim(n))) {
        tally.add("F1", "保险理赔/例", village(claim.family), 1);
        tally.add("F1", MONEY, village(claim.family), claim.fen);
    }
    for session in those(&facts.sessions, |n| counts(Fact::Session(n))) {
        let at = village(session.family);
        tally.households_and_persons("心理健康服务", at, session.family, &[session.person]);
        tally.add("F1", "心理健康服务/建档(份)", at, i64::from(session.opened));
        if session.assessed {
            tally.once("F1", "心理健康服务/测评(人)", at, (session.family, session.person));
        }
    }
    for member in those(&facts.members, |n| counts(Fact::Member(n))) {
        let at = member.village;
        tally.add("F3", "会员数量", at, 1);
        tally.add("F3", if member.person.male { "性别/男" } else { "性别/女" }, at, 1);
        tally.add("F3", if member.floating { "会员结构/流动人口" } else { "会员结构/常住人口" }, at, 1);
        if member.individual {
            tally.add("F3", "会员结构/个体会员", at, 1);
        }
        if let Some(tag) = member.tag {
            tally.add("F3", &format!("重点服务对象/{}", tag_head(tag)), at, 1);
        }
    }
    for activity in those(&facts.activities, |n| counts(Fact::Activity(n))) {
        let (at, people) = (activity.village, i64::from(activity.headcount));
        let project = project_head(&activity.project);
        tally.add("F4", &format!("{project}/活动次数"), at, 1);
        tally.add("F4", &format!("{project}/服务人数"), at, people);
        if activity.project == ProjectColumn::FamilySupport {
            tally.add("F1", "服务活动开展/场", at, 1);
            tally.add("F1", "服务活动开展/人", at, people);
        }
    }
    tally.figures
}

fn those<T>(all: &[T], counts: impl Fn(usize) -> bool) -> impl Iterator<Item = &T> {
    all.iter().enumerate().filter(move |(n, _)| counts(*n)).map(|(_, one)| one)
}

struct Tally {
    figures: Figures,
    /// Who was counted already, where and for what.
    seen: BTreeSet<(Place, usize, usize)>,
}

impl Tally {
    /// To the village and to the township.
    fn add(&mut self, form: &'static str, path: &str, village: usize, count: i64) {
        for region in [VILLAGES[village].0, TOWNSHIP] {
            *self.figures.entry(Place { form, region, path: path.to_owned() }).or_default() += count;
        }
    }

    fn once(&mut self, form: &'static str, path: &str, village: usize, who: (usize, usize)) {
        let place = Place { form, region: VILLAGES[village].0, path: path.to_owned() };
        if self.seen.insert((place, who.0, who.1)) {
            self.add(form, path, village, 1);
        }
    }

    fn households_and_persons(&mut self, path: &str, village: usize, family: usize, met: &[usize]) {
        // No adult has this number.
        self.once("F1", &format!("{path}/户"), village, (family, usize::MAX));
        for person in met {
            self.once("F1", &format!("{path}/人"), village, (family, *person));
        }
    }
}

fn kind_head(kind: &VisitKind) -> &'static str {
    match kind {
        VisitKind::Routine => "日常走访",
        VisitKind::Festival => "节日看望",
        VisitKind::Birthday => "生日陪伴",
        VisitKind::Hospital => "住院探望",
        _ => "突发事件",
    }
}

fn tag_head(tag: Tag) -> &'static str {
    match tag {
        Tag::LostChild => "失独人口",
        Tag::Childbearing => "育龄人口",
        Tag::Youth => "青少年",
    }
}

fn project_head(project: &ProjectColumn) -> &'static str {
    match project {
        ProjectColumn::Publicity => "宣传教育",
        ProjectColumn::Training => "业务培训",
        ProjectColumn::Health => "健康服务",
        ProjectColumn::FamilySupport => "计生家庭帮扶",
        ProjectColumn::Youth => "青春健康",
        ProjectColumn::FloatingPopulation => "流动人口服务",
        ProjectColumn::Rights => "权益维护",
        _ => "其他",
    }
}
