//! InsuranceClaim 保险理赔. The program advises by the policy table; it never decides.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::common::{ASKED_REGION, DAYS_OF_A_YEAR, FAMILY, HEAD_NAME, NOTES, on_day};
use super::persons::of_the_family;
use super::{Kind, Noun, PersonRef, Problem, tidy};
use crate::around::{Beside, Look, Reach, Rule};
use crate::money::Fen;
use crate::region::RegionCode;
use crate::shape::{Column, Field, Find, Holds, Home, Mask, Role, Shape, Telling};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsuranceClaim {
    pub region: RegionCode,
    pub household: Uuid,
    pub head_name: String,
    /// 被保险人.
    pub insured: PersonRef,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// 住院天数.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    pub amount: Fen,
    /// 理赔日期.
    pub paid_on: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// The same claim twice is counted twice (F1). What tells two apart is written down.
const ONCE: Rule = Rule {
    code: "claim_twice",
    reach: Reach::Desks,
    looks: &[Look { kind: "insurance_claim", their: "household", own: "household" }],
    check: crate::around::check_of(once),
};

fn once(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, mut others)) = beside.read::<InsuranceClaim, InsuranceClaim>() else { return Vec::new() };
    let said = |one: &InsuranceClaim| {
        let words = [&one.policy, &one.notes].map(|words| words.as_deref().and_then(tidy));
        (one.paid_on, one.amount, one.days, words)
    };
    let twice = others.any(|other| other.insured.same_as(&own.insured) && said(&other) == said(&own));
    let message = "登记过一样的一例；确实是另一次的，请在备注里写明区别";
    Vec::from_iter(twice.then(|| Problem::new("amount", ONCE.code, message)))
}

impl Noun for InsuranceClaim {
    const KIND: Kind = Kind::InsuranceClaim;
    const SHAPE: Shape = Shape {
        is_work: true,
        rules: &[of_the_family::<Self>(), ONCE],
        past: &[Telling::always("paid_on", &["{insured}的保险理赔到账", "{amount}", "住院{days}天"])],
        home: Home::Visits,
        initials: "djbxlp",
        empty: ("这里会列出保险理赔", "理赔到账后登记一例，金额会进到月报里。"),
        list: &[
            Column::field("paid_on").width(8),
            Column::field("head_name").width(8),
            Column::PLACE,
            Column::field("insured").width(9).unsorted(),
            Column::field("days").width(7),
            Column::field("amount").head("金额（元）").width(8),
            Column::field("policy").width(13).unsorted().unfiltered(),
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "例",
            &[
                FAMILY.must(),
                HEAD_NAME,
                Field::new("insured", "被保险人", Holds::Person)
                    .required()
                    .with(&["household"])
                    .roles(&[Role::Persons])
                    .must(),
                on_day("paid_on", "理赔日期"),
                Field::new("amount", "理赔金额", Holds::Money).required().roles(&[Role::Number]).must(),
                Field::new("days", "住院天数", Holds::Count).asked(),
                Field::new("policy", "保险单号", Holds::Text)
                    .tells()
                    .mask(Mask::Number)
                    .finds(&[Find::Words])
                    .asked(),
                NOTES.fold("更多"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.insured.is_nameless() {
            problems.push(Problem::new("insured", "person_missing", "请填写被保险人"));
        }
        if self.amount.0 < 0 {
            problems.push(Problem::new("amount", "number_invalid", "理赔金额不能为负"));
        }
        if self.days.is_some_and(|days| days > DAYS_OF_A_YEAR) {
            problems.push(Problem::new("days", "number_invalid", "住院天数超过一年，请核对"));
        }
        problems
    }
    fn title(&self) -> String {
        format!("{} {} 保险理赔", self.insured.name, self.paid_on.format("%Y-%m-%d"))
    }
}

#[cfg(test)]
#[test]
fn what_tells_two_claims_apart_makes_them_two() {
    use crate::around::example;
    use serde_json::{Value, json};

    let one = example("insurance_claim", ONCE.code).unwrap();
    let told = |said: Value| {
        let mut other = one.others[0].clone();
        other.fields.extend(said.as_object().unwrap().clone());
        let seen = [vec![other]];
        once(&Beside::these(&one.record.fields, &seen)).len()
    };
    assert_eq!((told(json!({})), told(json!({"notes": " "}))), (1, 1));
    for apart in [
        json!({"notes": "第二次住院"}),
        json!({"days": 3}),
        json!({"amount": "301.00"}),
        json!({"policy": "PICC2"}),
        json!({"paid_on": "2026-10-04"}),
        json!({"insured": {"name": "乙"}}),
    ] {
        assert_eq!(told(apart.clone()), 0, "{apart}");
    }
}
