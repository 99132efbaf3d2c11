//! Words that only a family's own page says (`domain.md` §4, Dignity): the name of a child who died, what it died of. Whoever
//! shows a text elsewhere takes them out, also where somebody wrote them into a note.

use std::collections::BTreeSet;

use crate::nouns::tidy_name;

/// What stands where a value is not shown.
pub const NOT_HERE: &str = "（不在此显示）";

/// Shorter words stand in too many texts that mean something else.
const SHORTEST: usize = 2;

/// What stands between the names where a family's file names several children.
pub const BETWEEN_NAMES: [char; 6] = ['、', '，', ',', '；', ';', '/'];

/// What is not said of one family.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unsaid {
    /// Of children who died, as [`tidy_name`] makes them.
    lost: BTreeSet<String>,
    /// Of children whom the family's file names and who live.
    living: BTreeSet<String>,
    /// Without spaces, the longest first.
    words: Vec<Vec<char>>,
    /// Their given names: said so among those who know the family.
    given: Vec<Vec<char>>,
}

impl Unsaid {
    pub fn is_empty(&self) -> bool {
        self.lost.is_empty() && self.living.is_empty() && self.words.is_empty()
    }

    /// A value that only the family's page shows: as a whole, and each phrase of it.
    pub fn add(&mut self, value: &str) {
        enter(&mut self.words, value);
        let phrases = value.split(|c: char| !c.is_alphanumeric() && !c.is_whitespace());
        phrases.for_each(|phrase| enter(&mut self.words, phrase));
    }

    /// A child who died.
    pub fn add_lost(&mut self, name: &str) {
        self.lost.extend(enter_child(&mut self.words, &mut self.given, name));
    }

    /// A child whom the family's file names and who lives, with a disability: its name is not said either, but it is
    /// visited, greeted and counted as everybody who lives.
    pub fn add_living(&mut self, name: &str) {
        self.living.extend(enter_child(&mut self.words, &mut self.given, name));
    }

    /// Whether it is the name of a child who died.
    pub fn is_lost(&self, name: &str) -> bool {
        !self.lost.is_empty() && self.lost.contains(&tidy_name(name))
    }

    /// Whether it is the name of a child of whom only the family's page tells, whether the child died or lives.
    pub fn is_child(&self, name: &str) -> bool {
        let name = tidy_name(name);
        self.lost.contains(&name) || self.living.contains(&name)
    }

    /// The text without these words; `None`: it has none of them. `free`: written in somebody's own words, where a child is
    /// called by its given name, too.
    pub fn hide(&self, text: &str, free: bool) -> Option<String> {
        let given: &[Vec<char>] = if free { &self.given } else { &[] };
        if self.words.is_empty() && given.is_empty() {
            return None;
        }
        let signs: Vec<char> = text.chars().collect();
        let (mut shown, mut found, mut at) = (String::with_capacity(text.len()), false, 0);
        while at < signs.len() {
            let end = self.words.iter().chain(given).find_map(|word| end_of(word, &signs[at..]));
            match end {
                Some(end) => {
                    shown.push_str(NOT_HERE);
                    (found, at) = (true, at + end);
                }
                None => {
                    shown.push(signs[at]);
                    at += 1;
                }
            }
        }
        found.then_some(shown)
    }
}

/// Surnames of two characters.
pub(crate) const LONG_SURNAMES: [&str; 48] = [
    "欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文", "司徒",
    "司空", "司寇", "端木", "南宫", "百里", "钟离", "轩辕", "西门", "东方", "东郭", "呼延", "闻人", "澹台",
    "公冶", "宗政", "濮阳", "淳于", "单于", "太叔", "申屠", "仲孙", "鲜于", "闾丘", "亓官", "巫马", "公西",
    "漆雕", "乐正", "公良", "拓跋", "谷梁", "羊舌", "左丘", "独孤", "万俟",
];

/// How those who know the family call the child: behind a surname of one character, and of two where there may be one. A
/// name of four characters has two surnames, if no long one. Of a name with a dot each part.
pub(crate) fn given_names(name: &str) -> Vec<String> {
    let mut given: Vec<String> =
        name.split('·').filter(|part| part.len() < name.len()).map(str::to_owned).collect();
    let long = LONG_SURNAMES.iter().any(|surname| name.starts_with(surname)) || name.chars().count() == 4;
    given.extend((1..=1 + usize::from(long)).map(|places| name.chars().skip(places).collect()));
    given
}

