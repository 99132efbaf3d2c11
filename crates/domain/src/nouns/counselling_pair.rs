//! CounsellingPair 心理陪伴 (`association.md` §2.3): one counsellor who keeps coming to one person. Others know only that it
//! happens; what it is for is its author's.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{ASKED_REGION, FAMILY, FROM, HEAD_NAME, TO};
use super::{ContactPair, Gap, Kind, Noun, PersonRef, Problem, tidy, tidy_name};
use crate::around::{Beside, Look, Reach, Rule};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::region::RegionCode;
use crate::shape::{Audience, Column, Field, Find, Holds, Home, Role, Shape};
use crate::term::Term;

codes! {
    /// Why it ended.
    PairEnd {
        Reached = "reached", "目标达到";
        OwnWish = "own_wish", "本人提出";
        Referred = "referred", "转介";
        Moved = "moved", "迁出";
        CounsellorLeft = "counsellor_left", "咨询师离开";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounsellingPair {
    pub region: RegionCode,
    pub household: Uuid,
    pub head_name: String,
    pub person: PersonRef,
    pub counsellor: String,
    pub from: NaiveDate,
    /// 自愿: the day on which the person said yes.
    pub agreed_on: Option<NaiveDate>,
    /// A session every so many days.
    pub rhythm_days: Option<u32>,
    /// Restricted: shown to its author only.
    pub goal: Option<String>,
    pub first_scale: Option<String>,
    pub to: Option<NaiveDate>,
    pub ended_why: Option<PairEnd>,
    pub handover_to: Option<String>,
}

impl CounsellingPair {
    fn term(&self) -> Term {
        Term::days(self.from, self.to)
    }
}

/// One pair a person at a time.
const ONE_PAIR: Rule = Rule {
    code: "pair_twice",
    reach: Reach::Desks,
    looks: &[Look { kind: "counselling_pair", their: "household", own: "household" }],
    check: one_pair,
};

fn one_pair(beside: &Beside<'_>) -> Vec<Problem> {
    let Ok(own) = CounsellingPair::from_fields(beside.fields) else { return Vec::new() };
    let mut others = beside.others().filter_map(|other| CounsellingPair::from_fields(&other.fields).ok());
    let twice = others.any(|other| other.person.same_as(&own.person) && own.term().meets(&other.term()));
    let message = "这个人在这段时间已有咨询师陪伴：换人请先在原来那一条写上“到哪天止”";
    Vec::from_iter(twice.then(|| Problem::new("from", ONE_PAIR.code, message)))
}

/// Who looks after the family for the office is not the one to whom it opens its heart (§2.21).
const NO_CONTACT: Rule = Rule {
    code: "contact_counsels",
    reach: Reach::Writer,
    looks: &[Look { kind: "contact_pair", their: "household", own: "household" }],
    check: no_contact,
};

fn no_contact(beside: &Beside<'_>) -> Vec<Problem> {
    let Ok(own) = CounsellingPair::from_fields(beside.fields) else { return Vec::new() };
    let counsels =
        |name: &Option<String>| name.as_deref().is_some_and(|n| tidy_name(n) == tidy_name(&own.counsellor));
    let mut contacts = beside.others().filter_map(|other| ContactPair::from_fields(&other.fields).ok());
    let both = contacts.any(|pair| {
        let term = Term { from: pair.from.map(PartialDate::Day), to: pair.to.map(PartialDate::Day) };
        own.term().meets(&term) && (counsels(&pair.township_leader) || counsels(&pair.village_worker))
    });
    let message = "这位是本户的双岗联系人，请另请一位咨询师";
    Vec::from_iter(both.then(|| Problem::new("counsellor", NO_CONTACT.code, message)))
}

impl Noun for CounsellingPair {
    const KIND: Kind = Kind::CounsellingPair;
    const SHAPE: Shape = Shape {
        rules: &[ONE_PAIR, NO_CONTACT],
        timeline: Some("counsellor"),
        home: Home::Support,
        initials: "djxlpb",
        empty: ("这里会列出心理陪伴", "一位咨询师一直陪着一个人；本人同意了再开始，想停随时可以停。"),
        list: &[
            Column::field("from").head("开始").width(8),
            Column::field("head_name").width(8),
            Column::PLACE,
            Column::field("person").width(9).unsorted(),
            Column::field("counsellor").width(9),
            Column::field("to").head("结束").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "对",
            &[
                FAMILY.must(),
                HEAD_NAME,
                Field::new("person", "陪伴对象", Holds::Person).required().roles(&[Role::Persons]).must(),
                Field::new("counsellor", "咨询师", Holds::Text)
                    .required()
                    .with(&["from", "to"])
                    .finds(&[Find::Words])
                    .must(),
                FROM.with(&["to", "person"]),
                Field::new("agreed_on", "本人同意日期", Holds::Day).past().asked(),
                Field::new("rhythm_days", "几天一次", Holds::Count).hint("7、14 或 30"),
                Field::new("goal", "陪伴目标", Holds::LongText)
                    .note()
                    .audience(Audience::Author)
                    .hint("只有您自己看得到"),
                Field::new("first_scale", "首次量表", Holds::Text).fold("更多"),
                TO.fold("结束"),
                Field::new("ended_why", "结束原因", Holds::Code(PairEnd::CHOICES)).fold("结束"),
                Field::new("handover_to", "交接给", Holds::Text).fold("结束"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([
            (tidy_name(&self.person.name).is_empty(), "person", "请填写陪伴谁"),
            (tidy(&self.counsellor).is_none(), "counsellor", "请填写咨询师"),
        ])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([
            (self.agreed_on.is_none(), "agreed_on", "缺本人同意日期"),
            (self.agreed_on.is_some_and(|on| on > self.from), "from", "本人同意以前就开始了，请核对"),
            (self.to.is_some() && self.ended_why.is_none(), "ended_why", "缺结束原因"),
        ])
    }
    fn title(&self) -> String {
        format!("{} 心理陪伴", self.person.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::around::example;
    use crate::record::Fields;
    use serde_json::json;

    /// How often the rule speaks when the other record of its example is changed so.
    fn told(rule: &Rule, change: fn(&mut Fields)) -> usize {
        let one = example("counselling_pair", rule.code).unwrap();
        let mut others = one.others;
        change(&mut others[0].fields);
        let place = |region: &RegionCode| region.to_string();
        let seen = [others];
        (rule.check)(&Beside { fields: &one.record.fields, before: None, seen: &seen, place: &place }).len()
    }

    #[test]
    fn a_pair_of_somebody_else_and_one_that_ended_before_are_no_obstacle() {
        assert_eq!(told(&ONE_PAIR, |_| {}), 1);
        assert_eq!(told(&ONE_PAIR, |other| drop(other.insert("person".into(), json!({"name": "乙"})))), 0);
        let ended = |other: &mut Fields| {
            other.insert("from".into(), "2026-09-01".into());
            other.insert("to".into(), "2026-10-04".into());
        };
        assert_eq!(told(&ONE_PAIR, ended), 0);
        assert_eq!(told(&NO_CONTACT, |_| {}), 1);
        assert_eq!(told(&NO_CONTACT, |other| drop(other.insert("to".into(), "2026-10-04".into()))), 0);
    }
}
