//! What lets a family be recognised in a text that was written from its records (`association.md` §2.17): names, village,
//! address, days, codes. Only finds; nothing here changes a text. Pure.
//!
//! A year alone, a county and a township tell nobody; a day of the lunar calendar is found where the record keeps that day.

use chrono::Datelike;

use crate::date::PartialDate;
use crate::nouns::tidy_name;

mod days;
mod names;
mod numbers;
mod ordinary;
mod plain;
mod variants;

pub(crate) use numbers::numbers_in;

use names::Called;
use plain::Plain;

/// Shorter words stand in too many texts that mean something else.
const SHORTEST: usize = 2;

/// What a village is called officially, and in short.
const OF_A_VILLAGE: [&str; 6] = ["村民委员会", "居民委员会", "村委会", "居委会", "社区", "村"];

/// What a word tells of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tells {
    Name,
    /// The village, the group, the street.
    Place,
    Day,
    Code,
}

impl Tells {
    /// Chinese.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Tells::Name => "姓名",
            Tells::Place => "村组、住址",
            Tells::Day => "日期",
            Tells::Code => "编码",
        }
    }
}

/// A place in a text, as it was written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) text: String,
    pub(crate) tells: Tells,
}

/// What families are recognised by.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    names: Vec<Called>,
    /// Without spaces, the longest first.
    words: Vec<(Vec<char>, Tells)>,
    days: Vec<PartialDate>,
}

impl Marks {
    /// Of anybody of the family, the child among them: the whole name, and what those who know them call them.
    pub(crate) fn name(&mut self, name: &str) {
        let called = Called::of(&tidy_name(name));
        if !self.names.contains(&called) {
            self.names.push(called);
        }
    }

    /// A village, with and without what a village is called. A code that has no name is none.
    pub(crate) fn village(&mut self, name: &str) {
        let mut bare = name;
        while let Some(rest) = OF_A_VILLAGE.iter().find_map(|end| bare.strip_suffix(*end)) {
            // 新村 of 新村社区.
            if bare == name || !is_ordinary(bare) {
                self.word(bare, Tells::Place);
            }
            bare = rest;
        }
        let counted = bare.starts_with('第') || bare.chars().any(|sign| sign.is_ascii_digit());
        if !counted && !is_ordinary(bare) {
            self.word(bare, Tells::Place);
        }
    }

    /// Where somebody lives, from the village down.
    pub(crate) fn address(&mut self, address: &str) {
        let signs = Plain::of(address).signs;
        let mut piece = String::new();
        for (at, sign) in signs.iter().enumerate() {
            if !sign.is_alphanumeric() {
                self.piece(&std::mem::take(&mut piece));
                continue;
            }
            piece.push(*sign);
            let ends = match sign {
                '省' | '市' | '县' | '镇' | '乡' | '村' | '区' | '组' | '路' | '巷' | '号' | '栋' | '幢'
                | '室' => true,
                '街' => signs.get(at + 1) != Some(&'道'),
                '道' => piece.ends_with("街道"),
                _ => false,
            };
            if ends {
                self.piece(&std::mem::take(&mut piece));
            }
        }
        self.piece(&piece);
    }

    fn piece(&mut self, piece: &str) {
        let coarse = piece.ends_with(['省', '市', '县', '镇', '乡'])
            || piece.ends_with("街道")
            || (piece.ends_with('区') && !piece.ends_with("小区") && !piece.ends_with("社区"));
        // A house, a flat: it tells nobody without the street.
        let number = piece
            .strip_suffix(['号', '栋', '幢', '室'])
            .is_some_and(|rest| rest.chars().all(|sign| sign.is_ascii_alphanumeric() || days::is_sign(sign)));
        if coarse || number || ordinary::PLACES.contains(&piece) {
            return;
        }
        if piece.ends_with('组') {
            self.word(piece, Tells::Place);
            days::other_sign(piece, '组').into_iter().for_each(|other| self.word(&other, Tells::Place));
            return;
        }
        self.village(piece);
    }

    /// By which an office knows the file: as it stands, and without what stands between.
    pub(crate) fn code(&mut self, code: &str) {
        let whole: String = code.chars().filter(|sign| sign.is_alphanumeric()).collect();
        if whole.chars().count() >= 4 {
            self.word(code, Tells::Code);
            self.word(&whole, Tells::Code);
        }
    }

    /// Of a birth, of a death.
    pub(crate) fn day(&mut self, day: PartialDate) {
        self.days.push(day);
    }

