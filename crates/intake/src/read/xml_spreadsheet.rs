//! XML Spreadsheet 2003, which office systems also name `.xls`.

use std::collections::{HashMap, HashSet};

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, escape};

use super::attributes::{number, said, yes};
use super::cells::date_of;
use super::number_format::Shown;
use super::struck::{Pieces, Struck};
use super::{Limits, Rows, Spent};
use crate::refusal::{FileRefused, Watch};
use crate::workbook::{Cell, Merge, Sheet};

/// As many as in the newer format.
const MOST_STYLES: usize = 66_000;
const LAST_ROW: u32 = 1 << 20;

pub(super) fn read(xml: &str, limits: &Limits, watch: Watch<'_>) -> Result<Vec<Sheet>, FileRefused> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let (mut styles, mut struck) = (HashMap::new(), HashSet::new());
    let mut style = String::new();
    let mut sheets = Vec::new();
    let mut spent = Spent::default();
    loop {
        match reader.read_event().map_err(|_| FileRefused::damaged())? {
            Event::Start(e) => match e.local_name().as_ref() {
                "Style" => style = said(&e, "ID").unwrap_or_default(),
                "NumberFormat" => {
                    if let Some(code) = said(&e, "Format") {
                        styles.insert(style.clone(), Shown::of(named(&code)));
                    }
                    if styles.len() > MOST_STYLES {
                        return Err(FileRefused::too_large("单元格样式过多"));
                    }
                }
                "Font" if yes(&e, "StrikeThrough") && struck.len() < MOST_STYLES => {
                    struck.insert(style.clone());
                }
                "Worksheet" => {
                    if sheets.len() >= limits.sheets {
                        return Err(FileRefused::too_large(&format!("工作表超过 {} 个", limits.sheets)));
                    }
                    let name = said(&e, "Name");
                    let rows = Rows::new(limits, watch, &mut spent);
                    let mut tab = Tab {
                        styles: &styles,
                        struck: &struck,
                        rows,
                        merges: Vec::new(),
                        hidden: false,
                        at: At::default(),
                        columns: 0,
                    };
                    tab.read(&mut reader)?;
                    let Tab { rows, merges, hidden, .. } = tab;
                    let (rows, marks) = rows.finish();
                    sheets.push(Sheet { name, rows, merges, hidden, marks });
                }
                _ => {}
            },
            Event::Eof if sheets.is_empty() => return Err(FileRefused::damaged()),
            // A file that was cut off ends inside of an element.
            Event::Eof => return Ok(sheets),
            _ => {}
        }
    }
}

/// A format's code by the name that stands for it here.
fn named(code: &str) -> &str {
    match code {
        "Fixed" => "0.00",
        "Standard" | "Currency" | "Euro Currency" => "#,##0.00",
        code => code,
    }
}

/// A sheet while it is read.
struct Tab<'a> {
    styles: &'a HashMap<String, Shown>,
    /// Styles of which the font is struck through.
    struck: &'a HashSet<String>,
    rows: Rows<'a>,
    merges: Vec<Merge>,
    hidden: bool,
    at: At,
    /// Columns that were told of, before the rows.
    columns: u32,
}

/// Where the reading is.
#[derive(Default)]
struct At {
    row: u32,
    /// Rows that the row's format spans below it.
    span: u32,
    row_style: Option<String>,
    /// Of the next cell.
    column: usize,
    style: Option<String>,
    formula: bool,
    /// Tags around the next text that strike it through.
    strikes: u32,
    value: Option<Value>,
}

/// A cell's data.
struct Value {
    kind: String,
    text: Pieces,
}

