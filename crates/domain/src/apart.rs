//! Several short texts typed as one: `王二、王三`, `王二 王三`.

/// Each of what was typed, without those that say nothing. Between names a space is enough; in other words it stays.
pub fn apart(typed: &str) -> Vec<String> {
    let parts = typed.split(['、', '，', ',', '；', ';']).map(str::trim).filter(|part| !part.is_empty());
    let each = parts.flat_map(|part| match part.split_whitespace().all(may_be_name) {
        true => part.split_whitespace().collect(),
        false => vec![part],
    });
    each.map(str::to_owned).collect()
}

/// Two to four characters, as most names are. `王 二` is one name, written wide.
fn may_be_name(word: &str) -> bool {
    let han = |c: char| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}');
    (2..=4).contains(&word.chars().count()) && word.chars().all(han)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_apart_by_a_space_and_words_do_not() {
        for (typed, each) in [
            ("王二 王三", vec!["王二", "王三"]),
            ("王二\u{3000}欧阳小明、 赵六；", vec!["王二", "欧阳小明", "赵六"]),
            ("王 二，李四", vec!["王 二", "李四"]),
            ("Excel 表格", vec!["Excel 表格"]),
            ("李书记 10月底前 办好", vec!["李书记 10月底前 办好"]),
            (" 、", vec![]),
        ] {
            assert_eq!(apart(typed), each, "{typed}");
        }
    }
}
