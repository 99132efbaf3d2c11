//! A real provincial server, in a process of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::window::{Trouble, program};

/// Where a province keeps its records.
pub enum Keep {
    /// One file, as in a pilot.
    Sqlite(TempDir),
    /// A database of its own in the cluster of TIEXIN_TEST_PG.
    Postgres(String, TempDir),
}

impl Keep {
    /// A new SQLite file.
    pub fn sqlite() -> Keep {
        Keep::Sqlite(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A new PostgreSQL database; none (said loudly) when there is no cluster to test on.
    pub fn postgres() -> Option<Keep> {
        let Ok(cluster) = std::env::var("TIEXIN_TEST_PG") else {
            eprintln!("SKIPPED: TIEXIN_TEST_PG is not set; `./dev test` starts a PostgreSQL");
            return None;
        };
        let name = format!("story_{}", uuid::Uuid::new_v4().simple());
        let made = Command::new("psql").args([&cluster, "-qc", &format!("CREATE DATABASE {name}")]).status();
        assert!(made.is_ok_and(|s| s.success()), "psql could not create a database");
        let (base, _) = cluster.rsplit_once('/').expect("a URL with a database");
        Some(Keep::Postgres(format!("{base}/{name}"), tempfile::tempdir().expect("a temporary folder")))
    }

    /// As `tiexin-server --store` takes it.
    pub fn store(&self) -> String {
        match self {
            Keep::Sqlite(dir) => format!("sqlite:{}", dir.path().join("province.db").display()),
            Keep::Postgres(url, _) => url.clone(),
        }
    }

    /// Where the bytes of attachments lie, as `tiexin-server --blobs` takes it.
    fn blobs(&self) -> String {
        let (Keep::Sqlite(dir) | Keep::Postgres(_, dir)) = self;
        dir.path().join("blobs").display().to_string()
    }
}

/// A running server. Killed when dropped.
pub struct Province {
    keep: Keep,
    child: Child,
    address: SocketAddr,
    /// What `serve` is told besides.
    words: Vec<String>,
}

impl Province {
    /// Makes the tables and serves on a free port of the loopback.
    pub fn start(keep: Keep) -> Result<Province, Trouble> {
        Self::start_with(keep, &[])
    }

    /// The same with more words for `serve`.
    pub fn start_with(keep: Keep, words: &[&str]) -> Result<Province, Trouble> {
        administer(&keep, &["migrate"])?;
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let (child, address) = serve(&keep, "127.0.0.1:0", &words)?;
        Ok(Province { keep, child, address, words })
    }

    /// An administrator's command where no server runs yet; its JSON.
    pub fn run(keep: &Keep, words: &[&str]) -> Result<Value, Trouble> {
        administer(keep, words)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The store as the command line names it.
    pub fn store(&self) -> String {
        self.keep.store()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Runs an administrator's command, e.g. `["user", "add", …]`; its JSON.
    pub fn administer(&self, words: &[&str]) -> Result<Value, Trouble> {
        administer(&self.keep, words)
    }

    /// The same with more environment.
    pub fn administer_with(&self, words: &[&str], environment: &[(&str, &Path)]) -> Result<Value, Trouble> {
        administer_in(&self.keep, words, environment)
    }

    /// A user with one grant and a one-time code to enrol with.
    pub fn user(&self, name: &str, role: &str, region: &str) -> Result<String, Trouble> {
        self.administer(&["user", "add", name, "--display", name])?;
        self.administer(&["grant", "add", "--user", name, "--role", role, "--region", region])?;
        self.code(name)
    }

    /// One more one-time code for a user.
    pub fn code(&self, name: &str) -> Result<String, Trouble> {
        let reply = self.administer(&["device", "enrol-code", "--user", name])?;
        let code = reply["code"].as_str().map(str::to_owned);
        code.ok_or_else(|| Trouble(format!("no code in {reply}")))
    }

    /// Head and digest (hexadecimal) of every township, read from the province's own table.
    pub fn digests(&self) -> Result<BTreeMap<String, (u64, String)>, Trouble> {
        match &self.keep {
            Keep::Sqlite(_) => sqlite_digests(&self.keep),
            Keep::Postgres(url, _) => postgres_digests(url),
        }
    }

    /// Kills the server as a power cut would, and starts it again at the same address.
    pub fn kill_and_restart(&mut self) -> Result<(), Trouble> {
        self.kill();
        self.start_again()
    }

    /// Serves again at the same address.
    pub fn start_again(&mut self) -> Result<(), Trouble> {
        let (child, address) = serve(&self.keep, &self.address.to_string(), &self.words)?;
        (self.child, self.address) = (child, address);
        Ok(())
    }

    /// The disk dies: the server is gone, a copy that `backup --to` made takes the place of its file, and it serves
    /// again at the same address. Of a province in one file.
    pub fn put_back(&mut self, copy: &Path) -> Result<(), Trouble> {
        self.kill();
        let store = self.keep.store();
        let Some(file) = store.strip_prefix("sqlite:") else {
            return Err(Trouble(format!("{store} is not one file")));
        };
        for beside in ["-wal", "-shm"] {
            // They are not there when the last writer closed the file.
            let _ = std::fs::remove_file(format!("{file}{beside}"));
        }
        std::fs::copy(copy, file).map_err(|e| Trouble(e.to_string()))?;
        self.start_again()
    }

    /// The same with other words for `serve`.
    pub fn restart_with(&mut self, words: &[&str]) -> Result<(), Trouble> {
        self.words = words.iter().map(|word| (*word).to_owned()).collect();
        self.kill_and_restart()
    }

    /// kill −9.
    pub fn kill(&mut self) {
        // The process may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Province {
    fn drop(&mut self) {
        self.kill();
    }
}

fn sqlite_digests(keep: &Keep) -> Result<BTreeMap<String, (u64, String)>, Trouble> {
    let read = || -> rusqlite::Result<_> {
        let book = rusqlite::Connection::open(keep.store().trim_start_matches("sqlite:"))?;
        let mut select = book.prepare("SELECT id, head, lower(hex(digest)) FROM scope")?;
        let rows = select
            .query_map([], |row| Ok((row.get(0)?, (row.get::<_, i64>(1)?.unsigned_abs(), row.get(2)?))))?;
        rows.collect()
    };
    read().map_err(|e| Trouble(format!("the province's file: {e}")))
}

fn postgres_digests(url: &str) -> Result<BTreeMap<String, (u64, String)>, Trouble> {
    let select = "SELECT id, head, encode(digest, 'hex') FROM scope";
    let output = Command::new("psql").args([url, "-Atqc", select]).output();
    let output = output.map_err(|e| Trouble(format!("psql: {e}")))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let row = |line: &str| {
        let mut parts = line.split('|');
        let (id, head, digest) = (parts.next()?, parts.next()?, parts.next()?);
        Some((id.to_owned(), (head.parse().ok()?, digest.to_owned())))
    };
    let rows: Option<_> = text.lines().map(row).collect();
    rows.ok_or_else(|| Trouble(format!("psql said {text}")))
}

fn server() -> PathBuf {
    program("tiexin-server")
}

fn administer(keep: &Keep, words: &[&str]) -> Result<Value, Trouble> {
    administer_in(keep, words, &[])
}

fn administer_in(keep: &Keep, words: &[&str], environment: &[(&str, &Path)]) -> Result<Value, Trouble> {
    let output = Command::new(server())
        .args(words)
        .envs(environment.iter().copied())
        .args(["--store", &keep.store(), "--blobs", &keep.blobs(), "--json"])
        .output()
        .map_err(|e| Trouble(format!("tiexin-server: {e}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Trouble(format!("tiexin-server {words:?}: {said}")));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).map_err(|e| Trouble(format!("tiexin-server {words:?} said {text}: {e}")))
}

fn serve(keep: &Keep, listen: &str, words: &[String]) -> Result<(Child, SocketAddr), Trouble> {
    let mut child = Command::new(server())
        .args(["serve", "--store", &keep.store(), "--blobs", &keep.blobs(), "--listen", listen])
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| Trouble(format!("tiexin-server: {e}")))?;
    let stdout = child.stdout.take().ok_or_else(|| Trouble("no stdout".into()))?;
    let mut lines = BufReader::new(stdout).lines();
    for line in lines.by_ref().map_while(Result::ok) {
        if let Some(address) = line.trim().strip_prefix("listening on ") {
            let address = address.trim_start_matches("http://").trim_start_matches("https://");
            let address = address.parse().map_err(|_| Trouble(format!("an address: {address}")))?;
            // Whatever it says later must not fill the pipe.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok((child, address));
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    Err(Trouble("the server ended before it listened".into()))
}
