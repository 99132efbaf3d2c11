//! Single values as people write them.

mod amounts;
mod dates;
mod period;

pub(super) use amounts::{BadAmount, Unit, count, money};
pub(super) use dates::{Dated, date, moment, time_of};
pub(super) use period::{Period, Today};

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

/// Words and signs that say nothing stands here.
pub(super) fn says_nothing(text: &str) -> bool {
    let text = text.trim();
    text.is_empty()
        || matches!(
            text,
            "无" | "没有"
                | "暂无"
                | "不详"
                | "未知"
                | "不清楚"
                | "空"
                | "/"
                | "\\"
                | "-"
                | "--"
                | "—"
                | "——"
                | "／"
                | "－"
        )
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
    let text = crate::script::seen(text);
    text.split(|c: char| "、，,；;/／|＋+&\n\r".contains(c))
        .flat_map(|piece| stopped(piece, known))
        .flat_map(|piece| spaced(piece, known))
        .collect()
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

/// 是 or 否 in its many forms.
pub(super) fn yes(text: &str) -> Option<bool> {
    let text = narrow(text).to_lowercase();
    match text.trim() {
        "是" | "有" | "对" | "√" | "✓" | "✔" | "☑" | "1" | "y" | "yes" | "true" | "已" | "享受"
        | "已享受" | "已建" | "已建档" | "已测评" | "已测" | "已评估" | "建档" | "测评" | "1份" | "1人" => {
            Some(true)
        }
        "否" | "无" | "没有" | "未" | "不是" | "×" | "✗" | "✘" | "x" | "0" | "n" | "no" | "false" | "不"
        | "未享受" | "不享受" | "未建" | "未建档" | "未测评" | "未测" | "-" | "/" | "—" => {
            Some(false)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("廖长和龚华桂", &["廖长和龚华桂"]),
            ("冉玉。李玉", &["冉玉", "李玉"]),
            ("冉玉.李玉", &["冉玉", "李玉"]),
            ("买买提。艾力", &["买买提。艾力"]),
            (" ，", &[]),
        ] {
            assert_eq!(listed(text, &known), names, "{text}");
        }
    }
}
