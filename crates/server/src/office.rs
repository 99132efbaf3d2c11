//! What the office may write down about people, before it is written: names, rights, days. Pure.

use chrono::NaiveDate;
use tiexin_domain::access::{Grant, User};

use crate::error::{Error, Refused, Result};
use crate::regions;

/// Characters of a sign-in name, and of a person's name.
const LONGEST: usize = 40;

fn refused<T>(why: impl Into<String>) -> Result<T> {
    Err(Error::Config(why.into()))
}

/// A new user's sign-in name and name, without blanks around them.
///
/// # Errors
/// `Config` says what is wrong with them; `NameTaken`, also where only the case differs.
pub(crate) fn new_user(name: &str, display_name: &str, all: &[User]) -> Result<(String, String)> {
    let (name, display_name) = (name.trim(), display_name.trim());
    if name.is_empty() {
        return refused("请写登录名");
    }
    if name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return refused("登录名中间不能有空格");
    }
    if name.chars().count() > LONGEST || display_name.chars().count() > LONGEST {
        return refused(format!("登录名和姓名都不超过 {LONGEST} 个字"));
    }
    if display_name.is_empty() {
        return refused("请写姓名（--display）");
    }
    let lower = name.to_lowercase();
    if let Some(taken) = all.iter().find(|user| user.name.to_lowercase() == lower) {
        if taken.name == name {
            return Err(Refused::NameTaken.into());
        }
        return refused(format!("已有登录名 {}，只差大小写，容易认错；请换一个", taken.name));
    }
    Ok((name.to_owned(), display_name.to_owned()))
}

/// A grant that makes sense: a region that is known (`unlisted`: the office vouches for it), days in order, and no
/// other of the same role and region in force on one of its days.
///
/// # Errors
/// `Config` says what is wrong; `UserUnknown`.
pub(crate) fn new_grant(
    user: &str,
    grant: &Grant,
    unlisted: bool,
    all: &[User],
    today: NaiveDate,
) -> Result<()> {
    let user = all.iter().find(|known| known.name == user).ok_or(Refused::UserUnknown)?;
    if user.disabled {
        return refused(format!("用户 {} 已停用，授权不会生效", user.name));
    }
    if !unlisted && regions::name(&grant.region).is_none() {
        return refused(format!(
            "名单里没有地区 {}，请核对代码；确实是新设的地区，请加 --unlisted",
            grant.region
        ));
    }
    if let (Some(from), Some(to)) = (grant.from, grant.to)
        && from > to
    {
        return refused(format!("起始日期 {from} 晚于截止日期 {to}"));
    }
    // Without a beginning it is meant from now on: one that has ended is not in its way.
    let asked = Grant { from: Some(grant.from.unwrap_or(today)), ..grant.clone() };
    let same =
        |held: &&Grant| (&held.role, &held.region) == (&grant.role, &grant.region) && overlap(held, &asked);
    if let Some(held) = user.grants.iter().find(same) {
        return refused(format!(
            "{} 在{}已经是{}（{}），没有重复授权",
            user.name,
            regions::shown(&grant.region),
            grant.role.label(),
            span(held)
        ));
    }
    Ok(())
}

fn overlap(a: &Grant, b: &Grant) -> bool {
    let begins_before_end = |one: &Grant, other: &Grant| match (one.from, other.to) {
        (Some(from), Some(to)) => from <= to,
        _ => true,
    };
    // One that ended before it began was taken back on its first day.
    let real = |one: &Grant| begins_before_end(one, one);
    real(a) && real(b) && begins_before_end(a, b) && begins_before_end(b, a)
}

/// How long a grant lasts, in words.
pub(crate) fn span(grant: &Grant) -> String {
    match (grant.from, grant.to) {
        (None, None) => "长期".into(),
        (Some(from), None) => format!("{from} 起"),
        (None, Some(to)) => format!("到 {to} 止"),
        (Some(from), Some(to)) => format!("{from} 至 {to}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_domain::access::Role;
    use uuid::Uuid;

    fn grant(region: &str, from: Option<&str>, to: Option<&str>) -> Grant {
        let day = |text: Option<&str>| text.map(|text| text.parse().unwrap());
        Grant { role: Role::Worker, region: region.parse().unwrap(), from: day(from), to: day(to) }
    }

    fn wang(grants: &[Grant]) -> Vec<User> {
        let (name, display_name) = ("wang".to_owned(), "王丽丽".to_owned());
        vec![User { id: Uuid::nil(), name, display_name, grants: grants.to_vec(), disabled: false }]
    }

    fn why<T: std::fmt::Debug>(done: Result<T>) -> String {
        done.unwrap_err().to_string()
    }

    #[test]
    fn names_that_nobody_can_tell_apart_are_refused() {
        let all = wang(&[]);
        assert_eq!(new_user(" li ", " 李某 ", &all).unwrap(), ("li".into(), "李某".into()));
        assert!(why(new_user("", "李某", &all)).contains("登录名"));
        assert!(why(new_user(" \u{3000}", "李某", &all)).contains("登录名"));
        assert!(why(new_user("x y", "李某", &all)).contains("空格"));
        assert!(why(new_user("li", "  ", &all)).contains("姓名"));
        assert!(why(new_user("WANG", "王某", &all)).contains("只差大小写"));
        assert!(why(new_user(&"长".repeat(41), "王某", &all)).contains("40"));
        assert!(matches!(new_user("wang", "王某", &all), Err(Error::Refused(Refused::NameTaken))));
    }

    #[test]
    fn grants_that_make_no_sense_are_refused() {
        let all = wang(&[grant("340323100", None, Some("2026-09-30"))]);
        let today = "2026-10-05".parse().unwrap();
        let new = |one: &Grant, unlisted| new_grant("wang", one, unlisted, &all, today);
        assert!(new(&grant("340323104", None, None), false).is_ok());
        assert!(why(new(&grant("999999999", None, None), false)).contains("--unlisted"));
        assert!(new(&grant("999999999", None, None), true).is_ok());
        let backwards = grant("340323104", Some("2026-10-02"), Some("2026-10-01"));
        assert!(why(new(&backwards, false)).contains("晚于"));
        // Once more for days on which it is given already; for others it is not.
        assert!(why(new(&grant("340323100", Some("2026-09-30"), None), false)).contains("谷阳镇"));
        assert!(new(&grant("340323100", Some("2026-10-01"), None), false).is_ok());
        assert!(new(&grant("340323100", None, None), false).is_ok(), "it has ended");
        assert!(new(&Grant { role: Role::Auditor, ..grant("340323100", None, None) }, false).is_ok());
        assert!(matches!(
            new_grant("nobody", &grant("340323104", None, None), false, &all, today),
            Err(Error::Refused(Refused::UserUnknown))
        ));
    }
}
