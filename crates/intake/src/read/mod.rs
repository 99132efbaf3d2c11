//! Bytes into a workbook, whatever the extension says, within fixed bounds.
//!
//! Containers are looked into before the spreadsheet library may unpack them: what they would cost is
//! counted first, and a file that costs too much is refused with a message.

mod attributes;
mod biff;
mod biff_cells;
mod biff_marks;
mod cells;
mod decode;
mod delimited;
mod number_format;
mod ods;
mod records;
mod struck;
mod unlock;
mod web_page;
mod web_table;
mod xls;
mod xlsx;
mod xlsx_marks;
mod xlsx_parts;
mod xml_spreadsheet;
mod zip_check;

use self::struck::{Marking, Struck};
use crate::refusal::{FileRefused, Progress, Stage, Watch};
use crate::workbook::{Cell, Marks, Row, Sheet, Workbook};

/// How much a ledger may hold. Everything beyond is refused before it costs memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes: usize,
    /// Bytes of one sheet, unpacked; it is streamed, not held.
    pub sheet_bytes: u64,
    /// Bytes of all text of the file, unpacked and held.
    pub text_bytes: usize,
    /// Cells in rows with a value, all sheets together.
    pub cells: usize,
    pub sheets: usize,
    pub columns: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 32 << 20,
            sheet_bytes: 512 << 20,
            text_bytes: 64 << 20,
            cells: 4_000_000,
            sheets: 256,
            columns: 512,
        }
    }
}

