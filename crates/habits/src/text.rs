//! A grid written as text: CSV of every origin, web pages and XML that call themselves spreadsheets.

use encoding_rs::GB18030;
use fastrand::Rng;

use crate::grid::{Cell, Grid};

/// How a program writes CSV.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) encoding: Encoding,
    pub(crate) separator: char,
    /// Every field in quotes.
    pub(crate) quoted: bool,
    /// Numbers of many places as `="…"`.
    pub(crate) equals: bool,
    pub(crate) crlf: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf8Bom,
    Gb18030,
    Utf16Le,
    Utf16Be,
}

impl Origin {
    pub(crate) fn random(dice: &mut Rng) -> Origin {
        use Encoding::{Gb18030, Utf8, Utf8Bom, Utf16Be, Utf16Le};
        let encodings = [Utf8, Utf8Bom, Gb18030, Gb18030, Utf16Le, Utf16Be];
        Origin {
            encoding: encodings[dice.usize(..encodings.len())],
            separator: [',', ',', '\t', ';', '|'][dice.usize(..5)],
            quoted: dice.u8(..4) == 0,
            equals: dice.u8(..3) == 0,
            crlf: dice.bool(),
        }
    }
}

/// What is odd about one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// Half a character: the first byte of one.
    BadByte,
    VerticalTab,
    /// `"暖心"活动`: quotes that are part of the text, not doubled.
    StrayQuotes,
    /// `"暖心活动`: a quote that nothing closes.
    OpenQuote,
}

/// The place of the odd cell: row and column from 0.
pub(crate) type OddCell = (usize, usize, Oddity);

pub(crate) fn csv(grid: &Grid, origin: Origin, odd: Option<OddCell>) -> Vec<u8> {
    let mut bytes = match origin.encoding {
        Encoding::Utf8Bom => b"\xEF\xBB\xBF".to_vec(),
        Encoding::Utf16Le => b"\xFF\xFE".to_vec(),
        Encoding::Utf16Be => b"\xFE\xFF".to_vec(),
        _ => Vec::new(),
    };
    let width = grid.rows.iter().map(|row| row.cells.len()).max().unwrap_or_default();
    for (r, row) in grid.rows.iter().enumerate() {
        for c in 0..width {
            if c > 0 {
                encode(&mut bytes, &origin.separator.to_string(), origin.encoding);
            }
            let text = row.cells.get(c).map(shown).unwrap_or_default();
            let odd = odd.filter(|(row, column, _)| (*row, *column) == (r, c)).map(|(_, _, oddity)| oddity);
            field(&mut bytes, &text, origin, odd);
        }
        encode(&mut bytes, if origin.crlf { "\r\n" } else { "\n" }, origin.encoding);
    }
    bytes
}

fn field(bytes: &mut Vec<u8>, text: &str, origin: Origin, odd: Option<Oddity>) {
    let needs = text.contains([origin.separator, '"', '\n', '\r']);
    let many = text.len() >= 11 && text.bytes().all(|b| b.is_ascii_digit() || b == b'X');
    let written = match odd {
        Some(Oddity::StrayQuotes) => format!("\"{}\"{}", first(text), rest(text)),
        Some(Oddity::OpenQuote) => format!("\"{text}"),
        Some(Oddity::VerticalTab) => format!("{}\u{b}{}", first(text), rest(text)),
        _ if origin.equals && many => format!("=\"{text}\""),
        _ if origin.quoted || needs => format!("\"{}\"", text.replace('"', "\"\"")),
        _ => text.to_owned(),
    };
    encode(bytes, &written, origin.encoding);
    if odd == Some(Oddity::BadByte) {
        match origin.encoding {
            // Half of a surrogate pair.
            Encoding::Utf16Le => bytes.extend([0x00, 0xD8]),
            Encoding::Utf16Be => bytes.extend([0xD8, 0x00]),
            _ => bytes.push(0xE4),
        }
    }
}

fn first(text: &str) -> String {
    text.chars().take(2).collect()
}

fn rest(text: &str) -> String {
    text.chars().skip(2).collect()
}

fn encode(bytes: &mut Vec<u8>, text: &str, encoding: Encoding) {
    match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => bytes.extend(text.as_bytes()),
        Encoding::Gb18030 => bytes.extend(GB18030.encode(text).0.as_ref()),
        Encoding::Utf16Le => text.encode_utf16().for_each(|unit| bytes.extend(unit.to_le_bytes())),
        Encoding::Utf16Be => text.encode_utf16().for_each(|unit| bytes.extend(unit.to_be_bytes())),
    }
}

/// The cell as a spreadsheet shows it, which is what it writes into a CSV.
pub(crate) fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Empty | Cell::Picture => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Error(error) => (*error).to_owned(),
        // A formula that was never computed is shown as nothing by what only reads.
        Cell::Formula(_, stored) => stored.map(|value| value.to_string()).unwrap_or_default(),
        Cell::Number(value, "0.00") => format!("{value:.2}"),
        Cell::Number(value, "0.0") => format!("{value:.1}"),
        Cell::Number(value, format) if format.contains('y') => {
            let first = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).expect("a day");
            let day = first + chrono::Days::new(*value as u64);
            match *format {
                "yyyy\"年\"m\"月\"d\"日\"" => day.format("%Y年%-m月%-d日").to_string(),
                "yyyy/m/d" => day.format("%Y/%-m/%-d").to_string(),
                _ => day.format("%Y-%m-%d").to_string(),
            }
        }
        // Excel shows more than eleven places as 3.40323E+12, unless the format is 0.
        Cell::Number(value, "General") if *value >= 1e11 => scientific(*value),
        Cell::Number(value, _) => value.to_string(),
    }
}

fn scientific(value: f64) -> String {
    let exponent = value.log10().floor() as i32;
    let mantissa = format!("{:.5}", value / 10f64.powi(exponent));
    format!("{}E+{exponent}", mantissa.trim_end_matches('0').trim_end_matches('.'))
}

/// The grid as a web page, as report programs save their `.xls`.
pub(crate) fn web_page(grid: &Grid) -> Vec<u8> {
    let mut page =
        "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><head><meta charset=\"utf-8\"></head>\
                    <body><table border=\"1\">\n"
            .to_owned();
    for row in &grid.rows {
        let cells: String = row.cells.iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
        page += &format!("<tr>{cells}</tr>\n");
    }
    (page + "</table></body></html>\n").into_bytes()
}

/// The grid as XML Spreadsheet 2003.
pub(crate) fn xml(grid: &Grid) -> Vec<u8> {
    let mut page = "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n\
                    <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
                    xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\n"
        .to_owned();
    page += &format!("<Worksheet ss:Name=\"{}\"><Table>\n", grid.name);
    for row in &grid.rows {
        let cell = |cell: &Cell| match cell {
            // As it is shown, also where that is 3.40323E+12.
            Cell::Number(value, format) if !format.contains('y') && *value < 1e11 => {
                format!("<Cell><Data ss:Type=\"Number\">{value}</Data></Cell>")
            }
            other => format!("<Cell><Data ss:Type=\"String\">{}</Data></Cell>", escaped(other)),
        };
        page += &format!("<Row>{}</Row>\n", row.cells.iter().map(cell).collect::<String>());
    }
    (page + "</Table></Worksheet></Workbook>\n").into_bytes()
}

fn escaped(cell: &Cell) -> String {
    shown(cell).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
