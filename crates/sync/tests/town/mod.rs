//! A township with a province of its own, and desks with real books.

use secrecy::SecretString;
use tiexin_domain::nouns::{Household, Noun};
use tiexin_domain::record::Fields;
use tiexin_domain::{Grant, Role};
use tiexin_server::{Config, Running};
use tiexin_store::{Book, By, KdfCost, NewUser, Save};
use tiexin_sync::{
    EnrolWish, HttpProvince, ProvinceAddress, RoundReport, SyncError, device_key, enrol, run_round,
};
use uuid::Uuid;

pub(crate) const NOW: i64 = 1_793_000_000_000;
pub(crate) struct Town {
    pub(crate) server: Running,
    _dir: tempfile::TempDir,
}

impl Town {
    pub(crate) async fn begin() -> Town {
        let town = Self::served(tempfile::tempdir().unwrap()).await;
        town.server.province.add_user("worker", "专干").await.unwrap();
        town.grant("340323100").await;
        town
    }

    /// The same province under other decisions.
    #[allow(dead_code)] // Not every binary of these tests asks for it.
    pub(crate) async fn decide(&mut self, policy: tiexin_server::Policy) {
        let store = format!("sqlite:{}", self._dir.path().join("province.db").display()).parse().unwrap();
        let config = Config { policy, ..Config::loopback(store) };
        self.server = tiexin_server::spawn(config).await.unwrap();
    }

    /// One more township for its people.
    #[allow(dead_code)]
    pub(crate) async fn grant(&self, region: &str) {
        let grant = Grant { role: Role::Worker, region: region.parse().unwrap(), from: None, to: None };
        self.server.province.add_grant("worker", &grant).await.unwrap();
    }

    /// A name beside the province's file.
    #[allow(dead_code)]
    pub(crate) fn file(&self, name: &str) -> std::path::PathBuf {
        self._dir.path().join(name)
    }

    /// The province from a copy of its file, of which nobody was told.
    #[allow(dead_code)]
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

    #[allow(dead_code)]
    pub(crate) async fn stop_and_start(self) -> Town {
        self.server.stop().await.unwrap();
        Self::served(self._dir).await
    }

    async fn served(dir: tempfile::TempDir) -> Town {
        let store = format!("sqlite:{}", dir.path().join("province.db").display()).parse().unwrap();
        let server = tiexin_server::spawn(Config::loopback(store)).await.unwrap();
        Town { server, _dir: dir }
    }

    /// SQL behind the province's back.
    #[allow(dead_code)]
    pub(crate) fn meddle(&self, sql: &str) {
        let book = rusqlite::Connection::open(self._dir.path().join("province.db")).unwrap();
        book.execute_batch(sql).unwrap();
    }

    pub(crate) fn address(&self) -> ProvinceAddress {
        ProvinceAddress::read(&self.server.url, None).unwrap()
    }
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

    /// A book that lies somewhere already.
    #[allow(dead_code)]
    pub(crate) fn of(book: Book, user: Uuid, dir: tempfile::TempDir) -> Desk {
        Desk { book, user, _dir: dir }
    }

    pub(crate) async fn enrol(&self, town: &Town) {
        let wish = EnrolWish {
            address: town.address(),
            authority: None,
            code: town.server.province.enrol_code("worker", 7).await.unwrap(),
            author: self.user,
            device_name: "测试机".into(),
        };
        let user = enrol(&self.book, wish).await.unwrap();
        assert_eq!(user.id, self.user, "the person keeps the id of this book");
        assert!(!user.grants.is_empty());
    }

    pub(crate) async fn enrolled(town: &Town) -> Desk {
        let desk = Desk::alone();
        desk.enrol(town).await;
        desk
    }

    pub(crate) async fn round_at(
        &self,
        address: &ProvinceAddress,
        now: i64,
    ) -> Result<RoundReport, SyncError> {
        let device = self.book.device().unwrap();
        let key = device_key(&device.key_seed);
        let province = HttpProvince::new(address, device.id.map(|id| (id, key)))?;
        run_round(&self.book, &province, now, &|_, _| {}).await
    }

    pub(crate) async fn round(&self, town: &Town) -> RoundReport {
        self.round_at(&town.address(), NOW).await.unwrap()
    }

    pub(crate) fn save(&self, id: Uuid, fields: Fields, now_ms: i64) {
        let by = By { author: self.user, now_ms, group: Uuid::new_v4() };
        self.book.save_group(&[Save { id, kind: "household".into(), fields, void: None }], &by).unwrap();
    }

    #[allow(dead_code)]
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
