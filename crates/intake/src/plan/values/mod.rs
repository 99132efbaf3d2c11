//! Single values as people write them.

mod amounts;
mod dates;
mod period;

pub(super) use amounts::{BadAmount, Unit, count, each_family, money};
pub(super) use dates::{Dated, TORN, date, in_numerals, moment, short_year, time_of};
pub(super) use period::{Period, Today};
pub(super) use tiexin_domain::nothing::says_nothing;

/// Half-width digits, letters and signs; the rest untouched.
pub(super) fn narrow(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            other => other,
        })
        .collect()
}

/// Things listed in one cell.
pub(super) fn things(text: &str) -> Vec<String> {
    text.split(|c: char| "、，,；;/／|＋+&\n".contains(c))
        .map(|piece| piece.trim().to_owned())
        .filter(|piece| !piece.is_empty())
        .collect()
}

/// Names listed in one cell. Two names are set apart by a space, but one name may be spread: `孙　明`. `known`
/// tells a name of the family that the cell is about.
pub(super) fn listed(text: &str, known: &dyn Fn(&str) -> bool) -> Vec<String> {
    let text = joined_by_words(&without_notes(&crate::script::seen(text)), known);
    text.split(|c: char| "、，,；;/／|＋+&\n\r".contains(c))
        .flat_map(|piece| stopped(piece, known))
        .flat_map(|piece| spaced(piece, known))
        .collect()
}

/// Without what stands in brackets: 冉玉兰（女，66岁） is one person. A cell that is nothing else keeps it.
fn without_notes(text: &str) -> String {
    let mut depth = 0usize;
    let mut kept = String::new();
    for c in text.chars() {
        match c {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    if kept.trim().is_empty() { text.to_owned() } else { kept }
}

/// `冉玉兰和李四` are two where both sides can be names.
fn joined_by_words(text: &str, known: &dyn Fn(&str) -> bool) -> String {
    let named = |part: &str| {
        let part = part.trim().trim_matches(|c: char| "、，,；;".contains(c));
        known(part)
            || matches!(part, "老伴" | "配偶" | "妻子" | "丈夫" | "家属")
            || crate::script::begins_with_surname(part)
    };
    for word in ["以及", "和", "及", "与", "跟", "同"] {
        for (at, _) in text.match_indices(word) {
            let (before, after) = (&text[..at], &text[at + word.len()..]);
            let last = before.rsplit(['、', '，', ',', ' ']).next().unwrap_or_default();
            let first = after.split(['、', '，', ',', ' ']).next().unwrap_or_default();
            if named(last) && named(first) && !known(&format!("{last}{word}{first}")) {
                let joined = format!("{before}、{after}");
                return joined_by_words(&joined, known);
            }
        }
    }
    text.to_owned()
}

/// A number of people in place of their names, or behind one: `2人`, `等3人`, `夫妻俩`.
pub(super) fn headcount(text: &str) -> bool {
    let text: String = narrow(text).chars().filter(|c| !c.is_whitespace()).collect();
    let digits = text.chars().all(|c| c.is_ascii_digit()) && !text.is_empty();
    let behind = |word: &str| {
        text.strip_suffix(word).is_some_and(|rest| {
            rest.ends_with(|c: char| c.is_ascii_digit() || "一二两三四五六七八九十几多".contains(c))
        })
    };
    digits || ["人", "口人", "口", "个人", "位", "名"].into_iter().any(behind) || text.contains('等')
}

/// A full stop may set two names apart, or stand for the dot inside of one.
fn stopped<'t>(piece: &'t str, known: &dyn Fn(&str) -> bool) -> Vec<&'t str> {
    let parts: Vec<&str> = piece.split(['。', '.', '．']).filter(|part| !part.trim().is_empty()).collect();
    let names = |part: &&str| known(part) || crate::script::begins_with_surname(part.trim());
    if parts.len() < 2 || known(piece) || !parts.iter().all(names) { vec![piece] } else { parts }
}

/// The names of one piece. No name is one sign long, and none of Han signs is longer than four.
fn spaced(piece: &str, known: &dyn Fn(&str) -> bool) -> Vec<String> {
    let parts: Vec<&str> = piece.split_whitespace().collect();
    if parts.len() < 2 {
        return parts.into_iter().map(str::to_owned).collect();
    }
    if let Some(names) = split_by(&parts, known) {
        return names;
    }
    let length = |part: &str| part.chars().count();
    let whole = parts.concat();
    if length(&whole) <= 4 && parts.iter().any(|part| length(part) == 1) || known(&whole) {
        return vec![whole];
    }
    // Signs set one by one belong together; a longer part is a name of its own.
    let mut names: Vec<String> = Vec::new();
    let mut open = false;
    for part in parts {
        match names.last_mut() {
            Some(last) if open && length(part) == 1 && length(last) < 3 => last.push_str(part),
            Some(last) if open && length(last) == 1 => last.push_str(part),
            _ => names.push(part.to_owned()),
        }
        open = length(part) == 1;
    }
    names
}

