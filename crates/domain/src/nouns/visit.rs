//! Visit 走访: what a worker records most often.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::common::{FAMILY, HEAD_NAME, REGION};
use super::persons::{IN_FAMILY, alive_then};
use super::{Kind, Noun, PersonRef, Problem, support_file, tidy_name};
use crate::around::{Beside, ITSELF, Look, Reach, Rule};
use crate::codes::codes;
use crate::money::Fen;
use crate::nouns::support_file::ContactPreference;
use crate::record::{Fields, MergeClass};
use crate::region::RegionCode;
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Telling};

codes! {
    /// The five kinds of the monthly form.
    VisitKind {
        Routine = "routine", "日常走访";
        Festival = "festival", "节日看望";
        Birthday = "birthday", "生日陪伴";
        Hospital = "hospital", "住院探望";
        Emergency = "emergency", "突发事件";
    }
}

codes! {
    /// Whether somebody was met, or why not.
    Presence {
        AtHome = "at_home", "在家";
        Away = "away", "外出未遇";
        InHospital = "in_hospital", "住院中";
        ByPhone = "by_phone", "电话联系";
        NotWilling = "not_willing", "不便见面";
    }
}

impl Presence {
    /// Whether the family was seen or spoken with. The one rule of what counts as a visit to it: when it was last
    /// seen, who is due, 今日's counts. A word of a newer program counts.
    pub fn met(&self) -> bool {
        !matches!(self, Self::Away | Self::NotWilling)
    }

    /// Whether the reports count the visit, as long as a form's own rule does not say otherwise. Where nobody wished to
    /// be met somebody was there all the same.
    pub fn is_reported(&self) -> bool {
        !matches!(self, Self::Away)
    }

    /// Of a stored visit: who did not write it down found the family at home.
    pub fn of(visit: &Fields) -> Self {
        visit.get("presence").and_then(|code| code.as_str()).map_or(Self::AtHome, Self::from_code)
    }
}

/// 慰问品 or money handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gift {
    /// What: 慰问金, 米面油 …
    pub item: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Fen>,
    /// Who signed for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
}

const GIFT: &[Field] = &[
    Field::new("item", "慰问品", Holds::Text).required(),
    Field::new("amount", "金额", Holds::Money),
    Field::new("signed_by", "签收人", Holds::Text),
];

/// Bits of `flags`: whether somebody was met, and the code of 见面情况. A code of a newer program has no bit of its own.
pub mod flag {
    /// [`super::Presence::met`]: only such a visit is one by which a family has been seen.
    pub const MET: i64 = 1;
    pub const BY_PHONE: i64 = 16;
    pub const NOT_WILLING: i64 = 32;
    pub(super) const PRESENCE: &[(&str, i64)] = &[
        ("at_home", 2),
        ("away", 4),
        ("in_hospital", 8),
        ("by_phone", BY_PHONE),
        ("not_willing", NOT_WILLING),
    ];
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    pub region: RegionCode,
    pub household: Uuid,
    /// The household's head, so that a list can be read.
    pub head_name: String,
    pub date: NaiveDate,
    /// `HH:MM`, when it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    pub kind: VisitKind,
    /// 春节, 端午 … for a festival visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub festival: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub met: Vec<PersonRef>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visitors: Vec<String>,
    #[serde(default = "at_home")]
    pub presence: Presence,
    /// What was seen and done, in the worker's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub living: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safety: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gifts: Vec<Gift>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<NaiveDate>,
    /// Why a family that asked not to be contacted was visited all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_reason: Option<String>,
}

fn at_home() -> Presence {
    Presence::AtHome
}

impl Visit {
    /// A routine visit with nothing but what it must have.
    pub fn routine(
        region: RegionCode,
        household: Uuid,
        head_name: impl Into<String>,
        date: NaiveDate,
    ) -> Self {
        Self {
            region,
            household,
            head_name: head_name.into(),
            date,
            time: None,
            kind: VisitKind::Routine,
            festival: None,
            met: Vec::new(),
            visitors: Vec::new(),
            presence: Presence::AtHome,
            note: None,
            needs: None,
            health: None,
            living: None,
            safety: None,
            gifts: Vec::new(),
            follow_up: None,
            contact_reason: None,
        }
    }

