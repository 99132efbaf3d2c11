//! AssistanceReview 扶助年审 (`association.md` §2.15): the papers of one person for special assistance, so that nobody loses an
//! entitlement because one was late. The program shows what was decided and by whom; it never decides.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{ASKED_REGION, FAMILY, HEAD_NAME};
use super::persons::{IN_FAMILY, alive_on, dead_by, of_the_family};
use super::{Gap, Kind, Noun, PersonRef, Problem};
use crate::around::{Beside, Look, Reach, Rule};
use crate::codes::codes;
use crate::record::Fields;
use crate::region::RegionCode;
use crate::shape::{Audience, Column, Field, Holds, Home, Role, Shape, Start, Telling};

codes! {
    /// Why papers are handed in.
    ReviewKind {
        Annual = "annual", "年审";
        New = "new", "新增";
        Change = "change", "变更";
        Exit = "exit", "退出";
    }
}

codes! {
    /// What has to be there.
    ReviewPaper {
        Form = "form", "申报表";
        Photo = "photo", "照片";
        Proof = "proof", "证明材料";
        HouseholdBook = "household_book", "户口簿";
        Marriage = "marriage", "婚姻证明";
        Promise = "promise", "承诺书";
    }
}

codes! {
    /// Why it ends. Told on the record's own page only.
    ExitWhy {
        Born = "born", "再生育";
        Adopted = "adopted", "收养";
        Recovered = "recovered", "康复";
        Died = "died", "死亡";
        Moved = "moved", "迁出";
        Gave = "gave", "自愿放弃";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssistanceReview {
    pub region: RegionCode,
    pub household: Uuid,
    pub head_name: String,
    pub person: PersonRef,
    /// 年度, four places.
    pub year: u32,
    pub kind: ReviewKind,
    pub asked_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<ReviewPaper>,
    pub village_seen_on: Option<NaiveDate>,
    pub village_result: Option<String>,
    pub township_result: Option<String>,
    pub county_result: Option<String>,
    pub exit_why: Option<ExitWhy>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub card_ok: bool,
    pub noted: Option<String>,
}

/// One of a kind for a person and a year; what changes may change again.
const ONE_REVIEW: Rule = Rule {
    code: "review_twice",
    reach: Reach::Desks,
    looks: &[Look { kind: "assistance_review", their: "household", own: "household" }],
    check: crate::around::check_of(one_review),
};

fn one_review(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, others)) = beside.read::<AssistanceReview, AssistanceReview>() else { return Vec::new() };
    let once = own.kind != ReviewKind::Change;
    let mut same = others.filter(|other| (other.year, &other.kind) == (own.year, &own.kind));
    let twice = once && same.any(|other| other.person.same_as(&own.person));
    let message = "这个人这一年已经登记过这一种，请打开原来的那一条修改";
    Vec::from_iter(twice.then(|| Problem::new("year", ONE_REVIEW.code, message)))
}

/// Who has died asks for nothing more. That they leave, or what changes by it, is reviewed after their death.
const ALIVE_THEN: Rule = alive_on(IN_FAMILY, alive_then);

fn alive_then(beside: &Beside<'_>) -> Vec<Problem> {
    let Ok(own) = AssistanceReview::from_fields(beside.fields) else { return Vec::new() };
    if !matches!(own.kind, ReviewKind::Annual | ReviewKind::New) {
        return Vec::new();
    }
    dead_by(beside, AssistanceReview::SHAPE.fields, "申请日期", asked_on)
}

/// The day on which they asked; where nobody wrote it down, not before the year.
fn asked_on(fields: &Fields) -> Option<NaiveDate> {
    let own = AssistanceReview::from_fields(fields).ok()?;
    let of_year = || NaiveDate::from_ymd_opt(i32::try_from(own.year).ok()?, 1, 1);
    own.asked_on.or(own.village_seen_on).or_else(of_year)
}

