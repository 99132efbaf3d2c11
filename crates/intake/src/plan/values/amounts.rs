//! Money and numbers of things, with the unit that the cell, its head or a caption names.

use rust_decimal::Decimal;
use tiexin_domain::Fen;

use super::{narrow, says_nothing};
use crate::workbook::Cell;

/// How many of the base unit (yuan, persons, pieces) one of the written unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) struct Unit(Decimal);

/// Why a cell is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum BadAmount {
    /// Not written as a number.
    Shape,
    /// The cell names another unit than its head: 万元 in a column of 元 is meant, or is a slip.
    Places,
}

impl Unit {
    pub(in crate::plan) const ONE: Unit = Unit(Decimal::ONE);

    pub(in crate::plan) fn is_one(self) -> bool {
        self == Self::ONE
    }

    /// The unit of money that a head or a caption names: `金额（万元）`, `单位：千元`, `(分)`. `None` when it names
    /// none, or several.
    pub(in crate::plan) fn of_money(text: &str) -> Option<Unit> {
        let text: String = narrow(text).chars().filter(|c| !c.is_whitespace()).collect();
        let mut found: Vec<Unit> = Vec::new();
        for (at, sign) in text.char_indices() {
            let before = &text[..at];
            let unit = match sign {
                '元' | '圆' => scale_before(before),
                // 分 alone in brackets or behind 单位: a mark in a test is 分 too.
                '分' if before.ends_with(['(', '/', ':', '、', ',']) || before.ends_with("单位") => {
                    Decimal::new(1, 2)
                }
                '角' if before.ends_with(['(', '/', ':']) => Decimal::new(1, 1),
                _ => continue,
            };
            if !found.contains(&Unit(unit)) {
                found.push(Unit(unit));
            }
        }
        if let [unit] = found[..] { Some(unit) } else { None }
    }

    /// The unit of a number of things: `参加人数（百人）`, `资料（千份）`.
    pub(in crate::plan) fn of_things(text: &str) -> Option<Unit> {
        let text: String = narrow(text).chars().filter(|c| !c.is_whitespace()).collect();
        let counted = |c: char| "人份册张次个场户件本套".contains(c);
        let scaled =
            text.char_indices().filter(|(_, c)| counted(*c)).map(|(at, _)| scale_before(&text[..at]));
        scaled.filter(|scale| *scale != Decimal::ONE).map(Unit).next()
    }
}

/// 万, 千, 百 before a unit.
fn scale_before(text: &str) -> Decimal {
    let mut scale = Decimal::ONE;
    for sign in text.chars().rev() {
        scale *= match sign {
            '万' => Decimal::from(10_000),
            '千' => Decimal::from(1_000),
            '百' => Decimal::from(100),
            '十' => Decimal::from(10),
            _ => break,
        };
    }
    scale
}

/// An amount of money; `Ok(None)` when nothing stands there. `unit` is the head's.
pub(in crate::plan) fn money(cell: &Cell, unit: Unit) -> Result<Option<Fen>, BadAmount> {
    let text = amount_text(cell);
    if says_nothing(&text) {
        return Ok(None);
    }
    let text = narrow(&text);
    // In words the amount names its own unit, or stands in a column of yuan.
    if let Some(fen) = Fen::in_words(&text).filter(|_| unit.is_one() || text.contains(['元', '圆'])) {
        return Ok(Some(fen));
    }
    if !thousands_fit(&text) || ["美", "港", "欧", "$", "£", "€"].iter().any(|other| text.contains(other))
    {
        return Err(BadAmount::Shape);
    }
    let plain: String = text
        .replace("人民币", "")
        .replace("RMB", "")
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，' | '￥' | '¥' | '$'))
        .collect();
    let plain = plain.trim_end_matches('整').trim_end_matches('正');
    // The sign says yuan, whatever the caption says.
    let unit = if text.contains(['￥', '¥']) { Unit::ONE } else { unit };
    let (digits, unit) = match plain {
        _ if plain.ends_with(['元', '圆', '块']) => {
            let digits = plain.trim_end_matches(['元', '圆', '块']);
            own_scale(digits)
        }
        _ if plain.ends_with(['万', '千', '百']) => own_scale(plain),
        _ if plain.ends_with('分') => (plain.trim_end_matches('分'), Unit(Decimal::new(1, 2))),
        _ => (plain, unit),
    };
    let value = decimal(digits).ok_or(BadAmount::Shape)?;
    let fen = value * unit.0 * Decimal::ONE_HUNDRED;
    if !fen.fract().is_zero() {
        return Err(BadAmount::Places);
    }
    i64::try_from(fen).map(|fen| Some(Fen(fen))).map_err(|_| BadAmount::Shape)
}

/// What each family was given (`500元/户`): the amount of a row that is one family's.
pub(in crate::plan) fn each_family(text: &str) -> Option<String> {
    let text: String = narrow(text).chars().filter(|c| !c.is_whitespace()).collect();
    let ends = ["/户", "/家", "每户", "一户"].iter().find_map(|end| text.strip_suffix(end));
    let begins = || text.strip_prefix("每户");
    ends.or_else(begins).filter(|rest| !rest.is_empty()).map(str::to_owned)
}

/// A comma sets three places apart: `1,200.50`; in `1.200,00` or `12,5` it means something else.
fn thousands_fit(text: &str) -> bool {
    let text: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, ',' | '，' | '.')).collect();
    let mut groups = text.split([',', '，']);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let whole = |group: &str| group.split('.').next().map_or(0, str::len);
    rest.is_empty()
        || (!first.contains('.') && first.len() <= 3 && rest.iter().all(|group| whole(group) == 3))
}

