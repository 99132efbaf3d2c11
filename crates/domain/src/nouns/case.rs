//! Case 典型案例 (`association.md` §2.17): a true story that betrays nobody. Before it is shown to others somebody who did not
//! write it takes out whatever a family is recognised by; what is left of that is found here and refused, never altered.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::activity::KeyTask;
use super::checked::{lacking, wrong};
use super::common::{SEAT, named, on_day};
use super::{Gap, Household, Kind, Noun, Person, Problem, SupportFile, tidy, tidy_name};
use crate::around::{Beside, ITSELF, Look, Reach, Rule};
use crate::numbers_in_text;
use crate::recognised::{Marks, numbers_in};
use crate::record::Record;
use crate::region::{Level, RegionCode};
use crate::shape::{Audience, Column, Field, Find, Holds, Home, Role, Shape, Start};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub region: RegionCode,
    /// Stands on lists: it betrays nobody, not even of a draft.
    pub name: String,
    pub key_task: KeyTask,
    /// Who wrote it.
    pub author: String,
    pub written_on: NaiveDate,
    pub background: Option<String>,
    pub need: Option<String>,
    pub practice: Option<String>,
    pub effect: Option<String>,
    pub lesson: Option<String>,
    /// The family from whose records it was written. Restricted.
    pub source: Option<Uuid>,
    pub source_name: Option<String>,
    pub source_two: Option<Uuid>,
    pub source_two_name: Option<String>,
    pub source_three: Option<Uuid>,
    pub source_three_name: Option<String>,
    /// It tells how something is done, and of no family.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_nobody: bool,
    pub deidentified_by: Option<String>,
    pub deidentified_on: Option<NaiveDate>,
    /// Signed by each person who could be recognised.
    pub consent_on: Option<NaiveDate>,
    pub recommended_on: Option<NaiveDate>,
    pub rating: Option<String>,
    /// 入库.
    pub entered_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used_in: Vec<String>,
    /// At once, when who agreed does not any more.
    pub withdrawn_on: Option<NaiveDate>,
    pub why_withdrawn: Option<String>,
}

impl Case {
    /// Somebody says that it betrays nobody: it is shown to others, or will be.
    fn is_offered(&self) -> bool {
        let deidentified = self.deidentified_on.is_some() || self.deidentified_by.is_some();
        self.withdrawn_on.is_none() && (deidentified || self.is_taken())
    }

    /// It has been recommended, or more.
    fn is_taken(&self) -> bool {
        self.recommended_on.is_some() || self.entered_on.is_some() || !self.used_in.is_empty()
    }

    fn sources(&self) -> [(&'static str, Option<Uuid>, Option<&str>); 3] {
        [
            ("source", self.source, self.source_name.as_deref()),
            ("source_two", self.source_two, self.source_two_name.as_deref()),
            ("source_three", self.source_three, self.source_three_name.as_deref()),
        ]
    }

    /// Whatever others will read of it, by field. Of what is not offered the title and the result: everybody reads them.
    fn shown(&self) -> Vec<(&'static str, &str)> {
        let body = [
            ("background", &self.background),
            ("need", &self.need),
            ("practice", &self.practice),
            ("effect", &self.effect),
            ("lesson", &self.lesson),
        ];
        let body = body.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?)));
        let used = self.used_in.iter().map(|text| ("used_in", text.as_str()));
        let offered = self.is_offered();
        let rest = body.chain(used).filter(|_| offered);
        let rating = self.rating.as_deref().map(|text| ("rating", text));
        std::iter::once(("name", self.name.as_str())).chain(rating).chain(rest).collect()
    }
}

/// What a field is called, as the form calls it.
fn label(field: &str) -> &'static str {
    Case::SHAPE.field(field).map_or("", |field| field.label)
}

/// What a long number in a message shows is what everybody is shown of it.
fn quoted(text: &str) -> String {
    format!("“{}”", numbers_in_text::mask(text).as_deref().unwrap_or(text))
}

