//! `tiexin-server audit`: what was done on the desks, as they told it.

use chrono::NaiveDate;
use tiexin_domain::{Kind, deed, labels};
use tiexin_protocol::wire::AuditLine;
use tiexin_terminal::say;

use super::args::{AuditList, Common};
use super::print::{list as tell, one, time};
use crate::desk_audit::AuditWanted;
use crate::error::{Error, Refused, Result};
use crate::regions;

pub(super) async fn list(common: &Common, asked: AuditList) -> Result<()> {
    if asked.from.zip(asked.to).is_some_and(|(from, to)| from > to) {
        return Err(Error::Config("--from 不能晚于 --to".into()));
    }
    let province = common.province().await?;
    let user = match &asked.user {
        None => None,
        Some(name) => {
            let users = province.users().await?;
            let found = users.iter().find(|user| user.name == *name);
            Some(found.ok_or(Refused::UserUnknown)?.id)
        }
    };
    let wanted = AuditWanted {
        before: asked.before,
        user,
        acts: acts(asked.act.as_deref())?,
        from: asked.from.and_then(begins),
        until: asked.to.and_then(|to| to.succ_opt()).and_then(begins),
    };
    let page = province.audit_of(wanted, asked.region.as_ref()).await?;
    if common.json {
        return one(true, &page, |_| String::new());
    }
    tell(false, &page.lines, line)?;
    if let Some(before) = page.before {
        say!("还有更早的，接着看请加 --before {before}");
    }
    Ok(())
}

/// When this day begins in China, milliseconds since 1970 UTC.
fn begins(day: NaiveDate) -> Option<i64> {
    let china = chrono::FixedOffset::east_opt(8 * 3600)?;
    day.and_hms_opt(0, 0, 0)?.and_local_timezone(china).single().map(|at| at.timestamp_millis())
}

/// Nobody reads codes here: names of people, computers and places, words for deeds and fields. The record itself is
/// named nowhere at the province; its id stands in the JSON.
fn line(line: &AuditLine) -> String {
    let person = line.person.as_deref().unwrap_or("未登记的用户");
    let place =
        line.region.as_ref().map_or("-", |region| regions::name(region).unwrap_or("名单里没有的地区"));
    let kind = line.kind.as_deref().unwrap_or_default();
    let noun = Kind::from_code(kind);
    let about = if kind.is_empty() { "-" } else { noun.label() };
    let many = line.many.map_or(String::new(), |many| format!("（{many} 条）"));
    let deed = deed::word(&line.act);
    format!(
        "{}\t{}\t{person}\t{}\t{place}\t{deed}{many}\t{about}\t{}",
        line.number,
        time(Some(line.at)),
        line.device_name,
        labels::fields(kind, &line.fields).join("、")
    )
}

/// The deed that is asked for, by its name or its code.
fn acts(asked: Option<&str>) -> Result<Vec<String>> {
    let Some(word) = asked else { return Ok(Vec::new()) };
    let acts = deed::called(word);
    if acts.is_empty() {
        let names = deed::words().join("、");
        return Err(Error::Config(format!("没有这种操作：{word}。可以写：{names}")));
    }
    Ok(acts.into_iter().map(str::to_owned).collect())
}
