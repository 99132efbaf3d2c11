//! Publication 报道 (`association.md` §2.10): what a paper, a station or an account said of the association's work.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::wrong;
use super::common::{NOTES, SEAT, named, on_day};
use super::site::TitleLevel;
use super::{Kind, Noun, Problem, tidy};
use crate::codes::codes;
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape};

codes! {
    Medium {
        Broadcast = "broadcast", "广播电视";
        Print = "print", "纸媒";
        Wechat = "wechat", "微信";
        Web = "web", "网站";
        Journal = "journal", "期刊";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    pub region: RegionCode,
    pub name: String,
    pub medium: Medium,
    pub medium_level: TitleLevel,
    pub date: NaiveDate,
    pub outlet: String,
    /// What it tells of, where that has a record.
    pub activity: Option<Uuid>,
    pub activity_name: Option<String>,
    pub link: Option<String>,
    pub reads: Option<u32>,
    pub notes: Option<String>,
}

impl Noun for Publication {
    const KIND: Kind = Kind::Publication;
    const SHAPE: Shape = Shape {
        level: Level::Province,
        making: Some("登记媒体报道"),
        mending: Some("修改媒体报道"),
        is_work: true,
        home: Home::Works,
        initials: "djmtbd",
        empty: ("这里会列出报道", "广播电视、报纸、微信发了协会的什么事，一篇登记一条。"),
        list: &[
            Column::field("date").head("日期").width(8),
            Column::field("name").width(20),
            Column::field("medium").width(8),
            Column::field("medium_level").head("级别").width(6),
            Column::field("outlet").width(12),
            Column::PLACE,
            Column::field("reads").width(7).spare(),
            Column::field("activity_name").width(12).spare(),
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "篇",
            &[
                named("name", "标题").also(&["报道标题", "题目"]).hint("如 暖心服务进万家"),
                Field::new("medium", "媒体类别", Holds::Code(Medium::CHOICES))
                    .also(&["类别", "媒体类型"])
                    .required()
                    .roles(&[Role::Category])
                    .again()
                    .must(),
                Field::new("medium_level", "媒体级别", Holds::Code(TitleLevel::CHOICES))
                    .also(&["级别"])
                    .required()
                    .again()
                    .must(),
                Field::new("outlet", "媒体名称", Holds::Text)
                    .also(&["媒体", "刊播媒体", "发布媒体"])
                    .required()
                    .finds(&[Find::Words])
                    .hint("如 固镇县融媒体中心")
                    .must(),
                on_day("date", "发表日期").also(&["刊播日期", "发布日期", "刊发日期"]),
                Field::new("activity", "报道的活动", Holds::Reference(&["activity"]))
                    .named_by("activity_name")
                    .roles(&[Role::Names])
                    .asked(),
                Field::new("activity_name", "报道的活动", Holds::Text).finds(&[Find::Words]),
                Field::new("link", "网址", Holds::Text).also(&["链接"]).asked(),
                Field::new("reads", "阅读量", Holds::Count).roles(&[Role::Number]).asked(),
                NOTES.fold("更多"),
                SEAT.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([
            (tidy(&self.name).is_none(), "name", "请填写标题"),
            (tidy(&self.outlet).is_none(), "outlet", "请填写媒体名称"),
        ])
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}
