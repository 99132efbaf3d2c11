//! CounsellingPair 心理陪伴 (`association.md` §2.3): one counsellor who keeps coming to one person. Others know only that it
//! happens; what it is for is its author's.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{ASKED_REGION, FAMILY, FROM, HEAD_NAME, TO};
use super::persons::{IN_FAMILY, alive_then, of_the_family};
use super::qualification::QualificationKind;
use super::volunteer::Approval;
use super::{ContactPair, Gap, Kind, Noun, PersonRef, Problem, tidy, tidy_name};
use crate::around::{Beside, ITSELF, Look, Reach, Rule};
use crate::codes::codes;
use crate::limits::Limit;
use crate::region::RegionCode;
use crate::shape::{Audience, Column, Field, Find, Holds, Home, Role, Shape, Telling};
use crate::term::Term;

codes! {
    /// A session every so many days.
    Rhythm {
        Week = "7", "每周一次";
        TwoWeeks = "14", "两周一次";
        Month = "30", "每月一次";
    }
}

codes! {
    /// Why it ended.
    PairEnd {
        Reached = "reached", "目标达到";
        OwnWish = "own_wish", "本人提出";
        Referred = "referred", "转介";
        Moved = "moved", "迁出";
        CounsellorLeft = "counsellor_left", "咨询师离开";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounsellingPair {
    pub region: RegionCode,
    pub household: Uuid,
    pub head_name: String,
    pub person: PersonRef,
    /// A volunteer or who is qualified, where they have a record.
    pub counsellor: Option<Uuid>,
    pub counsellor_name: Option<String>,
    pub from: NaiveDate,
    /// 自愿: the day on which the person said yes.
    pub agreed_on: Option<NaiveDate>,
    pub rhythm_days: Option<Rhythm>,
    /// Restricted: shown to its author only.
    pub goal: Option<String>,
    /// Restricted: shown to its author only.
    pub first_scale: Option<String>,
    pub to: Option<NaiveDate>,
    pub ended_why: Option<PairEnd>,
    pub handover_to: Option<String>,
}

impl CounsellingPair {
    fn term(&self) -> Term {
        Term::days(self.from, self.to)
    }
}

/// One pair a person at a time.
const ONE_PAIR: Rule = Rule {
    code: "pair_twice",
    reach: Reach::Desks,
    looks: &[Look { kind: "counselling_pair", their: "household", own: "household" }],
    check: crate::around::check_of(one_pair),
};

fn one_pair(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, mut others)) = beside.read::<CounsellingPair, CounsellingPair>() else {
        return Vec::new();
    };
    let twice = others.any(|other| other.person.same_as(&own.person) && own.term().meets(&other.term()));
    let message = "这个人在这段时间已有咨询师陪伴：换人请先在原来那一条写上“到哪天止”";
    Vec::from_iter(twice.then(|| Problem::new("from", ONE_PAIR.code, message)))
}

/// Who looks after the family for the office is not the one to whom it opens its heart (§2.21).
const NO_CONTACT: Rule = Rule {
    code: "contact_counsels",
    reach: Reach::Writer,
    looks: &[Look { kind: "contact_pair", their: "household", own: "household" }],
    check: crate::around::check_of(no_contact),
};

fn no_contact(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, mut contacts)) = beside.read::<CounsellingPair, ContactPair>() else {
        return Vec::new();
    };
    let name = own.counsellor_name.as_deref().unwrap_or_default();
    // A qualification is called by its holder and by what they may do.
    let called = [tidy_name(name), tidy_name(name.split(' ').next().unwrap_or_default())];
    let counsels = |contact: &Option<String>| {
        let contact = contact.as_deref().map(tidy_name).unwrap_or_default();
        !contact.is_empty() && called.contains(&contact)
    };
    let both = contacts.any(|pair| {
        let counsels = counsels(&pair.township_leader) || counsels(&pair.village_worker);
        counsels && own.term().meets(&pair.term())
    });
    let message = "这位是本户的双岗联系人，请另请一位咨询师";
    Vec::from_iter(both.then(|| Problem::new("counsellor", NO_CONTACT.code, message)))
}

/// More than so many at a time one counsellor cannot look after.
const NOT_TOO_MANY: Rule = Rule {
    code: "pairs_many",
    reach: Reach::Writer,
    looks: &[Look { kind: "counselling_pair", their: "counsellor", own: "counsellor" }],
    check: crate::around::check_of(not_too_many),
};

fn not_too_many(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, others)) = beside.read::<CounsellingPair, CounsellingPair>() else { return Vec::new() };
    let held = own.term().most_at_once(others.map(|other| other.term()));
    let most = beside.limits.value(Limit::CounsellorPairs, &own.region, own.from);
    let told = |most: u32| {
        let message = format!("一位咨询师同时最多陪伴{most}人，这位已有{held}人，请另请一位");
        Problem::new("counsellor", NOT_TOO_MANY.code, message)
    };
    Vec::from_iter(most.filter(|most| held >= *most as usize).map(told))
}

