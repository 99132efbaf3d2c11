//! A list as a spreadsheet: "export what is shown". Streams; memory does not grow with the rows.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use tiexin_caught::caught;
use tiexin_domain::Fen;

use crate::xlsx::tab_name;

/// A column's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub title: String,
    /// In characters, a Chinese one counting two; None: by the title and the first rows.
    pub width: Option<u16>,
}

impl Column {
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), width: None }
    }
}

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    Blank,
    /// Always text: it is never read as a formula, whatever it begins with.
    Text(&'a str),
    Number(i64),
    Date(NaiveDate),
    Money(Fen),
}

/// A list could not be written. What was begun is gone.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("表格文件写不出来，请检查磁盘空间、文件夹权限，以及文件是否正在别的程序中打开")]
    Io(#[from] io::Error),
    #[error("表格无法生成")]
    Layout(#[source] XlsxError),
    #[error("这一行比表头多出 {0} 格")]
    TooWide(usize),
}

/// The writer begins its files itself: a folder that is gone is told as one.
impl From<XlsxError> for TableError {
    fn from(error: XlsxError) -> TableError {
        match error {
            XlsxError::IoError(error) | XlsxError::TempFileError(_, error) => TableError::Io(error),
            other => TableError::Layout(other),
        }
    }
}

/// Rows of one spreadsheet page, the head among them.
const PAGE_ROWS: u32 = 1_048_576;
/// Characters of one cell.
const LONGEST: usize = 32_767;
/// Rows by which the columns' widths are chosen.
const SAMPLE: u32 = 200;
const WIDEST: usize = 40;

/// Takes rows one by one. Dropped without [`TableWriter::finish`], it leaves no file.
pub struct TableWriter {
    workbook: Workbook,
    page: Worksheet,
    title: String,
    header: String,
    columns: Vec<Column>,
    widths: Vec<usize>,
    formats: Formats,
    target: Option<PathBuf>,
    next_row: u32,
    rows: u64,
}

struct Formats {
    head: Format,
    date: Format,
    money: Format,
    /// Keeps `=…` text even after somebody edits the cell.
    quoted: Format,
}

impl TableWriter {
    /// Writes to a file. What must lie on disk meanwhile lies, unnamed, in the folder the user
    /// chose and nowhere else.
    pub fn to_file(path: &Path, title: &str, columns: Vec<Column>) -> Result<Self, TableError> {
        let mut workbook = Workbook::new();
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        workbook.set_tempdir(folder)?;
        Self::start(workbook, Some(path.to_owned()), title, columns)
    }

    /// Keeps all in memory and touches no disk: for lists of moderate length.
    pub fn to_memory(title: &str, columns: Vec<Column>) -> Result<Self, TableError> {
        Self::start(Workbook::new(), None, title, columns)
    }

    fn start(
        workbook: Workbook,
        target: Option<PathBuf>,
        title: &str,
        columns: Vec<Column>,
    ) -> Result<Self, TableError> {
        let widths = columns.iter().map(|c| shown_width(&c.title) + 4).collect();
        let mut writer = Self {
            workbook,
            page: Worksheet::new(),
            title: tab_name(title),
            header: String::new(),
            columns,
            widths,
            formats: Formats::new(),
            target,
            next_row: 0,
            rows: 0,
        };
        writer.open_page(1)?;
        Ok(writer)
    }

    /// What stands above each printed page, left and right: whose list it is, of which day.
    pub fn headed(&mut self, left: &str, right: &str) {
        let plain = |text: &str| text.replace('&', "&&");
        self.header = format!("&L&14{}&R{}", plain(left), plain(right));
        self.page.set_header(&self.header);
    }

    /// One row. Cells that are missing at its end stay blank.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), TableError> {
        if cells.len() > self.columns.len() {
            return Err(TableError::TooWide(cells.len() - self.columns.len()));
        }
        if self.next_row == PAGE_ROWS {
            self.close_page()?;
            let number = self.workbook.worksheets().len() + 1;
            self.open_page(number)?;
        }
        if self.next_row <= SAMPLE {
            for (width, cell) in self.widths.iter_mut().zip(cells) {
                *width = (*width).max(cell_width(cell) + 2);
            }
        }
        // The writer underneath panics when the disk is full.
        caught(|| self.write_cells(cells)).unwrap_or_else(|| Err(disk_full()))?;
        self.next_row += 1;
        self.rows += 1;
        Ok(())
    }

    /// Writes the file and gives the number of rows; a file that is there is replaced only now.
    pub fn finish(mut self) -> Result<u64, TableError> {
        self.close_page()?;
        let rows = self.rows;
        if let Some(path) = self.target.take() {
            tiexin_files::write_whole(&path, |file| self.save(BufWriter::new(file)))?;
        }
        Ok(rows)
    }

    /// The whole xlsx file.
    pub fn finish_bytes(mut self) -> Result<Vec<u8>, TableError> {
        self.close_page()?;
        let mut bytes = Vec::new();
        self.save(&mut bytes)?;
        Ok(bytes)
    }

    fn save(&mut self, mut out: impl Write + Send) -> io::Result<()> {
        let saved = caught(|| self.workbook.save_to_writer(&mut out));
        match saved {
            Some(Ok(())) => out.flush(),
            Some(Err(XlsxError::IoError(e))) => Err(e),
            Some(Err(e)) => Err(io::Error::other(e)),
            None => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    fn write_cells(&mut self, cells: &[Cell]) -> Result<(), TableError> {
        let (page, row) = (&mut self.page, self.next_row);
        for (column, cell) in (0u16..).zip(cells) {
            match *cell {
                Cell::Blank => {}
                Cell::Text(text) => write_text(page, row, column, text, &self.formats.quoted)?,
                Cell::Number(value) => match exact_number(&value.to_string()) {
                    Some(number) => {
                        page.write_number(row, column, number)?;
                    }
                    None => write_text(page, row, column, &value.to_string(), &self.formats.quoted)?,
                },
                Cell::Money(fen) => match exact_number(&fen.to_string()) {
                    Some(number) => {
                        page.write_number_with_format(row, column, number, &self.formats.money)?;
                    }
                    None => write_text(page, row, column, &fen.to_string(), &self.formats.quoted)?,
                },
                Cell::Date(day) => {
                    write_date(page, row, column, day, &self.formats)?;
                }
            }
        }
        Ok(())
    }

    fn open_page(&mut self, number: usize) -> Result<(), TableError> {
        self.page = match self.target {
            Some(_) => self.workbook.new_worksheet_with_constant_memory()?,
            None => Worksheet::new(),
        };
        let name = match number {
            1 => self.title.clone(),
            n => format!("{}-{n}", self.title.chars().take(27).collect::<String>()),
        };
        self.page.set_name(name)?;
        for (column, head) in (0u16..).zip(&self.columns) {
            self.page.write_string_with_format(0, column, &head.title, &self.formats.head)?;
        }
        self.page.set_freeze_panes(1, 0)?;
        self.page.set_repeat_rows(0, 0)?;
        self.page.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        self.page.set_header(&self.header).set_footer("&C第 &P 页，共 &N 页");
        self.next_row = 1;
        Ok(())
    }

    fn close_page(&mut self) -> Result<(), TableError> {
        for (column, (head, width)) in (0u16..).zip(self.columns.iter().zip(&self.widths)) {
            let width = head.width.map_or((*width).clamp(8, WIDEST), usize::from);
            self.page.set_column_width(column, width as f64)?;
        }
        if let Some(last) = self.columns.len().checked_sub(1) {
            self.page.autofilter(0, 0, self.next_row - 1, last as u16)?;
        }
        let page = std::mem::take(&mut self.page);
        self.workbook.push_worksheet(page);
        Ok(())
    }
}

impl Formats {
    fn new() -> Self {
        let head = Format::new().set_bold().set_align(FormatAlign::Center).set_border(FormatBorder::Thin);
        Self {
            head,
            date: Format::new().set_num_format("yyyy-mm-dd"),
            money: Format::new().set_num_format("0.00"),
            quoted: Format::new().set_quote_prefix(),
        }
    }
}

fn write_text(
    page: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    quoted: &Format,
) -> Result<(), XlsxError> {
    if text.is_empty() {
        return Ok(());
    }
    if text.len() > LONGEST && text.chars().count() > LONGEST {
        let cut: String = text.chars().take(LONGEST - 1).chain(['…']).collect();
        return page.write_string_with_format(row, column, cut, quoted).map(|_| ());
    }
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) {
        page.write_string_with_format(row, column, text, quoted)?;
    } else {
        page.write_string(row, column, text)?;
    }
    Ok(())
}

/// A day as a spreadsheet's date; one before 1900 as text.
fn write_date(
    page: &mut Worksheet,
    row: u32,
    column: u16,
    day: NaiveDate,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let year = u16::try_from(day.year()).unwrap_or(0);
    match ExcelDateTime::from_ymd(year, day.month() as u8, day.day() as u8) {
        Ok(date) => page.write_datetime_with_format(row, column, date, &formats.date)?,
        Err(_) => page.write_string(row, column, day.format("%Y-%m-%d").to_string())?,
    };
    Ok(())
}

/// The number a decimal text stands for, if a spreadsheet can hold it exactly (15 digits).
/// Its shortest decimal form is the text again, so no fen is lost on the way.
pub(crate) fn exact_number(text: &str) -> Option<f64> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    if digits == 0 || digits > 15 || !plain { None } else { text.parse().ok() }
}

/// Width on paper in characters; Chinese ones are two wide.
pub(crate) fn shown_width(text: &str) -> usize {
    text.chars().map(|c| if (c as u32) < 0x2E80 { 1 } else { 2 }).sum()
}

fn cell_width(cell: &Cell) -> usize {
    match cell {
        Cell::Blank => 0,
        Cell::Text(text) => shown_width(text),
        Cell::Number(value) => value.to_string().len(),
        Cell::Date(_) => 10,
        Cell::Money(fen) => fen.to_string().len(),
    }
}

fn disk_full() -> TableError {
    TableError::Io(io::ErrorKind::StorageFull.into())
}
