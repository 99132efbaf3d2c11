//! Settlement 处理意见: what a person decided about a change that the province did not apply. The decision
//! is a record like any other, so that it has an author, a time and a history, and every desk learns it.
//!
//! Its id is derived from the change that it settles: two people who decide on one change meet on one record.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::common::REGION;
use super::{Kind, Noun, Problem, tidy};
use crate::codes::codes;
use crate::region::RegionCode;
use crate::shape::{Field, Holds, Shape};

codes! {
    /// What was decided.
    Choice {
        /// A parked change takes effect.
        Adopt = "adopt", "已采纳";
        /// It does not; its author reads why.
        Decline = "decline", "已退回";
        /// Of a conflict, what the province holds stays.
        Theirs = "theirs", "保留原值";
        /// Of a conflict, the value that came second stands.
        Ours = "ours", "改用后提交的";
        /// Both notes are kept, the rest stands as it came second.
        Both = "both", "两份都保留";
    }
}

impl Choice {
    /// Whether what the author wanted takes effect.
    pub fn takes_effect(&self) -> bool {
        matches!(self, Choice::Adopt | Choice::Ours | Choice::Both)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// Where the record lies, or would lie.
    pub region: RegionCode,
    /// The change, by its desk, the desk's incarnation and its number there.
    pub device: Uuid,
    pub incarnation: Uuid,
    pub seq: u64,
    /// What the change is about.
    pub record: Uuid,
    pub record_kind: Kind,
    /// Who had made the change, by the id under which its desk recorded.
    pub author: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    pub choice: Choice,
    /// For the author to read. No personal data of the family belongs here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Noun for Settlement {
    const KIND: Kind = Kind::Settlement;
    // Of two people who decide differently the first one's word stands.
    const SHAPE: Shape = Shape::new::<Self>(
        "条",
        &[
            REGION,
            Field::new("device", "所处理的修改", Holds::Reference(&[])).required(),
            Field::new("incarnation", "所处理的修改", Holds::Reference(&[])).required(),
            Field::new("seq", "所处理的修改", Holds::Count).required(),
            Field::new("record", "所处理的登记", Holds::Reference(&[])).required(),
            Field::new("record_kind", "登记种类", Holds::Code(Kind::CHOICES)).required(),
            Field::new("author", "原登记人", Holds::Reference(&[])).required(),
            Field::new("author_name", "原登记人", Holds::Text),
            Field::new("choice", "处理结果", Holds::Code(Choice::CHOICES)).required().sensitive(),
            Field::new("note", "情况", Holds::LongText).with(&["choice"]).note(),
        ],
    );
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !self.choice.is_known() {
            problems.push(Problem::new("choice", "choice_unknown", "请选择如何处理"));
        }
        let said = self.note.as_deref().and_then(tidy).is_some();
        if self.choice == Choice::Decline && !said {
            problems.push(Problem::new("note", "reason_missing", "请写明退回的原因，登记人会看到"));
        }
        problems
    }
    fn title(&self) -> String {
        format!("{}{}", self.record_kind.label(), self.choice.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sending_back_says_why() {
        let mut settlement = Settlement {
            region: "340323100001".parse().unwrap(),
            device: Uuid::nil(),
            incarnation: Uuid::nil(),
            seq: 1,
            record: Uuid::nil(),
            record_kind: Kind::Visit,
            author: Uuid::nil(),
            author_name: None,
            choice: Choice::Decline,
            note: Some("  ".into()),
        };
        assert_eq!(settlement.problems()[0].field, "note");
        settlement.note = Some("这户由邻村登记".into());
        assert!(settlement.problems().is_empty());
        assert_eq!(settlement.title(), "走访已退回");
        settlement.choice = Choice::from_code("postpone");
        assert_eq!(settlement.problems()[0].code, "choice_unknown");
    }
}
