//! What somebody of a family is called: whole, by the given name, by the surname with 家 or 大姐, by one sign with 儿 or 姐,
//! in letters, with one sign covered.

use std::ops::Range;

use pinyin::{ToPinyin, ToPinyinMulti};

use super::ordinary;
use super::plain::Plain;
use super::{SHORTEST, is_ordinary};
use crate::unsaid::{LONG_SURNAMES, given_names};

/// Written over a sign of a name.
const COVERS: &str = "×✕✖╳*○◯●□■☆★X";
/// Behind a surname. The longest first.
const BEHIND_SURNAME: &[&str] = &[
    "夫妇", "夫妻", "先生", "女士", "师傅", "大姐", "大哥", "大爷", "大妈", "大叔", "大婶", "大嫂", "奶奶",
    "爷爷", "阿姨", "家", "姐", "哥", "叔", "婶", "嫂",
];
/// Before a surname.
const BEFORE_SURNAME: &str = "老小大";
/// Behind a given name of one sign.
const BEHIND_SIGN: &[&str] = &[
    "走后", "走了", "去世", "离开", "离世", "过世", "儿", "姐", "哥", "妹", "弟", "叔", "姨", "婶", "嫂",
    "爷", "奶",
];
/// Before a given name of one sign.
const BEFORE_SIGN: &str = "小阿";
/// Behind 家, 小张: the name of some village, or a word of its own (家庭).
const OTHER_WORD: &str =
    "庄村沟湾营堡坝寨岭圩岗洼塘滩畈渡咀嘴桥坡集镇乡屯窑堰铺楼店庭属具电禽务教访政境园常畜产暴长";
/// Behind 儿: 儿童.
const OF_CHILDREN: &str = "童子女媳孙科";
/// Between the letters of a name.
const BETWEEN: &str = "-'’·,，";
/// Shorter names in letters are words of some language.
const LETTERS: usize = 4;
/// Readings of one name that are looked for.
const MOST_READINGS: usize = 8;

/// Somebody, by all that they are called.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Called {
    whole: Vec<char>,
    /// None of a name that has parts.
    surname: Vec<char>,
    /// Of two signs or more.
    given: Vec<Vec<char>>,
    /// A given name of one sign.
    sign: Option<char>,
    /// The whole name in letters, the surname first or last.
    letters: Vec<Vec<char>>,
}

impl Called {
    pub(super) fn of(name: &str) -> Called {
        let whole = Plain::of(name).signs;
        // By the usual forms of the signs: 歐陽 is a surname, too.
        let name: String = whole.iter().collect();
        let given = given_names(&name).into_iter().filter(|given| !is_ordinary(given));
        let given = given.map(|given| given.chars().collect::<Vec<char>>());
        let given = given.filter(|given| given.len() >= SHORTEST).collect();
        let long = whole.len() > 2 && LONG_SURNAMES.iter().any(|surname| name.starts_with(surname));
        let places = match whole.len() {
            _ if name.contains('·') => 0,
            _ if long => 2,
            2..=4 => 1,
            _ => 0,
        };
        let (surname, own) = whole.split_at(places);
        let sign = match own {
            [sign] if places > 0 => Some(*sign),
            _ => None,
        };
        let letters = in_letters(&whole, places);
        Called { surname: surname.to_vec(), given, sign, letters, whole }
    }

    /// Where the longest of what they are called ends that begins there.
    pub(super) fn end(&self, plain: &Plain, at: usize) -> Option<usize> {
        let signs = &plain.signs;
        let whole = self.is_whole(&signs[at..]).then_some(at + self.whole.len());
        let given = self.given.iter().filter(|given| signs[at..].starts_with(given));
        // 桂花 is a name where 桂花香 is none.
        let given = given.map(|given| at + given.len());
        let given = given.filter(|end| !is_within(signs, &(at..*end), *end - at + 1)).max();
        let all =
            [whole, given, self.by_surname(signs, at), self.by_sign(signs, at), self.by_letters(plain, at)];
        all.into_iter().flatten().max()
    }

    /// The whole name; also with one sign covered, as long as one of the given name is left.
    fn is_whole(&self, rest: &[char]) -> bool {
        if self.whole.len() < SHORTEST || rest.len() < self.whole.len() {
            return false;
        }
        let mut other = self.whole.iter().zip(rest).enumerate().filter(|(_, (own, sign))| own != sign);
        match (other.next(), other.next()) {
            (None, _) => true,
            (Some((place, (_, sign))), None) => {
                let left = place < self.surname.len() || self.whole.len() - self.surname.len() > 1;
                COVERS.contains(*sign) && self.whole.len() > SHORTEST && left
            }
            (Some(_), Some(_)) => false,
        }
    }

