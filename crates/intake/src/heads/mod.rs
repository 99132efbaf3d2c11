//! Heads recognised by what they mean.

mod recognise;
pub(crate) mod records;
mod registers;
mod services;
mod table;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Serialize;
use tiexin_domain::nouns::support_file::OF_THE_CHILD;
use tiexin_domain::shape::{self, Mask};

pub(crate) use recognise::{Column, Recognised, guess, guess_as, recognise, recognise_as};
pub(crate) use table::{FORMS, Field, Form};

use crate::kind::SheetKind;

/// A line of the table: code, label, heads, hints where it has some; behind a semicolon the fields of records
/// that the column fills, where they are called otherwise than the column.
macro_rules! field {
    (@fills $code:literal) => { $code };
    (@fills $code:literal $fills:literal) => { $fills };
    ($code:literal, $label:literal, $heads:expr $(; $fills:literal)?) => {
        $crate::heads::field!($code, $label, $heads, &[] $(; $fills)?)
    };
    ($code:literal, $label:literal, $heads:expr, $hints:expr $(; $fills:literal)?) => {
        $crate::heads::Field {
            code: $code,
            label: $label,
            heads: $heads,
            hints: $hints,
            fills: $crate::heads::field!(@fills $code $($fills)?),
            own: None,
            part_of: None,
        }
    };
}
use field;

/// A field a column can be mapped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FieldInfo {
    pub code: &'static str,
    /// What a worker calls it.
    pub label: &'static str,
}

/// The fields of a kind of sheet, for mapping by hand.
pub fn fields_of(kind: SheetKind) -> Vec<FieldInfo> {
    form(kind).fields.iter().map(|f| FieldInfo { code: f.code, label: f.label }).collect()
}

/// Whether a column that can be mapped tells of a family's child: of the first family that a preview shows as an
/// example nothing of it stands there.
pub fn is_of_the_child(code: &str) -> bool {
    named(code).any(|field| OF_THE_CHILD.iter().any(|own| field.fills(own)))
}

/// Whether a column that can be mapped tells what not everyone reads who looks at the record: no preview and no finding
/// has it.
pub fn is_hidden(code: &str) -> bool {
    named(code).any(|field| match field.audience() {
        Some(audience) => !audience.is_open(),
        // As strictly as any field by that name.
        None => field.fills.split('|').any(|name| !shape::audience("", name).is_open()),
    })
}

/// How lists mask what stands in a column that can be mapped.
pub fn mask_of(code: &str) -> Option<Mask> {
    match code.rsplit('.').next().unwrap_or(code) {
        "phone" => Some(Mask::Phone),
        "id" | "card" | records::TAIL => Some(Mask::Number),
        _ => named(code).find_map(|field| field.own?.mask),
    }
}

/// The fields of any kind of sheet by this code.
fn named(code: &str) -> impl Iterator<Item = &'static Field> + use<'_> {
    SheetKind::every().flat_map(|kind| form(kind).fields).filter(move |field| field.code == code)
}

pub(crate) fn form(kind: SheetKind) -> &'static Form {
    match kind {
        SheetKind::Records(records) => &records::of(records).form,
        ledger => &FORMS[place(ledger)],
    }
}

/// Where a ledger's sheet stands among all of them.
fn place(kind: SheetKind) -> usize {
    SheetKind::ALL.iter().position(|one| *one == kind).unwrap_or_default()
}

