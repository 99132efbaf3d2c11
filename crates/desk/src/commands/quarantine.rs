//! What waits for a decision: one's own refused changes, and those of others that one may settle.

use serde_json::Value;
use tiexin_contract::quarantine::{
    Answer, BothValues, Item, ListQuarantine, Part, PutAway, Quarantine, UnmaskBoth,
};
use tiexin_contract::records::Unmasked;
use tiexin_contract::session::Done;
use tiexin_contract::{ErrorCode, ErrorReply, Event};
use tiexin_domain::access::Action;
use tiexin_domain::nouns;
use tiexin_domain::nouns::merge::{MERGED_INTO, merged_into};
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::record::{self as shape, Fields, Record};
use tiexin_domain::{MergeClass, RegionCode};
use tiexin_protocol::change::VOID_FIELD;
use tiexin_protocol::wire::Standing;
use tiexin_protocol::{Change, Verdict, VoidChange};
use tiexin_store::{Refused, Unsettled};
use uuid::Uuid;

use super::merge::standing;
use super::records::Names;
use super::save::region_of;
use crate::masking::Lost;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, READ};
use crate::{errors, labels, masking, place, refusals, values};

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, anywhere, list);
    registry.add(READ, anywhere, unmask);
    registry.add(READ, anywhere, put_away);
}

/// A change that waits.
pub(super) struct Waiting {
    pub(super) change: Change,
    pub(super) verdict: Verdict,
    /// The record as it stands; `None` when nothing stands.
    pub(super) current: Option<Record>,
    pub(super) region: RegionCode,
    /// Of this desk's own: the number under which the book keeps it.
    pub(super) refused: Option<i64>,
    author_name: Option<String>,
    standing: Vec<Standing>,
    since: i64,
}

/// Changes of one save.
pub(super) struct Group(pub(super) Vec<Waiting>);

/// Where the change is to take effect: where its record is, or is to be, if that lies in the scope where it
/// waits.
fn place_of(change: &Change, current: Option<&Record>, scope: &RegionCode) -> RegionCode {
    let standing = current.map(Record::region);
    let inside = |region: &RegionCode| region.scope() == *scope;
    let found = standing.filter(inside).or_else(|| region_of(&change.set).filter(inside));
    found.unwrap_or_else(|| scope.clone())
}

impl From<Refused> for Waiting {
    fn from(refused: Refused) -> Waiting {
        let Refused { id, change, verdict, current, refused_at, .. } = refused;
        Waiting {
            region: place_of(&change, current.as_ref(), &change.scope),
            change,
            verdict,
            current,
            refused: Some(id),
            author_name: None,
            standing: Vec::new(),
            since: refused_at,
        }
    }
}

impl From<Unsettled> for Waiting {
    fn from(one: Unsettled) -> Waiting {
        let Unsettled { scope, told, current } = one;
        Waiting {
            region: place_of(&told.change, current.as_ref(), &scope),
            change: told.change,
            verdict: told.verdict,
            current,
            refused: None,
            author_name: told.author_name,
            standing: told.standing,
            since: told.received_at,
        }
    }
}

impl Waiting {
    /// The record with the change on top of what stands.
    pub(super) fn with_change(&self) -> Record {
        let mut record = self.current.clone().unwrap_or_else(|| Record {
            id: self.change.record,
            kind: self.change.kind.clone(),
            scope: self.change.scope.clone(),
            version: 0,
            fields: Fields::new(),
            void: None,
        });
        shape::apply(&mut record.fields, &self.change.set);
        record
    }

    /// Both sides hold different texts of a long note.
    fn has_two_notes(&self) -> bool {
        self.change.set.iter().any(|(field, value)| {
            let standing = self.current.as_ref().and_then(|record| record.text(field));
            nouns::merge_class(&self.change.kind, field) == MergeClass::LongNote
                && standing.is_some_and(|standing| value.as_str().is_some_and(|text| text != standing))
        })
    }
}

impl Group {
    pub(super) fn id(&self) -> Uuid {
        self.0[0].change.id.settlement()
    }

    pub(super) fn is_own(&self, at: &At) -> bool {
        self.0.iter().all(|one| one.refused.is_some() && one.change.author == at.user.id)
    }

    pub(super) fn may(&self, at: &At, action: Action) -> bool {
        self.0.iter().all(|one| at.may(action, &one.region))
    }

    /// Whether a decision may be put on record: by who may settle, or of one's own by who may write there.
    pub(super) fn may_decide(&self, at: &At) -> bool {
        self.may(at, Action::Settle) || (self.is_own(at) && self.may(at, Action::Write))
    }

    fn is_conflict(&self) -> bool {
        self.0.iter().any(|one| matches!(one.verdict, Verdict::Conflict { .. }))
    }

