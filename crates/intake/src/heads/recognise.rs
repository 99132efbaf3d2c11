//! Where the head of a sheet stands, and what it is the head of.

use foldhash::HashMap;

use crate::heads::{FORMS, Field, Form, Spelled, form, is_word, meaning, plain};
use crate::kind::{Records, SheetKind};
use crate::mapping::{Choice, Mapping};
use crate::workbook::{Cell, Merge, Row, Sheet};

/// A head may stand anywhere in the first rows.
const ROWS_SEARCHED: u32 = 40;
const LEVELS: u32 = 3;

/// A column of a recognised sheet.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) index: usize,
    /// Levels joined by `>`; empty for a column without a head.
    pub(crate) head: String,
    pub(crate) field: Option<&'static Field>,
    pub(crate) ignored: bool,
}

/// What a sheet was recognised as.
#[derive(Debug, Clone)]
pub(crate) struct Recognised {
    pub(crate) kind: SheetKind,
    pub(crate) first_row: u32,
    pub(crate) last_row: u32,
    pub(crate) columns: Vec<Column>,
    /// Where in `columns` a field stands: asked some forty times a row.
    places: HashMap<&'static str, usize>,
    /// Columns beside the table that are left out: first and last.
    pub(crate) beside: Option<(usize, usize)>,
}

/// The best reading of the sheet, if any is good enough.
pub(crate) fn recognise(sheet: &Sheet, file_name: &str, mapping: &Mapping) -> Option<Recognised> {
    let mut best: Option<(usize, u32, Recognised)> = None;
    for first in candidates(sheet, mapping) {
        let title = titles_above(sheet, first, file_name);
        for depth in 1..=LEVELS {
            if depth > 1 && sheet.row(first + depth - 1).is_none() {
                break;
            }
            if takes_a_title(sheet, first, depth) {
                continue;
            }
            let heads = heads(sheet, first, depth);
            let spelled: Vec<Spelled> = heads.iter().map(|(_, levels)| Spelled::of(levels)).collect();
            for form in FORMS {
                let columns = columns(form, &heads, &spelled, mapping);
                let Some(score) = score(form, &columns, &title) else { continue };
                // Of equal readings the one with fewer levels, so that no row of data is taken for a head.
                if best.as_ref().is_none_or(|(s, d, _)| score > *s || (score == *s && depth < *d)) {
                    let last_row = last_head_row(sheet, first, depth);
                    best = Some((score, depth, Recognised::of(form.kind, (first, last_row), columns)));
                }
            }
        }
    }
    best.map(|(_, _, mut found)| {
        found.beside = set_apart(sheet, &mut found, mapping);
        found
    })
}

/// Columns that an empty one sets off from the table, and of which none is a field: figures, a reminder. They say
/// nothing of the rows beside which they stand, and are left out.
fn set_apart(sheet: &Sheet, found: &mut Recognised, mapping: &Mapping) -> Option<(usize, usize)> {
    let last = found.columns.iter().filter(|c| c.field.is_some()).map(|c| c.index).max()?;
    let below = || sheet.rows.iter().filter(|row| row.number >= found.first_row);
    let gap =
        (last + 1..found.columns.len()).find(|column| below().all(|row| row.cell(*column).is_empty()))?;
    let filled: Vec<bool> =
        (0..found.columns.len()).map(|column| below().any(|row| !row.cell(column).is_empty())).collect();
    let kind = found.kind;
    let mut apart = Vec::new();
    for column in found.columns.iter_mut().filter(|c| c.index > gap && !c.ignored) {
        let chosen = !column.head.is_empty() && mapping.get(kind, &column.head).is_some();
        if filled.get(column.index).is_some_and(|filled| *filled) && !chosen {
            column.ignored = true;
            apart.push(column.index);
        }
    }
    Some((*apart.first()?, *apart.last()?))
}

/// The best reading of the sheet as a list of a kind that a person chose, or that the sheet names.
pub(crate) fn recognise_as(records: Records, sheet: &Sheet, mapping: &Mapping) -> Option<Recognised> {
    let form = form(SheetKind::Records(records));
    let known = |text: &str| meaning(form.kind, &Spelled::of(&[text.to_owned()])).is_some();
    let mut best: Option<(u32, Recognised)> = None;
    for first in candidate_rows(sheet, &|text| known(text) || is_word(text) || mapping.speaks_of(text)) {
        for depth in 1..=LEVELS {
            if depth > 1 && sheet.row(first + depth - 1).is_none() {
                break;
            }
            if takes_a_title(sheet, first, depth) {
                continue;
            }
            let found = read_as(form, sheet, (first, depth), mapping);
            let better = match &best {
                None => found.fields() > 1,
                // Of equal readings of one head the one with fewer levels: what stands above it is no part of it.
                Some((levels, other)) => {
                    let shallower = depth < *levels && found.first_row <= other.last_row;
                    let (own, others) = (found.size(), other.size());
                    own > others || (own == others && shallower)
                }
            };
            if better {
                best = Some((depth, found));
            }
        }
    }
    best.map(|(_, mut found)| {
        found.beside = set_apart(sheet, &mut found, mapping);
        found
    })
}

