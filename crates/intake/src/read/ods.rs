//! OpenDocument spreadsheets (ODF 1.2 part 1, 9.1), streamed.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Cursor};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, escape};
use zip::ZipArchive;

use super::attributes::{number, said};
use super::cells::date_of;
use super::number_format::shown_as;
use super::struck::{Pieces, Struck};
use super::{Limits, Rows, Spent};
use crate::refusal::{FileRefused, Watch};
use crate::workbook::{Cell, Merge, Number, Sheet};

/// Styles of cells and texts; offices' ledgers have some hundreds.
const MOST_STYLES: usize = 66_000;

/// Of a package whose parts were found to be within the limits.
pub(super) fn read(bytes: &[u8], limits: &Limits, watch: Watch<'_>) -> Result<Vec<Sheet>, FileRefused> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| FileRefused::damaged())?;
    let content = archive.by_name("content.xml").map_err(|_| FileRefused::damaged())?;
    let mut source = Source { reader: Reader::from_reader(BufReader::new(content)), buffer: Vec::new() };
    source.reader.config_mut().expand_empty_elements = true;
    let (mut hidden, mut struck, mut style) = (HashSet::new(), HashMap::new(), String::new());
    let mut sheets = Vec::new();
    let mut spent = Spent::default();
    while let Some(event) = source.next()? {
        let Event::Start(e) = event else { continue };
        match e.local_name().as_ref() {
            "style" => style = said(&e, "name").unwrap_or_default(),
            "table-properties" if said(&e, "display").as_deref() == Some("false") => {
                hidden.insert(style.clone());
            }
            "text-properties" if struck.len() < MOST_STYLES => {
                // LibreOffice says it of a cell by the style, of a piece of text by the type only.
                let lines = ["text-line-through-style", "text-line-through-type"];
                let lines: Vec<_> = lines.iter().filter_map(|name| said(&e, name)).collect();
                if !lines.is_empty() {
                    struck.insert(style.clone(), !lines.iter().any(|line| line == "none"));
                }
            }
            "table" => {
                if sheets.len() >= limits.sheets {
                    return Err(FileRefused::too_large(&format!("工作表超过 {} 个", limits.sheets)));
                }
                let name = said(&e, "name");
                let hidden = said(&e, "style-name").is_some_and(|style| hidden.contains(&style));
                let rows = Rows::new(limits, watch, &mut spent);
                let mut tab = Tab { rows, struck: &struck, row: 1, merges: Vec::new(), columns: 0 };
                tab.read(&mut source)?;
                let (rows, marks) = tab.rows.finish();
                sheets.push(Sheet { name, rows, merges: tab.merges, hidden, marks });
            }
            _ => {}
        }
    }
    if sheets.is_empty() { Err(FileRefused::damaged()) } else { Ok(sheets) }
}

struct Source<R: BufRead> {
    reader: Reader<R>,
    buffer: Vec<u8>,
}

impl<R: BufRead> Source<R> {
    fn next(&mut self) -> Result<Option<Event<'_>>, FileRefused> {
        self.buffer.clear();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::Eof) => Ok(None),
            Ok(event) => Ok(Some(event)),
            Err(_) => Err(FileRefused::damaged()),
        }
    }
}

struct Tab<'a> {
    rows: Rows<'a>,
    /// Whether a style strikes its text through, where it says so.
    struck: &'a HashMap<String, bool>,
    /// The next row's number.
    row: u32,
    merges: Vec<Merge>,
    /// Columns that were told of, before the rows.
    columns: u32,
}

impl Tab<'_> {
    fn read<R: BufRead>(&mut self, source: &mut Source<R>) -> Result<(), FileRefused> {
        // A table inside of a cell is none of ours.
        let mut depth = 1;
        let mut row = Line::default();
        while let Some(event) = source.next()? {
            match event {
                Event::Start(e) => {
                    self.rows.seen()?;
                    match e.local_name().as_ref() {
                        "table" => depth += 1,
                        _ if depth > 1 => {}
                        "table-column" => self.column(&e),
                        "table-row" => row = Line::of(&e),
                        "table-cell" | "covered-table-cell" => {
                            let struck = self.style(&e).unwrap_or(false);
                            row.open(&e, struck);
                        }
                        "annotation" => {
                            row.noted = true;
                            self.rows.marking.comments(1);
                        }
                        "span" if !row.noted => row.open_span(self.style(&e)),
                        "p" => row.break_line(),
                        "line-break" => row.text("\n"),
                        "s" => row.text(&" ".repeat(number(&e, "c").unwrap_or(1).min(1000) as usize)),
                        "tab" => row.text(" "),
                        _ => {}
                    }
                }
                Event::End(e) => match e.local_name().as_ref() {
                    "table" if depth == 1 => return Ok(()),
                    "table" => depth -= 1,
                    _ if depth > 1 => {}
                    "annotation" => row.noted = false,
                    "span" if !row.noted => row.close_span(),
                    "table-cell" | "covered-table-cell" => self.close_cell(&mut row)?,
                    "table-row" => self.close_row(std::mem::take(&mut row))?,
                    _ => {}
                },
                Event::Text(text) if depth == 1 => row.text(&text.xml10_content()),
                Event::CData(text) if depth == 1 => row.text(&text.xml10_content()),
                Event::GeneralRef(e) if depth == 1 => {
                    let written = format!("&{};", &*e);
                    row.text(&escape::unescape(&written).unwrap_or(written.as_str().into()));
                }
                _ => {}
            }
        }
        Err(FileRefused::damaged())
    }

    fn column(&mut self, e: &BytesStart<'_>) {
        let next = self.columns.saturating_add(number(e, "number-columns-repeated").unwrap_or(1).max(1));
        if hidden(e) {
            self.rows.marking.hidden_columns(self.columns, next - 1);
        }
        self.columns = next;
    }

    /// Whether the style of a cell or a text strikes it through.
    fn style(&self, e: &BytesStart<'_>) -> Option<bool> {
        if self.struck.is_empty() { None } else { self.struck.get(&said(e, "style-name")?).copied() }
    }

    fn close_cell(&mut self, row: &mut Line) -> Result<(), FileRefused> {
        let Some(open) = row.cell.take() else { return Ok(()) };
        let (column, times) = (row.column, open.times as usize);
        row.column = row.column.saturating_add(times);
        let (across, down) = (open.across.max(1) as usize, open.down.max(1));
        if across > 1 || down > 1 {
            if self.merges.len() >= self.rows.limits.cells {
                return Err(FileRefused::too_large("合并单元格过多"));
            }
            let (first_row, last_row) = (self.row, self.row.saturating_add(down - 1));
            let last_column = column.saturating_add(across - 1);
            self.merges.push(Merge { first_row, last_row, first_column: column, last_column });
        }
        let (cell, struck) = open.value();
        if !cell.is_empty() {
            row.cells.push((column, times, cell, struck));
        }
        Ok(())
    }

    fn close_row(&mut self, row: Line) -> Result<(), FileRefused> {
        let repeated = row.times.max(1);
        // Rows of nothing may be said to go on for ever.
        if !row.cells.is_empty() {
            for number in self.row..self.row.saturating_add(repeated) {
                if row.hidden {
                    self.rows.marking.hidden(number);
                }
                for (column, times, cell, struck) in &row.cells {
                    for at in *column..column.saturating_add(*times) {
                        self.rows.seen()?;
                        self.rows.put_struck(number, at, cell.clone(), *struck)?;
                    }
                }
            }
        }
        self.row = self.row.saturating_add(repeated);
        Ok(())
    }
}