/// Each of them once.
fn joined(all: impl Iterator<Item = String>) -> String {
    let mut kept: Vec<String> = Vec::new();
    for one in all {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept.join("、")
}

const fn of_home(own: &'static str) -> Look {
    Look { kind: "household", their: ITSELF, own }
}

const fn of_people(own: &'static str) -> Look {
    Look { kind: "person", their: "household", own }
}

const fn of_files(own: &'static str) -> Look {
    Look { kind: "support_file", their: "household", own }
}

/// Looks of one source.
const LOOKS: usize = 3;

/// Nothing that it shows betrays a family from whose records it was written.
const UNRECOGNISED: Rule = Rule {
    code: "recognised",
    reach: Reach::Desks,
    looks: &[
        of_home("source"),
        of_people("source"),
        of_files("source"),
        of_home("source_two"),
        of_people("source_two"),
        of_files("source_two"),
        of_home("source_three"),
        of_people("source_three"),
        of_files("source_three"),
    ],
    check: crate::around::check_of(unrecognised),
};

fn unrecognised(beside: &Beside<'_>) -> Vec<Problem> {
    let Ok(own) = Case::from_fields(beside.fields) else { return Vec::new() };
    let mut marks = Marks::default();
    beside.others().for_each(|other| mark(&mut marks, other, beside.place));
    let shown = own.shown();
    let told = shown.iter().filter_map(|&(field, text)| {
        let found = marks.find(text);
        let said = found.iter().map(|found| format!("{}（{}）", quoted(&found.text), found.tells.label()));
        let said = joined(said);
        let message = format!("“{}”里有{said}，会让人认出是哪一家，请改写以后再保存", label(field));
        (!found.is_empty()).then(|| Problem::new(field, UNRECOGNISED.code, message))
    });
    // Of a family that is not here nobody can tell whether it is recognised.
    let absent =
        own.sources().into_iter().zip(beside.seen.chunks(LOOKS)).filter_map(|((field, id, _), seen)| {
            let here = seen.first().is_some_and(|homes| !homes.is_empty());
            let message = "这户不在本机，或者已经作废、合并，查不了会不会认出来，请重新选定";
            (own.is_offered() && id.is_some() && !here).then(|| Problem::new(field, "source_absent", message))
        });
    told.chain(absent).collect()
}

/// What a record of a source says by which its family is recognised. Numbers are refused whosever they are.
fn mark(marks: &mut Marks, record: &Record, place: &dyn Fn(&RegionCode) -> String) {
    let village = |marks: &mut Marks, region: &RegionCode| {
        if region.level() == Level::Village {
            marks.village(&place(region));
        }
    };
    village(marks, &record.region());
    if record.kind == Kind::Household.code() {
        let Ok(home) = Household::from_fields(&record.fields) else { return };
        marks.name(&home.head_name);
        [&home.current_address, &home.registered_address]
            .into_iter()
            .flatten()
            .for_each(|at| marks.address(at));
        home.moved_from.iter().for_each(|from| village(marks, from));
    } else if record.kind == Kind::Person.code() {
        let Ok(person) = Person::from_fields(&record.fields) else { return };
        marks.name(&person.name);
        [person.birth, person.died_on].into_iter().flatten().for_each(|day| marks.day(day));
    } else if record.kind == Kind::SupportFile.code() {
        let Ok(file) = SupportFile::from_fields(&record.fields) else { return };
        marks.name(&file.head_name);
        file.child_name.iter().for_each(|child| marks.name(child));
        // 李四（弟弟）
        let kin = file.emergency_contact.as_deref().unwrap_or_default();
        let kin = kin.split(|sign: char| !sign.is_alphanumeric() && sign != '·').next().unwrap_or_default();
        if (2..=4).contains(&tidy_name(kin).chars().count()) {
            marks.name(kin);
        }
        file.loss_date.into_iter().for_each(|day| marks.day(day));
        file.code.iter().for_each(|code| marks.code(code));
    }
}

/// Whatever is offered is looked at once more when a step of it, or a family, is changed.
const STEPS: &[&str] = &[
    "source",
    "source_two",
    "source_three",
    "deidentified_by",
    "deidentified_on",
    "recommended_on",
    "entered_on",
    "used_in",
    // The last: see below.
    "withdrawn_on",
];

/// Of what everybody reads of a draft, too. Nothing that stands there holds back that a case is taken down.
const OPEN_STEPS: &[&str] = match STEPS {
    [steps @ .., _] => steps,
    [] => &[],
};

const SOURCES: &str = "写的是哪一家（审核人以上看得到）";
const OFFERED: &str = "去标识、推荐、入库";
const WITHDRAWN: &str = "撤下";

/// What a case tells, in the writer's own words; of a draft it may name the family, so it is on no list.
const fn told(name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, Holds::LongText).note().audience(Audience::OwnPage).with(STEPS).asked()
}