/// No group of columns has a longer name.
const LONGEST_GROUP: usize = 8;
/// How a sheet is called.
const TITLES_END: &[&str] = &["表", "册", "单", "台账", "登记", "记录", "统计", "汇总", "情况", "明细"];

/// Whether a head of so many rows would begin with a title of the sheet: the title's year, month and village hold for
/// the rows below, and no column is called by it.
fn takes_a_title(sheet: &Sheet, first: u32, depth: u32) -> bool {
    let last = first + depth - 1;
    let Some(lowest) = sheet.row(last) else { return false };
    let above = || (first..last).filter_map(|number| sheet.row(number));
    let mut lone = above().map_while(|row| Some((row, alone(row)?)));
    lone.any(|(row, columns)| is_title(sheet, row, columns, lowest))
        || above().any(|row| is_caption(row, lowest))
}

/// Whether a row says who filled the sheet in, when and in which unit (`填报单位：…`, `单位：元`), and names no column.
fn is_caption(row: &Row, below: &Row) -> bool {
    let filled = |row: &Row| row.cells.iter().filter(|cell| !cell.is_empty()).count();
    let says = |cell: &Cell| cell.shown().contains(['：', ':']);
    let dated = |cell: &Cell| {
        let text = cell.shown();
        matches!(cell, Cell::DateTime(_))
            || (text.contains('年') && text.contains(|c: char| c.is_ascii_digit()))
    };
    let mut cells = row.cells.iter().filter(|cell| !cell.is_empty());
    let some = row.cells.iter().any(says);
    some && filled(row) < filled(below) && cells.all(|cell| says(cell) || dated(cell))
}

/// The first and the last column of a row that says one thing only.
fn alone(row: &Row) -> Option<(usize, usize)> {
    let mut filled = row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
    let (from, one) = filled.next()?;
    let text = one.shown();
    filled.try_fold((from, from), |(from, _), (at, cell)| (cell.shown() == text).then_some((from, at)))
}

/// Whether what stands alone in a row is the title of what is below, and not the name of a group of its columns.
fn is_title(sheet: &Sheet, row: &Row, (from, to): (usize, usize), below: &Row) -> bool {
    let merge = sheet.merges.iter().find(|m| m.first_row == row.number && m.first_column == from);
    let to = merge.map_or(to, |merge| merge.last_column.max(to));
    let columns: Vec<usize> = (0..below.cells.len()).filter(|at| !below.cell(*at).is_empty()).collect();
    let under = columns.iter().filter(|at| (from..=to).contains(*at)).count();
    let text: String = row.cell(from).shown().split_whitespace().collect();
    let long = text.chars().count() > LONGEST_GROUP;
    if from == to {
        // Written into one cell: at the left, or by words that no group has.
        let named = TITLES_END.iter().any(|end| text.ends_with(end)) || text.contains('年');
        // 2026年12月 alone, in the first column.
        let dated = text.contains('年') && text.contains('月') && text.contains(|c: char| c.is_ascii_digit());
        let first = columns.first() == Some(&from);
        return columns.len() > 1 && ((long && (named || first)) || (dated && first));
    }
    columns.len() > 1 && (under == columns.len() || (long && under * 2 > columns.len()))
}

/// The row that looks most like a head taken for one: the columns are mapped by hand.
pub(crate) fn guess_as(records: Records, sheet: &Sheet, mapping: &Mapping) -> Recognised {
    let (row, _) = guess(sheet);
    read_as(form(SheetKind::Records(records)), sheet, (row, 1), mapping)
}

fn read_as(form: &Form, sheet: &Sheet, (first, depth): (u32, u32), mapping: &Mapping) -> Recognised {
    let heads = heads(sheet, first, depth);
    let spelled: Vec<Spelled> = heads.iter().map(|(_, levels)| Spelled::of(levels)).collect();
    let columns = columns(form, &heads, &spelled, mapping);
    Recognised::of(form.kind, (first, last_head_row(sheet, first, depth)), columns)
}

