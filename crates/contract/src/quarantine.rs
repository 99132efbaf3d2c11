//! 待处理: changes that the province did not apply, and values that gave way to later ones.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::record::Fields;
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

use crate::commands;
use crate::done::Done;
use crate::records::Unmasked;

/// What waits for a decision: one's own refused changes, and those of others that one may settle.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListQuarantine {
    /// Absent: everywhere. One's own always come along.
    #[serde(default)]
    pub region: Option<RegionCode>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Quarantine {
    /// Oldest first.
    pub items: Vec<Item>,
    /// What others decided about one's own, until it is put away.
    pub answers: Vec<Answer>,
    /// One's own that nothing shows.
    #[serde(default)]
    pub unseen: Vec<Unseen>,
}

/// Changes of one save; they are decided on together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Names it in [`Settle`].
    pub id: Uuid,
    /// One's own change.
    pub mine: bool,
    /// `conflict` or `parked`.
    pub verdict: String,
    /// Stable: `sensitive`, `voided`, `edited_meanwhile`, `no_right`, `moved` …
    pub code: String,
    /// Chinese, a few words: why it waits.
    pub reason: String,
    /// Chinese: what happened and what to do.
    pub message: String,
    pub author: String,
    /// Milliseconds since 1970 UTC, clock of the author's desk.
    pub noted_at: i64,
    pub region: RegionCode,
    pub region_name: String,
    /// The name of the township in which [`Self::region`] lies.
    #[serde(default)]
    pub township_name: String,
    pub parts: Vec<Part>,
    /// What may be chosen here. Empty: nothing but to wait.
    pub choices: Vec<Choice>,
    /// It merges two registrations, or takes a merge back: [`Choice::Ours`] does that anew on what stands now.
    #[serde(default)]
    pub merges: bool,
    /// One's own, and [`Choice::Theirs`] takes it back: it goes from the list of who would decide on it, too.
    #[serde(default)]
    pub takes_back: bool,
    /// [`Choice::Adopt`] brings a void record back.
    #[serde(default)]
    pub restores: bool,
}

/// One record of an [`Item`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub record: Uuid,
    pub kind: String,
    pub title: String,
    /// The record is there and can be opened.
    pub stands: bool,
    /// The change hides the record, for this reason.
    #[serde(default)]
    pub hides: Option<String>,
    /// Why the record is hidden now.
    #[serde(default)]
    pub hidden: Option<String>,
    /// Chinese, of a merge: whether this one stays or gives way.
    #[serde(default)]
    pub role: Option<String>,
    /// Chinese, of a merge: who changed what meanwhile.
    #[serde(default)]
    pub meanwhile: Vec<String>,
    /// What the change would make differ from what stands; those about which two people disagree first.
    pub fields: Vec<BothValues>,
}

/// Both values of a field, in the office's words, covered as a list would.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BothValues {
    pub field: String,
    pub label: String,
    /// What the change sets.
    pub ours: Value,
    /// What stands.
    pub theirs: Value,
    /// Covered; [`UnmaskBoth`] shows it.
    #[serde(default)]
    pub masked: bool,
    /// About this field two people disagree. The others of such a change are merged whichever value stands.
    #[serde(default)]
    pub clash: bool,
    /// Who wrote what stands, and when.
    #[serde(default)]
    pub by: Option<String>,
    #[serde(default)]
    pub at: Option<i64>,
}

/// What somebody decided about a change of one's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Names it in [`PutAway`].
    pub id: i64,
    pub record: Uuid,
    pub kind: String,
    pub title: String,
    /// When the change was made.
    pub noted_at: i64,
    pub choice: Choice,
    /// One's own decision, that came second and was not taken: [`Self::choice`] stands.
    #[serde(default)]
    pub instead_of: Option<Choice>,
    /// What the decider wrote.
    #[serde(default)]
    pub note: Option<String>,
    #[serde(default)]
    pub by: Option<String>,
    #[serde(default)]
    pub at: Option<i64>,
    /// What the change said, in the office's words, covered as a list would. Empty: it was given up with the right.
    #[serde(default)]
    pub wrote: Vec<Wrote>,
    /// It made a record, was not taken, and the user may write there: [`WriteAgain`].
    #[serde(default)]
    pub again: bool,
}

