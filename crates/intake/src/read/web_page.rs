//! Web pages that office systems name `.xls`: the tables of a page, each as a sheet.
//!
//! The page is read token by token, so that its depth costs nothing. Numbers stay the text that the page
//! shows: a long number keeps its last places, a date its own spelling.

use html5gum::Tokenizer;
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};

use super::delimited::unwrapped;
use super::web_table::{Attributes, Table};
use super::{Limits, Rows, Spent};
use crate::refusal::{FileRefused, Watch};
use crate::workbook::{Cell, Merge, Sheet};

/// Tables inside of cells; pages of offices have two or three.
const DEEPEST: usize = 32;
/// Lines above a table that may be its title.
const TITLE_LINES: usize = 20;

pub(super) fn read(page: &str, limits: &Limits, watch: Watch<'_>) -> Result<Vec<Sheet>, FileRefused> {
    let mut reader = Page::new(limits);
    let mut spent = Spent::default();
    {
        let mut steps = Rows::new(limits, watch, &mut spent);
        let mut emitter = CallbackEmitter::<_, _, ()>::new(|event: CallbackEvent<'_>, _| token(event));
        emitter.naively_switch_states(true);
        for token in Tokenizer::new_with_emitter(page, emitter) {
            let Ok(token) = token;
            steps.seen()?;
            reader.token(token)?;
        }
    }
    while reader.close_table() {}
    let sheets = reader.sheets(limits, watch, &mut spent)?;
    if sheets.is_empty() {
        let why = if reader.frames {
            "这个网页只是目录，各工作表在旁边的文件夹里，请用 Excel 或 WPS 打开后另存为 .xlsx 再导入"
        } else {
            "这个网页里没有表格，请选择 .xlsx、.xls 或 .csv 台账"
        };
        return Err(FileRefused::not_ledger(why));
    }
    Ok(sheets)
}

/// What matters of a page.
enum Token {
    Open(Vec<u8>),
    Attribute(Vec<u8>),
    Value(String),
    Opened,
    Close(Vec<u8>),
    Text(String),
    Comment(String),
}

fn token(event: CallbackEvent<'_>) -> Option<Token> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(match event {
        CallbackEvent::OpenStartTag { name } => Token::Open(name.to_vec()),
        CallbackEvent::AttributeName { name } => Token::Attribute(name.to_vec()),
        CallbackEvent::AttributeValue { value } => Token::Value(text(value)),
        CallbackEvent::CloseStartTag { .. } => Token::Opened,
        CallbackEvent::EndTag { name } => Token::Close(name.to_vec()),
        CallbackEvent::String { value } => Token::Text(text(value)),
        CallbackEvent::Comment { value } => Token::Comment(text(value)),
        CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => return None,
    })
}

struct Page<'a> {
    limits: &'a Limits,
    /// Rows so far, as a spreadsheet shows them that opens the page: all tables below each other.
    row: u32,
    open: Vec<Table>,
    done: Vec<Table>,
    /// Lines above the next table.
    lines: Vec<(u32, String)>,
    line: String,
    tag: Vec<u8>,
    attribute: Vec<u8>,
    attributes: Attributes,
    /// A tag whose text is not shown.
    unseen: Option<Vec<u8>>,
    cells: usize,
    names: Vec<String>,
    frames: bool,
}