/// A head as it is compared: no spaces, brackets or signs, half-width, small letters.
pub(crate) fn plain(head: &str) -> String {
    head.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => other,
        })
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The head without what stands in brackets: `慰问金额（元）` → `慰问金额`.
fn without_brackets(head: &str) -> String {
    let mut depth = 0usize;
    let kept: String = head
        .chars()
        .filter(|c| match c {
            '(' | '（' | '[' | '【' => {
                depth += 1;
                false
            }
            ')' | '）' | ']' | '】' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect();
    plain(&kept)
}

type Heads = HashMap<String, &'static Field>;

/// Every head that means a field, for each kind, expanded from the table.
static HEADS: LazyLock<Vec<Heads>> = LazyLock::new(|| {
    let expand_form = |form: &'static Form| {
        let mut heads = Heads::new();
        for field in form.fields {
            for pattern in field.heads.split('|') {
                for head in expand(pattern.trim()) {
                    heads.entry(head).or_insert(field);
                }
            }
        }
        heads
    };
    FORMS.iter().map(expand_form).collect()
});

fn expand(pattern: &str) -> Vec<String> {
    let Some((group, words)) = table::GROUPS.iter().find(|(group, _)| pattern.contains(group)) else {
        return vec![pattern.to_owned()];
    };
    words.split('|').flat_map(|word| expand(&pattern.replacen(group, word.trim(), 1))).collect()
}

/// Whether a text alone is a head, or half of one, in any kind of sheet.
fn is_word(text: &str) -> bool {
    // 男 or 村 alone stand in data as well.
    if !(2..=24).contains(&text.chars().count()) {
        return false;
    }
    let head = Spelled::of(&[text.to_owned()]);
    let groups = || table::GROUPS.iter().flat_map(|(_, words)| words.split('|'));
    groups().any(|word| word.trim() == head.whole)
        || SheetKind::ALL.into_iter().any(|kind| meaning(kind, &head).is_some())
}

/// Whether a text is exactly a head of some kind of sheet: asked of every cell, so it looks once into one set.
pub(crate) fn is_exact_head(text: &str) -> bool {
    static ALL: LazyLock<HashSet<&'static str>> =
        LazyLock::new(|| HEADS.iter().flat_map(|heads| heads.keys()).map(String::as_str).collect());
    static FIRST: LazyLock<HashSet<char>> = LazyLock::new(|| {
        HEADS.iter().flat_map(|heads| heads.keys()).filter_map(|head| head.chars().next()).collect()
    });
    // Most cells are none, and show it by their first sign.
    let first = text.chars().find(|c| c.is_alphanumeric());
    if text.len() > 60 || !first.is_some_and(|c| FIRST.contains(&c)) {
        return false;
    }
    let length = text.chars().take(14).count();
    if !(2..=13).contains(&length) || text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    ALL.contains(plain(text).as_str()) || ALL.contains(without_brackets(text).as_str())
}

/// Parents that make a leaf such as 姓名 somebody else's.
const ROLES: &[&str] = &[
    "男",
    "女",
    "夫",
    "妻",
    "父",
    "母",
    "孩",
    "联系人",
    "医生",
    "配偶",
    "监护",
    "紧急",
    "村",
    "镇",
    "咨询师",
];

/// A head in the spellings under which the table is asked for it: made once for all kinds of sheet.
pub(crate) struct Spelled {
    /// The likeliest first.
    spellings: Vec<String>,
    whole: String,
}

impl Spelled {
    /// From a head's levels from the top down.
    pub(crate) fn of(levels: &[String]) -> Self {
        let plains: Vec<String> = levels.iter().map(|l| plain(l)).collect();
        let unit_cut = |text: &str| text.trim_end_matches(['元', '人', '份', '天', '次']).to_owned();
        let mut spellings = Vec::new();
        for first in 0..levels.len() {
            if first > 0 && is_role(&plains[first - 1]) {
                break;
            }
            let joined = plains[first..].concat();
            let bare: String = levels[first..].iter().map(|l| without_brackets(l)).collect();
            let (joined_cut, bare_cut) = (unit_cut(&joined), unit_cut(&bare));
            for spelling in [joined, bare, joined_cut, bare_cut] {
                if !spellings.contains(&spelling) {
                    spellings.push(spelling);
                }
            }
        }
        Self { spellings, whole: plains.concat() }
    }
}

/// The field that a head means in a kind of sheet.
pub(crate) fn meaning(kind: SheetKind, head: &Spelled) -> Option<&'static Field> {
    let heads = match kind {
        SheetKind::Records(records) => &records::of(records).heads,
        ledger => &HEADS[place(ledger)],
    };
    head.spellings
        .iter()
        .find_map(|spelling| heads.get(spelling).copied())
        .or_else(|| hinted(kind, &head.whole))
}

fn is_role(parent: &str) -> bool {
    parent.chars().count() <= 8 && ROLES.iter().any(|role| parent.contains(role))
}

/// The field whose hint words all stand in a head that is short enough to be one.
fn hinted(kind: SheetKind, head: &str) -> Option<&'static Field> {
    if head.chars().count() > 16 {
        return None;
    }
    let fits = |field: &&Field| {
        !field.hints.is_empty()
            && field.hints.iter().all(|words| words.iter().any(|word| head.contains(word)))
    };
    form(kind).fields.iter().filter(fits).max_by_key(|field| field.hints.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(kind: SheetKind, levels: &[&str]) -> Option<&'static str> {
        let levels: Vec<String> = levels.iter().map(|l| l.to_string()).collect();
        meaning(kind, &Spelled::of(&levels)).map(|f| f.code)
    }

    #[test]
    fn forms_stand_in_the_order_of_kinds() {
        for kind in SheetKind::ALL {
            assert_eq!(form(kind).kind, kind);
            for list in form(kind).must {
                for code in *list {
                    assert!(*code == "title" || form(kind).fields.iter().any(|f| f.code == *code), "{code}");
                }
            }
        }
    }

    #[test]
    fn heads_are_known_by_meaning() {
        use SheetKind::*;
        for (kind, levels, field) in [
            (SpecialFamilies, &["男方", "姓名"][..], Some("husband.name")),
            (SpecialFamilies, &["家庭成员", "妻子", "身份证号码"], Some("wife.id")),
            (SpecialFamilies, &["父亲身份证"], Some("husband.id")),
            (SpecialFamilies, &["姓名（女方）"], Some("wife.name")),
            (SpecialFamilies, &["子女情况", "姓名"], Some("child.name")),
            (SpecialFamilies, &["子女情况", "死亡/伤残时间"], Some("loss_date")),
            (SpecialFamilies, &["失独时间"], Some("loss_date")),
            (SpecialFamilies, &["联系人", "镇"], Some("township_leader")),
            (SpecialFamilies, &["联系人", "村"], Some("village_worker")),
            (SpecialFamilies, &["村（社区）"], Some("village")),
            (SpecialFamilies, &["紧急联系人", "姓名"], Some("emergency_contact")),
            (SpecialFamilies, &["签约医生", "电话"], None),
            (Members, &["公民身份号码"], Some("id")),
            (Members, &["身份证号（18位）"], Some("id")),
            (Members, &["基本信息", "姓 名"], Some("name")),
            (Members, &["文化程度"], None),
            (Visits, &["慰问金额（元）"], Some("amount")),
            (Visits, &["慰问金额/元"], Some("amount")),
            (Visits, &["走访情况"], Some("note")),
            (Activities, &["参加人数（人）"], Some("headcount")),
        ] {
            assert_eq!(code(kind, levels), field, "{levels:?}");
        }
    }
}
