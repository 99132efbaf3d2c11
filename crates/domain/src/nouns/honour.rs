//! Honour 表彰 (`association.md` §2.17): good people and units, named.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{SEAT, named_beside};
use super::{Gap, Kind, Noun, Problem, tidy};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Holds, Home, Role, Shape, Telling};

codes! {
    HonourTitle {
        Finest = "finest", "最美协会人";
        GoodOfChina = "good_of_china", "中国好人";
        GoodOfProvince = "good_of_province", "安徽好人";
        Unit = "unit", "先进单位";
        Worker = "worker", "先进工作者";
        Member = "member", "优秀会员";
        Volunteer = "volunteer", "优秀志愿者";
        Family = "family", "幸福家庭";
        Misc = "other", "其他";
    }
}

codes! {
    HonourLevel {
        Nation = "nation", "国家";
        Province = "province", "省";
        City = "city", "市";
        County = "county", "县";
        Township = "township", "乡镇";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Honour {
    pub region: RegionCode,
    /// A person, a unit or a family, where it has a record.
    pub holder: Option<Uuid>,
    pub name: String,
    /// 荣誉.
    pub honour: HonourTitle,
    pub level: HonourLevel,
    /// 表彰时间, its year at least.
    pub conferred: PartialDate,
    pub revoked_on: Option<PartialDate>,
    pub why_revoked: Option<String>,
    pub by_doc: Option<String>,
    pub deeds: Option<String>,
}

impl Noun for Honour {
    const KIND: Kind = Kind::Honour;
    const SHAPE: Shape = Shape {
        level: Level::Province,
        home: Home::Works,
        past: &[
            Telling::always("conferred", &["{level}级表彰：{honour}"]),
            Telling::once("revoked_on", &["表彰撤销：{honour}", "{why_revoked}"]),
        ],
        initials: "djbz",
        empty: ("这里会列出表彰", "最美协会人、先进单位、优秀志愿者，做了什么，记在这里。"),
        list: &[
            Column::field("name").head("姓名（单位）").width(14),
            Column::field("honour").width(10),
            Column::field("level").width(6),
            Column::PLACE,
            Column::field("conferred").head("时间").width(8),
            Column::field("by_doc").width(12).spare(),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "项",
            &[
                Field::new(
                    "holder",
                    "姓名或单位名称",
                    Holds::Reference(&["volunteer", "member", "organisation"]),
                )
                .named_by("name")
                .also(&["姓名", "单位名称", "单位", "受表彰人", "受表彰单位"])
                .roles(&[Role::Names])
                .must(),
                named_beside("name", "姓名或单位名称").roles(&[Role::Sort]),
                Field::new("honour", "荣誉", Holds::Code(HonourTitle::CHOICES))
                    .also(&["荣誉称号", "称号", "表彰名称"])
                    .required()
                    .roles(&[Role::Category])
                    .must(),
                Field::new("level", "级别", Holds::Code(HonourLevel::CHOICES))
                    .also(&["表彰级别", "等级"])
                    .required()
                    .must(),
                Field::new("conferred", "表彰时间", Holds::PartialDay)
                    .also(&["获奖时间", "授予时间", "年度"])
                    .required()
                    .past()
                    .roles(&[Role::Day])
                    .must(),
                Field::new("deeds", "事迹", Holds::LongText).also(&["主要事迹"]).note().asked(),
                Field::new("by_doc", "文号", Holds::Text).also(&["表彰文件", "表彰文号"]).sensitive().asked(),
                Field::new("revoked_on", "撤销时间", Holds::PartialDay)
                    .past()
                    .not_before("conferred")
                    .roles(&[Role::Until])
                    .fold("撤销"),
                Field::new("why_revoked", "撤销原因", Holds::Text).free().fold("撤销"),
                SEAT.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([(tidy(&self.name).is_none(), "name", "请填写姓名或单位名称")])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([
            (self.by_doc.is_none(), "by_doc", "缺文号"),
            (self.revoked_on.is_some() && self.why_revoked.is_none(), "why_revoked", "缺撤销原因"),
            (self.why_revoked.is_some() && self.revoked_on.is_none(), "revoked_on", "缺撤销时间"),
        ])
    }
    fn title(&self) -> String {
        format!("{} {}", self.name, self.honour.label())
    }
}

#[cfg(test)]
#[test]
fn an_honour_is_revoked_on_a_day_and_for_a_reason() {
    let whole = Honour::from_fields(&crate::shape::samples(Honour::SHAPE.fields)).unwrap();
    let lacks = |one: Honour| one.gaps().into_iter().map(|gap| gap.field).collect::<Vec<_>>();
    assert!(lacks(whole.clone()).is_empty());
    assert_eq!(lacks(Honour { why_revoked: None, ..whole.clone() }), ["why_revoked"]);
    assert_eq!(lacks(Honour { revoked_on: None, ..whole.clone() }), ["revoked_on"]);
    assert!(lacks(Honour { revoked_on: None, why_revoked: None, ..whole }).is_empty());
}
