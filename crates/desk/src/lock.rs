//! Why a book stays locked although the password was right, in words; and what somebody is told who may do nothing
//! here.

use chrono::NaiveDate;
use tiexin_contract::session::{ClockTrouble, WhyLocked};
use tiexin_domain::access::User;
use tiexin_store::{Book, StoreError};

use crate::clock::Clock;
use crate::office_day;

/// Said to a user without a grant in force: those to come begin on the day `begins`, the first of them.
pub(crate) fn no_grant(begins: Option<NaiveDate>) -> String {
    let Some(day) = begins else { return NO_GRANT.to_owned() };
    format!(
        "您的授权从{}开始，现在还不能查看，也不能登记。到那天打开就能用；需要提前的话，请联系管理员。",
        office_day::label(day)
    )
}

const NO_GRANT: &str = "您现在没有任何地区的权限，这里不能查看，也不能登记。之前登记的都已交给省平台，没有丢；需要继续工作的话，请联系管理员授权，授权后连接一次省平台就能用。";

/// Said where nobody may do anything because nothing is in the book: it was begun in the place of one that was moved
/// aside, or whose database somebody took away. `None`: the book is joined to a province, or somebody has a grant.
pub(crate) fn emptied(book: &Book) -> Result<Option<String>, StoreError> {
    if book.device()?.server.is_some() || book.users()?.iter().any(|user| !user.grants.is_empty()) {
        return Ok(None);
    }
    Ok(Some(match tiexin_store::last_aside(book.dir())? {
        Some(aside) => format!(
            "现在打开的是一本新的空台账。原来的台账读不出来，已改名为 {aside} 留在数据文件夹里，没有删除。请从备份恢复；没有备份的，请联系管理员，先不要在这里登记。"
        ),
        None => "现在打开的是一本空台账，里面没有记录，也没有设定地区。原来有台账的，请从备份恢复；没有备份的，请联系管理员。".into(),
    }))
}

/// Said where a database lies without its keyring: nobody can open it, and none is begun over it.
pub(crate) const KEYLESS: &str = "数据文件夹里有台账（book.db），打开它的钥匙文件（keyring.json）不见了，台账没有改动。请先看回收站和杀毒软件的隔离区，或从最近一次备份的文件夹里把 keyring.json 拷回数据文件夹（每份备份里都有，用备份时的密码），再打开贴心；也可以直接从备份恢复。都没有的，请联系管理员。";

const DISABLED: &str = "这个账号已被省平台停用，不能再查看和登记。还没上传的内容会先交给省平台，不会丢。如有疑问请联系管理员；恢复之后连接一次省平台就能用。";

/// Why the book is locked, and what to say; `None`: it is not.
pub(crate) fn why(
    lease_over: bool,
    user: &User,
    clock: &dyn Clock,
    book: &Book,
) -> Result<Option<(WhyLocked, String)>, StoreError> {
    if user.disabled {
        return Ok(Some((WhyLocked::Disabled, DISABLED.into())));
    }
    if !lease_over {
        return Ok(None);
    }
    // The lease is counted by the computer's clock: where that is wrong, nobody was away for long.
    let shown = clock.local().date();
    Ok(Some(match office_day::doubt(clock, book)? {
        None => (WhyLocked::Lease, long_away(shown)),
        // It was ahead once, or is behind now: nobody here can say which.
        Some(ClockTrouble::BeforeBook) => (WhyLocked::Clock, moved_clock(shown)),
        Some(_) => (WhyLocked::Clock, wrong_clock(shown)),
    }))
}

fn wrong_clock(shown: NaiveDate) -> String {
    format!(
        "电脑的日期和时间不对：现在显示 {}。台账因此锁上了，内容都在、没有丢。请先在系统设置里校准电脑的日期和时间，再连接省平台。",
        office_day::label(shown)
    )
}

fn moved_clock(shown: NaiveDate) -> String {
    format!(
        "电脑的日期被改动过：现在显示 {}，比上次使用台账时还早。台账因此锁上了，内容都在、没有丢。请核对电脑的日期和时间，不对就先校准；再连接一次省平台就会打开。",
        office_day::label(shown)
    )
}

/// A clock that is a month ahead looks like a month away: the date is named.
fn long_away(shown: NaiveDate) -> String {
    format!(
        "这台电脑太久没有联系省平台，台账已锁上，内容都在、没有丢。请连接省平台续期，或用U盘带走、带回一次。电脑现在显示 {}，如果不对，请先校准日期和时间。",
        office_day::label(shown)
    )
}
