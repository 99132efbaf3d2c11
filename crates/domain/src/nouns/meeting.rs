//! Meeting 会议 (`association.md` §2.6): what was talked about and decided, and who was there.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{few, lacking, wrong};
use super::common::{SEAT, named};
use super::{Gap, Kind, Noun, PersonRef, Problem, tidy};
use crate::codes::codes;
use crate::limits::{Limit, Limits};
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Start, Telling};

codes! {
    MeetingKind {
        Council = "council", "理事会";
        Standing = "standing", "常务理事会";
        Congress = "congress", "会员（代表）大会";
        Election = "election", "换届大会";
        VillageReview = "village_review", "村级评议";
        Joint = "joint", "三方联席会";
        FundForum = "fund_forum", "基金座谈会";
        Argue = "argue", "项目论证会";
        YearEnd = "year_end", "年终会";
        Misc = "other", "其他";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    pub region: RegionCode,
    pub name: String,
    pub kind: MeetingKind,
    /// Held, or planned.
    pub date: NaiveDate,
    /// Whose it is.
    pub of: Option<Uuid>,
    pub of_name: Option<String>,
    pub place: Option<String>,
    pub chair: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub present: Vec<PersonRef>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invited: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// What was resolved, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolved: Vec<String>,
    pub minutes: Option<String>,
}

impl Noun for Meeting {
    const KIND: Kind = Kind::Meeting;
    const SHAPE: Shape = Shape {
        level: Level::Province,
        is_work: true,
        home: Home::Association,
        // 登记会员 begins with the same letters.
        making: Some("记一次会议"),
        past: &[Telling::always("date", &["出席会议“{name}”", "在{place}"])],
        initials: "jychy",
        empty: ("这里会列出会议", "理事会、村级评议、联席会，谁到了、议了什么、定了什么。"),
        list: &[
            Column::field("date").head("日期").width(8),
            Column::field("name").width(16),
            Column::field("kind").width(9),
            Column::PLACE,
            Column::field("chair").width(8),
            Column::field("resolved").width(18).unsorted().spare(),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "次",
            &[
                named("name", "会议名称").also(&["会议主题"]).hint("如 第二季度理事会"),
                Field::new("kind", "会议类别", Holds::Code(MeetingKind::CHOICES))
                    .required()
                    .roles(&[Role::Category])
                    .again()
                    .must()
                    .start(Start::Code("council")),
                Field::new("date", "开会日期", Holds::Day)
                    .also(&["会议日期", "会议时间"])
                    .required()
                    .roles(&[Role::Day])
                    .must()
                    .start(Start::Today),
                Field::new("of", "哪里的会", Holds::Reference(&["organisation", "group", "branch"]))
                    .named_by("of_name")
                    .also(&["会议单位"])
                    .roles(&[Role::Names])
                    .again()
                    .hint("哪一级计生协、哪个会员小组的会"),
                Field::new("of_name", "哪里的会", Holds::Text).finds(&[Find::Words]),
                Field::new("place", "地点", Holds::Text).also(&["会议地点"]).again().asked(),
                Field::new("chair", "主持人", Holds::Text).finds(&[Find::Words]).start(Start::Me),
                Field::new("present", "到会", Holds::People)
                    .also(&["到会人员", "参会人员", "出席人员"])
                    .roles(&[Role::Persons])
                    .asked(),
                Field::new("topics", "议题", Holds::Texts)
                    .also(&["会议议题"])
                    .finds(&[Find::Words])
                    .hint("写一项按回车"),
                Field::new("resolved", "定下的事", Holds::Texts)
                    .also(&["决议", "会议决议"])
                    .finds(&[Find::Words])
                    .hint("一件一行，写上谁办、哪天前"),
                Field::new("minutes", "纪要", Holds::LongText)
                    .also(&["会议纪要", "会议记录"])
                    .note()
                    .finds(&[Find::Words])
                    .asked(),
                Field::new("absent", "请假", Holds::Texts).also(&["请假人员", "缺席人员"]).fold("更多"),
                Field::new("invited", "列席", Holds::Texts).also(&["列席人员"]).fold("更多"),
                SEAT.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([(tidy(&self.name).is_none(), "name", "请填写会议名称")])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([
            (self.present.iter().all(PersonRef::is_nameless), "present", "缺到会的人"),
            (self.topics.is_empty(), "topics", "缺议题"),
            (self.minutes.is_none(), "minutes", "缺纪要"),
        ])
    }
    fn short(&self, limits: &Limits) -> Vec<Gap> {
        if self.kind != MeetingKind::VillageReview {
            return Vec::new();
        }
        let least = limits.value(Limit::VillageReviewers, &self.region, self.date);
        let told = |least: u32| Gap::new("present", "present_few", format!("村级评议至少 {least} 人到会"));
        let named = self.present.iter().filter(|who| !who.is_nameless()).count();
        Vec::from_iter(few(named, least).map(told))
    }
    fn title(&self) -> String {
        format!("{} {}", self.date.format("%Y-%m-%d"), self.name)
    }
}

#[cfg(test)]
#[test]
fn a_village_s_review_needs_as_many_as_its_place_asks() {
    let meeting = Meeting::from_fields(&crate::shape::samples(Meeting::SHAPE.fields)).unwrap();
    let who = |name: &str| PersonRef { person: None, name: name.into() };
    let told = |kind: MeetingKind, names: &[&str], limits: &Limits| {
        let present = names.iter().map(|name| who(name)).collect();
        let fields = Meeting { kind, present, ..meeting.clone() }.to_fields();
        let found = super::check_by("meeting", &fields, Some(limits)).unwrap().gaps;
        found.into_iter().map(|gap| gap.message).collect::<Vec<_>>()
    };
    let (program, review) = (Limits::of_the_program(), MeetingKind::VillageReview);
    assert_eq!(told(review.clone(), &[], program), ["缺到会的人"]);
    assert_eq!(told(review.clone(), &["", " "], program), ["缺到会的人"]);
    assert_eq!(told(review.clone(), &["甲", "乙", ""], program), ["村级评议至少 3 人到会"]);
    assert!(told(review.clone(), &["甲", "乙", "丙"], program).is_empty());
    assert!(told(MeetingKind::Council, &["甲"], program).is_empty());
    let rows = r#"[{"code": "village_reviewers", "value": 2, "from": "2026-01-01"}]"#;
    let own = Limits::with_own(serde_json::from_str(rows).unwrap());
    assert!(told(review, &["甲", "乙"], &own).is_empty());
}
