//! The audits that desks keep of their own, told to the province: who looked at which number, signed in, exported,
//! decided. Kept as they came; who may read them is decided here.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Action, User, permits};
use tiexin_protocol::audit::AuditEntry;
use tiexin_protocol::audit_link;
use tiexin_protocol::wire::{AuditLine, AuditPage, AuditReply, AuditRequest};
use uuid::Uuid;

use crate::config::day_of;
use crate::devices::places_on;
use crate::error::{Refused, Result};
use crate::province::Province;
use crate::verify::{Finding, Report};

/// Most entries of one message.
pub(crate) const AUDIT_ENTRIES: usize = 500;
/// Most lines of one page.
const LINES: usize = 500;
/// Read at a time where only some of the lines may be shown.
const READ: usize = 1_000;
/// Of which so many are read for one page at most; the next page goes on from there.
const READ_MOST: usize = 20_000;

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeskEntry {
    pub(crate) seq: u64,
    /// Of everything up to it.
    pub(crate) chain: [u8; 32],
    pub(crate) at: i64,
    pub(crate) author: Uuid,
    pub(crate) act: String,
    pub(crate) about: Option<Uuid>,
    /// As the desk stored it.
    pub(crate) text: String,
}

/// Which entries are asked for.
#[derive(Debug, Clone, Default)]
pub struct AuditWanted {
    /// Those before this number of the list.
    pub before: Option<u64>,
    /// What this user did.
    pub user: Option<Uuid>,
    /// Only these deeds; empty: all.
    pub acts: Vec<String>,
    /// From this time on, and before that one: milliseconds since 1970 UTC by the desks' clocks.
    pub from: Option<i64>,
    pub until: Option<i64>,
}

/// An entry as it is read.
#[derive(Debug, Clone)]
pub(crate) struct DeskEntryRead {
    pub(crate) number: u64,
    pub(crate) received_at: i64,
    pub(crate) at: i64,
    pub(crate) device: Uuid,
    pub(crate) device_name: String,
    pub(crate) user: Option<Uuid>,
    pub(crate) text: String,
    /// Where the record lies now.
    pub(crate) region: Option<RegionCode>,
}

impl Province {
    /// Keeps entries of a desk's audit; once more changes nothing. What does not follow from what the province has
    /// is not kept: the desk begins anew.
    ///
    /// # Errors
    /// `DeviceUnknown`, `DeviceRevoked`; `PushTooLarge`; `BodyUnreadable` for entries that are none.
    pub async fn take_audit(&self, request: &AuditRequest) -> Result<AuditReply> {
        self.standing(request.device).await?;
        if request.entries.len() > AUDIT_ENTRIES {
            return Err(Refused::PushTooLarge.into());
        }
        let known = match request.after {
            0 => request.chain.0 == [0; 32],
            after => self.book.knows_desk_entry(request.device, after, request.chain.0).await?,
        };
        if !known {
            return Ok(AuditReply { held: 0 });
        }
        let (mut seq, mut chain) = (request.after, request.chain.0);
        let mut entries = Vec::with_capacity(request.entries.len());
        for text in &request.entries {
            let said: AuditEntry = serde_json::from_str(text).map_err(|_| Refused::BodyUnreadable)?;
            (seq, chain) = (seq + 1, audit_link(&chain, text));
            if u64::try_from(said.seq) != Ok(seq) {
                return Err(Refused::BodyUnreadable.into());
            }
            let AuditEntry { at, actor: author, act, about, .. } = said;
            entries.push(DeskEntry { seq, chain, at, author, act, about, text: text.clone() });
        }
        self.book.keep_desk_entries(request.device, &entries, self.clock.now()).await?;
        Ok(AuditReply { held: seq })
    }

    /// What was done on the desks of the regions in which the asker may read the audit. `asking` is that person's
    /// own desk, `author` the id under which he records there.
    ///
    /// # Errors
    /// `NoRight` where he may read none.
    pub async fn audit_for(&self, asking: Uuid, author: Uuid, before: Option<u64>) -> Result<AuditPage> {
        self.standing(asking).await?;
        let users = self.by_id().await?;
        let works = self.book.device_users().await?;
        let me = works.iter().find(|(device, by, _)| (*device, *by) == (asking, author));
        let me =
            me.and_then(|(.., user)| users.get(user)).filter(|me| !me.disabled).ok_or(Refused::NoRight)?;
        let today = self.clock.today();
        if !me.grants.iter().any(|grant| grant.in_force(today) && grant.role.carries(Action::Audit)) {
            return Err(Refused::NoRight.into());
        }
        let may = |region: &RegionCode| permits(&me.grants, Action::Audit, region, today);
        let wanted = AuditWanted { before, ..AuditWanted::default() };
        self.page(wanted, &users, |places| places.iter().any(&may)).await
    }