    /// What the user may choose.
    pub(super) fn choices(&self, at: &At) -> Vec<Choice> {
        let (decide, write) = (self.may_decide(at), self.may(at, Action::Write));
        let mut choices = Vec::new();
        if self.is_conflict() {
            if decide || self.is_own(at) {
                choices.push(Choice::Theirs);
            }
            if decide && write {
                choices.push(Choice::Ours);
                if self.0.iter().any(Waiting::has_two_notes) {
                    choices.push(Choice::Both);
                }
            }
        } else {
            if decide && write {
                choices.push(Choice::Adopt);
            }
            if self.may(at, Action::Settle) && !self.is_own(at) {
                choices.push(Choice::Decline);
            } else if self.is_own(at) {
                // One's own is let go without a word to anybody.
                choices.push(Choice::Theirs);
            }
        }
        choices
    }

    /// The member whose verdict tells why the group waits.
    fn cause(&self) -> &Waiting {
        let whole = |one: &&Waiting| !refusals::is_companion(&one.verdict);
        self.0.iter().find(whole).unwrap_or(&self.0[0])
    }
}

/// All that waits and that the user may see, in groups, oldest first.
pub(super) fn open(at: &At) -> Result<Vec<Group>, ErrorReply> {
    let book = at.book();
    let mut all: Vec<Waiting> = Vec::new();
    for refused in [book.conflicts(), book.parked()] {
        all.extend(refused.map_err(errors::store)?.into_iter().map(Waiting::from));
    }
    all.extend(book.unsettled().map_err(errors::store)?.into_iter().map(Waiting::from));
    for one in &mut all {
        follow_merge(at, one)?;
    }
    all.retain(|one| {
        let own = one.refused.is_some();
        (own && one.change.author == at.user.id)
            || at.may(Action::Settle, &one.region)
            || (own && at.may(Action::Read, &one.region))
    });
    all.sort_by_key(|one| (one.since, one.change.id));
    let mut groups: Vec<Group> = Vec::new();
    for one in all {
        let same = |group: &&mut Group| {
            let first = &group.0[0].change;
            (first.id.device, first.id.incarnation, first.group)
                == (one.change.id.device, one.change.id.incarnation, one.change.group)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.0.push(one),
            None => groups.push(Group(vec![one])),
        }
    }
    for group in &mut groups {
        group.0.sort_by_key(|one| one.change.id);
    }
    Ok(groups)
}

/// An edit of a record that was merged into another is one of that: there it is shown, and adopted.
fn follow_merge(at: &At, one: &mut Waiting) -> Result<(), ErrorReply> {
    let itself = one.change.void.is_some() || one.change.set.contains_key(MERGED_INTO);
    if itself || one.current.as_ref().and_then(merged_into).is_none() {
        return Ok(());
    }
    let stays = at.book().get(standing(at, one.change.record)).map_err(errors::store)?;
    if let Some(stays) = stays.filter(|stays| stays.kind == one.change.kind && stays.void.is_none()) {
        one.change.record = stays.id;
        one.region = stays.region();
        one.current = Some(stays);
    }
    Ok(())
}

pub(super) fn find(at: &At, id: Uuid) -> Result<Group, ErrorReply> {
    let named = |group: &Group| group.0.iter().any(|one| one.change.id.settlement() == id);
    open(at)?.into_iter().find(named).ok_or_else(settled_already)
}

pub(super) fn settled_already() -> ErrorReply {
    ErrorReply::new(ErrorCode::NotFound, "这一条已经处理过了，没有改动。请刷新列表。")
}

fn list(at: &At, args: ListQuarantine) -> Result<Quarantine, ErrorReply> {
    let names = Names::of(at.book())?;
    let inside = |group: &Group| {
        group.is_own(at) || args.region.as_ref().is_none_or(|region| region.covers(&group.0[0].region))
    };
    let groups = open(at)?;
    let whole: Vec<Record> = groups.iter().flat_map(|group| &group.0).map(Waiting::with_change).collect();
    let lost = masking::lost(at.book(), &whole)?;
    let shown = groups.iter().filter(|group| inside(group));
    let items = shown.map(|group| item(at, &names, group, &lost)).collect();
    let answered = at.book().answered().map_err(errors::store)?;
    let own = answered.into_iter().filter(|refused| refused.change.author == at.user.id);
    let own: Vec<(Refused, Waiting)> = own.map(|refused| (refused.clone(), Waiting::from(refused))).collect();
    let whole: Vec<Record> = own.iter().map(|(_, waiting)| waiting.with_change()).collect();
    let lost = masking::lost(at.book(), &whole)?;
    let answers = own.into_iter().filter_map(|(refused, waiting)| answer(refused, &waiting, &lost)).collect();
    Ok(Quarantine { items, answers })
}

