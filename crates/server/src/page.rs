//! Pages of a pull. Entries are spliced in as they are stored, without being parsed.

use serde::Serialize;
use serde_json::value::RawValue;
use tiexin_domain::RegionCode;
use tiexin_protocol::wire::{Cursor, QuarantineMarks, Settled, View};
use tiexin_protocol::{Chain, Digest, EntryHash, PULL_ENTRIES, planted};
use uuid::Uuid;

use crate::access::Readable;
use crate::error::{Error, Result};
use crate::plan::LogRow;

/// Most entries in one reply, over all its scopes.
pub(crate) const REPLY_ENTRIES: usize = 4 * PULL_ENTRIES;

/// [`tiexin_protocol::wire::PullReply`], with entries as stored.
#[derive(Debug, Serialize)]
pub(crate) struct RawPullReply {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) pages: Vec<RawPage>,
    pub(crate) access: String,
    pub(crate) durable: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quarantine: Option<QuarantineMarks>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) settled: Vec<Settled>,
}

/// [`tiexin_protocol::wire::ScopePage`].
#[derive(Debug, Serialize)]
pub(crate) struct RawPage {
    scope: RegionCode,
    generation: Uuid,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    view: View,
    entries: Vec<RawEntry>,
    next: u64,
    head: u64,
    chain: Chain,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    rebase: bool,
}

/// [`tiexin_protocol::wire::PageEntry`].
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum RawEntry {
    Full(Box<RawValue>),
    Echo {
        seq: u64,
        own: u64,
    },
    Hidden {
        seq: u64,
        hash: EntryHash,
    },
    Crossed {
        seq: u64,
        hash: EntryHash,
        id: Uuid,
        #[serde(skip_serializing_if = "Option::is_none")]
        record: Option<Box<RawValue>>,
    },
}

/// What a cursor asks for.
pub(crate) enum Ask {
    /// Nothing new, or nothing the device may see.
    Nothing,
    /// The desk must begin anew.
    Rebase(RawPage),
    /// Read the log after `since`, at most `limit` entries (0: the reply is full).
    Read { since: u64, limit: usize },
}

/// Weighs a cursor against the scope as it stands. `room` is what the reply still has space for.
pub(crate) fn ask(cursor: &Cursor, at: &Readable, room: usize) -> Ask {
    let state = &at.state;
    let foreign = cursor.generation != state.generation && !planted("foreign_generation_served");
    if foreign || cursor.since > state.head || cursor.view != at.view {
        return Ask::Rebase(RawPage {
            rebase: true,
            ..RawPage::empty(at, 0, if state.head == 0 { state.chain } else { Chain::default() })
        });
    }
    if cursor.since == state.head {
        return Ask::Nothing;
    }
    Ask::Read { since: cursor.since, limit: room.min(PULL_ENTRIES) }
}

impl RawPage {
    /// A page without entries that stands at `next`.
    pub(crate) fn empty(at: &Readable, next: u64, chain: Chain) -> RawPage {
        RawPage {
            scope: at.scope.clone(),
            generation: at.state.generation,
            view: at.view.clone(),
            entries: Vec::new(),
            next,
            head: at.state.head,
            chain,
            digest: None,
            rebase: false,
        }
    }

    /// The page of these rows, which follow the cursor without a gap; cut back to the end of a commit.
    pub(crate) fn of(at: &Readable, mut rows: Vec<LogRow>, asking: (Uuid, Uuid)) -> Result<RawPage> {
        if let Some(end) = rows.iter().rposition(|row| row.seq == row.commit_end) {
            rows.truncate(end + 1);
        }
        let Some(last) = rows.last() else { return Err(Error::Row("日志缺页".into())) };
        let mut page = RawPage::empty(at, last.seq, last.chain);
        page.entries = rows.into_iter().map(|row| entry(row, at, asking)).collect::<Result<_>>()?;
        Ok(page)
    }

    /// How many entries it carries.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it reaches the head, and so carries the digest.
    pub(crate) fn at_head(&self) -> bool {
        self.next == self.head && !self.rebase
    }

    /// With the digest of the view.
    pub(crate) fn with_digest(mut self, digest: Digest) -> RawPage {
        self.digest = Some(digest);
        self
    }
}

fn entry(row: LogRow, at: &Readable, asking: (Uuid, Uuid)) -> Result<RawEntry> {
    let in_view = |region: &RegionCode| at.view.is_empty() || at.view.contains(region);
    // A record that has moved to another township lies outside for everybody who reads this log.
    let inside =
        |region: &RegionCode| region.scope() == at.scope && (in_view(region) || planted("view_leaks"));
    let hash = || EntryHash::of_canonical(row.entry.as_bytes());
    let was_inside = row.left.as_ref().map_or(inside(&row.region), inside);
    Ok(match (was_inside, inside(&row.region)) {
        (true, true) if row.echo && (row.origin.device, row.origin.incarnation) == asking => {
            RawEntry::Echo { seq: row.seq, own: row.origin.seq }
        }
        (true, true) => RawEntry::Full(RawValue::from_string(row.entry)?),
        (false, false) => RawEntry::Hidden { seq: row.seq, hash: hash() },
        (true, false) if planted("leaving_not_told") => RawEntry::Hidden { seq: row.seq, hash: hash() },
        (true, false) => RawEntry::Crossed { seq: row.seq, hash: hash(), id: row.record, record: None },
        (false, true) => {
            let whole = row.whole.as_ref().ok_or_else(|| Error::Row("缺移入记录的全文".into()))?;
            let record = Some(RawValue::from_string(whole.clone())?);
            RawEntry::Crossed { seq: row.seq, hash: hash(), id: row.record, record }
        }
    })
}
