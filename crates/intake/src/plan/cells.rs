//! What can be wrong with any cell, whichever field it holds: looked over once for each row.

use tiexin_domain::shape::{self, Find};

use super::numbers::ends_in_zeros;
use super::reader::RowReader;
use super::sheet::Origin;
use crate::finding::FindingCode;
use crate::heads::{Column, Field, plain};
use crate::kind::SheetKind;
use crate::script;
use crate::workbook::{Cell, Marks, column_letters};

/// Fields without which a row cannot be told from others or counted: an error there refuses the row.
const NEEDED: &[&str] = &[
    "date",
    "start",
    "file_code",
    "id",
    "head.id",
    "husband.id",
    "wife.id",
    "spouse.id",
    "name",
    "head.name",
    "husband.name",
    "wife.name",
    "spouse.name",
    "head",
    "kind",
    "project",
    "category",
    "village",
    "person",
    "insured",
    "amount",
    "money",
    "headcount",
    "handouts",
    "days",
    "score",
    "opened",
    "assessed",
    "type",
    "residence",
    "tags",
    "relation",
    "met",
];

/// Fields that a mark for 'as above' cannot mean: each belongs to one person alone.
const ONES_OWN: &[&str] = &[
    "id",
    "head.id",
    "husband.id",
    "wife.id",
    "spouse.id",
    "name",
    "head.name",
    "husband.name",
    "wife.name",
    "spouse.name",
    "child.name",
    "phone",
    "husband.phone",
    "wife.phone",
    "card",
    "policy",
    "emergency_contact",
    "tail",
];

/// Whether a mark for 'as above' cannot mean the field.
pub(super) fn is_ones_own(field: &Field) -> bool {
    ONES_OWN.contains(&field.code) || field.is_ones_own()
}

/// Heads of columns that hold somebody's number: what stands below is never kept in clear in the notes.
const SECRET_HEADS: &[&str] = &[
    "身份证",
    "证件号",
    "身份号",
    "银行",
    "账号",
    "帐号",
    "卡号",
    "一卡通",
    "存折",
    "开户",
    "社保",
    "医保",
    "户口本号",
    "护照",
    "残疾证",
    "低保证",
    "支付宝",
    "微信",
];

/// Notes what is wrong with cells as such: errors, formulas without a result, pictures, lost digits and signs,
/// marks for 'as above' without anything above.
pub(super) fn look_over(reader: &mut RowReader<'_>) {
    let sheet = reader.sheet;
    for column in sheet.head.columns.iter().filter(|c| !c.ignored) {
        let cell = reader.row.cell(column.index);
        match reader.row.origin(column.index) {
            Origin::Nowhere if column.field.is_some_and(is_ones_own) => {
                reader.find_in(column, FindingCode::DittoUnclear, "这一栏各人不同，不能写“同上”，请写明");
                continue;
            }
            Origin::Nowhere => {
                let hint = "写的是“同上”，上面没有内容可以照抄，请写明";
                reader.find_in(column, FindingCode::DittoUnclear, hint);
                continue;
            }
            _ => {}
        }
        if let Some((code, hint)) = fault(cell, column.field) {
            reader.find_in(column, code, hint);
        }
    }
}

/// A row whose remark says that it does not count waits: a claim refused, a visit that was not made, a slip.
pub(super) fn cancelled(reader: &mut RowReader<'_>) {
    const WORDS: &[&str] = &[
        "作废",
        "不计",
        "未走访",
        "没走访",
        "未去成",
        "没去成",
        "未开展",
        "重复登记",
        "已报过",
        "月已报",
        "拒赔",
        "审核中",
        "未赔付",
        "不予赔付",
        "未到账",
    ];
    let register = match reader.sheet.head.kind {
        SheetKind::SpecialFamilies | SheetKind::Members => true,
        SheetKind::Records(records) => !records.shape().is_work,
        _ => false,
    };
    for field in ["notes", "state", "status"] {
        let Some(text) = reader.said(field).filter(|_| !register) else { continue };
        let alone = matches!(text.trim(), "取消" | "重复" | "已取消" | "删除" | "误登");
        if alone || WORDS.iter().any(|word| text.contains(word)) {
            let hint = format!("写着“{text}”，没有录入；要算的请删去这几个字，不算的请删去这一行");
            reader.find(field, FindingCode::RowCancelled, hint);
            return;
        }
    }
}