/// The parts put together so that each name is one of the family.
fn split_by(parts: &[&str], known: &dyn Fn(&str) -> bool) -> Option<Vec<String>> {
    if parts.is_empty() {
        return Some(Vec::new());
    }
    (1..=parts.len().min(6)).rev().find_map(|count| {
        let name = parts[..count].concat();
        let mut names = vec![name];
        if !known(&names[0]) {
            return None;
        }
        names.extend(split_by(&parts[count..], known)?);
        Some(names)
    })
}

/// Words and signs that mean what stands above.
pub(super) fn ditto(text: &str) -> bool {
    // Asked of every cell.
    if text.len() > 24 || text.chars().next().is_some_and(|c| c.is_ascii_digit()) {
        return false;
    }
    let begins = text.chars().find(|c| !crate::workbook::blank(*c));
    if !begins.is_some_and(|c| "同上〃″〞'\"“”‟々`′,，dD↑⬆丶".contains(c)) {
        return false;
    }
    let bare: String = text.chars().filter(|c| !crate::workbook::blank(*c)).collect();
    matches!(
        bare.as_str(),
        "同上"
            | "同上行"
            | "同前"
            | "上同"
            | "同"
            | "〃"
            | "″"
            | "〞"
            | "''"
            | "\""
            | "””"
            | "“"
            | "”"
            | "‟"
            | "々"
            | "〃〃"
            | "`"
            | "''\""
            | "′′"
            | ",,"
            | "，，"
            | "ditto"
            | "Ditto"
            | "↑"
            | "⬆"
            | "丶丶"
    )
}

/// 是 or 否 in its many forms; none of what is neither. Whatever reads a flag that a person wrote asks here.
pub fn yes(text: &str) -> Option<bool> {
    // A tick may have a sign behind it that only says how it is drawn.
    let text: String =
        narrow(text).to_lowercase().chars().filter(|c| !('\u{fe00}'..='\u{fe0f}').contains(c)).collect();
    match text.trim().trim_end_matches(['。', '.']) {
        "是" | "是的" | "有" | "对" | "√" | "✓" | "✔" | "☑" | "✅" | "1" | "y" | "yes" | "true" | "t"
        | "已" | "享受" | "已享受" | "已建" | "已建档" | "已测评" | "已测" | "已评估" | "建档" | "测评"
        | "愿意" | "同意" | "1份" | "1人" => Some(true),
        "否" | "无" | "没有" | "未" | "不是" | "×" | "✗" | "✘" | "❌" | "☒" | "☐" | "□" | "x" | "0" | "n"
        | "no" | "false" | "f" | "不" | "未享受" | "不享受" | "未建" | "未建档" | "未测评" | "未测"
        | "未评估" | "不愿意" | "不同意" | "-" | "/" | "—" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_read_in_every_way_in_which_offices_write_it() {
        for text in ["是", " 是 ", "√", "✔\u{fe0f}", "有", "1", "Y", "ｙ", "Yes", "TRUE", "是的"] {
            assert_eq!(yes(text), Some(true), "{text}");
        }
        for text in ["否", "×", "无", "没有", "0", "N", "false", "/", "未"] {
            assert_eq!(yes(text), Some(false), "{text}");
        }
        for text in ["", "待定", "不清楚", "2", "是否", "大概是"] {
            assert_eq!(yes(text), None, "{text}");
        }
    }

    #[test]
    fn names_in_one_cell() {
        let known = |name: &str| matches!(name, "孙明" | "金凤霞" | "买买提艾力");
        for (text, names) in [
            ("廖长、龚华桂", &["廖长", "龚华桂"][..]),
            ("廖长 龚华桂", &["廖长", "龚华桂"]),
            ("孙　明", &["孙明"]),
            ("孙　明、金凤", &["孙明", "金凤"]),
            ("孙 明 金凤霞", &["孙明", "金凤霞"]),
            ("孙 明 金 凤 霞", &["孙明", "金凤霞"]),
            ("赵 刚 李玉兰", &["赵刚", "李玉兰"]),
            ("欧阳 明", &["欧阳明"]),
            ("买买提 艾力", &["买买提艾力"]),
            ("廖长和龚华桂", &["廖长", "龚华桂"]),
            ("冉玉兰（女，66岁）", &["冉玉兰"]),
            ("冉玉兰及老伴", &["冉玉兰", "老伴"]),
            ("李和平", &["李和平"]),
            ("冉玉。李玉", &["冉玉", "李玉"]),
            ("冉玉.李玉", &["冉玉", "李玉"]),
            ("买买提。艾力", &["买买提。艾力"]),
            (" ，", &[]),
        ] {
            assert_eq!(listed(text, &known), names, "{text}");
        }
    }
}