impl Noun for AssistanceReview {
    const KIND: Kind = Kind::AssistanceReview;
    const SHAPE: Shape = Shape {
        is_work: true,
        rules: &[ONE_REVIEW, of_the_family::<Self>(), ALIVE_THEN],
        past: &[
            Telling::always("asked_on", &["{person}{year}年度扶助{kind}", "县里结果：{county_result}"]),
            Telling::once("village_seen_on", &["扶助{kind}，村里走访评议", "村里意见：{village_result}"]),
        ],
        home: Home::Support,
        initials: "djfzns",
        empty: (
            "这里会列出扶助年审",
            "谁的材料齐了、走到哪一步，一目了然，不让哪一家因为晚交一张纸断了扶助。",
        ),
        list: &[
            Column::field("year").width(6),
            Column::field("kind").width(7),
            Column::field("head_name").width(8),
            Column::PLACE,
            Column::field("person").width(9).unsorted(),
            Column::field("village_seen_on").head("村里看过").width(9),
            Column::field("county_result").head("县里结果").width(10),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "份",
            &[
                FAMILY.must(),
                HEAD_NAME,
                Field::new("person", "扶助对象", Holds::Person)
                    .required()
                    .with(&["household"])
                    .roles(&[Role::Persons])
                    .must(),
                Field::new("year", "年度", Holds::Count)
                    .required()
                    .year()
                    .with(&["person", "kind"])
                    .must()
                    .hint("写四位，如 2026"),
                Field::new("kind", "种类", Holds::Code(ReviewKind::CHOICES))
                    .required()
                    .sensitive()
                    .roles(&[Role::Category])
                    .must()
                    .start(Start::Code("annual")),
                Field::new("asked_on", "申请日期", Holds::Day).past().roles(&[Role::Day]).start(Start::Today),
                Field::new("papers", "已交材料", Holds::Codes(ReviewPaper::CHOICES)).asked(),
                Field::new("village_seen_on", "村里走访评议日期", Holds::Day)
                    .past()
                    .not_before("asked_on")
                    .asked(),
                Field::new("village_result", "村里意见", Holds::Text).free().asked(),
                Field::new("township_result", "镇里意见", Holds::Text).free().asked(),
                Field::new("county_result", "县里结果", Holds::Text).free().sensitive().asked(),
                Field::new("exit_why", "退出原因", Holds::Code(ExitWhy::CHOICES))
                    .audience(Audience::OwnPage)
                    .fold("退出"),
                Field::new("card_ok", "一卡通已核对", Holds::Flag).fold("更多"),
                Field::new("noted", "说明", Holds::LongText).note().fold("更多"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([(self.person.is_nameless(), "person", "请填写扶助对象")])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([
            (!(1990..2200).contains(&self.year), "year", "年度请写四位"),
            (self.papers.is_empty(), "papers", "未交材料"),
            (
                self.village_result.is_some() && self.village_seen_on.is_none(),
                "village_seen_on",
                "缺村里走访评议日期",
            ),
            (self.kind == ReviewKind::Exit && self.exit_why.is_none(), "exit_why", "缺退出原因"),
        ])
    }
    fn title(&self) -> String {
        format!("{}家 {}年 扶助年审", self.head_name, self.year)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::around::example;

    #[test]
    fn neither_a_list_nor_a_title_tells_why_assistance_ends() {
        let review =
            AssistanceReview::from_fields(&crate::shape::samples(AssistanceReview::SHAPE.fields)).unwrap();
        let review = AssistanceReview { kind: ReviewKind::Exit, exit_why: Some(ExitWhy::Died), ..review };
        assert!(!review.title().contains("死亡") && !AssistanceReview::SHAPE.lists("exit_why"));
        let lacks =
            |review: &AssistanceReview| review.gaps().into_iter().map(|gap| gap.field).collect::<Vec<_>>();
        assert_eq!(lacks(&AssistanceReview { year: 2026, ..review.clone() }), Vec::<String>::new());
        assert_eq!(lacks(&AssistanceReview { exit_why: None, year: 26, ..review }), ["year", "exit_why"]);
    }

    #[test]
    fn the_same_is_reviewed_once_a_year_and_changes_as_often_as_they_come() {
        let told = |kind: &'static str| {
            let mut one = example("assistance_review", ONE_REVIEW.code).unwrap();
            one.record.fields.insert("kind".into(), kind.into());
            one.others[0].fields.insert("kind".into(), kind.into());
            let seen = [one.others];
            one_review(&Beside::these(&one.record.fields, &seen)).len()
        };
        assert_eq!((told("annual"), told("exit"), told("change")), (1, 1, 0));
    }
}
