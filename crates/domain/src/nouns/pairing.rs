//! Pairing 结对帮扶 (`association.md` §2.14): a helper, a member or a unit that looks after one family.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{ASKED_REGION, FAMILY, FROM, HEAD_NAME, TO};
use super::{Gap, Kind, Noun, Problem, tidy, tidy_name};
use crate::around::{Beside, Look, Reach, Rule};
use crate::codes::codes;
use crate::region::RegionCode;
use crate::shape::{Column, Field, Find, Holds, Home, Shape, Start};
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
    /// 结对人: a person's name, or a unit's.
    pub by: String,
    pub by_kind: Option<HelperKind>,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
    pub why_ended: Option<String>,
    /// The family said yes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub agreed: bool,
}

/// The same two are paired once at a time; a family may have several helpers.
const ONCE: Rule = Rule {
    code: "pairing_twice",
    reach: Reach::Desks,
    looks: &[Look { kind: "pairing", their: "household", own: "household" }],
    check: once,
};

fn once(beside: &Beside<'_>) -> Vec<Problem> {
    let Ok(own) = Pairing::from_fields(beside.fields) else { return Vec::new() };
    let mut others = beside.others().filter_map(|other| Pairing::from_fields(&other.fields).ok());
    let term = |pairing: &Pairing| Term::days(pairing.from, pairing.to);
    let twice =
        others.any(|other| tidy_name(&other.by) == tidy_name(&own.by) && term(&other).meets(&term(&own)));
    let message = "这一户和这位（这个单位）这段时间已经结对，请打开原来的那一条";
    Vec::from_iter(twice.then(|| Problem::new("by", ONCE.code, message)))
}

impl Noun for Pairing {
    const KIND: Kind = Kind::Pairing;
    const SHAPE: Shape = Shape {
        rules: &[ONCE],
        timeline: Some("by"),
        home: Home::Support,
        initials: "djjdbf",
        empty: ("这里会列出结对帮扶", "哪一户由谁结对、从哪天起，写在这里。"),
        list: &[
            Column::field("from").head("结对").width(8),
            Column::field("head_name").width(8),
            Column::PLACE,
            Column::field("by").width(12),
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
                Field::new("by", "结对人（单位）", Holds::Text)
                    .also(&["结对人", "结对单位", "帮扶人", "帮扶单位"])
                    .required()
                    .with(&["from", "to"])
                    .tells()
                    .finds(&[Find::Words])
                    .must(),
                Field::new("by_kind", "结对方", Holds::Code(HelperKind::CHOICES))
                    .start(Start::Code("volunteer")),
                FROM,
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
        wrong([(tidy(&self.by).is_none(), "by", "请填写结对的人或单位")])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([
            (!self.agreed, "agreed", "未记本户是否同意"),
            (self.to.is_some() && self.why_ended.is_none(), "why_ended", "缺结束原因"),
        ])
    }
    fn title(&self) -> String {
        format!("{}和{}家 结对", self.by, self.head_name)
    }
}
