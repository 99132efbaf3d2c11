//! What a family's page tells of its file: never the loss, which is told once.

use crate::shape::Telling;

pub(super) const PAST: &[Telling] = &[
    Telling::once("opened_on", &["建立台账"]),
    Telling::once("preference_on", &["问过联系意愿：{preference}"]),
    Telling::once("assistance_from", &["开始享受特别扶助"]),
    Telling::once("assistance_to", &["特别扶助结束"]),
    Telling::once("doctor_signed_on", &["签约家庭医生", "{doctor}", "签约到{doctor_until}"]),
    Telling::once("doctor_declined_on", &["表示不签约家庭医生"]),
    Telling::once("residence_checked_on", &["核对了居住地"]),
    Telling::once("closed_on", &["台账结档", "{status_reason}"]),
];
