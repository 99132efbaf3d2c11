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

/// Refuses what is no workbook, is protected, is cut off, or unpacks beyond the limits.
pub(super) fn check(bytes: &[u8], limits: &Limits, watch: Watch<'_>) -> Result<(), FileRefused> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| FileRefused::damaged())?;
    if archive.len() > PARTS {
        return Err(FileRefused::too_large("文件内部部件过多"));
    }
    kind_of_package(&archive)?;
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
    for at in 0..archive.len() {
        let part = match archive.by_index(at) {
            Ok(part) => part,
            Err(ZipError::UnsupportedArchive(why)) if why.contains("Password") => {
                return Err(FileRefused::encrypted());
            }
            Err(_) => return Err(FileRefused::damaged()),
        };
        let name = name_of(&part)?;
        total += count(part, limit_of(&name, limits), name.ends_with("styles.xml"), watch)?;
        if total > limits.sheet_bytes.saturating_mul(2) {
            return Err(unpacks_too_far());
        }
    }
    Ok(())
}

fn name_of<R: Read + ?Sized>(part: &zip::read::ZipFile<'_, R>) -> Result<String, FileRefused> {
    part.name().map(|name| name.to_ascii_lowercase()).map_err(|_| FileRefused::damaged())
}

fn unpacks_too_far() -> FileRefused {
    FileRefused::too_large("文件展开后过大（可能含有大量空白格式或不是正常台账）")
}

fn limit_of(name: &str, limits: &Limits) -> u64 {
    if name.contains("/worksheets/") {
        limits.sheet_bytes
    } else if name.ends_with("sharedstrings.xml") {
        // Tags around each string, and the string itself.
        limits.text_bytes as u64 * 2
    } else {
        SMALL_PART
    }
}

fn kind_of_package(archive: &ZipArchive<Cursor<&[u8]>>) -> Result<(), FileRefused> {
    let names: Vec<String> = archive.file_names().flatten().map(|name| name.to_ascii_lowercase()).collect();
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    let under = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    if has("xl/workbook.bin") || has("content.xml") {
        return Err(FileRefused::not_ledger("暂不支持这种表格格式，请用 Excel 或 WPS 另存为 .xlsx 后再导入"));
    }
    if under("word/") || under("ppt/") {
        return Err(FileRefused::not_ledger("这是文档，不是表格。请选择 .xlsx、.xls 或 .csv 台账"));
    }
    if !has("[content_types].xml") {
        return Err(FileRefused::not_ledger("这是压缩包，不是表格。请先解压，再选择其中的台账"));
    }
    Ok(())
}

fn count(mut part: impl Read, limit: u64, styles: bool, watch: Watch<'_>) -> Result<u64, FileRefused> {
    let mut buffer = vec![0u8; 1 << 16];
    let mut marks = Marks::default();
    let mut total = 0u64;
    loop {
        let read = part.read(&mut buffer).map_err(|_| FileRefused::damaged())?;
        if read == 0 {
            return Ok(total);
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

/// Signs of a part that cannot be streamed: one endless piece of text, or a comment that holds it.
#[derive(Default)]
struct Marks {
    before: [u8; 2],
    run: u64,
    longest: u64,
    comments: bool,
    formats: usize,
}

impl Marks {
    fn add(&mut self, bytes: &[u8], styles: bool) {
        for &b in bytes {
            if b == b'<' {
                self.run = 0;
            } else {
                self.run += 1;
                self.longest = self.longest.max(self.run);
                self.comments |= b == b'!' && self.before[1] == b'<';
                if styles && b == b'f' && self.before == *b"<x" {
                    self.formats += 1;
                }
            }
            self.before = [self.before[1], b];
        }
    }
}
