//! Volunteer 志愿者.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::common::{NAME, NOTES, REGION};
use super::{Kind, Noun, Problem, need_name};
use crate::around::{Beside, Look, Reach, Rule};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::record::Fields;
use crate::region::RegionCode;
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Start, Telling};

codes! {
    /// A volunteer serves after approval.
    Approval {
        Pending = "pending", "待审核";
        Approved = "approved", "已通过";
        Declined = "declined", "未通过";
    }
}

codes! {
    /// Whom the association asks first (`association.md` §2.9).
    VolunteerKind {
        FiveElders = "five_elders", "五老";
        Entrepreneur = "entrepreneur", "企业家";
        Prosperous = "prosperous", "致富能人";
        Delegate = "delegate", "村民代表";
        Teacher = "teacher", "教师";
        Doctor = "doctor", "医生";
        Lawyer = "lawyer", "律师";
        Student = "student", "大学生";
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
    pub kinds: Vec<VolunteerKind>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// The team's record, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<Uuid>,
    /// What the team is called. Older programs know no more of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<PartialDate>,
    /// Service time in minutes before each day had an entry of its own ([`super::Hours`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// Nobody is a volunteer twice: they would be counted twice. Who was not approved, or has left, may be registered anew.
const ONE_REGISTRATION: Rule = Rule {
    code: "volunteer_twice",
    reach: Reach::Desks,
    looks: &[Look { kind: "volunteer", their: "person", own: "person" }],
    check: crate::around::check_of(one_registration),
};

/// Whether a registration stands: not declined, and not of somebody who has left.
pub fn serves(fields: &Fields) -> bool {
    !is_declined(fields) && !fields.contains_key("left")
}

/// Whether it was not approved.
pub(super) fn is_declined(fields: &Fields) -> bool {
    let approval = fields.get("approval").and_then(|approval| approval.as_str());
    approval == Some(Approval::Declined.code())
}

/// Whether a volunteer, or a member, had certainly left before a day.
pub(super) fn left_before(fields: &Fields, day: NaiveDate) -> bool {
    let left = fields.get("left").and_then(|left| PartialDate::deserialize(left).ok());
    left.and_then(PartialDate::ends).is_some_and(|last| last < day)
}

fn one_registration(beside: &Beside<'_>) -> Vec<Problem> {
    let twice = serves(beside.fields) && beside.others().any(|other| serves(&other.fields));
    let message = "这个人已经登记为志愿者，请打开原来的登记修改";
    Vec::from_iter(twice.then(|| Problem::new("approval", ONE_REGISTRATION.code, message)))
}

impl Noun for Volunteer {
    const KIND: Kind = Kind::Volunteer;
    const SHAPE: Shape = Shape {
        home: Home::Members,
        rules: &[ONE_REGISTRATION],
        who: Some("person"),
        past: &[
            Telling::always("joined", &["登记为志愿者", "{team}"]),
            Telling::once("approved_on", &["志愿者审核通过"]),
            Telling::once("left", &["不再是志愿者"]),
        ],
        initials: "djzyz",
        empty: ("这里是志愿者名册", "“五老”、致富能人、热心邻居，登记下来，帮扶时好找人。"),
        list: &[
            Column::field("name").width(9),
            Column::PLACE,
            Column::field("approval").width(7),
            Column::field("team").width(11),
            Column::field("kinds").head("类别").width(10).unsorted().spare(),
            Column::field("skills").width(14).unsorted(),
            Column::field("minutes").head("以前时长").width(8).spare(),
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
                    .with(&["person", "left"])
                    .roles(&[Role::Category])
                    .must()
                    .start(Start::Code("pending")),
                // 类别 and 身份 alone head columns of other words in offices' own lists.
                Field::new("kinds", "志愿者类别", Holds::Codes(VolunteerKind::CHOICES)).asked(),
                Field::new("team_id", "服务队", Holds::Reference(&["team"]))
                    .named_by("team")
                    .also(&["志愿服务队", "所属服务队", "志愿者队伍", "队伍"])
                    .roles(&[Role::Names])
                    .asked(),
                Field::new("team", "服务队", Holds::Text).finds(&[Find::Words]),
                Field::new("skills", "特长", Holds::Texts)
                    .also(&["服务特长", "专长", "技能"])
                    .hint("写一项按回车，如 理发、陪诊"),
                Field::new("approved_on", "通过时间", Holds::PartialDay).past().roles(&[Role::Day]).asked(),
                Field::new("joined", "加入时间", Holds::PartialDay).past().fold("更多"),
                Field::new("left", "退出时间", Holds::PartialDay)
                    .past()
                    .not_before("joined")
                    .roles(&[Role::Until])
                    .fold("更多"),
                Field::new("minutes", "以前累计时长", Holds::Minutes)
                    .also(&["累计服务时长", "服务时长", "累计时长", "服务小时"])
                    .roles(&[Role::Number])
                    .hint("没有一天一条记的那些，如 30小时；以后的记在服务工时里")
                    .fold("更多"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::around::example;
    use serde_json::json;

    /// What an older program wrote of a team and of hours still reads.
    #[test]
    fn an_older_record_keeps_its_team_and_its_hours() {
        let old = json!({"region": "340323100001", "name": "于桂", "approval": "approved", "team": "银龄队",
            "minutes": 180});
        let read = Volunteer::from_fields(old.as_object().unwrap()).unwrap();
        assert_eq!((read.team.as_deref(), read.team_id, read.minutes), (Some("银龄队"), None, Some(180)));
        assert_eq!(&read.to_fields(), old.as_object().unwrap());
    }

    #[test]
    fn who_has_left_may_be_registered_anew() {
        let mut one = example("volunteer", ONE_REGISTRATION.code).unwrap();
        let told = |one: &crate::around::Example| {
            let seen = [one.others.clone()];
            one_registration(&Beside::these(&one.record.fields, &seen)).len()
        };
        assert_eq!(told(&one), 1);
        one.others[0].fields.insert("left".into(), "2026-09".into());
        assert_eq!(told(&one), 0);
    }
}
