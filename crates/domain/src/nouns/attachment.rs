//! Attachment 附件: a photo or a scan that belongs to another record. The record says which bytes; the bytes
//! travel and lie apart, named by their SHA-256.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::common::REGION;
use super::{Kind, Noun, Problem};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::region::RegionCode;
use crate::shape::{Field, Holds, Role, Shape};

codes! {
    /// What a picture shows.
    AttachmentKind {
        HomeVisit = "home_visit", "家访照片";
        IdScan = "id_scan", "证件扫描";
        Receipt = "receipt", "签收单";
        SignInSheet = "sign_in_sheet", "签到表";
        ActivityPhoto = "activity_photo", "活动照片";
        Misc = "misc", "其他";
    }
}

impl AttachmentKind {
    /// Shown only after a deliberate act that the audit tells of, as an ID number is.
    pub fn is_masked(&self) -> bool {
        matches!(self, AttachmentKind::IdScan)
    }
}

/// Most bytes of one attachment, whatever a desk's policy.
pub const MOST_BYTES: u64 = 16 * 1024 * 1024;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The owner's region.
    pub region: RegionCode,
    /// The family whose page shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household: Option<Uuid>,
    /// The record it belongs to: a visit, a file, an activity, a household …
    pub owner: Uuid,
    /// The owner's kind.
    pub owner_kind: Kind,
    pub what: AttachmentKind,
    /// SHA-256 of the bytes, 64 hex digits.
    pub sha256: String,
    /// How many bytes.
    pub bytes: u64,
    /// `image/jpeg`, `application/pdf`.
    pub mime: String,
    /// Pixels, of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// The small picture, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumb_sha256: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumb_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Whether the text is a SHA-256 as it is stored: 64 lower-case hex digits.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

impl Noun for Attachment {
    const KIND: Kind = Kind::Attachment;
    // Which bytes they are is said once: whoever says otherwise disagrees.
    const SHAPE: Shape = Shape::new::<Self>(
        "份",
        &[
            REGION,
            Field::new("household", "家庭", Holds::Reference(&["household"])).roles(&[Role::Family]),
            Field::new("owner", "所属记录", Holds::Reference(&[]))
                .required()
                .sensitive()
                .roles(&[Role::Parent]),
            Field::new("owner_kind", "所属种类", Holds::Code(Kind::CHOICES)).required(),
            Field::new("what", "附件种类", Holds::Code(AttachmentKind::CHOICES))
                .required()
                .roles(&[Role::Category]),
            Field::new("sha256", "附件内容", Holds::Text).required().sensitive(),
            Field::new("bytes", "附件内容", Holds::Count).required().sensitive().roles(&[Role::Number]),
            Field::new("mime", "附件内容", Holds::Text).required(),
            Field::new("width", "附件内容", Holds::Count),
            Field::new("height", "附件内容", Holds::Count),
            Field::new("thumb_sha256", "缩略图", Holds::Text).sensitive(),
            Field::new("thumb_bytes", "缩略图", Holds::Count).sensitive(),
            Field::new("taken_at", "拍摄日期", Holds::PartialDay).past().roles(&[Role::Day]),
            Field::new("note", "说明", Holds::Text).free(),
        ],
    );
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut bad =
            |field: &str, message: &str| problems.push(Problem::new(field, "file_invalid", message));
        if !is_sha256(&self.sha256) {
            bad("sha256", "附件的校验值不对，请重新添加这个文件");
        }
        if self.bytes == 0 || self.bytes > MOST_BYTES {
            bad("bytes", "附件的大小不对：不能为空，也不能超过 16 MB");
        }
        let thumb = self.thumb_sha256.as_deref().is_none_or(is_sha256);
        let small = self.thumb_bytes.is_none_or(|bytes| (1..=MOST_BYTES).contains(&bytes));
        if !thumb || !small || self.thumb_sha256.is_some() != self.thumb_bytes.is_some() {
            bad("thumb_sha256", "附件的缩略图不对，请重新添加这个文件");
        }
        problems
    }
    fn title(&self) -> String {
        match self.taken_at {
            Some(day) => format!("{} {day}", self.what.label()),
            None => self.what.label().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo() -> Attachment {
        Attachment {
            region: "340323100001".parse().unwrap(),
            household: Some(Uuid::from_u128(1)),
            owner: Uuid::from_u128(2),
            owner_kind: Kind::Visit,
            what: AttachmentKind::HomeVisit,
            sha256: "ab".repeat(32),
            bytes: 10,
            mime: "image/jpeg".into(),
            width: None,
            height: None,
            thumb_sha256: None,
            thumb_bytes: None,
            taken_at: None,
            note: None,
        }
    }

    #[test]
    fn bytes_are_named_by_a_hash_and_bounded() {
        assert!(photo().problems().is_empty());
        let bad = [
            Attachment { sha256: "AB".repeat(32), ..photo() },
            Attachment { sha256: "../etc/passwd".into(), ..photo() },
            Attachment { bytes: 0, ..photo() },
            Attachment { bytes: MOST_BYTES + 1, ..photo() },
            Attachment { thumb_sha256: Some("ab".repeat(32)), ..photo() },
            Attachment { thumb_bytes: Some(3), ..photo() },
        ];
        for one in bad {
            assert_eq!(one.problems().len(), 1, "{one:?}");
        }
    }

    #[test]
    fn a_scan_of_a_card_is_masked_a_photo_is_not() {
        assert!(AttachmentKind::IdScan.is_masked());
        assert!(!AttachmentKind::HomeVisit.is_masked());
    }
}