    /// Rules that need to know more than the visit itself: the day it is recorded and the family's wish.
    pub fn problems_at(&self, today: NaiveDate, preference: Option<&ContactPreference>) -> Vec<Problem> {
        let mut problems = self.problems();
        if self.date > today {
            let message = format!(
                "走访日期在今天（{}年{}月{}日）之后，请核对；今天如果不是这一天，请校准电脑的日期和时间",
                today.year(),
                today.month(),
                today.day()
            );
            problems.push(Problem::new("date", "date_in_future", message));
        }
        problems.extend(self.reason_missing(preference));
        problems
    }

    /// A family that wishes no contact is asked for a reason.
    fn reason_missing(&self, preference: Option<&ContactPreference>) -> Option<Problem> {
        let declined = match preference {
            Some(ContactPreference::Declined) => true,
            Some(ContactPreference::PhoneOnly) => self.presence != Presence::ByPhone,
            _ => false,
        };
        let without = declined && self.contact_reason.as_deref().is_none_or(|r| r.trim().is_empty());
        let message = "这家人希望暂不上门，请写明这次联系的原因";
        without.then(|| Problem::new("contact_reason", WISH_HEARD.code, message))
    }
}

/// The family's wish, by its active file.
const WISH_HEARD: Rule = Rule {
    code: "reason_missing",
    reach: Reach::Desks,
    looks: &[Look { kind: "support_file", their: "household", own: "household" }],
    check: crate::around::check_of(|beside| {
        let Ok(visit) = Visit::from_fields(beside.fields) else { return Vec::new() };
        Vec::from_iter(visit.reason_missing(support_file::preference_of(beside.others()).as_ref()))
    }),
};

/// Who was met by record is one of the family. Only who writes it is held to it: whoever
/// decides on a visit that comes from elsewhere cannot mend it, and a family's people may have changed since.
const MET_ARE_OF_THE_FAMILY: Rule = Rule {
    code: "not_met",
    reach: Reach::Writer,
    looks: &[
        Look { kind: "household", their: ITSELF, own: "household" },
        Look { kind: "person", their: "household", own: "household" },
    ],
    check: crate::around::check_of(not_met),
};

/// What stood so before holds back no other correction, and of a family that is not here nothing can be told.
fn not_met(beside: &Beside<'_>) -> Vec<Problem> {
    let [home, persons] = beside.seen else { return Vec::new() };
    let Some(visit) = Visit::from_fields(beside.fields).ok().filter(|_| !home.is_empty()) else {
        return Vec::new();
    };
    let former = beside.before.and_then(|before| Visit::from_fields(before).ok());
    let stood =
        |met: &PersonRef| former.as_ref().is_some_and(|v| v.date == visit.date && v.met.contains(met));
    let wrong = |met: &PersonRef| {
        let id = met.person.filter(|_| !stood(met))?;
        let stranger = persons.iter().all(|person| person.id != id);
        stranger.then(|| format!("“{}”不是这户的人，请从这户的人里选", met.name))
    };
    let found = visit.met.iter().enumerate().filter_map(|(n, met)| Some((n, wrong(met)?)));
    found
        .map(|(n, message)| Problem::new(&format!("met.{n}.person"), MET_ARE_OF_THE_FAMILY.code, message))
        .collect()
}

