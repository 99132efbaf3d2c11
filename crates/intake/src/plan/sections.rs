//! Several tables on one sheet: below each other under heads of their own, or side by side.

use std::borrow::Cow;
use std::collections::HashSet;

use super::reshape;
use crate::heads::{Column, Recognised, guess_as, is_exact_head, recognise, recognise_as};
use crate::kind::{Records, SheetKind};
use crate::mapping::Mapping;
use crate::template;
use crate::workbook::{Cell, Row, Sheet, Workbook};

/// A table of a sheet; most sheets are one.
pub(super) struct Section<'w> {
    /// The sheet's place among the tabs.
    pub(super) at: usize,
    pub(super) sheet: Cow<'w, Sheet>,
    pub(super) head: Option<Recognised>,
}

/// A sheet with many heads is a form, not a ledger.
const MOST: usize = 12;

/// The tables of a workbook, in the order of tabs and rows. `kind`: what a person says that they are lists of.
pub(super) fn of<'w>(workbook: &'w Workbook, mapping: &Mapping, kind: Option<Records>) -> Vec<Section<'w>> {
    let mut sections = Vec::new();
    for (at, sheet) in workbook.sheets.iter().enumerate() {
        let tab = sheet.name.as_deref().unwrap_or_default();
        // A person's choice goes before what only the heads say.
        let by_heads = || template::kind_of_heads(sheet).filter(|own| kind.is_none_or(|kind| kind == *own));
        let own = template::kind_of_tab(tab).or_else(by_heads);
        match own.or(kind) {
            _ if sheet.rows.is_empty() || template::is_explanation(workbook, tab) => {
                sections.push(Section { at, sheet: Cow::Borrowed(sheet), head: None });
            }
            Some(records) => {
                sections.extend(list_of(records, at, sheet, &workbook.file_name, mapping, own.is_some()));
            }
            None => sections.extend(ledgers(at, sheet, &workbook.file_name, mapping)),
        }
    }
    // A sheet of which no head is known all the same is what the person says: its columns are mapped by hand.
    if let Some(records) = kind.filter(|_| sections.iter().all(|section| section.head.is_none())) {
        let visible = |section: &&mut Section<'_>| !section.sheet.hidden && !section.sheet.rows.is_empty();
        if let Some(first) = sections.iter_mut().find(visible) {
            first.head = Some(guess_as(records, &first.sheet, mapping));
        }
    }
    sections
}

/// A sheet that is a list of records: by the columns of the noun, or, where more of them say something to it, by
/// those of the ledger that offices keep of the kind. `template`: it is one of ours.
fn list_of<'w>(
    records: Records,
    at: usize,
    sheet: &'w Sheet,
    file_name: &str,
    mapping: &Mapping,
    template: bool,
) -> Vec<Section<'w>> {
    let head = recognise_as(records, sheet, mapping);
    let own = head.as_ref().map_or(0, Recognised::fields);
    if let Some(kind) = records.ledger_sheet() {
        let ledger = ledgers(at, sheet, file_name, mapping);
        let known = ledger.iter().filter_map(|section| section.head.as_ref());
        let known = known.map(|head| if head.kind == kind { head.fields() } else { 0 }).min().unwrap_or(0);
        if known > own || (known == own && known > 0 && !template) {
            return ledger;
        }
    }
    vec![Section { at, sheet: Cow::Borrowed(sheet), head }]
}

/// The tables of a sheet that are ledgers as offices keep them.
fn ledgers<'w>(at: usize, sheet: &'w Sheet, file_name: &str, mapping: &Mapping) -> Vec<Section<'w>> {
    let whole = reshape::reshaped(sheet);
    let parts = match &whole {
        Cow::Borrowed(sheet) => below_each_other(sheet),
        Cow::Owned(sheet) => {
            below_each_other(sheet).into_iter().map(|part| Cow::Owned(part.into_owned())).collect()
        }
    };
    let mut own = Vec::new();
    for part in parts {
        let tables = match reshape::times(&part) {
            Some(tables) => tables.into_iter().map(Cow::Owned).collect(),
            None => vec![part],
        };
        for table in tables {
            own.extend(side_by_side(at, table, file_name, mapping));
        }
    }
    // What is no table of its own stays with the whole: titles, remarks, a block of figures.
    if own.len() > 1 && own.iter().filter(|section| section.head.is_some()).count() < 2 {
        let head = recognise(&whole, file_name, mapping);
        own = vec![Section { at, sheet: whole, head }];
    }
    own
}

/// Three heads at least, and three of five cells: no row of data reads so.
fn is_head(row: &Row) -> bool {
    let filled = row.cells.iter().filter(|cell| !cell.is_empty()).count();
    let mut others = 0;
    let mut words = 0;
    for cell in row.cells.iter().filter(|cell| !cell.is_empty()) {
        match cell {
            Cell::Text(text) if is_exact_head(text.trim()) => words += 1,
            _ => others += 1,
        }
        if others * 5 > filled * 2 {
            return false;
        }
    }
    words >= 3
}

fn texts(row: &Row) -> Vec<String> {
    row.cells.iter().filter(|cell| !cell.is_empty()).map(Cell::shown).collect()
}

