//! The province as a whole: what desks may ask of it and what its office may do, above any transport.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tiexin_domain::RegionCode;
use tiexin_domain::access::{Action, Grant, Role, User, permits};
use tiexin_protocol::PUSH_CHANGES;
use tiexin_protocol::wire::{
    EnrolReply, EnrolRequest, PullReply, PullRequest, PushReply, PushRequest, Quarantined, TokenReply,
    TokenRequest,
};
use tiexin_seal::Keys;
use uuid::Uuid;

use crate::access::{Admission, Device, told, view_of};
use crate::blob::{self, Place};
use crate::config::{BeforeCommit, Clock, StoreUrl};
use crate::devices::Policy;
use crate::error::{Refused, Result};
use crate::page::RawPullReply;
use crate::snapshot::{Shelf, Snapshot};
use crate::store::{self, Book, Enrolment, OpenCode};
use crate::token::{Seal, verifying_key};
use crate::{code, office, verify};

/// The last contact of a device is known to so many milliseconds.
const SEEN_MS: i64 = 5 * 60 * 1000;
const DAY_MS: i64 = 24 * 3600 * 1000;
/// Days for which an enrolment code is good unless told otherwise.
pub const CODE_DAYS: u32 = 7;

/// One book with its rules. Cheap to clone; several may stand on one book.
#[derive(Clone)]
pub struct Province {
    pub(crate) book: Arc<dyn Book>,
    pub(crate) clock: Clock,
    pub(crate) seal: Seal,
    secret: [u8; 32],
    shelf: Arc<Shelf>,
    /// For carried packages, and for what is said with a signature.
    pub(crate) keys: Arc<Keys>,
    /// Where the bytes of attachments lie; none: nowhere yet.
    pub(crate) blobs: Option<Place>,
    pub(crate) policy: Arc<Policy>,
    /// When it was last written down that a device was in contact.
    seen: Arc<Mutex<HashMap<Uuid, i64>>>,
}

impl Province {
    /// Opens the book, bringing its schema up to date.
    pub async fn open(store: &StoreUrl, clock: Clock) -> Result<Province> {
        Self::open_with(store, clock, None).await
    }

    pub(crate) async fn open_with(
        store: &StoreUrl,
        clock: Clock,
        before_commit: Option<BeforeCommit>,
    ) -> Result<Province> {
        let book = store::open(store, before_commit).await?;
        let secret = book.secret().await?;
        let keys = Arc::new(Keys::of_province(&secret)?);
        let blobs = Place::usual(store)?;
        let seal = Seal::new(secret);
        let (shelf, policy, seen) = Default::default();
        Ok(Province { book, clock, seal, secret, shelf, keys, policy, blobs, seen })
    }

    /// Keeps the bytes of attachments there: `FOLDER`, `file:FOLDER` or `s3://BUCKET/PREFIX`.
    pub fn with_blobs(mut self, place: &str) -> Result<Province> {
        self.blobs = Some(Place::open(place)?);
        Ok(self)
    }

    /// The same with decisions of its own.
    #[must_use]
    pub fn under(self, policy: Policy) -> Province {
        Province { policy: Arc::new(policy), ..self }
    }

    // What desks ask.

    /// A device (or one more user of it) joins with a one-time code.
    pub async fn enrol(&self, request: &EnrolRequest) -> Result<EnrolReply> {
        verifying_key(&request.device_key)?;
        if let Some(device) = request.device
            && self.book.device(device).await?.is_none()
        {
            self.is_not_shut_out(device).await?;
        }
        let enrolment = Enrolment {
            code_hash: code::hash(&request.code, &self.secret),
            device: request.device,
            new_device: Uuid::now_v7(),
            key: request.device_key.to_ascii_lowercase(),
            name: request.device_name.chars().take(80).collect(),
            author: request.author,
            app: request.app.chars().take(40).collect(),
            person: request.person.clone(),
        };
        let (device, user) = self.book.enrol(&enrolment, self.clock.now()).await?;
        let user = told(vec![user], self.clock.today()).remove(0);
        Ok(EnrolReply { device, user })
    }

    /// A nonce, or a token for a signed one.
    pub async fn token(&self, request: &TokenRequest) -> Result<TokenReply> {
        let device = self.standing(request.device).await?;
        let life = self.policy.token_seconds;
        Ok(self.seal.answer(request, &device.key, self.clock.now(), life)?)
    }

