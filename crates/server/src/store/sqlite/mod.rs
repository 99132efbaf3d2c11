//! The pilot's book: one SQLite file, one writer, readers that never wait for it.

mod blob;
mod claim;
mod desk_audit;
mod device;
mod dump;
mod file;
mod near;
mod package;
mod people;
mod pull;
mod push;
mod release;
mod restore;
mod root;
mod rows;
mod settle;
mod testimony;

use std::path::Path;

use async_trait::async_trait;
use chrono::NaiveDate;
use serde_json::Value;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, User};
use tiexin_protocol::blob::BlobHash;
use tiexin_protocol::package::Part;
use tiexin_protocol::statement::Signed;
use tiexin_protocol::wire::{PullRequest, PushReply, PushRequest, Quarantined, View};
use uuid::Uuid;

use super::{
    Book, Enrolment, Kept, KeptRelease, OpenCode, ReleasePiece, Room, ScopeDump, StandingFacts, TakenBack,
    Testimony, bytes32, db, wire,
};
use crate::access::{Admission, Device, Heard, Right};
use crate::audit::{AuditHead, AuditRow};
use crate::blob::{Claim, Whole};
use crate::desk_audit::{AuditWanted, DeskEntry, DeskEntryRead};
use crate::devices::{Greeting, Revocation};
use crate::error::{Error, Refused, Result};
use crate::page::RawPullReply;
use crate::plan::ScopeState;
use crate::replica::Behind;
use crate::snapshot::Snapshot;
use crate::witness::{Head, Root, Witness};

use file::copy;
pub(super) use file::{SqliteBook, version};
use rows::{append, hash, head, id, note, place, seq};