/// Reads a file. Never panics and never believes the extension.
pub fn read(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Workbook, FileRefused> {
    read_watched(bytes, file_name, limits, &|_| true)
}

/// [`read`], telling how far it is; the watch may stop it.
pub fn read_watched(
    bytes: &[u8],
    file_name: &str,
    limits: &Limits,
    watch: Watch<'_>,
) -> Result<Workbook, FileRefused> {
    if bytes.len() > limits.file_bytes {
        return Err(FileRefused::too_large(&format!("文件有 {} MB", bytes.len() >> 20)));
    }
    // The spreadsheet library has panicked on broken files before; a ledger must never take the desk down.
    let read = tiexin_caught::caught(|| by_content(bytes, limits, watch));
    let (format, sheets) = read.unwrap_or_else(|| Err(FileRefused::damaged()))?;
    Ok(Workbook { file_name: file_name.to_owned(), format, sheets })
}

type Sheets = (crate::workbook::Format, Vec<Sheet>);

const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

fn by_content(bytes: &[u8], limits: &Limits, watch: Watch<'_>) -> Result<Sheets, FileRefused> {
    use crate::workbook::Format;
    if bytes.is_empty() {
        return Err(FileRefused::not_ledger("文件是空的，请选择台账文件"));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zipped(bytes, limits, watch);
    }
    if bytes.starts_with(OLE) {
        let mut container = xls::container(bytes)?;
        if let Some(package) = unlock::package(&mut container)? {
            return zipped(&package, limits, watch);
        }
        return Ok((Format::Xls, xls::read(bytes, container, limits, watch)?));
    }
    if OLE.starts_with(&bytes[..bytes.len().min(OLE.len())]) || bytes.starts_with(b"PK") {
        return Err(FileRefused::damaged());
    }
    for (magic, what) in [
        (&b"%PDF"[..], "PDF 文档"),
        (b"\x89PNG", "图片"),
        (b"\xFF\xD8\xFF", "图片"),
        (b"Rar!", "压缩包"),
        (b"7z\xBC\xAF", "压缩包"),
        (b"\x1F\x8B", "压缩包"),
    ] {
        if bytes.starts_with(magic) {
            return Err(FileRefused::not_ledger(&format!(
                "这是{what}，不是表格。请选择 .xlsx、.xls 或 .csv 台账"
            )));
        }
    }
    let Some(text) = decode::decode(bytes) else {
        return Err(FileRefused::not_ledger("这不是表格文件，请选择 .xlsx、.xls 或 .csv 台账"));
    };
    by_opening(&text, limits, watch)
}

fn zipped(bytes: &[u8], limits: &Limits, watch: Watch<'_>) -> Result<Sheets, FileRefused> {
    use crate::workbook::Format;
    let signs = zip_check::check(bytes, limits, watch)?;
    if signs.open_document {
        return Ok((Format::Ods, ods::read(bytes, limits, watch)?));
    }
    Ok((Format::Xlsx, xlsx::read(bytes, signs, limits, watch)?))
}

/// Text is told by how it begins.
fn by_opening(text: &str, limits: &Limits, watch: Watch<'_>) -> Result<Sheets, FileRefused> {
    use crate::workbook::Format;
    let opening = text.trim_start();
    match markup(opening) {
        Some(Markup::Page) => return Ok((Format::Html, web_page::read(text, limits, watch)?)),
        Some(Markup::Spreadsheet) => {
            return Ok((Format::Xml, xml_spreadsheet::read(opening, limits, watch)?));
        }
        Some(Markup::Other) => {
            return Err(FileRefused::not_ledger(
                "这种网页或 XML 文件不能直接导入，请用 Excel 或 WPS 打开后另存为 .xlsx 再导入",
            ));
        }
        None => {}
    }
    if opening.starts_with("{\\rtf") || is_json(opening) {
        return Err(FileRefused::not_ledger("这不是表格，请选择 .xlsx、.xls 或 .csv 台账"));
    }
    Ok((Format::Csv, delimited::read(text, limits, watch)?))
}

/// What a text in tags is.
enum Markup {
    Page,
    /// XML Spreadsheet 2003.
    Spreadsheet,
    Other,
}

/// Tags that a web page may begin with; a title may begin with `<` too.
const TAGS: &[&str] = &[
    "html", "head", "meta", "title", "style", "script", "link", "body", "table", "thead", "tbody", "tr",
    "td", "th", "caption", "div", "span", "center", "font", "form", "p", "br", "h1", "h2", "h3", "h4", "b",
    "strong",
];

fn markup(opening: &str) -> Option<Markup> {
    let head: String = opening.chars().take(4096).collect::<String>().to_ascii_lowercase();
    if head.starts_with("mime-version:") && head.contains("multipart/related") {
        return Some(Markup::Other);
    }
    let page = |head: &str| head.contains("<html") || head.contains("<table");
    let rest = head.strip_prefix('<')?;
    if rest.starts_with("?xml") || rest.starts_with('!') {
        let spreadsheet =
            head.contains("urn:schemas-microsoft-com:office:spreadsheet") && !head.contains("<html");
        return Some(match spreadsheet {
            true => Markup::Spreadsheet,
            false if page(&head) || rest.starts_with("!doctype html") => Markup::Page,
            false => Markup::Other,
        });
    }
    let (name, after) =
        rest.split_at(rest.find(|c: char| !c.is_ascii_alphanumeric() && c != ':').unwrap_or(rest.len()));
    match name {
        "workbook" | "ss:workbook" => Some(Markup::Spreadsheet),
        name if TAGS.contains(&name) && after.starts_with([' ', '>', '/', '\n', '\t']) => Some(Markup::Page),
        _ => None,
    }
}

/// A title may begin with a bracket too; only what is JSON to its end is JSON.
fn is_json(text: &str) -> bool {
    text.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Collects cells into rows and refuses when there are too many.
struct Rows<'a> {
    limits: &'a Limits,
    watch: Watch<'a>,
    rows: Vec<Row>,
    marking: Marking,
    /// Over all sheets of the file.
    spent: &'a mut Spent,
}

/// What the file has cost so far.
#[derive(Default)]
struct Spent {
    cells: usize,
    text: usize,
    seen: usize,
}

impl<'a> Rows<'a> {
    fn new(limits: &'a Limits, watch: Watch<'a>, spent: &'a mut Spent) -> Self {
        Self { limits, watch, rows: Vec::new(), marking: Marking::default(), spent }
    }

    /// Called for each cell met, empty or not, so that a sheet of nothing can be stopped.
    fn seen(&mut self) -> Result<(), FileRefused> {
        self.spent.seen += 1;
        if self.spent.seen.is_multiple_of(16_384) {
            let progress = Progress { stage: Stage::Reading, done: self.rows.len(), total: 0 };
            if !(self.watch)(progress) {
                return Err(FileRefused::cancelled());
            }
        }
        Ok(())
    }

    /// Adds a cell; rows must come in ascending order, a repeated cell replaces the former one.
    fn put(&mut self, number: u32, column: usize, cell: Cell) -> Result<(), FileRefused> {
        self.put_struck(number, column, cell, Struck::None)
    }

    /// [`put`](Self::put) of a cell that may be struck through.
    fn put_struck(
        &mut self,
        number: u32,
        column: usize,
        mut cell: Cell,
        struck: Struck,
    ) -> Result<(), FileRefused> {
        if let Cell::Text(text) = &mut cell
            && text.contains('\0')
        {
            text.retain(|c| c != '\0');
        }
        if cell.is_empty() {
            return Ok(());
        }
        if matches!(&cell, Cell::Text(text) if is_picture(text)) {
            cell = Cell::Picture;
        }
        if column >= self.limits.columns {
            return Err(FileRefused::too_large(&format!("表格超过 {} 列", self.limits.columns)));
        }
        if let Cell::Text(text) = &cell {
            self.spent.text += text.len();
        }
        let new_row = self.rows.last().is_none_or(|row| row.number != number);
        if new_row {
            if self.rows.last().is_some_and(|row| row.number > number) {
                return Err(FileRefused::damaged());
            }
            self.rows.push(Row { number, cells: Vec::new() });
        }
        // Invariant: a row was pushed just now if there was none.
        let Some(row) = self.rows.last_mut() else { return Err(FileRefused::damaged()) };
        if row.cells.len() <= column {
            self.spent.cells += column + 1 - row.cells.len();
            row.cells.resize(column + 1, Cell::Empty);
        }
        row.cells[column] = cell;
        self.marking.cell(number, column, struck);
        if self.spent.cells > self.limits.cells {
            return Err(FileRefused::too_large(&format!("单元格超过 {} 万个", self.limits.cells / 10_000)));
        }
        if self.spent.text > self.limits.text_bytes {
            return Err(FileRefused::too_large("文字内容过多"));
        }
        Ok(())
    }

    fn finish(self) -> (Vec<Row>, Marks) {
        let marks = self.marking.finish(&self.rows);
        (self.rows, marks)
    }
}

/// The formula that WPS leaves in a cell for a picture, where it is stored as text.
fn is_picture(text: &str) -> bool {
    text.trim_start().strip_prefix('=').is_some_and(|rest| {
        rest.trim_start_matches("_xlfn.").starts_with("DISPIMG(") && rest.trim_end().ends_with(')')
    })
}
