//! Joining the province with a one-time code. All that was recorded before goes along.

use std::collections::BTreeSet;

use tiexin_domain::access::User;
use tiexin_protocol::wire::{EnrolReply, EnrolRequest, Joining};
use tiexin_store::{Book, LocalUser, StoreError};
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

/// Under which the province's users have their ids in this book.
const ALIASES: &str = "province.user.";

fn alias_key(province_user: Uuid) -> String {
    format!("{ALIASES}{province_user}")
}

/// Whether this user of the book has joined the province at this desk: a code of theirs was taken.
pub fn has_joined(book: &Book, author: Uuid) -> Result<bool, StoreError> {
    Ok(joined_here(book)?.contains(&author))
}

/// The book's users who have joined, under their ids here.
fn joined_here(book: &Book) -> Result<BTreeSet<Uuid>, StoreError> {
    let aliases = book.preferences_under(Uuid::nil(), ALIASES)?;
    Ok(aliases.iter().filter_map(|id| id.parse().ok()).collect())
}

/// Keeps who of this desk's users has not joined: what they write is held back until they have. `told`: the users whom
/// the province names, as this book knows them; one of theirs had joined, whatever a book put back from a copy says.
pub(crate) fn note_not_joined(book: &Book, told: &[User]) -> Result<(), StoreError> {
    // A keyring that cannot be read now changes nothing.
    let Ok(here) = Book::users_of(book.dir()) else { return Ok(()) };
    let joined = joined_here(book)?;
    let is_told = |user: &LocalUser| told.iter().any(|one| one.id == user.id || one.name == user.name);
    let missing = here.iter().filter(|user| !joined.contains(&user.id) && !is_told(user));
    book.set_not_joined(&missing.map(|user| user.id).collect())
}