/// A volunteer who was not approved counsels nobody.
const NOT_DECLINED: Rule = Rule {
    code: "counsellor_declined",
    reach: Reach::Writer,
    looks: &[Look { kind: "volunteer", their: ITSELF, own: "counsellor" }],
    check: crate::around::check_of(not_declined),
};

fn not_declined(beside: &Beside<'_>) -> Vec<Problem> {
    let declined = beside.others().any(|other| other.text("approval") == Some(Approval::Declined.code()));
    let message = "这位志愿者没有通过审核，请另请一位咨询师";
    Vec::from_iter(declined.then(|| Problem::new("counsellor", NOT_DECLINED.code, message)))
}

/// Who is chosen by a qualification has one to counsel, and still has it when the pair begins.
const QUALIFIED: Rule = Rule {
    code: "counsellor_unqualified",
    reach: Reach::Writer,
    looks: &[Look { kind: "qualification", their: ITSELF, own: "counsellor" }],
    check: crate::around::check_of(qualified),
};

fn qualified(beside: &Beside<'_>) -> Vec<Problem> {
    let Ok(own) = CounsellingPair::from_fields(beside.fields) else { return Vec::new() };
    let over = |to: &str| to.parse::<NaiveDate>().is_ok_and(|to| to < own.from);
    let unfit = beside.others().any(|held| {
        held.text("kind") != Some(QualificationKind::Counsellor.code()) || held.text("to").is_some_and(over)
    });
    let message = "这份资格不是心理咨询，或者已经到期，请另请一位咨询师";
    Vec::from_iter(unfit.then(|| Problem::new("counsellor", QUALIFIED.code, message)))
}

