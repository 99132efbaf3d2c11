//! What the province sends to a desk: decoded as a desk does, then laid into a real book.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use backon::ExponentialBuilder;
use bytes::Bytes;
use futures::StreamExt;
use secrecy::SecretString;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role, User};
use tiexin_domain::nouns::{Household, Noun};
use tiexin_protocol::wire::{
    EnrolReply, HelloReply, HelloRequest, Limits, PageEntry, PullReply, PullRequest, PushReply, Quarantined,
    ScopeHead, ScopePage,
};
use tiexin_protocol::{Chain, EntryHash};
use tiexin_store::{Book, By, KdfCost, NewUser, Save};
use tiexin_sync::{
    EnrolWish, Parcel, Province, ProvinceAddress, SnapshotPart, SyncError, joined, read_reply, run_round,
};
use uuid::Uuid;

use crate::framed::{flags, on_the_wire};
use crate::province::{AUTHOR, DEVICE, NOW, TOWN, VILLAGE, folder, province_keys, runtime};

const PASSWORD: &str = "long-enough-password";
/// The log of the desk's township, of which nothing was read.
pub(crate) const GENERATION: Uuid = Uuid::from_u128(9);
/// Messages after which the line is gone, whatever was said on it.
const MOST_MESSAGES: u32 = 24;

type Files = Vec<(String, Vec<u8>)>;

/// A desk of the township with work that waits, as the files of its closed book.
fn beginning() -> &'static Files {
    static BEGINNING: OnceLock<Files> = OnceLock::new();
    BEGINNING.get_or_init(|| {
        let folder = folder();
        begin(folder.path()).expect("a book");
        files(folder.path())
    })
}

fn files(folder: &Path) -> Files {
    let entries = std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok);
    let files = entries.filter(|entry| entry.path().is_file());
    files
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, std::fs::read(entry.path()).expect("a file"))
        })
        .collect()
}

fn user() -> User {
    let region: RegionCode = TOWN.parse().expect("a region");
    let grant = Grant { role: Role::Worker, region, from: None, to: None };
    User {
        id: AUTHOR,
        name: "worker".into(),
        display_name: "专干".into(),
        grants: vec![grant],
        disabled: false,
    }
}

fn begin(dir: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let first = NewUser {
        id: AUTHOR,
        name: "worker".into(),
        display_name: "专干".into(),
        password: SecretString::from(PASSWORD),
    };
    let (book, _) = Book::create(dir, first, KdfCost::QUICK, NOW)?;
    let wish = EnrolWish {
        address: ProvinceAddress::read("https://province.example", None)?,
        authority: None,
        code: String::new(),
        author: AUTHOR,
        device_name: "一号机".into(),
    };
    joined(&book, &wish, EnrolReply { device: DEVICE, user: user() })?;
    book.start_scope(&TOWN.parse()?, GENERATION, &[], NOW)?;
    // A round in which nothing happens: the desk has heard the province's keys.
    let said = Said::new(hello());
    runtime().block_on(run_round(&book, &said, NOW, &|_, _| {}))?;
    for (n, name) in [(1, "张三"), (2, "李四"), (3, "王五")] {
        let by = By { author: AUTHOR, now_ms: NOW, group: Uuid::from_u128(0x60 + n) };
        let fields = Household::named(VILLAGE.parse()?, name).to_fields();
        let id = Uuid::from_u128(0x0199_b000_0000_7000_8000_0000_0000_0f00 + n);
        book.save_group(&[Save { id, kind: "household".into(), fields, void: None }], &by)?;
    }
    book.checkpoint()?;
    Ok(())
}

fn hello() -> HelloReply {
    HelloReply {
        print: None,
        server_time: NOW,
        protocol: 1,
        users: vec![user()],
        access: "mark".into(),
        scopes: vec![ScopeHead {
            scope: TOWN.parse().expect("a region"),
            generation: GENERATION,
            head: 0,
            view: Vec::new(),
            continues: None,
        }],
        acked: 0,
        durable: 0,
        limits: Limits {
            push_changes: 500,
            push_bytes: 1 << 20,
            pull_entries: 2_000,
            blob_bytes: None,
            audit_entries: None,
        },
        province_keys: Some(province_keys().public()),
        lease: None,
        order: None,
        notices: Vec::new(),
        root: None,
        escrow: None,
        escrow_held: None,
        former: Vec::new(),
        standing: None,
        bring: false,
        kinds: None,
    }
}

