//! Post 岗位任职 (`association.md` §2.7): who holds which post of an organisation, from when to when. History is kept: a post is
//! corrected by ending it. Party, rank and pay are for those from the supervisor up.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{ORGANISATION, ORGANISATION_NAME, SEAT};
use super::{Gap, Kind, Noun, PersonRef, Problem, tidy, tidy_name};
use crate::around::{Beside, ITSELF, Look, Reach, Rule};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::id_number::Sex;
use crate::money::Fen;
use crate::record::Record;
use crate::region::{Level, RegionCode};
use crate::shape::{Audience, Column, Field, Find, Holds, Home, Role, Shape, Start, Telling};
use crate::term::Term;

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

impl PostTitle {
    /// Whether an election gives it; who holds one of the others is appointed.
    pub fn is_elected(&self) -> bool {
        !matches!(
            self,
            PostTitle::FullTime | PostTitle::VillageWorker | PostTitle::GroupLeader | PostTitle::Other(_)
        )
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
    /// Who holds it, where they have a record.
    pub person: Option<Uuid>,
    pub name: String,
    pub organisation: Option<Uuid>,
    pub organisation_name: String,
    pub post: PostTitle,
    pub staffing: Staffing,
    pub from: PartialDate,
    /// The last day of the term, or of the post when it ended before.
    pub until: Option<PartialDate>,
    pub why_ended: Option<PostEnd>,
    /// The meeting that elected them, or the paper that appointed them.
    pub by: Option<Uuid>,
    pub by_name: Option<String>,
    pub sex: Option<Sex>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub party: bool,
    pub rank: Option<Rank>,
    pub pay: Option<Fen>,
}

impl Post {
    /// On the day on which one leaves the next may begin.
    fn term(&self) -> Term {
        Term::left(Some(self.from), self.until)
    }

    /// Whether an election on this day ends it: an elected post that began before, and that may go on after the day.
    pub fn ends_with_election(&self, day: NaiveDate) -> bool {
        let began = self.from.begins().is_some_and(|from| from < day);
        let goes_on = self.until.is_none_or(|until| until.ends().is_none_or(|last| last > day));
        self.post.is_elected() && began && goes_on
    }

    /// Whether it is an elected post that began on this day or after it.
    pub fn is_of_council_since(&self, day: NaiveDate) -> bool {
        self.post.is_elected() && self.from.begins().is_some_and(|from| from >= day)
    }

    /// Of an organisation one at a time.
    fn is_single(&self) -> bool {
        matches!(self.post, PostTitle::President | PostTitle::Secretary)
    }

    fn holder(&self) -> PersonRef {
        PersonRef { person: self.person, name: self.name.clone() }
    }
}

/// Fields that workers other than who wrote them do not see.
const OVERSEEN: &str = "党员、职级和报酬（审核人以上看得到）";

/// Posts of an organisation.
pub const OF_ORGANISATION: Look = Look { kind: "post", their: "organisation", own: "organisation" };

/// No council of two terms: one president and one secretary at a time, and nobody holds one post twice.
const ONCE: Rule = Rule {
    code: "post_twice",
    reach: Reach::Desks,
    looks: &[OF_ORGANISATION],
    check: crate::around::check_of(once),
};

fn once(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, mut others)) = beside.read::<Post, Post>() else { return Vec::new() };
    let twice = others.any(|other| {
        let both = own.is_single() || own.holder().same_as(&other.holder());
        other.post == own.post && both && other.term().meets(&own.term())
    });
    let message = "这个岗位在这段时间已经有人任职：换届、换人请先在原来的任职上写“到哪天止”";
    Vec::from_iter(twice.then(|| Problem::new("from", ONCE.code, message)))
}

/// Nobody begins in an organisation that is there no more.
const NOT_CLOSED: Rule = Rule {
    code: "organisation_closed",
    reach: Reach::Writer,
    looks: &[Look { kind: "organisation", their: ITSELF, own: "organisation" }],
    check: crate::around::check_of(not_closed),
};

fn not_closed(beside: &Beside<'_>) -> Vec<Problem> {
    let from = Post::from_fields(beside.fields).ok().and_then(|own| own.from.begins());
    let Some(from) = from else { return Vec::new() };
    let closed = |organisation: &Record| {
        let closed = PartialDate::try_from(organisation.text("closed_on")?.to_owned()).ok()?;
        closed.ends().filter(|last| *last < from).map(|_| closed)
    };
    let told = |closed: PartialDate| {
        let message = format!("这个组织{}已经撤销，请核对任职时间和组织", closed.label());
        Problem::new("from", NOT_CLOSED.code, message)
    };
    Vec::from_iter(beside.others().find_map(closed).map(told))
}

