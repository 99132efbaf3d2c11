//! The sync indicator and page. It never says 已同步 on a guess.

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;

use crate::commands;
use crate::files::FileGiven;
use crate::session::SessionState;

impl SyncState {
    /// How many entries the list of 待处理 has for this user: own refused changes, others' to decide on, answers
    /// to read. Changes of one save are one entry there and count once here.
    pub fn needs_person(&self) -> u64 {
        self.own_listed + self.to_settle + self.answered
    }

    /// Chinese: what waits for the province to be upgraded, or for a colleague to join; none: nothing does.
    pub fn held_back_words(&self) -> Option<String> {
        let held = self.held_back;
        if held == 0 {
            return None;
        }
        if self.awaited.is_empty() {
            return Some(format!("其中 {held} 条省平台还不认识这类登记，先留在本机，省平台升级后自动上交"));
        }
        let who = self.awaited.join("、");
        Some(format!(
            "其中 {held} 条先留在本机：{who}还没有接入省平台。请本人用自己的登录名登录，在“同步”页填接入码接入，接入后自动上交"
        ))
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetSync {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SyncState {
    /// Grows with every look: what arrives later with a smaller one is old news.
    #[serde(default)]
    pub turn: u64,
    pub enrolled: bool,
    pub server: Option<String>,
    /// Changes that the province has not told a verdict on.
    pub waiting: u64,
    /// The same by kind code.
    pub waiting_by_kind: Vec<(String, u64)>,
    /// How many of them are held back until the province knows their kind or their author.
    #[serde(default)]
    pub held_back: u64,
    /// Colleagues at this desk who wrote some of those and have not joined the province, by name.
    #[serde(default)]
    pub awaited: Vec<String>,
    /// The desk has joined the province and this user has not: what they wrote is held back until they do.
    #[serde(default)]
    pub to_join: bool,
    /// Changes of this desk that the province keeps apart, whoever made them.
    pub parked: u64,
    pub conflicts: u64,
    /// Entries of both in the user's list that wait here: own ones, and those of colleagues at this desk. Changes of
    /// one save are one.
    #[serde(default)]
    pub own_listed: u64,
    /// What of others waits for a decision of this user, changes of one save counted once.
    #[serde(default)]
    pub to_settle: u64,
    /// What others decided about this user's refused changes, not yet put away.
    #[serde(default)]
    pub answered: u64,
    /// This user's records that nothing shows, for their family was void when they came in.
    #[serde(default)]
    pub unseen: u64,
    /// A round is going on.
    pub running: bool,
    /// End of the last full round: all that can be told was told and every scope pulled to its head; ms since 1970 UTC.
    /// What is held back ([`SyncState::held_back`]) does not hinder it: it waits beside it, and is not `complete`.
    pub last_full_round: Option<i64>,
    /// How many records are here, of a book that was put back from a copy and has not been compared since.
    #[serde(default)]
    pub reading_anew: Option<u64>,
    /// Chinese: why the last try failed, when it did.
    pub trouble: Option<String>,
    /// The province does not know this desk: it has to be enrolled again.
    #[serde(default)]
    pub enrol_again: bool,
    /// Everything of this desk is at the province and every scope was read to its head in the last round.
    pub complete: bool,
    pub scopes: Vec<ScopeState>,
    /// First load of a scope: done and total records.
    pub loading: Option<(u64, u64)>,
    /// Attachments that wait to go up, to come down, and that a person must look at.
    #[serde(default)]
    pub attachments_up: u64,
    #[serde(default)]
    pub attachments_down: u64,
    #[serde(default)]
    pub attachments_faulty: u64,
    /// How long the book may still be opened without having spoken with the province.
    #[serde(default)]
    pub lease: Option<Lease>,
    /// Chinese: what a person at this desk should know and see to.
    #[serde(default)]
    pub notices: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Milliseconds since 1970 UTC, desk clock.
    pub until: i64,
    /// Days left; one that has begun counts.
    pub days_left: i64,
    /// It ends soon: to be said without being asked.
    pub soon: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScopeState {
    pub scope: RegionCode,
    pub name: String,
    pub sequence: u64,
    pub digest: String,
    /// Digest agreed with the province at this sequence.
    pub agreed: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SyncNow {}

/// A desk that stands alone joins the province; nothing is lost.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Enrol {
    pub server: String,
    pub code: String,
    /// The certificate of the province's own authority; absent: the one that the book keeps, if any.
    #[serde(default)]
    pub authority: Option<FileGiven>,
}

commands! {
    GetSync => "sync.state" -> SyncState;
    SyncNow => "sync.now" -> SyncState;
    Enrol => "sync.enrol" -> SessionState;
}
