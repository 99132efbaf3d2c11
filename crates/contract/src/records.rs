//! Records of any kind: lists, one record, saving, hiding, search.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiexin_domain::PartialDate;
use tiexin_domain::nouns::Gap;
use tiexin_domain::nouns::visit::Presence;
use tiexin_domain::record::Fields;
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

use crate::commands;
use crate::done::Done;
pub use crate::files::FileMade;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListRecords {
    /// A [`tiexin_domain::Kind`] code.
    pub kind: String,
    pub region: RegionCode,
    #[serde(default)]
    pub filters: Vec<Filter>,
    /// Words anywhere in what is searched.
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub sort: Option<Sort>,
    /// From the page before.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows to pass over first, behind `after`: a jump in a long list.
    #[serde(default)]
    pub skip: u64,
    pub limit: u32,
    /// The fields that rows carry; absent: those of the kind's own list. By what a row belongs to it is opened, and that
    /// comes along; what a list may not show does not come, whoever asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
}

impl ListRecords {
    /// The first `limit` of a kind in a region: nothing is left out, in the order of the kind.
    pub fn of(kind: impl Into<String>, region: RegionCode, limit: u32) -> ListRecords {
        ListRecords {
            kind: kind.into(),
            region,
            filters: Vec::new(),
            text: None,
            sort: None,
            after: None,
            skip: 0,
            limit,
            columns: None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    pub field: String,
    pub op: FilterOp,
    /// Text, or an array for `Any`.
    pub value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterOp {
    /// Equal; for a set field: contains.
    Is,
    /// One of an array.
    Any,
    /// Text contains.
    Contains,
    /// ≥, by text order (dates).
    From,
    /// ≤, by text order (dates); `2026-10` includes all of October.
    To,
    /// On days as people write them ([`tiexin_domain::days`]): `本月`, `近30天`, `9月~10月`. Read anew at each asking.
    During,
    /// The field is absent; value is ignored.
    Missing,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sort {
    pub field: String,
    pub descending: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordPage {
    pub rows: Vec<RecordRow>,
    pub next: Option<String>,
    /// All rows of the list, not of the page.
    pub total: u64,
    /// Of how many families they are, where one may have several rows; with the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub families: Option<u64>,
}

/// A record as a list or a page may show it: masked, restricted fields left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordRow {
    pub id: Uuid,
    pub kind: String,
    pub region: RegionCode,
    pub region_name: String,
    pub version: u64,
    pub title: String,
    /// Masked fields hold their masked form; [`RecordRow::masked`] names them.
    pub fields: Fields,
    /// Full years, of a kind whose list tells an age, when it was asked for (`age`) or nothing was; not of who has died.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    pub state: RecordState,
    /// Of a family's file only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care: Option<Care>,
    /// Of what is insert-only, where one of the two is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_back: Option<TakenBack>,
    /// Why it is hidden, when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void: Option<String>,
    pub recorded_by: Option<String>,
    /// Milliseconds since 1970 UTC.
    pub recorded_at: Option<i64>,
}

/// How an entry that cannot be changed stands to another one of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakenBack {
    /// Another entry takes it back.
    Was,
    /// It takes another one back.
    Takes,
}

impl TakenBack {
    /// What a worker reads.
    pub fn label(self) -> &'static str {
        match self {
            TakenBack::Was => "已冲正",
            TakenBack::Takes => "冲正",
        }
    }
}

/// Who looks after a family today, and when it was last visited.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Care {
    #[serde(default)]
    pub township_leader: Option<String>,
    #[serde(default)]
    pub village_worker: Option<String>,
    /// The newest visit that met somebody: only by such a one a family has been seen.
    #[serde(default)]
    pub last_visit: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_vain: Option<InVain>,
    /// A visit is dated after today; `last_visit` passes it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<NaiveDate>,
}

/// `有走访的日期在今天之后（2027年1月9日）`: to stand beside when a family was last seen.
pub fn dated_ahead(day: NaiveDate) -> String {
    format!("有走访的日期在今天之后（{}）", PartialDate::Day(day).label())
}

/// A visit that met nobody, after the last one that met somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InVain {
    pub on: NaiveDate,
    /// A [`tiexin_domain::nouns::visit::Presence`] code.
    pub presence: String,
}

impl InVain {
    /// `没有遇到`: what came of it, to stand behind 去过.
    pub fn words(&self) -> &'static str {
        match Presence::from_code(&self.presence) {
            Presence::NotWilling => "不便见面",
            _ => "没有遇到",
        }
    }
}

