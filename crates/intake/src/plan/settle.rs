//! A row's records set beside the book: what is new, what the book lacks, what differs, what was taken back.

use std::sync::Arc;

use serde_json::Value;
use tiexin_domain::limits::Limits;
use tiexin_domain::shape::{self, Field, Find, Role};
use tiexin_domain::{Fields, Kind, Noun, Problem, RegionCode, nouns};
use uuid::Uuid;

use super::around;
use super::compare::Compared;
use super::planner::{Outcome, Planner};
use super::reader::RowReader;
use super::{FieldChange, Intent, PlannedGroup, PlannedRecord, Taken, VOID};
use crate::finding::FindingCode;
use crate::kind::SheetKind;
use crate::lookup::{Known, Lookup, Voided};
use crate::workbook::column_letters;

/// The records of one row while they are put together.
pub(super) struct Drafts {
    pub(super) key: String,
    pub(super) records: Vec<PlannedRecord>,
    /// Of a couple: whose columns tell of a person.
    whose: Vec<(Uuid, &'static str)>,
}

impl Drafts {
    pub(super) fn new(key: String) -> Self {
        Self { key, records: Vec::new(), whose: Vec::new() }
    }

    /// Adds a record after its own rules were asked; what they say against it refuses the row.
    pub(super) fn add<N: Noun>(&mut self, reader: &mut RowReader<'_>, id: Uuid, noun: &N) {
        let planned = Draft { kind: N::KIND, region: noun.region().clone(), fields: noun.to_fields() };
        self.put(reader, id, planned, noun.problems());
    }

    /// The same of a record of any kind, and by the office's limits.
    pub(super) fn add_fields(
        &mut self,
        reader: &mut RowReader<'_>,
        id: Uuid,
        planned: Draft,
        limits: &Limits,
    ) {
        let problems = match nouns::check_by(planned.kind.code(), &planned.fields, Some(limits)) {
            Ok(checked) => checked.problems,
            Err(unreadable) => vec![unreadable],
        };
        self.put(reader, id, planned, problems);
    }

    fn put(&mut self, reader: &mut RowReader<'_>, id: Uuid, planned: Draft, problems: Vec<Problem>) {
        let Draft { kind, region, fields } = planned;
        reader.problems(problems);
        reader.problems(nouns::turned(kind.code(), &fields));
        reader.problems(nouns::not_yet(kind.code(), &fields, reader.sheet.period.latest()));
        self.records.push(PlannedRecord { kind, id, region, fields: Arc::new(fields), intent: Intent::New });
    }

