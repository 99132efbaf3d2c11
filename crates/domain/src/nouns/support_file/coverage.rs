//! 三个全覆盖 (`association.md` §2.15): contacts, a doctor, a green channel. Contacts have records of their own.

use chrono::NaiveDate;

use crate::date::{PartialDate, YearHint};
use crate::record::Fields;

/// How a family stands with its doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doctor {
    /// A contract that is not over.
    Signed,
    /// There was one.
    Over,
    Missing,
    /// The family wished none.
    NotWished,
}

/// How the family of a file stands with its doctor on a day.
pub fn doctor_of(file: &Fields, today: NaiveDate) -> Doctor {
    let last = |field: &str| PartialDate::parse(file.get(field)?.as_str()?, YearHint::None).ok()?.ends();
    let is_over = last("doctor_until").is_some_and(|last| last < today);
    match (file.contains_key("doctor_declined_on"), file.contains_key("doctor")) {
        (true, _) => Doctor::NotWished,
        (false, false) => Doctor::Missing,
        (false, true) if is_over => Doctor::Over,
        (false, true) => Doctor::Signed,
    }
}

/// Whether a hospital's green channel is named in a file.
pub fn has_channel(file: &Fields) -> bool {
    file.contains_key("hospital")
}

/// What a file lacks on a day of doctor and green channel. Who wished no doctor lacks none.
pub fn uncovered(file: &Fields, today: NaiveDate) -> Vec<&'static str> {
    let doctor = match doctor_of(file, today) {
        Doctor::Missing => Some("缺签约家庭医生"),
        Doctor::Over => Some("家庭医生签约已到期"),
        Doctor::Signed | Doctor::NotWished => None,
    };
    let channel = (!has_channel(file)).then_some("缺就医绿色通道医院");
    doctor.into_iter().chain(channel).collect()
}

#[cfg(test)]
#[test]
fn a_contract_covers_to_its_last_day_and_a_refusal_is_respected() {
    let lacks = |file: serde_json::Value, on: &str| uncovered(file.as_object().unwrap(), on.parse().unwrap());
    let signed = serde_json::json!({"doctor": "李医生", "doctor_until": "2026-10", "hospital": "县医院"});
    assert!(lacks(signed.clone(), "2026-10-31").is_empty());
    assert_eq!(lacks(signed, "2026-11-01"), ["家庭医生签约已到期"]);
    assert!(lacks(serde_json::json!({"doctor": "李医生", "hospital": "县医院"}), "2026-11-01").is_empty());
    assert_eq!(lacks(serde_json::json!({}), "2026-11-01"), ["缺签约家庭医生", "缺就医绿色通道医院"]);
    let declined = serde_json::json!({"doctor_declined_on": "2026-10-05", "hospital": "县医院"});
    assert!(lacks(declined, "2026-11-01").is_empty());
}
