//! A list of 100,000 rows × 20 columns as xlsx, beside bare rust_xlsxwriter with the same cells.
//! `cargo bench -p tiexin-report --bench export [-- ROWS]`

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};
use tiexin_domain::Fen;
use tiexin_report::{Cell, Column, TableError, TableWriter};

const RUNS: usize = 3;

/// What a row of 20 shows: ten texts, four numbers, three days, three amounts.
struct Line {
    texts: [String; 10],
    number: i64,
    day: NaiveDate,
    fen: i64,
}

fn lines(rows: usize) -> Vec<Line> {
    let first = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default();
    let line = |n: usize| Line {
        texts: std::array::from_fn(|t| match t {
            0 => format!("测试姓名{n}"),
            1 => format!("34039919600101{:04}", n % 10_000),
            2 => format!("1990000{:04}", n % 10_000),
            3 => "固镇县谷阳镇东关社区居民委员会".into(),
            t => format!("第{}组 备注<{t}>", n % 97),
        }),
        number: n as i64,
        day: first + chrono::Days::new(n as u64 % 2_500),
        fen: n as i64 * 7 + 5,
    };
    (0..rows).map(line).collect()
}

fn ours(path: &Path, lines: &[Line]) -> Result<(), TableError> {
    let columns = (0..20).map(|c| Column::new(format!("列{c}"))).collect();
    let mut table = TableWriter::to_file(path, "名单", columns)?;
    for line in lines {
        let cells: [Cell; 20] = std::array::from_fn(|c| match c {
            0..10 => Cell::Text(&line.texts[c]),
            10..14 => Cell::Number(line.number + c as i64),
            14..17 => Cell::Date(line.day),
            _ => Cell::Money(Fen(line.fen + c as i64)),
        });
        table.row(&cells)?;
    }
    table.finish().map(drop)
}

fn bare(path: &Path, lines: &[Line]) -> Result<(), XlsxError> {
    let mut workbook = Workbook::new();
    let (date, money) = (Format::new().set_num_format("yyyy-mm-dd"), Format::new().set_num_format("0.00"));
    let page = workbook.add_worksheet_with_constant_memory()?;
    for column in 0..20u16 {
        page.write_string(0, column, format!("列{column}"))?;
    }
    for (row, line) in (1u32..).zip(lines) {
        for column in 0..20u16 {
            match column {
                0..10 => page.write_string(row, column, &line.texts[column as usize])?,
                10..14 => page.write_number(row, column, (line.number + i64::from(column)) as f64)?,
                14..17 => {
                    let (y, m, d) = (line.day.year() as u16, line.day.month() as u8, line.day.day() as u8);
                    page.write_datetime_with_format(row, column, ExcelDateTime::from_ymd(y, m, d)?, &date)?
                }
                _ => {
                    let yuan = (line.fen + i64::from(column)) as f64 / 100.0;
                    page.write_number_with_format(row, column, yuan, &money)?
                }
            };
        }
    }
    workbook.save(path)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rows = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(100_000);
    let lines = lines(rows);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("list.xlsx");
    let (mut best_ours, mut best_bare) = (Duration::MAX, Duration::MAX);
    for _ in 0..RUNS {
        let start = Instant::now();
        bare(&path, &lines)?;
        best_bare = best_bare.min(start.elapsed());
        let start = Instant::now();
        ours(&path, &lines)?;
        best_ours = best_ours.min(start.elapsed());
    }
    let size = std::fs::metadata(&path)?.len();
    println!(
        "export {rows} x 20: {:.2} s, bare rust_xlsxwriter {:.2} s, ratio {:.2}, {} kB",
        best_ours.as_secs_f64(),
        best_bare.as_secs_f64(),
        best_ours.as_secs_f64() / best_bare.as_secs_f64(),
        size / 1024
    );
    Ok(())
}