    /// The columns of a person begin with this word (`wife` of `wife.id`).
    pub(super) fn of(&mut self, person: Uuid, whose: &'static str) {
        self.whose.push((person, whose));
    }
}

/// What becomes of the book's reference where another name is taken beside it: one cell says both.
fn reference(known: &Known, record: &PlannedRecord, name: &str) -> Option<(&'static str, Value, Value)> {
    let field = shape::of(record.kind.code())?.reference_of(name)?.name;
    let old = known.fields.get(field)?.clone();
    let new = record.fields.get(field).cloned().unwrap_or_default();
    (old != new).then_some((field, old, new))
}

/// A record of a kind that is told by its shape.
pub(super) struct Draft {
    pub(super) kind: Kind,
    pub(super) region: RegionCode,
    pub(super) fields: Fields,
}

/// What a record means beside the book's.
enum Beside {
    New,
    Restore,
    Same,
    There { known: Known, compared: Compared },
    Voided(Voided),
}

impl Planner<'_> {
    /// What becomes of the row: written, filled, told, or refused when a record of it was voided by a person.
    pub(super) fn settle(&mut self, reader: &mut RowReader<'_>, drafts: Drafts) -> Outcome {
        if reader.is_refused() {
            return Outcome::Refused;
        }
        let Drafts { key, records, whose } = drafts;
        // With a family it is taken: nothing of a family waits for what hangs on it.
        let reach = (records.len() == 1).then(|| around::reach(reader.sheet.head.kind));
        let mut taken = Taken::Unchanged;
        let mut kept = Vec::new();
        for (nth, mut record) in records.into_iter().enumerate() {
            self.check_village(reader, &record);
            match self.beside(reader, &mut record) {
                Beside::New => {
                    self.with_number(&mut record);
                    if let Some(reach) = reach {
                        reader.problems(around::problems(&self.staged, &record, reach));
                    }
                    if reader.is_refused() {
                        return Outcome::Refused;
                    }
                    taken = Taken::New;
                    if let SheetKind::Records(_) = reader.sheet.head.kind {
                        // 否 is said by nothing, as the form has it.
                        Arc::make_mut(&mut record.fields).retain(|_, value| *value != Value::Bool(false));
                    }
                    kept.push(record);
                }
                Beside::Restore => {
                    taken = Taken::New;
                    record.intent = Intent::Restore;
                    kept.push(record);
                }
                Beside::Same => {}
                // What else hangs on the row may stay hidden; the row's own record may not.
                Beside::Voided(_) if nth > 0 && record.kind != Kind::SupportFile => {}
                Beside::Voided(void) => {
                    taken = Taken::Differs;
                    reader.voided(&void);
                    let (old, new) = (format!("已作废：{}", void.reason), "恢复".to_owned());
                    self.change(reader, &record, VOID, String::new(), old.into(), new.into());
                    // What hangs on a hidden record is hidden with it.
                    if nth == 0 {
                        break;
                    }
                }
                Beside::There { known, compared } => {
                    reader.problems(self.wrong_once_filled(&known, &compared, reach));
                    if reader.is_refused() {
                        return Outcome::Refused;
                    }
                    let Compared { lacking, differs } = compared;
                    taken = taken.max(if differs.is_empty() { Taken::Filled } else { Taken::Differs });
                    let whose = whose.iter().find(|(id, _)| *id == record.id).map(|(_, whose)| *whose);
                    for (field, new) in &lacking {
                        let letter = reader.letter_of(field, whose);
                        self.change(reader, &record, field, letter, Value::Null, new.clone());
                    }
                    for one in differs {
                        let letter = reader.letter_of(&one.field, whose);
                        reader.differs(&letter);
                        if let Some((field, old, new)) = reference(&known, &record, &one.field) {
                            self.change(reader, &record, field, letter.clone(), old, new);
                        }
                        self.change(reader, &record, &one.field, letter, one.old, one.new);
                    }
                    if !lacking.is_empty() {
                        record.intent = Intent::Fill;
                        kept.push(record);
                    }
                }
            }
        }
        let sheet = reader.sheet.tab.map(str::to_owned);
        let group = PlannedGroup { sheet, row: reader.row.number, key, records: kept };
        Outcome::Taken { group: Some(group).filter(|group| !group.records.is_empty()), taken }
    }

    /// A member who stands in another village of the book is told; nobody is moved by a ledger.
    fn check_village(&self, reader: &mut RowReader<'_>, record: &PlannedRecord) {
        let known = if record.kind == Kind::Member { self.staged.record(&record.id) } else { None };
        if known.is_some_and(|known| known.void.is_none() && known.region != record.region) {
            let hint = "本机里这位会员在另一个村（社区），没有改动；确实搬了请在会员页面上改";
            reader.find("village", FindingCode::VillageOther, hint);
        }
    }