#[async_trait]
impl Book for SqliteBook {
    async fn ready(&self) -> Result<()> {
        let mark = self.room.mark();
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO meta (name, value) VALUES ('ready', ?1)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [mark],
            )?;
            Ok(())
        })
        .await?;
        self.room.found();
        Ok(())
    }
    async fn secret(&self) -> Result<[u8; 32]> {
        let secret: String = self
            .read(|tx| Ok(tx.query_row("SELECT value FROM meta WHERE name = 'secret'", [], |r| r.get(0))?))
            .await?;
        bytes32(&hex::decode(secret).unwrap_or_default())
    }

    async fn add_user(&self, user: &User, now: i64) -> Result<()> {
        let user = user.clone();
        self.write(move |tx| people::add_user(tx, &user, now)).await
    }
    async fn users(&self) -> Result<Vec<User>> {
        self.read(people::users).await
    }
    async fn set_disabled(&self, name: &str, disabled: bool, now: i64) -> Result<()> {
        let name = name.to_owned();
        self.write(move |tx| people::set_disabled(tx, &name, disabled, now)).await
    }
    async fn add_grant(&self, user: &str, grant: &Grant, given: i64, now: i64) -> Result<()> {
        let (user, grant) = (user.to_owned(), grant.clone());
        self.write(move |tx| people::add_grant(tx, &user, &grant, given, now)).await
    }
    async fn end_grant(&self, right: &Right, to: NaiveDate, now: i64) -> Result<()> {
        let right = right.clone();
        self.write(move |tx| people::end_grant(tx, &right, to, now)).await
    }
    async fn rights(&self) -> Result<Vec<Right>> {
        self.read(people::rights).await
    }

    async fn add_code(&self, user: &str, hash: &str, expires_at: i64, now: i64) -> Result<()> {
        let (user, hash) = (user.to_owned(), hash.to_owned());
        self.write(move |tx| device::add_code(tx, &user, &hash, expires_at, now)).await
    }
    async fn codes(&self, now: i64) -> Result<Vec<OpenCode>> {
        self.read(move |tx| device::codes(tx, now)).await
    }
    async fn cancel_codes(&self, hash: &str, now: i64) -> Result<u64> {
        let hash = hash.to_owned();
        self.write(move |tx| device::cancel_codes(tx, &hash, now)).await
    }
    async fn enrol(&self, enrolment: &Enrolment, now: i64) -> Result<(Uuid, User)> {
        let enrolment = enrolment.clone();
        self.write(move |tx| device::enrol(tx, &enrolment, now)).await
    }
    async fn devices(&self) -> Result<Vec<Device>> {
        self.read(device::devices).await
    }
    async fn device(&self, id: Uuid) -> Result<Option<Device>> {
        self.read(move |tx| device::device(tx, id)).await
    }
    async fn device_users(&self) -> Result<Vec<(Uuid, Uuid, Uuid)>> {
        self.read(device::users).await
    }
    async fn greet(&self, told: &Greeting, now: i64) -> Result<Device> {
        let told = told.clone();
        self.write(move |tx| device::greet(tx, &told, now)).await
    }
    async fn knows_desk_entry(&self, device: Uuid, seq: u64, chain: [u8; 32]) -> Result<bool> {
        self.read(move |tx| desk_audit::knows(tx, device, seq, chain)).await
    }
    async fn keep_desk_entries(&self, device: Uuid, entries: &[DeskEntry], now: i64) -> Result<()> {
        let entries = entries.to_vec();
        self.write(move |tx| desk_audit::keep(tx, device, &entries, now)).await
    }
    async fn desk_chain(&self, device: Uuid) -> Result<Vec<(u64, [u8; 32], String)>> {
        self.read(move |tx| desk_audit::chain(tx, device)).await
    }
    async fn desk_entries(&self, wanted: &AuditWanted, most: usize) -> Result<Vec<DeskEntryRead>> {
        let wanted = wanted.clone();
        self.read(move |tx| desk_audit::read(tx, &wanted, most)).await
    }
    async fn seen(&self, device: Uuid, now: i64) -> Result<()> {
        self.write(move |tx| device::seen(tx, device, now)).await
    }
    async fn revoke(&self, device: Uuid, revocation: &Revocation, now: i64) -> Result<()> {
        let revocation = revocation.clone();
        self.write(move |tx| device::revoke(tx, device, &revocation, now)).await
    }
    async fn wiped(&self, device: Uuid, now: i64) -> Result<()> {
        self.write(move |tx| device::wiped(tx, device, now)).await
    }
    async fn note(&self, act: &str, detail: Value, now: i64) -> Result<()> {
        let act = act.to_owned();
        self.write(move |tx| note(tx, now, &act, detail)).await
    }

    async fn admit(&self, device: Uuid, incarnation: Uuid, today: NaiveDate) -> Result<Admission> {
        self.read(move |tx| pull::admit(tx, device, incarnation, today)).await
    }
    async fn heard(&self, device: Uuid, incarnations: &[Uuid]) -> Result<Vec<Heard>> {
        let asked = incarnations.to_vec();
        self.read(move |tx| asked.into_iter().map(|one| push::heard(tx, device, one)).collect()).await
    }
    async fn prints(&self, of: (Uuid, Uuid), after: u64, most: usize) -> Result<Vec<(u64, [u8; 32])>> {
        self.read(move |tx| push::prints(tx, of, after, most)).await
    }
    async fn push(&self, request: &PushRequest, today: NaiveDate, now: i64) -> Result<PushReply> {
        let request = request.clone();
        self.write(move |tx| push::push(tx, &request, today, now)).await
    }
    async fn pull(&self, request: &PullRequest, today: NaiveDate) -> Result<RawPullReply> {
        let request = request.clone();
        self.read(move |tx| pull::pull(tx, &request, today)).await
    }
    async fn scope(&self, scope: &RegionCode) -> Result<Option<ScopeState>> {
        let scope = scope.clone();
        self.read(move |tx| pull::scope(tx, &scope)).await
    }
    async fn snapshot(&self, scope: &RegionCode, view: &View) -> Result<Option<Snapshot>> {
        let (scope, view) = (scope.clone(), view.clone());
        self.read(move |tx| pull::snapshot(tx, &scope, &view)).await
    }
    async fn quarantine(&self, scope: &RegionCode, all: bool) -> Result<Vec<Quarantined>> {
        let scope = scope.clone();
        self.read(move |tx| settle::quarantined(tx, &scope, all)).await
    }

    async fn backup_begins(&self, now: i64) -> Result<()> {
        self.write(move |tx| restore::backup_begins(tx, now)).await
    }
    async fn backup_ended(&self, now: i64) -> Result<()> {
        self.write(move |tx| restore::backup_ended(tx, now)).await
    }
    async fn restored(&self, now: i64) -> Result<()> {
        self.write(move |tx| restore::restored(tx, now)).await
    }
    async fn served(&self, now: i64) -> Result<()> {
        self.write(move |tx| restore::served(tx, now)).await
    }
    async fn copy_to(&self, to: &Path) -> Result<()> {
        let (from, to) = (self.path.clone(), to.to_owned());
        tokio::task::spawn_blocking(move || copy(&from, &to)).await?
    }

    async fn follow_replicas(&self, _: i64) -> Result<()> {
        Ok(())
    }
    async fn add_replica(&self, _: &str, _: i64) -> Result<()> {
        Err(Error::Config("单机版没有副本：请定期运行 backup --to".into()))
    }
    async fn remove_replica(&self, _: &str, _: i64) -> Result<()> {
        Err(Refused::ReplicaUnknown.into())
    }
    async fn behind(&self) -> Result<Behind> {
        self.read(restore::behind).await
    }

    async fn keep_release_piece(&self, piece: &ReleasePiece, now: i64) -> Result<()> {
        let piece = piece.clone();
        self.write(move |tx| release::keep_piece(tx, &piece, now)).await
    }
    async fn finish_release(&self, version: &str, signed: &str, now: i64) -> Result<()> {
        let (version, signed) = (version.to_owned(), signed.to_owned());
        self.write(move |tx| release::finish(tx, &version, &signed, now)).await
    }
    async fn forget_unfinished_release(&self, version: &str) -> Result<()> {
        let version = version.to_owned();
        self.write(move |tx| release::forget_unfinished(tx, &version)).await
    }
    async fn withdraw_release(&self, version: &str, now: i64) -> Result<()> {
        let version = version.to_owned();
        self.write(move |tx| release::withdraw(tx, &version, now)).await
    }
    async fn releases(&self) -> Result<Vec<KeptRelease>> {
        self.read(release::all).await
    }
    async fn release_piece(&self, version: &str, platform: &str, number: i64) -> Result<Option<Vec<u8>>> {
        let (version, platform) = (version.to_owned(), platform.to_owned());
        self.read(move |tx| release::piece(tx, &version, &platform, number)).await
    }

    async fn claim(&self, device: Uuid, scope: &RegionCode, record: Uuid) -> Result<Claim> {
        let scope = scope.clone();
        self.read(move |tx| blob::claim(tx, device, &scope, record)).await
    }
    async fn blob_of(&self, record: Uuid, hash: BlobHash) -> Result<Option<Whole>> {
        self.read(move |tx| blob::of(tx, record, hash)).await
    }
    async fn blob_chunks(&self, record: Uuid, hash: BlobHash) -> Result<Vec<(u32, [u8; 32])>> {
        self.read(move |tx| blob::chunks(tx, record, hash)).await
    }
    async fn keep_blob_chunk(
        &self,
        record: Uuid,
        hash: BlobHash,
        chunk: u32,
        print: [u8; 32],
        now: i64,
    ) -> Result<()> {
        self.write(move |tx| blob::keep(tx, record, hash, chunk, print, now)).await
    }
    async fn drop_blob_chunks(&self, record: Uuid, hash: BlobHash, chunk: Option<u32>) -> Result<()> {
        self.write(move |tx| blob::drop_chunks(tx, record, hash, chunk)).await
    }
    async fn finish_blob(&self, record: Uuid, whole: &Whole, now: i64) -> Result<()> {
        let whole = whole.clone();
        self.write(move |tx| blob::finish(tx, record, &whole, now)).await
    }
    async fn blob_bytes(&self, scope: &RegionCode) -> Result<u64> {
        let scope = scope.clone();
        self.read(move |tx| blob::total(tx, &scope)).await
    }
    async fn blobs_in(&self, scope: &RegionCode) -> Result<Vec<BlobHash>> {
        let scope = scope.clone();
        self.read(move |tx| blob::all(tx, &scope)).await
    }

    async fn keep_part(&self, part: &Part, now: i64) -> Result<Kept> {
        let part = part.clone();
        self.write(move |tx| package::keep_part(tx, &part, now)).await
    }
    async fn package_parts(&self, package: Uuid) -> Result<Vec<Vec<u8>>> {
        self.read(move |tx| package::parts(tx, package)).await
    }
    async fn finish_package(&self, package: Uuid, reply: &[Part], now: i64) -> Result<u32> {
        let reply = reply.to_vec();
        self.write(move |tx| package::finish(tx, package, &reply, now)).await
    }
    async fn package_reply(&self, package: Uuid, part: u32) -> Result<Option<Vec<u8>>> {
        self.read(move |tx| package::reply(tx, package, part)).await
    }
    async fn prune_packages(&self, before: i64) -> Result<()> {
        self.write(move |tx| package::prune(tx, before)).await
    }

    async fn heads(&self) -> Result<Vec<Head>> {
        self.read(root::heads).await
    }
    async fn add_root(&self, root: &Root, now: i64) -> Result<()> {
        let root = root.clone();
        self.write(move |tx| root::add(tx, &root, now)).await
    }
    async fn root(&self, day: &str) -> Result<Option<Root>> {
        let day = day.to_owned();
        self.read(move |tx| root::of_day(tx, &day)).await
    }
    async fn newest_root(&self) -> Result<Option<Signed>> {
        self.read(root::newest).await
    }
    async fn roots(&self) -> Result<Vec<Root>> {
        self.read(root::all).await
    }
    async fn chain_at(&self, scope: &RegionCode, seq: u64) -> Result<Option<[u8; 32]>> {
        let scope = scope.clone();
        self.read(move |tx| root::chain_at(tx, &scope, seq)).await
    }
    async fn audit_chain_at(&self, book: &str, seq: u64) -> Result<Option<[u8; 32]>> {
        let book = book.to_owned();
        self.read(move |tx| root::audit_chain_at(tx, &book, seq)).await
    }
    async fn add_witness(&self, witness: &Witness, now: i64) -> Result<()> {
        let witness = witness.clone();
        self.write(move |tx| root::add_witness(tx, &witness, now)).await
    }
    async fn witnesses(&self) -> Result<Vec<Witness>> {
        self.read(root::witnesses).await
    }
    async fn restored_at(&self) -> Result<Option<i64>> {
        self.read(root::restored_at).await
    }
    async fn restored_from(&self) -> Result<Option<i64>> {
        self.read(root::restored_from).await
    }

    async fn standing_facts(&self, device: Uuid, since: i64, most: usize) -> Result<StandingFacts> {
        self.read(move |tx| testimony::facts(tx, device, since, most)).await
    }
    async fn keep_testimony(&self, told: &Testimony, now: i64) -> Result<()> {
        let told = told.clone();
        self.write(move |tx| testimony::keep(tx, &told, now)).await
    }
    async fn testimonies(&self) -> Result<Vec<Signed>> {
        self.read(testimony::all).await
    }
    async fn take_back(&self, back: &TakenBack, now: i64) -> Result<()> {
        let back = back.clone();
        self.write(move |tx| testimony::take_back(tx, &back, now)).await
    }

    async fn scopes(&self) -> Result<Vec<RegionCode>> {
        self.read(|tx| {
            let mut query = tx.prepare("SELECT id FROM scope ORDER BY id")?;
            let rows = query.query_map([], |row| place(row, 0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
    async fn dump(&self, scope: &RegionCode) -> Result<Option<ScopeDump>> {
        let scope = scope.clone();
        self.read(move |tx| dump::dump(tx, &scope)).await
    }
    async fn audit_books(&self) -> Result<Vec<String>> {
        self.read(|tx| {
            let mut query =
                tx.prepare("SELECT book FROM audit_head UNION SELECT book FROM audit ORDER BY 1")?;
            let rows = query.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
    async fn audit(&self, book: &str) -> Result<(AuditHead, Vec<AuditRow>)> {
        let book = book.to_owned();
        self.read(move |tx| dump::audit(tx, &book)).await
    }
}