impl Noun for Visit {
    const KIND: Kind = Kind::Visit;
    const SHAPE: Shape = Shape {
        making: Some("记一次走访"),
        mending: Some("更正走访"),
        is_work: true,
        rules: &[WISH_HEARD, MET_ARE_OF_THE_FAMILY, alive_then::<Self>(IN_FAMILY)],
        past: &[Telling::always(
            "date",
            &["{kind}", "走访人{visitors}", "{presence}", "见到{met}", "慰问{gifts}", "。{note}"],
        )],
        flags: |visit| if Presence::of(visit).met() { flag::MET } else { 0 },
        home: Home::Visits,
        initials: "jyczf",
        empty: ("这里会按时间列出走访", "上门回来，用一句话记下来就好，没有网络也能记。"),
        list: &[
            Column::field("date").head("日期").width(8),
            Column::field("head_name").width(7),
            Column::PLACE,
            Column::field("kind").width(8),
            Column::field("presence").width(8).spare(),
            Column::field("visitors").width(11),
            Column::either("note", "needs").width(22).unsorted(),
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "次",
            &[
                FAMILY,
                HEAD_NAME,
                // A day ahead has a rule of its own (`problems_at`).
                Field::new("date", "走访日期", Holds::Day).required().roles(&[Role::Day]),
                Field::new("time", "时间", Holds::Text),
                Field::new("kind", "走访类型", Holds::Code(VisitKind::CHOICES))
                    .required()
                    .roles(&[Role::Category]),
                Field::new("festival", "节日", Holds::Text).finds(&[Find::Words]),
                Field::new("presence", "见面情况", Holds::Code(Presence::CHOICES))
                    .absent("at_home")
                    .bits(flag::PRESENCE),
                Field::new("met", "见到的人", Holds::People).roles(&[Role::Persons]),
                Field::new("visitors", "走访人", Holds::Texts)
                    .merge(MergeClass::Ordinary)
                    .finds(&[Find::Words]),
                Field::new("note", "走访情况", Holds::LongText).note().finds(&[Find::Words]),
                Field::new("needs", "需求", Holds::LongText).note().finds(&[Find::Words]),
                Field::new("health", "健康状况", Holds::LongText).finds(&[Find::Words]),
                Field::new("living", "生活", Holds::LongText).finds(&[Find::Words]),
                Field::new("safety", "居家安全", Holds::LongText).finds(&[Find::Words]),
                Field::new("gifts", "慰问品", Holds::Parts(GIFT)).roles(&[Role::Number]),
                Field::new("follow_up", "下次跟进", Holds::Day)
                    .with(&["date"])
                    .roles(&[Role::Until, Role::EndsNothing]),
                Field::new("contact_reason", "联系原因", Holds::Text).with(&["household", "presence"]).free(),
                REGION,
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if tidy_name(&self.head_name).is_empty() {
            problems.push(Problem::new("household", "household_missing", "请选择走访的家庭"));
        }
        if self.visitors.iter().all(|v| tidy_name(v).is_empty()) {
            problems.push(Problem::new("visitors", "visitor_missing", "请填写走访人"));
        }
        if self.gifts.iter().any(|g| g.amount.is_some_and(|a| a.0 < 0)) {
            problems.push(Problem::new("gifts", "number_invalid", "慰问金额不能为负"));
        }
        if self.follow_up.is_some_and(|day| day < self.date) {
            problems.push(Problem::new("follow_up", "date_invalid", "下次跟进日期早于走访日期，请核对"));
        }
        problems
    }
    fn title(&self) -> String {
        format!("{} {} {}", self.head_name, self.date.format("%Y-%m-%d"), self.kind.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_contact_is_respected() {
        let day = NaiveDate::from_ymd_opt(2026, 10, 5).unwrap();
        let mut visit = Visit::routine("340323100001".parse().unwrap(), Uuid::nil(), "某", day);
        visit.visitors = vec!["专干".into()];
        assert!(visit.problems_at(day, Some(&ContactPreference::Welcome)).is_empty());
        let codes =
            |v: &Visit, p| v.problems_at(day, Some(p)).iter().map(|x| x.code.clone()).collect::<Vec<_>>();
        assert_eq!(codes(&visit, &ContactPreference::Declined), ["reason_missing"]);
        assert_eq!(codes(&visit, &ContactPreference::PhoneOnly), ["reason_missing"]);
        visit.presence = Presence::ByPhone;
        assert!(codes(&visit, &ContactPreference::PhoneOnly).is_empty());
        visit.contact_reason = Some("本人来电求助".into());
        assert!(codes(&visit, &ContactPreference::Declined).is_empty());
    }

    #[test]
    fn unknown_kinds_survive() {
        let day = NaiveDate::from_ymd_opt(2026, 10, 5).unwrap();
        let mut fields = Visit::routine("340323100001".parse().unwrap(), Uuid::nil(), "某", day).to_fields();
        fields.insert("kind".into(), "video_call".into());
        let visit = Visit::from_fields(&fields).unwrap();
        assert_eq!(visit.to_fields()["kind"], "video_call");
    }
}