/// Rows where a head may begin: itself or one just below it holds two words that heads are made of.
fn candidates(sheet: &Sheet, mapping: &Mapping) -> Vec<u32> {
    candidate_rows(sheet, &|text| is_word(text) || mapping.speaks_of(text))
}

fn candidate_rows(sheet: &Sheet, is_word: &dyn Fn(&str) -> bool) -> Vec<u32> {
    let Some(first) = sheet.rows.first() else { return Vec::new() };
    let searched = sheet.rows.iter().take(30).take_while(|r| r.number <= ROWS_SEARCHED + first.number);
    let wordy: Vec<u32> = searched
        .filter(|row| {
            let texts =
                row.cells.iter().filter_map(|c| if let Cell::Text(text) = c { Some(text) } else { None });
            texts.filter(|text| is_word(text)).take(2).count() == 2
        })
        .map(|row| row.number)
        .collect();
    let near = |number: u32| wordy.iter().any(|w| (number..number + LEVELS).contains(w));
    sheet.rows.iter().take(30).map(|r| r.number).filter(|n| near(*n)).collect()
}

/// The row that looks most like a head in a sheet that was not recognised, for mapping by hand.
pub(crate) fn guess(sheet: &Sheet) -> (u32, Vec<Column>) {
    let short_texts = |row: &&crate::workbook::Row| {
        row.cells.iter().filter(|c| !c.is_empty() && plain(&c.shown()).chars().count() <= 12).count()
    };
    let Some(row) = sheet.rows.iter().take(20).rev().max_by_key(short_texts) else { return (0, Vec::new()) };
    let columns = heads(sheet, row.number, 1)
        .into_iter()
        .map(|(index, levels)| Column { index, head: levels.join(">"), field: None, ignored: false })
        .collect();
    (row.number, columns)
}

/// For each column up to the last its head, from the top level down.
fn heads(sheet: &Sheet, first: u32, depth: u32) -> Vec<(usize, Vec<String>)> {
    let rows = || first..first + depth;
    let width = rows().filter_map(|n| sheet.row(n)).map(|r| r.cells.len()).max().unwrap_or(0);
    let merges: Vec<&Merge> = sheet.merges.iter().filter(|m| rows().contains(&m.first_row)).collect();
    let mut texts: Vec<Vec<String>> =
        rows().map(|n| (0..width).map(|c| head_text(sheet, &merges, n, c)).collect()).collect();
    // Without merges a group's name stands over its first column only.
    for level in 0..texts.len().saturating_sub(1) {
        for column in 1..width {
            let below = |c: usize| texts[level + 1..].iter().any(|row| !row[c].is_empty());
            if texts[level][column].is_empty() && below(column) && below(column - 1) {
                let above_blank = texts[..level].iter().all(|row| row[column].is_empty());
                let left = texts[level][column - 1].clone();
                if above_blank || level > 0 {
                    texts[level][column] = left;
                }
            }
        }
    }
    (0..width)
        .map(|column| {
            let mut levels: Vec<String> = Vec::new();
            for row in &texts {
                if !row[column].is_empty() && levels.last() != Some(&row[column]) {
                    levels.push(row[column].clone());
                }
            }
            (column, levels)
        })
        .collect()
}

fn head_text(sheet: &Sheet, merges: &[&Merge], row: u32, column: usize) -> String {
    let (row, column) = merges
        .iter()
        .find(|m| {
            (m.first_row..=m.last_row).contains(&row) && (m.first_column..=m.last_column).contains(&column)
        })
        .map_or((row, column), |m| (m.first_row, m.first_column));
    let shown = sheet.row(row).map(|r| r.cell(column).shown()).unwrap_or_default();
    shown.split_whitespace().collect()
}

fn columns(
    form: &Form,
    heads: &[(usize, Vec<String>)],
    spelled: &[Spelled],
    mapping: &Mapping,
) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::with_capacity(heads.len());
    for ((index, levels), spelled) in heads.iter().zip(spelled) {
        let head = levels.join(">");
        let choice = if levels.is_empty() { None } else { mapping.get(form.kind, &head) };
        let field = match choice {
            Some(Choice::Field(code)) => form.fields.iter().find(|f| f.code == code),
            Some(Choice::Ignore | Choice::Notes) => None,
            None => meaning(form.kind, spelled),
        };
        let field = spouse_of(form, &columns, field, choice.is_some());
        // A second column of the same meaning is kept in the notes; a choice by hand goes before.
        let by_hand = matches!(choice, Some(Choice::Field(_)));
        let field = field.filter(|f| {
            let taken = columns.iter_mut().find(|c| c.field.is_some_and(|g| g.code == f.code));
            match taken {
                Some(other) if by_hand => {
                    other.field = None;
                    true
                }
                Some(_) => f.code == "notes",
                None => true,
            }
        });
        // Our own marked copy coming back.
        let ignored =
            choice == Some(&Choice::Ignore) || (choice.is_none() && head.ends_with(crate::mark::RESULT));
        columns.push(Column { index: *index, head, field, ignored });
    }
    columns
}

