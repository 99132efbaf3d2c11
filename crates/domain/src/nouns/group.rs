//! Group 会员小组 (`association.md` §2.8): few members but real ones, in groups that meet.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{NOTES, REGION, named};
use super::{Gap, Kind, Noun, Problem, tidy};
use crate::date::PartialDate;
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Start};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub region: RegionCode,
    pub name: String,
    pub leader: Option<Uuid>,
    pub leader_name: Option<String>,
    /// 联系户长.
    pub households_led: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub village_groups: Vec<String>,
    pub founded: Option<PartialDate>,
    pub closed_on: Option<PartialDate>,
    pub notes: Option<String>,
}

impl Noun for Group {
    const KIND: Kind = Kind::Group;
    const SHAPE: Shape = Shape {
        level: Level::Village,
        home: Home::Association,
        initials: "djhyxz",
        empty: ("这里会列出会员小组", "一个村民小组一个会员小组，组长是谁、联系几户。"),
        list: &[
            Column::field("name").width(14),
            Column::PLACE,
            Column::field("leader_name").width(9),
            Column::field("households_led").width(8),
            Column::field("village_groups").width(14).unsorted(),
            Column::field("founded").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "个",
            &[
                named("name", "小组名称")
                    .also(&["会员小组", "会员小组名称"])
                    .roles(&[Role::Sort])
                    .hint("如 第一会员小组"),
                REGION.must().start(Start::Village),
                Field::new("leader", "组长", Holds::Reference(&["member", "person"]))
                    .named_by("leader_name")
                    .also(&["小组长", "组长姓名"])
                    .roles(&[Role::Names])
                    .asked(),
                Field::new("leader_name", "组长", Holds::Text).finds(&[Find::Words]),
                Field::new("households_led", "联系户数", Holds::Count)
                    .also(&["联系户"])
                    .roles(&[Role::Number])
                    .asked(),
                Field::new("village_groups", "村民小组", Holds::Texts)
                    .also(&["所在村民小组"])
                    .hint("写一项按回车，如 前庄组"),
                Field::new("founded", "成立时间", Holds::PartialDay).past().roles(&[Role::Day]).asked(),
                Field::new("closed_on", "撤销时间", Holds::PartialDay)
                    .past()
                    .not_before("founded")
                    .roles(&[Role::Until])
                    .fold("更多"),
                NOTES.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([(tidy(&self.name).is_none(), "name", "请填写小组名称")])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([(self.leader_name.is_none(), "leader_name", "缺组长")])
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}
