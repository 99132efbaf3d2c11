//! Texts as other keyboards, fonts and programs leave them.

use fastrand::Rng;

pub(crate) fn first(text: &str) -> String {
    text.chars().take(1).collect()
}

pub(crate) fn rest(text: &str) -> String {
    text.chars().skip(1).collect()
}

pub(crate) fn full_width(text: &str) -> String {
    let wide =
        |c: char| if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xFEE0).unwrap_or(c) } else { c };
    text.chars().map(wide).collect()
}

/// A short name spread over the cell: `孙　明`.
pub(crate) fn spread(name: &str) -> String {
    if name.chars().count() == 2 { format!("{}　{}", first(name), rest(name)) } else { name.to_owned() }
}

/// Radicals and compatibility ideographs, the same to the eye.
const ALIKE: [(char, char); 32] = [
    ('文', '⽂'),
    ('金', '⾦'),
    ('高', '⾼'),
    ('石', '⽯'),
    ('田', '⽥'),
    ('方', '⽅'),
    ('山', '⼭'),
    ('玉', '⽟'),
    ('小', '⼩'),
    ('大', '⼤'),
    ('生', '⽣'),
    ('水', '⽔'),
    ('木', '⽊'),
    ('立', '⽴'),
    ('力', '⼒'),
    ('门', '⻔'),
    ('风', '⻛'),
    ('飞', '⻜'),
    ('马', '⻢'),
    ('长', '⻓'),
    ('龙', '⻰'),
    ('黄', '⻩'),
    ('青', '⻘'),
    ('李', '\u{F9E1}'),
    ('林', '\u{F9F4}'),
    ('梁', '\u{F97A}'),
    ('柳', '\u{F9C9}'),
    ('欧', '欧'),
    ('玉', '⽟'),
    ('女', '⼥'),
    ('子', '⼦'),
    ('凤', '凤'),
];

pub(crate) fn alike(name: &str) -> String {
    let other = |c: char| ALIKE.iter().find(|(usual, _)| *usual == c).map_or(c, |(_, other)| *other);
    name.chars().map(other).collect()
}

pub(crate) fn other_dot(name: &str, dice: &mut Rng) -> String {
    let dots = ["・", "•", "．", "‧", "∙", ".", "●", "⋅"];
    name.replace('·', dots[dice.usize(..dots.len())])
}

/// One character that the program of the origin could not write.
pub(crate) fn lost(name: &str, dice: &mut Rng) -> String {
    let at = dice.usize(1..name.chars().count().max(2));
    let instead = ['□', '?', '？', '\u{FFFD}', '\u{E2A1}'][dice.usize(..5)];
    name.chars().enumerate().map(|(n, c)| if n == at { instead } else { c }).collect()
}

/// A mark without width, or a space that cannot be seen, somewhere in the text.
pub(crate) fn with_marks(text: &str, dice: &mut Rng) -> String {
    let marks = ['\u{200B}', '\u{FEFF}', '\u{AD}', '\u{200E}', '\u{A0}', '\u{2060}', '\u{200D}'];
    let mark = marks[dice.usize(..marks.len())];
    let at = dice.usize(..=text.chars().count());
    let mut marked: String = text.chars().take(at).collect();
    marked.push(mark);
    marked.extend(text.chars().skip(at));
    marked
}

pub(crate) fn dead(name: &str, dice: &mut Rng) -> String {
    let marks = ["（已故）", "(已故)", "（去世）", "（已去世）", "（2024年去世）", "（亡）", "【已故】"];
    format!("{name}{}", marks[dice.usize(..marks.len())])
}

/// A whole number as banks write it: `壹仟伍佰`.
pub(crate) fn capitals(number: u32) -> String {
    spoken(number, "零壹贰叁肆伍陆柒捌玖", "拾佰仟")
}

/// A whole number in words: `三十五`.
pub(crate) fn words(number: u32) -> String {
    let said = spoken(number, "零一二三四五六七八九", "十百千");
    match said.strip_prefix("一十") {
        Some(rest) => format!("十{rest}"),
        None => said,
    }
}

fn spoken(number: u32, digits: &str, units: &str) -> String {
    let (digits, units): (Vec<char>, Vec<char>) = (digits.chars().collect(), units.chars().collect());
    let below = |number: u32| {
        let text = number.to_string();
        let mut said = String::new();
        let mut zero = false;
        for (at, digit) in text.bytes().enumerate() {
            let (value, left) = (usize::from(digit - b'0'), text.len() - 1 - at);
            if value == 0 {
                zero = true;
                continue;
            }
            if zero {
                said.push(digits[0]);
                zero = false;
            }
            said.push(digits[value]);
            said.extend(left.checked_sub(1).map(|unit| units[unit]));
        }
        said
    };
    match (number / 10_000, number % 10_000) {
        (0, low) => below(low),
        (high, 0) => below(high) + "万",
        (high, low) if low < 1000 => format!("{}万{}{}", below(high), digits[0], below(low)),
        (high, low) => format!("{}万{}", below(high), below(low)),
    }
}

#[test]
fn numbers_are_spoken() {
    for (number, said) in
        [(35, "三十五"), (10, "十"), (105, "一百零五"), (15_500, "一万五千五百"), (20_050, "二万零五十")]
    {
        assert_eq!(words(number), said);
    }
    assert_eq!(capitals(1_050), "壹仟零伍拾");
    let mut dice = Rng::with_seed(1);
    assert_ne!(with_marks("孙明", &mut dice), "孙明");
    assert_eq!(alike("高文山"), "⾼⽂⼭");
}
