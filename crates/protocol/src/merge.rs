//! The verdict on one change: field-level merge against the version its author saw.
//!
//! The order of receipt decides, never a clock (I13). No change touches another record (I16).

use serde_json::Value;
use tiexin_domain::RegionCode;
use tiexin_domain::nouns::{self, Kind};
use tiexin_domain::record::{Fields, MergeClass, is_set_change};
use tiexin_domain::region::Level;
use tiexin_domain::shape;

use crate::change::{Change, Held, Overwritten, ParkCode, VOID_FIELD, VoidChange};
use crate::planted;

/// What is to be done with a change.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    Apply(Effect),
    /// For a person to settle; nothing is applied.
    Conflict {
        code: &'static str,
        fields: Vec<String>,
    },
    /// Kept whole in quarantine.
    Park {
        code: ParkCode,
        message: String,
    },
}

/// The outcome of an applied change. When empty, the record already stood so and no log entry is written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Effect {
    /// Final values; null removes.
    pub set: Fields,
    pub void: Option<VoidChange>,
    pub overwrote: Vec<Overwritten>,
}

impl Effect {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.void.is_none()
    }

    /// Where it brings the record.
    pub fn region(&self) -> Option<RegionCode> {
        self.set.get("region").and_then(Value::as_str).and_then(|code| code.parse().ok())
    }
}

/// Decides on `change` against what the server holds. Rights are the caller's to check, before this.
pub fn decide(held: Option<&Held>, change: &Change) -> Decision {
    if !Kind::from_code(&change.kind).is_known() {
        return park(ParkCode::KindUnknown, "省平台还不认识这类记录");
    }
    let Some(held) = held else {
        if change.base > 0 {
            return park(ParkCode::RecordUnknown, "省平台没有这条记录");
        }
        return checked(None, change, resolve(None, change));
    };
    if held.record.kind != change.kind || held.record.scope != change.scope {
        return park(ParkCode::ScopeMismatch, "记录的种类或乡镇与省平台不一致");
    }
    if let Some(conflict) = void_conflict(held, change) {
        return conflict;
    }
    let fields: Vec<String> = change
        .set
        .iter()
        .filter(|(field, value)| {
            shape::merge_class(&change.kind, field) == MergeClass::Sensitive
                && !planted("sensitive_is_ordinary")
                && written_meanwhile(held, field, change)
                && held.record.fields.get(*field).unwrap_or(&Value::Null) != *value
        })
        .map(|(field, _)| field.clone())
        .collect();
    if !fields.is_empty() {
        return Decision::Conflict { code: "sensitive", fields };
    }
    checked(Some(held), change, resolve(Some(held), change))
}

fn park(code: ParkCode, message: &str) -> Decision {
    Decision::Park { code, message: message.into() }
}

/// Whether somebody else wrote the field after the version that the author saw.
fn written_meanwhile(held: &Held, field: &str, change: &Change) -> bool {
    held.field_versions.get(field).is_some_and(|origin| {
        let own = origin.device == change.id.device && origin.incarnation == change.id.incarnation;
        origin.seq > change.base + u64::from(planted("base_one_too_far")) && !own
    })
}

fn void_conflict(held: &Held, change: &Change) -> Option<Decision> {
    let conflict = |code| Some(Decision::Conflict { code, fields: Vec::new() });
    match (&held.record.void, &change.void) {
        (Some(_), Some(VoidChange::Hide(_)) | None) if held.record.void.is_some() => {
            // Hiding what is hidden already is no quarrel; editing it is.
            let again = matches!(change.void, Some(VoidChange::Hide(_))) && change.set.is_empty();
            if again || planted("hidden_is_edited") { None } else { conflict("voided") }
        }
        (None, Some(VoidChange::Hide(_))) => {
            let edited = held.field_versions.iter().any(|(field, _)| written_meanwhile(held, field, change));
            if edited { conflict("edited_meanwhile") } else { None }
        }
        (Some(_), Some(VoidChange::Restore)) if written_meanwhile(held, VOID_FIELD, change) => {
            conflict("voided")
        }
        _ => None,
    }
}

