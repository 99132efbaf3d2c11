//! Pairing 结对帮扶 (`association.md` §2.14): a helper, a member or a unit that looks after one family.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{ASKED_REGION, FAMILY, FROM, HEAD_NAME, TO};
use super::persons::SOMEBODY_LIVES;
use super::{Gap, Kind, Noun, PersonRef, Problem, tidy};
use crate::around::{Beside, Look, Reach, Rule};
use crate::codes::codes;
use crate::limits::Limit;
use crate::region::RegionCode;
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Start, Telling};
use crate::term::Term;

codes! {
    /// Who helps.
    HelperKind {
        Member = "member", "会员";
        Volunteer = "volunteer", "志愿者";
        Unit = "unit", "单位";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairing {
    pub region: RegionCode,
    pub household: Uuid,
    pub head_name: String,
    /// Who helps, where they have a record.
    pub by: Option<Uuid>,
    /// 结对人: a person's name, or a unit's.
    pub by_name: Option<String>,
    pub by_kind: Option<HelperKind>,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
    pub why_ended: Option<String>,
    /// The family said yes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub agreed: bool,
}

impl Pairing {
    fn term(&self) -> Term {
        Term::days(self.from, self.to)
    }

    fn helper(&self) -> PersonRef {
        PersonRef { person: self.by, name: self.by_name.clone().unwrap_or_default() }
    }
}

/// The same two are paired once at a time; a family may have several helpers.
const ONCE: Rule = Rule {
    code: "pairing_twice",
    reach: Reach::Desks,
    looks: &[Look { kind: "pairing", their: "household", own: "household" }],
    check: crate::around::check_of(once),
};

fn once(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, mut others)) = beside.read::<Pairing, Pairing>() else { return Vec::new() };
    let twice = others.any(|other| other.helper().same_as(&own.helper()) && other.term().meets(&own.term()));
    let message = "这一户和这位（这个单位）这段时间已经结对，请打开原来的那一条";
    Vec::from_iter(twice.then(|| Problem::new("by", ONCE.code, message)))
}

/// More families than so many at a time one helper cannot look after; a unit can.
const NOT_TOO_MANY: Rule = Rule {
    code: "families_many",
    reach: Reach::Writer,
    looks: &[Look { kind: "pairing", their: "by", own: "by" }],
    check: crate::around::check_of(not_too_many),
};

fn not_too_many(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, others)) = beside.read::<Pairing, Pairing>() else { return Vec::new() };
    if own.by_kind == Some(HelperKind::Unit) {
        return Vec::new();
    }
    let held = own.term().most_at_once(others.map(|other| other.term()));
    let most = beside.limits.value(Limit::HelperFamilies, &own.region, own.from);
    let told = |most: u32| {
        let message = format!("一位结对人同时最多结对{most}户，这位已有{held}户，请另请一位");
        Problem::new("by", NOT_TOO_MANY.code, message)
    };
    Vec::from_iter(most.filter(|most| held >= *most as usize).map(told))
}

impl Noun for Pairing {
    const KIND: Kind = Kind::Pairing;
    const SHAPE: Shape = Shape {
        rules: &[ONCE, NOT_TOO_MANY, SOMEBODY_LIVES],
        past: &[
            Telling::always("from", &["{by_name}与{head_name}家结对帮扶"]),
            Telling::once("to", &["结对帮扶结束", "{by_name}", "{why_ended}"]),
        ],
        home: Home::Support,
        initials: "djjdbf",
        empty: ("这里会列出结对帮扶", "哪一户由谁结对、从哪天起，写在这里。"),
        list: &[
            Column::field("from").head("结对").width(8),
            Column::field("head_name").width(8),
            Column::PLACE,
            Column::field("by_name").width(12),
            Column::field("by_kind").width(7),
            Column::field("to").head("结束").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "对",
            &[
                FAMILY.must(),
                HEAD_NAME,
                Field::new(
                    "by",
                    "结对人（单位）",
                    Holds::Reference(&["volunteer", "member", "organisation"]),
                )
                .named_by("by_name")
                .also(&["结对人", "结对单位", "帮扶人", "帮扶单位"])
                .with(&["by_name", "by_kind", "from", "to"])
                .roles(&[Role::Names])
                .must()
                .hint("从志愿者、会员、组织里选，没有登记的写名称"),
                Field::new("by_name", "结对人（单位）", Holds::Text).tells().finds(&[Find::Words]),
                Field::new("by_kind", "结对方", Holds::Code(HelperKind::CHOICES))
                    .start(Start::Code("volunteer")),
                FROM.also(&["结对时间", "结对日期", "帮扶开始时间"]),
                Field::new("agreed", "本户已同意", Holds::Flag).asked(),
                TO.fold("结束"),
                Field::new("why_ended", "结束原因", Holds::Text).free().fold("结束"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([(self.by_name.as_deref().and_then(tidy).is_none(), "by_name", "请填写结对的人或单位")])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([
            (!self.agreed, "agreed", "未记本户是否同意"),
            (self.to.is_some() && self.why_ended.is_none(), "why_ended", "缺结束原因"),
            (self.to.is_none() && self.why_ended.is_some(), "to", "缺到哪天止"),
        ])
    }
    fn title(&self) -> String {
        format!("{}和{}家 结对", self.helper().name, self.head_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::around::example;
    use crate::limits::Limits;
    use crate::record::Fields;
    use serde_json::json;

    /// How often the rule speaks when the record of its example is changed so.
    fn told(rule: &Rule, change: fn(&mut Fields)) -> usize {
        let mut one = example("pairing", rule.code).unwrap();
        change(&mut one.record.fields);
        let seen = [one.others];
        (rule.check)(&Beside::these(&one.record.fields, &seen)).len()
    }

    #[test]
    fn another_helper_of_the_family_and_a_unit_with_many_are_no_obstacle() {
        assert_eq!(told(&ONCE, |_| {}), 1);
        assert_eq!(told(&ONCE, |own| drop(own.insert("by_name".into(), json!("乙")))), 0);
        assert_eq!(told(&NOT_TOO_MANY, |_| {}), 1);
        assert_eq!(told(&NOT_TOO_MANY, |own| drop(own.insert("by_kind".into(), json!("unit")))), 0);
        assert_eq!(told(&NOT_TOO_MANY, |own| drop(own.insert("to".into(), json!("2026-10-04")))), 0);
    }

    #[test]
    fn how_many_families_one_helper_has_is_the_limit_in_force() {
        let one = example("pairing", NOT_TOO_MANY.code).unwrap();
        let seen = [one.others];
        let told = |most: u32| {
            let rows = format!(r#"[{{"code": "helper_families", "value": {most}, "from": "2026-01-01"}}]"#);
            let limits = Limits::with_own(serde_json::from_str(&rows).unwrap());
            let beside = Beside { limits: &limits, ..Beside::these(&one.record.fields, &seen) };
            not_too_many(&beside).pop().map(|problem| problem.message)
        };
        assert!(told(1).is_some_and(|word| word.contains("最多结对1户")));
        assert_eq!(told(100), None);
    }
}