/// A row while it is read.
#[derive(Default)]
struct Line {
    times: u32,
    column: usize,
    cells: Vec<(usize, usize, Cell, Struck)>,
    cell: Option<Open>,
    hidden: bool,
    /// Inside of a comment on the cell.
    noted: bool,
}

/// A cell that is open.
#[derive(Default)]
struct Open {
    times: u32,
    across: u32,
    down: u32,
    kind: String,
    value: Option<String>,
    formula: bool,
    text: Pieces,
    struck: bool,
    /// Whether the text is struck through inside of each open span.
    spans: Vec<bool>,
}

impl Line {
    fn of(e: &BytesStart<'_>) -> Self {
        let times = number(e, "number-rows-repeated").unwrap_or(1);
        Self { times, hidden: hidden(e), ..Self::default() }
    }

    fn open(&mut self, e: &BytesStart<'_>, struck: bool) {
        // LibreOffice says of an error only here that it is one.
        let error = attribute(e, "calcext:value-type").filter(|kind| kind == "error");
        let kind = error.or_else(|| attribute(e, "office:value-type")).unwrap_or_default();
        let value =
            ["value", "date-value", "boolean-value", "string-value"].iter().find_map(|name| said(e, name));
        self.cell = Some(Open {
            times: number(e, "number-columns-repeated").unwrap_or(1).max(1),
            across: number(e, "number-columns-spanned").unwrap_or(1),
            down: number(e, "number-rows-spanned").unwrap_or(1),
            formula: said(e, "formula").is_some(),
            kind,
            value,
            text: Pieces::default(),
            struck,
            spans: Vec::new(),
        });
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = self.cell.as_mut().filter(|_| !self.noted) {
            cell.text.push(text, cell.is_struck());
        }
    }

    fn open_span(&mut self, struck: Option<bool>) {
        if let Some(cell) = &mut self.cell {
            cell.spans.push(struck.unwrap_or(cell.is_struck()));
        }
    }

    fn close_span(&mut self) {
        self.cell.as_mut().and_then(|cell| cell.spans.pop());
    }

    fn break_line(&mut self) {
        if let Some(cell) = self.cell.as_mut().filter(|cell| !self.noted && !cell.text.is_empty()) {
            cell.text.push("\n", cell.is_struck());
        }
    }
}

impl Open {
    fn is_struck(&self) -> bool {
        self.spans.last().copied().unwrap_or(self.struck)
    }

    fn value(mut self) -> (Cell, Struck) {
        let (text, struck) = std::mem::take(&mut self.text).read();
        // A cell may tell its value without its text.
        let struck = if text.is_empty() { Struck::whole_if(self.struck) } else { struck };
        (self.cell(text), struck)
    }

    fn cell(self, text: String) -> Cell {
        let value = self.value.as_deref().unwrap_or_default();
        match self.kind.as_str() {
            "error" => Cell::Error(text),
            "float" | "currency" => match value.parse::<f64>() {
                Ok(value) if value.is_finite() => shown_as(value, &text),
                _ => Cell::Text(text),
            },
            "percentage" => match value.parse::<f64>() {
                Ok(value) if value.is_finite() => Cell::Number(Number::general(value)),
                _ => Cell::Text(text),
            },
            "date" => date_of(value),
            "boolean" => Cell::Bool(value == "true"),
            "" if self.formula && text.is_empty() => Cell::Uncounted,
            _ if text.is_empty() => Cell::Text(value.to_owned()),
            _ => Cell::Text(text),
        }
    }
}

/// Whether a row or column is not shown.
fn hidden(e: &BytesStart<'_>) -> bool {
    said(e, "visibility").is_some_and(|shown| shown == "collapse" || shown == "filter")
}

/// An attribute by its whole name.
fn attribute(e: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = e.attributes().with_checks(false).flatten().find(|a| a.key.as_ref() == name)?;
    Some(found.value.to_string())
}
