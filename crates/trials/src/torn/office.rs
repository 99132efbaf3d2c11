//! A real province in this process, asked directly.

use std::path::{Path, PathBuf};

use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role};
use tiexin_domain::record::Record;
use tiexin_protocol::wire::{
    Cursor, EnrolRequest, HelloRequest, PullRequest, PushReply, PushRequest, ScopePage, SnapshotHeader,
};
use tiexin_protocol::{PROTOCOL, PUSH_BYTES};
use tiexin_server::{Clock, Province, StoreUrl};
use tiexin_store::Book;
use tiexin_sync::{EnrolWish, ProvinceAddress, device_key, joined};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::session::NOW;
use super::trouble;
use tiexin_testkit::window::Trouble;

pub(super) const TOWN: &str = "340323100";
pub(super) const FILE: &str = "province.db";

pub(super) struct Office {
    pub(super) province: Province,
    runtime: Runtime,
}

impl Office {
    /// Opens the province in a folder, or begins it.
    pub(super) fn begin(dir: &Path) -> Result<Office, Trouble> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(trouble)?;
        let store = StoreUrl::Sqlite(dir.join(FILE));
        let province = runtime.block_on(Province::open(&store, Clock::default())).map_err(trouble)?;
        Ok(Office { province, runtime })
    }

    pub(super) fn run<T>(
        &self,
        asked: impl Future<Output = Result<T, tiexin_server::Error>>,
    ) -> Result<T, Trouble> {
        self.runtime.block_on(asked).map_err(trouble)
    }

    /// Takes a book's desk in, with the right to write in the township, and has it read what is there.
    pub(super) fn enrol(&self, book: &Book, author: Uuid) -> Result<(), Trouble> {
        let name = format!("worker-{author}");
        self.run(self.province.add_user(&name, &name))?;
        let grant = Grant { role: Role::Worker, region: town(), from: None, to: None };
        self.run(self.province.add_grant(&name, &grant))?;
        let code = self.run(self.province.enrol_code(&name, 7))?;
        let key = device_key(&book.device().map_err(trouble)?.key_seed);
        let request = EnrolRequest {
            code,
            device: None,
            device_key: hex(key.verifying_key().as_bytes()),
            device_name: name.clone(),
            author,
            app: "torn".into(),
            person: None,
        };
        let reply = self.run(self.province.enrol(&request))?;
        let wish = EnrolWish {
            address: ProvinceAddress::read("https://province.example", None).map_err(trouble)?,
            authority: None,
            code: String::new(),
            author,
            device_name: name,
        };
        joined(book, &wish, reply).map_err(trouble)?;
        self.begin_scopes(book)
    }

    fn begin_scopes(&self, book: &Book) -> Result<(), Trouble> {
        let (device, incarnation) = own(book)?;
        let hello = HelloRequest {
            device,
            incarnation,
            protocol: PROTOCOL,
            app: "torn".into(),
            ..HelloRequest::default()
        };
        for head in self.run(self.province.hello(&hello))?.scopes {
            if head.head == 0 {
                book.start_scope(&head.scope, head.generation, &head.view, NOW).map_err(trouble)?;
            } else {
                self.load(book)?;
            }
        }
        Ok(())
    }

    /// What of the book would be told next.
    pub(super) fn waiting(&self, book: &Book, most: usize) -> Result<Option<PushRequest>, Trouble> {
        let (device, incarnation) = own(book)?;
        let changes = book.outbox_batch(most, PUSH_BYTES).map_err(trouble)?;
        if changes.is_empty() {
            return Ok(None);
        }
        let cursors = book.cursors().map_err(trouble)?;
        let generations = cursors.into_iter().map(|c| (c.scope, c.generation)).collect();
        Ok(Some(PushRequest { device, incarnation, changes, before: None, generations }))
    }

    /// Tells some of what waits.
    pub(super) fn push(&self, book: &Book, most: usize) -> Result<Option<PushReply>, Trouble> {
        let Some(request) = self.waiting(book, most)? else { return Ok(None) };
        self.run(self.province.push(&request)).map(Some)
    }

    /// What is new for the book; in full: its own changes too, not by their numbers alone.
    pub(super) fn pages(&self, book: &Book, in_full: bool) -> Result<Vec<ScopePage>, Trouble> {
        let (device, incarnation) = own(book)?;
        let incarnation = if in_full { Uuid::nil() } else { incarnation };
        let cursors = book.cursors().map_err(trouble)?;
        let cursors = cursors
            .into_iter()
            .map(|c| Cursor { scope: c.scope, generation: c.generation, since: c.since, view: c.view })
            .collect();
        let pull = PullRequest { device, incarnation, cursors, quarantine: None, refused: Vec::new() };
        Ok(self.run(self.province.pull(&pull))?.pages)
    }

    /// Lays the township's snapshot down.
    pub(super) fn load(&self, book: &Book) -> Result<(), Trouble> {
        let (device, _) = own(book)?;
        let packed = self.run(self.province.snapshot_bytes(device, &town()))?;
        let text = zstd::decode_all(&packed[..]).map_err(trouble)?;
        let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let header: SnapshotHeader =
            serde_json::from_slice(lines.next().unwrap_or_default()).map_err(trouble)?;
        let records: Vec<Record> =
            lines.map(serde_json::from_slice).collect::<Result<_, _>>().map_err(trouble)?;
        let records = records.into_iter().map(Ok::<_, std::io::Error>);
        book.apply_snapshot(&header, records, &mut |_| true, NOW).map_err(trouble)?;
        Ok(())
    }
}

fn own(book: &Book) -> Result<(Uuid, Uuid), Trouble> {
    let device = book.device().map_err(trouble)?;
    Ok((device.id.ok_or_else(|| Trouble("not enrolled".into()))?, device.incarnation))
}

fn town() -> RegionCode {
    // Invariant: a region code of the standard.
    TOWN.parse().expect("a region code")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where a province's file lies in a folder.
pub(super) fn file(dir: &Path) -> PathBuf {
    dir.join(FILE)
}
