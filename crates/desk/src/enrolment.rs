//! Being joined to a province: joining, and the line to it for what is not part of a round.

use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::User;
use tiexin_protocol::wire::Joining;
use tiexin_store::Book;
use tiexin_sync::{EnrolWish, HttpProvince, ProvinceAddress, SyncError, device_key, enrol};
use uuid::Uuid;

use crate::{authority, errors};

/// Joins the province under the local user's own id. All that was recorded before goes along.
///
/// `person` is who joins: the code has to be that user's.
/// `authority` is the PEM of the province's own, where one was given; else the one that the book keeps.
pub(crate) async fn join(
    book: &Book,
    author: Uuid,
    person: Joining,
    server: &str,
    code: &str,
    authority: Option<String>,
) -> Result<User, ErrorReply> {
    let authority = match authority {
        None => book.device().map_err(errors::store)?.authority,
        given => given,
    };
    let address = ProvinceAddress::read(server.trim(), authority.clone()).map_err(reply)?;
    let (given, code) = (authority.is_some(), code.to_owned());
    let wish = EnrolWish { address, authority, code, author, device_name: machine_name() };
    let plain = wish.address.is_plain();
    enrol(book, wish, person).await.map_err(|error| match error {
        SyncError::Authority | SyncError::Distrusted => authority::distrusted(&error, given),
        SyncError::Offline if plain => errors::plain(),
        other => reply(other),
    })
}

/// A name by which the office knows the machine.
fn machine_name() -> String {
    let named = std::env::var("COMPUTERNAME").or_else(|_| std::env::var("HOSTNAME")).ok();
    let read = || std::fs::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned());
    named.or_else(read).filter(|name| !name.is_empty()).unwrap_or_else(|| "办公电脑".into())
}

/// Whether the book is enrolled with a province.
pub(crate) fn is_enrolled(book: &Book) -> Result<bool, ErrorReply> {
    Ok(book.device().map_err(errors::store)?.id.is_some())
}

/// A line to the province, for what is not part of a round.
pub(crate) fn line(book: &Book) -> Result<HttpProvince, ErrorReply> {
    let device = book.device().map_err(errors::store)?;
    let server = device.server.as_deref().ok_or_else(|| reply(SyncError::NotEnrolled))?;
    let id = device.id.ok_or_else(|| reply(SyncError::NotEnrolled))?;
    let address = ProvinceAddress::read(server, device.authority.clone()).map_err(reply)?;
    HttpProvince::new(&address, Some((id, device_key(&device.key_seed)))).map_err(reply)
}

pub(crate) fn reply(error: SyncError) -> ErrorReply {
    match error {
        SyncError::Offline => ErrorReply::new(
            ErrorCode::Offline,
            "连不上省平台。已保存的内容都在本机，有网络时会自动上传；请检查网络和地址。",
        ),
        SyncError::Cancelled => errors::cancelled(),
        SyncError::Address => {
            ErrorReply::new(ErrorCode::Invalid, "省平台地址不对，应以 https:// 开头，请向管理员核对。")
        }
        SyncError::Disk => ErrorReply::new(ErrorCode::Disk, format!("{error}。")),
        SyncError::Store(_) => {
            ErrorReply::new(ErrorCode::Internal, format!("{error}。再次出现请联系管理员。"))
        }
        // The engine's words name the platform and what to do, never a person.
        other => ErrorReply::new(ErrorCode::Refused, other.to_string()),
    }
}