/// Cuts a sheet before each head that is another than the one before; a head that is only repeated, as on
/// every printed page, begins nothing.
fn below_each_other(sheet: &Sheet) -> Vec<Cow<'_, Sheet>> {
    let mut cuts: Vec<usize> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    let mut last_head: Option<usize> = None;
    for (nth, row) in sheet.rows.iter().enumerate() {
        if !is_head(row) {
            continue;
        }
        let own = texts(row);
        // The lower levels of the head above.
        let below = last_head.is_some_and(|last| nth <= last + 2);
        let repeated = own.iter().filter(|text| known.contains(*text)).count() * 5 >= own.len() * 4;
        if last_head.is_some() && !below && !repeated {
            cuts.push(begins(sheet, nth));
            known.clear();
        }
        // With the levels around it: a head of several levels may be repeated in part.
        let around = sheet.rows[nth.saturating_sub(2)..(nth + 3).min(sheet.rows.len())].iter();
        if !repeated {
            known.extend(around.flat_map(texts));
        }
        last_head = Some(nth);
    }
    if cuts.is_empty() || cuts.len() > MOST {
        return vec![Cow::Borrowed(sheet)];
    }
    let ends = cuts.iter().copied().chain([sheet.rows.len()]);
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    starts.zip(ends).map(|(start, end)| Cow::Owned(rows_of(sheet, start, end))).collect()
}

/// The title of a table stands above its head, alone in its row.
fn begins(sheet: &Sheet, head: usize) -> usize {
    let alone = |row: &Row| row.cells.iter().filter(|cell| !cell.is_empty()).count() == 1;
    let mut start = head;
    while start > 0 && head - start < 3 && alone(&sheet.rows[start - 1]) {
        start -= 1;
    }
    start
}

fn rows_of(sheet: &Sheet, start: usize, end: usize) -> Sheet {
    let rows = sheet.rows[start..end].to_vec();
    let (first, last) = (rows.first().map_or(0, |r| r.number), rows.last().map_or(0, |r| r.number));
    let merges =
        sheet.merges.iter().filter(|m| m.first_row >= first && m.last_row <= last).copied().collect();
    Sheet { rows, merges, ..like(sheet) }
}

/// Without rows and merges.
fn like(sheet: &Sheet) -> Sheet {
    Sheet {
        name: sheet.name.clone(),
        rows: Vec::new(),
        merges: Vec::new(),
        hidden: sheet.hidden,
        marks: sheet.marks.clone(),
    }
}

/// Cuts a table whose heads begin anew to the right, where both halves are lists by themselves.
fn side_by_side<'w>(
    at: usize,
    sheet: Cow<'w, Sheet>,
    file_name: &str,
    mapping: &Mapping,
) -> Vec<Section<'w>> {
    let head = recognise(&sheet, file_name, mapping);
    if let Some(from) = head.as_ref().and_then(second_half) {
        let halves = [columns_of(&sheet, 0, from), columns_of(&sheet, from, usize::MAX)];
        let heads = halves.each_ref().map(|half| recognise(half, file_name, mapping));
        if heads.iter().all(Option::is_some) {
            let [left, right] = halves;
            let [left_head, right_head] = heads;
            return vec![
                Section { at, sheet: Cow::Owned(left), head: left_head },
                Section { at, sheet: Cow::Owned(right), head: right_head },
            ];
        }
    }
    vec![Section { at, sheet, head }]
}

/// The column where heads that were there already begin anew: at least two of them, and among them one of
/// which a row has only one. Two columns 姓名 of a register of families are the two of a couple.
fn second_half(head: &Recognised) -> Option<usize> {
    let heads: Vec<&Column> = head.columns.iter().filter(|c| !c.head.is_empty()).collect();
    let first = |nth: usize| heads[..nth].iter().find(|c| c.head == heads[nth].head);
    let repeated: Vec<usize> = (0..heads.len()).filter(|nth| first(*nth).is_some()).collect();
    let single: &[&str] = match head.kind {
        SheetKind::SpecialFamilies => &["seq", "file_code", "category"],
        _ => &["seq", "file_code", "date", "start", "head", "kind", "name", "person", "insured", "amount"],
    };
    let is_single =
        |nth: &usize| first(*nth).and_then(|c| c.field).is_some_and(|field| single.contains(&field.code));
    (repeated.len() >= 2 && repeated.iter().any(is_single)).then(|| heads[repeated[0]].index)
}

fn columns_of(sheet: &Sheet, from: usize, to: usize) -> Sheet {
    let cut = |row: &Row| {
        let keep =
            |(at, cell): (usize, &Cell)| if (from..to).contains(&at) { cell.clone() } else { Cell::Empty };
        let cells: Vec<Cell> = row.cells.iter().enumerate().map(keep).collect();
        // A title over the whole sheet belongs to both.
        let alone = row.cells.iter().filter(|cell| !cell.is_empty()).count() == 1;
        let cells = if alone { row.cells.clone() } else { cells };
        let filled = cells.iter().any(|cell| !cell.is_empty());
        filled.then_some(Row { number: row.number, cells })
    };
    let rows = sheet.rows.iter().filter_map(cut).collect();
    let inside = |m: &&crate::workbook::Merge| (from..to).contains(&m.first_column) || m.last_column >= from;
    Sheet { rows, merges: sheet.merges.iter().filter(inside).copied().collect(), ..like(sheet) }
}