impl Tab<'_> {
    fn read(&mut self, reader: &mut Reader<&[u8]>) -> Result<(), FileRefused> {
        let (mut in_data, mut in_visible, mut in_comment) = (false, false, false);
        loop {
            match reader.read_event().map_err(|_| FileRefused::damaged())? {
                Event::Start(e) => {
                    self.rows.seen()?;
                    match e.local_name().as_ref() {
                        "Column" => self.column(&e),
                        "Row" => self.start_row(&e),
                        "Cell" => self.start_cell(&e)?,
                        "Comment" => {
                            in_comment = true;
                            self.rows.marking.comments(1);
                        }
                        "Data" if !in_comment => {
                            in_data = true;
                            let kind = said(&e, "Type").unwrap_or_default();
                            self.at.value = Some(Value { kind, text: Pieces::default() });
                        }
                        "S" | "Strike" | "Del" if in_data => self.at.strikes += 1,
                        "Visible" => in_visible = true,
                        _ => {}
                    }
                }
                Event::End(e) => match e.local_name().as_ref() {
                    "Comment" => in_comment = false,
                    "S" | "Strike" | "Del" if in_data => {
                        self.at.strikes = self.at.strikes.saturating_sub(1);
                    }
                    "Data" => in_data = false,
                    "Visible" => in_visible = false,
                    "Cell" => self.end_cell()?,
                    "Row" => self.at.row = self.at.row.saturating_add(self.at.span),
                    "Worksheet" => return Ok(()),
                    _ => {}
                },
                Event::Text(text) if in_visible => {
                    self.hidden |= text.xml10_content().trim() != "SheetVisible"
                }
                Event::Text(text) if in_data => self.text(&text.xml10_content()),
                Event::CData(text) if in_data => self.text(&text.xml10_content()),
                Event::GeneralRef(e) if in_data => self.text(&character(&e)),
                Event::Eof => return Err(FileRefused::damaged()),
                _ => {}
            }
        }
    }

    /// One that says no index stands behind the one before.
    fn column(&mut self, e: &BytesStart<'_>) {
        let first = number(e, "Index").map_or(self.columns, |index| index.saturating_sub(1));
        let last = first.saturating_add(number(e, "Span").unwrap_or(0));
        if yes(e, "Hidden") {
            self.rows.marking.hidden_columns(first, last);
        }
        self.columns = last.saturating_add(1);
    }

    fn start_row(&mut self, e: &BytesStart<'_>) {
        let row = number(e, "Index").filter(|row| (1..=LAST_ROW).contains(row));
        let row = row.unwrap_or_else(|| self.at.row.saturating_add(1));
        self.at =
            At { row, span: number(e, "Span").unwrap_or(0), row_style: said(e, "StyleID"), ..At::default() };
        if yes(e, "Hidden") {
            self.rows.marking.hidden(row);
        }
    }

    fn start_cell(&mut self, e: &BytesStart<'_>) -> Result<(), FileRefused> {
        if let Some(index) = number(e, "Index") {
            self.at.column = (index as usize).saturating_sub(1);
        }
        self.at.style = said(e, "StyleID");
        self.at.formula = said(e, "Formula").is_some();
        (self.at.value, self.at.strikes) = (None, 0);
        let across = number(e, "MergeAcross").unwrap_or(0);
        let down = number(e, "MergeDown").unwrap_or(0);
        if across > 0 || down > 0 {
            if self.merges.len() >= self.rows.limits.cells {
                return Err(FileRefused::too_large("合并单元格过多"));
            }
            let (row, column) = (self.at.row, self.at.column);
            self.merges.push(Merge {
                first_row: row,
                last_row: row.saturating_add(down),
                first_column: column,
                last_column: column.saturating_add(across as usize),
            });
        }
        Ok(())
    }

    fn end_cell(&mut self) -> Result<(), FileRefused> {
        let column = self.at.column;
        // The columns that a merge covers are not written.
        let across = self.merges.last().filter(|m| (m.first_row, m.first_column) == (self.at.row, column));
        self.at.column = across.map_or(column, |m| m.last_column).saturating_add(1);
        let (cell, struck) = match self.at.value.take() {
            Some(Value { kind, text }) => {
                let (text, struck) = text.read();
                (self.cell(&kind, text), struck)
            }
            None if self.at.formula => (Cell::Uncounted, Struck::whole_if(self.font_is_struck())),
            None => return Ok(()),
        };
        self.rows.put_struck(self.at.row, column, cell, struck)
    }

    fn font_is_struck(&self) -> bool {
        let style = self.at.style.as_ref().or(self.at.row_style.as_ref());
        style.is_some_and(|style| self.struck.contains(style))
    }

    fn text(&mut self, text: &str) {
        let struck = self.at.strikes > 0 || self.font_is_struck();
        if let Some(value) = &mut self.at.value {
            value.text.push(text, struck);
        }
    }

    fn cell(&self, kind: &str, text: String) -> Cell {
        let style = self.at.style.as_ref().or(self.at.row_style.as_ref());
        let shown = || style.and_then(|id| self.styles.get(id)).unwrap_or(&Shown::GENERAL);
        match kind {
            "Number" if text.trim().is_empty() && self.at.formula => Cell::Uncounted,
            "Number" => match text.trim().parse::<f64>() {
                Ok(value) if value.is_finite() => shown().cell(value),
                _ => Cell::Text(text),
            },
            "DateTime" => date_of(text.trim()),
            "Boolean" => Cell::Bool(matches!(text.trim(), "1" | "true" | "True")),
            "Error" => Cell::Error(text.trim().to_owned()),
            _ => Cell::Text(text),
        }
    }
}

/// `&amp;` and its like, `&#10;`; anything else as it is written.
fn character(e: &BytesRef<'_>) -> String {
    let name: &str = e.as_ref();
    let written = format!("&{name};");
    escape::unescape(&written).map(|text| text.into_owned()).unwrap_or(written)
}
