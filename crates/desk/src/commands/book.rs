//! The book itself: checking it, its audit, preferences.

use tiexin_contract::ErrorReply;
use tiexin_contract::book::{
    AuditRow, AuditTrail, GetPreferences, Preferences, SetPreferences, Verify, VerifyReport,
};
use tiexin_contract::session::Done;

use super::records::Names;
use crate::registry::{Registry, anywhere};
use crate::rights::{AUDIT, At, Need};
use crate::{errors, labels};

pub(super) fn register(registry: &mut Registry) {
    registry.add(Need::SignedIn, anywhere, verify);
    registry.add(AUDIT, anywhere, audit);
    registry.add(Need::SignedIn, anywhere, preferences);
    registry.add(Need::SignedIn, anywhere, set_preferences);
}

fn verify(at: &At, _: Verify) -> Result<VerifyReport, ErrorReply> {
    let report = at.book().verify().map_err(errors::store)?;
    let fault = |fault: &tiexin_store::Fault| match fault.at {
        Some(place) => format!("{}（{} 第 {place} 条）", fault.what, fault.code),
        None => format!("{}（{}）", fault.what, fault.code),
    };
    Ok(VerifyReport {
        sound: report.sound(),
        audit_entries: report.audit_entries,
        records: report.records,
        faults: report.faults.iter().map(fault).collect(),
    })
}

const MOST: u32 = 1_000;

fn audit(at: &At, args: AuditTrail) -> Result<Vec<AuditRow>, ErrorReply> {
    let before = args.before.map(|seq| i64::try_from(seq).unwrap_or(i64::MAX));
    let entries = at.book().audit(before, args.limit.clamp(1, MOST) as usize).map_err(errors::store)?;
    let names = Names::of(at.book())?;
    let row = |entry: tiexin_store::AuditEntry| {
        let kind = entry.kind.clone().unwrap_or_default();
        AuditRow {
            seq: u64::try_from(entry.seq).unwrap_or_default(),
            at: entry.at,
            actor: names.of_author(entry.actor),
            act: match entry.made.iter().map(|made| made.ids.len()).sum::<usize>() {
                0 => labels::act(&entry.act).to_owned(),
                many => format!("{} {many} 条", labels::act(&entry.act)),
            },
            record: entry.about.filter(|_| entry.kind.is_some()),
            fields: labels::fields(&kind, &entry.fields),
            kind: entry.kind,
        }
    };
    Ok(entries.into_iter().map(row).collect())
}

const KEY: &str = "preferences";

fn preferences(at: &At, _: GetPreferences) -> Result<Preferences, ErrorReply> {
    let kept = at.book().preference(at.user.id, KEY).map_err(errors::store)?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn set_preferences(at: &At, args: SetPreferences) -> Result<Done, ErrorReply> {
    let text = serde_json::to_string(&args.preferences).map_err(|_| errors::unreadable())?;
    at.book().set_preference(at.user.id, KEY, &text).map_err(errors::store)?;
    Ok(Done { id: None })
}
