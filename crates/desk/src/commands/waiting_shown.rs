//! What waits, in words: a record by its title, a family by name, never an id or the code of a field.

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_contract::quarantine::{BothValues, Item, Part};
use tiexin_domain::access::Action;
use tiexin_domain::nouns::Merge;
use tiexin_domain::nouns::merge::{MERGED_INTO, MergeDecision};
use tiexin_domain::record::Record;
use tiexin_domain::{Kind, Level, MergeClass, RegionCode, shape};
use tiexin_protocol::change::VOID_FIELD;
use tiexin_protocol::{ParkCode, Verdict, VoidChange};
use uuid::Uuid;

use super::authors::Names;
use crate::masking::{self, Lost};
use crate::place::region_of;
use crate::rights::At;
use crate::waiting::{Group, Viewer, Waiting};
use crate::{labels, place, refusals, values};

/// Why a proposed move waits, in few words.
const ASKED_MOVE: &str = "提议迁移";

/// What a picture is made of: no words for anybody.
const OF_BYTES: [&str; 7] = ["sha256", "bytes", "mime", "width", "height", "thumb_sha256", "thumb_bytes"];

/// Puts what waits into words for the user.
pub(super) struct Words<'a> {
    pub(super) at: &'a At,
    pub(super) names: Names,
    pub(super) lost: Lost,
}

impl Words<'_> {
    pub(super) fn item(&self, group: &Group) -> Item {
        let who = Viewer::from(self.at);
        let (cause, mine) = (group.cause(), group.is_own(&who));
        let mut refusal = refusals::told(&cause.verdict, mine);
        let after_what_waits = cause.edits_what_waits()
            && matches!(cause.verdict, Verdict::Parked { code: ParkCode::ScopeMismatch, .. });
        if after_what_waits {
            refusal = refusals::of_an_edit_of_what_waits(refusal, mine);
        }
        let merge = group.merge();
        let moves = self.of_move(group, mine).filter(|_| merge.is_none());
        let asked = moves.is_some();
        let message = match (&merge, moves) {
            (Some(merge), _) => self.of_merge(merge, group.awaits_record(), mine),
            (None, Some(told)) => told,
            (None, None) => refusal.message,
        };
        let of_merge = merge.as_ref().and_then(|merge| merge_reason(merge, &refusal.code));
        let reason = if asked { ASKED_MOVE } else { of_merge.unwrap_or(refusal.reason) };
        let void = self.of_void(group, &who);
        let obstacle = group
            .obstacle(&who)
            .filter(|_| merge.is_none() || !group.awaits_record())
            // The refusal says it already.
            .filter(|told| !after_what_waits || *told != refusals::AFTER_WHAT_WAITS)
            .unwrap_or_default();
        let parts = match &merge {
            Some(merge) => self.parts_of_merge(group, merge),
            None => group.0.iter().map(|one| self.part(one)).collect(),
        };
        let rest = of_the_rest(group, &who, &parts);
        let region = cause.region();
        Item {
            id: group.id(),
            mine,
            verdict: refusal.verdict.to_owned(),
            code: refusal.code,
            reason: reason.to_owned(),
            message: format!("{message}{void}{rest}{obstacle}"),
            author: self.author(cause),
            noted_at: cause.change.noted_at,
            region_name: place::name(&region),
            township_name: township(&region),
            region,
            parts,
            choices: group.choices(&who),
            merges: merge.is_some(),
            takes_back: group.may_take_back(&who),
            restores: group.restores(),
        }
    }

    fn author(&self, one: &Waiting) -> String {
        one.author_name.clone().unwrap_or_else(|| self.names.of_author(one.change.author))
    }

    /// A reason or a note about it.
    pub(super) fn written(&self, one: &Waiting, text: &str) -> String {
        masking::told(&one.with_change(), text, &self.lost)
    }

    pub(super) fn part(&self, one: &Waiting) -> Part {
        let hides = match &one.change.void {
            Some(VoidChange::Hide(void)) => Some(self.written(one, &void.reason)),
            _ => None,
        };
        let void = one.current.as_ref().and_then(|record| record.void.as_ref());
        Part {
            record: one.change.record,
            kind: one.change.kind.clone(),
            title: titled(one, &self.lost),
            stands: one.current.is_some(),
            hides,
            hidden: void.map(|void| self.written(one, &void.reason)),
            role: None,
            meanwhile: Vec::new(),
            fields: self.fields(one),
        }
    }

    fn fields(&self, one: &Waiting) -> Vec<BothValues> {
        let whole = one.with_change();
        let stands = one.current.as_ref().map(|record| &record.fields);
        let differs =
            |field: &String| stands.is_none_or(|stands| stands.get(field) != whole.fields.get(field));
        let contested: &[String] = match &one.verdict {
            Verdict::Conflict { fields, .. } => fields,
            _ => &[],
        };
        let shown = one
            .change
            .set
            .keys()
            .filter(|field| is_shown(field) && (differs(field) || contested.contains(field)));
        let mut fields: Vec<BothValues> = shown.map(|field| self.both(one, &whole, field)).collect();
        // What a person must decide first, then the field that others follow, as birth and sex follow an ID number.
        let kind = &one.change.kind;
        let plain = |field: &str| shape::merge_class(kind, field) != MergeClass::Sensitive;
        fields.sort_by_cached_key(|both| {
            (!both.clash, plain(&both.field), shape::place(kind, &both.field), both.field.clone())
        });
        if let (true, Some(to)) = (moved_along(one), &one.to) {
            // It goes where its family is, not where its author saw that.
            if let Some(region) = fields.iter_mut().find(|both| both.field == "region") {
                region.ours = Value::String(place::name(to));
            }
        }
        fields
    }

    pub(super) fn both(&self, one: &Waiting, whole: &Record, field: &str) -> BothValues {
        let kind = &one.change.kind;
        // A change of a set shows the set that it would make.
        let ours = whole.fields.get(field).unwrap_or(&Value::Null);
        let theirs = one.current.as_ref().and_then(|record| record.fields.get(field)).unwrap_or(&Value::Null);
        // Covered by the rules of the record that would be: what its author alone may read stays so.
        let cover = |value: &Value| {
            let covered = masking::cover_value(whole, field, value, &self.at.reader, &self.lost);
            Value::String(self.value(kind, field, &covered))
        };
        let origin = one.standing.iter().find(|standing| standing.field == field);
        let hidden = one.standing.iter().find(|standing| standing.field == VOID_FIELD);
        let by = origin.or(hidden.filter(|_| one.current.as_ref().is_some_and(|r| r.void.is_some())));
        BothValues {
            field: field.to_owned(),
            label: labels::field(kind, field),
            ours: cover(ours),
            theirs: cover(theirs),
            masked: [ours, theirs].into_iter().any(|value| masking::is_masked(kind, field, value)),
            clash: one.contested().iter().any(|contested| contested == field),
            by: by.and_then(|standing| standing.author_name.clone()),
            at: by.and_then(|standing| standing.noted_at),
        }
    }

    fn value(&self, kind: &str, field: &str, value: &Value) -> String {
        in_words(self.at, kind, field, value)
    }

    pub(super) fn title_of(&self, id: Uuid) -> String {
        title_of(self.at, id)
    }
}

