//! Photos and scans that belong to a record.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::commands;
use crate::files::{FileGiven, FileMade};

/// Adds a photo or a scan to a record: made small and upright, without what the camera noted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddAttachment {
    /// The record it belongs to.
    pub owner: Uuid,
    pub file: FileGiven,
    /// A [`tiexin_domain::nouns::attachment::AttachmentKind`] code; none: by the owner's kind.
    #[serde(default)]
    pub what: Option<String>,
    /// As people write dates; none: what the camera noted.
    #[serde(default)]
    pub taken_at: Option<String>,
    #[serde(default)]
    pub note: Option<String>,
}

/// What belongs to a record, newest first; of a household everything of the family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListAttachments {
    pub owner: Uuid,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttachmentRow {
    pub id: Uuid,
    pub owner: Uuid,
    pub owner_kind: String,
    /// A [`tiexin_domain::nouns::attachment::AttachmentKind`] code, and its Chinese name.
    pub what: String,
    pub what_label: String,
    pub mime: String,
    pub bytes: u64,
    #[serde(default)]
    pub width: Option<u32>,
    #[serde(default)]
    pub height: Option<u32>,
    #[serde(default)]
    pub taken_at: Option<String>,
    #[serde(default)]
    pub note: Option<String>,
    #[serde(default)]
    pub recorded_by: Option<String>,
    /// Opened only by a deliberate act, which is an audit entry.
    pub masked: bool,
    /// There is a small picture.
    pub has_thumb: bool,
    /// The small picture is here.
    pub thumb_here: bool,
    pub state: AttachmentState,
}

/// Where the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentState {
    /// Here; this desk stands alone.
    Local,
    /// Here, to go up.
    ToGoUp,
    /// Here and at the province.
    Safe,
    /// At the province; comes when it is opened, or by itself.
    ToComeDown,
    /// Somebody opened it: it is on its way.
    Coming,
    /// Cannot be carried: needs a person.
    Faulty,
}

impl AttachmentState {
    /// The bytes are on this desk.
    pub fn is_here(self) -> bool {
        matches!(self, AttachmentState::Local | AttachmentState::ToGoUp | AttachmentState::Safe)
    }
}

/// The bytes of an attachment, decrypted in memory only. What is not here yet is asked for and comes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenAttachment {
    pub id: Uuid,
    /// The small picture.
    #[serde(default)]
    pub small: bool,
    /// Also where it is masked.
    #[serde(default)]
    pub reveal: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenedAttachment {
    pub mime: String,
    /// None: not here yet, or masked.
    #[serde(default)]
    pub base64: Option<String>,
    pub state: AttachmentState,
}

/// Writes the bytes to a file that the user chose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportAttachment {
    pub id: Uuid,
    #[serde(default)]
    pub path: Option<String>,
}

commands! {
    AddAttachment => "attachment.add" -> AttachmentRow;
    ListAttachments => "attachment.list" -> Vec<AttachmentRow>;
    OpenAttachment => "attachment.open" -> OpenedAttachment;
    ExportAttachment => "attachment.export" -> FileMade;
}
