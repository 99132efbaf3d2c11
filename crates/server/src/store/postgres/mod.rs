//! The province's book on PostgreSQL, or an engine that speaks like it: row locks only, no tricks.

mod blob;
mod claim;
mod connection;
mod desk_audit;
mod device;
mod dump;
mod lineage;
mod near;
mod package;
mod people;
mod pull;
mod push;
mod push_rows;
mod release;
mod replica;
mod restore;
mod root;
mod rows;
mod settle;
mod taking;
mod testimony;

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
    BeforeCommit, Book, Enrolment, Kept, KeptRelease, OpenCode, ReleasePiece, Room, ScopeDump, StandingFacts,
    TakenBack, Testimony, bytes32, db, region, wire,
};
use crate::access::{Admission, Device, Heard, Right};
use crate::audit::{AuditHead, AuditRow};
use crate::blob::{Claim, Whole};
use crate::desk_audit::{AuditWanted, DeskEntry, DeskEntryRead};
use crate::devices::{Greeting, Revocation};
use crate::error::{Error, Result};
use crate::page::RawPullReply;
use crate::plan::ScopeState;
use crate::replica::Behind;
use crate::snapshot::Snapshot;
use crate::witness::{Head, Root, Witness};

use connection::moment;
pub(super) use connection::{PostgresBook, version};
use rows::{hash, lock_head, note, place, raced, seq};

/// Does it in one transaction and waits until that has ended.
macro_rules! writing {
    ($book:expr, $tx:ident => $done:expr) => {{
        let mut client = $book.client().await?;
        let $tx = client.transaction().await?;
        $done.await?;
        Ok($tx.commit().await?)
    }};
}

#[async_trait]
impl Book for PostgresBook {
    async fn ready(&self) -> Result<()> {
        let client = self.client().await?;
        let row = client.query_one("SELECT pg_is_in_recovery()", &[]).await?;
        if row.try_get::<_, bool>(0)? {
            return Err(Error::Config("数据库是只读副本".into()));
        }
        client
            .execute(
                "INSERT INTO meta (name, value) VALUES ('ready', $1)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                &[&self.room.mark()],
            )
            .await?;
        self.room.found();
        Ok(())
    }
    async fn secret(&self) -> Result<[u8; 32]> {
        let row = self.client().await?.query_one("SELECT value FROM meta WHERE name = 'secret'", &[]).await?;
        bytes32(&hex::decode(row.try_get::<_, &str>(0)?).unwrap_or_default())
    }

    async fn add_user(&self, user: &User, now: i64) -> Result<()> {
        writing!(self, tx => people::add_user(&tx, user, now))
    }
    async fn users(&self) -> Result<Vec<User>> {
        people::users(&**self.client().await?).await
    }
    async fn set_disabled(&self, name: &str, disabled: bool, now: i64) -> Result<()> {
        writing!(self, tx => people::set_disabled(&tx, name, disabled, now))
    }
    async fn add_grant(&self, user: &str, grant: &Grant, given: i64, now: i64) -> Result<()> {
        writing!(self, tx => people::add_grant(&tx, user, grant, given, now))
    }
    async fn end_grant(&self, right: &Right, to: NaiveDate, now: i64) -> Result<()> {
        writing!(self, tx => people::end_grant(&tx, right, to, now))
    }
    async fn rights(&self) -> Result<Vec<Right>> {
        people::rights(&**self.client().await?).await
    }

