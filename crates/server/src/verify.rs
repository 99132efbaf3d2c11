//! Recomputes the book from its logs and names what does not fit.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use tiexin_domain::RegionCode;
use tiexin_protocol::{Chain, Digest, EntryHash, Held, LogEntry};
use uuid::Uuid;

use crate::audit::AuditHead;
use crate::error::Result;
use crate::origins;
use crate::plan::{RegionState, record_text};
use crate::store::{Book, ScopeDump};

/// What `verify` found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub scopes: u64,
    pub entries: u64,
    pub records: u64,
    pub audit_entries: u64,
    /// Blobs of attachments, each read and hashed.
    pub blobs: u64,
    pub broken: Vec<Finding>,
}

/// Something that does not fit. Never holds a record's values.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `scope 340323100` or `audit province`.
    pub at: String,
    /// The entry of the log or of the audit book, where one is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<Uuid>,
    pub code: &'static str,
}

pub(crate) async fn run(book: &dyn Book) -> Result<Report> {
    let mut report = Report::default();
    for scope in book.scopes().await? {
        if let Some(dump) = book.dump(&scope).await? {
            check_scope(&scope, &dump, &mut report);
        }
    }
    for name in book.audit_books().await? {
        let (stands, rows) = book.audit(&name).await?;
        let mut head = AuditHead::default();
        let mut say = |seq, code| {
            report.broken.push(Finding { at: format!("audit {name}"), seq: Some(seq), record: None, code });
        };
        for row in &rows {
            if row.seq > head.seq + 1 {
                say(head.seq + 1, "audit_missing");
            } else if !row.follows(&head) {
                say(row.seq, "audit_broken");
            }
            head = row.head();
        }
        if head.seq < stands.seq {
            say(head.seq + 1, "audit_missing");
        } else if head != stands {
            say(stands.seq, "audit_head_wrong");
        }
        report.audit_entries += rows.len() as u64;
    }
    Ok(report)
}

fn check_scope(scope: &RegionCode, dump: &ScopeDump, report: &mut Report) {
    let at = format!("scope {scope}");
    let mut say = |seq, record, code| {
        report.broken.push(Finding { at: at.clone(), seq, record, code });
    };
    let mut chain = Chain::default();
    let mut held: HashMap<Uuid, Held> = HashMap::new();
    for (row, expected) in dump.log.iter().zip(1..) {
        if row.seq != expected {
            say(Some(expected), None, "log_gap");
            break;
        }
        chain = chain.link(EntryHash::of_canonical(row.entry.as_bytes()));
        if chain != row.chain {
            say(Some(row.seq), None, "chain_broken");
            chain = row.chain;
        }
        match serde_json::from_str::<LogEntry>(&row.entry) {
            Ok(entry) if entry.seq == row.seq && entry.record == row.record && entry.origin == row.origin => {
                let before = held.remove(&entry.record);
                if entry.stays() {
                    held.insert(entry.record, Held::fold(before, &entry, scope));
                }
            }
            _ => say(Some(row.seq), None, "entry_unreadable"),
        }
    }
    if dump.log.len() as u64 != dump.state.head || chain != dump.state.chain {
        say(Some(dump.state.head), None, "head_wrong");
    }
    let mut regions: BTreeMap<RegionCode, RegionState> = BTreeMap::new();
    let mut digest = Digest::default();
    for row in &dump.records {
        let one = Digest(*blake3::hash(row.record.as_bytes()).as_bytes());
        digest = digest.plus(one);
        let region = regions.entry(row.region.clone()).or_default();
        *region = RegionState { digest: region.digest.plus(one), records: region.records + 1 };
        let fits = held.remove(&row.id).is_some_and(|held| {
            record_text(&held.record) == row.record
                && origins::pack(&held) == row.origins
                && (held.record.version, held.record.region()) == (row.version, row.region.clone())
        });
        if !fits {
            say(None, Some(row.id), "record_differs_from_log");
        }
    }
    for missing in held.keys() {
        say(None, Some(*missing), "record_missing");
    }
    if digest != dump.state.digest {
        say(Some(dump.state.head), None, "digest_wrong");
    }
    let kept: BTreeMap<_, _> = dump.regions.iter().filter(|(_, s)| s.records > 0).cloned().collect();
    if kept != regions || dump.regions.iter().any(|(_, s)| s.records == 0 && s.digest != Digest::default()) {
        say(None, None, "region_digest_wrong");
    }
    report.scopes += 1;
    report.entries += dump.log.len() as u64;
    report.records += dump.records.len() as u64;
}
