//! Post 岗位任职 (`association.md` §2.7): who holds which post of an organisation, from when to when. History is kept: a post is
//! corrected by ending it.

use serde::{Deserialize, Serialize};

use super::checked::{lacking, wrong};
use super::common::{ASKED_REGION, NAME};
use super::{Gap, Kind, Noun, Problem, tidy, tidy_name};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::id_number::Sex;
use crate::money::Fen;
use crate::region::{Level, RegionCode};
use crate::shape::{Audience, Column, Field, Find, Holds, Home, Role, Shape, Start};

codes! {
    PostTitle {
        President = "president", "会长";
        FirstVice = "first_vice", "常务副会长";
        Vice = "vice", "副会长";
        Secretary = "secretary", "秘书长";
        ViceSecretary = "vice_secretary", "副秘书长";
        StandingCouncil = "standing_council", "常务理事";
        Council = "council", "理事";
        Supervisor = "supervisor", "监事";
        FullTime = "full_time", "专职";
        VillageWorker = "village_worker", "专干";
        GroupLeader = "group_leader", "小组长";
    }
}

codes! {
    /// 职级 (F6).
    Rank {
        Department = "department", "正厅";
        DeputyDepartment = "deputy_department", "副厅";
        Division = "division", "正处";
        DeputyDivision = "deputy_division", "副处";
        Section = "section", "正科";
        DeputySection = "deputy_section", "副科";
        Staff = "staff", "科员及以下";
    }
}

codes! {
    /// On whose list of staff. 占编混岗 is shown apart.
    Staffing {
        InQuota = "in_quota", "在编";
        Borrowed = "borrowed", "占编混岗";
        PartTime = "part_time", "兼职";
        Hired = "hired", "聘用";
        Volunteer = "volunteer", "志愿";
    }
}

codes! {
    /// Why it ended.
    PostEnd {
        Term = "term", "届满";
        Moved = "moved", "调离";
        Resigned = "resigned", "辞职";
        Died = "died", "去世";
        Dismissed = "dismissed", "罢免";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    pub region: RegionCode,
    pub name: String,
    /// Of which organisation, as people call it.
    pub organisation_name: String,
    pub post: PostTitle,
    pub staffing: Staffing,
    pub from: PartialDate,
    /// The last day of the term, or of the post when it ended before.
    pub until: Option<PartialDate>,
    pub why_ended: Option<PostEnd>,
    pub sex: Option<Sex>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub party: bool,
    pub rank: Option<Rank>,
    pub pay: Option<Fen>,
}

impl Noun for Post {
    const KIND: Kind = Kind::Post;
    const SHAPE: Shape = Shape {
        level: Level::Province,
        home: Home::Association,
        initials: "djrz",
        empty: (
            "这里会列出任职",
            "会长、秘书长、理事、专职，从哪天起、到哪天止；换人时写上到哪天，历史都在。",
        ),
        list: &[
            Column::field("name").width(9),
            Column::field("post").width(9),
            Column::field("organisation_name").head("组织").width(14),
            Column::PLACE,
            Column::field("staffing").width(8),
            Column::field("from").head("任职").width(8),
            Column::field("until").head("到期").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "个",
            &[
                NAME,
                Field::new("post", "岗位", Holds::Code(PostTitle::CHOICES))
                    .also(&["职务"])
                    .required()
                    .roles(&[Role::Category])
                    .must(),
                Field::new("organisation_name", "所在组织", Holds::Text)
                    .required()
                    .finds(&[Find::Words])
                    .must(),
                Field::new("staffing", "人员性质", Holds::Code(Staffing::CHOICES))
                    .required()
                    .must()
                    .start(Start::Code("part_time")),
                Field::new("from", "任职时间", Holds::PartialDay)
                    .required()
                    .roles(&[Role::Day])
                    .must()
                    .start(Start::Today),
                Field::new("until", "到哪天止", Holds::PartialDay)
                    .not_before("from")
                    .roles(&[Role::Until])
                    .asked(),
                ASKED_REGION,
                Field::new("why_ended", "为什么不再担任", Holds::Code(PostEnd::CHOICES)).fold("不再担任"),
                Field::new("sex", "性别", Holds::Code(Sex::CHOICES)).fold("更多"),
                Field::new("party", "中共党员", Holds::Flag).audience(Audience::OwnPage).fold("更多"),
                Field::new("rank", "职级", Holds::Code(Rank::CHOICES))
                    .audience(Audience::OwnPage)
                    .fold("更多"),
                Field::new("pay", "月报酬", Holds::Money).audience(Audience::OwnPage).fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([
            (tidy_name(&self.name).is_empty(), "name", "请填写姓名"),
            (tidy(&self.organisation_name).is_none(), "organisation_name", "请填写在哪个组织任职"),
            (self.pay.is_some_and(|pay| pay.0 < 0), "pay", "报酬不能为负"),
        ])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([(self.until.is_none(), "until", "缺任期到哪天")])
    }
    fn title(&self) -> String {
        format!("{} {}", self.name, self.post.label())
    }
}

#[cfg(test)]
#[test]
fn party_rank_and_pay_are_on_no_list() {
    for field in ["party", "rank", "pay"] {
        let audience = Post::SHAPE.field(field).map(|field| field.audience);
        assert_eq!((audience, Post::SHAPE.lists(field)), (Some(Audience::OwnPage), false), "{field}");
    }
}
