//! One thing done to many records: a field is set, or they are made void. Each is checked as a save of it alone is, and
//! what is wrong with one holds back no other.

use std::collections::BTreeSet;

use tiexin_contract::bulk::{Change, ChangeMany, Chosen, ManyChanged, NotChanged};
use tiexin_contract::records::ListRecords;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::access::Action;
use tiexin_domain::nouns::tidy;
use tiexin_domain::record::{Fields, Record, Void, diff};
use tiexin_domain::{Kind, Problem, RegionCode, shape};
use tiexin_store::{Hanging, OfMany, Source};
use uuid::Uuid;

use super::import::Teller;
use super::import_batches::Label;
use super::records::{refuse_decision, refuse_fixed};
use super::{contacts, lists, save, voided};
use crate::registry::Registry;
use crate::rights::{At, Place, WRITE};
use crate::{errors, masking, rows, rules};

pub(super) fn register(registry: &mut Registry) {
    registry.add(WRITE, place, run);
}

/// Of a list its region. Of single records each by itself: one elsewhere is named and holds back no other.
fn place(_: &At, args: &ChangeMany) -> Result<Place, ErrorReply> {
    Ok(match &args.chosen {
        Chosen::All(list) | Chosen::AllBut { list, .. } => Place::In(vec![list.region.clone()]),
        Chosen::Ids(_) => Place::Anywhere,
    })
}

/// Records read at a time.
const PAGE: u32 = 500;

fn run(at: &At, args: ChangeMany) -> Result<ManyChanged, ErrorReply> {
    let todo = Todo::of(at, &args.kind, args.change)?;
    let job = at.desk.inner().jobs.begin(args.job);
    let teller = Teller::new(&at.desk, &job, args.job);
    let done = ids(at, &args.kind, args.chosen).and_then(|ids| plan(at, &todo, &ids, &teller)).and_then(
        |mut plan| {
            // The count that was agreed to is the count that is changed.
            plan.told.anew = args.agreed.as_ref().is_some_and(|agreed| *agreed != plan.told.print);
            if args.dry_run || plan.told.anew { Ok(plan.told) } else { write(at, &todo, plan, &teller) }
        },
    );
    teller.finish();
    done
}

/// What is done to each.
enum Todo {
    Set { kind: Kind, field: &'static shape::Field, sent: Fields },
    Void { kind: Kind, void: Void },
}

impl Todo {
    fn of(at: &At, kind: &str, change: Change) -> Result<Todo, ErrorReply> {
        let kind = Kind::from_code(kind);
        if !kind.is_known() {
            return Err(errors::unreadable());
        }
        refuse_decision(kind.code())?;
        refuse_fixed(kind.code())?;
        match change {
            Change::Set { field, value } => {
                let mut fields = shape::of(kind.code()).into_iter().flat_map(shape::for_many);
                let Some(known) = fields.find(|one| one.name == field) else {
                    let message = "这一栏不能批量修改，没有改动任何内容。请一条一条地改，或换一栏";
                    return Err(ErrorReply::invalid(vec![Problem::new(&field, "not_for_many", message)]));
                };
                let mut sent = Fields::from_iter([(field, value)]);
                rules::tidy_fields(kind.code(), &mut sent, at.day);
                Ok(Todo::Set { kind, field: known, sent })
            }
            Change::Void { reason } => {
                let reason = tidy(&reason).ok_or_else(|| {
                    let problem = Problem::new("reason", "reason_missing", "请写明作废的原因");
                    ErrorReply::invalid(vec![problem])
                })?;
                Ok(Todo::Void { kind, void: Void::by_person(&reason) })
            }
        }
    }

    fn kind(&self) -> &Kind {
        match self {
            Todo::Set { kind, .. } | Todo::Void { kind, .. } => kind,
        }
    }

    /// What becomes of a record; nothing where it is so already.
    ///
    /// # Errors
    /// What is wrong with it.
    fn change(&self, at: &At, record: &Record) -> Result<Option<OfMany>, ErrorReply> {
        let (set, void) = match self {
            Todo::Set { kind, field, sent } => {
                let edited = save::edited(at, record, None, sent.clone());
                let (fields, persons) = edited.map_err(|error| what_goes_first(kind, field, error))?;
                // No field of this sort is a person's.
                debug_assert!(persons.is_empty());
                (diff(&record.kind, &record.fields, &fields), None)
            }
            Todo::Void { .. } if record.void.is_some() => (Fields::new(), None),
            Todo::Void { void, .. } => {
                if contacts::along(at, record, true)?.is_some() {
                    let message = "作废以后原来的联系人要接着负责，请在这一户的页面里作废";
                    return Err(ErrorReply::new(ErrorCode::Invalid, message));
                }
                (Fields::new(), Some(void.clone()))
            }
        };
        let something = !set.is_empty() || void.is_some();
        Ok(something.then(|| OfMany { id: record.id, group: at.new_id(), set, void }))
    }

    /// Whether something else stood there, which gives way.
    fn overwrites(&self, record: &Record) -> bool {
        match self {
            Todo::Set { field, .. } => record.fields.contains_key(field.name),
            Todo::Void { .. } => false,
        }
    }

    fn label(&self, regions: BTreeSet<RegionCode>) -> Label {
        let field = match self {
            Todo::Set { field, .. } => Some(*field),
            Todo::Void { .. } => None,
        };
        Label::of_many(self.kind(), field, regions)
    }

