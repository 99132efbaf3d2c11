//! A township with a province of its own, and desks with real books.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use secrecy::SecretString;
use tiexin_domain::nouns::{Household, Noun};
use tiexin_domain::record::Fields;
use tiexin_domain::{Grant, Role};
use tiexin_protocol::wire::Joining;
use tiexin_server::{Clock, Config, Policy, Running};
use tiexin_store::{Book, By, KdfCost, NewUser, Save};
use tiexin_sync::{
    EnrolWish, HttpProvince, ProvinceAddress, RoundReport, SyncError, device_key, enrol, run_round,
};
use uuid::Uuid;

pub(crate) const NOW: i64 = 1_793_000_000_000;
pub(crate) struct Town {
    pub(crate) server: Running,
    /// Milliseconds by which the province's clock is ahead.
    ahead: Arc<AtomicI64>,
    _dir: tempfile::TempDir,
}

impl Town {
    pub(crate) async fn begin() -> Town {
        let town = Self::served(tempfile::tempdir().unwrap()).await;
        town.with_its_worker().await
    }

    /// One whose tokens are good for so long.
    pub(crate) async fn with_tokens_of(seconds: u32) -> Town {
        let mut town = Self::served(tempfile::tempdir().unwrap()).await;
        town.decide(Policy { token_seconds: seconds, ..Policy::default() }).await;
        town.with_its_worker().await
    }

    async fn with_its_worker(self) -> Town {
        let town = self;
        town.server.province.add_user("worker", "专干").await.unwrap();
        town.grant("340323100").await;
        town
    }

    /// The same province under other decisions.
    pub(crate) async fn decide(&mut self, policy: Policy) {
        let config = Config { policy, ..config(self._dir.path(), &self.ahead) };
        self.server = tiexin_server::spawn(config).await.unwrap();
    }

    /// Time passes at the province.
    pub(crate) fn pass(&self, milliseconds: i64) {
        self.ahead.fetch_add(milliseconds, Ordering::SeqCst);
    }

    /// The server starts again at its address, under a secret that no token was made with.
    pub(crate) async fn take_another_secret(&mut self) {
        let listen = self.server.addr;
        let secret = hex::encode([Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat());
        self.meddle(&format!("UPDATE meta SET value = '{secret}' WHERE name = 'secret'"));
        // The port is free only when the former server is gone.
        let away = tiexin_server::spawn(config(&self.file("away"), &self.ahead)).await.unwrap();
        std::mem::replace(&mut self.server, away).stop().await.unwrap();
        let config = Config { listen, ..config(self._dir.path(), &self.ahead) };
        self.server = tiexin_server::spawn(config).await.unwrap();
    }

    /// One more township for its people.
    pub(crate) async fn grant(&self, region: &str) {
        self.grant_to("worker", Role::Worker, region).await;
    }

    pub(crate) async fn grant_to(&self, user: &str, role: Role, region: &str) {
        let grant = Grant { role, region: region.parse().unwrap(), from: None, to: None };
        self.server.province.add_grant(user, &grant).await.unwrap();
    }

    /// A name beside the province's file.
    pub(crate) fn file(&self, name: &str) -> std::path::PathBuf {
        self._dir.path().join(name)
    }

    /// The province from a copy of its file, of which nobody was told.
    pub(crate) async fn put_back(self, copy: &std::path::Path) -> Town {
        self.server.stop().await.unwrap();
        let file = self._dir.path().join("province.db");
        // Removed, not overwritten: the former server may still be closing it.
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(file.with_extension(format!("db{end}")));
        }
        std::fs::copy(copy, &file).unwrap();
        Self::served(self._dir).await
    }

    pub(crate) async fn stop_and_start(self) -> Town {
        self.server.stop().await.unwrap();
        Self::served(self._dir).await
    }

    async fn served(dir: tempfile::TempDir) -> Town {
        let ahead = Arc::default();
        let server = tiexin_server::spawn(config(dir.path(), &ahead)).await.unwrap();
        Town { server, ahead, _dir: dir }
    }

    /// SQL behind the province's back.
    pub(crate) fn meddle(&self, sql: &str) {
        let book = rusqlite::Connection::open(self._dir.path().join("province.db")).unwrap();
        book.execute_batch(sql).unwrap();
    }

    pub(crate) fn address(&self) -> ProvinceAddress {
        ProvinceAddress::read(&self.server.url, None).unwrap()
    }
}