/// Runs with a book that stands where the beginning left it; whatever was done to it, it stays sound.
pub(crate) fn with_book<T>(work: impl FnOnce(&Book) -> T) -> T {
    let folder = folder();
    for (name, bytes) in beginning() {
        std::fs::write(folder.path().join(name), bytes).expect("room in memory");
    }
    let password = SecretString::from(PASSWORD);
    let (book, _) = Book::unlock(folder.path(), "worker", &password, NOW).expect("the beginning opens");
    let done = work(&book);
    let mut faults = book.verify().expect("the book is readable").faults;
    // A log that contradicts itself is not kept as it was told. The next digest shows it, and the township is loaded
    // anew; work of this desk is not touched.
    faults.retain(|fault| fault.code != "digest_differs");
    assert!(faults.is_empty(), "the book is broken: {faults:?}");
    done
}

/// The keyring with which the desk begins.
pub(crate) fn keyring_file() -> Vec<u8> {
    let file = beginning().iter().find(|(name, _)| name == "keyring.json");
    file.map(|(_, bytes)| bytes.clone()).unwrap_or_default()
}

/// `keyring.json` of a backup that somebody brought: whoever has a password that fits opens it, nobody else.
pub(crate) fn keyring(input: &[u8]) {
    let folder = folder();
    for (name, bytes) in beginning() {
        std::fs::write(folder.path().join(name), bytes).expect("room in memory");
    }
    std::fs::write(folder.path().join("keyring.json"), input).expect("room in memory");
    let _ = Book::users_of(folder.path());
    if let Ok((book, _)) = Book::unlock(folder.path(), "worker", &SecretString::from(PASSWORD), NOW) {
        assert!(book.verify().expect("the book is readable").sound());
    }
}

/// Pages, quarantine marks and decisions of a pull reply.
pub(crate) fn pull(input: &[u8]) {
    let Some((flags, rest)) = flags(input) else { return };
    let Ok(mut reply) = read_reply::<PullReply>(&on_the_wire(flags & 1 == 1, rest), true) else { return };
    if reply.pages.is_empty() && reply.settled.is_empty() && reply.quarantine.is_none() {
        return;
    }
    with_book(|book| {
        for page in &mut reply.pages {
            if flags & 2 == 0 {
                put_right(book, page);
            }
            if let Ok(first) = book.apply_page(page, NOW) {
                // Read before: it changes nothing.
                let again = book.apply_page(page, NOW);
                assert!(again.is_ok_and(|again| again.entries == 0 && again.next >= first.next));
            }
        }
        let _ = book.keep_outcomes(&reply.settled);
        if let Some(marks) = &reply.quarantine {
            let _ = book.quarantine_told(marks);
        }
    });
}

/// Numbers, generation and chain as the desk expects them, so that the entries themselves are looked at.
fn put_right(book: &Book, page: &mut ScopePage) {
    let cursors = book.cursors().unwrap_or_default();
    let Some(cursor) = cursors.into_iter().find(|cursor| cursor.scope == page.scope) else { return };
    page.generation = cursor.generation;
    page.view = cursor.view;
    page.rebase = false;
    let (mut chain, mut at): (Chain, u64) = (cursor.chain, cursor.since);
    for entry in &mut page.entries {
        at += 1;
        match entry {
            PageEntry::Full(entry) => {
                entry.seq = at;
                chain = chain.link(EntryHash::of(entry));
            }
            // What it stands for is known to the book only.
            PageEntry::Echo { seq, .. } => *seq = at,
            PageEntry::Hidden { seq, hash } | PageEntry::Crossed { seq, hash, .. } => {
                *seq = at;
                chain = chain.link(*hash);
            }
        }
    }
    (page.next, page.chain) = (at, chain);
    if page.head <= at {
        page.head = at.saturating_add(1);
    }
}

