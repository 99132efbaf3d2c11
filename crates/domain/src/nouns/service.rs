//! Service 服务记录 (`association.md` §2.11): advice and care given to one person, on request, remembered for the next time.
//! Voluntary and free; advice is information, no diagnosis. Whom it was given to and what about stands on its own page only.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, too_long, wrong};
use super::common::{ASKED_REGION, MAYBE_FAMILY, MAYBE_HEAD, on_day};
use super::persons::{IN_FAMILY_OR_NAMED, alive_then, is_named};
use super::{Gap, Kind, Noun, PersonRef, Problem, tidy};
use crate::around::{Beside, Look, Reach, Rule};
use crate::codes::codes;
use crate::limits::Limits;
use crate::region::RegionCode;
use crate::shape::{Audience, Column, Field, Find, Holds, Home, Role, Shape, Start, Telling};

codes! {
    /// What sort of advice or care it is.
    AdviceKind {
        Reproductive = "reproductive", "生殖健康咨询";
        Parenting = "parenting", "优生优育指导";
        Elder = "elder", "留守老人";
        Child = "child", "留守儿童";
        Woman = "woman", "留守妇女";
        Youth = "youth", "青少年";
        Floating = "floating", "流动人口";
    }
}

codes! {
    /// What it was about.
    AdviceTopic {
        BeforePregnancy = "before_pregnancy", "孕前";
        Pregnancy = "pregnancy", "孕期";
        Delivery = "delivery", "分娩方式";
        AfterBirth = "after_birth", "产后";
        Breastfeeding = "breastfeeding", "母乳喂养";
        Infant = "infant", "0–3岁照护";
        Menopause = "menopause", "更年期";
        Contraception = "contraception", "避孕节育知情选择";
        Mind = "mind", "心理";
        Study = "study", "学业";
        Law = "law", "法律";
        Work = "work", "就业";
        Doctor = "doctor", "就医";
        Misc = "other", "其他";
    }
}

codes! {
    /// Where it was given.
    AdviceWay {
        AtHome = "home", "上门";
        ByPhone = "phone", "电话";
        AtSite = "site", "站点";
        Online = "online", "线上";
    }
}

/// A record of service. (`Service` alone says nothing as a name of a type.)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    pub region: RegionCode,
    pub kind: AdviceKind,
    pub date: NaiveDate,
    /// Absent: who asked wished not to be named.
    pub person: Option<PersonRef>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anonymous: bool,
    pub household: Option<Uuid>,
    pub head_name: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topic: Vec<AdviceTopic>,
    pub how: Option<AdviceWay>,
    pub by: String,
    pub minutes: Option<u32>,
    /// What was handed out.
    pub gave: Option<String>,
    /// Restricted: shown to its author only.
    pub advice: Option<String>,
    pub referred_to: Option<String>,
    /// To be asked again by then.
    pub due: Option<NaiveDate>,
    pub done_on: Option<NaiveDate>,
    /// At which site, where it has a record.
    pub site: Option<Uuid>,
    pub site_name: Option<String>,
    /// A child's guardian said yes before it was written down.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guardian_agreed: bool,
}

/// The same of one day is told: it may be the same once more.
const AGAIN: Rule = Rule {
    code: "service_again",
    reach: Reach::Told,
    looks: &[Look { kind: "service", their: "household", own: "household" }],
    check: crate::around::check_of(again),
};

fn again(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, mut others)) = beside.read::<Advice, Advice>() else { return Vec::new() };
    let again = others.any(|other| {
        let both = own.person.as_ref().zip(other.person.as_ref());
        let what = (other.date, &other.kind, &other.topic) == (own.date, &own.kind, &own.topic);
        what && both.is_some_and(|(one, another)| one.same_as(another))
    });
    let message = "这一天给这个人还登记过一样的一次，是同一次的请作废一条";
    Vec::from_iter(again.then(|| Problem::new("date", AGAIN.code, message)))
}

