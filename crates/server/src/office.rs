//! What the office may write down about people, before it is written: names, rights, days. Pure.

use chrono::NaiveDate;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role, User};

use crate::access::Right;
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
        return refused(given_already(&user.name, held, &asked));
    }
    Ok(())
}

/// Why it is not given twice, and how to get what is wanted.
fn given_already(user: &str, held: &Grant, asked: &Grant) -> String {
    let place = regions::shown(&held.region);
    let (role, days) = (held.role.label(), span(held));
    let longer = match held.to {
        Some(to) if asked.to.is_none_or(|until| until > to) => {
            let next = to.succ_opt().unwrap_or(to);
            let code = held.role.code();
            let begins = held.from.map_or(String::new(), |from| format!(" --from {from}"));
            format!(
                "。要延长，从 {next} 起再授权一条（--from {next}）；要换掉它，先 grant end --user {user} --role {code} \
                 --region {}{begins}",
                held.region
            )
        }
        _ => String::new(),
    };
    format!("{user} 在{place}已经是{role}（{days}），没有重复授权{longer}")
}

/// Which grant of somebody is to be ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Which<'a> {
    pub(crate) role: &'a Role,
    pub(crate) region: &'a RegionCode,
    /// Its first day; none: the one that is in force.
    pub(crate) from: Option<NaiveDate>,
}

/// Of somebody's grants those that are meant to end: what is in force, or the only one that is still to come. `to`:
/// its last day; none: it ends at once.
///
/// # Errors
/// `GrantUnknown`. `Config` says why it cannot end so.
pub(crate) fn to_end(
    rights: &[Right],
    which: &Which<'_>,
    to: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<Vec<Right>> {
    let same = |right: &&Right| (&right.grant.role, &right.grant.region) == (which.role, which.region);
    let begins = |right: &&Right| which.from.is_none_or(|from| right.grant.from == Some(from));
    let all: Vec<&Right> = rights.iter().filter(same).filter(begins).collect();
    let lives = |right: &&Right| right.grant.to.is_none_or(|end| end >= today) && real(&right.grant);
    let open: Vec<&Right> = all.iter().copied().filter(lives).collect();
    let now: Vec<&Right> = open.iter().copied().filter(|right| right.grant.in_force(today)).collect();
    let alone = which.from.is_some() || all.len() == 1;
    let meant = match (now.is_empty(), open.len(), all.last()) {
        (false, ..) => now,
        (_, 0, Some(right)) => return refused(format!("这条授权已经终止（{}）", span(&right.grant))),
        (_, 0, None) => return Err(Refused::GrantUnknown.into()),
        // The only one that there ever was, or the one that was named.
        (_, 1, _) if alone => open,
        _ => {
            let spans: Vec<String> = open.iter().map(|right| span(&right.grant)).collect();
            return refused(format!(
                "没有在用的，还没开始的有（{}），请用 --from 写明是哪一条",
                spans.join("、")
            ));
        }
    };
    if let Some(to) = to {
        let later = |right: &&&Right| right.grant.to.is_some_and(|end| end <= to);
        if let Some(right) = meant.iter().find(later) {
            return refused(not_longer(right, to));
        }
        if let Some(from) = meant.iter().filter_map(|right| right.grant.from).find(|from| *from > to) {
            return refused(format!("这条授权 {from} 才开始，不能到 {to} 止；要取消，不写 --to"));
        }
    }
    Ok(meant.into_iter().cloned().collect())
}

/// To end is not to extend.
fn not_longer(right: &Right, to: NaiveDate) -> String {
    let end = right.grant.to.unwrap_or(to);
    if end == to {
        return format!("这条授权本来就到 {to} 止");
    }
    let next = end.succ_opt().unwrap_or(end);
    format!(
        "这条授权到 {end} 止，终止不能改晚；要延长，请接着再授权一条：grant add … --from {next} --to {to}"
    )
}

/// One that ended before it began was taken back before its first day.
fn real(grant: &Grant) -> bool {
    grant.from.zip(grant.to).is_none_or(|(from, to)| from <= to)
}

fn overlap(a: &Grant, b: &Grant) -> bool {
    let begins_before_end = |one: &Grant, other: &Grant| match (one.from, other.to) {
        (Some(from), Some(to)) => from <= to,
        _ => true,
    };
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

    #[test]
    fn an_end_meets_the_grant_that_is_in_force_and_no_other() {
        let today: NaiveDate = "2026-10-05".parse().unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let right = |from, to, given| Right {
            user: Uuid::nil(),
            grant: grant("340323100", from, to),
            given,
            ended: None,
        };
        let (role, region) = (Role::Worker, "340323100".parse().unwrap());
        let end = |rights: &[Right], from: Option<&str>, to: Option<&str>| {
            let which = Which { role: &role, region: &region, from: from.map(day) };
            to_end(rights, &which, to.map(day), today)
        };
        let given =
            |ended: Result<Vec<Right>>| ended.unwrap().iter().map(|one| one.given).collect::<Vec<_>>();
        let over = right(None, Some("2026-09-30"), 1);
        let now = right(None, None, 2);
        let later = right(Some("2027-01-01"), None, 3);
        let last = right(Some("2028-01-01"), None, 4);
        let all = [over.clone(), now.clone(), later.clone(), last.clone()];
        assert_eq!(given(end(&all, None, None)), [2]);
        assert_eq!(given(end(&all, Some("2027-01-01"), None)), [3]);
        // Nothing is in force: the only one that is to come, never one of several.
        assert_eq!(given(end(&all[2..3], None, None)), [3]);
        assert!(why(end(&all[2..], None, None)).contains("--from"));
        assert!(
            why(end(&[over.clone(), later.clone()], None, None)).contains("--from"),
            "ended twice by a slip"
        );
        // One that was taken back before its first day and given again is still named by that day.
        let taken = right(Some("2027-01-01"), Some("2026-10-04"), 6);
        assert_eq!(given(end(&[taken, later.clone()], Some("2027-01-01"), None)), [3]);
        assert!(why(end(&all[..1], None, None)).contains("已经终止"));
        assert!(matches!(end(&[], None, None), Err(Error::Refused(Refused::GrantUnknown))));
        // An end does not make longer, and not end before it begins.
        let until = [right(None, Some("2030-12-31"), 5)];
        assert_eq!(given(end(&until, None, Some("2029-12-31"))), [5]);
        assert!(why(end(&until, None, Some("2031-12-31"))).contains("--from 2031-01-01"));
        assert!(why(end(&all[2..3], None, Some("2026-12-31"))).contains("才开始"));
    }
}
