//! Lists of any kind of record: which columns they have, and which heads mean them, as the noun's shape says.
//!
//! No table of kinds or fields: a noun of tomorrow has its columns here as soon as it has a shape.

use std::collections::HashMap;
use std::sync::LazyLock;

use tiexin_domain::shape::{self, Audience, Find, Holds, Role, Shape};

use super::{Field, Form, Heads, expand, form, plain, without_brackets};
use crate::kind::{Records, SheetKind};

/// All that makes a sheet a list of a kind.
pub(crate) struct RecordForm {
    pub(crate) form: Form,
    code: &'static str,
    pub(super) heads: Heads,
    /// Its columns in the order in which a template has them.
    columns: Vec<&'static Field>,
}

static FORMS: LazyLock<HashMap<Records, RecordForm>> =
    LazyLock::new(|| Records::all().map(|records| (records, RecordForm::of(records))).collect());

pub(crate) fn of(records: Records) -> &'static RecordForm {
    // Invariant: there is one for each that `Records::all` gives, and no other can be made.
    FORMS.get(&records).unwrap_or_else(|| unreachable!("a list of {records:?}"))
}

/// The code of a list of this kind; the ledgers' sheets have codes of their own.
pub(crate) fn sheet_code(records: Records) -> &'static str {
    of(records).code
}

/// The columns of a template, in order.
pub(crate) fn columns_of(records: Records) -> &'static [&'static Field] {
    &of(records).columns
}

