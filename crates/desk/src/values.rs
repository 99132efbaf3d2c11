//! Stored values in the office's words: codes become labels, lists become text.

use serde_json::Value;
use tiexin_domain::nouns::activity::{KeyTask, ProjectColumn};
use tiexin_domain::nouns::attachment::AttachmentKind;
use tiexin_domain::nouns::household::HouseholdKind;
use tiexin_domain::nouns::member::{MemberStructure, Residence};
use tiexin_domain::nouns::merge::MergeDecision;
use tiexin_domain::nouns::person::{PersonTag, Relation};
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::nouns::support_file::{Assistance, ContactPreference, FileStatus, LossCategory};
use tiexin_domain::nouns::visit::{Presence, VisitKind};
use tiexin_domain::nouns::volunteer::Approval;
use tiexin_domain::{Kind, PartialDate, Sex, YearHint};

use crate::labels;

/// What a worker reads for a field's value.
pub(crate) fn shown(kind: &str, field: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "是".into(),
        Value::Bool(false) => "否".into(),
        Value::Number(number) if field == "recorded_at" => moment(number.as_i64()),
        Value::Number(number) => number.to_string(),
        Value::String(text) => label(kind, field, text),
        Value::Array(items) => {
            items.iter().map(|item| shown(kind, field, item)).collect::<Vec<_>>().join("、")
        }
        Value::Object(parts) => {
            let text = |part: &str| parts.get(part).and_then(Value::as_str).unwrap_or_default().to_owned();
            // A person met, or a gift.
            let amount = text("amount");
            let words = [text("name"), text("item"), if amount.is_empty() { amount } else { amount + "元" }];
            words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        }
    }
}

/// The one table of fields that hold a code, and of which codes.
macro_rules! coded {
    ($kind:expr, $field:expr, $of:ident) => {
        match ($kind, $field) {
            ("visit", "kind") => Some($of!(VisitKind)),
            ("visit", "presence") => Some($of!(Presence)),
            ("household", "kinds") => Some($of!(HouseholdKind)),
            ("person" | "member", "sex") => Some($of!(Sex)),
            ("person", "relation") => Some($of!(Relation)),
            ("person" | "member", "tags") => Some($of!(PersonTag)),
            ("support_file", "category") => Some($of!(LossCategory)),
            ("support_file", "assistance") => Some($of!(Assistance)),
            ("support_file", "preference") => Some($of!(ContactPreference)),
            ("support_file", "status") => Some($of!(FileStatus)),
            ("member", "structure") => Some($of!(MemberStructure)),
            ("member", "residence") => Some($of!(Residence)),
            ("volunteer", "approval") => Some($of!(Approval)),
            ("activity", "project") => Some($of!(ProjectColumn)),
            ("activity", "key_task") => Some($of!(KeyTask)),
            ("attachment", "what") => Some($of!(AttachmentKind)),
            ("attachment", "owner_kind") | (_, "record_kind") => Some($of!(Kind)),
            ("merge", "decision") => Some($of!(MergeDecision)),
            ("settlement", "choice") => Some($of!(Choice)),
            _ => None,
        }
    };
}

/// Codes that the field may hold, with what a worker reads for them; none: it holds no code.
pub(crate) fn choices(kind: &str, field: &str) -> Option<Vec<(&'static str, &'static str)>> {
    macro_rules! all {
        ($code:ty) => {
            <$code>::ALL.iter().map(|one| (one.code(), one.label())).collect()
        };
    }
    coded!(kind, field, all)
}

fn label(kind: &str, field: &str, text: &str) -> String {
    macro_rules! of {
        ($code:ty) => {
            known(<$code>::from_code(text).is_known(), <$code>::from_code(text).label())
        };
    }
    if let Some(label) = coded!(kind, field, of) {
        return label;
    }
    match (kind, field) {
        ("activity", "start" | "end") => text.replace('T', " ").chars().take(16).collect(),
        (_, "birth" | "loss_date" | "joined" | "left" | "died_on" | "doctor_signed_on" | "approved_on") => {
            PartialDate::parse(text, YearHint::None).map_or_else(|_| text.to_owned(), PartialDate::label)
        }
        _ if labels::known(kind, field).is_none() && is_code(text) => "（新版程序的内容）".into(),
        _ => text.to_owned(),
    }
}

/// A code or an id: nobody in an office reads it.
fn is_code(text: &str) -> bool {
    text.bytes().any(|sign| sign.is_ascii_lowercase())
        && text.bytes().all(|sign| matches!(sign, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
}

/// A choice of a newer program is not called by its code.
fn known(known: bool, label: &str) -> String {
    if known { label } else { "其他（新版程序的选项）" }.to_owned()
}

/// Office time (UTC+8) of a moment.
fn moment(ms: Option<i64>) -> String {
    let at = ms.and_then(|ms| chrono::DateTime::from_timestamp_millis(ms + 8 * 3_600_000));
    at.map(|at| at.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn codes_read_as_the_office_says_them() {
        assert_eq!(shown("visit", "kind", &json!("routine")), "日常走访");
        assert_eq!(shown("household", "kinds", &json!(["lost_child", "hardship"])), "特殊-死亡、困难");
        assert_eq!(shown("visit", "met", &json!([{"name": "甲"}, {"name": "乙"}])), "甲、乙");
        assert_eq!(
            shown("visit", "gifts", &json!([{"item": "慰问金", "amount": "300.00"}])),
            "慰问金 300.00元"
        );
        assert_eq!(shown("person", "birth", &json!("1950-09")), "1950年9月");
    }
}