fn resolve(held: Option<&Held>, change: &Change) -> Effect {
    let mut effect = Effect::default();
    let empty = Fields::new();
    let current = held.map_or(&empty, |h| &h.record.fields);
    for (field, value) in &change.set {
        let class = shape::merge_class(&change.kind, field);
        let now = current.get(field);
        let meanwhile = held.is_some_and(|h| written_meanwhile(h, field, change));
        // The author wrote it last, and has not read what became of that.
        let again = !meanwhile
            && held.and_then(|h| h.field_versions.get(field)).is_some_and(|origin| origin.seq > change.base);
        let next = match (class, value) {
            (MergeClass::Set, Value::Object(ops)) if is_set_change(ops) => {
                let mut one = Fields::new();
                if let Some(now) = now {
                    one.insert(field.clone(), now.clone());
                }
                let only: Fields = [(field.clone(), value.clone())].into_iter().collect();
                tiexin_domain::record::apply(&mut one, &only);
                one.remove(field).unwrap_or(Value::Null)
            }
            (MergeClass::LongNote, Value::String(text)) if meanwhile && !planted("note_replaced") => {
                join_notes(now, text)
            }
            // Who empties a note has not seen what somebody else wrote into it since: that stays.
            (MergeClass::LongNote, Value::Null) if meanwhile => now.cloned().unwrap_or(Value::Null),
            (MergeClass::LongNote, _) if again && !planted("own_note_replaced") => written_again(now, value),
            _ => value.clone(),
        };
        if next == *now.unwrap_or(&Value::Null)
            || (planted("unknown_field_dropped") && field.starts_with("x_"))
        {
            continue;
        }
        if meanwhile
            && class == MergeClass::Ordinary
            && !planted("overwritten_forgotten")
            && let Some(origin) = held.and_then(|h| h.field_versions.get(field))
        {
            effect.overwrote.push(Overwritten {
                field: field.clone(),
                value: now.cloned().unwrap_or(Value::Null),
                author: origin.author,
                seq: origin.seq,
            });
        }
        effect.set.insert(field.clone(), next);
    }
    let hidden = held.is_some_and(|h| h.record.void.is_some());
    effect.void = match &change.void {
        Some(VoidChange::Hide(_)) if hidden => None,
        Some(VoidChange::Restore) if !hidden => None,
        other => other.clone(),
    };
    effect
}

/// What stands between two texts that were written at once.
const BESIDE: &str = "\n——另一处同时填写——\n";

/// A note that its author writes once more without having read what became of the text before: where that was joined to
/// somebody else's, theirs stays, and the author's own, behind the last seam, gives way to the new one. The seam stays
/// even with nothing behind it: by it theirs is known when the author writes for the third time.
fn written_again(now: Option<&Value>, value: &Value) -> Value {
    let joined = now.and_then(Value::as_str).and_then(|joined| joined.rsplit_once(BESIDE));
    let Some((theirs, _)) = joined else { return value.clone() };
    let own = new_beside(theirs, value.as_str().unwrap_or_default());
    Value::String(format!("{theirs}{BESIDE}{own}"))
}

/// Both texts are kept, each once.
pub fn join_notes(now: Option<&Value>, text: &str) -> Value {
    match now.and_then(Value::as_str) {
        Some(theirs) if !text.contains(theirs) => {
            let own = new_beside(theirs, text);
            if own.is_empty() {
                return Value::String(theirs.into());
            }
            let theirs = theirs.strip_suffix(BESIDE).unwrap_or(theirs);
            Value::String(format!("{theirs}{BESIDE}{own}"))
        }
        _ => Value::String(text.into()),
    }
}

/// What of the text does not stand in theirs: a text that was joined before is looked at part by part.
fn new_beside(theirs: &str, text: &str) -> String {
    let parts: Vec<&str> = text.split(BESIDE).filter(|part| !theirs.contains(*part)).collect();
    parts.join(BESIDE)
}

/// The merged record must obey its kind's rules and stay in its scope.
fn checked(held: Option<&Held>, change: &Change, effect: Effect) -> Decision {
    if effect.is_empty() {
        return Decision::Apply(effect);
    }
    let mut fields = held.map(|h| h.record.fields.clone()).unwrap_or_default();
    tiexin_domain::record::apply(&mut fields, &effect.set);
    let region: Option<RegionCode> =
        fields.get("region").and_then(Value::as_str).and_then(|c| c.parse().ok());
    let stays = region.as_ref().is_some_and(|region| RegionCode::scope(region) == change.scope);
    // A record that is there already may move to another township; a new one lies where it says.
    let town = |r: &&RegionCode| matches!(r.level(), Level::Township | Level::Village);
    let moves = held.is_some_and(|h| region.as_ref().filter(town).is_some_and(|r| *r != h.record.region()));
    if !stays && !moves {
        return park(ParkCode::ScopeMismatch, "记录的地区不在所属乡镇内");
    }
    let hiding = matches!(effect.void, Some(VoidChange::Hide(_)));
    match nouns::check(&change.kind, &fields) {
        Ok(checked) if hiding || checked.problems.is_empty() => Decision::Apply(effect),
        // Messages of rules name fields, never values.
        Ok(checked) => match new_problem(held, &fields, &checked.problems) {
            Some(problem) => park(ParkCode::RuleBroken, &problem.message),
            None => Decision::Apply(effect),
        },
        Err(problem) => park(ParkCode::RuleBroken, &format!("记录不完整（{}）", problem.code)),
    }
}

/// What is wrong and was not wrong before. A rule that is stricter than when the record was made holds back no
/// edit of other fields.
fn new_problem<'p>(
    held: Option<&Held>,
    after: &Fields,
    found: &'p [nouns::Problem],
) -> Option<&'p nouns::Problem> {
    let before = held.map(|held| &held.record);
    let known = before.and_then(|record| nouns::check(&record.kind, &record.fields).ok());
    found.iter().find(|problem| match (before, &known) {
        (Some(record), Some(known)) => !nouns::stood_already(problem, &known.problems, &record.fields, after),
        _ => true,
    })
}
