//! The courier: brings anybody's packages to the province and fetches the replies. It can read neither.

use backon::Retryable;
use tiexin_protocol::package::{Address, Gathered, Part};
use tiexin_protocol::wire::{PackageState, RefusalCode};

use super::PackageError;
use crate::error::SyncError;
use crate::http::HttpProvince;
use crate::province::Province;

/// What became of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    pub address: Address,
    /// Parts that the province lacks still.
    pub missing: Vec<u32>,
    /// The reply.
    pub replies: Vec<Part>,
    /// Chinese: why the province did not take it.
    pub refused: Option<String>,
}

/// Brings the parts that the province lacks; fetches the reply when it has all.
///
/// # Errors
/// `Offline` and whatever has nothing to do with the package itself.
pub async fn carry(province: &HttpProvince, package: &Gathered) -> Result<Carried, PackageError> {
    let mut carried = Carried {
        address: package.address.clone(),
        missing: package.missing(),
        replies: Vec::new(),
        refused: None,
    };
    let state = match bring(province, package).await {
        Ok(state) => state,
        Err(SyncError::Refused { code, message }) if of_package(&code) => {
            carried.refused = Some(message);
            return Ok(carried);
        }
        Err(other) => return Err(other.into()),
    };
    let Some(state) = state else { return Ok(carried) };
    carried.missing = state.missing;
    for part in 1..=state.reply_parts.unwrap_or(0) {
        let bytes =
            (|| province.fetch_reply(state.package, part)).retry(province.patience()).when(broken).await?;
        carried.replies.push(Part::read(bytes)?);
    }
    Ok(carried)
}

/// Codes that speak of the package, not of this desk.
fn of_package(code: &RefusalCode) -> bool {
    match code {
        RefusalCode::PackageUnknown
        | RefusalCode::PackageNewer
        | RefusalCode::PackageDamaged
        | RefusalCode::PackageForged
        | RefusalCode::PackageOtherProvince
        | RefusalCode::PackageOtherDesk
        | RefusalCode::PackageOtherIncarnation
        | RefusalCode::PackageOutward
        | RefusalCode::PackageHomeward
        | RefusalCode::PackageForked
        | RefusalCode::PackageTooLarge
        | RefusalCode::PackageSenderUnknown
        | RefusalCode::PackageKeyUnusable
        | RefusalCode::DeviceMismatch
        | RefusalCode::ProtocolOld
        | RefusalCode::ChangeForeign => true,
        // A newer province may have more to say of packages.
        RefusalCode::Other(code) => code.starts_with("package_"),
        _ => false,
    }
}

/// Tells the state after the last part that was brought; parts that are there already stay here.
async fn bring(province: &HttpProvince, package: &Gathered) -> Result<Option<PackageState>, SyncError> {
    let mut state: Option<PackageState> = None;
    for part in package.held() {
        let there = |state: &PackageState| !state.missing.contains(&part.header.part);
        if state.as_ref().is_some_and(there) {
            continue;
        }
        state = Some((|| province.deliver(part.bytes())).retry(province.patience()).when(broken).await?);
    }
    Ok(state)
}

/// Whether trying again may help.
fn broken(error: &SyncError) -> bool {
    *error == SyncError::Offline
}
