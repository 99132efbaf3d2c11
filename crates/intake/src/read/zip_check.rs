//! What a zip container would cost to unpack, counted before anything is held in memory.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::Limits;
use crate::refusal::{FileRefused, Progress, Stage, Watch};

/// Parts that the spreadsheet library holds whole (styles, relations, the list of sheets).
const SMALL_PART: u64 = 32 << 20;
/// Excel's own limit is 65,490 cell formats; each costs hundreds of bytes once read.
const CELL_FORMATS: usize = 66_000;
const PARTS: usize = 20_000;

/// What was seen of a workbook while its parts ran through.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    /// Some sheet has a formula.
    pub(super) formulas: bool,
    /// Whoever wrote it left the formulas to be computed when it is opened.
    pub(super) uncounted: bool,
    /// Some cells may be pictures.
    pub(super) pictures: bool,
    /// Some font or piece of text may be struck through.
    pub(super) struck: bool,
    /// Some row (or column) of a sheet may be hidden.
    pub(super) hidden: bool,
    /// There may be comments on cells.
    pub(super) comments: bool,
    /// It is an OpenDocument spreadsheet.
    pub(super) open_document: bool,
}

/// Refuses what is no workbook, is protected, is cut off, or unpacks beyond the limits.
pub(super) fn check(bytes: &[u8], limits: &Limits, watch: Watch<'_>) -> Result<Signs, FileRefused> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| FileRefused::damaged())?;
    if archive.len() > PARTS {
        return Err(FileRefused::too_large("文件内部部件过多"));
    }
    let open_document = kind_of_package(&archive)?;
    if open_document && !text_of(&mut archive, "mimetype").contains("spreadsheet") {
        return Err(FileRefused::not_ledger("这是文档，不是表格。请选择 .xlsx、.xls 或 .csv 台账"));
    }
    if open_document && text_of(&mut archive, "META-INF/manifest.xml").contains("encryption-data") {
        return Err(FileRefused::encrypted());
    }
    let mut declared = 0u64;
    for at in 0..archive.len() {
        let part = archive.by_index_raw(at).map_err(|_| FileRefused::damaged())?;
        if part.encrypted() {
            return Err(FileRefused::encrypted());
        }
        declared = declared.saturating_add(part.size());
        if part.size() > limit_of(&name_of(&part)?, limits) || declared > limits.sheet_bytes.saturating_mul(2)
        {
            return Err(unpacks_too_far());
        }
    }
    // The directory may lie: what really comes out is counted, part by part, into nothing.
    let mut total = 0u64;
    let mut signs = Signs { open_document, ..Signs::default() };
    for at in 0..archive.len() {
        let part = match archive.by_index(at) {
            Ok(part) => part,
            Err(ZipError::UnsupportedArchive(why)) if why.contains("Password") => {
                return Err(FileRefused::encrypted());
            }
            Err(_) => return Err(FileRefused::damaged()),
        };
        let name = name_of(&part)?;
        let (length, marks) = count(part, limit_of(&name, limits), name.ends_with("styles.xml"), watch)?;
        total += length;
        if total > limits.sheet_bytes.saturating_mul(2) {
            return Err(unpacks_too_far());
        }
        // A sheet may lie anywhere; a chart only costs a second look.
        signs.formulas |= marks.formulas;
        signs.pictures |= name.starts_with("xl/richdata/");
        signs.struck |= marks.struck;
        signs.hidden |= marks.hidden && name.contains("sheet");
        signs.comments |= name.contains("comment");
    }
    signs.uncounted = signs.formulas && counts_on_load(&mut archive);
    Ok(signs)
}

/// Whether the workbook asks to be computed when opened: programs that write formulas without being able
/// to compute them say so, and store 0 or nothing as the result.
fn counts_on_load(archive: &mut ZipArchive<Cursor<&[u8]>>) -> bool {
    let xml = text_of(archive, "xl/workbook.xml");
    ["fullCalcOnLoad=\"1\"", "fullCalcOnLoad=\"true\"", "fullCalcOnLoad='1'"]
        .iter()
        .any(|sign| xml.contains(sign))
}

