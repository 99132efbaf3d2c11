//! Branch 流动人口计生协 (`association.md` §2.13): natives away from home who have an association that works, or none.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{NOTES, SEAT, named};
use super::site::TitleLevel;
use super::{Gap, Kind, Noun, Problem, tidy};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape};

codes! {
    BranchType {
        Enterprise = "enterprise", "企业";
        Fair = "fair", "集市";
        District = "district", "商圈";
        Market = "market", "市场";
        Away = "away", "外驻";
        Chamber = "chamber", "商会";
        Mall = "mall", "商场";
        Misc = "other", "其他";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// At home: which township or county answers for it.
    pub region: RegionCode,
    pub name: String,
    #[serde(rename = "type")]
    pub branch_type: BranchType,
    /// 示范点, and who gave the title.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demonstration: bool,
    pub level: Option<TitleLevel>,
    pub rated_on: Option<PartialDate>,
    pub rated_until: Option<PartialDate>,
    pub address: Option<String>,
    /// The place away from home, as people write it: it lies in another province.
    pub away_region: Option<String>,
    pub host_unit: Option<String>,
    pub founded: PartialDate,
    pub closed_on: Option<PartialDate>,
    pub staff_total: Option<u32>,
    pub floating_total: Option<u32>,
    pub male: Option<u32>,
    pub female: Option<u32>,
    pub unmarried: Option<u32>,
    pub married: Option<u32>,
    /// On which day these numbers were so.
    pub as_of: Option<PartialDate>,
    pub head: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deputy_heads: Vec<String>,
    /// With the host, in writing.
    pub agreement: Option<Uuid>,
    pub agreement_name: Option<String>,
    pub notes: Option<String>,
}

const MODEL: &str = "示范点";
const PEOPLE: &str = "人数";

const fn count(name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, Holds::Count).fold(PEOPLE)
}

impl Branch {
    /// Whether the parts are as many as the whole, as far as all are told.
    fn adds_up(&self) -> bool {
        let sum = |one: Option<u32>, other: Option<u32>| Some(one?.saturating_add(other?));
        let sexes = sum(self.male, self.female).zip(self.floating_total);
        let states = sum(self.unmarried, self.married).zip(self.floating_total);
        sexes.is_none_or(|(parts, all)| parts == all) && states.is_none_or(|(parts, all)| parts <= all)
    }
}

impl Noun for Branch {
    const KIND: Kind = Kind::Branch;
    const SHAPE: Shape = Shape {
        level: Level::County,
        home: Home::Association,
        initials: "djldjsx",
        empty: ("这里会列出流动人口计生协", "在外的老乡、企业和市场里的协会；先把有的办好，不要盲目扩张。"),
        list: &[
            Column::field("name").width(16),
            Column::field("type").width(7),
            Column::PLACE,
            Column::field("away_region").width(11),
            Column::field("head").width(8),
            Column::field("floating_total").head("流动人口").width(7),
            Column::field("demonstration").head("示范点").width(6),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "个",
            &[
                named("name", "名称")
                    .also(&["协会名称", "示范点名称"])
                    .roles(&[Role::Sort])
                    .hint("如 固镇驻苏州计生协"),
                Field::new("type", "类型", Holds::Code(BranchType::CHOICES))
                    .required()
                    .roles(&[Role::Category])
                    .must(),
                Field::new("founded", "成立时间", Holds::PartialDay)
                    .also(&["建立时间"])
                    .required()
                    .past()
                    .roles(&[Role::Day])
                    .must(),
                Field::new("head", "会长", Holds::Text).finds(&[Find::Words]).asked(),
                Field::new("deputy_heads", "副会长", Holds::Texts).asked(),
                Field::new("away_region", "驻在地", Holds::Text)
                    .finds(&[Find::Words])
                    .hint("在本地的空着；如 江苏省苏州市"),
                Field::new("address", "地址", Holds::Text).finds(&[Find::Words]).asked(),
                Field::new("host_unit", "依托单位", Holds::Text).asked(),
                count("staff_total", "职工总数"),
                count("floating_total", "流动人口总数").also(&["流动人口数", "流动人口"]),
                count("male", "男"),
                count("female", "女"),
                count("unmarried", "未婚"),
                count("married", "已婚"),
                Field::new("as_of", "人数截至", Holds::PartialDay).past().fold(PEOPLE),
                Field::new("demonstration", "是示范点", Holds::Flag).fold(MODEL),
                Field::new("level", "示范级别", Holds::Code(TitleLevel::CHOICES))
                    .also(&["示范层级"])
                    .fold(MODEL),
                Field::new("rated_on", "命名时间", Holds::PartialDay).past().fold(MODEL),
                Field::new("rated_until", "有效期到", Holds::PartialDay).not_before("rated_on").fold(MODEL),
                Field::new("closed_on", "撤销时间", Holds::PartialDay)
                    .past()
                    .not_before("founded")
                    .roles(&[Role::Until])
                    .fold("更多"),
                Field::new("agreement", "合作协议", Holds::Reference(&["agreement"]))
                    .named_by("agreement_name")
                    .roles(&[Role::Names])
                    .hint("和驻在地单位签的协议")
                    .fold("更多"),
                Field::new("agreement_name", "合作协议", Holds::Text),
                NOTES.fold("更多"),
                SEAT.hint("由家乡哪里管，就写哪里").fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([(tidy(&self.name).is_none(), "name", "请填写名称")])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([
            (!self.adds_up(), "floating_total", "男女之和不等于流动人口总数，或婚姻两项超过了它，请核对"),
            (self.floating_total.is_some() && self.as_of.is_none(), "as_of", "缺人数截至哪天"),
            (self.head.is_none(), "head", "缺会长"),
            (self.address.is_none(), "address", "缺地址"),
            (self.demonstration && self.level.is_none(), "level", "示范点缺级别"),
            (self.demonstration && self.rated_on.is_none(), "rated_on", "示范点缺命名时间"),
        ])
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}

#[cfg(test)]
#[test]
fn people_who_do_not_add_up_are_told() {
    let branch = Branch::from_fields(&crate::shape::samples(Branch::SHAPE.fields)).unwrap();
    let with = |male: u32, married: Option<u32>, all: Option<u32>| {
        let numbers = Branch { male: Some(male), female: Some(20), married, ..branch.clone() };
        Branch { unmarried: Some(5), floating_total: all, ..numbers }.adds_up()
    };
    assert!(with(30, Some(45), Some(50)) && with(30, None, Some(50)) && with(30, Some(99), None));
    assert!(!with(31, None, Some(50)) && !with(30, Some(46), Some(50)));
}

#[cfg(test)]
#[test]
fn a_branch_has_a_head_and_a_place_and_a_model_its_title() {
    let branch = Branch::from_fields(&crate::shape::samples(Branch::SHAPE.fields)).unwrap();
    let lacks = |branch: Branch| branch.gaps().into_iter().map(|gap| gap.field).collect::<Vec<_>>();
    let whole = Branch { male: None, married: None, ..branch };
    assert!(lacks(whole.clone()).is_empty());
    assert_eq!(lacks(Branch { head: None, address: None, ..whole.clone() }), ["head", "address"]);
    let untitled = Branch { level: None, rated_on: None, ..whole };
    assert_eq!(lacks(untitled.clone()), ["level", "rated_on"]);
    assert!(lacks(Branch { demonstration: false, ..untitled }).is_empty());
}
