//! 三个全覆盖 (`association.md` §2.15): contacts, a doctor, a green channel. Contacts have records of their own.

use chrono::NaiveDate;

use crate::date::{PartialDate, YearHint};
use crate::record::Fields;

/// What a file lacks on a day of doctor and green channel. Who wished no doctor lacks none.
pub fn uncovered(file: &Fields, today: NaiveDate) -> Vec<&'static str> {
    let last = |field: &str| PartialDate::parse(file.get(field)?.as_str()?, YearHint::None).ok()?.ends();
    let is_over = last("doctor_until").is_some_and(|last| last < today);
    let doctor = match (file.contains_key("doctor_declined_on"), file.contains_key("doctor")) {
        (true, _) => None,
        (false, false) => Some("缺签约家庭医生"),
        (false, true) => is_over.then_some("家庭医生签约已到期"),
    };
    let channel = (!file.contains_key("hospital")).then_some("缺就医绿色通道医院");
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