    fn beside(&mut self, reader: &mut RowReader<'_>, record: &mut PlannedRecord) -> Beside {
        let Some(known) = self.staged.record(&record.id) else { return Beside::New };
        // Of a hidden one, too: what only its author reads is not written over when it comes back.
        let compared = self.compared(reader, record, &known);
        if let Some(void) = &known.void {
            return if void.undone { Beside::Restore } else { Beside::Voided(void.clone()) };
        }
        let taken_back = self.is_taken_back(record);
        if compared.is_same() && !taken_back {
            return Beside::Same;
        }
        if shape::is_fixed(record.kind.code()) {
            // What only the book or only the list says is nobody's quarrel.
            if taken_back || !compared.differs.is_empty() {
                let hint = match taken_back {
                    true => "本机已有这一笔，后来冲正了，没有再记；确实要再发的，请在本机重新登记一笔",
                    false => {
                        "本机已有这一笔而内容不一样，没有改动；已入账的不能改，登记错了的请在本机冲正后重新登记"
                    }
                };
                let field = reader.telling(&["date"]);
                reader.find(field, FindingCode::MaybeKnown, hint);
            }
            return Beside::Same;
        }
        Beside::There { known, compared }
    }

    fn change(
        &mut self,
        reader: &RowReader<'_>,
        record: &PlannedRecord,
        field: &str,
        letter: String,
        old: Value,
        new: Value,
    ) {
        self.changes.push(FieldChange {
            sheet: reader.sheet.tab.map(str::to_owned),
            row: reader.row.number,
            letter,
            record: record.id,
            kind: record.kind.clone(),
            region: record.region.clone(),
            field: field.to_owned(),
            old,
            new,
        });
    }

    /// The row of an event: a new one, one that the book has, or one that an earlier row has told.
    /// `records`: what the row becomes, the event first; `known`: the records of its kind beside which it stands.
    pub(super) fn event(
        &mut self,
        reader: &mut RowReader<'_>,
        mut drafts: Drafts,
        known: Vec<Known>,
    ) -> Outcome {
        if reader.is_refused() {
            return Outcome::Refused;
        }
        let Some(event) = drafts.records.first_mut() else { return Outcome::Refused };
        let near = |there: &&Known| super::alike::one_month(&event.kind, &there.fields, &event.fields);
        for there in known.iter().filter(near) {
            self.note_guesses(there, &event.fields);
        }
        let alike = |there: &&Known| super::alike::one_event(&event.kind, &there.fields, &event.fields);
        let kind = reader.sheet.head.kind;
        let mut found: Vec<&Known> = known.iter().filter(alike).collect();
        // Its own record first, then one that is shown, then one that no earlier row has told of.
        found.sort_by_key(|there| {
            let told = self.seen(kind, &there.id.to_string()).is_some();
            (there.void.is_some(), told, there.id != event.id)
        });
        let Some(there) = found.first() else {
            let twin = |there: &&Known| {
                there.void.is_none()
                    && super::alike::twin(&event.kind, &there.fields, &event.fields)
                    && self.seen(kind, &there.id.to_string()).is_none()
            };
            let twin = known.iter().find(twin);
            if let Some(day) = twin.and_then(|there| super::alike::day_of(&there.kind, &there.fields)) {
                let mend = if kind.is_fixed() {
                    "不要导入这一行；日期记错了的，请冲正那一条后再导入"
                } else {
                    "请把那一条作废"
                };
                let hint = format!("本机 {day} 有一条内容一样的，录入时算另一条；如果只是改了日期，{mend}");
                let field = reader.telling(&["date", "start"]);
                reader.find(field, FindingCode::MaybeKnown, hint);
            }
            let id = event.id.to_string();
            let outcome = self.settle(reader, drafts);
            if !matches!(outcome, Outcome::Refused) {
                self.see(kind, &id);
            }
            return outcome;
        };
        event.id = there.id;
        if let Some(at) = self.seen(kind, &there.id.to_string()) {
            let same = self.compared(reader, event, there).is_same();
            return self.repeated(reader, at, same);
        }
        let id = there.id.to_string();
        let outcome = self.settle(reader, drafts);
        if !matches!(outcome, Outcome::Refused) {
            self.see(kind, &id);
        }
        outcome
    }

