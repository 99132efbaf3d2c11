//! Volunteer 志愿者.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::common::{NAME, NOTES, REGION};
use super::{Kind, Noun, Problem, need_name};
use crate::around::{Beside, Look, Reach, Rule};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::record::Fields;
use crate::region::RegionCode;
use crate::shape::{Column, Field, Holds, Home, Role, Shape, Start};

codes! {
    /// A volunteer serves after approval.
    Approval {
        Pending = "pending", "待审核";
        Approved = "approved", "已通过";
        Declined = "declined", "未通过";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volunteer {
    pub region: RegionCode,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Uuid>,
    pub approval: Approval,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_on: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// 服务队.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Service time in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// Nobody is a volunteer twice: they would be counted twice. Who was not approved may be registered anew.
const ONE_REGISTRATION: Rule = Rule {
    code: "volunteer_twice",
    reach: Reach::Desks,
    looks: &[Look { kind: "volunteer", their: "person", own: "person" }],
    check: one_registration,
};

fn one_registration(beside: &Beside<'_>) -> Vec<Problem> {
    let serves = |fields: &Fields| {
        let approval = fields.get("approval").and_then(|approval| approval.as_str());
        approval != Some(Approval::Declined.code())
    };
    let twice = serves(beside.fields) && beside.others().any(|other| serves(&other.fields));
    let message = "这个人已经登记为志愿者，请打开原来的登记修改";
    Vec::from_iter(twice.then(|| Problem::new("approval", ONE_REGISTRATION.code, message)))
}

impl Noun for Volunteer {
    const KIND: Kind = Kind::Volunteer;
    const SHAPE: Shape = Shape {
        home: Home::Members,
        rules: &[ONE_REGISTRATION],
        initials: "djzyz",
        empty: ("这里是志愿者名册", "“五老”、致富能人、热心邻居，登记下来，帮扶时好找人。"),
        list: &[
            Column::field("name").width(9),
            Column::PLACE,
            Column::field("approval").width(7),
            Column::field("team").width(11),
            Column::field("skills").width(14).unsorted(),
            Column::field("minutes").head("服务时长").width(8),
            Column::field("approved_on").width(9).spare(),
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "名",
            &[
                NAME.also(&["志愿者姓名", "志愿者"]),
                REGION.must().start(Start::Village),
                Field::new("person", "人员", Holds::Reference(&["person"])).roles(&[Role::Parent]),
                Field::new("approval", "审核", Holds::Code(Approval::CHOICES))
                    .also(&["审核状态", "审核情况"])
                    .required()
                    .with(&["person"])
                    .roles(&[Role::Category])
                    .must()
                    .start(Start::Code("pending")),
                Field::new("team", "服务队", Holds::Text)
                    .also(&["志愿服务队", "所属服务队", "志愿者队伍", "队伍"])
                    .asked(),
                Field::new("skills", "特长", Holds::Texts)
                    .also(&["服务特长", "专长", "技能"])
                    .hint("写一项按回车，如 理发、陪诊"),
                Field::new("approved_on", "通过时间", Holds::PartialDay).past().roles(&[Role::Day]).asked(),
                Field::new("minutes", "累计服务时长", Holds::Minutes)
                    .also(&["服务时长", "累计时长", "服务小时"])
                    .roles(&[Role::Number])
                    .hint("如 3小时、1小时30分钟"),
                NOTES.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        need_name("name", &self.name, &mut problems);
        problems
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}