/// What becomes of the columns about which nobody disagrees.
fn of_the_rest(group: &Group, who: &Viewer<'_>, parts: &[Part]) -> &'static str {
    let mut shown = parts.iter().flat_map(|part| part.fields.iter().map(|both| both.clash));
    if !group.clashes() || shown.all(|clash| clash) {
        return "";
    }
    match group.may_decide(who) && group.may_adopt(who) {
        true => "其余栏目没有争议，无论选哪一个，都按后提交的写入。",
        false => "其余栏目要由有填写权限的人处理；只选“保留现有的”时，它们也不写入。",
    }
}

/// A field that people read.
pub(super) fn is_shown(field: &str) -> bool {
    !field.starts_with("recorded_") && !OF_BYTES.contains(&field) && field != MERGED_INTO
}

/// A value, covered already, in the office's words: places by name, other records by their titles.
pub(super) fn in_words(at: &At, kind: &str, field: &str, value: &Value) -> String {
    match value {
        Value::String(code) if values::is_region(kind, field) => region_name(code),
        Value::String(text) => match text.parse::<Uuid>() {
            Ok(id) => title_of(at, id),
            Err(_) => values::shown(kind, field, value),
        },
        Value::Array(items) => {
            let words: Vec<String> = items.iter().map(|item| in_words(at, kind, field, item)).collect();
            words.join("、")
        }
        other => values::shown(kind, field, other),
    }
}

/// What the user may read of a record, by its title.
pub(super) fn title_of(at: &At, id: Uuid) -> String {
    let found = at.book().get(id).ok().flatten();
    let readable = found.filter(|record| at.may(Action::Read, &record.region()));
    let named = readable.and_then(|record| {
        let lost = masking::lost(at.book(), [&record]).ok()?;
        Some(masking::title(&record, &lost)).filter(|title| !title.is_empty())
    });
    named.unwrap_or_else(|| "（不在本机的登记）".to_owned())
}

/// A new record that follows what it belongs to.
fn moved_along(one: &Waiting) -> bool {
    one.current.is_none() && one.to.is_some() && one.to != region_of(&one.change.set)
}

/// Why it waits, in few words, where the words for one record would not fit.
fn merge_reason(merge: &Merge, code: &str) -> Option<&'static str> {
    (code == "edited_meanwhile").then_some(match merge.decision {
        MergeDecision::Undone => "撤销合并时有人改过",
        _ => "合并时有人改过",
    })
}

/// The title of what stands or would stand; what cannot be read as a whole record is called by its kind.
pub(super) fn titled(one: &Waiting, lost: &Lost) -> String {
    let whole = one.with_change();
    let title = masking::title(one.current.as_ref().unwrap_or(&whole), lost);
    if !title.is_empty() {
        return title;
    }
    let kind = Kind::from_code(&one.change.kind);
    let label = kind.word();
    // By the name that its author saw, where it is not here any more.
    let of = |record: &Record| {
        ["head_name", "name"].iter().find_map(|field| record.text(field).map(str::to_owned))
    };
    let named = of(&whole).or_else(|| of(one.gone.as_ref()?));
    match named {
        // The name of a child who died is told by the family's own page only.
        Some(name) if kind != Kind::Person => {
            format!("{}（{label}）", masking::told(&whole, &name, lost))
        }
        _ => format!("{label}（不在本机）"),
    }
}

fn region_name(code: &str) -> String {
    code.parse::<RegionCode>().map_or_else(|_| code.to_owned(), |region| named_with_township(&region))
}

/// A village with its township before it.
pub(super) fn named_with_township(region: &RegionCode) -> String {
    match region.level() {
        Level::Village => format!("{}{}", township(region), place::name(region)),
        _ => place::name(region),
    }
}

/// The name of the township; of what lies above, its own.
fn township(region: &RegionCode) -> String {
    place::name(&region.scope())
}

/// The group's records by their titles, for what is told after a decision.
pub(super) fn named(at: &At, group: &Group) -> Result<String, ErrorReply> {
    let whole: Vec<Record> = group.0.iter().map(Waiting::with_change).collect();
    let lost = masking::lost(at.book(), &whole)?;
    Ok(titled(group.cause(), &lost))
}