/// A small part; empty where there is none.
fn text_of(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> String {
    let mut bytes = Vec::new();
    match archive.by_name(name).map(|part| part.take(SMALL_PART).read_to_end(&mut bytes)) {
        Ok(Ok(_)) => String::from_utf8_lossy(&bytes).into_owned(),
        _ => String::new(),
    }
}

fn name_of<R: Read + ?Sized>(part: &zip::read::ZipFile<'_, R>) -> Result<String, FileRefused> {
    part.name().map(|name| name.to_ascii_lowercase()).map_err(|_| FileRefused::damaged())
}

fn unpacks_too_far() -> FileRefused {
    FileRefused::too_large("文件展开后过大（可能含有大量空白格式或不是正常台账）")
}

fn limit_of(name: &str, limits: &Limits) -> u64 {
    if name.contains("/worksheets/") || name == "content.xml" {
        limits.sheet_bytes
    } else if name.ends_with("sharedstrings.xml") {
        // Tags around each string, and the string itself.
        limits.text_bytes as u64 * 2
    } else {
        SMALL_PART
    }
}

/// Whether it is an OpenDocument spreadsheet rather than an xlsx.
fn kind_of_package(archive: &ZipArchive<Cursor<&[u8]>>) -> Result<bool, FileRefused> {
    let names: Vec<String> = archive.file_names().flatten().map(|name| name.to_ascii_lowercase()).collect();
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    let under = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    if has("content.xml") && has("mimetype") {
        return Ok(true);
    }
    // The library tells neither merged cells nor formats of this one: figures could come out wrong.
    if has("xl/workbook.bin") {
        return Err(FileRefused::not_ledger("暂不支持这种表格格式，请用 Excel 或 WPS 另存为 .xlsx 后再导入"));
    }
    if under("word/") || under("ppt/") {
        return Err(FileRefused::not_ledger("这是文档，不是表格。请选择 .xlsx、.xls 或 .csv 台账"));
    }
    if !has("[content_types].xml") {
        return Err(FileRefused::not_ledger("这是压缩包，不是表格。请先解压，再选择其中的台账"));
    }
    Ok(false)
}

fn count(
    mut part: impl Read,
    limit: u64,
    styles: bool,
    watch: Watch<'_>,
) -> Result<(u64, Marks), FileRefused> {
    let mut buffer = vec![0u8; 1 << 16];
    let mut marks = Marks::default();
    let mut total = 0u64;
    loop {
        let read = part.read(&mut buffer).map_err(|_| FileRefused::damaged())?;
        if read == 0 {
            return Ok((total, marks));
        }
        total += read as u64;
        marks.add(&buffer[..read], styles);
        let one_piece = total > SMALL_PART && (marks.longest > 4 << 20 || marks.comments);
        if total > limit || one_piece || marks.formats > CELL_FORMATS {
            return Err(unpacks_too_far());
        }
        if (total >> 16).is_multiple_of(256) && !watch(Progress { stage: Stage::Reading, done: 0, total: 0 })
        {
            return Err(FileRefused::cancelled());
        }
    }
}

/// Signs of a part that cannot be streamed: one endless piece of text, or a comment that holds it; and
/// of formulas, struck text and hidden rows.
#[derive(Default)]
struct Marks {
    /// The last eight bytes.
    before: u64,
    run: u64,
    longest: u64,
    comments: bool,
    formats: usize,
    formulas: bool,
    struck: bool,
    hidden: bool,
}

const FORMULA: [u16; 2] = [u16::from_be_bytes(*b"<f"), u16::from_be_bytes(*b":f")];
const STRIKE: u64 = u64::from_be_bytes(*b"\0\0strike");
/// Ends of `hidden="1"` and `hidden="true"`.
const HIDDEN: [u64; 4] = [
    u64::from_be_bytes(*b"dden=\"1\""),
    u64::from_be_bytes(*b"dden='1'"),
    u64::from_be_bytes(*b"n=\"true\""),
    u64::from_be_bytes(*b"n='true'"),
];

impl Marks {
    fn add(&mut self, bytes: &[u8], styles: bool) {
        for &b in bytes {
            let two = self.before as u16;
            self.run += 1;
            match b {
                b'<' => {
                    self.longest = self.longest.max(self.run);
                    self.run = 0;
                }
                b'!' => self.comments |= two as u8 == b'<',
                // The end of a tag's name or of an attribute. Names may have a prefix: `<x:f>`.
                b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' => {
                    self.formulas |= FORMULA.contains(&two);
                    self.struck |= self.before & 0xFFFF_FFFF_FFFF == STRIKE;
                    self.hidden |= HIDDEN.contains(&self.before);
                }
                b'f' if styles => self.formats += usize::from(two == u16::from_be_bytes(*b"<x")),
                _ => {}
            }
            self.before = self.before << 8 | u64::from(b);
        }
        self.longest = self.longest.max(self.run);
    }
}
