//! A virtual device: a real key, real rights, the real wire; no book behind it.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use ed25519_dalek::{Signer, SigningKey};
use hyper::body::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use tiexin_domain::RegionCode;
use tiexin_protocol::wire::{
    Cursor, HelloReply, HelloRequest, PullRequest, PushReply, PushRequest, TokenReply, TokenRequest,
};
use tiexin_protocol::{Change, ChangeId, PROTOCOL, Verdict};
use uuid::Uuid;

use crate::line::{Failure, Line, pack};
use crate::tally::{Act, Tally};

/// Changes of one push.
pub(crate) const CHANGES: u64 = 10;
/// A desk clock; it decides nothing.
const NOTED_AT: i64 = 1_793_000_000_000;

pub(crate) struct Device {
    /// Its place in the crowd.
    pub(crate) number: usize,
    pub(crate) id: Uuid,
    pub(crate) author: Uuid,
    pub(crate) key: SigningKey,
    pub(crate) town: RegionCode,
    pub(crate) server: SocketAddr,
    /// Its address in 127.0.0.0/8.
    pub(crate) from: Ipv4Addr,
    pub(crate) token: String,
    incarnation: Uuid,
    seq: u64,
    cursor: Cursor,
    /// The next push as it will travel, made before the clock runs: in life each desk has a processor.
    ready: Option<Bytes>,
    /// Changes that the province took.
    pub(crate) accepted: u64,
    /// Entries of its township that it has read.
    pub(crate) read: u64,
}

/// A page, without what a desk would put into its book.
#[derive(Deserialize)]
struct Page {
    generation: Uuid,
    next: u64,
    head: u64,
    #[serde(default)]
    entries: Vec<IgnoredAny>,
    #[serde(default)]
    rebase: bool,
}

#[derive(Deserialize)]
struct Pages<P> {
    #[serde(default = "Vec::new")]
    pages: Vec<P>,
}

/// A page in which it is looked who wrote what.
#[derive(Deserialize)]
struct Named {
    next: u64,
    #[serde(default)]
    entries: Vec<NamedEntry>,
}

#[derive(Deserialize)]
struct NamedEntry {
    full: Option<Origin>,
}

#[derive(Deserialize)]
struct Origin {
    origin: ChangeId,
}

impl Device {
    pub(crate) fn new(id: Uuid, author: Uuid, key: SigningKey, town: RegionCode, number: usize) -> Device {
        let cursor =
            Cursor { scope: town.clone(), generation: Uuid::nil(), since: 0, view: Default::default() };
        Device {
            number,
            id,
            author,
            key,
            town,
            server: SocketAddr::from(([127, 0, 0, 1], 0)),
            from: Ipv4Addr::new(127, 0, 1, 1 + (number % 200) as u8),
            token: String::new(),
            incarnation: Uuid::new_v4(),
            seq: 0,
            cursor,
            ready: None,
            accepted: 0,
            read: 0,
        }
    }

    /// Whether something waits that the province has not taken.
    pub(crate) fn waits(&self) -> bool {
        self.ready.is_some()
    }

    /// Writes down a morning's work: a family with two people, five visits, two corrections. What was not told yet
    /// goes first.
    pub(crate) fn save(&mut self) {
        if self.waits() {
            return;
        }
        let family = Uuid::now_v7();
        let village = format!("{}001", self.town);
        let head = format!("户主{}", self.seq);
        let mut changes = vec![self.change(
            "household",
            family,
            json!({
                "region": village, "head_name": head, "kinds": ["general"], "phone": "13900000001",
                "registered_address": "安徽省蚌埠市固镇县谷阳镇某某村民组十二号院东侧第三家",
                "current_address": "安徽省蚌埠市固镇县谷阳镇某某小区三号楼二单元四零一室",
                "notes": "老两口身体尚可，儿女在外，逢年过节回来，平日由邻居照应；腿脚不便，需要代购药品。",
            }),
        )];
        for name in ["张某", "李某"] {
            let person = json!({
                "region": village, "name": name, "household": family, "sex": "female",
                "birth": "1956-03-01", "phone": "13900000002",
            });
            changes.push(self.change("person", Uuid::now_v7(), person));
        }
        for day in 1..=5 {
            let visit = json!({
                "region": village, "household": family, "head_name": head, "kind": "routine",
                "date": format!("2026-11-{day:02}"), "visitors": ["王某"], "presence": "at_home",
                "note": "上门走访，了解近况：身体平稳，按时服药，冬季取暖已备好，家中用电线路已请人查看。",
                "health": "血压偏高，按时服药", "living": "儿女每月汇款", "safety": "灶间已装报警器",
            });
            changes.push(self.change("visit", Uuid::now_v7(), visit));
        }
        changes.push(self.change("household", family, json!({"phone": "13900000003"})));
        changes.push(self.change("household", family, json!({"kinds": {"+": ["hardship"]}})));
        self.ready = Some(pack(&PushRequest {
            before: None,
            device: self.id,
            incarnation: self.incarnation,
            changes,
            generations: Default::default(),
        }));
    }

