//! The book itself: checking it, preferences.

use tiexin_contract::ErrorReply;
use tiexin_contract::book::{GetPreferences, Preferences, SetPreferences, Verify, VerifyReport};
use tiexin_contract::session::Done;

use crate::errors;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need};

pub(super) fn register(registry: &mut Registry) {
    registry.add(Need::SignedIn, anywhere, verify);
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