/// A row that is struck through waits; a cell of which a part is struck through was read without it.
pub(super) fn struck(reader: &mut RowReader<'_>, marks: &Marks) {
    let row = reader.row.number;
    if marks.struck_rows.contains(&row) {
        if let Some(column) =
            reader.sheet.head.columns.iter().find(|c| c.field.is_some_and(|f| f.code != "seq"))
        {
            let hint = "整行划了删除线，没有录入；要算的请去掉删除线，不算的请删去这一行";
            reader.find_in(column, FindingCode::RowCancelled, hint);
        }
        return;
    }
    for column in reader.sheet.head.columns.iter().filter(|c| marks.struck_cells.contains(&(row, c.index))) {
        let hint = "这一格有一部分划了删除线，录入时按没有划掉的部分，请核对";
        reader.find_in(column, FindingCode::Struck, hint);
    }
    for column in reader.sheet.head.columns.iter().filter(|c| marks.struck_whole.contains(&(row, c.index))) {
        let hint = "这一格整格划了删除线，录入时仍按写着的内容；不要的请删去这一格的内容，要的请去掉删除线";
        reader.find_in(column, FindingCode::Struck, hint);
    }
}

fn fault(cell: &Cell, of: Option<&Field>) -> Option<(FindingCode, &'static str)> {
    let field = of.map_or("", |field| field.code);
    // Asked only of a cell that has a fault: this runs for every cell of a ledger.
    let needed = || NEEDED.contains(&field) || of.is_some_and(Field::is_needed);
    // Codes and ID numbers say by name that their digits were lost.
    let numbered = || {
        let known =
            |own: &shape::Field| own.finds.iter().any(|find| matches!(find, Find::IdNumber | Find::Code));
        matches!(field, "file_code" | "id" | "head.id" | "husband.id" | "wife.id" | "spouse.id")
            || of.and_then(|field| field.own).is_some_and(known)
    };
    let left_out = |hint| Some((FindingCode::CellLeftOut, hint));
    match cell {
        Cell::Error(_) | Cell::Uncounted if needed() => Some((
            FindingCode::CellError,
            "这一格是公式错误，或公式没有算出结果，请用 Excel 或 WPS 打开，改好并保存后再导入这一行",
        )),
        Cell::Text(text) if is_error(text) && needed() => {
            Some((FindingCode::CellError, "这一格是公式错误，请改成正确的内容后再导入这一行"))
        }
        Cell::Error(_) | Cell::Uncounted if !field.is_empty() => {
            left_out("公式错误或没有算出结果，这一格没有录入，请核对")
        }
        Cell::Text(text) if !field.is_empty() && is_error(text) => {
            left_out("公式错误，这一格没有录入，请核对")
        }
        Cell::Picture if !field.is_empty() && field != "notes" => {
            left_out("这一格是图片，没有录入；照片可以在记录里上传")
        }
        Cell::Number(number) if number.lost_digits() && !numbered() => Some((
            FindingCode::DigitsLost,
            "表格把号码当数字保存，末几位已丢失，没有录入；请把该列设为文本后重新填写",
        )),
        Cell::Text(text) if !field.is_empty() && is_scientific(text) && !numbered() => Some((
            FindingCode::DigitsLost,
            "号码被表格改成了科学计数法，已不完整，没有录入；请按原件重新填写",
        )),
        Cell::Text(text) if matches!(field, "card" | "policy") && ends_in_zeros(text) => {
            Some((FindingCode::DigitsDoubtful, "末几位都是 0，可能曾被表格当数字保存而丢失，请对照原件核对"))
        }
        Cell::Text(text) if !field.is_empty() && text.contains('\u{fffd}') => {
            Some((FindingCode::SignLost, "这一格有认不出的字，请对照原件改正"))
        }
        _ => None,
    }
}

/// `190****0004`, `****************12`: a number as lists and exports of this program show it.
pub(super) fn is_masked(cell: &Cell) -> bool {
    let Cell::Text(text) = cell else { return false };
    // Asked of every cell, and nearly none has a star.
    text.bytes().filter(|b| *b == b'*').count() >= 4
        && text.chars().all(|c| c == '*' || c.is_ascii_alphanumeric() || c.is_whitespace())
}

