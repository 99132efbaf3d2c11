//! What an xlsx shows beside its values: pieces of text struck through, hidden rows, comments.
//!
//! The spreadsheet library joins the pieces of a text and passes over the rest, so these parts are read
//! once more, and only of a package in which such things were seen.

use std::collections::HashMap;
use std::rc::Rc;

use quick_xml::escape;
use quick_xml::events::{BytesStart, Event};

use super::attributes::{number, said, yes};
use super::struck::{Pieces, Struck};
use super::xlsx_parts::{Part, Parts, next};
use super::zip_check::Signs;
use super::{Limits, Rows};
use crate::refusal::FileRefused;

pub(super) struct Looks<'b> {
    parts: Parts<'b>,
    signs: Signs,
    /// Shared strings in pieces, by index.
    strings: HashMap<usize, Rc<Rich>>,
}

/// Texts in pieces, by row and column from 0.
pub(super) type Texts = HashMap<(u32, u32), Rc<Rich>>;

/// A text in pieces; what a piece does not say of itself, the cell's font says.
#[derive(Debug, Default)]
pub(super) struct Rich {
    pieces: Vec<(String, Option<bool>)>,
}

impl Rich {
    pub(super) fn read(&self, cell_is_struck: bool) -> (String, Struck) {
        let mut read = Pieces::default();
        for (text, struck) in &self.pieces {
            read.push(text, struck.unwrap_or(cell_is_struck));
        }
        read.read()
    }

    fn push(&mut self, text: String, struck: Option<bool>) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some((last, same)) if *same == struck => last.push_str(&text),
            _ => self.pieces.push((text, struck)),
        }
    }

    /// Bytes that it holds in memory, roughly.
    fn cost(&self) -> usize {
        self.pieces.iter().map(|(text, _)| text.len() + size_of::<(String, Option<bool>)>()).sum()
    }

    fn has_own_fonts(&self) -> bool {
        self.pieces.iter().any(|(_, struck)| struck.is_some())
    }
}

impl<'b> Looks<'b> {
    pub(super) fn of(bytes: &'b [u8], signs: Signs, limits: &Limits) -> Result<Self, FileRefused> {
        let mut parts = Parts::of(bytes)?;
        let path = parts.shared_strings();
        let strings = if signs.struck { strings(&mut parts, &path, limits)? } else { HashMap::new() };
        Ok(Self { parts, signs, strings })
    }

    /// Notes the hidden rows and the comments of a sheet, and gives its texts in pieces.
    pub(super) fn sheet(&mut self, name: &str, rows: &mut Rows<'_>) -> Result<Texts, FileRefused> {
        let Some(path) = self.parts.sheet(name) else { return Ok(Texts::new()) };
        if self.signs.comments {
            let count = self.comments(&path)?;
            rows.marking.comments(count);
        }
        if !self.signs.struck && !self.signs.hidden {
            return Ok(Texts::new());
        }
        let strings = &self.strings;
        let Some(part) = self.parts.open(&path)? else { return Ok(Texts::new()) };
        let mut at = Sheet { strings: self.signs.struck.then_some(strings), ..Sheet::default() };
        at.read(part, rows)?;
        Ok(at.texts)
    }

    /// Cells with a comment. A thread of comments leaves a comment of the older kind as well.
    fn comments(&mut self, sheet: &str) -> Result<usize, FileRefused> {
        let mut most = 0;
        for (kind, path) in self.parts.relations(sheet)? {
            let tag = match kind.rsplit('/').next() {
                Some("comments") => "comment",
                Some("threadedComment") => "threadedComment",
                _ => continue,
            };
            let Some(mut part) = self.parts.open(&path)? else { continue };
            let (mut count, mut buffer) = (0, Vec::new());
            loop {
                match next(&mut part, &mut buffer)? {
                    // An answer stands in the thread that it answers to.
                    Event::Start(e) if e.local_name().as_ref() == tag && said(&e, "parentId").is_none() => {
                        count += 1;
                    }
                    Event::Eof => break,
                    _ => {}
                }
            }
            most = most.max(count);
        }
        Ok(most)
    }
}

fn strings(
    parts: &mut Parts<'_>,
    path: &str,
    limits: &Limits,
) -> Result<HashMap<usize, Rc<Rich>>, FileRefused> {
    let mut strings = HashMap::new();
    let Some(mut part) = parts.open(path)? else { return Ok(strings) };
    let (mut index, mut cost, mut buffer) = (0, 0, Vec::new());
    loop {
        match next(&mut part, &mut buffer)? {
            Event::Start(e) if e.local_name().as_ref() == "si" => {
                let rich = rich(&mut part, "si")?;
                if rich.has_own_fonts() {
                    add_cost(&mut cost, &rich, limits)?;
                    strings.insert(index, Rc::new(rich));
                }
                index += 1;
            }
            Event::Eof => return Ok(strings),
            _ => {}
        }
    }
}

fn add_cost(cost: &mut usize, rich: &Rich, limits: &Limits) -> Result<(), FileRefused> {
    *cost += rich.cost();
    if *cost > limits.text_bytes { Err(FileRefused::too_large("文字内容过多")) } else { Ok(()) }
}

/// A sheet while it is read.
#[derive(Default)]
struct Sheet<'a> {
    /// `None` where no text is struck through.
    strings: Option<&'a HashMap<usize, Rc<Rich>>>,
    /// Of the next cell, from 0.
    row: u32,
    column: u32,
    shared: bool,
    cost: usize,
    texts: Texts,
}

