//! Forms as data: one JSON file each, built in or put into a folder by an administrator.

mod heads;
mod read;

use std::collections::BTreeMap;
use std::path::Path;

use tiexin_domain::Kind;
use tiexin_domain::nouns::visit::Presence;

use crate::measure::Measure;
use crate::sheet::HeadCell;

/// Files that come with the program. A file of the same code in the folder stands in their place.
const BUILT_IN: [(&str, &str); 3] = [
    ("F1.json", include_str!("../../../../assets/forms/F1.json")),
    ("F3.json", include_str!("../../../../assets/forms/F3.json")),
    ("F4.json", include_str!("../../../../assets/forms/F4.json")),
];
const BUILT_IN_MEASURES: &str = include_str!("../../../../assets/forms/measures.json");
const MEASURES: &str = "measures.json";

/// What is wrong with a form file. Chinese; says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("表样文件 {file}：{message}")]
pub struct FormError {
    pub file: String,
    pub message: String,
}

impl FormError {
    pub(crate) fn new(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.into(), message: message.into() }
    }
}

/// What a form's time line means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// What happened within the month.
    Month,
    /// 不分月: what stands at the end of the month.
    None,
}

/// A form: what is printed around the figures, and which measure stands in each column.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// `F1`
    pub code: String,
    pub title: String,
    pub period: Period,
    /// The line under the title; `{unit}` and `{period}` are filled in.
    pub unit_line: Vec<String>,
    /// Head of the first column: 单位, 机构名称.
    pub label: String,
    pub foot: Vec<String>,
    /// Visits with one of these presences are not counted: `visits_left_out` of the file, 外出未遇 unless it says
    /// something else.
    pub visits_left_out: Vec<Presence>,
    /// Left to right, without the column of names.
    pub columns: Vec<Column>,
    pub heads: Vec<HeadCell>,
    pub head_rows: u32,
}

/// A leaf of the head.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Heads from the top down.
    pub path: Vec<String>,
    pub measure: Measure,
}

impl Form {
    /// The column under these heads.
    pub fn column(&self, path: &[String]) -> Option<&Column> {
        self.columns.iter().find(|column| column.path == path)
    }

    /// Whether visits are among what is counted.
    pub fn counts_visits(&self) -> bool {
        self.columns.iter().any(|column| column.measure.of == Kind::Visit)
    }
}

/// Reads one file of a folder, with the measures that come with the program.
///
/// # Errors
/// What is wrong with it, as [`Forms::load`] tells it.
pub fn read_form(file: &str, text: &str) -> Result<Form, FormError> {
    let (measures, _) = built_in()?;
    read::form(file, text, &measures)
}

/// Reads a file of measures: how many it holds.
///
/// # Errors
/// As [`read_form`].
pub fn read_measures(file: &str, text: &str) -> Result<usize, FormError> {
    read::measures(file, text).map(|measures| measures.len())
}

/// All forms this desk knows, by code.
#[derive(Debug, Clone)]
pub struct Forms {
    by_code: BTreeMap<String, Form>,
}

impl Forms {
    /// The forms that come with the program.
    pub fn built_in() -> Forms {
        let (measures, forms) = built_in().unwrap_or_else(|fault| {
            // Invariant: the files are compiled in, and a test reads each of them.
            unreachable!("{fault}")
        });
        let by_code = forms.iter().map(|(file, text)| match read::form(file, text, &measures) {
            Ok(form) => (form.code.clone(), form),
            // Invariant: as above.
            Err(fault) => unreachable!("{fault}"),
        });
        Forms { by_code: by_code.collect() }
    }

    /// The built-in forms and those of a folder, which win. A file with a fault is left out and
    /// told about; it never takes the other forms away.
    pub fn load(folder: &Path) -> (Forms, Vec<FormError>) {
        let mut forms = Self::built_in();
        let mut faults = Vec::new();
        let mut measures = match built_in() {
            Ok((measures, _)) => measures,
            Err(fault) => return (forms, vec![fault]),
        };
        let files = match json_files(folder) {
            Ok(files) => files,
            Err(fault) => return (forms, vec![fault]),
        };
        if let Some((file, text)) = files.iter().find(|(file, _)| file == MEASURES) {
            match read::measures(file, text) {
                Ok(more) => measures.extend(more),
                Err(fault) => faults.push(fault),
            }
        }
        for (file, text) in files.iter().filter(|(file, _)| file != MEASURES) {
            match read::form(file, text, &measures) {
                Ok(form) => {
                    forms.by_code.insert(form.code.clone(), form);
                }
                Err(fault) => faults.push(fault),
            }
        }
        (forms, faults)
    }

    pub fn get(&self, code: &str) -> Option<&Form> {
        self.by_code.get(code)
    }

    /// In the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = &Form> {
        self.by_code.values()
    }
}

type Sources = Vec<(String, String)>;

fn built_in() -> Result<(BTreeMap<String, Measure>, Sources), FormError> {
    let measures = read::measures(MEASURES, BUILT_IN_MEASURES)?;
    let forms = BUILT_IN.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    Ok((measures, forms))
}

/// Name and text of each form file, by name. A folder that is not there holds none.
fn json_files(folder: &Path) -> Result<Sources, FormError> {
    let shown = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let unreadable = |name: &str| FormError::new(name, "读不出来，请检查文件是否完好、是否为 UTF-8 编码");
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(_) => return Err(unreadable(&shown)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|_| unreadable(&shown))?.path();
        if path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("json")) {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let text = std::fs::read_to_string(&path).map_err(|_| unreadable(&name))?;
            files.push((name, text));
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests;
