//! Member 会员: a person or a unit of the association.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::lacking;
use super::common::{NOTES, REGION};
use super::{Gap, Kind, Noun, Problem, need_name};
use crate::around::{Beside, Look, Reach, Rule};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::id_number::Sex;
use crate::nouns::person::PersonTag;
use crate::record::Fields;
use crate::region::RegionCode;
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Start, Telling};
use crate::term::Term;

codes! {
    /// 个体 or 团体.
    MemberStructure {
        Individual = "individual", "个体会员";
        Unit = "unit", "团体会员";
    }
}

codes! {
    /// 流动 or 常住.
    Residence {
        Floating = "floating", "流动人口";
        Resident = "resident", "常住人口";
    }
}

codes! {
    /// Why somebody is a member no more.
    LeftWhy {
        Moved = "moved", "迁出";
        OwnWish = "own_wish", "本人提出";
        Died = "died", "去世";
        Cleared = "cleared", "名册清理";
    }
}

/// Bits of `flags` (F3).
pub mod flag {
    pub const MALE: i64 = 1;
    pub const FEMALE: i64 = 2;
    pub const INDIVIDUAL: i64 = 4;
    pub const UNIT: i64 = 8;
    pub const FLOATING: i64 = 16;
    pub const RESIDENT: i64 = 32;
    pub const LOST_CHILD: i64 = 64;
    pub const CHILDBEARING: i64 = 128;
    pub const YOUTH: i64 = 256;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub region: RegionCode,
    /// The person's name, or the unit's.
    pub name: String,
    /// The person; absent for a unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Uuid>,
    /// Counted on F3; by the ID number where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<MemberStructure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residence: Option<Residence>,
    /// 会员小组, where it has a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_group: Option<Uuid>,
    /// What it is called. Older programs write this alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The association of natives away from home that they are of, and what it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_why: Option<LeftWhy>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wants_notices: bool,
    /// 重点服务对象.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<PersonTag>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

impl Member {
    /// Who leaves one group on a day may join another on it.
    fn term(&self) -> Term {
        Term::left(self.joined, self.left)
    }
}

/// What is told of a person and of no unit: F3 counts men and women, and who is resident or floating, among persons.
pub const OF_A_PERSON: [&str; 2] = ["sex", "residence"];

/// Whether a stored member is a unit.
pub fn is_unit(fields: &Fields) -> bool {
    fields.get("structure").and_then(|structure| structure.as_str()) == Some(MemberStructure::Unit.code())
}

/// Nobody is a member twice at once: they would be counted twice (F3).
const ONE_MEMBERSHIP: Rule = Rule {
    code: "member_twice",
    reach: Reach::Province,
    looks: &[Look { kind: "member", their: "person", own: "person" }],
    check: crate::around::check_of(one_membership),
};

fn one_membership(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, mut others)) = beside.read::<Member, Member>() else { return Vec::new() };
    let twice = others.any(|other| own.term().meets(&other.term()));
    let message = "这个人在这段时间已经是会员，请打开原来的登记；从前退过会的，请先在那里写上退会时间";
    Vec::from_iter(twice.then(|| Problem::new("joined", ONE_MEMBERSHIP.code, message)))
}