/// A row that still has a template's mark of an example and says something else waits: nobody can tell a forgotten mark
/// from an example of the office's own.
pub(super) fn kept_example(reader: &mut RowReader<'_>) {
    if reader.text("seq").is_some_and(|text| text.trim() == crate::template::EXAMPLE) {
        let hint = "“序号”还写着“示例”，内容却不是模板里的示例，没有录入；要录入请把“示例”改成序号，不要的请删去这一行";
        reader.find("seq", FindingCode::ExampleKept, hint);
    }
}

/// An error value as text, as CSV files hold it.
pub(super) fn is_error(text: &str) -> bool {
    if text.len() > 24 || !text.bytes().any(|b| b == b'#') {
        return false;
    }
    let text = text.trim();
    text.starts_with('#')
        && matches!(
            text.trim_end_matches(['!', '?']),
            "#N/A"
                | "#REF"
                | "#VALUE"
                | "#DIV/0"
                | "#NAME"
                | "#NUM"
                | "#NULL"
                | "#SPILL"
                | "#CALC"
                | "#GETTING_DATA"
        )
}

/// `3.40323E+12`: a long number as a spreadsheet shows it in a narrow column.
pub(super) fn is_scientific(text: &str) -> bool {
    if text.len() > 24 || !text.bytes().any(|b| b == b'E' || b == b'e') {
        return false;
    }
    let text = text.trim();
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    whole.len() == 1
        && digits(whole)
        && digits(part)
        && digits(exponent.strip_prefix('+').unwrap_or(exponent))
}

/// What a column without a field adds to the notes; a number of somebody's only by its tail.
pub(super) fn as_note(column: &Column, cell: &Cell) -> Option<String> {
    if cell.is_empty() || is_masked(cell) || matches!(cell, Cell::Error(_) | Cell::Uncounted | Cell::Picture)
    {
        return None;
    }
    if matches!(cell, Cell::Number(number) if number.lost_digits()) {
        return None;
    }
    let shown = script::seen(&cell.shown()).into_owned();
    if is_error(&shown) {
        return None;
    }
    let head = plain(&column.head);
    let shown = if SECRET_HEADS.iter().any(|word| head.contains(word)) { tail(&shown) } else { shown };
    Some(match column.field {
        Some(_) => shown,
        None if column.head.is_empty() => format!("{}列：{shown}", column_letters(column.index)),
        None => format!("{}：{shown}", column.head),
    })
}

/// `尾号 1234` of a number; words stay as they are.
fn tail(text: &str) -> String {
    let digits: Vec<char> = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    if digits.iter().filter(|c| c.is_ascii_digit()).count() < 6 {
        return text.to_owned();
    }
    let tail: String = digits[digits.len() - 4..].iter().collect();
    format!("尾号 {tail}（全号未录入）")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_that_a_spreadsheet_cut() {
        assert!(is_scientific("3.40323E+12"));
        assert!(is_scientific("1.99E10"));
        assert!(!is_scientific("3号楼E12"));
        assert!(!is_scientific("340399E12"));
        assert!(ends_in_zeros("1234567890123450000"));
        assert!(!ends_in_zeros("1234567890123456000x"));
        assert!(!ends_in_zeros("123456789012345"));
    }

    #[test]
    fn somebodys_number_is_kept_by_its_tail() {
        let column = |head: &str| Column { index: 0, head: head.into(), field: None, ignored: false };
        let note = |head: &str, text: &str| as_note(&column(head), &Cell::Text(text.into()));
        assert_eq!(
            note("银行卡号", "6217 0012 3456 7890 123").as_deref(),
            Some("银行卡号：尾号 0123（全号未录入）")
        );
        assert_eq!(
            note("子女身份证号", "340399199901010012").as_deref(),
            Some("子女身份证号：尾号 0012（全号未录入）")
        );
        assert_eq!(note("开户银行", "农商行").as_deref(), Some("开户银行：农商行"));
        assert_eq!(note("民族", "汉").as_deref(), Some("民族：汉"));
    }
}
