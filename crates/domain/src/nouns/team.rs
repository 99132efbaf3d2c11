//! Team 服务队 (`association.md` §2.9): volunteers who offer the same.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{NOTES, SEAT, named};
use super::{Gap, Kind, Noun, Problem, tidy};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::region::RegionCode;
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape};

codes! {
    TeamKind {
        Warm = "warm", "暖心";
        Youth = "youth", "青春健康";
        Medical = "medical", "医疗";
        Law = "law", "法律";
        FiveElders = "five_elders", "五老";
        General = "general", "综合";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    pub region: RegionCode,
    pub name: String,
    pub kind: Option<TeamKind>,
    pub leader: Option<Uuid>,
    pub leader_name: Option<String>,
    pub founded: Option<PartialDate>,
    pub closed_on: Option<PartialDate>,
    pub notes: Option<String>,
}

impl Noun for Team {
    const KIND: Kind = Kind::Team;
    const SHAPE: Shape = Shape {
        home: Home::Association,
        initials: "djfwd",
        empty: ("这里会列出服务队", "暖心、医疗、法律、五老，哪支队伍谁带。"),
        list: &[
            Column::field("name").width(15),
            Column::field("kind").width(8),
            Column::PLACE,
            Column::field("leader_name").width(9),
            Column::field("founded").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "支",
            &[
                named("name", "队伍名称")
                    .also(&["服务队", "服务队名称", "志愿服务队"])
                    .roles(&[Role::Sort])
                    .hint("如 暖心服务队"),
                Field::new("kind", "类别", Holds::Code(TeamKind::CHOICES)).roles(&[Role::Category]).asked(),
                Field::new("leader", "队长", Holds::Reference(&["volunteer", "member"]))
                    .named_by("leader_name")
                    .also(&["负责人", "队长姓名"])
                    .roles(&[Role::Names])
                    .asked(),
                Field::new("leader_name", "队长", Holds::Text).finds(&[Find::Words]),
                SEAT,
                Field::new("founded", "成立时间", Holds::PartialDay).past().roles(&[Role::Day]).asked(),
                Field::new("closed_on", "解散时间", Holds::PartialDay)
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
        wrong([(tidy(&self.name).is_none(), "name", "请填写队伍名称")])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([(self.leader_name.is_none(), "leader_name", "缺队长")])
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}
