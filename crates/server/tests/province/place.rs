//! A book of its own for every test, and the people of a small county.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, NaiveDate};
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role};
use tiexin_server::{BeforeCommit, Clock, Config, Province, Running, StoreUrl, spawn};
use uuid::Uuid;

use crate::desk::Desk;

/// 2026-10-05 10:00 in China.
const BEGIN: i64 = 1_791_165_600_000;
pub(crate) const TOWN: &str = "340323100";
pub(crate) const OTHER_TOWN: &str = "340323104";
pub(crate) const VILLAGE: &str = "340323100001";
pub(crate) const OTHER_VILLAGE: &str = "340323100002";

/// An empty store and a clock that stands still unless it is moved.
pub(crate) struct Place {
    pub(crate) store: StoreUrl,
    clock: Arc<AtomicI64>,
    _folder: Option<tempfile::TempDir>,
    _schema: Option<Schema>,
}

/// A schema that goes with its test.
struct Schema {
    base: String,
    name: String,
}

impl Drop for Schema {
    fn drop(&mut self) {
        let (base, name) = (self.base.clone(), self.name.clone());
        // On a thread of its own: the test's runtime may be at its end.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (client, connection) =
                    tokio_postgres::connect(&base, tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(connection);
                let _ = client
                    .batch_execute(&format!("SET lock_timeout = '3s'; DROP SCHEMA {name} CASCADE"))
                    .await;
            });
        });
        let _ = dropped.join();
    }
}

impl Place {
    pub(crate) fn sqlite() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let store = StoreUrl::Sqlite(folder.path().join("province.db"));
        Place { store, clock: Arc::new(BEGIN.into()), _folder: Some(folder), _schema: None }
    }

    /// None, and loudly, when there is no PostgreSQL to test on.
    pub(crate) async fn postgres(story: &str) -> Option<Place> {
        let Ok(base) = std::env::var("TIEXIN_TEST_PG") else {
            eprintln!("SKIPPED on PostgreSQL: {story}: set TIEXIN_TEST_PG to a database's URL");
            return None;
        };
        let schema = format!("t_{}", Uuid::new_v4().simple());
        let (client, connection) = tokio_postgres::connect(&base, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(&format!("CREATE SCHEMA {schema}")).await.unwrap();
        let sign = if base.contains('?') { '&' } else { '?' };
        let url = format!("{base}{sign}options=-csearch_path%3D{schema}");
        Some(Place {
            store: StoreUrl::Postgres(url),
            clock: Arc::new(BEGIN.into()),
            _folder: None,
            _schema: Some(Schema { base, name: schema }),
        })
    }

    /// One more of the same kind, with a clock of its own that shows the same.
    pub(crate) async fn another(&self) -> Place {
        let other = match &self.store {
            StoreUrl::Sqlite(_) => Place::sqlite(),
            StoreUrl::Postgres(_) => Place::postgres("another").await.expect("there was one before"),
        };
        other.clock.store(self.clock.load(Ordering::SeqCst), Ordering::SeqCst);
        other
    }

    /// What the book keeps under this name.
    pub(crate) async fn meta(&self, name: &str) -> String {
        let query = format!("SELECT value FROM meta WHERE name = '{name}'");
        match &self.store {
            StoreUrl::Sqlite(path) => {
                rusqlite::Connection::open(path).unwrap().query_row(&query, [], |row| row.get(0)).unwrap()
            }
            StoreUrl::Postgres(url) => {
                let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(connection);
                client.query_one(&query, &[]).await.unwrap().get(0)
            }
        }
    }

    /// The acts of the office that are called so, in order.
    pub(crate) async fn acts(&self, like: &str) -> Vec<String> {
        let query = format!("SELECT act FROM audit WHERE act LIKE '{like}' ORDER BY book, seq");
        match &self.store {
            StoreUrl::Sqlite(path) => {
                let book = rusqlite::Connection::open(path).unwrap();
                let mut select = book.prepare(&query).unwrap();
                select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
            }
            StoreUrl::Postgres(url) => {
                let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(connection);
                client.query(&query, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
            }
        }
    }

    pub(crate) fn clock(&self) -> Clock {
        let at = self.clock.clone();
        Clock::of(move || DateTime::from_timestamp_millis(at.load(Ordering::SeqCst)).unwrap())
    }

    pub(crate) fn days_pass(&self, days: i64) {
        self.clock.fetch_add(days * 24 * 3600 * 1000, Ordering::SeqCst);
    }

    pub(crate) async fn province(&self) -> Province {
        Province::open(&self.store, self.clock()).await.unwrap()
    }

    pub(crate) async fn server(&self, before_commit: Option<BeforeCommit>) -> Running {
        let config = Config { clock: self.clock(), before_commit, ..Config::loopback(self.store.clone()) };
        spawn(config).await.unwrap()
    }

    /// SQL behind the program's back, for tests that break things.
    pub(crate) async fn meddle(&self, sql: &str) {
        match &self.store {
            StoreUrl::Sqlite(path) => {
                rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
            }
            StoreUrl::Postgres(url) => {
                let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(connection);
                client.batch_execute(sql).await.unwrap();
            }
        }
    }
}

pub(crate) fn region(code: &str) -> RegionCode {
    code.parse().unwrap()
}

pub(crate) fn grant(role: Role, code: &str) -> Grant {
    Grant { role, region: region(code), from: None, to: None }
}

pub(crate) fn until(grant: Grant, to: NaiveDate) -> Grant {
    Grant { to: Some(to), ..grant }
}

/// A user with grants, and a desk of the user's own.
pub(crate) async fn person(province: &Province, name: &str, grants: &[Grant]) -> Desk {
    province.add_user(name, name).await.unwrap();
    for grant in grants {
        province.add_grant(name, grant).await.unwrap();
    }
    Desk::enrol(province, name).await
}

/// A township worker's desk.
pub(crate) async fn worker(province: &Province, name: &str, code: &str) -> Desk {
    person(province, name, &[grant(Role::Worker, code)]).await
}