impl Sheet<'_> {
    fn read(&mut self, mut part: Part<'_, '_>, rows: &mut Rows<'_>) -> Result<(), FileRefused> {
        let mut buffer = Vec::new();
        loop {
            let event = next(&mut part, &mut buffer)?;
            match event {
                Event::Start(e) => {
                    rows.seen()?;
                    match e.local_name().as_ref() {
                        "row" => self.start_row(&e, rows),
                        "col" if yes(&e, "hidden") => {
                            if let (Some(first @ 1..), Some(last @ 1..)) =
                                (number(&e, "min"), number(&e, "max"))
                            {
                                rows.marking.hidden_columns(first - 1, last - 1);
                            }
                        }
                        _ if self.strings.is_none() => {}
                        "c" => self.start_cell(&e),
                        "v" if self.shared => {
                            let index = text(&mut part, "v")?.trim().parse().ok();
                            if let Some(rich) = index.and_then(|index: usize| self.strings?.get(&index)) {
                                self.put(Rc::clone(rich), rows)?;
                            }
                        }
                        "is" => {
                            let rich = rich(&mut part, "is")?;
                            if rich.has_own_fonts() {
                                add_cost(&mut self.cost, &rich, rows.limits)?;
                                self.put(Rc::new(rich), rows)?;
                            }
                        }
                        _ => {}
                    }
                }
                Event::End(e) => match e.local_name().as_ref() {
                    "row" => (self.row, self.column) = (self.row.saturating_add(1), 0),
                    "c" => self.column = self.column.saturating_add(1),
                    "sheetData" => return Ok(()),
                    _ => {}
                },
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn start_row(&mut self, e: &BytesStart<'_>, rows: &mut Rows<'_>) {
        if let Some(row) = number(e, "r") {
            self.row = row.saturating_sub(1);
        }
        if yes(e, "hidden") {
            rows.marking.hidden(self.row.saturating_add(1));
        }
    }

    fn start_cell(&mut self, e: &BytesStart<'_>) {
        if let Some(at) = said(e, "r").and_then(|at| position(&at)) {
            (self.row, self.column) = at;
        }
        self.shared = said(e, "t").is_some_and(|kind| kind == "s");
    }

    fn put(&mut self, rich: Rc<Rich>, rows: &Rows<'_>) -> Result<(), FileRefused> {
        if self.texts.len() >= rows.limits.cells {
            return Err(FileRefused::too_large("单元格过多"));
        }
        self.texts.insert((self.row, self.column), rich);
        Ok(())
    }
}

/// `B3` as row and column from 0.
fn position(at: &str) -> Option<(u32, u32)> {
    let digits = at.find(|c: char| c.is_ascii_digit())?;
    let column = at[..digits].bytes().try_fold(0u32, |column, b| {
        let letter = b.to_ascii_uppercase().checked_sub(b'A').filter(|letter| *letter < 26)?;
        column.checked_mul(26)?.checked_add(u32::from(letter) + 1)
    })?;
    Some((at[digits..].parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

/// The pieces of a string, up to the end of its tag.
fn rich(part: &mut Part<'_, '_>, tag: &str) -> Result<Rich, FileRefused> {
    let (mut rich, mut struck, mut spoken) = (Rich::default(), None, false);
    let mut buffer = Vec::new();
    loop {
        match next(part, &mut buffer)? {
            Event::Start(e) => match e.local_name().as_ref() {
                "r" => struck = None,
                // A piece with a font of its own is only struck through if that font says so.
                "rPr" => struck = Some(false),
                "strike" => struck = Some(said(&e, "val").is_none() || yes(&e, "val")),
                // How the text is pronounced.
                "rPh" => spoken = true,
                "t" if !spoken => {
                    let preserved = said(&e, "space").is_some_and(|space| space == "preserve");
                    let text = text(part, "t")?;
                    let text = if preserved { &text } else { text.trim_matches([' ', '\t', '\r', '\n']) };
                    rich.push(unescaped(text), struck);
                }
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "rPh" => spoken = false,
                name if name == tag => return Ok(rich),
                _ => {}
            },
            Event::Eof => return Err(FileRefused::damaged()),
            _ => {}
        }
    }
}

/// The text up to the end of a tag.
fn text(part: &mut Part<'_, '_>, tag: &str) -> Result<String, FileRefused> {
    let (mut text, mut buffer) = (String::new(), Vec::new());
    loop {
        match next(part, &mut buffer)? {
            Event::Text(piece) => text.push_str(&piece.xml10_content()),
            Event::CData(piece) => text.push_str(&piece.xml10_content()),
            Event::GeneralRef(e) => {
                let written = format!("&{};", &*e);
                text.push_str(&escape::unescape(&written).unwrap_or(written.as_str().into()));
            }
            Event::End(e) if e.local_name().as_ref() == tag => return Ok(text),
            Event::Eof => return Err(FileRefused::damaged()),
            _ => {}
        }
    }
}

/// `_x000D_` stands for a character that XML cannot hold (ECMA-376 part 1, 22.9.2.19 ST_Xstring).
fn unescaped(text: &str) -> String {
    let (mut done, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).filter(|_| rest.as_bytes().get(at + 6) == Some(&b'_'));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(character) => {
                done.push_str(&rest[..at]);
                done.push(character);
                rest = &rest[at + 7..];
            }
            None => {
                done.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    done + rest
}