impl Noun for CounsellingPair {
    const KIND: Kind = Kind::CounsellingPair;
    const SHAPE: Shape = Shape {
        rules: &[
            ONE_PAIR,
            NO_CONTACT,
            NOT_TOO_MANY,
            NOT_DECLINED,
            QUALIFIED,
            of_the_family::<Self>(),
            alive_then::<Self>(IN_FAMILY),
        ],
        past: &[
            Telling::always("from", &["心理陪伴开始", "陪伴{person}", "咨询师{counsellor_name}"]),
            Telling::once("to", &["心理陪伴结束", "{ended_why}", "交接给{handover_to}"]),
        ],
        home: Home::Support,
        initials: "djxlpb",
        empty: ("这里会列出心理陪伴", "一位咨询师一直陪着一个人；本人同意了再开始，想停随时可以停。"),
        list: &[
            Column::field("from").head("开始").width(8),
            Column::field("head_name").width(8),
            Column::PLACE,
            Column::field("person").width(9).unsorted(),
            Column::field("counsellor_name").width(9),
            Column::field("to").head("结束").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "对",
            &[
                FAMILY.must(),
                HEAD_NAME,
                Field::new("person", "陪伴对象", Holds::Person)
                    .required()
                    .with(&["household"])
                    .roles(&[Role::Persons])
                    .must(),
                Field::new("counsellor", "咨询师", Holds::Reference(&["volunteer", "qualification"]))
                    .named_by("counsellor_name")
                    .with(&["counsellor_name", "from", "to"])
                    .roles(&[Role::Names])
                    .must()
                    .hint("从志愿者、心理咨询资格里选，没有登记的写姓名"),
                Field::new("counsellor_name", "咨询师", Holds::Text).finds(&[Find::Words]),
                FROM.with(&["to", "person"]),
                Field::new("agreed_on", "本人同意日期", Holds::Day).past().asked(),
                Field::new("rhythm_days", "多久一次", Holds::Code(Rhythm::CHOICES)).asked(),
                Field::new("goal", "陪伴目标", Holds::LongText)
                    .note()
                    .audience(Audience::Author)
                    .hint("只有您自己看得到"),
                Field::new("first_scale", "首次量表", Holds::Text)
                    .audience(Audience::Author)
                    .fold("更多")
                    .hint("只有您自己看得到"),
                TO.fold("结束"),
                // That somebody was referred, and to whom, is on no list; as of a session.
                Field::new("ended_why", "结束原因", Holds::Code(PairEnd::CHOICES))
                    .audience(Audience::OwnPage)
                    .fold("结束"),
                Field::new("handover_to", "交接给", Holds::Text).audience(Audience::OwnPage).fold("结束"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([
            (self.person.is_nameless(), "person", "请填写陪伴谁"),
            (self.counsellor_name.as_deref().and_then(tidy).is_none(), "counsellor_name", "请填写咨询师"),
        ])
    }
    fn gaps(&self) -> Vec<Gap> {
        let passes_on = matches!(self.ended_why, Some(PairEnd::Referred | PairEnd::CounsellorLeft));
        lacking([
            (self.agreed_on.is_none(), "agreed_on", "缺本人同意日期"),
            (self.agreed_on.is_some_and(|on| on > self.from), "from", "本人同意以前就开始了，请核对"),
            (self.to.is_some() && self.ended_why.is_none(), "ended_why", "缺结束原因"),
            (self.to.is_none() && self.ended_why.is_some(), "to", "缺到哪天止"),
            (passes_on && self.handover_to.is_none(), "handover_to", "缺交接给谁"),
        ])
    }
    fn title(&self) -> String {
        format!("{} 心理陪伴", self.person.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::around::example;
    use crate::limits::Limits;
    use crate::record::{Fields, Record};
    use serde_json::json;

    /// How often the rule speaks when the other record of its example is changed so.
    fn told(rule: &Rule, change: fn(&mut Fields)) -> usize {
        let one = example("counselling_pair", rule.code).unwrap();
        let mut others = one.others;
        change(&mut others[0].fields);
        let seen = [others];
        (rule.check)(&Beside::these(&one.record.fields, &seen)).len()
    }

    #[test]
    fn a_pair_of_somebody_else_and_one_that_ended_before_are_no_obstacle() {
        assert_eq!(told(&ONE_PAIR, |_| {}), 1);
        assert_eq!(told(&ONE_PAIR, |other| drop(other.insert("person".into(), json!({"name": "乙"})))), 0);
        let ended = |other: &mut Fields| {
            other.insert("from".into(), "2026-09-01".into());
            other.insert("to".into(), "2026-10-04".into());
        };
        assert_eq!(told(&ONE_PAIR, ended), 0);
        assert_eq!(told(&NO_CONTACT, |_| {}), 1);
        assert_eq!(told(&NO_CONTACT, |other| drop(other.insert("to".into(), "2026-10-04".into()))), 0);
        assert_eq!(told(&NOT_TOO_MANY, |_| {}), 1);
        assert_eq!(told(&NOT_TOO_MANY, ended), 0, "one fewer at a time");
    }

    #[test]
    fn how_many_one_counsellor_looks_after_is_the_limit_of_the_place_on_the_first_day() {
        let rows = r#"[{"code": "counsellor_pairs", "value": 2, "from": "2026-10-05", "place": "340323"}]"#;
        let limits = Limits::with_own(serde_json::from_str(rows).unwrap());
        let told = |held: usize, change: fn(&mut Fields)| {
            let mut one = example("counselling_pair", NOT_TOO_MANY.code).unwrap();
            change(&mut one.record.fields);
            let counselled = |other: &Record| other.kind == CounsellingPair::KIND.code();
            let seen = [one.others.into_iter().filter(counselled).take(held).collect::<Vec<_>>()];
            let beside = Beside { limits: &limits, ..Beside::these(&one.record.fields, &seen) };
            not_too_many(&beside).pop().map(|problem| problem.message)
        };
        assert_eq!(told(1, |_| {}), None);
        assert!(told(2, |_| {}).is_some_and(|word| word.contains("最多陪伴2人")));
        let elsewhere = |own: &mut Fields| drop(own.insert("region".into(), "340102001001".into()));
        assert_eq!(told(2, elsewhere), None, "another place");
        assert_eq!(told(2, |own| drop(own.insert("from".into(), "2026-10-04".into()))), None, "begun before");
    }

    #[test]
    fn a_contact_is_known_by_the_name_of_a_qualification_too() {
        let mut one = example("counselling_pair", NO_CONTACT.code).unwrap();
        one.record.fields.insert("counsellor_name".into(), "某人 心理咨询（中级）".into());
        let seen = [one.others];
        let beside = Beside::these(&one.record.fields, &seen);
        assert_eq!(no_contact(&beside).len(), 1);
    }

    #[test]
    fn a_qualification_to_counsel_lasts_into_the_pair() {
        let held = |kind: &'static str, to: &'static str| {
            let mut one = example("counselling_pair", QUALIFIED.code).unwrap();
            one.others[0].fields.insert("kind".into(), kind.into());
            one.others[0].fields.insert("to".into(), to.into());
            let seen = [one.others];
            let beside = Beside::these(&one.record.fields, &seen);
            qualified(&beside).len()
        };
        assert_eq!(held("counsellor", "2026-12-31"), 0);
        assert_eq!(held("counsellor", "2026-10-04"), 1);
        assert_eq!(held("expert", "2026-12-31"), 1);
    }

    #[test]
    fn no_list_tells_how_somebody_is() {
        let audience = |name: &str| CounsellingPair::SHAPE.field(name).map(|field| field.audience);
        assert_eq!(audience("first_scale"), audience("goal"));
        assert_eq!(audience("ended_why"), Some(Audience::OwnPage));
        assert_eq!(audience("handover_to"), Some(Audience::OwnPage));
    }

    #[test]
    fn who_ends_a_pair_says_why_and_to_whom_it_goes() {
        let fields = crate::shape::samples(CounsellingPair::SHAPE.fields);
        let pair = CounsellingPair::from_fields(&fields).unwrap();
        let pair = CounsellingPair { ended_why: Some(PairEnd::CounsellorLeft), handover_to: None, ..pair };
        let lacks = |pair: &CounsellingPair| pair.gaps().into_iter().map(|gap| gap.field).collect::<Vec<_>>();
        assert_eq!(lacks(&pair), ["handover_to"]);
        assert_eq!(lacks(&CounsellingPair { ended_why: None, ..pair.clone() }), ["ended_why"]);
        assert_eq!(lacks(&CounsellingPair { to: None, ..pair }), ["to", "handover_to"]);
    }
}
