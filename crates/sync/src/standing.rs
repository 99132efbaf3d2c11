//! How this desk stands with the province: its lease, orders, notices, the key it leaves, what it witnesses.

use tiexin_protocol::PROTOCOL;
use tiexin_protocol::package::Fault;
use tiexin_protocol::rescue::{LeftKey, Rescue, RescueFile};
use tiexin_protocol::statement::{AuditRoot, Claim, Lease, Signed, Standing, WipeOrder, Wiped};
use tiexin_protocol::wire::{Escrowed, HelloReply, HelloRequest, SeenHead, SeenRoot};
use tiexin_seal::Keys;
use tiexin_store::{Book, Device, StoreError};
use uuid::Uuid;

use crate::error::SyncError;
use crate::package::{keep, kept, province_sign};

/// When hello was last said on the line, by the desk's clock: only to know when to say it again.
const SAID: &str = "hello.said";
/// An order to destroy this book, as it was signed.
const ORDER: &str = "province.order";
/// What a person here should know: JSON list of codes.
const NOTICES: &str = "province.notices";
/// Notices of the desk's own; after the first one stands how many.
const GONE: &str = "gone_after_restore";
const RETIRES: &str = "retires_after_backup";
/// The newest audit root: JSON of [`SeenRoot`].
const ROOT: &str = "province.root";
/// How this desk stands, for a province that is put back from a backup: [`Signed`] as JSON.
const STANDING: &str = "province.standing";
/// Its mark. Apart from it: the statement itself is seldom needed.
const STANDING_MARK: &str = "province.standing_mark";
/// The province has asked for that statement: not empty.
const BRING: &str = "province.bring";
/// To whom the book's key is to be left, until the province says that it holds it.
const ESCROW: &str = "province.escrow";

/// Hello is said at least so often, also when nothing of ours changed: the lease, the page of devices.
const HELLO_MS: i64 = 3600 * 1000;

/// How the lease in a hello is to be counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Heard {
    /// On the line, just now by the desk's clock.
    Now(i64),
    /// By package, which was made then by the book's own clock. None: that is not known, and it gives no lease.
    AskedAt(Option<i64>),
}

/// What this desk says in hello.
pub(crate) fn greeting(book: &Book, device: &Device) -> Result<HelloRequest, SyncError> {
    let id = device.id.ok_or(SyncError::NotEnrolled)?;
    let heads = book.cursors()?.into_iter().filter(|cursor| cursor.since > 0).map(|cursor| SeenHead {
        scope: cursor.scope,
        generation: cursor.generation,
        seq: cursor.since,
        chain: cursor.chain,
    });
    let escrow = match text(book, ESCROW)? {
        Some(to) => {
            let left = LeftKey { device: id, key: book.key_for_escrow().to_string() };
            tiexin_seal::leave(&to, &left).ok().map(|sealed| Escrowed { to, sealed })
        }
        None => None,
    };
    Ok(HelloRequest {
        device: id,
        incarnation: device.incarnation,
        protocol: PROTOCOL,
        app: env!("CARGO_PKG_VERSION").into(),
        waiting: Some(book.sync_state()?.waiting),
        heads: heads.collect(),
        root: text(book, ROOT)?.and_then(|root| serde_json::from_str::<SeenRoot>(&root).ok()),
        escrow,
        former: book.former_numbers()?,
        standing: text(book, STANDING_MARK)?,
        testimony: match text(book, BRING)? {
            Some(_) => kept_standing(book)?,
            None => None,
        },
    })
}

pub(crate) fn kept_standing(book: &Book) -> Result<Option<Signed>, StoreError> {
    Ok(text(book, STANDING)?.and_then(|signed| serde_json::from_str(&signed).ok()))
}

/// What a desk brings that the province does not know any more; none: it was never told how it stands.
pub(crate) fn claim(book: &Book) -> Result<Option<Claim>, SyncError> {
    let Some(standing) = kept_standing(book)? else { return Ok(None) };
    let keys = Keys::of_desk(&book.device()?.key_seed).map_err(|_| SyncError::Protocol("key"))?;
    let signature = tiexin_seal::mark(&keys, "claim", &standing.signature);
    Ok(Some(Claim { standing, signature }))
}

/// Keeps how this desk stands, if the province says so. True: the province asks for what was kept so far.
fn keep_standing(book: &Book, hello: &HelloReply, key: &str, own: Option<Uuid>) -> Result<bool, StoreError> {
    if hello.bring {
        let asked = text(book, BRING)?.is_some();
        keep(book, BRING, "1")?;
        // Asked for once more in the same round only when it was not sent yet.
        return Ok(!asked && text(book, STANDING)?.is_some());
    }
    if text(book, BRING)?.is_some() {
        keep(book, BRING, "")?;
    }
    let Some(signed) = &hello.standing else { return Ok(false) };
    let said = tiexin_seal::check::<Standing>(key, signed).ok();
    if let Some(said) = said.filter(|said| Some(said.device) == own) {
        keep(book, STANDING, &serde_json::to_string(signed).unwrap_or_default())?;
        keep(book, STANDING_MARK, &said.mark(&signed.body).unwrap_or_default())?;
    }
    Ok(false)
}

/// Whether it is time to say hello again, whatever the access mark says: also when the lease wants it. A clock
/// that was once ahead ends the lease within the hour, and only hello renews it.
pub(crate) fn silent(book: &Book, now_ms: i64) -> Result<bool, StoreError> {
    let said = text(book, SAID)?.and_then(|said| said.parse::<i64>().ok());
    let long_ago = said.is_none_or(|said| now_ms < said || now_ms - said >= HELLO_MS);
    Ok(long_ago || book.lease_wanted(now_ms)?)
}