/// A field as it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wrote {
    pub label: String,
    pub value: String,
}

/// What came in when its family had been made void, so that nothing shows it: told to its author.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unseen {
    pub record: Uuid,
    pub kind: String,
    pub title: String,
    /// The void record: a family.
    pub above: Uuid,
    pub above_title: String,
    /// Chinese: what happened, and what to do.
    pub message: String,
}

/// What one had written before it was sent back, for a form to be filled with again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WriteAgain {
    /// [`Answer::id`].
    pub id: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WrittenBefore {
    pub kind: String,
    /// Whole, as the record would have been; not who recorded it.
    pub fields: Fields,
}

/// Decides. The decision is a change like any other; what is adopted goes with it in one group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Settle {
    pub id: Uuid,
    pub choice: Choice,
    /// Needed to send back; the author reads it.
    #[serde(default)]
    pub note: Option<String>,
}

/// Decides on several alike. Each is decided by itself: one that cannot be holds back none of the others.
/// Progress comes as events with `job`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SettleMany {
    pub ids: Vec<Uuid>,
    /// [`Choice::Adopt`] or [`Choice::Decline`]: where two people disagree, a person looks at each.
    pub choice: Choice,
    /// As in [`Settle`], for all of them.
    #[serde(default)]
    pub note: Option<String>,
    /// Names the work for `job.cancel`; what was decided before stays decided.
    #[serde(default)]
    pub job: Option<Uuid>,
}

/// What became of several.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SettledMany {
    pub done: u64,
    pub left: Vec<NotSettled>,
    /// Stopped before the last one.
    #[serde(default)]
    pub cancelled: bool,
}

/// One of several that was not decided on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotSettled {
    pub id: Uuid,
    /// Absent: it is not there any more.
    #[serde(default)]
    pub title: Option<String>,
    /// Chinese: why, and what to do.
    pub message: String,
}

/// The author has read what was decided.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutAway {
    pub id: i64,
}

/// Shows both values of a covered field. A deliberate act: it is an audit entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UnmaskBoth {
    pub id: Uuid,
    pub record: Uuid,
    pub field: String,
    /// What the change sets; false: what stands.
    pub ours: bool,
}

/// Values in a region that gave way to later ones, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListGaveWay {
    #[serde(default)]
    pub region: Option<RegionCode>,
    /// Only of this record.
    #[serde(default)]
    pub record: Option<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GaveWay {
    pub record: Uuid,
    pub kind: String,
    pub title: String,
    pub region_name: String,
    pub field: String,
    pub label: String,
    /// The log entry that replaced it: names it in [`PutBack`].
    pub seq: u64,
    pub gone: Value,
    pub gone_by: String,
    pub now: Value,
    #[serde(default)]
    pub now_by: Option<String>,
    #[serde(default)]
    pub now_at: Option<i64>,
    /// The user may put it back.
    pub may: bool,
}

/// Saves a value that gave way again, as a change of one's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutBack {
    pub record: Uuid,
    pub field: String,
    pub seq: u64,
}

commands! {
    ListQuarantine => "quarantine.list" -> Quarantine;
    Settle => "quarantine.settle" -> Done;
    SettleMany => "quarantine.settle_many" -> SettledMany;
    PutAway => "quarantine.put_away" -> Done;
    WriteAgain => "quarantine.again" -> WrittenBefore;
    UnmaskBoth => "quarantine.unmask" -> Unmasked;
    ListGaveWay => "quarantine.gave_way" -> Vec<GaveWay>;
    PutBack => "quarantine.put_back" -> Done;
}
