//! Where the parts of an xlsx lie (ECMA-376 part 2, 9.3): the spreadsheet library does not tell.

use std::collections::HashMap;
use std::io::{BufReader, Cursor};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;

use super::attributes::said;
use crate::refusal::FileRefused;

/// A part, read tag by tag.
pub(super) type Part<'a, 'b> = Reader<BufReader<zip::read::ZipFile<'a, Cursor<&'b [u8]>>>>;

pub(super) struct Parts<'b> {
    archive: ZipArchive<Cursor<&'b [u8]>>,
    /// Names as they are written, by their lower case: writers differ.
    names: HashMap<String, String>,
    /// Paths by the names on the tabs.
    sheets: HashMap<String, String>,
    strings: String,
}

/// A relation of a part to another: id, kind, and the other's path.
struct Relation {
    id: String,
    kind: String,
    path: String,
}

impl<'b> Parts<'b> {
    pub(super) fn of(bytes: &'b [u8]) -> Result<Self, FileRefused> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| FileRefused::damaged())?;
        let names = archive.file_names().flatten().map(|name| (name.to_ascii_lowercase(), name.into_owned()));
        let names = names.collect();
        let mut parts = Self { archive, names, sheets: HashMap::new(), strings: String::new() };
        let relations = parts.related("")?;
        let book = relations.into_iter().find(|to| to.kind.ends_with("/officeDocument"));
        let book = book.map_or_else(|| "xl/workbook.xml".to_owned(), |to| to.path);
        let relations = parts.related(&book)?;
        // Where the spreadsheet library looks for them, whatever the relations say.
        parts.strings = resolved(book.rsplit_once('/').map_or("", |(folder, _)| folder), "sharedStrings.xml");
        parts.sheets = parts.sheets_of(&book, &relations)?;
        Ok(parts)
    }

    fn sheets_of(
        &mut self,
        book: &str,
        relations: &[Relation],
    ) -> Result<HashMap<String, String>, FileRefused> {
        let mut sheets = HashMap::new();
        let Some(mut part) = self.open(book)? else { return Ok(sheets) };
        let mut buffer = Vec::new();
        loop {
            match next(&mut part, &mut buffer)? {
                Event::Start(e) if e.local_name().as_ref() == "sheet" => {
                    let to = said(&e, "id").and_then(|id| relations.iter().find(|to| to.id == id));
                    if let (Some(name), Some(to)) = (said(&e, "name"), to) {
                        sheets.insert(name, to.path.clone());
                    }
                }
                Event::Eof => return Ok(sheets),
                _ => {}
            }
        }
    }

    pub(super) fn sheet(&self, name: &str) -> Option<String> {
        self.sheets.get(name).cloned()
    }

    pub(super) fn shared_strings(&self) -> String {
        self.strings.clone()
    }

    pub(super) fn open(&mut self, path: &str) -> Result<Option<Part<'_, 'b>>, FileRefused> {
        let Some(name) = self.names.get(&path.to_ascii_lowercase()) else { return Ok(None) };
        let part = self.archive.by_name(name).map_err(|_| FileRefused::damaged())?;
        let mut reader = Reader::from_reader(BufReader::new(part));
        reader.config_mut().expand_empty_elements = true;
        reader.config_mut().check_end_names = false;
        Ok(Some(reader))
    }

    /// What a part is related to, as kind and path.
    pub(super) fn relations(&mut self, path: &str) -> Result<Vec<(String, String)>, FileRefused> {
        Ok(self.related(path)?.into_iter().map(|to| (to.kind, to.path)).collect())
    }

    fn related(&mut self, path: &str) -> Result<Vec<Relation>, FileRefused> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut relations = Vec::new();
        let list = format!("{folder}/_rels/{name}.rels");
        let Some(mut part) = self.open(list.trim_start_matches('/'))? else { return Ok(relations) };
        let mut buffer = Vec::new();
        loop {
            match next(&mut part, &mut buffer)? {
                Event::Start(e) if e.local_name().as_ref() == "Relationship" => {
                    if let (Some(id), Some(kind), Some(target)) =
                        (said(&e, "Id"), said(&e, "Type"), said(&e, "Target"))
                    {
                        relations.push(Relation { id, kind, path: resolved(folder, &target) });
                    }
                }
                Event::Eof => return Ok(relations),
                _ => {}
            }
        }
    }
}

/// The next tag or text of a part.
pub(super) fn next<'e>(part: &mut Part<'_, '_>, buffer: &'e mut Vec<u8>) -> Result<Event<'e>, FileRefused> {
    buffer.clear();
    part.read_event_into(buffer).map_err(|_| FileRefused::damaged())
}

/// A target seen from a folder; one that begins with a slash is seen from the root.
fn resolved(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut steps: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.retain(|step| !step.is_empty());
    steps.join("/")
}
