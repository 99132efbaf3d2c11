//! How long a volunteer has served.

use serde_json::{Value, json};
use tiexin_contract::hours::{GetHours, HoursServed};
use tiexin_contract::records::{SaveRecord, VoidRecord};
use uuid::Uuid;

use crate::office::{Office, VILLAGE, day, fields};

async fn save(office: &Office, kind: &str, value: Value) -> Uuid {
    office.ok(SaveRecord { kind: kind.into(), id: None, version: None, fields: fields(value) }).await.id
}

#[tokio::test]
async fn entries_are_added_to_what_was_there_before() {
    let office = Office::township(day(2026, 10, 20)).await;
    let said = json!({"region": VILLAGE, "name": "于桂", "approval": "approved", "minutes": 600});
    let volunteer = save(&office, "volunteer", said).await;
    let entry = |on: &str, minutes: u32, by: Option<&str>| {
        json!({"region": VILLAGE, "volunteer": volunteer, "date": on, "minutes": minutes, "what": "activity",
            "attested_by": by, "attested_on": by.map(|_| on)})
    };
    save(&office, "service_hours", entry("2026-10-05", 90, Some("李芳"))).await;
    save(&office, "service_hours", entry("2026-10-06", 30, None)).await;
    let mistaken = save(&office, "service_hours", entry("2026-10-07", 45, None)).await;
    office.ok(VoidRecord { id: mistaken, reason: "记错了人".into() }).await;
    let served = office.ok(GetHours { volunteer }).await;
    assert_eq!(served, HoursServed { before: 600, attested: 90, unattested: 30 });
    assert_eq!(served.total(), 720);
}