    /// A long surname alone; any with 家 or 大姐 behind or 老 before it.
    fn by_surname(&self, signs: &[char], at: usize) -> Option<usize> {
        if self.surname.is_empty() {
            return None;
        }
        let is_name = |from: usize| {
            let end = from + self.surname.len();
            let before = from.checked_sub(1).map(|before| signs[before]);
            // 对于夫妻
            let joins =
                self.surname == ['于'] && before.is_some_and(|sign| ordinary::BEFORE_YU.contains(sign));
            let there = signs.get(from..).is_some_and(|rest| rest.starts_with(&self.surname));
            (there && !joins && !is_everyday(signs, &(from..end))).then_some(end)
        };
        if BEFORE_SURNAME.contains(signs[at]) {
            let end = is_name(at + 1).filter(|end| !is_other_word(signs, *end));
            return end.filter(|end| !is_everyday(signs, &(at..*end)));
        }
        let end = is_name(at)?;
        let behind = BEHIND_SURNAME.iter().map(|behind| (*behind, end + behind.chars().count()));
        let mut called = behind.filter(|(behind, last)| {
            let there = signs[end..].iter().copied().take(last - end).eq(behind.chars());
            there && !(*behind == "家" && is_other_word(signs, *last))
        });
        let called = called.next().map(|(_, last)| last).filter(|last| !is_everyday(signs, &(at..*last)));
        let surname: String = self.surname.iter().collect();
        let alone = self.surname.len() > 1 && !ordinary::SURNAMES.contains(&surname.as_str());
        called.or(alone.then_some(end))
    }

    /// A given name of one sign, where what stands beside it makes a name of it.
    fn by_sign(&self, signs: &[char], at: usize) -> Option<usize> {
        let own = self.sign?;
        let is_name =
            |place: usize| signs.get(place) == Some(&own) && !is_everyday(signs, &(place..place + 1));
        if BEFORE_SIGN.contains(signs[at]) && is_name(at + 1) {
            return Some(at + 2)
                .filter(|end| !is_everyday(signs, &(at..*end)) && !is_other_word(signs, *end));
        }
        if !is_name(at) {
            return None;
        }
        let behind = BEHIND_SIGN.iter().map(|behind| (*behind, at + 1 + behind.chars().count()));
        let mut called = behind.filter(|(behind, end)| {
            let there = signs[at + 1..].iter().copied().take(end - at - 1).eq(behind.chars());
            let child = signs.get(*end).is_some_and(|next| OF_CHILDREN.contains(*next));
            there && !(*behind == "儿" && child) && !is_everyday(signs, &(at..*end))
        });
        called.next().map(|(_, end)| end)
    }

    /// The whole name in letters, as a word of its own.
    fn by_letters(&self, plain: &Plain, at: usize) -> Option<usize> {
        if !plain.signs[at].is_ascii_alphabetic() || plain.goes_on(at) {
            return None;
        }
        let ends = self.letters.iter().filter_map(|word| Some(at + length(word, &plain.signs[at..])?));
        ends.filter(|end| !plain.goes_on(*end)).max()
    }
}

/// Whether what stands there is a part of a word that everybody writes: 国强 of 富国强民.
fn is_everyday(signs: &[char], name: &Range<usize>) -> bool {
    is_within(signs, name, name.len())
}

/// The same of words that have so many signs or more.
fn is_within(signs: &[char], name: &Range<usize>, least: usize) -> bool {
    ordinary::PHRASES.split_whitespace().any(|phrase| {
        let phrase: Vec<char> = phrase.chars().collect();
        if phrase.len() < least {
            return false;
        }
        let first = name.end.saturating_sub(phrase.len());
        (first..=name.start).any(|start| signs[start..].starts_with(&phrase))
    })
}

fn is_other_word(signs: &[char], behind: usize) -> bool {
    signs.get(behind).is_some_and(|next| OTHER_WORD.contains(*next))
}

/// How many signs the word takes with which the text begins.
fn length(word: &[char], rest: &[char]) -> Option<usize> {
    let mut wanted = word.iter();
    let mut next = wanted.next()?;
    for (at, sign) in rest.iter().enumerate() {
        if at > 0 && BETWEEN.contains(*sign) {
            continue;
        }
        if sign != next {
            return None;
        }
        match wanted.next() {
            Some(more) => next = more,
            None => return Some(at + 1),
        }
    }
    None
}