impl Noun for Advice {
    const KIND: Kind = Kind::Advice;
    const SHAPE: Shape = Shape {
        is_work: true,
        rules: &[alive_then::<Self>(IN_FAMILY_OR_NAMED), AGAIN],
        past: &[
            Telling::always(
                "date",
                // Never what about: the page may be open in the very home.
                &["{kind}", "{how}", "服务人{by}"],
            ),
            Telling::once("done_on", &["{kind}，做了跟进"]),
        ],
        home: Home::Support,
        initials: "djfwjl",
        empty: (
            "这里会列出服务记录",
            "生殖健康咨询、优生优育指导、三留守关爱，问到了就记一笔；不愿留名的不写姓名。",
        ),
        list: &[
            Column::field("date").head("日期").width(8),
            Column::field("kind").width(11),
            Column::PLACE,
            Column::field("how").width(6),
            Column::field("by").width(9),
            Column::field("due").head("跟进").width(8),
            Column::field("done_on").head("已跟进").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "次",
            &[
                Field::new("kind", "服务类别", Holds::Code(AdviceKind::CHOICES))
                    .required()
                    .roles(&[Role::Category])
                    .again()
                    .must(),
                on_day("date", "服务日期"),
                Field::new("person", "服务对象", Holds::Person)
                    .with(&["anonymous"])
                    .audience(Audience::OwnPage)
                    .hint("不愿留名的空着，下面打勾"),
                Field::new("anonymous", "不愿留名", Holds::Flag).asked(),
                MAYBE_FAMILY,
                MAYBE_HEAD,
                Field::new("guardian_agreed", "监护人已同意", Holds::Flag)
                    .hint("服务未成年人、写了姓名的，先征得监护人同意"),
                Field::new("topic", "内容", Holds::Codes(AdviceTopic::CHOICES))
                    .audience(Audience::OwnPage)
                    .must(),
                Field::new("how", "服务形式", Holds::Code(AdviceWay::CHOICES)).again().asked(),
                Field::new("by", "服务人", Holds::Text)
                    .required()
                    .finds(&[Find::Words])
                    .again()
                    .must()
                    .start(Start::Me),
                Field::new("advice", "说了什么", Holds::LongText)
                    .note()
                    .audience(Audience::Author)
                    .hint("只有您自己看得到"),
                Field::new("gave", "发放", Holds::Text).audience(Audience::OwnPage).asked(),
                Field::new("due", "约好跟进", Holds::Day).not_before("date").fold("跟进"),
                Field::new("done_on", "跟进日期", Holds::Day).past().not_before("date").fold("跟进"),
                Field::new("referred_to", "转介到", Holds::Text).audience(Audience::OwnPage).fold("跟进"),
                Field::new("minutes", "时长", Holds::Minutes).fold("更多"),
                Field::new("site", "站点", Holds::Reference(&["site"]))
                    .named_by("site_name")
                    .roles(&[Role::Names])
                    .fold("更多"),
                Field::new("site_name", "站点", Holds::Text),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([
            (
                !is_named(self.person.as_ref()) && !self.anonymous,
                "person",
                "请填写服务对象；不愿留名的，请勾选“不愿留名”",
            ),
            (self.topic.is_empty(), "topic", "请选择内容"),
            (tidy(&self.by).is_none(), "by", "请填写服务人"),
        ])
    }
    fn beyond(&self, limits: &Limits) -> Vec<Problem> {
        Vec::from_iter(too_long(self.minutes, limits, &self.region, self.date))
    }
    fn gaps(&self) -> Vec<Gap> {
        let named = is_named(self.person.as_ref());
        lacking([
            (named && self.anonymous, "anonymous", "勾了不愿留名，又写了姓名，请核对"),
            (
                named && self.kind == AdviceKind::Child && !self.guardian_agreed,
                "guardian_agreed",
                "未记监护人是否同意",
            ),
            (self.referred_to.is_some() && self.due.is_none(), "due", "转介了，缺约好跟进的日期"),
        ])
    }
    /// Never whom: the advice may be about anything.
    fn title(&self) -> String {
        format!("{} {}", self.kind.label(), self.date.format("%Y-%m-%d"))
    }
}

#[cfg(test)]
#[test]
fn who_asked_may_stay_unnamed_and_is_on_no_list() {
    let advice = Advice::from_fields(&crate::shape::samples(Advice::SHAPE.fields)).unwrap();
    let unnamed = Advice { person: None, ..advice.clone() };
    assert!(unnamed.problems().is_empty());
    assert_eq!(Advice { anonymous: false, ..unnamed }.problems()[0].field, "person");
    assert!(
        !advice.title().contains("甲") && !Advice::SHAPE.lists("person") && !Advice::SHAPE.lists("head_name")
    );
    let told: Vec<&str> = Advice::SHAPE.past.iter().flat_map(|telling| telling.says).copied().collect();
    for field in ["topic", "gave", "referred_to"] {
        let audience = Advice::SHAPE.field(field).map(|field| field.audience);
        assert_eq!(audience, Some(Audience::OwnPage), "{field}");
        assert!(!told.iter().any(|clause| clause.contains(field)), "{field}");
    }
}

#[cfg(test)]
#[test]
fn a_child_is_named_only_when_the_guardian_agreed() {
    let advice = Advice::from_fields(&crate::shape::samples(Advice::SHAPE.fields)).unwrap();
    let child = Advice { kind: AdviceKind::Child, anonymous: false, guardian_agreed: false, ..advice };
    let lacks = |advice: &Advice| advice.gaps().into_iter().map(|gap| gap.field).collect::<Vec<_>>();
    assert_eq!(lacks(&child), ["guardian_agreed"]);
    assert_eq!(lacks(&Advice { person: None, anonymous: true, ..child.clone() }), Vec::<String>::new());
    assert_eq!(lacks(&Advice { anonymous: true, guardian_agreed: true, ..child }), ["anonymous"]);
}