    /// What taking back needs to know besides.
    fn told(&self) -> Option<String> {
        match self {
            Todo::Set { .. } => None,
            Todo::Void { void, .. } => serde_json::to_string(void).ok(),
        }
    }
}

/// What is missing beside the one field that is set can be set before it: that is what to do.
fn what_goes_first(kind: &Kind, field: &shape::Field, mut error: ErrorReply) -> ErrorReply {
    for problem in error.problems.iter_mut().filter(|problem| problem.code.ends_with("missing")) {
        let mut fields = shape::of(kind.code()).into_iter().flat_map(shape::for_many);
        let other = fields.find(|one| one.name == problem.field && one.name != field.name);
        if let Some(other) = other {
            problem.message += &format!("。请先批量填写“{}”，再改“{}”", other.label, field.label);
        }
    }
    error
}

fn ids(at: &At, kind: &str, chosen: Chosen) -> Result<Vec<Uuid>, ErrorReply> {
    let (list, but) = match chosen {
        Chosen::Ids(mut ids) => {
            let mut once = BTreeSet::new();
            ids.retain(|id| once.insert(*id));
            return Ok(ids);
        }
        Chosen::All(list) => (*list, BTreeSet::new()),
        Chosen::AllBut { list, but } => (*list, but.into_iter().collect()),
    };
    let list = ListRecords { kind: kind.to_owned(), sort: None, after: None, skip: 0, limit: PAGE, ..list };
    let (mut query, _) = lists::begun(at, &list)?;
    let mut ids = Vec::new();
    loop {
        let page = at.book().list(&query).map_err(errors::store)?;
        ids.extend(page.records.iter().map(|record| record.id).filter(|id| !but.contains(id)));
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(ids),
        }
    }
}

/// What is to be written, and what is told of it.
struct Planned {
    many: Vec<OfMany>,
    regions: BTreeSet<RegionCode>,
    told: ManyChanged,
}

fn plan(at: &At, todo: &Todo, ids: &[Uuid], teller: &Teller<'_>) -> Result<Planned, ErrorReply> {
    let told = ManyChanged {
        batch: None,
        changed: 0,
        overwritten: 0,
        same: 0,
        with: 0,
        words: String::new(),
        refused: Vec::new(),
        print: String::new(),
        anew: false,
    };
    let (mut print, mut along) = (BTreeSet::new(), Hanging::default());
    let mut plan = Planned { many: Vec::new(), regions: BTreeSet::new(), told };
    for (done, id) in ids.iter().enumerate() {
        if !teller.tell("正在核对", done as u64, ids.len() as u64) {
            return Err(errors::cancelled());
        }
        let mine =
            |record: &Record| record.kind == todo.kind().code() && at.may(Action::Read, &record.region());
        let record = at.book().get(*id).map_err(errors::store)?.filter(mine);
        let found = record.as_ref().ok_or_else(errors::not_found);
        let outcome = found.and_then(|record| match at.may(Action::Write, &record.region()) {
            true => Ok((record, todo.change(at, record)?)),
            false => Err(errors::no_right()),
        });
        match outcome {
            Ok((_, None)) => plan.told.same += 1,
            Ok((record, Some(change))) => {
                let overwrites = todo.overwrites(record);
                print.insert((change.id, overwrites));
                plan.told.changed += 1;
                plan.told.overwritten += u64::from(overwrites);
                if change.void.is_some() {
                    along.add(at.book().hanging(record.id).map_err(errors::store)?);
                }
                plan.regions.insert(record.region());
                plan.many.push(change);
            }
            Err(error) => plan.told.refused.push(not_changed(at, *id, record.as_ref(), error)?),
        }
    }
    plan.told.with = along.kinds.values().sum();
    plan.told.words = voided::words(&along);
    plan.told.print = printed(&print, plan.told.with);
    Ok(plan)
}

/// In whichever order a list had them.
fn printed(changed: &BTreeSet<(Uuid, bool)>, with: u64) -> String {
    let mut hash = blake3::Hasher::new();
    for (id, overwrites) in changed {
        hash.update(id.as_bytes()).update(&[u8::from(*overwrites)]);
    }
    hash.update(&with.to_le_bytes());
    hash.finalize().to_hex().to_string()
}

/// # Errors
/// What has nothing to do with the one record: nothing goes on then.
fn not_changed(
    at: &At,
    id: Uuid,
    record: Option<&Record>,
    error: ErrorReply,
) -> Result<NotChanged, ErrorReply> {
    let of_record =
        [ErrorCode::Invalid, ErrorCode::NotFound, ErrorCode::NoRight, ErrorCode::ChangedMeanwhile];
    if !of_record.contains(&error.code) {
        return Err(error);
    }
    let problems: Vec<&str> = error.problems.iter().map(|problem| problem.message.as_str()).collect();
    let why = if problems.is_empty() { error.message.clone() } else { problems.join("；") };
    let Some(record) = record else { return Ok(NotChanged { id, title: String::new(), why }) };
    // What is wrong may name somebody whom no list names.
    let lost = masking::lost(at.book(), [record])?;
    Ok(NotChanged { id, title: rows::title(at, record)?, why: masking::told(record, &why, &lost) })
}

fn write(at: &At, todo: &Todo, plan: Planned, teller: &Teller<'_>) -> Result<ManyChanged, ErrorReply> {
    let Planned { many, regions, mut told } = plan;
    if many.is_empty() {
        return Ok(told);
    }
    let source = Source {
        batch: at.new_id(),
        label: todo.label(regions).written()?,
        signed: Fields::new(),
        told: todo.told(),
    };
    let mut progress = |done, total| teller.tell("正在写入", done, total);
    let written = at.book().change_many(&source, &many, at.user.id, at.now_ms, &mut progress);
    let outcome = written.map_err(errors::store)?;
    // What went away in between is neither here nor there.
    told.same += told.changed - outcome.changed;
    told.changed = outcome.changed;
    told.batch = (outcome.changed > 0).then_some(source.batch);
    at.changed(outcome.touched);
    Ok(told)
}
