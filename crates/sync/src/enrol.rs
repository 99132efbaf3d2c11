//! Joining the province with a one-time code. All that was recorded before goes along.

use tiexin_domain::access::User;
use tiexin_protocol::wire::{EnrolReply, EnrolRequest, Joining};
use tiexin_store::{Book, StoreError};
use uuid::Uuid;

use crate::error::SyncError;
use crate::http::{HttpProvince, ProvinceAddress, device_key};
use crate::round::on_store;

/// What a user gives to join.
#[derive(Debug, Clone)]
pub struct EnrolWish {
    pub address: ProvinceAddress,
    /// The address and authority as they are to be kept.
    pub authority: Option<String>,
    pub code: String,
    /// The local user's id, under which this book has recorded so far.
    pub author: Uuid,
    pub device_name: String,
}

/// Enrols the device (first user) or adds a user to it. Returns the user with the province's grants,
/// under the id by which this book knows the person. `person`: who joins; a code of somebody else is refused.
pub async fn enrol(book: &Book, wish: EnrolWish, person: Joining) -> Result<User, SyncError> {
    let device = on_store(book, |book| book.device()).await?;
    let key = device_key(&device.key_seed);
    let request = EnrolRequest {
        code: wish.code.trim().to_owned(),
        device: device.id,
        device_key: hex::encode(key.verifying_key().to_bytes()),
        device_name: wish.device_name.clone(),
        author: wish.author,
        app: env!("CARGO_PKG_VERSION").into(),
        person: Some(person),
    };
    let reply = HttpProvince::new(&wish.address, None)?.enrol(&request).await?;
    on_store(book, move |book| joined(book, &wish, reply)).await
}

/// The province has taken the desk in: keeps what it said.
pub fn joined(book: &Book, wish: &EnrolWish, reply: EnrolReply) -> Result<User, StoreError> {
    book.set_preference(Uuid::nil(), &alias_key(reply.user.id), &wish.author.to_string())?;
    if book.device()?.id != Some(reply.device) {
        crate::package::forget_keys(book)?;
    }
    book.enrolled(reply.device, &wish.address.as_text(), &wish.device_name, wish.authority.as_deref())?;
    let user = User { id: wish.author, ..reply.user };
    book.put_user(&user)?;
    Ok(user)
}

/// The province's users under the ids by which this book knows them.
pub(crate) fn as_local(book: &Book, users: Vec<User>) -> Result<Vec<User>, StoreError> {
    users
        .into_iter()
        .map(|user| {
            let alias = book.preference(Uuid::nil(), &alias_key(user.id))?;
            let id = alias.and_then(|text| text.parse().ok()).unwrap_or(user.id);
            Ok(User { id, ..user })
        })
        .collect()
}

fn alias_key(province_user: Uuid) -> String {
    format!("province.user.{province_user}")
}
