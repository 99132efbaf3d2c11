//! The rules of a kind over stored fields, without its type.

use chrono::NaiveDate;

use super::{Gap, Noun, Problem};
use crate::limits::{Limit, Limits};
use crate::record::Fields;
use crate::region::RegionCode;
use crate::shape;

/// Of checks those that are true: the field, and what to do about it.
pub(super) fn wrong<const N: usize>(checks: [(bool, &str, &str); N]) -> Vec<Problem> {
    let found = checks.into_iter().filter(|(wrong, ..)| *wrong);
    found.map(|(_, field, what)| Problem::new(field, "invalid", what)).collect()
}

/// The same of what is missing, or doubtful, and holds back no save.
pub(super) fn lacking<const N: usize>(checks: [(bool, &str, &str); N]) -> Vec<Gap> {
    let found = checks.into_iter().filter(|(lacks, ..)| *lacks);
    found.map(|(_, field, what)| Gap::new(field, &format!("{field}_missing"), what)).collect()
}

/// Some, and fewer than there must be: the least. That there are none is told otherwise.
pub(super) fn few(held: usize, least: Option<u32>) -> Option<u32> {
    least.filter(|least| (1..*least as usize).contains(&held))
}

/// How long something took, in `minutes`: longer than one entry may be at the place on the day.
pub(super) fn too_long(
    minutes: Option<u32>,
    limits: &Limits,
    place: &RegionCode,
    day: NaiveDate,
) -> Option<Problem> {
    let most = limits.value(Limit::EntryMinutes, place, day)?;
    // `12 小时`, `90 分钟`.
    let long = || match most.is_multiple_of(60) {
        true => format!("{} 小时", most / 60),
        false => format!("{most} 分钟"),
    };
    let told = |_| Problem::new("minutes", "invalid", format!("一次服务最多 {}，请核对", long()));
    minutes.filter(|minutes| *minutes > most).map(told)
}

/// What the rules of a kind find.
pub struct Checked {
    pub problems: Vec<Problem>,
    pub gaps: Vec<Gap>,
    pub title: String,
}

#[cfg(not(target_arch = "wasm32"))]
fn check_as<N: Noun>(fields: &Fields, limits: Option<&Limits>) -> Result<Checked, Problem> {
    let noun = N::from_fields(fields)?;
    let (mut problems, mut gaps) = (noun.problems(), Vec::new());
    if let Some(limits) = limits {
        problems.extend(noun.beyond(limits));
        gaps.extend(noun.short(limits));
    }
    gaps.extend(noun.gaps());
    Ok(Checked { problems, gaps, title: noun.title() })
}

type Check = fn(&Fields, Option<&Limits>) -> Result<Checked, Problem>;

/// How records of a noun are checked. The screens ask the desk, so that no browser loads them.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) const fn check_of<N: Noun>() -> Check {
    check_as::<N>
}

#[cfg(target_arch = "wasm32")]
pub(crate) const fn check_of<N: Noun>() -> Check {
    |_, _| Err(Problem::new("", "kind_unknown", "这里不核对登记，请由本机程序核对"))
}

/// Runs a kind's rules over stored fields, those everywhere the same.
///
/// # Errors
/// An unknown kind has code `kind_unknown`; fields that cannot be read have `missing` or `unreadable`.
pub fn check(kind: &str, fields: &Fields) -> Result<Checked, Problem> {
    check_by(kind, fields, None)
}

/// The same, and what an office's limits ask. The province asks none: it takes what offices with others write.
///
/// # Errors
/// As [`check`].
pub fn check_by(kind: &str, fields: &Fields, limits: Option<&Limits>) -> Result<Checked, Problem> {
    let Some(shape) = shape::of(kind) else {
        return Err(Problem::new("", "kind_unknown", "本程序版本不认识这类记录，请更新程序"));
    };
    let mut checked = (shape.check)(fields, limits)?;
    for (field, value) in fields {
        if value.as_str().is_some_and(|text| text.contains('\0')) {
            checked.problems.push(Problem::new(field, "text_invalid", "含有不能保存的字符，请重新输入"));
        }
    }
    Ok(checked)
}