/// The column into which goes what no other holds.
pub(crate) fn notes_of(shape: &'static Shape) -> Option<&'static shape::Field> {
    use tiexin_domain::MergeClass::LongNote;
    let free = |field: &&shape::Field| {
        field.holds == Holds::LongText && field.merge == LongNote && field.audience == Audience::Everyone
    };
    shape.field("notes").or_else(|| shape.fields.iter().find(free))
}

/// The field by which people name a record of the kind: a name, a title.
pub(crate) fn naming(shape: &'static Shape) -> Option<&'static shape::Field> {
    let names = |field: &&shape::Field| {
        field.required && field.holds == Holds::Text && field.finds.contains(&Find::Name)
    };
    shape.fields.iter().find(names).filter(|field| !is_copy(shape, field))
}

/// A copy of the family's head, so that a list can be read.
pub(crate) fn is_copy(shape: &Shape, field: &shape::Field) -> bool {
    field.name == "head_name" && shape.role(Role::Family).is_some()
}

/// Whether a cell can say what the field holds, and a person is asked for it.
fn is_asked(shape: &Shape, field: &shape::Field) -> bool {
    // A noun whose form is made by hand tells of no field that it asks for it.
    let by_hand = !shape.fields.iter().any(|field| field.form.is_some_and(|form| !form.carried));
    let asked = by_hand || field.form.is_some_and(|form| !form.carried);
    let held = match field.holds {
        Holds::Instant | Holds::Region | Holds::References(_) => false,
        // By the name of what it refers to.
        Holds::Reference(_) => field.named_by.is_some(),
        _ => shape.reference_of(field.name).is_none(),
    };
    asked && held && field.audience != Audience::Nobody && !is_copy(shape, field)
}

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// A column that tells where a record belongs, not what it says.
const fn beside(code: &'static str, label: &'static str, heads: &'static str) -> Field {
    Field { code, label, heads, hints: &[], fills: code, own: None, part_of: None }
}

/// The number by whose last places two families of one name are told apart.
pub(crate) const TAIL: &str = "tail";
const SEQ: Field = beside("seq", "序号", "{seq}");
const TOWNSHIP: Field = beside("township", "乡镇", "{township}");
const HEAD: Field = beside("head", "户主", "{host}|{name}");
const TAIL_COLUMN: Field = beside(
    TAIL,
    "户主身份证号或电话后四位",
    "身份证号或电话后四位|户主身份证号后四位|户主电话后四位|身份证号后四位|身份证后四位|电话后四位|户主电话|户主联系电话",
);

impl RecordForm {
    fn of(records: Records) -> RecordForm {
        let shape = records.shape();
        let notes = notes_of(shape).filter(|notes| is_asked(shape, notes));
        let mut own = Vec::new();
        for field in shape.fields.iter().filter(|field| is_asked(shape, field)) {
            match field.holds {
                Holds::Parts(parts) => {
                    let many = if field.form.is_some() { PARTS } else { 1 };
                    let columns = (0..many).flat_map(|nth| parts.iter().map(move |part| (nth, part)));
                    own.extend(columns.map(|(nth, part)| part_column(records, (field, nth, many), part)));
                }
                _ if notes == Some(field) => own.push(Field { code: "notes", ..column(records, field) }),
                _ => own.push(column(records, field)),
            }
        }
        let village = shape.field("region").map_or("村（社区）", |field| field.label);
        let mut others = vec![SEQ, TOWNSHIP, beside("village", village, "{village}")];
        if shape.role(Role::Family).is_some() {
            let finds = |find: Find| shape.fields.iter().any(|field| field.finds.contains(&find));
            others.push(HEAD);
            others.push(TAIL_COLUMN);
            if !finds(Find::Code) {
                others.push(beside("file_code", "信息编码", "{code}"));
            }
            let heads = if finds(Find::IdNumber) { "户主{id}" } else { "{id}|户主{id}|{host}{id}" };
            others.push(beside("id", "户主身份证号", heads));
        }
        if notes.is_none() {
            others.push(beside("notes", "备注", "{notes}"));
        }
        let count = own.len();
        own.extend(others);
        let fields: &'static [Field] = Box::leak(own.into_boxed_slice());
        let (own, others) = fields.split_at(count);
        let family = ["seq", "village", "head", TAIL];
        let first = others.iter().filter(|field| family.contains(&field.code));
        RecordForm {
            code: leak(format!("list:{}", records.code())),
            heads: heads(records, own, others),
            columns: first.chain(own).collect(),
            form: Form { kind: SheetKind::Records(records), fields, must: &[], titles: &[], never: &[] },
        }
    }
}

fn column(records: Records, field: &'static shape::Field) -> Field {
    let code = leak(format!("{}.{}", records.code(), field.name));
    let fills = field.named_by.map_or(field.name, |name| leak(format!("{}|{name}", field.name)));
    Field { own: Some(field), ..beside(code, field.label, field.label) }.filling(fills)
}

/// So many parts of a list that a form asks for have columns, numbered from 1 (`任务1事项`); what a sheet of an office's own
/// says once needs no number.
const PARTS: usize = 3;

fn part_column(
    records: Records,
    (whole, nth, many): (&'static shape::Field, usize, usize),
    part: &'static shape::Field,
) -> Field {
    let number = if many > 1 { (nth + 1).to_string() } else { String::new() };
    let list = if number.is_empty() { whole.name.to_owned() } else { format!("{}.{number}", whole.name) };
    let code = leak(format!("{}.{list}.{}", records.code(), part.name));
    let label = leak(format!("{}{number}{}", whole.label, of_part(whole, part)));
    Field { own: Some(part), part_of: Some((whole, nth)), ..beside(code, label, label) }.filling(whole.name)
}

/// What a part's column is called behind the name of its list.
fn of_part(whole: &shape::Field, part: &shape::Field) -> &'static str {
    if part.label == whole.label { "" } else { part.label }
}

impl Field {
    fn filling(mut self, field: &'static str) -> Field {
        self.fills = field;
        self
    }
}

/// The heads of a kind's fields, the surest first: what the house calls them, what the shape says besides, what the
/// ledgers know, and words that any list has.
fn heads(records: Records, own: &'static [Field], others: &'static [Field]) -> Heads {
    let mut heads = Heads::new();
    let mut means = |head: &str, field: &'static Field| {
        for spelling in [plain(head), without_brackets(head)] {
            if !spelling.is_empty() {
                heads.entry(spelling).or_insert(field);
            }
        }
    };
    let fields = || own.iter().chain(others);
    fields().for_each(|field| means(field.label, field));
    for field in own {
        field.own.iter().flat_map(|own| own.also).for_each(|head| means(head, field));
    }
    for known in records.ledger_sheet().into_iter().filter(|kind| *kind != SheetKind::SpecialFamilies) {
        for field in own.iter().filter(|field| field.part_of.is_none()) {
            let fills = |column: &&Field| field.fills.split('|').any(|name| column.fills(name));
            let column = form(known).fields.iter().find(fills);
            let patterns = column.into_iter().flat_map(|column| column.heads.split('|'));
            patterns.flat_map(|pattern| expand(pattern.trim())).for_each(|head| means(&head, field));
        }
    }
    for field in own {
        words(field).iter().flat_map(|word| expand(word)).for_each(|head| means(&head, field));
    }
    for field in others {
        let patterns = field.heads.split('|');
        patterns.flat_map(|pattern| expand(pattern.trim())).for_each(|head| means(&head, field));
    }
    heads
}

/// Words that any list has for a field of its sort.
fn words(field: &Field) -> Vec<String> {
    let Some(own) = field.own else { return Vec::new() };
    let mut words = Vec::new();
    for (one, other) in [("日期", "时间"), ("时间", "日期")] {
        words.extend(field.label.strip_suffix(one).map(|stem| format!("{stem}{other}")));
    }
    if own.has(Role::Day) && field.part_of.is_none() {
        words.extend(["日期".into(), "时间".into()]);
    }
    if own.has(Role::Persons) || (own.required && own.finds.contains(&Find::Name)) {
        words.push("{name}".into());
    }
    if own.finds.contains(&Find::IdNumber) {
        words.push("{id}".into());
    }
    if own.is_phone() {
        words.push("{phone}".into());
    }
    if field.code == "notes" {
        words.push("{notes}".into());
    }
    if let Some((whole, 0)) = field.part_of {
        words.push(format!("{}{}", whole.label, of_part(whole, own)));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_has_columns_that_its_own_heads_mean() {
        for records in Records::all() {
            let columns = columns_of(records);
            assert!(columns.len() > 3, "{records:?}");
            for column in columns {
                let meant = of(records).heads.get(&plain(column.label)).map(|field| field.code);
                assert_eq!(meant, Some(column.code), "{records:?} {}", column.label);
            }
            for field in records.shape().fields.iter().filter(|field| field.required) {
                let where_it_belongs = matches!(field.holds, Holds::Region | Holds::Reference(_));
                let asked = columns.iter().any(|column| column.fills(field.name));
                let has_a_start = field.absent.is_some();
                assert!(
                    asked || where_it_belongs || has_a_start || is_copy(records.shape(), field),
                    "{records:?}: nobody is asked for {}",
                    field.name
                );
            }
        }
    }
}
