//! Organisation 组织 (`association.md` §2.7): the association of a village, a township, a county …, and what stands beside it.
//! The length of its region code is its level. When the next election is due is reckoned, never stored.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{NOTES, SEAT, named};
use super::{Gap, Kind, Noun, Problem, tidy};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Start};

codes! {
    /// What it is.
    OrganisationKind {
        Association = "association", "计生协";
        Foundation = "foundation", "基金会";
        Institution = "institution", "机关企事业计生协";
        Npo = "npo", "民非组织";
        Fund = "fund", "专项基金";
        TwoNew = "two_new", "两新组织";
    }
}

codes! {
    /// How far one of the steps 入序, 参公, 三定 is.
    Step {
        Yes = "yes", "已办";
        Doing = "doing", "在办";
        No = "no", "未办";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    pub region: RegionCode,
    pub name: String,
    pub kind: OrganisationKind,
    /// The organisation above it.
    pub parent: Option<Uuid>,
    pub parent_name: Option<String>,
    pub founded: Option<PartialDate>,
    pub closed_on: Option<PartialDate>,
    pub last_election: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub party_group: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub party_branch: bool,
    /// 入序, 参公, 三定, each with its document and day.
    pub in_order: Option<Step>,
    pub in_order_doc: Option<String>,
    pub in_order_on: Option<PartialDate>,
    pub as_civil: Option<Step>,
    pub as_civil_doc: Option<String>,
    pub as_civil_on: Option<PartialDate>,
    pub three_fixed: Option<Step>,
    pub three_fixed_doc: Option<String>,
    pub three_fixed_on: Option<PartialDate>,
    /// Posts that the office may fill.
    pub quota_admin: Option<u32>,
    pub quota_public: Option<u32>,
    pub quota_other: Option<u32>,
    pub own_departments: Option<u32>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_budget: bool,
    /// Of an institution: an enterprise (F5).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enterprise: bool,
    pub notes: Option<String>,
}

const STEPS: &str = "入序、参公、三定";
const QUOTA: &str = "编制和经费";

const fn step(name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, Holds::Code(Step::CHOICES)).sensitive().fold(STEPS)
}

const fn document(name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, Holds::Text).fold(STEPS)
}

const fn on(name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, Holds::PartialDay).past().fold(STEPS)
}

const fn quota(name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, Holds::Count).fold(QUOTA)
}

impl Noun for Organisation {
    const KIND: Kind = Kind::Organisation;
    const SHAPE: Shape = Shape {
        level: Level::Province,
        home: Home::Association,
        initials: "djzz",
        empty: ("这里是各级计生协", "村、镇、县的协会，什么时候成立、上次换届是哪年，都登记在这里。"),
        list: &[
            Column::field("name").width(16),
            Column::field("kind").width(10),
            Column::PLACE,
            Column::field("founded").width(8),
            Column::field("last_election").head("上次换届").width(8),
            Column::field("three_fixed").head("三定").width(6),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "个",
            &[
                named("name", "名称")
                    .also(&["组织名称", "协会名称", "机构名称"])
                    .roles(&[Role::Sort])
                    .hint("如 东关社区计生协"),
                Field::new("kind", "类别", Holds::Code(OrganisationKind::CHOICES))
                    .also(&["组织类别", "类型"])
                    .required()
                    .roles(&[Role::Category])
                    .must()
                    .start(Start::Code("association")),
                SEAT,
                Field::new("parent", "上级组织", Holds::Reference(&["organisation"]))
                    .named_by("parent_name")
                    .also(&["上级协会", "上级"])
                    .roles(&[Role::Names])
                    .asked(),
                Field::new("parent_name", "上级组织", Holds::Text).finds(&[Find::Words]),
                Field::new("founded", "成立时间", Holds::PartialDay).past().roles(&[Role::Day]).asked(),
                Field::new("last_election", "上次换届", Holds::PartialDay)
                    .also(&["换届时间", "换届日期"])
                    .past()
                    .not_before("founded")
                    .asked(),
                NOTES.asked(),
                Field::new("enterprise", "是企业", Holds::Flag)
                    .hint("机关企事业、两新组织里的企业")
                    .fold("更多"),
                Field::new("party_group", "有党组", Holds::Flag).fold("更多"),
                Field::new("party_branch", "有党支部", Holds::Flag).fold("更多"),
                Field::new("closed_on", "撤销时间", Holds::PartialDay)
                    .past()
                    .not_before("founded")
                    .roles(&[Role::Until])
                    .fold("更多"),
                step("in_order", "入序"),
                document("in_order_doc", "入序文号"),
                on("in_order_on", "入序日期"),
                step("as_civil", "参公"),
                document("as_civil_doc", "参公文号"),
                on("as_civil_on", "参公日期"),
                step("three_fixed", "三定"),
                document("three_fixed_doc", "三定文号"),
                on("three_fixed_on", "三定日期"),
                quota("quota_admin", "行政编制"),
                quota("quota_public", "事业编制"),
                quota("quota_other", "其他编制"),
                quota("own_departments", "内设机构"),
                Field::new("own_budget", "经费单列", Holds::Flag).fold(QUOTA),
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
        let done = |step: &Option<Step>| *step == Some(Step::Yes);
        let early = done(&self.three_fixed) && !(done(&self.in_order) && done(&self.as_civil));
        lacking([
            (self.founded.is_none(), "founded", "缺成立时间"),
            (early, "three_fixed", "三定办了，入序、参公还没有办好，请核对"),
        ])
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}

#[cfg(test)]
#[test]
fn the_three_steps_out_of_order_are_a_hint_and_no_fault() {
    let whole = Organisation::from_fields(&crate::shape::samples(Organisation::SHAPE.fields)).unwrap();
    assert!(whole.gaps().is_empty());
    let early = Organisation { in_order: Some(Step::Doing), ..whole };
    assert_eq!((early.problems().len(), early.gaps()[0].field.as_str()), (0, "three_fixed"));
}
