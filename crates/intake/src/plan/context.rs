//! What holds for every row of a sheet.

use std::collections::HashMap;

use tiexin_domain::shape::Holds;

use super::values::{Period, Unit};
use crate::heads::Recognised;

/// A recognised sheet with what its titles say.
pub(super) struct SheetContext<'a> {
    pub(super) head: &'a Recognised,
    pub(super) tab: Option<&'a str>,
    pub(super) period: Period,
    pub(super) units: Units,
    /// What stands above the head and on the tab.
    pub(super) titles: String,
    /// Where titles name two years: which says what.
    pub(super) years: String,
    /// Villages are merged downwards: a blank outside of a merge is a gap, no 'as above'.
    pub(super) village_merged: bool,
}

/// The unit in which a field's cells are written.
#[derive(Default)]
pub(super) struct Units {
    of: HashMap<&'static str, Unit>,
}

const MONEY: &[&str] = &["amount", "money"];
const THINGS: &[&str] = &["headcount", "handouts"];

impl Units {
    /// By the heads, else by a caption above them (`单位：万元`).
    pub(super) fn of_sheet(head: &Recognised, above: &[String]) -> Self {
        let caption = above.iter().filter_map(|text| caption(text)).find_map(|told| Unit::of_money(&told));
        let mut of = HashMap::new();
        for column in &head.columns {
            let Some(field) = column.field else { continue };
            let holds = field.own.map(|own| own.holds);
            let unit = if MONEY.contains(&field.code) || holds == Some(Holds::Money) {
                Unit::of_money(&column.head).or(caption)
            } else if THINGS.contains(&field.code) || holds == Some(Holds::Count) {
                Unit::of_things(&column.head)
            } else {
                None
            };
            if let Some(unit) = unit {
                of.insert(field.code, unit);
            }
        }
        Self { of }
    }

    pub(super) fn of(&self, field: &str) -> Unit {
        self.of.get(field).copied().unwrap_or(Unit::ONE)
    }
}

/// What a caption says of the unit: `单位：万元`, `（单位：元）`, `计量单位：千元`, also behind who filled the sheet in; not
/// `填报单位：三元村`.
fn caption(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    text.match_indices("单位").find_map(|(at, word)| {
        let before = &text[..at];
        let who = ["填报", "填表", "上报", "制表", "报送", "编制", "组织", "主办"]
            .iter()
            .any(|word| before.ends_with(word));
        let rest: String = text[at + word.len()..].chars().take_while(|c| !"）)".contains(*c)).collect();
        (!who && rest.chars().count() <= 12).then(|| format!("{word}{rest}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_tells_the_unit_wherever_it_stands() {
        for (text, told) in [
            ("单位：万元", Some("单位：万元")),
            ("（单位：元）", Some("单位：元")),
            ("填报单位：三元村计生协   单位：万元", Some("单位：万元")),
            ("填报单位：三元村", None),
            ("谷阳镇慰问救助发放表", None),
        ] {
            assert_eq!(caption(text).as_deref(), told, "{text}");
        }
    }
}