impl Noun for Member {
    const KIND: Kind = Kind::Member;
    const SHAPE: Shape = Shape {
        home: Home::Members,
        rules: &[ONE_MEMBERSHIP],
        who: Some("person"),
        past: &[
            Telling::always("joined", &["成为会员", "{group}"]),
            Telling::once("left", &["会籍到这一天", "{left_why}"]),
        ],
        initials: "djhy",
        empty: ("这里是会员名册", "可以一名一名登记，也可以把现有的会员台账整本导入。"),
        list: &[
            Column::field("name").head("姓名（单位）"),
            Column::field("sex").width(6),
            Column::PLACE,
            Column::field("structure").width(8),
            Column::field("residence").width(8).spare(),
            Column::field("group"),
            Column::field("tags").width(12).unsorted(),
            Column::field("joined").width(8),
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "名",
            &[
                Field::new("name", "姓名或单位名称", Holds::Text)
                    .required()
                    .roles(&[Role::Sort])
                    .finds(&[Find::Name])
                    .must(),
                REGION.must().start(Start::Village),
                Field::new("person", "人员", Holds::Reference(&["person"])).roles(&[Role::Parent]),
                Field::new("structure", "会员类型", Holds::Code(MemberStructure::CHOICES))
                    .roles(&[Role::Category])
                    .bits(&[("individual", flag::INDIVIDUAL), ("unit", flag::UNIT)])
                    .must()
                    .start(Start::Code("individual")),
                Field::new("sex", "性别", Holds::Code(Sex::CHOICES))
                    .bits(&[("male", flag::MALE), ("female", flag::FEMALE)])
                    .hint("团体会员不用填"),
                Field::new("residence", "居住", Holds::Code(Residence::CHOICES))
                    .bits(&[("floating", flag::FLOATING), ("resident", flag::RESIDENT)])
                    .hint("分析表里与会员类型分开数，一名会员两栏都算；团体会员不用填")
                    .start(Start::Code("resident")),
                Field::new("in_group", "会员小组", Holds::Reference(&["group"]))
                    .named_by("group")
                    .roles(&[Role::Names])
                    .asked(),
                Field::new("group", "会员小组", Holds::Text),
                Field::new("joined", "入会时间", Holds::PartialDay)
                    .past()
                    .roles(&[Role::Day])
                    .start(Start::Today),
                Field::new("wants_notices", "愿意接收活动通知", Holds::Flag).asked(),
                Field::new("tags", "重点服务对象", Holds::Codes(PersonTag::CHOICES))
                    .bits(&[
                        ("lost_child", flag::LOST_CHILD),
                        ("childbearing", flag::CHILDBEARING),
                        ("youth", flag::YOUTH),
                    ])
                    .fold("更多"),
                Field::new("left", "退会时间", Holds::PartialDay)
                    .past()
                    .not_before("joined")
                    .roles(&[Role::Until])
                    .fold("更多"),
                Field::new("left_why", "退会原因", Holds::Code(LeftWhy::CHOICES)).fold("更多"),
                Field::new("branch", "所在流动人口计生协", Holds::Reference(&["branch"]))
                    .named_by("branch_name")
                    .roles(&[Role::Names])
                    .fold("更多"),
                Field::new("branch_name", "所在流动人口计生协", Holds::Text),
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
    fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        if self.structure.is_none() && self.residence.is_none() {
            gaps.push(Gap::new("structure", "kind_missing", "缺会员类型"));
        }
        gaps.extend(lacking([(self.left.is_none() && self.left_why.is_some(), "left", "缺退会时间")]));
        gaps
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// As older programs wrote them: the group is a name.
    #[test]
    fn a_member_whose_group_is_a_name_alone_is_read() {
        let said = json!({"region": "340323100001", "name": "某", "structure": "individual", "group": "第一会员小组"});
        let member = Member::from_fields(said.as_object().unwrap()).unwrap();
        assert_eq!((member.group.as_deref(), member.in_group), (Some("第一会员小组"), None));
        assert_eq!(Value::Object(member.to_fields()), said);
    }

    #[test]
    fn who_left_for_a_reason_left_on_a_day() {
        let said =
            json!({"region": "340323100001", "name": "某", "structure": "individual", "left_why": "moved"});
        let member = Member::from_fields(said.as_object().unwrap()).unwrap();
        let lacks = |member: &Member| member.gaps().into_iter().map(|gap| gap.field).collect::<Vec<_>>();
        assert_eq!(lacks(&member), ["left"]);
        assert!(lacks(&Member { left: Some(PartialDate::Year(2026)), ..member }).is_empty());
    }
}
