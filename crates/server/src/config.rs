//! How the server is set up: command line over environment over file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use serde::Deserialize;

use crate::devices::Policy;
use crate::error::{Error, Result};
pub use crate::store::{BeforeCommit, StoreUrl};

/// A certificate chain and its key, PEM files.
#[derive(Debug, Clone)]
pub struct Tls {
    pub cert: PathBuf,
    pub key: PathBuf,
}

/// Requests of one device: so many at once, then so many a second.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    pub burst: u32,
    pub per_second: u32,
}

impl Default for Rate {
    fn default() -> Self {
        Rate { burst: 2_000, per_second: 100 }
    }
}

/// The server's clock. Desks' clocks decide nothing (I13).
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Default for Clock {
    fn default() -> Self {
        Clock(Arc::new(Utc::now))
    }
}

impl Clock {
    /// A clock of one's own, for tests and simulation.
    pub fn of(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Clock(Arc::new(now))
    }

    /// Milliseconds since 1970 UTC.
    pub fn now(&self) -> i64 {
        (self.0)().timestamp_millis()
    }

    /// The day in China (UTC+8, no summer time): the day on which grants begin and end.
    pub fn today(&self) -> NaiveDate {
        in_china((self.0)())
    }
}

fn in_china(at: DateTime<Utc>) -> NaiveDate {
    // Invariant: eight hours is a valid offset.
    let china = FixedOffset::east_opt(8 * 3600).expect("UTC+8 exists");
    at.with_timezone(&china).date_naive()
}

/// The day in China of a moment in milliseconds since 1970 UTC.
pub(crate) fn day_of(at: i64) -> NaiveDate {
    in_china(DateTime::from_timestamp_millis(at).unwrap_or_default())
}

/// Everything [`crate::spawn`] needs.
#[derive(Clone)]
pub struct Config {
    pub store: StoreUrl,
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Required unless listening on loopback only.
    pub tls: Option<Tls>,
    pub rate: Rate,
    pub clock: Clock,
    /// Where the bytes of attachments lie: `FOLDER`, `file:FOLDER` or `s3://BUCKET/PREFIX`. None: with SQLite
    /// beside the file, with PostgreSQL nowhere.
    pub blobs: Option<String>,
    pub policy: Policy,
    /// Tests only: see [`BeforeCommit`]. Heard by the PostgreSQL store.
    #[doc(hidden)]
    pub before_commit: Option<BeforeCommit>,
}

impl Config {
    /// On a free loopback port, without TLS.
    pub fn loopback(store: StoreUrl) -> Config {
        Config {
            store,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls: None,
            rate: Rate::default(),
            clock: Clock::default(),
            blobs: None,
            policy: Policy::default(),
            before_commit: None,
        }
    }
}

/// The configuration file: TOML.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub store: Option<String>,
    pub listen: Option<SocketAddr>,
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub rate_burst: Option<u32>,
    pub rate_per_second: Option<u32>,
    pub blobs: Option<String>,
    pub lease_days: Option<u32>,
    pub escrow: Option<String>,
    pub token_seconds: Option<u32>,
}

impl File {
    /// What the file decides for all desks.
    ///
    /// # Errors
    /// `Config`: `escrow` is not a public key of age, or `token_seconds` is 0.
    pub fn policy(&self) -> Result<Policy> {
        let usual = Policy::default();
        let escrow = self.escrow.clone().filter(|key| !key.is_empty());
        if escrow.as_ref().is_some_and(|key| !tiexin_seal::is_recipient(key)) {
            return Err(Error::Config("escrow 应为 escrow keygen 给出的公钥（age1…）".into()));
        }
        let token_seconds = self.token_seconds.unwrap_or(usual.token_seconds);
        if token_seconds == 0 {
            return Err(Error::Config("token_seconds（登录凭据的有效秒数）至少为 1".into()));
        }
        let lease_days = self.lease_days.unwrap_or(usual.lease_days);
        Ok(Policy { lease_days, escrow, token_seconds, ..usual })
    }

    /// Reads a file; an unknown name in it is an error.
    pub fn read(path: &Path) -> Result<File> {
        let unread =
            |e: &dyn std::fmt::Display| Error::Config(format!("配置文件 {} 无法读取：{e}", path.display()));
        let bytes = std::fs::read(path).map_err(|e| unread(&e))?;
        let text = tiexin_terminal::text(&bytes).map_err(|e| unread(&e))?;
        toml::from_str(&text)
            .map_err(|e| Error::Config(format!("配置文件 {}：{}", path.display(), e.message())))
    }
}