    async fn add_code(&self, user: &str, hash: &str, expires_at: i64, now: i64) -> Result<()> {
        writing!(self, tx => device::add_code(&tx, user, hash, expires_at, now))
    }
    async fn codes(&self, now: i64) -> Result<Vec<OpenCode>> {
        device::codes(&**self.client().await?, now).await
    }
    async fn cancel_codes(&self, hash: &str, now: i64) -> Result<u64> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        let ended = device::cancel_codes(&tx, hash, now).await?;
        tx.commit().await?;
        Ok(ended)
    }
    async fn enrol(&self, enrolment: &Enrolment, now: i64) -> Result<(Uuid, User)> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        let joined = device::enrol(&tx, enrolment, now).await?;
        tx.commit().await?;
        Ok(joined)
    }
    async fn devices(&self) -> Result<Vec<Device>> {
        device::devices(&**self.client().await?).await
    }
    async fn device(&self, id: Uuid) -> Result<Option<Device>> {
        device::device(&self.client().await?, id).await
    }
    async fn device_users(&self) -> Result<Vec<(Uuid, Uuid, Uuid)>> {
        device::users(&**self.client().await?).await
    }
    async fn greet(&self, told: &Greeting, now: i64) -> Result<Device> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        let device = device::greet(&tx, told, now).await?;
        tx.commit().await?;
        Ok(device)
    }
    async fn knows_desk_entry(&self, device: Uuid, seq: u64, chain: [u8; 32]) -> Result<bool> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        desk_audit::knows(&tx, device, seq, chain).await
    }
    async fn keep_desk_entries(&self, device: Uuid, entries: &[DeskEntry], now: i64) -> Result<()> {
        writing!(self, tx => desk_audit::keep(&tx, device, entries, now))
    }
    async fn desk_chain(&self, device: Uuid) -> Result<Vec<(u64, [u8; 32], String)>> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        desk_audit::chain(&tx, device).await
    }
    async fn desk_entries(&self, wanted: &AuditWanted, most: usize) -> Result<Vec<DeskEntryRead>> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        desk_audit::read(&tx, wanted, most).await
    }
    async fn seen(&self, device: Uuid, now: i64) -> Result<()> {
        device::seen(&self.client().await?, device, now).await
    }
    async fn revoke(&self, device: Uuid, revocation: &Revocation, now: i64) -> Result<()> {
        writing!(self, tx => device::revoke(&tx, device, revocation, now))
    }
    async fn wiped(&self, device: Uuid, now: i64) -> Result<()> {
        writing!(self, tx => device::wiped(&tx, device, now))
    }
    async fn note(&self, act: &str, detail: Value, now: i64) -> Result<()> {
        writing!(self, tx => note(&tx, now, act, detail))
    }

    async fn admit(&self, device: Uuid, incarnation: Uuid, _: NaiveDate) -> Result<Admission> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        pull::admit(&tx, device, incarnation).await
    }
    async fn heard(&self, device: Uuid, incarnations: &[Uuid]) -> Result<Vec<Heard>> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        let mut all = Vec::with_capacity(incarnations.len());
        for incarnation in incarnations {
            all.push(push::heard(&tx, device, *incarnation).await?);
        }
        Ok(all)
    }
    async fn prints(&self, of: (Uuid, Uuid), after: u64, most: usize) -> Result<Vec<(u64, [u8; 32])>> {
        push::prints(&self.client().await?, of, after, most).await
    }
    async fn push(&self, request: &PushRequest, today: NaiveDate, now: i64) -> Result<PushReply> {
        self.taking.push(request, today, now).await
    }
    async fn pull(&self, request: &PullRequest, today: NaiveDate) -> Result<RawPullReply> {
        let mut client = self.client().await?;
        // Nothing was written: the end of the transaction is not waited for.
        pull::pull(&moment(&mut client).await?, request, today).await
    }
    async fn scope(&self, scope: &RegionCode) -> Result<Option<ScopeState>> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        pull::scope(&tx, scope).await
    }
    async fn snapshot(&self, scope: &RegionCode, view: &View) -> Result<Option<Snapshot>> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        pull::snapshot(&tx, scope, view).await
    }
    async fn quarantine(&self, scope: &RegionCode, all: bool) -> Result<Vec<Quarantined>> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        settle::quarantined(&tx, scope, all).await
    }

    async fn backup_begins(&self, now: i64) -> Result<()> {
        writing!(self, tx => restore::backup_begins(&tx, now))
    }
    async fn backup_ended(&self, now: i64) -> Result<()> {
        writing!(self, tx => restore::backup_ended(&tx, now))
    }
    async fn restored(&self, now: i64) -> Result<()> {
        writing!(self, tx => restore::restored(&tx, now))
    }
    async fn follow_replicas(&self, now: i64) -> Result<()> {
        writing!(self, tx => replica::follow(&tx, now))
    }
    async fn add_replica(&self, name: &str, now: i64) -> Result<()> {
        writing!(self, tx => replica::add(&tx, name, now))
    }
    async fn remove_replica(&self, name: &str, now: i64) -> Result<()> {
        writing!(self, tx => replica::remove(&tx, name, now))
    }
    async fn behind(&self) -> Result<Behind> {
        let client = self.client().await?;
        let (changes, desks) = replica::kept_by_desks(&**client).await?;
        Ok(Behind {
            changes,
            desks,
            replicas: replica::list(&**client).await?,
            waited_since: restore::moment(&**client, "replica_marked_at").await?,
            backup_held: restore::moment(&**client, "backup_held").await?,
        })
    }
    async fn served(&self, _: i64) -> Result<()> {
        // Each connection looks by itself which line it is on.
        Ok(())
    }
    async fn copy_to(&self, _: &std::path::Path) -> Result<()> {
        Err(Error::Config(
            "PostgreSQL 请用它自己的工具备份，前后各运行一次 backup --begin 与 backup --end".into(),
        ))
    }

    async fn keep_release_piece(&self, piece: &ReleasePiece, now: i64) -> Result<()> {
        writing!(self, tx => release::keep_piece(&tx, piece, now))
    }
    async fn finish_release(&self, version: &str, signed: &str, now: i64) -> Result<()> {
        writing!(self, tx => release::finish(&tx, version, signed, now))
    }
    async fn forget_unfinished_release(&self, version: &str) -> Result<()> {
        writing!(self, tx => release::forget_unfinished(&tx, version))
    }
    async fn withdraw_release(&self, version: &str, now: i64) -> Result<()> {
        writing!(self, tx => release::withdraw(&tx, version, now))
    }
    async fn releases(&self) -> Result<Vec<KeptRelease>> {
        release::all(&**self.client().await?).await
    }
    async fn release_piece(&self, version: &str, platform: &str, number: i64) -> Result<Option<Vec<u8>>> {
        release::piece(&**self.client().await?, version, platform, number).await
    }

    async fn claim(&self, device: Uuid, scope: &RegionCode, record: Uuid) -> Result<Claim> {
        blob::claim(&**self.client().await?, device, scope, record).await
    }
    async fn blob_of(&self, record: Uuid, hash: BlobHash) -> Result<Option<Whole>> {
        blob::of(&**self.client().await?, record, hash).await
    }
    async fn blob_chunks(&self, record: Uuid, hash: BlobHash) -> Result<Vec<(u32, [u8; 32])>> {
        blob::chunks(&**self.client().await?, record, hash).await
    }
    async fn keep_blob_chunk(
        &self,
        record: Uuid,
        hash: BlobHash,
        chunk: u32,
        print: [u8; 32],
        now: i64,
    ) -> Result<()> {
        blob::keep(&**self.client().await?, record, hash, chunk, print, now).await
    }
    async fn drop_blob_chunks(&self, record: Uuid, hash: BlobHash, chunk: Option<u32>) -> Result<()> {
        blob::drop_chunks(&**self.client().await?, record, hash, chunk).await
    }
    async fn finish_blob(&self, record: Uuid, whole: &Whole, now: i64) -> Result<()> {
        writing!(self, tx => blob::finish(&tx, record, whole, now))
    }
    async fn blob_bytes(&self, scope: &RegionCode) -> Result<u64> {
        blob::total(&**self.client().await?, scope).await
    }
    async fn blobs_in(&self, scope: &RegionCode) -> Result<Vec<BlobHash>> {
        blob::all(&**self.client().await?, scope).await
    }

    async fn keep_part(&self, part: &Part, now: i64) -> Result<Kept> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        let kept = package::keep_part(&tx, part, now).await?;
        tx.commit().await?;
        Ok(kept)
    }
    async fn package_parts(&self, package: Uuid) -> Result<Vec<Vec<u8>>> {
        package::parts(&**self.client().await?, package).await
    }
    async fn finish_package(&self, package: Uuid, reply: &[Part], now: i64) -> Result<u32> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        let parts = package::finish(&tx, package, reply, now).await?;
        tx.commit().await?;
        Ok(parts)
    }
    async fn package_reply(&self, package: Uuid, part: u32) -> Result<Option<Vec<u8>>> {
        package::reply(&**self.client().await?, package, part).await
    }
    async fn prune_packages(&self, before: i64) -> Result<()> {
        self.client().await?.execute("DELETE FROM package WHERE received_at < $1", &[&before]).await?;
        Ok(())
    }

    async fn heads(&self) -> Result<Vec<Head>> {
        root::heads(&**self.client().await?).await
    }
    async fn add_root(&self, root: &Root, now: i64) -> Result<()> {
        writing!(self, tx => root::add(&tx, root, now))
    }
    async fn root(&self, day: &str) -> Result<Option<Root>> {
        root::of_day(&**self.client().await?, day).await
    }
    async fn newest_root(&self) -> Result<Option<Signed>> {
        root::newest(&**self.client().await?).await
    }
    async fn roots(&self) -> Result<Vec<Root>> {
        root::all(&**self.client().await?).await
    }
    async fn chain_at(&self, scope: &RegionCode, seq: u64) -> Result<Option<[u8; 32]>> {
        root::chain_at(&**self.client().await?, scope, seq).await
    }
    async fn audit_chain_at(&self, book: &str, seq: u64) -> Result<Option<[u8; 32]>> {
        root::audit_chain_at(&**self.client().await?, book, seq).await
    }
    async fn add_witness(&self, witness: &Witness, now: i64) -> Result<()> {
        writing!(self, tx => root::add_witness(&tx, witness, now))
    }
    async fn witnesses(&self) -> Result<Vec<Witness>> {
        root::witnesses(&**self.client().await?).await
    }
    async fn restored_at(&self) -> Result<Option<i64>> {
        root::restored_at(&**self.client().await?).await
    }
    async fn restored_from(&self) -> Result<Option<i64>> {
        root::restored_from(&**self.client().await?).await
    }

    async fn standing_facts(&self, device: Uuid, since: i64, most: usize) -> Result<StandingFacts> {
        testimony::facts(&self.client().await?, device, since, most).await
    }
    async fn keep_testimony(&self, told: &Testimony, now: i64) -> Result<()> {
        writing!(self, tx => testimony::keep(&tx, told, now))
    }
    async fn testimonies(&self) -> Result<Vec<Signed>> {
        testimony::all(&self.client().await?).await
    }
    async fn take_back(&self, back: &TakenBack, now: i64) -> Result<()> {
        writing!(self, tx => testimony::take_back(&tx, back, now))
    }

    async fn scopes(&self) -> Result<Vec<RegionCode>> {
        let rows = self.client().await?.query("SELECT id FROM scope ORDER BY id", &[]).await?;
        rows.iter().map(|row| place(row, 0)).collect()
    }
    async fn dump(&self, scope: &RegionCode) -> Result<Option<ScopeDump>> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        dump::dump(&tx, scope).await
    }
    async fn audit_books(&self) -> Result<Vec<String>> {
        let query = "SELECT book FROM audit_head WHERE seq > 0 UNION SELECT book FROM audit ORDER BY 1";
        let rows = self.client().await?.query(query, &[]).await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }
    async fn audit(&self, book: &str) -> Result<(AuditHead, Vec<AuditRow>)> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        dump::audit(&tx, book).await
    }
}
