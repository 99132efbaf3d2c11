//! Publication 报道 (`association.md` §2.10): what a paper, a station or an account said of the association's work.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::checked::{lacking, wrong};
use super::common::{ASKED_REGION, NOTES, named, on_day};
use super::site::TitleLevel;
use super::{Gap, Kind, Noun, Problem, tidy};
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
    pub outlet: Option<String>,
    pub link: Option<String>,
    pub reads: Option<u32>,
    pub notes: Option<String>,
}

impl Noun for Publication {
    const KIND: Kind = Kind::Publication;
    const SHAPE: Shape = Shape {
        level: Level::County,
        is_work: true,
        home: Home::Works,
        initials: "djbd",
        empty: ("这里会列出报道", "广播电视、报纸、微信发了什么，登记一篇，年报自己就有数了。"),
        list: &[
            Column::field("date").head("日期").width(8),
            Column::field("name").width(20),
            Column::field("medium").width(8),
            Column::field("medium_level").head("级别").width(6),
            Column::field("outlet").width(12),
            Column::PLACE,
            Column::field("reads").width(7),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "篇",
            &[
                named("name", "标题").hint("如 暖心服务进万家"),
                Field::new("medium", "媒体类别", Holds::Code(Medium::CHOICES))
                    .required()
                    .roles(&[Role::Category])
                    .must(),
                Field::new("medium_level", "媒体级别", Holds::Code(TitleLevel::CHOICES)).required().must(),
                on_day("date", "发表日期"),
                Field::new("outlet", "媒体名称", Holds::Text).finds(&[Find::Words]).asked(),
                Field::new("link", "网址", Holds::Text).asked(),
                Field::new("reads", "阅读量", Holds::Count).roles(&[Role::Number]).asked(),
                NOTES.fold("更多"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([(tidy(&self.name).is_none(), "name", "请填写标题")])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([(self.outlet.is_none(), "outlet", "缺媒体名称")])
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}