    /// The device, where it is not shut out.
    pub(crate) async fn standing(&self, id: Uuid) -> Result<Device> {
        let device = self.book.device(id).await?.ok_or(Refused::DeviceUnknown)?;
        match device.revoked_at {
            Some(_) => self.with_order(id, Err(Refused::DeviceRevoked.into())).await,
            None => Ok(device),
        }
    }

    /// The device and its people as they stand today, for what is no part of the logs.
    pub(crate) async fn admitted(&self, device: Uuid) -> Result<Admission> {
        let admission = self.book.admit(device, Uuid::nil(), self.clock.today()).await;
        self.with_order(device, admission).await
    }

    /// Takes changes in. Every new one gets a verdict, every old one the verdict it had (I3, I4).
    pub async fn push(&self, request: &PushRequest) -> Result<PushReply> {
        let own = (request.device, request.incarnation);
        if request.changes.iter().any(|c| (c.id.device, c.id.incarnation) != own) {
            return Err(Refused::ChangeForeign.into());
        }
        if request.changes.len() > PUSH_CHANGES {
            return Err(Refused::PushTooLarge.into());
        }
        self.book.push(request, self.clock.today(), self.clock.now()).await
    }

    /// What is new in the scopes that the device may read.
    pub async fn pull(&self, request: &PullRequest) -> Result<PullReply> {
        let raw = self.pull_raw(request).await?;
        Ok(serde_json::from_str(&serde_json::to_string(&raw)?)?)
    }

    pub(crate) async fn pull_raw(&self, request: &PullRequest) -> Result<RawPullReply> {
        let pulled = self.book.pull(request, self.clock.today()).await;
        let mut pulled = self.with_order(request.device, pulled).await?;
        pulled.access = self.told_mark(&pulled.access);
        self.seen(request.device).await;
        Ok(pulled)
    }

    /// Keeps when a device was last in contact: hello comes hourly, a pull every minute. Written now and then
    /// only, and what was read is answered also when there is no room to write.
    async fn seen(&self, device: Uuid) {
        let now = self.clock.now();
        let due = {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let last = seen.insert(device, now);
            let due = last.is_none_or(|last| !(0..SEEN_MS).contains(&(now - last)));
            if let Some(last) = last.filter(|_| !due) {
                seen.insert(device, last);
            }
            due
        };
        if due && self.book.seen(device, now).await.is_err() {
            tracing::warn!("the time of a contact was not kept");
        }
    }

    /// A snapshot of the device's view of the scope: its name and its bytes.
    pub(crate) async fn snapshot(&self, device: Uuid, scope: &RegionCode) -> Result<Snapshot> {
        let today = self.clock.today();
        let admission = self.admitted(device).await?;
        let view = view_of(&admission.users, scope, today).ok_or(Refused::NoRight)?;
        let state = self.book.scope(scope).await?.ok_or(Refused::NoRight)?;
        let build = async || self.book.snapshot(scope, &view).await;
        let found = self.shelf.take(scope, &view, &state, build).await?;
        Ok(found.ok_or(Refused::NoRight)?)
    }

    /// The bytes of a snapshot, as `GET /v1/snapshot/{scope}` gives them.
    pub async fn snapshot_bytes(&self, device: Uuid, scope: &RegionCode) -> Result<bytes::Bytes> {
        Ok(self.snapshot(device, scope).await?.body)
    }

    /// Conflicts and parked changes of a scope on which nobody has decided, for people who may settle them.
    pub async fn quarantine(&self, device: Uuid, scope: &RegionCode) -> Result<Vec<Quarantined>> {
        let today = self.clock.today();
        let admission = self.admitted(device).await?;
        let may = admission
            .users
            .iter()
            .any(|user| !user.disabled && permits(&user.grants, Action::Settle, scope, today));
        if !may {
            return Err(Refused::NoRight.into());
        }
        self.book.quarantine(scope, false).await
    }

    /// Everything that was ever put into a scope's quarantine, decided on or not.
    pub async fn quarantine_on_file(&self, scope: &RegionCode) -> Result<Vec<Quarantined>> {
        self.book.quarantine(scope, true).await
    }

    // What the province's office does.

    /// A new user.
    pub async fn add_user(&self, name: &str, display_name: &str) -> Result<User> {
        let user = User {
            id: Uuid::now_v7(),
            name: name.into(),
            display_name: display_name.into(),
            grants: Vec::new(),
            disabled: false,
        };
        self.book.add_user(&user, self.clock.now()).await?;
        Ok(user)
    }

    /// The day on which grants begin and end now.
    pub fn today(&self) -> chrono::NaiveDate {
        self.clock.today()
    }