    /// A row that tells what an earlier one has told. On another sheet the same words are a summary; all else
    /// waits: nobody can tell a slip from a second event.
    pub(super) fn repeated(
        &mut self,
        reader: &mut RowReader<'_>,
        at: super::planner::RowAt,
        same: bool,
    ) -> Outcome {
        let field = reader.telling(&["date", "start", "file_code", "id", "name"]);
        if same && at.sheet != self.at.sheet {
            self.tally.repeated += 1;
            self.tally.first_repeated.get_or_insert((reader.row.number, at));
            return Outcome::Repeated;
        }
        let row = at.row;
        let place = match self.tabs.get(at.sheet).and_then(Option::as_deref) {
            Some(tab) if at.sheet != self.at.sheet => format!("工作表“{tab}”"),
            _ => String::new(),
        };
        if same {
            let hint = format!("与{place}第 {row} 行相同，没有重复记，请删除多余的一行");
            reader.find(field, FindingCode::DuplicateInFile, hint);
        } else {
            // Of people and families no time tells two apart.
            let register = match reader.sheet.head.kind {
                SheetKind::SpecialFamilies | SheetKind::Members => true,
                SheetKind::Records(records) => !records.shape().is_work,
                _ => false,
            };
            let what = match register {
                true => {
                    "同名而内容不一样，没有再记；是同一个的请删去一行，是两个的请写上身份证号、电话或出生日期来区分"
                }
                false => "是同一件事而内容不一样，没有再记；请删去一行，确是两次的请写明各自的时间",
            };
            let hint = format!("与{place}第 {row} 行{what}");
            reader.find(field, FindingCode::SameEvent, hint);
        }
        Outcome::Refused
    }

    /// Records of a kind that belong to a household, hidden ones among them.
    pub(super) fn events_of(&self, kind: &Kind, household: &Uuid) -> Vec<Known> {
        self.staged.events(kind, household)
    }
}

impl RowReader<'_> {
    /// The row names something that a person has hidden.
    pub(super) fn voided(&mut self, void: &Voided) {
        let hint = format!(
            "以前登记过，后来作废了（原因：{}），没有再录入；要恢复请在“与本机对照”里勾选这一行的“恢复”",
            void.reason
        );
        let field = self.telling(&["file_code", "date", "start", "id", "name", "husband.name", "head.name"]);
        self.find(field, FindingCode::VoidedBefore, hint);
    }

    /// The column by which a row is known: of a ledger the first of these that it has; of a list the day, the name, the
    /// family.
    fn telling(&self, fields: &[&'static str]) -> &'static str {
        let own = |holds: &dyn Fn(&Field) -> bool| {
            let there = self.sheet.head.columns.iter().filter_map(|column| column.field);
            there.into_iter().find(|field| field.own.is_some_and(holds)).map(|field| field.code)
        };
        let ledger = fields.iter().copied().find(|field| self.has(field));
        let named = || own(&|field| field.required && field.finds.contains(&Find::Name));
        let day = || own(&|field| field.required && field.has(Role::Day));
        let family = || Some("head").filter(|head| self.has(head));
        ledger.or_else(named).or_else(day).or_else(family).unwrap_or("date")
    }

    /// The letter of the column in which a field of a record stands; what no column says stands with the remarks.
    fn letter_of(&self, field: &str, whose: Option<&str>) -> String {
        let head = self.sheet.head;
        let any = || head.column("notes").or_else(|| head.columns.iter().find(|c| c.field.is_some()));
        head.column_of(field, whose).or_else(any).map(|c| column_letters(c.index)).unwrap_or_default()
    }

    /// The book has another value: it stays until a person takes the ledger's. One cell is told once.
    fn differs(&mut self, letter: &str) {
        let told = |f: &crate::finding::Finding| f.code == FindingCode::Differs && f.letter == letter;
        if self.findings.iter().any(told) {
            return;
        }
        let hint = "本机记的与台账不一样；在“与本机对照”里勾选“采用台账的”才会改，不勾就保留本机的";
        let column = self.sheet.head.columns.iter().find(|c| column_letters(c.index) == letter);
        if let Some(column) = column {
            self.find_in(column, FindingCode::Differs, hint);
        }
    }
}
