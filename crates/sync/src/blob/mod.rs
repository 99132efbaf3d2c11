//! Carrying the bytes of attachments: what waits goes up, what is wanted comes down, chunk by chunk.
//!
//! Begins where the line was cut: each side says which chunks it has. Nothing here delays records: a save
//! interrupts between two chunks.

mod one;

use tiexin_domain::RegionCode;
use tiexin_domain::access::Action;
use tiexin_domain::region::Level;
use tiexin_protocol::blob::{Wanted, Way, plan};
use tiexin_protocol::wire::RefusalCode;
use tiexin_store::{Book, StoreError};

use crate::error::SyncError;
use crate::province::Province;
use crate::round::on_store;
pub(crate) use one::is_final;
use one::{Ended, down, up};

/// Blobs in a row that the province has not got yet: the rest is asked for in the next round.
const MOST_ABSENT: u32 = 50;

/// Who is told, and who may interrupt.
pub struct Carrying<'a> {
    /// Asked between two chunks: something more urgent waits.
    pub stop: &'a (dyn Fn() -> bool + Send + Sync),
    /// A blob has come down whole.
    pub arrived: &'a (dyn Fn(&Wanted) + Send + Sync),
}

/// What was carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CarryReport {
    pub up: u64,
    pub down: u64,
    /// Interrupted: there is more.
    pub stopped: bool,
}

/// Carries all that waits and that the province will have or give now.
///
/// # Errors
/// `Offline` and the like: what was carried stays carried.
pub async fn carry_blobs(
    book: &Book,
    province: &dyn Province,
    carrying: &Carrying<'_>,
) -> Result<CarryReport, SyncError> {
    let mut report = CarryReport::default();
    if !on_store(book, |book| book.blobs_taken()).await? {
        // Only hello tells it: the next round asks whether it has become otherwise.
        on_store(book, |book| match book.blobs_wanted()?.is_empty() {
            true => Ok(()),
            false => book.set_access(None),
        })
        .await?;
        return Ok(report);
    }
    on_store(book, |book| book.offer_blobs()).await?;
    let wanted = on_store(book, |book| Ok(plan(book.blobs_wanted()?, &near(book)?))).await?;
    let mut absent = 0;
    for one in wanted {
        if one.way == Way::Down && absent >= MOST_ABSENT {
            continue;
        }
        let ended = match one.way {
            Way::Up => up(book, province, &one, carrying.stop).await?,
            Way::Down => down(book, province, &one, carrying.stop).await?,
        };
        match (ended, one.way) {
            (Ended::Whole, Way::Up) => report.up += 1,
            (Ended::Whole, Way::Down) => {
                report.down += 1;
                absent = 0;
                (carrying.arrived)(&one);
            }
            (Ended::NotNow, _) => absent += 1,
            (Ended::Stopped, _) => {
                report.stopped = true;
                return Ok(report);
            }
            (Ended::GivenUp, _) => {}
        }
    }
    on_store(book, |book| book.sweep_blobs()).await?;
    Ok(report)
}

/// Hands over what waits in a scope that is withdrawn (I11): after it, nothing of it waits.
pub(crate) async fn hand_over(
    book: &Book,
    province: &dyn Province,
    scope: &RegionCode,
) -> Result<(), SyncError> {
    let wanted = on_store(book, |book| book.blobs_wanted()).await?;
    let mine: Vec<Wanted> =
        wanted.into_iter().filter(|one| one.way == Way::Up && one.scope == *scope).collect();
    if mine.is_empty() {
        return Ok(());
    }
    if !on_store(book, |book| book.blobs_taken()).await? {
        let message = "省平台还不能接收附件，收回权限的乡镇里有附件没有交出，请联系管理员".into();
        return Err(SyncError::Refused { code: RefusalCode::BlobsOff, message });
    }
    for one in mine {
        if up(book, province, &one, &|| false).await? == Ended::NotNow {
            on_store(book, move |book| book.blob_faulty(&one, "not_taken")).await?;
        }
    }
    Ok(())
}

/// Where this desk's people work: large pictures of these places come by themselves.
fn near(book: &Book) -> Result<Vec<RegionCode>, StoreError> {
    let users = book.users()?;
    let grants = users.into_iter().filter(|user| !user.disabled).flat_map(|user| user.grants);
    let working = grants.filter(|grant| {
        grant.role.carries(Action::Write) && matches!(grant.region.level(), Level::Township | Level::Village)
    });
    Ok(working.map(|grant| grant.region).collect())
}