    /// The same for the province's office: all of it, or what was done in this region.
    pub async fn audit_of(&self, wanted: AuditWanted, region: Option<&RegionCode>) -> Result<AuditPage> {
        let users = self.by_id().await?;
        let inside = |places: &[RegionCode]| {
            region.is_none_or(|region| places.iter().any(|place| region.covers(place)))
        };
        self.page(wanted, &users, inside).await
    }

    /// Whether everything that desks told is still linked as it was.
    pub(crate) async fn verify_desk_audits(&self, report: &mut Report) -> Result<()> {
        for device in self.book.devices().await? {
            // Chains one number before, and at the number: a desk that was put back goes on beside itself.
            let (mut before, mut here) = (HashSet::new(), HashSet::from([[0; 32]]));
            let mut at = 0;
            for (seq, chain, text) in self.book.desk_chain(device.id).await? {
                if seq != at {
                    let told = std::mem::take(&mut here);
                    before = if seq == at + 1 { told } else { HashSet::new() };
                    at = seq;
                }
                if !before.iter().any(|head| audit_link(head, &text) == chain) {
                    let at = format!("desk {}", device.id);
                    report.broken.push(Finding {
                        at,
                        seq: Some(seq),
                        record: None,
                        code: "desk_audit_broken",
                    });
                }
                here.insert(chain);
                report.audit_entries += 1;
            }
        }
        Ok(())
    }

    async fn by_id(&self) -> Result<HashMap<Uuid, User>> {
        Ok(self.book.users().await?.into_iter().map(|user| (user.id, user)).collect())
    }

    /// The newest lines for whose places `shown` is true.
    async fn page(
        &self,
        mut wanted: AuditWanted,
        users: &HashMap<Uuid, User>,
        shown: impl Fn(&[RegionCode]) -> bool,
    ) -> Result<AuditPage> {
        let mut lines = Vec::new();
        let today = self.clock.today();
        for _ in 0..READ_MOST / READ {
            let rows = self.book.desk_entries(&wanted, READ).await?;
            let last = rows.len() < READ;
            for row in rows {
                wanted.before = Some(row.number);
                let user = row.user.and_then(|user| users.get(&user));
                if !shown(&places(&row, user, today)) {
                    continue;
                }
                lines.extend(line(row, user, today));
                if lines.len() == LINES {
                    return Ok(in_order(lines, wanted.before));
                }
            }
            if last {
                return Ok(in_order(lines, None));
            }
        }
        Ok(in_order(lines, wanted.before))
    }
}

/// A page holds what came together; on it the newest deed comes first, whichever desk told it when.
fn in_order(mut lines: Vec<AuditLine>, before: Option<u64>) -> AuditPage {
    lines.sort_by_key(|line| std::cmp::Reverse((line.at, line.number)));
    AuditPage { lines, before }
}

/// Where it was done: where the record lies, or where the person worked on that day.
fn places(row: &DeskEntryRead, user: Option<&User>, today: NaiveDate) -> Vec<RegionCode> {
    match &row.region {
        Some(region) => vec![region.clone()],
        None => worked(user, row.at, today).cloned().collect(),
    }
}

/// Where a person worked when that was done, by the desk's clock; before all grants, where the person works today.
fn worked(user: Option<&User>, at: i64, today: NaiveDate) -> impl Iterator<Item = &RegionCode> {
    // Whether somebody may work at all is another question: a disabled user's deeds stay where they were done.
    let people: Vec<&User> = user.into_iter().collect();
    let then = places_on(&people, day_of(at).min(today));
    let found = if then.is_empty() { places_on(&people, today) } else { then };
    found.into_iter()
}

/// None: written by a program whose entries this one does not read.
fn line(row: DeskEntryRead, user: Option<&User>, today: NaiveDate) -> Option<AuditLine> {
    let said: AuditEntry = serde_json::from_str(&row.text).ok()?;
    let many: usize = said.made.iter().map(|made| made.ids.len()).sum();
    let works = worked(user, row.at, today).next().cloned();
    Some(AuditLine {
        number: row.number,
        at: row.at,
        received_at: row.received_at,
        device: row.device,
        device_name: row.device_name,
        person: user.map(|user| user.display_name.clone()),
        act: said.act,
        about: said.about.filter(|_| said.kind.is_some()),
        kind: said.kind,
        fields: said.fields,
        many: (many > 0).then_some(many as u64),
        region: row.region.or(works),
    })
}