    fn change(&mut self, kind: &str, record: Uuid, mut set: Value) -> Change {
        self.seq += 1;
        set["recorded_by"] = json!(self.author);
        set["recorded_at"] = json!("2026-11-28T09:00:00+08:00");
        let Value::Object(set) = set else { unreachable!("an object was written above") };
        Change {
            id: ChangeId { device: self.id, incarnation: self.incarnation, seq: self.seq },
            group: Uuid::new_v4(),
            record,
            kind: kind.into(),
            scope: self.town.clone(),
            base: 0,
            set,
            void: None,
            author: self.author,
            noted_at: NOTED_AT,
        }
    }

    pub(crate) async fn open(&self) -> Result<Line, Failure> {
        Line::open(self.from, self.server).await
    }

    /// Proves its key; has a token from then on.
    pub(crate) async fn prove(&mut self, line: &mut Line) -> Result<(), Failure> {
        let mut request = TokenRequest { device: self.id, nonce: None, signature: None };
        let TokenReply::Nonce(nonce) = line.post("/v1/token", None, pack(&request)).await? else {
            return Err(Failure::Unreadable);
        };
        let signature = self.key.sign(format!("tiexin-token-v1:{nonce}").as_bytes());
        request.signature = Some(hex::encode(signature.to_bytes()));
        request.nonce = Some(nonce);
        let TokenReply::Token { token, .. } = line.post("/v1/token", None, pack(&request)).await? else {
            return Err(Failure::Unreadable);
        };
        self.token = token;
        Ok(())
    }

    /// Hears where its township stands. The first time it begins to read there.
    pub(crate) async fn hello(&mut self, line: &mut Line) -> Result<(), Failure> {
        let request = HelloRequest {
            device: self.id,
            incarnation: self.incarnation,
            protocol: PROTOCOL,
            app: "load".into(),
            ..HelloRequest::default()
        };
        let reply: HelloReply = line.post("/v1/hello", Some(&self.token), pack(&request)).await?;
        let at = reply.scopes.iter().find(|s| s.scope == self.town).ok_or(Failure::Unreadable)?;
        if self.cursor.generation.is_nil() {
            self.cursor.view = at.view.clone();
            (self.cursor.generation, self.cursor.since) = (at.generation, at.head);
        }
        Ok(())
    }

    /// Tells what [`Device::save`] wrote; none if there is nothing.
    pub(crate) async fn push(&mut self, line: &mut Line, tally: &Tally) -> Result<(), Failure> {
        let Some(body) = self.ready.clone() else { return Ok(()) };
        tally.sent(self.id, self.seq, Instant::now());
        let reply: PushReply = line.post("/v1/push", Some(&self.token), body).await?;
        let applied =
            |v: &&tiexin_protocol::wire::ChangeVerdict| matches!(v.verdict, Verdict::Applied { .. });
        let count = reply.verdicts.iter().filter(applied).count() as u64;
        if reply.acked != self.seq || count != CHANGES {
            return Err(Failure::Unreadable);
        }
        self.ready = None;
        self.accepted += count;
        tally.accepted(count);
        Ok(())
    }

    /// Reads its township up to the head.
    pub(crate) async fn pull(&mut self, line: &mut Line, tally: &Tally) -> Result<(), Failure> {
        loop {
            let begun = Instant::now();
            let reply: Pages<Page> = line.post("/v1/pull", Some(&self.token), self.asking()).await?;
            tally.took(Act::Pull, begun);
            let Some(page) = reply.pages.into_iter().next() else { return Ok(()) };
            let whole = page.next == self.cursor.since + page.entries.len() as u64;
            if page.rebase || page.generation != self.cursor.generation || !whole {
                return Err(Failure::Unreadable);
            }
            self.read += page.entries.len() as u64;
            tally.read(page.entries.len() as u64);
            self.cursor.since = page.next;
            if page.next == page.head {
                return Ok(());
            }
        }
    }

    /// The same, telling the tally whose changes it saw.
    pub(crate) async fn watch(&mut self, line: &mut Line, tally: &Tally) -> Result<(), Failure> {
        let begun = Instant::now();
        let reply: Pages<Named> = line.post("/v1/pull", Some(&self.token), self.asking()).await?;
        let now = Instant::now();
        tally.took(Act::Look, begun);
        for page in reply.pages {
            let others = page.entries.iter().filter_map(|entry| entry.full.as_ref());
            others.for_each(|entry| tally.seen(entry.origin, now));
            self.cursor.since = page.next;
        }
        Ok(())
    }

    /// The next hello says where it begins to read.
    pub(crate) fn begin_anew(&mut self) {
        self.cursor.generation = Uuid::nil();
    }

    /// As if it had not read the last entries yet.
    pub(crate) fn forget(&mut self, entries: u64) {
        self.cursor.since = self.cursor.since.saturating_sub(entries);
    }

    fn asking(&self) -> Bytes {
        pack(&PullRequest {
            device: self.id,
            incarnation: self.incarnation,
            cursors: vec![self.cursor.clone()],
            ..PullRequest::default()
        })
    }
}