/// The names of the children whom `names` names, each tidy; they are entered among the words and the given names.
fn enter_child(words: &mut Vec<Vec<char>>, given: &mut Vec<Vec<char>>, names: &str) -> Vec<String> {
    let mut all: Vec<String> = names.split(BETWEEN_NAMES).map(tidy_name).collect();
    all.retain(|name| !name.is_empty());
    for name in &all {
        enter(words, name);
        given_names(name).iter().for_each(|one| enter(given, one));
    }
    all
}

fn enter(words: &mut Vec<Vec<char>>, text: &str) {
    let word: Vec<char> = text.chars().filter(|c| !is_space(*c)).collect();
    if word.len() >= SHORTEST && !words.contains(&word) {
        words.push(word);
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    }
}

/// Of what stands between the signs of a word, whoever wrote it.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
}

/// Where the word ends that the text begins with, spaces inside it passed over.
fn end_of(word: &[char], text: &[char]) -> Option<usize> {
    let mut wanted = word.iter().peekable();
    for (at, c) in text.iter().enumerate() {
        if at > 0 && is_space(*c) {
            continue;
        }
        if wanted.next() != Some(c) {
            return None;
        }
        if wanted.peek().is_none() {
            return Some(at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family() -> Unsaid {
        let mut unsaid = Unsaid::default();
        unsaid.add_lost("贾 小宝");
        unsaid.add("车祸，抢救无效");
        unsaid
    }

    #[test]
    fn neither_the_child_nor_the_cause_stays_in_a_note() {
        let unsaid = family();
        for (text, shown) in [
            ("谈起贾小宝，落泪", "谈起（不在此显示），落泪"),
            ("贾　小 宝", "（不在此显示）"),
            ("2014年车祸，抢救无效。", "2014年（不在此显示）。"),
            ("车祸以后，抢救无效", "（不在此显示）以后，（不在此显示）"),
            ("小宝走了以后", "（不在此显示）走了以后"),
        ] {
            assert_eq!(unsaid.hide(text, true).as_deref(), Some(shown));
        }
        assert_eq!(unsaid.hide("身体不错，贾文广在家", true), None);
        // Somebody else of that given name, where names stand.
        assert_eq!(unsaid.hide("李小宝", false), None);
        assert!(unsaid.is_lost("贾　小宝") && !unsaid.is_lost("小宝") && !unsaid.is_empty());
    }

    /// With a disability, say: nobody takes it for one who died.
    #[test]
    fn a_child_who_lives_is_not_named_either() {
        let mut unsaid = Unsaid::default();
        unsaid.add_living("刘 敏、刘小强");
        for name in ["刘敏", "刘　敏", "刘小强"] {
            assert!(unsaid.is_child(name) && !unsaid.is_lost(name), "{name}");
        }
        assert!(!unsaid.is_child("刘保全") && !unsaid.is_empty());
        assert_eq!(unsaid.hide("小强复查", true).as_deref(), Some("（不在此显示）复查"));
        assert_eq!(unsaid.hide("刘敏家", false).as_deref(), Some("（不在此显示）家"));
        let died = family();
        assert!(died.is_child("贾小宝") && died.is_lost("贾小宝"));
    }

    #[test]
    fn behind_a_long_surname_the_given_name_is_hidden_too() {
        for (name, text, shown) in [
            ("欧阳金雀", "金雀走了", "（不在此显示）走了"),
            ("欧阳雪", "阳雪", "（不在此显示）"),
            ("张李小宝", "小宝的书", "（不在此显示）的书"),
            ("阿依古丽·买买提", "阿依古丽爱唱歌", "（不在此显示）爱唱歌"),
        ] {
            let mut unsaid = Unsaid::default();
            unsaid.add_lost(name);
            assert_eq!(unsaid.hide(text, true).as_deref(), Some(shown), "{name}");
        }
    }

    #[test]
    fn one_sign_is_no_word() {
        let mut unsaid = Unsaid::default();
        unsaid.add("病");
        unsaid.add(" ");
        assert!(unsaid.is_empty() && unsaid.hide("看病", true).is_none());
    }

    proptest::proptest! {
        #[test]
        fn nothing_of_it_is_left(before in "[甲乙 小]{0,6}", after in "[甲乙 宝]{0,6}") {
            let shown = family().hide(&format!("{before}贾小宝{after}"), false).unwrap();
            let plain: String = shown.chars().filter(|c| !c.is_whitespace()).collect();
            proptest::prop_assert!(!plain.contains("贾小宝"));
        }
    }
}