/// A reply of the line, before the desk goes on by itself: hello, verdicts, what waits for a decision.
pub(crate) fn replies(input: &[u8]) {
    let Some((flags, rest)) = flags(input) else { return };
    let body = on_the_wire(flags & 1 == 1, rest);
    let mut said = Said::new(hello());
    match flags >> 1 {
        0 => match read_reply::<HelloReply>(&body, true) {
            Ok(hello) => said.hello = hello,
            Err(_) => return,
        },
        1 => match read_reply::<PushReply>(&body, true) {
            Ok(push) => said.push = Some(push),
            Err(_) => return,
        },
        2 => match read_reply::<PullReply>(&body, true) {
            Ok(pull) => said.pull = Some(pull),
            Err(_) => return,
        },
        _ => match read_reply::<Vec<Quarantined>>(&body, true) {
            Ok(waiting) => said.quarantine = waiting,
            Err(_) => return,
        },
    }
    with_book(|book| {
        if !said.quarantine.is_empty() {
            let marks = tiexin_protocol::wire::QuarantineMarks {
                mark: "1".into(),
                scopes: [(TOWN.parse().expect("a region"), 1)].into(),
            };
            let scope = TOWN.parse().expect("a region");
            let _ = book.keep_quarantine(&scope, &said.quarantine, &marks);
            let _ = book.unsettled();
        }
        let _ = runtime().block_on(run_round(book, &said, NOW, &|_, _| {}));
    });
}

/// The stream of a snapshot: as bytes of the wire, or as lines that are compressed first.
pub(crate) fn snapshot(input: &[u8]) {
    let Some((flags, rest)) = flags(input) else { return };
    let mut hello = hello();
    hello.scopes[0].head = 9;
    // Another log than the desk has: it loads the snapshot.
    hello.scopes[0].generation = Uuid::from_u128(10);
    let said = Said { snapshot: on_the_wire(flags & 1 == 1, rest).into(), ..Said::new(hello) };
    with_book(|book| {
        let _ = runtime().block_on(run_round(book, &said, NOW, &|_, _| {}));
    });
}

/// A province that says the same to every question, until the line is gone.
struct Said {
    hello: HelloReply,
    push: Option<PushReply>,
    pull: Option<PullReply>,
    quarantine: Vec<Quarantined>,
    snapshot: Bytes,
    messages: AtomicU32,
}

impl Said {
    fn new(hello: HelloReply) -> Said {
        Said {
            hello,
            push: None,
            pull: None,
            quarantine: Vec::new(),
            snapshot: Bytes::new(),
            messages: AtomicU32::new(0),
        }
    }

    fn heard(&self) -> Result<(), SyncError> {
        match self.messages.fetch_add(1, Ordering::Relaxed) {
            n if n < MOST_MESSAGES => Ok(()),
            _ => Err(SyncError::Offline),
        }
    }
}

#[async_trait]
impl Province for Said {
    async fn hello(&self, _: &HelloRequest) -> Result<HelloReply, SyncError> {
        self.heard()?;
        Ok(self.hello.clone())
    }

    async fn push(&self, _: &Parcel) -> Result<PushReply, SyncError> {
        self.heard()?;
        self.push.clone().ok_or(SyncError::Offline)
    }

    async fn pull(&self, _: &PullRequest) -> Result<PullReply, SyncError> {
        self.heard()?;
        let nothing = PullReply {
            pages: Vec::new(),
            access: self.hello.access.clone(),
            durable: 0,
            quarantine: None,
            settled: Vec::new(),
        };
        Ok(self.pull.clone().unwrap_or(nothing))
    }

    async fn quarantine(&self, _: &RegionCode) -> Result<Vec<Quarantined>, SyncError> {
        self.heard()?;
        Ok(self.quarantine.clone())
    }

    async fn snapshot(&self, _: &RegionCode, _: u64, _: Option<&str>) -> Result<SnapshotPart, SyncError> {
        self.heard()?;
        let chunks: Vec<_> =
            self.snapshot.chunks(4096).map(|part| Ok(Bytes::copy_from_slice(part))).collect();
        Ok(SnapshotPart { tag: None, resumed: false, chunks: futures::stream::iter(chunks).boxed() })
    }

    fn patience(&self) -> ExponentialBuilder {
        ExponentialBuilder::default().with_min_delay(std::time::Duration::ZERO).with_max_times(1)
    }
}