/// Of two columns 姓名 or 身份证号 without a word of whose, the second is the other one of the couple's.
fn spouse_of(
    form: &Form,
    columns: &[Column],
    field: Option<&'static Field>,
    by_hand: bool,
) -> Option<&'static Field> {
    let taken = |code: &str| columns.iter().any(|c| c.field.is_some_and(|f| f.code == code));
    let other = match field.map(|f| f.code) {
        Some("head.name") if !by_hand && taken("head.name") => "spouse.name",
        Some("head.id") if !by_hand && taken("head.id") => "spouse.id",
        _ => return field,
    };
    form.fields.iter().find(|f| f.code == other).filter(|_| !taken(other)).or(field)
}

/// How much of the form was found; `None` when it cannot be this form.
fn score(form: &Form, columns: &[Column], title: &str) -> Option<usize> {
    if form.never.iter().any(|word| title.contains(word)) {
        return None;
    }
    let titled = form.titles.iter().any(|word| title.contains(word));
    let has = |code: &str| {
        (code == "title" && titled) || columns.iter().any(|c| c.field.is_some_and(|f| f.code == code))
    };
    if !form.must.iter().all(|list| list.iter().any(|code| has(code))) {
        return None;
    }
    let fields = columns.iter().filter(|c| c.field.is_some_and(|f| f.code != "seq")).count();
    Some(fields * 2 + usize::from(titled))
}

fn titles_above(sheet: &Sheet, first: u32, file_name: &str) -> String {
    let mut title = sheet.name.clone().unwrap_or_default();
    for row in sheet.rows.iter().take_while(|r| r.number < first).take(6) {
        for cell in row.cells.iter().filter(|c| !c.is_empty()) {
            title.push_str(&cell.shown());
        }
    }
    title.push_str(file_name);
    title
}

/// A head cell merged downwards ends the head where its merge ends.
fn last_head_row(sheet: &Sheet, first: u32, depth: u32) -> u32 {
    let last = first + depth - 1;
    sheet
        .merges
        .iter()
        .filter(|m| (first..=last).contains(&m.first_row) && m.last_row < first + LEVELS + 1)
        .map(|m| m.last_row)
        .fold(last, u32::max)
}

impl Recognised {
    fn of(kind: SheetKind, (first_row, last_row): (u32, u32), columns: Vec<Column>) -> Self {
        let mut places = HashMap::default();
        for (at, column) in columns.iter().enumerate() {
            if let Some(field) = column.field {
                places.entry(field.code).or_insert(at);
            }
        }
        Self { kind, first_row, last_row, columns, places, beside: None }
    }

    /// How many fields it has, the running number aside.
    pub(crate) fn fields(&self) -> usize {
        self.columns.iter().filter(|c| c.field.is_some_and(|f| f.code != "seq")).count()
    }

    /// By which two readings are compared: the fields, then the running number too.
    fn size(&self) -> (usize, usize) {
        (self.fields(), self.columns.iter().filter(|column| column.field.is_some()).count())
    }

    /// The column of a field.
    pub(crate) fn column(&self, code: &str) -> Option<&Column> {
        self.places.get(code).map(|at| &self.columns[*at])
    }

    /// The column from which a field of a record comes; of a couple's columns only those of `whose`, if that is given.
    pub(crate) fn column_of(&self, field: &str, whose: Option<&str>) -> Option<&Column> {
        let filling = || form(self.kind).fields.iter().filter(|column| column.fills(field));
        let there = |column: &Field| self.column(column.code);
        let own = || whose.and_then(|whose| filling().filter(|c| c.whose() == Some(whose)).find_map(there));
        let one = || filling().filter(|c| c.whose().is_none()).find_map(there);
        own().or_else(one).or_else(|| filling().find_map(there))
    }

    /// The field's label, for a hint where the sheet has no such column.
    pub(crate) fn label(&self, code: &str) -> &'static str {
        form(self.kind).fields.iter().find(|f| f.code == code).map_or("", |f| f.label)
    }
}