impl Noun for Post {
    const KIND: Kind = Kind::Post;
    const SHAPE: Shape = Shape {
        level: Level::Province,
        rules: &[ONCE, NOT_CLOSED],
        home: Home::Association,
        who: Some("person"),
        past: &[
            Telling::always("from", &["任{organisation_name}{post}"]),
            Telling::once("until", &["不再任{organisation_name}{post}", "{why_ended}"]),
        ],
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
                Field::new("person", "姓名", Holds::Reference(&["person"]))
                    .named_by("name")
                    .roles(&[Role::Names])
                    .must(),
                Field::new("name", "姓名", Holds::Text).required().roles(&[Role::Sort]).finds(&[Find::Name]),
                Field::new("post", "岗位", Holds::Code(PostTitle::CHOICES))
                    .also(&["职务", "协会职务"])
                    .required()
                    .roles(&[Role::Category])
                    .must(),
                ORGANISATION.also(&["组织名称", "所在组织", "协会"]).must(),
                ORGANISATION_NAME.required(),
                Field::new("staffing", "人员性质", Holds::Code(Staffing::CHOICES))
                    .also(&["人员类别"])
                    .required()
                    .must()
                    .start(Start::Code("part_time")),
                Field::new("from", "任职时间", Holds::PartialDay)
                    .required()
                    .with(&["organisation", "post", "person", "name", "until"])
                    .roles(&[Role::Day])
                    .must()
                    .start(Start::Today),
                Field::new("until", "到哪天止", Holds::PartialDay)
                    .also(&["届满时间", "任期至"])
                    .not_before("from")
                    .roles(&[Role::Until])
                    .asked()
                    .hint("这一届的最后一天；提前不再担任的，写实际的那天"),
                SEAT,
                Field::new("by", "任职依据", Holds::Reference(&["meeting"]))
                    .named_by("by_name")
                    .roles(&[Role::Names])
                    .hint("选举的会议；没有登记会议的，写任命文件的文号"),
                Field::new("by_name", "任职依据", Holds::Text).finds(&[Find::Words]),
                Field::new("why_ended", "为什么不再担任", Holds::Code(PostEnd::CHOICES)).fold("不再担任"),
                Field::new("sex", "性别", Holds::Code(Sex::CHOICES)).fold("更多"),
                Field::new("party", "中共党员", Holds::Flag).audience(Audience::Supervisor).fold(OVERSEEN),
                Field::new("rank", "职级", Holds::Code(Rank::CHOICES))
                    .audience(Audience::Supervisor)
                    .fold(OVERSEEN),
                Field::new("pay", "月报酬", Holds::Money).audience(Audience::Supervisor).fold(OVERSEEN),
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
mod tests {
    use super::*;
    use crate::around::example;
    use serde_json::json;

    #[test]
    fn party_rank_and_pay_are_for_those_from_the_supervisor_up() {
        for field in ["party", "rank", "pay"] {
            let audience = Post::SHAPE.field(field).map(|field| field.audience);
            assert_eq!(audience, Some(Audience::Supervisor), "{field}");
        }
    }

    /// How often the rule speaks when both are this post and the other one is changed so.
    fn told(post: &str, change: serde_json::Value) -> usize {
        let mut one = example("post", ONCE.code).unwrap();
        let both = std::iter::once(&mut one.record).chain(&mut one.others);
        both.for_each(|record| drop(record.fields.insert("post".into(), post.into())));
        one.others[0].fields.extend(change.as_object().cloned().unwrap());
        let seen = [one.others];
        once(&Beside::these(&one.record.fields, &seen)).len()
    }

    #[test]
    fn one_president_at_a_time_and_nobody_twice_in_one_post() {
        assert_eq!(
            (told("president", json!({"name": "乙"})), told("council", json!({"name": "乙"}))),
            (1, 0)
        );
        assert_eq!((told("council", json!({})), told("council", json!({"post": "vice"}))), (1, 0));
        // One term ends on the day on which the next begins; from when exactly is not known of the other.
        let until = |last: &str| told("president", json!({"from": "2023-10", "until": last}));
        assert_eq!((until("2026-10-01"), until("2026-12-31")), (0, 1));
    }

    #[test]
    fn nobody_begins_where_an_organisation_was_closed() {
        let mut one = example("post", NOT_CLOSED.code).unwrap();
        let mut told = |closed: &str| {
            one.others[0].fields.insert("closed_on".into(), closed.into());
            let seen = [vec![one.others[0].clone()]];
            not_closed(&Beside::these(&one.record.fields, &seen)).len()
        };
        assert_eq!((told("2026-09"), told("2026-10-01"), told("2026")), (1, 0, 0));
    }

    #[test]
    fn an_election_ends_elected_posts_that_may_go_on() {
        let day = NaiveDate::from_ymd_opt(2026, 10, 1).unwrap();
        let valid = crate::shape::valid(&Kind::Post).unwrap();
        let ends = |post: &str, from: &str, until: Option<&str>| {
            let mut fields = valid.clone();
            fields.insert("post".into(), post.into());
            fields.insert("from".into(), from.into());
            fields.remove("until");
            fields.extend(until.map(|until| ("until".to_owned(), until.into())));
            Post::from_fields(&fields).unwrap().ends_with_election(day)
        };
        assert!(ends("president", "2023-10", None) && ends("council", "2023-10-01", Some("2026-12-31")));
        // It ended before, or who knows in which month of this year.
        assert!(!ends("council", "2023-10-01", Some("2026-09-30")) && ends("council", "2023", Some("2026")));
        // Of the new council; appointed.
        assert!(!ends("council", "2026-10-01", None) && !ends("full_time", "2020", None));
    }
}