const fn source(name: &'static str, label: &'static str, text: &'static str) -> Field {
    Field::new(name, label, Holds::Reference(&["household"]))
        .named_by(text)
        .with(STEPS)
        .audience(Audience::Supervisor)
        .fold(SOURCES)
}

const fn source_name(name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, Holds::Text).audience(Audience::Supervisor)
}

impl Noun for Case {
    const KIND: Kind = Kind::Case;
    const SHAPE: Shape = Shape {
        level: Level::Province,
        rules: &[UNRECOGNISED],
        home: Home::Works,
        initials: "djdxal",
        empty: (
            "这里会列出典型案例",
            "先写下来，再请另一位同事去标识：名字、村组、号码、日子都不留，查过才能推荐、入库。",
        ),
        list: &[
            Column::field("name").width(18),
            Column::field("key_task").width(10),
            Column::field("author").width(8),
            Column::PLACE,
            Column::field("written_on").head("撰写").width(8),
            Column::field("deidentified_on").head("去标识").width(8),
            Column::field("entered_on").head("入库").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "个",
            &[
                named("name", "案例名称")
                    .also(&["案例标题"])
                    .with(OPEN_STEPS)
                    .hint("不写名字和村名，如 一户困难家庭的新生活"),
                Field::new("key_task", "重点任务", Holds::Code(KeyTask::CHOICES))
                    .also(&["所属任务", "案例类别"])
                    .required()
                    .roles(&[Role::Category])
                    .must(),
                Field::new("author", "撰写人", Holds::Text)
                    .also(&["执笔人"])
                    .required()
                    .finds(&[Find::Words])
                    .must()
                    .start(Start::Me),
                on_day("written_on", "撰写日期").also(&["撰写时间"]),
                told("background", "背景").also(&["案例背景"]),
                told("need", "需求").also(&["群众需求"]),
                told("practice", "做法").also(&["主要做法"]),
                told("effect", "成效").also(&["主要成效"]),
                told("lesson", "启示").also(&["经验启示"]),
                source("source", "来源家庭", "source_name"),
                source_name("source_name", "来源家庭"),
                source("source_two", "来源家庭二", "source_two_name"),
                source_name("source_two_name", "来源家庭二"),
                source("source_three", "来源家庭三", "source_three_name"),
                source_name("source_three_name", "来源家庭三"),
                Field::new("of_nobody", "只讲做法，没有写哪一家", Holds::Flag).fold(SOURCES),
                Field::new("deidentified_by", "去标识人", Holds::Text)
                    .with(&["author"])
                    .fold(OFFERED)
                    .hint("撰写人以外的一位"),
                Field::new("deidentified_on", "去标识日期", Holds::Day)
                    .with(STEPS)
                    .past()
                    .not_before("written_on")
                    .fold(OFFERED),
                Field::new("consent_on", "当事人同意日期", Holds::Day)
                    .past()
                    .fold(OFFERED)
                    .hint("认得出的每一位都签了字"),
                Field::new("recommended_on", "推荐日期", Holds::Day)
                    .past()
                    .not_before("deidentified_on")
                    .fold(OFFERED),
                Field::new("rating", "评审结果", Holds::Text).with(OPEN_STEPS).fold(OFFERED),
                Field::new("entered_on", "入库日期", Holds::Day)
                    .past()
                    .not_before("recommended_on")
                    .fold(OFFERED),
                Field::new("used_in", "用在哪里", Holds::Texts)
                    .with(STEPS)
                    .fold(OFFERED)
                    .hint("写一处按回车，如 年鉴、培训"),
                Field::new("withdrawn_on", "撤下日期", Holds::Day)
                    .past()
                    .not_before("written_on")
                    .roles(&[Role::Until])
                    .fold(WITHDRAWN)
                    .hint("当事人不愿意了，当天就撤下"),
                Field::new("why_withdrawn", "撤下原因", Holds::Text)
                    .free()
                    .audience(Audience::OwnPage)
                    .fold(WITHDRAWN),
                SEAT.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let offered = self.is_offered();
        let by = self.deidentified_by.as_deref().map(tidy_name);
        let own = by.is_some_and(|by| by == tidy_name(&self.author));
        let early = self.is_taken() && self.deidentified_on.is_none();
        let nobody =
            !self.of_nobody && self.sources().iter().all(|(_, id, name)| id.is_none() && name.is_none());
        let mut problems = wrong([
            (tidy(&self.name).is_none(), "name", "请填写案例名称"),
            (tidy(&self.author).is_none(), "author", "请填写撰写人"),
            (offered && own, "deidentified_by", "去标识要由撰写人以外的一位来做"),
            (offered && early, "deidentified_on", "推荐、入库、使用以前，先请人去标识"),
            (offered && nobody, "source", "请选写的是哪一家，才查得出认不认得出来；没有写哪一家的，打个勾"),
        ]);
        let unnamed = |(field, id, name): (&str, Option<Uuid>, Option<&str>)| {
            let message = "请从登记里选定这一家，只有名称查不了";
            (offered && id.is_none() && name.is_some())
                .then(|| Problem::new(field, "source_unknown", message))
        };
        problems.extend(self.sources().into_iter().filter_map(unnamed));
        problems.extend(self.shown().into_iter().filter_map(|(field, text)| {
            let found = numbers_in(text);
            let said = joined(found.iter().map(|number| quoted(number)));
            let message = format!("“{}”里有{said}，像是号码或日子，请去掉或者改写以后再保存", label(field));
            (!found.is_empty()).then(|| Problem::new(field, "number_shown", message))
        }));
        problems
    }
    fn gaps(&self) -> Vec<Gap> {
        let stands = self.withdrawn_on.is_none();
        let sourceless = self.sources().iter().all(|(_, id, _)| id.is_none());
        let agreed = self.consent_on.is_some() || self.of_nobody;
        let (by, on) = (self.deidentified_by.is_some(), self.deidentified_on.is_some());
        lacking([
            (self.practice.is_none(), "practice", "缺做法"),
            (self.effect.is_none(), "effect", "缺成效"),
            (stands && sourceless && !self.of_nobody, "source", "没有选写的是哪一家"),
            (on && !by, "deidentified_by", "缺去标识人"),
            (by && !on, "deidentified_on", "缺去标识日期"),
            (stands && self.is_taken() && !agreed, "consent_on", "缺当事人同意日期"),
            (!stands && self.why_withdrawn.is_none(), "why_withdrawn", "缺撤下原因"),
            (stands && self.why_withdrawn.is_some(), "withdrawn_on", "缺撤下日期"),
        ])
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}

#[cfg(test)]
mod tests;
