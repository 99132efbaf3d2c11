//! Tables that keep one thing in several columns, brought into the shape that is read: a date in columns 年, 月 and 日,
//! a kind as ticks in a column of its own, a second date of the same row.
//!
//! Only the copy that is read is reshaped; what the worker sees and gets back is the sheet as it is. A value stays
//! in the leftmost column of those that told it, so that findings name a cell that is there.

use std::borrow::Cow;

use super::values::yes;
use crate::heads::plain;
use crate::workbook::{Cell, Row, Sheet};

/// Heads stand in the first rows.
const HEAD_ROWS: usize = 12;

/// Columns of ticks under the kinds that a register tells: what the column is called that would hold the words.
const TICKED: &[(&str, &[&str])] = &[
    (
        "会员类型",
        &["个体会员", "个人会员", "团体会员", "单位会员", "流动人口", "流动人口会员", "常住人口", "常住会员"],
    ),
    (
        "服务对象",
        &[
            "失独家庭",
            "失独人员",
            "特殊家庭",
            "育龄群众",
            "育龄妇女",
            "青少年",
            "留守老人",
            "留守儿童",
            "留守妇女",
            "五老",
            "五老人员",
        ],
    ),
];

/// The sheet in the shape that is read; as it is where nothing has to be changed.
pub(super) fn reshaped(sheet: &Sheet) -> Cow<'_, Sheet> {
    let mut now = Cow::Borrowed(sheet);
    for at in 0..sheet.rows.len().min(HEAD_ROWS) {
        while let Some(date) = date_columns(&now, at) {
            join_dates(now.to_mut(), at, &date);
        }
        for (head, words) in TICKED {
            if let Some(columns) = ticked(&now, at, words) {
                join_ticks(now.to_mut(), at, head, &columns);
            }
        }
    }
    now
}

/// Columns that tell a date in parts: each by its column, 年 perhaps missing.
struct DateColumns {
    year: Option<usize>,
    month: usize,
    day: usize,
}

impl DateColumns {
    fn first(&self) -> usize {
        self.year.unwrap_or(self.month)
    }
}

fn word(row: &Row, column: usize) -> String {
    match row.cell(column) {
        Cell::Text(text) if text.len() <= 60 => plain(text),
        _ => String::new(),
    }
}

/// 年, 月 and 日 side by side, or 月 and 日 alone.
fn date_columns(sheet: &Sheet, at: usize) -> Option<DateColumns> {
    let row = &sheet.rows[at];
    (0..row.cells.len().saturating_sub(1)).find_map(|month| {
        let months = matches!(word(row, month).as_str(), "月" | "月份");
        let days = matches!(word(row, month + 1).as_str(), "日" | "号");
        let year =
            month.checked_sub(1).filter(|year| matches!(word(row, *year).as_str(), "年" | "年份" | "年度"));
        (months && days).then_some(DateColumns { year, month, day: month + 1 })
    })
}