/// Keeps what hello says of this desk. What is not signed by the province under whose keys this desk stands,
/// or is for another desk, does nothing. True: the province asks for the book's key, which it does not have.
pub(crate) fn hear(book: &Book, hello: &HelloReply, heard: Heard) -> Result<bool, StoreError> {
    let Some(key) = province_sign(book)? else { return Ok(false) };
    let own = book.device()?.id;
    if let Heard::Now(now_ms) = heard {
        crate::gone::look(book, now_ms)?;
        keep(book, SAID, &now_ms.to_string())?;
    }
    let lease = hello.lease.as_ref().and_then(|lease| tiexin_seal::check::<Lease>(&key, lease).ok());
    if let Some(lease) = lease.filter(|lease| Some(lease.device) == own) {
        let span = lease.until.saturating_sub(lease.told).max(0);
        match heard {
            Heard::Now(now_ms) => book.lease_renewed(span, now_ms)?,
            Heard::AskedAt(Some(asked)) => book.lease_carried(span, asked)?,
            Heard::AskedAt(None) => {}
        }
    }
    if let Some(order) = &hello.order {
        keep_order(book, order)?;
    }
    keep(book, NOTICES, &serde_json::to_string(&hello.notices).unwrap_or_default())?;
    let root = hello.root.as_ref().and_then(|root| tiexin_seal::check::<AuditRoot>(&key, root).ok());
    if let Some(AuditRoot { day, digest, .. }) = root {
        let seen = serde_json::to_string(&SeenRoot { day, digest }).unwrap_or_default();
        keep(book, ROOT, &seen)?;
    }
    let bring = keep_standing(book, hello, &key, own)?;
    let wanted = hello.escrow.as_deref().filter(|to| hello.escrow_held.as_deref() != Some(*to));
    let told = text(book, ESCROW)?;
    keep(book, ESCROW, wanted.unwrap_or_default())?;
    // Asked for once more in the same round only when it was not sent yet.
    Ok(bring || (wanted.is_some() && told.as_deref() != wanted))
}

/// Keeps an order to destroy this book, if it is the province's own and for this desk.
pub(crate) fn keep_order(book: &Book, order: &Signed) -> Result<(), StoreError> {
    if read(book, order)?.is_some() {
        keep(book, ORDER, &serde_json::to_string(order).unwrap_or_default())?;
    }
    Ok(())
}

fn read(book: &Book, order: &Signed) -> Result<Option<WipeOrder>, StoreError> {
    let Some(key) = province_sign(book)? else { return Ok(None) };
    let own = book.device()?.id;
    let order = tiexin_seal::check::<WipeOrder>(&key, order).ok();
    Ok(order.filter(|order| Some(order.device) == own))
}

/// The order to destroy this book, when it is to be carried out now: what waits was handed over and the province
/// cannot lose it any more, or it was not asked for.
pub fn due(book: &Book) -> Result<Option<WipeOrder>, StoreError> {
    let kept = text(book, ORDER)?.and_then(|order| serde_json::from_str::<Signed>(&order).ok());
    let Some(order) = kept else { return Ok(None) };
    let Some(order) = read(book, &order)? else { return Ok(None) };
    let handed_over = !order.hand_over || book.sync_state()?.waiting == 0 && !book.owes()?;
    Ok(handed_over.then_some(order))
}

/// Holds back what the province does not know yet, unless this book is to be handed over whole and destroyed: the
/// province keeps apart then what it does not know.
pub(crate) fn hold_back(book: &Book) -> Result<(), StoreError> {
    book.hold_back(text(book, ORDER)?.is_some())
}

/// Whether this desk is to retire and only waits until a backup of the province holds what it handed over: put back
/// from an older one, nobody else could tell it again.
fn retires_after_backup(book: &Book) -> Result<bool, StoreError> {
    Ok(text(book, ORDER)?.is_some() && book.sync_state()?.waiting == 0 && book.owes()?)
}

/// What is told to the province once the book is destroyed; its key goes with the book.
pub fn last_word(book: &Book, order: &WipeOrder) -> Result<Wiped, SyncError> {
    let keys = Keys::of_desk(&book.device()?.key_seed).map_err(|_| SyncError::Protocol("key"))?;
    let signature = tiexin_seal::mark(&keys, "wiped", &order.order.to_string());
    Ok(Wiped { device: order.device, order: order.order, signature })
}

/// What a rescue file holds, by its code as typed.
///
/// # Errors
/// `OtherDesk`: another code. `Damaged`.
pub fn open_rescue(file: &RescueFile, code: &str) -> Result<Rescue, Fault> {
    tiexin_seal::with_code(code, &file.sealed)
}

/// Codes of what a person at this desk should know.
pub fn notices(book: &Book) -> Result<Vec<String>, StoreError> {
    let told = text(book, NOTICES)?.and_then(|list| serde_json::from_str::<Vec<String>>(&list).ok());
    let mut notices = told.unwrap_or_default();
    if retires_after_backup(book)? {
        notices.push(RETIRES.into());
    }
    match crate::gone::count(book)? {
        0 => {}
        gone => notices.push(format!("{GONE} {gone}")),
    }
    Ok(notices)
}

fn text(book: &Book, key: &str) -> Result<Option<String>, StoreError> {
    Ok(kept(book, key)?.filter(|text| !text.is_empty()))
}