fn item(at: &At, names: &Names, group: &Group, lost: &Lost) -> Item {
    let cause = group.cause();
    let refusal = refusals::told(&cause.verdict, group.is_own(at));
    Item {
        id: group.id(),
        mine: group.is_own(at),
        verdict: refusal.verdict.to_owned(),
        code: refusal.code,
        reason: refusal.reason.to_owned(),
        message: refusal.message,
        author: author(names, cause),
        noted_at: cause.change.noted_at,
        region_name: place::name(&cause.region),
        region: cause.region.clone(),
        parts: group.0.iter().map(|one| part(at, one, lost)).collect(),
        choices: group.choices(at),
    }
}

pub(super) fn author(names: &Names, one: &Waiting) -> String {
    one.author_name.clone().unwrap_or_else(|| names.of_author(one.change.author))
}

fn part(at: &At, one: &Waiting, lost: &Lost) -> Part {
    let whole = one.with_change();
    let titled = one.current.as_ref().unwrap_or(&whole);
    let contested = match &one.verdict {
        Verdict::Conflict { fields, .. } => fields.as_slice(),
        _ => &[],
    };
    let shown = one.change.set.iter().filter(|(field, _)| {
        !field.starts_with("recorded_") && (contested.is_empty() || contested.contains(field))
    });
    let hides = match &one.change.void {
        Some(VoidChange::Hide(void)) => Some(void.reason.clone()),
        _ => None,
    };
    Part {
        record: one.change.record,
        kind: one.change.kind.clone(),
        title: masking::title(titled, lost),
        stands: one.current.is_some(),
        hides,
        hidden: one.current.as_ref().and_then(|record| record.void.as_ref()).map(|void| void.reason.clone()),
        fields: shown.map(|(field, _)| both(at, one, &whole, field, lost)).collect(),
    }
}

fn both(at: &At, one: &Waiting, whole: &Record, field: &str, lost: &Lost) -> BothValues {
    let kind = &one.change.kind;
    // A change of a set shows the set that it would make.
    let ours = whole.fields.get(field).unwrap_or(&Value::Null);
    let theirs = one.current.as_ref().and_then(|record| record.fields.get(field)).unwrap_or(&Value::Null);
    // Covered by the rules of the record that would be: what its author alone may read stays so.
    let cover = |value: &Value| {
        let covered = masking::cover_value(whole, field, value, at.user.id, lost);
        Value::String(if field == "region" {
            region_name(&covered)
        } else {
            values::shown(kind, field, &covered)
        })
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
        by: by.and_then(|standing| standing.author_name.clone()),
        at: by.and_then(|standing| standing.noted_at),
    }
}

fn region_name(code: &Value) -> String {
    let region = code.as_str().and_then(|code| code.parse().ok());
    region.map(|region| place::name(&region)).unwrap_or_default()
}

fn answer(refused: Refused, waiting: &Waiting, lost: &Lost) -> Option<Answer> {
    let outcome = refused.outcome.clone()?;
    let (id, noted_at) = (refused.id, refused.change.noted_at);
    let whole = waiting.with_change();
    let titled = waiting.current.as_ref().unwrap_or(&whole);
    Some(Answer {
        id,
        record: waiting.change.record,
        kind: waiting.change.kind.clone(),
        title: masking::title(titled, lost),
        noted_at,
        choice: outcome.choice,
        note: outcome.note,
        by: outcome.by,
        at: outcome.at,
    })
}

fn unmask(at: &At, args: UnmaskBoth) -> Result<Unmasked, ErrorReply> {
    let group = find(at, args.id)?;
    let one = group.0.iter().find(|one| one.change.record == args.record).ok_or_else(errors::not_found)?;
    let masked = |text: &&str| masking::is_masked(&one.change.kind, &args.field, &Value::from(*text));
    let whole = one.with_change();
    let record = if args.ours { Some(&whole) } else { one.current.as_ref() };
    let value = record.and_then(|record| record.text(&args.field)).filter(masked);
    let value = value.ok_or_else(errors::not_found)?.to_owned();
    // What stands is shown only to who may read it where it stands.
    if !args.ours && !at.may(Action::Read, &one.region) {
        return Err(errors::no_right());
    }
    // Shown only when the audit has it.
    at.note("unmask", Some(args.record), &[&args.field])?;
    Ok(Unmasked { value })
}

fn put_away(at: &At, args: PutAway) -> Result<Done, ErrorReply> {
    let answered = at.book().answered().map_err(errors::store)?;
    let own = answered.into_iter().find(|one| one.id == args.id && one.change.author == at.user.id);
    let refused = own.ok_or_else(settled_already)?;
    at.book().settle_refused(refused.id, at.user.id, at.now_ms).map_err(errors::store)?;
    tell(at, vec![refused.change.kind])?;
    Ok(Done { id: Some(refused.change.record) })
}

/// One thing less that waits, in the lists and on the indicator.
pub(super) fn tell(at: &At, kinds: Vec<String>) -> Result<(), ErrorReply> {
    at.desk.tell(Event::Changed { kinds });
    at.desk.tell(Event::Sync(at.session.province.state(&at.desk, at.book(), at.now_ms)?));
    Ok(())
}
