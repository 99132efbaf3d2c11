//! Topic 课题 (`association.md` §2.18): research that is begun, looked at half way, and finished.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::checked::{lacking, wrong};
use super::common::{ASKED_REGION, named};
use super::{Gap, Kind, Noun, Problem, tidy};
use crate::money::Fen;
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Start};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    pub region: RegionCode,
    pub name: String,
    pub leader: String,
    pub unit: Option<String>,
    pub funds: Option<Fen>,
    pub application: Option<String>,
    pub start: NaiveDate,
    pub midterm: Option<NaiveDate>,
    pub due: NaiveDate,
    pub finished_on: Option<NaiveDate>,
    pub result: Option<String>,
    pub grade: Option<String>,
}

impl Noun for Topic {
    const KIND: Kind = Kind::Topic;
    const SHAPE: Shape = Shape {
        level: Level::County,
        home: Home::Works,
        initials: "djkt",
        empty: ("这里会列出课题", "谁牵头、什么时候中期、什么时候结题。"),
        list: &[
            Column::field("name").width(18),
            Column::field("leader").width(8),
            Column::PLACE,
            Column::field("start").head("立项").width(8),
            Column::field("midterm").head("中期").width(8),
            Column::field("due").head("结题期限").width(8),
            Column::field("finished_on").head("已结题").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "个",
            &[
                named("name", "课题名称").hint("如 农村留守老人精神慰藉调查"),
                Field::new("leader", "负责人", Holds::Text).required().finds(&[Find::Words]).must(),
                Field::new("start", "立项日期", Holds::Day)
                    .required()
                    .roles(&[Role::Day])
                    .must()
                    .start(Start::Today),
                Field::new("due", "结题期限", Holds::Day)
                    .required()
                    .not_before("start")
                    .roles(&[Role::Until])
                    .must(),
                Field::new("unit", "承担单位", Holds::Text).asked(),
                Field::new("funds", "经费", Holds::Money).roles(&[Role::Number]).asked(),
                Field::new("midterm", "中期日期", Holds::Day).not_before("start").asked(),
                Field::new("application", "申报内容", Holds::LongText).note().fold("更多"),
                Field::new("finished_on", "结题日期", Holds::Day).past().not_before("start").fold("结题"),
                Field::new("result", "成果", Holds::LongText).note().finds(&[Find::Words]).fold("结题"),
                Field::new("grade", "评审等次", Holds::Text).fold("结题"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([
            (tidy(&self.name).is_none(), "name", "请填写课题名称"),
            (tidy(&self.leader).is_none(), "leader", "请填写负责人"),
            (self.funds.is_some_and(|funds| funds.0 < 0), "funds", "经费不能为负"),
        ])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([(self.finished_on.is_some() && self.result.is_none(), "result", "结题了，缺成果")])
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}