    fn word(&mut self, word: &str, tells: Tells) {
        let signs = Plain::of(word).signs;
        if signs.len() >= SHORTEST && self.words.iter().all(|(known, _)| *known != signs) {
            self.words.push((signs, tells));
            self.words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
    }

    /// Every place of the text by which a family is recognised, in order: words first, then days.
    pub(crate) fn find(&self, text: &str) -> Vec<Found> {
        let plain = Plain::of(text);
        let mut found: Vec<Found> = Vec::new();
        let mut at = 0;
        while at < plain.signs.len() {
            let name = self.names.iter().filter_map(|called| called.end(&plain, at)).max();
            let word = self.words.iter().find(|(word, tells)| stands(word, *tells, &plain.signs, at));
            let word = word.map(|(word, tells)| (at + word.len(), *tells));
            // Of two the longer, and of a place called as somebody is the person.
            let longest =
                word.into_iter().chain(name.map(|end| (end, Tells::Name))).max_by_key(|(end, _)| *end);
            let Some((end, tells)) = longest else {
                at += 1;
                continue;
            };
            found.push(Found { text: plain.written(text, at..end), tells });
            at = end;
        }
        let told =
            days::find(&plain.signs).into_iter().filter(|told| self.days.iter().any(|day| told.tells(*day)));
        found.extend(told.map(|told| Found { text: plain.written(text, told.at), tells: Tells::Day }));
        found
    }
}

fn is_ordinary(word: &str) -> bool {
    ordinary::NAMES.contains(&word)
}

/// Whether the word stands there and means the village: `王庄` in `王庄镇` is the township, `三组` in `十三组` another group.
fn stands(word: &[char], tells: Tells, signs: &[char], at: usize) -> bool {
    if !signs[at..].starts_with(word) {
        return false;
    }
    let counted = word.first().is_some_and(|first| days::is_sign(*first));
    let before = at.checked_sub(1).map(|before| signs[before]);
    // 分三组
    let parts = word.last() == Some(&'组') && matches!(before, Some('分' | '成' | '为'));
    if counted && (parts || before.is_some_and(days::is_sign)) {
        return false;
    }
    tells != Tells::Place || !is_coarse(&signs[at + word.len()..])
}

/// Whether what stands behind a name makes it one of a township or more, and does not begin a word of its own: 陈圩乡亲们,
/// 陈圩市场.
fn is_coarse(behind: &[char]) -> bool {
    match behind {
        ['乡', next, ..] => !matches!(next, '亲' | '邻' | '贤'),
        ['市', next, ..] => !matches!(next, '场' | '集'),
        ['镇' | '县' | '乡' | '市', ..] | ['街', '道', ..] => true,
        _ => false,
    }
}

impl days::Told {
    /// Whether it is this day, or as much of it as is known. A year alone is nobody's.
    fn tells(&self, day: PartialDate) -> bool {
        let year = |year: i32| {
            self.year.is_none_or(|told| told == year || (told < 100 && told == year.rem_euclid(100)))
        };
        match day {
            PartialDate::Year(_) => false,
            PartialDate::Month(of, month) => self.year.is_some() && year(of) && self.month == month,
            PartialDate::Day(day) => {
                let same = self.day.is_none_or(|told| told == day.day());
                year(day.year()) && self.month == day.month() && same
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(marks: &Marks, text: &str) -> Vec<String> {
        marks.find(text).into_iter().map(|found| found.text).collect()
    }

    fn named(name: &str) -> Marks {
        let mut marks = Marks::default();
        marks.name(name);
        marks
    }

    #[test]
    fn a_name_is_found_whole_given_and_with_spaces() {
        let marks = named("贾 文广");
        assert_eq!(found(&marks, "贾文广说：贾　文\n广，文广。"), ["贾文广", "贾　文\n广", "文广"]);
        assert!(found(&marks, "贾某，文化广场").is_empty());
        assert_eq!(found(&named("张三"), "张三和三张桌子"), ["张三"]);
        // A given name that is a word of its own.
        let happy = named("张幸福");
        assert_eq!(found(&happy, "幸福家庭，张幸福"), ["张幸福"]);
        assert_eq!(found(&named("王国庆"), "国庆、中秋都上门，王国庆"), ["王国庆"]);
        assert_eq!(found(&named("阿依古丽·买买提"), "阿依古丽爱唱歌"), ["阿依古丽"]);
    }

    #[test]
    fn a_village_is_found_by_its_name_and_not_in_that_of_its_township() {
        let mut marks = Marks::default();
        marks.village("王庄村");
        assert_eq!(found(&marks, "王庄镇王庄村的王庄小学"), ["王庄村", "王庄"]);
        // The township's sign begins a word of its own.
        assert_eq!(found(&marks, "王庄乡亲们、王庄市场，不是王庄乡、王庄市里"), ["王庄", "王庄"]);
        let mut happy = Marks::default();
        happy.village("幸福社区");
        assert_eq!(found(&happy, "幸福社区的幸福家庭"), ["幸福社区"]);
        // Of two endings the inner one may make a word of its own.
        for (name, text) in [("新村社区", "建设新村"), ("农村社区", "农村老人"), ("街道社区", "街道干部")]
        {
            let mut marks = Marks::default();
            marks.village(name);
            assert_eq!(found(&marks, &format!("{text}，{name}")), [name]);
        }
        // A place without a name, and one that is only counted.
        let mut counted = Marks::default();
        counted.village("第一村");
        assert_eq!(found(&counted, "第一村得了第一名"), ["第一村"]);
    }

    #[test]
    fn of_an_address_what_lies_below_the_township_is_found() {
        let mut marks = Marks::default();
        marks.address("安徽省蚌埠市固镇县王庄镇陈圩村3组12号");
        let text = "固镇县王庄镇一户人家，在陈圩村三组，门牌12号，不是十三组，也不是13组";
        assert_eq!(found(&marks, text), ["陈圩村", "三组"]);
        assert_eq!(found(&marks, "志愿者分成三组，分为3组，三组"), ["三组"]);
        let mut away = Marks::default();
        away.address("王庄镇陈圩村外出务工");
        away.address("本村敬老院");
        assert_eq!(found(&away, "儿子外出务工，本村敬老院接他去住，陈圩村"), ["陈圩村"]);
        let mut street = Marks::default();
        street.address("城关街道东风路88号花园小区2栋");
        assert_eq!(found(&street, "城关街道，东风路边的花园小区"), ["东风路", "花园小区"]);
    }

    #[test]
    fn a_day_is_found_however_it_is_written() {
        let mut marks = Marks::default();
        marks.day("2014-05-03".parse_day());
        for text in [
            "2014年5月3日",
            "２０１４年05月03日",
            "二〇一四年五月三日",
            "14年5月3号",
            "5月3日",
            "五月三号",
            "2014-5-3",
            "2014.05.03",
            "2014/5/3",
            "20140503",
            "2014年5月",
            "五月初三",
        ] {
            assert_eq!(found(&marks, &format!("那是{text}，大雨")).len(), 1, "{text}");
        }
        for text in
            ["2014年", "15月3日", "十五月三日", "5月13日", "2015年5月3日", "2014年6月", "5月里", "3日"]
        {
            assert!(found(&marks, &format!("那是{text}，大雨")).is_empty(), "{text}");
        }
        let mut first = Marks::default();
        first.day("2014-05-01".parse_day());
        assert_eq!(found(&first, "五月一次，五月一日"), ["五月一日"]);
        let mut month = Marks::default();
        month.day(PartialDate::Month(2014, 5));
        assert_eq!(found(&month, "2014年5月，2014年5月9日，5月3日").len(), 2);
        let mut year = Marks::default();
        year.day(PartialDate::Year(2014));
        assert!(found(&year, "2014年5月").is_empty());
    }

    #[test]
    fn a_code_is_found_with_and_without_what_stands_between() {
        let mut marks = Marks::default();
        marks.code("GZ-017");
        assert_eq!(found(&marks, "档案gz-017、ＧＺ017"), ["gz-017", "ＧＺ017"]);
    }

    trait ParseDay {
        fn parse_day(&self) -> PartialDate;
    }

    impl ParseDay for str {
        fn parse_day(&self) -> PartialDate {
            PartialDate::Day(self.parse().unwrap())
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}", word in "\\PC{0,12}") {
            let mut marks = named(&word);
            marks.village(&word);
            marks.address(&word);
            marks.code(&word);
            let _ = (marks.find(&text), numbers_in(&text));
        }

        #[test]
        fn a_name_anywhere_is_found(before in "[甲乙 年月3]{0,6}", after in "[甲乙 年月3]{0,6}") {
            let told = found(&named("贾文广"), &format!("{before}贾 文广{after}"));
            proptest::prop_assert!(told.iter().any(|one| one == "贾 文广"));
        }
    }
}