fn config(folder: &Path, ahead: &Arc<AtomicI64>) -> Config {
    let store = format!("sqlite:{}", folder.join("province.db").display()).parse().unwrap();
    let ahead = ahead.clone();
    let now = move || chrono::Utc::now() + chrono::TimeDelta::milliseconds(ahead.load(Ordering::SeqCst));
    Config { clock: Clock::of(now), ..Config::loopback(store) }
}

pub(crate) struct Desk {
    pub(crate) book: Book,
    pub(crate) user: Uuid,
    _dir: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn alone() -> Desk {
        let dir = tempfile::tempdir().unwrap();
        let user = Uuid::new_v4();
        let first = NewUser {
            id: user,
            name: "worker".into(),
            display_name: "专干".into(),
            password: SecretString::from("long-enough-password"),
        };
        let (book, _) = Book::create(dir.path(), first, KdfCost::QUICK, NOW).unwrap();
        Desk { book, user, _dir: dir }
    }

    /// A second machine set up from an image of this one.
    pub(crate) fn image(&self) -> Desk {
        self.book.checkpoint().unwrap();
        let dir = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(self._dir.path()).unwrap() {
            let file = file.unwrap();
            if file.file_type().unwrap().is_file() {
                std::fs::copy(file.path(), dir.path().join(file.file_name())).unwrap();
            }
        }
        let (book, _) =
            Book::unlock(dir.path(), "worker", &SecretString::from("long-enough-password"), NOW).unwrap();
        Desk { book, user: self.user, _dir: dir }
    }

    pub(crate) async fn enrol(&self, town: &Town) {
        self.enrol_as("worker", town).await;
    }

    pub(crate) async fn enrol_as(&self, name: &str, town: &Town) {
        let wish = EnrolWish {
            address: town.address(),
            authority: None,
            code: town.server.province.enrol_code(name, 7).await.unwrap(),
            author: self.user,
            device_name: "测试机".into(),
        };
        let person = Joining { name: name.into(), display_name: name.into() };
        let user = enrol(&self.book, wish, person).await.unwrap();
        assert_eq!(user.id, self.user, "the person keeps the id of this book");
        assert!(!user.grants.is_empty());
    }

    pub(crate) async fn enrolled(town: &Town) -> Desk {
        let desk = Desk::alone();
        desk.enrol(town).await;
        desk
    }

    /// A line of its own to the province.
    pub(crate) fn line(&self, address: &ProvinceAddress) -> HttpProvince {
        let device = self.book.device().unwrap();
        let key = device_key(&device.key_seed);
        HttpProvince::new(address, device.id.map(|id| (id, key))).unwrap()
    }

    pub(crate) async fn round_at(
        &self,
        address: &ProvinceAddress,
        now: i64,
    ) -> Result<RoundReport, SyncError> {
        run_round(&self.book, &self.line(address), now, &|_, _| {}).await
    }

    pub(crate) async fn round(&self, town: &Town) -> RoundReport {
        self.round_at(&town.address(), NOW).await.unwrap()
    }

    pub(crate) fn save(&self, id: Uuid, fields: Fields, now_ms: i64) {
        self.save_of("household", id, fields, now_ms);
    }

    pub(crate) fn save_of(&self, kind: &str, id: Uuid, fields: Fields, now_ms: i64) {
        let by = By { author: self.user, now_ms, group: Uuid::new_v4() };
        self.book.save_group(&[Save { id, kind: kind.into(), fields, void: None }], &by).unwrap();
    }

    pub(crate) fn fields(&self, id: Uuid) -> Fields {
        self.book.get(id).unwrap().expect("the record").fields
    }

    /// (sequence, digest) of the township, agreed with the province.
    pub(crate) fn agreed(&self) -> (u64, String) {
        let state = self.book.sync_state().unwrap();
        let scope = &state.scopes[0];
        assert!(scope.checked_at.is_some());
        assert_eq!((state.waiting, state.unread, state.parked, state.conflicts), (0, 0, 0, 0));
        (scope.seq, scope.digest.to_string())
    }
}

pub(crate) fn household(name: &str) -> Fields {
    let household = Household::named("340323100001".parse().unwrap(), name);
    household.to_fields()
}

pub(crate) fn with(mut fields: Fields, field: &str, value: serde_json::Value) -> Fields {
    fields.insert(field.into(), value);
    fields
}
