//! NeedSurvey 需求调查.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::common::{ASKED_REGION, FAMILY, HEAD_NAME, NOTES, on_day};
use super::persons::{IN_FAMILY, alive_then, of_the_family};
use super::{Gap, Kind, Noun, PersonRef, Problem};
use crate::region::RegionCode;
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Telling};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedSurvey {
    pub region: RegionCode,
    pub household: Uuid,
    pub head_name: String,
    pub date: NaiveDate,
    /// 被调查人.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub persons: Vec<PersonRef>,
    /// 主要需求.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

impl Noun for NeedSurvey {
    const KIND: Kind = Kind::NeedSurvey;
    const SHAPE: Shape = Shape {
        is_work: true,
        rules: &[of_the_family::<Self>(), alive_then::<Self>(IN_FAMILY)],
        past: &[Telling::always("date", &["问了{persons}的需求", "主要是{needs}", "。{notes}"])],
        home: Home::Visits,
        initials: "djxqdc",
        empty: ("这里会列出需求调查", "问一问家里眼下最需要什么，记下来，月报自己就有数了。"),
        list: &[
            Column::field("date").head("日期").width(8),
            Column::field("head_name").width(8),
            Column::PLACE,
            Column::field("persons").width(12).unsorted(),
            Column::field("needs").width(22).unsorted(),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "次",
            &[
                FAMILY.must(),
                HEAD_NAME,
                on_day("date", "调查日期"),
                Field::new("persons", "被调查人", Holds::People)
                    .with(&["household"])
                    .roles(&[Role::Persons])
                    .must(),
                Field::new("needs", "主要需求", Holds::Texts)
                    .roles(&[Role::Number])
                    .finds(&[Find::Words])
                    .hint("写一项按回车，如 就医、养老、陪伴"),
                NOTES.finds(&[Find::Words]).asked(),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        if self.persons.iter().all(PersonRef::is_nameless) {
            return vec![Problem::new("persons", "person_missing", "请填写被调查人")];
        }
        Vec::new()
    }
    fn gaps(&self) -> Vec<Gap> {
        if self.needs.is_empty() {
            vec![Gap::new("needs", "needs_missing", "未记录需求")]
        } else {
            Vec::new()
        }
    }
    fn title(&self) -> String {
        format!("{} {} 需求调查", self.head_name, self.date.format("%Y-%m-%d"))
    }
}
