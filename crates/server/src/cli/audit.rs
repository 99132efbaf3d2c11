//! `tiexin-server audit`: what was done on the desks, as they told it.

use chrono::NaiveDate;
use tiexin_domain::Kind;
use tiexin_protocol::wire::AuditLine;

use super::print::{list as tell, one, time};
use super::{AuditList, Common};
use crate::desk_audit::AuditWanted;
use crate::error::{Error, Refused, Result};

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
        act: asked.act,
        from: asked.from.and_then(begins),
        until: asked.to.and_then(|to| to.succ_opt()).and_then(begins),
    };
    let page = province.audit_of(wanted, asked.region.as_ref()).await?;
    if common.json {
        return one(true, &page, |_| String::new());
    }
    tell(false, &page.lines, line)?;
    if let Some(before) = page.before {
        eprintln!("还有更早的，接着看请加 --before {before}");
    }
    Ok(())
}

/// When this day begins in China, milliseconds since 1970 UTC.
fn begins(day: NaiveDate) -> Option<i64> {
    let china = chrono::FixedOffset::east_opt(8 * 3600)?;
    day.and_hms_opt(0, 0, 0)?.and_local_timezone(china).single().map(|at| at.timestamp_millis())
}

fn line(line: &AuditLine) -> String {
    let person = line.person.as_deref().unwrap_or("（未登记的用户）");
    let place = line.region.as_ref().map_or("-", |region| region.as_str());
    let kind = line.kind.as_deref().map_or("-".to_owned(), |kind| Kind::from_code(kind).label().to_owned());
    let about = line.about.map_or("-".to_owned(), |id| id.to_string());
    let many = line.many.map_or(String::new(), |many| format!("（{many} 条）"));
    format!(
        "{}\t{}\t{person}\t{}\t{place}\t{}{many}\t{kind}\t{}\t{about}",
        line.number,
        time(Some(line.at)),
        line.device_name,
        line.act,
        line.fields.join(",")
    )
}