impl Care {
    /// `镇 王建国，村 李芳`; empty when there is neither.
    pub fn contacts(&self) -> String {
        let told = [("镇", &self.township_leader), ("村", &self.village_worker)];
        let told = told.iter().filter_map(|(of, name)| name.as_ref().map(|name| format!("{of} {name}")));
        told.collect::<Vec<_>>().join("，")
    }
}

/// Where the newest change of a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordState {
    /// Saved on this desk, which stands alone.
    Local,
    /// Saved, waits for the network.
    Waiting,
    /// The province has it.
    Synced,
    /// Refused or in conflict: needs a person.
    Attention,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetRecord {
    pub id: Uuid,
}

/// One entry of a record's history, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    pub at: i64,
    pub author: String,
    /// Chinese: 登记, 修改 …
    pub act: String,
    /// Of a family: what else than its household the entry is about, its file or a pair of contacts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<HistoryPart>,
    /// Chinese labels of the fields that changed.
    pub fields: Vec<String>,
    /// What stood there and what stands there since, as far as this desk kept it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FieldWas>,
    /// The ledger files of the import that did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<String>,
    /// A value that was overwritten and can be put back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overwritten: Option<OverwrittenValue>,
}

/// A record that belongs to the one whose history is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPart {
    /// Named in [`crate::quarantine::PutBack`].
    pub record: Uuid,
    /// Chinese: 特殊家庭台账, 双岗联系人 and whom they name.
    pub title: String,
}

/// A field of a change in words: masked where its field is, `（空）` where nothing stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldWas {
    /// Chinese.
    pub label: String,
    pub old: String,
    pub new: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OverwrittenValue {
    pub field: String,
    pub value: Value,
    /// With `field` it names the value in [`crate::quarantine::PutBack`].
    #[serde(default)]
    pub seq: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordHistory {
    pub id: Uuid,
}

/// Saves a new record or an edit. On an edit, `fields` holds only what the form shows; fields it does
/// not name stay. A null removes. Masked values sent back unchanged stay as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SaveRecord {
    pub kind: String,
    /// Absent for a new record.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// The version the form was opened on.
    #[serde(default)]
    pub version: Option<u64>,
    pub fields: Fields,
}

/// Saves what a form changed of a record, and nothing else: fields that it does not name stay as they are by
/// then, whoever changed them. A field that somebody else changed since it was seen is told as a problem with
/// the code `changed_meanwhile`; sent once more with the newer value as seen, it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EditRecord {
    pub id: Uuid,
    /// The touched fields; a null removes. Masked values stand for what they mask.
    pub fields: Fields,
    /// The same fields as the form showed them before; one that was not there is not here either.
    #[serde(default)]
    pub seen: Fields,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    pub id: Uuid,
    pub row: RecordRow,
}

/// Hides a record; nothing is deleted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VoidRecord {
    pub id: Uuid,
    pub reason: String,
}

/// Brings a hidden record back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RestoreRecord {
    pub id: Uuid,
}

/// Shows one masked value. A deliberate act: it is an audit entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Unmask {
    pub id: Uuid,
    pub field: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unmasked {
    pub value: String,
}

/// Families, persons, visits, activities … by name, pinyin initials, ID tail, phone, file code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Search {
    pub text: String,
    pub limit: u32,
    /// Only these kinds; empty: all.
    #[serde(default)]
    pub kinds: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    pub id: Uuid,
    pub kind: String,
    pub title: String,
    pub region: RegionCode,
    pub region_name: String,
    /// Chinese: what matched, e.g. `姓名`, `身份证尾号 6454`.
    pub matched: String,
    /// The family page to open, when the record belongs to one.
    pub household: Option<Uuid>,
}

/// Writes what a list shows to an xlsx file: the rows with these ids, or all that match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportList {
    pub list: ListRecords,
    /// Field → head, in order.
    pub columns: Vec<(String, String)>,
    pub path: Option<String>,
}

commands! {
    ListRecords => "record.list" -> RecordPage;
    GetRecord => "record.get" -> RecordRow;
    RecordHistory => "record.history" -> Vec<HistoryEntry>;
    SaveRecord => "record.save" -> Saved;
    EditRecord => "record.edit" -> Saved;
    VoidRecord => "record.void" -> Done;
    RestoreRecord => "record.restore" -> Done;
    Unmask => "record.unmask" -> Unmasked;
    Search => "search" -> Vec<Hit>;
    ExportList => "record.export" -> FileMade;
}