    /// All users with their grants, by name.
    pub async fn users(&self) -> Result<Vec<User>> {
        self.book.users().await
    }

    /// Takes a user's rights: at the next sync what only this user could read leaves the desks, as when all of
    /// the user's grants end. What the user still sends is parked, not lost. Others of the same desk go on.
    pub async fn disable_user(&self, name: &str) -> Result<()> {
        self.book.set_disabled(name, true, self.clock.now()).await
    }

    /// Gives a disabled user back the rights that the grants carry.
    pub async fn enable_user(&self, name: &str) -> Result<()> {
        self.book.set_disabled(name, false, self.clock.now()).await
    }

    /// Gives a user a role in a region.
    pub async fn add_grant(&self, user: &str, grant: &Grant) -> Result<()> {
        let now = self.clock.now();
        self.book.add_grant(user, grant, now, now).await
    }

    /// Ends a user's role in a region: with `to` (inclusive), or at once.
    pub async fn end_grant(
        &self,
        user: &str,
        role: &Role,
        region: &RegionCode,
        to: Option<chrono::NaiveDate>,
    ) -> Result<()> {
        self.end_granted(user, &office::Which { role, region, from: None }, to).await.map(|_| ())
    }

    /// The same for the grant that begins then, where there are several. Gives those that were ended.
    pub(crate) async fn end_granted(
        &self,
        user: &str,
        which: &office::Which<'_>,
        to: Option<chrono::NaiveDate>,
    ) -> Result<Vec<Grant>> {
        let known = self.users().await?.into_iter().find(|known| known.name == user);
        let user = known.ok_or(Refused::UserUnknown)?.id;
        let rights: Vec<_> =
            self.book.rights().await?.into_iter().filter(|right| right.user == user).collect();
        let today = self.clock.today();
        let ending = office::to_end(&rights, which, to, today)?;
        let to = to.unwrap_or(today - chrono::Days::new(1));
        for right in &ending {
            self.book.end_grant(right, to, self.clock.now()).await?;
        }
        Ok(ending.into_iter().map(|right| right.grant).collect())
    }

    /// A one-time code with which a user's device may enrol. Shown once: only its hash is kept.
    pub async fn enrol_code(&self, user: &str, days: u32) -> Result<String> {
        let code = code::new_code();
        let now = self.clock.now();
        let hash = code::hash(&code, &self.secret);
        self.book.add_code(user, &hash, now + i64::from(days) * DAY_MS, now).await?;
        Ok(code)
    }

    /// Codes with which somebody may still enrol.
    pub(crate) async fn open_codes(&self) -> Result<Vec<OpenCode>> {
        self.book.codes(self.clock.now()).await
    }

    /// Ends open codes, by the beginning of the hash under which they are kept. Gives how many there were.
    pub(crate) async fn cancel_codes(&self, hash: &str) -> Result<u64> {
        self.book.cancel_codes(hash, self.clock.now()).await
    }

    /// All devices.
    pub async fn devices(&self) -> Result<Vec<Device>> {
        self.book.devices().await
    }

    /// Shuts a lost device out from its next request on.
    pub async fn revoke_device(&self, device: Uuid) -> Result<()> {
        self.revoke(device, true, None).await
    }

    /// A backup of the book begins. Once this was said, desks keep what they sent until a backup that
    /// holds it has ended ([`Province::backup_ended`]).
    pub async fn backup_begins(&self) -> Result<()> {
        self.book.backup_begins(self.clock.now()).await
    }

    /// The backup that was begun last is safe.
    pub async fn backup_ended(&self) -> Result<()> {
        self.book.backup_ended(self.clock.now()).await
    }

    /// A whole backup of a pilot's book into the new file `to`.
    pub async fn back_up(&self, to: &std::path::Path) -> Result<()> {
        self.backup_begins().await?;
        self.book.copy_to(to).await?;
        self.backup_ended().await
    }

    /// To be said once after this book was put back from a backup: every log begins a new generation, so
    /// that desks read it anew and tell again what it lacks.
    pub async fn restored(&self) -> Result<()> {
        self.book.restored(self.clock.now()).await
    }

    /// Recomputes every chain and digest of the book and names what is broken.
    pub async fn verify(&self) -> Result<verify::Report> {
        let mut report = verify::run(self.book.as_ref()).await?;
        if let Some(place) = &self.blobs {
            blob::check(self.book.as_ref(), place, &mut report).await?;
        }
        self.verify_witnesses(&mut report).await?;
        self.verify_desk_audits(&mut report).await?;
        Ok(report)
    }
}