impl<'a> Page<'a> {
    fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            row: 0,
            open: Vec::new(),
            done: Vec::new(),
            lines: Vec::new(),
            line: String::new(),
            tag: Vec::new(),
            attribute: Vec::new(),
            attributes: Attributes::default(),
            unseen: None,
            cells: 0,
            names: Vec::new(),
            frames: false,
        }
    }

    fn token(&mut self, token: Token) -> Result<(), FileRefused> {
        match token {
            Token::Open(name) => {
                self.tag = name;
                self.attributes = Attributes::default();
            }
            Token::Attribute(name) => {
                self.attributes.named(&name);
                self.attribute = name;
            }
            Token::Value(value) => self.attributes.set(&self.attribute, value),
            Token::Opened => self.opened()?,
            Token::Close(name) => self.closed(&name),
            Token::Text(text) if self.unseen.is_none() => self.text(&text),
            Token::Text(_) => {}
            Token::Comment(text) => self.comment(&text),
        }
        Ok(())
    }

    fn opened(&mut self) -> Result<(), FileRefused> {
        let tag = std::mem::take(&mut self.tag);
        match tag.as_slice() {
            b"script" | b"style" | b"title" | b"xml" | b"textarea" => self.unseen = Some(tag),
            b"frameset" => self.frames = true,
            b"table" => {
                self.end_line();
                if self.open.len() >= DEEPEST || self.done.len() >= self.limits.sheets {
                    return Err(FileRefused::too_large("网页里的表格过多"));
                }
                self.open.push(Table::under(std::mem::take(&mut self.lines)));
            }
            b"tr" => {
                if let Some(table) = self.open.last_mut() {
                    table.end_row();
                    self.row = self.row.saturating_add(1);
                    table.start_row(self.row, !self.attributes.not_shown());
                }
            }
            b"td" | b"th" => {
                if let Some(table) = self.open.last_mut() {
                    if !table.in_row() {
                        self.row = self.row.saturating_add(1);
                        table.start_row(self.row, true);
                    }
                    table.start_cell(std::mem::take(&mut self.attributes), self.limits)?;
                    self.cells += 1;
                    if self.cells > self.limits.cells {
                        return Err(FileRefused::too_large("单元格过多"));
                    }
                }
            }
            b"img" => self.open.last_mut().into_iter().for_each(Table::picture),
            b"br" | b"p" | b"div" | b"li" => self.text_break(),
            b"s" | b"strike" | b"del" | b"span" | b"font" => {
                if let Some(table) = self.open.last_mut() {
                    table.open_tag(tag, &self.attributes);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn closed(&mut self, name: &[u8]) {
        if self.unseen.as_deref() == Some(name) {
            self.unseen = None;
            return;
        }
        match name {
            b"table" => {
                self.close_table();
            }
            b"tr" => self.open.last_mut().into_iter().for_each(Table::end_row),
            b"td" | b"th" => self.open.last_mut().into_iter().for_each(Table::end_cell),
            b"p" | b"div" | b"li" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"caption" => {
                self.text_break()
            }
            b"s" | b"strike" | b"del" | b"span" | b"font" => {
                self.open.last_mut().into_iter().for_each(|table| table.close_tag(name));
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        match self.open.last_mut() {
            // Text of a table outside of its cells is its caption.
            Some(table) if table.in_cell() => table.text(text),
            _ => self.line.push_str(text),
        }
    }

    fn text_break(&mut self) {
        match self.open.last_mut() {
            Some(table) if table.in_cell() => table.line_break(),
            _ => self.end_line(),
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            return;
        }
        self.row = self.row.saturating_add(1);
        let line = (self.row, line);
        match self.open.last_mut() {
            Some(table) => table.caption(line),
            None => {
                if self.lines.len() == TITLE_LINES {
                    self.lines.remove(0);
                }
                self.lines.push(line);
            }
        }
    }

    fn close_table(&mut self) -> bool {
        self.end_line();
        let Some(mut table) = self.open.pop() else { return false };
        table.end_row();
        if table.is_title() && self.open.is_empty() {
            // A table of one text only stands above the next one as its title.
            self.lines.extend(table.into_lines());
            let surplus = self.lines.len().saturating_sub(TITLE_LINES);
            self.lines.drain(..surplus);
        } else {
            self.done.push(table);
        }
        true
    }

    /// Spreadsheet programs keep the names of the tabs in a comment.
    fn comment(&mut self, text: &str) {
        for part in text.split("<x:Name>").skip(1) {
            if let Some((name, _)) = part.split_once("</x:Name>")
                && self.names.len() < self.limits.sheets
            {
                self.names.push(name.trim().to_owned());
            }
        }
    }

    fn sheets(
        &mut self,
        limits: &Limits,
        watch: Watch<'_>,
        spent: &mut Spent,
    ) -> Result<Vec<Sheet>, FileRefused> {
        let mut tables = std::mem::take(&mut self.done);
        tables.retain(Table::has_columns);
        tables.sort_by_key(Table::first_row);
        let many = tables.len() > 1;
        let named = self.names.len() == tables.len();
        let mut sheets = Vec::new();
        for (at, table) in tables.into_iter().enumerate() {
            let mut rows = Rows::new(limits, watch, spent);
            let (cells, merges, hidden): (_, Vec<Merge>, _) = table.into_parts();
            hidden.into_iter().for_each(|row| rows.marking.hidden(row));
            for (row, column, cell, struck) in cells {
                rows.seen()?;
                let cell = match cell {
                    Cell::Text(text) => Cell::Text(unwrapped(text.into()).into_owned()),
                    other => other,
                };
                rows.put_struck(row, column, cell, struck)?;
            }
            let name =
                if named { Some(self.names[at].clone()) } else { many.then(|| format!("表{}", at + 1)) };
            let (rows, marks) = rows.finish();
            sheets.push(Sheet { name, rows, merges, hidden: false, marks });
        }
        Ok(sheets)
    }
}
