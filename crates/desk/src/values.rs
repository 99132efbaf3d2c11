//! Stored values in the office's words: codes become labels, lists become text.

use serde_json::Value;
use tiexin_contract::records::{Care, RecordRow};
use tiexin_domain::shape::{self, Field, Holds};
use tiexin_domain::{PartialDate, RegionCode, YearHint};

use crate::{labels, place};

/// What stands in a column of a list: a field in the office's words, or what is reckoned of the record.
pub(crate) fn cell(row: &RecordRow, field: &str) -> String {
    match field {
        shape::PLACE => row.region_name.clone(),
        shape::TITLE => row.title.clone(),
        shape::AGE => row.age.map(|age| age.to_string()).unwrap_or_default(),
        shape::CONTACTS => row.care.as_ref().map(Care::contacts).unwrap_or_default(),
        shape::LAST_VISIT => {
            row.care.as_ref().and_then(|care| care.last_visit).map(|day| day.to_string()).unwrap_or_default()
        }
        shape::TAKEN_BACK => row.taken_back.map(|how| how.label().to_owned()).unwrap_or_default(),
        shape::GAPS => row.gaps.iter().map(|gap| gap.message.as_str()).collect::<Vec<_>>().join("、"),
        _ => row.fields.get(field).map(|value| shown(&row.kind, field, value)).unwrap_or_default(),
    }
}

/// What a worker reads for a field's value.
pub(crate) fn shown(kind: &str, field: &str, value: &Value) -> String {
    let parts = declared(kind, field).and_then(Field::parts);
    match (value, parts) {
        (Value::Array(items), Some(parts)) => shape::parts_told(parts, items),
        (Value::Object(part), Some(parts)) => shape::part_told(parts, part),
        _ => plain(kind, field, value),
    }
}

fn plain(kind: &str, field: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "是".into(),
        Value::Bool(false) => "否".into(),
        Value::Number(number) if field == "recorded_at" => moment(number.as_i64()),
        Value::Number(number) => number.to_string(),
        Value::String(text) => label(kind, field, text),
        Value::Array(items) => {
            items.iter().map(|item| plain(kind, field, item)).collect::<Vec<_>>().join("、")
        }
        Value::Object(parts) => {
            let text = |part: &str| parts.get(part).and_then(Value::as_str).unwrap_or_default().to_owned();
            // A person met, or a part of a list of a newer program.
            let amount = text("amount");
            let words = [text("name"), text("item"), if amount.is_empty() { amount } else { amount + "元" }];
            words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        }
    }
}

/// The field as its noun declares it; of a newer program's kinds, as any noun does that has one by this name.
fn declared(kind: &str, field: &str) -> Option<&'static Field> {
    shape::field(kind, field).or_else(|| shape::anywhere(field).filter(|_| shape::of(kind).is_none()))
}

/// Whether the field tells a place.
pub(crate) fn is_region(kind: &str, field: &str) -> bool {
    declared(kind, field).is_some_and(|own| own.holds == Holds::Region)
}

fn label(kind: &str, field: &str, text: &str) -> String {
    let Some(declared) = declared(kind, field) else {
        let unknown = labels::known(kind, field).is_none() && is_code(text);
        return if unknown { "（新版程序的内容）".into() } else { text.to_owned() };
    };
    match declared.holds {
        Holds::Code(choices) | Holds::Codes(choices) => {
            // A choice of a newer program is not called by its code.
            shape::label_in(choices, text).unwrap_or(shape::NEWER_CHOICE).to_owned()
        }
        Holds::Region => {
            text.parse::<RegionCode>().map_or_else(|_| text.to_owned(), |code| place::name(&code))
        }
        Holds::Moment => text.replace('T', " ").chars().take(16).collect(),
        Holds::PartialDay => {
            PartialDate::parse(text, YearHint::None).map_or_else(|_| text.to_owned(), PartialDate::label)
        }
        _ => text.to_owned(),
    }
}

/// A code or an id: nobody in an office reads it.
fn is_code(text: &str) -> bool {
    text.bytes().any(|sign| sign.is_ascii_lowercase())
        && text.bytes().all(|sign| matches!(sign, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
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
            shown(
                "visit",
                "gifts",
                &json!([{"item": "慰问金", "amount": "300.00"}, {"item": "米", "signed_by": "甲"}])
            ),
            "慰问金 300.00元；米 甲"
        );
        assert_eq!(shown("person", "birth", &json!("1950-09")), "1950年9月");
        // A place by its name, whichever field tells it.
        for (kind, field) in [("household", "moved_from"), ("visit", "region"), ("of_the_future", "region")] {
            assert_eq!(shown(kind, field, &json!("340323100001")), "东关社区", "{kind}.{field}");
        }
        assert_eq!(shown("household", "moved_from", &json!("外省")), "外省");
    }
}