/// The digits of a part of a date; a part that is none stays as it is written, and the date is refused by it.
fn part(cell: &Cell) -> Option<String> {
    let text = cell.shown();
    let text = text.trim().trim_end_matches(['年', '月', '日', '号']).trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn join_dates(sheet: &mut Sheet, at: usize, date: &DateColumns) {
    let (first, gone) = (date.first(), date.first() + 1..date.day + 1);
    // A year or a month that is written once stands for the rows below it too.
    let (mut year, mut month) = (None, None);
    for row in &mut sheet.rows[at + 1..] {
        let day = part(row.cell(date.day));
        year = date.year.and_then(|column| part(row.cell(column))).or(year);
        month = part(row.cell(date.month)).or(month);
        let told = day.is_some() || part(row.cell(date.month)).is_some();
        let joined = match (&year, &month, &day) {
            _ if !told => Cell::Empty,
            (Some(year), Some(month), Some(day)) => Cell::Text(format!("{year}年{month}月{day}日")),
            (Some(year), Some(month), None) => Cell::Text(format!("{year}年{month}月")),
            (None, Some(month), Some(day)) => Cell::Text(format!("{month}月{day}日")),
            (_, None, Some(day)) => Cell::Text(format!("{day}日")),
            (_, month, None) => month.clone().map_or(Cell::Empty, |month| Cell::Text(format!("{month}月"))),
        };
        // A line of text over the whole table is no row of it.
        if row.cells.iter().filter(|cell| !cell.is_empty()).count() > 1 {
            set(row, first, joined);
            gone.clone().for_each(|column| set(row, column, Cell::Empty));
        }
    }
    name(sheet, at, first, gone, "日期");
}

/// At least two columns under words of one list, with nothing but ticks below.
fn ticked(sheet: &Sheet, at: usize, words: &[&str]) -> Option<Vec<usize>> {
    let row = &sheet.rows[at];
    let tick = |cell: &Cell| match cell {
        Cell::Empty => true,
        Cell::Text(text) => is_tick(text) || yes(text) == Some(false),
        Cell::Number(number) => number.value == 1.0 || number.value == 0.0,
        Cell::Bool(_) => true,
        _ => false,
    };
    let named = |column: &usize| words.contains(&word(row, *column).as_str());
    let columns: Vec<usize> = (0..row.cells.len()).filter(named).collect();
    let body =
        || sheet.rows[at + 1..].iter().filter(|row| row.cells.iter().filter(|c| !c.is_empty()).count() > 2);
    let ticks = |column: &usize| body().all(|row| tick(row.cell(*column)));
    let some = || body().any(|row| columns.iter().any(|column| !row.cell(*column).is_empty()));
    let all = columns.len() >= 2 && columns.iter().all(ticks) && some();
    if all { Some(columns) } else { None }
}

fn is_tick(text: &str) -> bool {
    matches!(text.trim(), "●" | "■" | "★" | "V" | "v" | "∨" | "勾") || yes(text) == Some(true)
}

fn is_ticked(cell: &Cell) -> bool {
    match cell {
        Cell::Text(text) => is_tick(text),
        Cell::Number(number) => number.value == 1.0,
        Cell::Bool(ticked) => *ticked,
        _ => false,
    }
}

fn join_ticks(sheet: &mut Sheet, at: usize, head: &str, columns: &[usize]) {
    let words: Vec<String> = columns.iter().map(|column| sheet.rows[at].cell(*column).shown()).collect();
    for row in &mut sheet.rows[at + 1..] {
        let said: Vec<&str> = columns
            .iter()
            .zip(&words)
            .filter(|(column, _)| is_ticked(row.cell(**column)))
            .map(|(_, word)| word.as_str())
            .collect();
        let joined = if said.is_empty() { Cell::Empty } else { Cell::Text(said.join("、")) };
        columns.iter().for_each(|column| set(row, *column, Cell::Empty));
        set(row, columns[0], joined);
    }
    for column in &columns[1..] {
        name(sheet, at, columns[0], *column..*column + 1, head);
    }
}

/// Gives the first column its name where no level above names it, and takes the others out of the head.
fn name(sheet: &mut Sheet, at: usize, first: usize, gone: std::ops::Range<usize>, head: &str) {
    let number = sheet.rows[at].number;
    let above = sheet.rows[..at].iter().rev().take(2).any(|row| {
        let covered = sheet.merges.iter().any(|m| {
            (m.first_row..=m.last_row).contains(&row.number)
                && (m.first_column..=m.last_column).contains(&first)
                && m.last_column > m.first_column
                && m.last_column <= gone.end
        });
        let words = row.cells.iter().filter(|cell| !cell.is_empty()).count();
        words > 2 && (covered || !row.cell(first).is_empty())
    });
    let row = &mut sheet.rows[at];
    set(row, first, if above { Cell::Empty } else { Cell::Text(head.to_owned()) });
    gone.clone().for_each(|column| set(row, column, Cell::Empty));
    for merge in sheet.merges.iter_mut().filter(|m| m.first_row <= number && m.last_row <= number) {
        if gone.contains(&merge.last_column) && merge.first_column <= first {
            merge.last_column = first;
        }
    }
}

fn set(row: &mut Row, column: usize, cell: Cell) {
    if row.cells.len() <= column {
        if cell.is_empty() {
            return;
        }
        row.cells.resize(column + 1, Cell::Empty);
    }
    row.cells[column] = cell;
}

/// A table whose rows tell of a first, a second and more times: one table for each, every one with the columns that
/// tell of all of them. `None` where there is at most one.
pub(super) fn times(sheet: &Sheet) -> Option<Vec<Sheet>> {
    let (at, nths) = sheet.rows.iter().take(HEAD_ROWS).enumerate().find_map(|(at, row)| {
        let nths: Vec<(usize, usize)> =
            (0..row.cells.len()).filter_map(|column| Some((column, nth(&word(row, column))?))).collect();
        let dated =
            |wanted: usize| nths.iter().any(|(column, n)| *n == wanted && is_date(&word(row, *column)));
        (dated(1) && dated(2)).then_some((at, nths))
    })?;
    let most = nths.iter().map(|(_, n)| *n).max()?;
    Some(
        (1..=most)
            .filter(|n| nths.iter().any(|(_, own)| own == n))
            .map(|n| only(sheet, at, &nths, n))
            .collect(),
    )
}

fn only(sheet: &Sheet, at: usize, nths: &[(usize, usize)], wanted: usize) -> Sheet {
    let mut own = sheet.clone();
    for (nth, row) in own.rows.iter_mut().enumerate() {
        for (column, n) in nths {
            if *n != wanted && nth >= at {
                set(row, *column, Cell::Empty);
            } else if *n == wanted && nth == at {
                let head = row.cell(*column).shown();
                set(row, *column, Cell::Text(without_nth(&head)));
            }
        }
    }
    // A row without that time tells nothing of it.
    let of_it: Vec<usize> = nths.iter().filter(|(_, n)| *n == wanted).map(|(column, _)| *column).collect();
    let others: Vec<usize> = nths.iter().filter(|(_, n)| *n != wanted).map(|(column, _)| *column).collect();
    let mut nth = 0;
    own.rows.retain(|row| {
        nth += 1;
        let was = &sheet.rows[nth - 1];
        let empty = of_it.iter().all(|column| row.cell(*column).is_empty());
        nth - 1 <= at || !(empty && others.iter().any(|column| !was.cell(*column).is_empty()))
    });
    own
}

const NTHS: &[(&str, usize)] = &[
    ("第一次", 1),
    ("第二次", 2),
    ("第三次", 3),
    ("第四次", 4),
    ("第1次", 1),
    ("第2次", 2),
    ("第3次", 3),
    ("第4次", 4),
];

fn nth(head: &str) -> Option<usize> {
    NTHS.iter().find(|(word, _)| head.contains(word)).map(|(_, n)| *n)
}

fn without_nth(head: &str) -> String {
    NTHS.iter().fold(head.to_owned(), |head, (word, _)| head.replace(word, ""))
}

fn is_date(head: &str) -> bool {
    ["时间", "日期"].iter().any(|word| head.contains(word))
}

/// A table with a column for each month: nobody can tell the days.
pub(super) fn has_months(sheet: &Sheet) -> bool {
    let months = |row: &Row| {
        let month = |column: usize| {
            let text = word(row, column);
            let number = text.strip_suffix("月份").or_else(|| text.strip_suffix('月'))?;
            number.parse::<u32>().ok().filter(|month| (1..=12).contains(month))
        };
        (0..row.cells.len()).filter_map(month).count()
    };
    sheet.rows.iter().take(HEAD_ROWS).any(|row| months(row) >= 6)
}

/// A page about one family: words that are heads elsewhere stand beside their values, in many rows.
pub(super) fn is_card(sheet: &Sheet) -> bool {
    let labels = |row: &&Row| {
        let filled = row.cells.iter().filter(|cell| !cell.is_empty()).count();
        let is_label = |cell: &Cell| matches!(cell, Cell::Text(text) if crate::heads::is_exact_head(text.trim_end_matches(['：', ':'])));
        (1..=8).contains(&filled) && row.cells.iter().any(is_label)
    };
    sheet.rows.len() <= 60 && sheet.rows.iter().filter(labels).count() >= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: &[&[&str]]) -> Sheet {
        let row = |(at, cells): (usize, &&[&str])| Row {
            number: at as u32 + 1,
            cells: cells
                .iter()
                .map(|text| if text.is_empty() { Cell::Empty } else { Cell::Text((*text).into()) })
                .collect(),
        };
        Sheet { rows: rows.iter().enumerate().map(row).collect(), ..Sheet::default() }
    }

    fn texts(sheet: &Sheet) -> Vec<Vec<String>> {
        sheet.rows.iter().map(|row| row.cells.iter().map(Cell::shown).collect()).collect()
    }

    #[test]
    fn a_date_in_three_columns_is_one() {
        let read = sheet(&[
            &["户主", "年", "月", "日", "走访人"],
            &["余喆", "2026", "10", "5", "康梅"],
            &["熊国学", "", "", "8", "康梅"],
        ]);
        let wanted = [
            vec!["户主", "日期", "", "", "走访人"],
            vec!["余喆", "2026年10月5日", "", "", "康梅"],
            vec!["熊国学", "2026年10月8日", "", "", "康梅"],
        ];
        assert_eq!(texts(&reshaped(&read)), wanted);
        let plain = sheet(&[&["户主", "日期"], &["余喆", "10.5"]]);
        assert!(matches!(reshaped(&plain), Cow::Borrowed(_)));
    }

    #[test]
    fn ticks_are_words_of_one_column() {
        let read = sheet(&[
            &["姓名", "个体会员", "团体会员", "流动人口"],
            &["张三", "√", "", "√"],
            &["某厂", "", "√", "×"],
        ]);
        let wanted = [
            vec!["姓名", "会员类型", "", ""],
            vec!["张三", "个体会员、流动人口", "", ""],
            vec!["某厂", "团体会员", "", ""],
        ];
        assert_eq!(texts(&reshaped(&read)), wanted);
        // Words that are no ticks stay where they are.
        let other = sheet(&[&["姓名", "个体会员", "团体会员"], &["张三", "2019年入会", "无"]]);
        assert!(matches!(reshaped(&other), Cow::Borrowed(_)));
    }

    #[test]
    fn a_second_time_in_the_row_is_a_table_of_its_own() {
        let read = sheet(&[
            &["户主", "第一次走访时间", "第二次走访时间", "走访人"],
            &["余喆", "10.5", "10.20", "康梅"],
            &["熊国学", "10.6", "", "康梅"],
        ]);
        let tables = times(&read).unwrap();
        assert_eq!(texts(&tables[0])[0], ["户主", "走访时间", "", "走访人"]);
        assert_eq!(tables[0].rows.len(), 3);
        assert_eq!(
            texts(&tables[1]),
            [vec!["户主", "", "走访时间", "走访人"], vec!["余喆", "", "10.20", "康梅"]]
        );
        assert!(times(&sheet(&[&["户主", "第一次走访时间"], &["余喆", "10.5"]])).is_none());
    }

    #[test]
    fn months_side_by_side_and_a_card_are_no_ledgers() {
        assert!(has_months(&sheet(&[&["户主", "1月", "2月", "3月", "4月", "5月", "6月份"]])));
        assert!(!has_months(&sheet(&[&["户主", "10月", "走访人"]])));
        let card =
            sheet(&[&["户主姓名", "余喆"], &["联系电话", "1"], &["家庭住址", "东关"], &["信息编码", "2"]]);
        assert!(is_card(&card));
        assert!(!is_card(&sheet(&[&["户主姓名", "联系电话"], &["余喆", "1"]])));
    }
}