/// Every way to write the name in letters, `surname`: how many signs it has. None where a sign has no reading.
fn in_letters(whole: &[char], surname: usize) -> Vec<Vec<char>> {
    if whole.len() < SHORTEST {
        return Vec::new();
    }
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for sign in whole.iter().filter(|sign| **sign != '·') {
        let mut readings: Vec<String> = Vec::new();
        let others = sign.to_pinyin_multi().into_iter().flatten().map(|one| one.plain());
        for syllable in sign.to_pinyin().map(|one| one.plain()).into_iter().chain(others) {
            // No passport has a `ü`.
            for way in ["v", "u", "yu"] {
                let reading = syllable.replace('ü', way).to_ascii_uppercase();
                if !readings.contains(&reading) {
                    readings.push(reading);
                }
            }
        }
        readings.truncate((MOST_READINGS / all.len()).max(1));
        if readings.is_empty() {
            return Vec::new();
        }
        let mut longer = Vec::with_capacity(all.len() * readings.len());
        for reading in &readings {
            for one in &all {
                let mut one: Vec<String> = one.clone();
                one.push(reading.clone());
                longer.push(one);
            }
        }
        all = longer;
    }
    let mut words: Vec<Vec<char>> = Vec::new();
    for syllables in &all {
        let (first, own) = syllables.split_at(surname.min(syllables.len()));
        for word in [syllables.concat(), [own.concat(), first.concat()].concat()] {
            let word: Vec<char> = word.chars().collect();
            if word.len() >= LETTERS && !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::Marks;

    fn found(names: &[&str], text: &str) -> Vec<String> {
        let mut marks = Marks::default();
        names.iter().for_each(|name| marks.name(name));
        marks.find(text).into_iter().map(|found| found.text).collect()
    }

    const FAMILY: [&str; 3] = ["欧阳国强", "司马兰", "欧阳雪"];

    #[test]
    fn a_family_is_known_by_its_surname_with_what_such_are_called() {
        for (text, told) in [
            ("欧阳家的故事", "欧阳家"),
            ("老欧阳笑了", "老欧阳"),
            ("司马大姐笑了", "司马大姐"),
            ("请欧阳来", "欧阳"),
        ] {
            assert_eq!(found(&FAMILY, text), [told]);
        }
        let jia = ["贾文广", "贾小宝"];
        for told in ["贾家", "老贾", "小贾", "贾夫妇", "贾先生", "贾女士", "贾大爷", "贾嫂", "贾阿姨"]
        {
            assert_eq!(found(&jia, &format!("后来{told}，笑了")), [told]);
        }
        assert!(found(&jia, "贾家庄的事，贾某夫妇，老贾村").is_empty());
    }

    #[test]
    fn a_given_name_of_one_sign_is_found_in_what_makes_it_a_name() {
        for (text, told) in [
            ("雪走后的日子", "雪走后"),
            ("雪儿的妈妈", "雪儿"),
            ("兰姐的新生活", "兰姐"),
            ("小雪的房间", "小雪"),
            ("雪去世以后", "雪去世"),
            ("阿兰来了", "阿兰"),
        ] {
            assert_eq!(found(&FAMILY, text), [told]);
        }
    }

    #[test]
    fn a_name_is_found_in_other_forms_in_letters_and_with_a_sign_covered() {
        for told in [
            "歐陽國強",
            "欧阳囯强",
            "欧阳国彊",
            "欧阳×强",
            "欧 阳 ＊ 强",
            "欧阳国Ｘ",
            "欧○国强",
            "司×兰",
            "OuYang Guoqiang",
            "ouyangguoqiang",
            "Guo-qiang OUYANG",
            "Ōuyáng Guóqiáng",
            "Sima Lan",
        ] {
            assert_eq!(found(&FAMILY, &format!("有一家，{told}，笑了")), [told]);
        }
        assert_eq!(found(&["吕果果"], "Lü Guoguo，LYU GUOGUO，lv guoguo").len(), 3);
        // One sign of two, and a word that has a name within.
        assert!(found(&["马丽"], "马×，马某，normalised，maligned").is_empty());
        assert_eq!(found(&["马丽"], "Ma Li说"), ["Ma Li"]);
    }

    #[test]
    fn words_that_everybody_writes_are_nobodys_names() {
        let all: [(&str, &[&str]); 11] = [
            ("欧阳雪", &["下雪了，雪后，大雪儿童不出门", "小雪节气上门", "雪中送炭"]),
            ("李国强", &["富国强民", "国富民强", "行李先生"]),
            ("司马兰", &["兰花开了", "马兰花"]),
            ("于桂兰", &["对于夫妻双方", "由于先生病了", "用于家电", "关于家的话题"]),
            ("王军", &["军嫂之家", "大王镇", "王家庄小学", "参军走了", "红军离开"]),
            ("张生", &["学生离开学校", "医生走了", "大张旗鼓", "紧张家长", "张家口"]),
            ("高民", &["提高家庭收入", "村民去世", "提高家人信心", "高家堰村"]),
            ("周建军", &["每周家访", "建军节慰问"]),
            ("任强", &["班主任家访", "主任大姐", "小强度锻炼"]),
            ("康时", &["小康社会，小康家庭", "小时", "临时离开"]),
            ("方春华", &["春华秋实", "对方家里", "大方"]),
        ];
        for (name, texts) in all {
            for text in texts {
                assert_eq!(found(&[name], text), [""; 0], "{name}: {text}");
            }
        }
    }
}
