//! Topic 课题 (`association.md` §2.18): research that is begun, looked at half way, and finished, or given up. Its time is
//! extended once.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::checked::{few, lacking, wrong};
use super::common::{SEAT, named};
use super::{Gap, Kind, Noun, Problem, tidy, tidy_name};
use crate::codes::codes;
use crate::limits::{Limit, Limits};
use crate::money::Fen;
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Start};

codes! {
    /// How it ended.
    TopicEnd {
        Finished = "finished", "结题";
        Withdrawn = "withdrawn", "撤项";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    pub region: RegionCode,
    pub name: String,
    pub leader: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub team: Vec<String>,
    pub unit: Option<String>,
    pub funds: Option<Fen>,
    pub application: Option<String>,
    /// Who reviewed it: none of the team.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub experts: Vec<String>,
    pub start: NaiveDate,
    pub midterm: Option<NaiveDate>,
    pub due: NaiveDate,
    pub extended_to: Option<NaiveDate>,
    pub ended: Option<TopicEnd>,
    pub ended_on: Option<NaiveDate>,
    pub why_ended: Option<String>,
    pub result: Option<String>,
    pub grade: Option<String>,
}

const END: &str = "延期、结题";

impl Topic {
    fn is_of_the_team(&self, name: &str) -> bool {
        let mut team = self.team.iter().chain([&self.leader]);
        team.any(|one| tidy_name(one) == tidy_name(name))
    }
}

impl Noun for Topic {
    const KIND: Kind = Kind::Topic;
    const SHAPE: Shape = Shape {
        level: Level::Province,
        home: Home::Works,
        initials: "djkt",
        empty: ("这里会列出课题", "谁牵头、哪天中期、哪天结题；延期写在同一条里。"),
        list: &[
            Column::field("name").width(18),
            Column::field("leader").width(8),
            Column::PLACE,
            Column::field("start").head("立项").width(8),
            Column::field("midterm").head("中期").width(8),
            Column::field("due").head("结题期限").width(8),
            Column::field("ended").head("结果").width(6),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "个",
            &[
                named("name", "课题名称").also(&["课题", "题目"]).hint("如 农村留守老人精神慰藉调查"),
                Field::new("leader", "负责人", Holds::Text)
                    .also(&["课题负责人", "主持人"])
                    .required()
                    .finds(&[Find::Words])
                    .must(),
                Field::new("start", "立项日期", Holds::Day)
                    .required()
                    .roles(&[Role::Day])
                    .must()
                    .start(Start::Today),
                Field::new("due", "结题期限", Holds::Day)
                    .also(&["计划结题日期"])
                    .required()
                    .not_before("start")
                    .roles(&[Role::Until, Role::LastDay])
                    .must(),
                Field::new("unit", "承担单位", Holds::Text).also(&["单位"]).asked(),
                Field::new("funds", "经费", Holds::Money).also(&["课题经费"]).roles(&[Role::Number]).asked(),
                Field::new("midterm", "中期日期", Holds::Day)
                    .not_before("start")
                    .with(&["due", "extended_to"])
                    .asked(),
                Field::new("team", "课题组成员", Holds::Texts).also(&["成员"]).hint("写一位按回车"),
                Field::new("application", "申报内容", Holds::LongText).note().fold("申报和评审"),
                Field::new("experts", "评审专家", Holds::Texts)
                    .fold("申报和评审")
                    .hint("写一位按回车，不能是课题组的人"),
                Field::new("extended_to", "延期到", Holds::Day).not_before("due").fold(END).hint("只延一次"),
                Field::new("ended", "结题还是撤项", Holds::Code(TopicEnd::CHOICES)).fold(END),
                Field::new("ended_on", "结题（撤项）日期", Holds::Day)
                    .also(&["结题日期", "撤项日期"])
                    .past()
                    .not_before("start")
                    .fold(END),
                Field::new("result", "成果", Holds::LongText).note().finds(&[Find::Words]).fold(END),
                Field::new("grade", "评审等次", Holds::Text).also(&["等次"]).fold(END),
                Field::new("why_ended", "撤项原因", Holds::Text).free().fold(END),
                SEAT.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let late = self.midterm.is_some_and(|midterm| midterm > self.extended_to.unwrap_or(self.due));
        wrong([
            (tidy(&self.name).is_none(), "name", "请填写课题名称"),
            (tidy(&self.leader).is_none(), "leader", "请填写负责人"),
            (late, "midterm", "中期日期晚于结题期限，请核对"),
            (self.funds.is_some_and(|funds| funds.0 < 0), "funds", "经费不能为负"),
        ])
    }
    fn gaps(&self) -> Vec<Gap> {
        let is = |end: TopicEnd| self.ended == Some(end);
        let own = self.experts.iter().any(|expert| self.is_of_the_team(expert));
        lacking([
            (own, "experts", "评审专家里有课题组的人，请另请专家"),
            (self.ended_on.is_some() && self.ended.is_none(), "ended", "没有写是结题还是撤项"),
            (self.ended.is_some() && self.ended_on.is_none(), "ended_on", "缺结题（撤项）日期"),
            (is(TopicEnd::Finished) && self.result.is_none(), "result", "结题了，缺成果"),
            (is(TopicEnd::Withdrawn) && self.why_ended.is_none(), "why_ended", "缺撤项原因"),
        ])
    }
    fn short(&self, limits: &Limits) -> Vec<Gap> {
        let least = limits.value(Limit::TopicExperts, &self.region, self.start);
        let told = |least: u32| Gap::new("experts", "experts_few", format!("评审专家至少 {least} 位"));
        Vec::from_iter(few(self.experts.len(), least).map(told))
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}

#[cfg(test)]
#[test]
fn a_topic_is_reviewed_by_others_and_ends_with_a_day_and_what_came_of_it() {
    let topic = Topic::from_fields(&crate::shape::samples(Topic::SHAPE.fields)).unwrap();
    let experts = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let topic = Topic { experts: experts(&["乙", "丙", "丁"]), ..topic };
    let lacks = |topic: Topic| topic.gaps().into_iter().map(|gap| gap.field).collect::<Vec<_>>();
    assert!(topic.problems().is_empty() && lacks(topic.clone()).is_empty());
    // The leader of the sample is 甲.
    assert_eq!(lacks(Topic { experts: experts(&["乙", "丙", "甲"]), ..topic.clone() }), ["experts"]);
    let withdrawn = Topic { ended: Some(TopicEnd::Withdrawn), result: None, ..topic.clone() };
    assert!(lacks(withdrawn.clone()).is_empty());
    assert_eq!(lacks(Topic { ended_on: None, why_ended: None, ..withdrawn }), ["ended_on", "why_ended"]);
    assert_eq!(lacks(Topic { ended: None, ..topic.clone() }), ["ended"]);
    let late = Topic { midterm: topic.due.succ_opt(), extended_to: None, ..topic };
    assert_eq!(late.problems()[0].field, "midterm");
    assert!(Topic { extended_to: late.midterm, ..late }.problems().is_empty());
}

#[cfg(test)]
#[test]
fn a_topic_is_reviewed_by_as_many_as_its_place_asks_on_its_first_day() {
    let topic = Topic::from_fields(&crate::shape::samples(Topic::SHAPE.fields)).unwrap();
    let rows = r#"[{"code": "topic_experts", "value": 5, "from": "2026-10-05", "place": "340323"}]"#;
    let own = Limits::with_own(serde_json::from_str(rows).unwrap());
    let told = |held: usize, limits: &Limits| {
        let topic = Topic { experts: vec!["乙".into(); held], ..topic.clone() };
        let found = super::check_by("topic", &topic.to_fields(), Some(limits)).unwrap().gaps;
        found.into_iter().map(|gap| gap.message).collect::<Vec<_>>()
    };
    let program = Limits::of_the_program();
    assert_eq!(told(2, program), ["评审专家至少 3 位"]);
    assert!(told(3, program).is_empty() && told(0, program).is_empty());
    assert_eq!(told(3, &own), ["评审专家至少 5 位"]);
}