/// The value of a number cell is its amount, whatever its format shows of it.
fn amount_text(cell: &Cell) -> String {
    match cell {
        Cell::Number(number) => crate::workbook::Number::general(number.value).shown(),
        other => other.shown(),
    }
}

fn own_scale(text: &str) -> (&str, Unit) {
    let digits = text.trim_end_matches(['万', '千', '百', '十']);
    (digits, Unit(scale_before(text)))
}

fn decimal(text: &str) -> Option<Decimal> {
    let unsigned = text.strip_prefix(['-', '+', '−']).unwrap_or(text);
    let shape = |c: char| c.is_ascii_digit() || c == '.';
    if unsigned.is_empty()
        || !unsigned.chars().all(shape)
        || !unsigned.starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    text.replace('−', "-").trim_end_matches('.').parse().ok()
}

const COUNTED: &[char] =
    &['人', '次', '份', '天', '日', '名', '个', '册', '张', '场', '户', '套', '条', '件', '本', '位', '例'];

/// Square metres, as people write them.
const AREAS: &[&str] = &["平方米", "平米", "平方", "㎡", "m²", "m2"];

/// `35`, `35人`, `1,200 人次`, `0.2千份`, `120平方米`. `None` when it is no whole number of things.
pub(in crate::plan) fn count(text: &str, unit: Unit) -> Option<u32> {
    let plain: String = narrow(text).chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    let area = AREAS.iter().find_map(|area| plain.strip_suffix(area));
    let bare = area.unwrap_or_else(|| plain.trim_end_matches(COUNTED));
    let (digits, unit) = if bare.ends_with(['万', '千', '百']) {
        own_scale(bare)
    } else if bare.len() < plain.len() {
        (bare, Unit::ONE)
    } else {
        (bare, unit)
    };
    let value = decimal(digits)? * unit.0;
    if value.is_sign_negative() || !value.fract().is_zero() { None } else { u32::try_from(value).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbook::Number;

    #[test]
    fn units_of_heads_and_captions() {
        let yuan = |text: &str| Unit::of_money(text).map(|unit| unit.0.normalize().to_string());
        for (text, unit) in [
            ("慰问金额（元）", Some("1")),
            ("金额(万元)", Some("10000")),
            ("单位：千元", Some("1000")),
            ("金额（百元）", Some("100")),
            ("理赔金额（分）", Some("0.01")),
            ("单位：分", Some("0.01")),
            ("单位：元、份", Some("1")),
            ("得分", None),
            ("测评得分", None),
            ("金额", None),
            ("单位：元、万元", None),
        ] {
            assert_eq!(yuan(text).as_deref(), unit, "{text}");
        }
        assert_eq!(Unit::of_things("发放资料（千份）").map(|u| u.0), Some(Decimal::from(1000)));
        assert_eq!(Unit::of_things("参加人数（人）"), None);
    }

    #[test]
    fn amounts_with_units() {
        let unit = |text: &str| Unit::of_money(text).unwrap_or(Unit::ONE);
        for (text, head, fen) in [
            ("500.5", "元", 50_050),
            ("300元", "元", 30_000),
            ("1.55", "万元", 1_550_000),
            ("1.55万", "元", 1_550_000),
            ("1.55万元", "元", 1_550_000),
            ("300元", "万元", 30_000),
            ("２千元", "元", 200_000),
            ("￥1,200.00元整", "元", 120_000),
            ("50000", "（分）", 50_000),
            ("300块", "元", 30_000),
            ("￥13850.00", "（分）", 1_385_000),
            ("300.", "元", 30_000),
            ("伍佰元", "元", 50_000),
            ("伍佰", "元", 50_000),
            ("伍佰元整", "万元", 50_000),
        ] {
            assert_eq!(money(&Cell::Text(text.into()), unit(head)), Ok(Some(Fen(fen))), "{text} {head}");
        }
        assert_eq!(
            money(&Cell::Number(Number { value: 500.5, places: Some(0) }), Unit::ONE),
            Ok(Some(Fen(50_050)))
        );
        assert_eq!(money(&Cell::Text("无".into()), Unit::ONE), Ok(None));
        for bad in ["一箱牛奶", "1.200,00", "12,5", "30美元", "200-300", "约300", "300元/人", "1e3", "万"]
        {
            assert_eq!(money(&Cell::Text(bad.into()), Unit::ONE), Err(BadAmount::Shape), "{bad}");
        }
        assert_eq!(money(&Cell::Text("伍佰".into()), Unit(Decimal::from(10_000))), Err(BadAmount::Shape));
        for (text, each) in
            [("500元/户", Some("500元")), ("每户500元", Some("500元")), ("500元/人", None), ("500", None)]
        {
            assert_eq!(each_family(text).as_deref(), each, "{text}");
        }
        assert_eq!(money(&Cell::Text("1.234".into()), Unit::ONE), Err(BadAmount::Places));
    }

    #[test]
    fn numbers_of_things() {
        assert_eq!(count("１，２００人次", Unit::ONE), Some(1200));
        assert_eq!(count("50份", Unit::ONE), Some(50));
        assert_eq!(count("120平方米", Unit::ONE), Some(120));
        assert_eq!(count("35.0", Unit::ONE), Some(35));
        assert_eq!(count("0.5", Unit(Decimal::from(1000))), Some(500));
        assert_eq!(count("50份", Unit(Decimal::from(1000))), Some(50));
        for bad in ["约百人", "-3", "3.5", "10余人"] {
            assert_eq!(count(bad, Unit::ONE), None, "{bad}");
        }
    }
}
