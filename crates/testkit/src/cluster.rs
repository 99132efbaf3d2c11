//! PostgreSQL clusters of one's own, with replicas: to be killed, promoted and filled up.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::window::Trouble;

/// Databases of the clusters belong to this role.
const ROLE: &str = "tiexin";
pub const DATABASE: &str = "tiexin";

/// One cluster. Stopped when dropped.
pub struct Cluster {
    bin: PathBuf,
    dir: PathBuf,
    port: u16,
    _own: Option<TempDir>,
}

impl Cluster {
    /// None (said loudly) where PostgreSQL is not installed.
    pub fn begin(options: &[&str]) -> Result<Option<Cluster>, Trouble> {
        let own = tempfile::tempdir().map_err(trouble)?;
        Self::made(own.path().to_owned(), Some(own), options)
    }

    /// The same in a folder that stays.
    pub fn begin_in(dir: &Path, options: &[&str]) -> Result<Option<Cluster>, Trouble> {
        Self::made(dir.to_owned(), None, options)
    }

    fn made(dir: PathBuf, own: Option<TempDir>, options: &[&str]) -> Result<Option<Cluster>, Trouble> {
        let Some(bin) = installed() else {
            eprintln!("SKIPPED: PostgreSQL is not installed under /usr/lib/postgresql");
            return Ok(None);
        };
        give_away(&dir)?;
        let cluster = Cluster { bin, dir, port: free_port()?, _own: own };
        let data = text(&cluster.data());
        let words = ["-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--wal-segsize=1", "-D"];
        done(cluster.run("initdb", &[&words[..], &[data.as_str()]].concat())?)?;
        cluster.configure(options)?;
        cluster.start()?;
        let port = cluster.port.to_string();
        done(cluster.run("createdb", &["-h", "127.0.0.1", "-p", &port, "-U", ROLE, DATABASE])?)?;
        Ok(Some(cluster))
    }

    fn configure(&self, options: &[&str]) -> Result<(), Trouble> {
        let mut config = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = ''\nmax_connections = 120\n\
             shared_buffers = 32MB\nfsync = off\nmin_wal_size = 2MB\nmax_wal_size = 8MB\n\
             hot_standby = on\nwal_level = replica\n",
            self.port
        );
        for option in options {
            config.push_str(option);
            config.push('\n');
        }
        let file = self.data().join("postgresql.auto.conf");
        let before = fs::read_to_string(&file).unwrap_or_default();
        // What a base backup noted of its primary stays.
        let kept: String = before
            .lines()
            .filter(|line| line.starts_with("primary_"))
            .fold(String::new(), |t, l| t + l + "\n");
        fs::write(&file, format!("{config}{kept}")).map_err(trouble)
    }

    /// A streaming replica with the options given, that has caught up.
    pub fn replica(&self, options: &[&str]) -> Result<Cluster, Trouble> {
        let own = tempfile::tempdir().map_err(trouble)?;
        give_away(own.path())?;
        let replica = Cluster {
            bin: self.bin.clone(),
            dir: own.path().to_owned(),
            port: free_port()?,
            _own: Some(own),
        };
        let port = self.port.to_string();
        let words = ["-h", "127.0.0.1", "-p", &port, "-U", ROLE, "-R", "-X", "stream", "-c", "fast", "-D"];
        let data = text(&replica.data());
        done(replica.run("pg_basebackup", &[&words[..], &[data.as_str()]].concat())?)?;
        replica.configure(options)?;
        replica.start()?;
        self.until("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'", "1")?;
        Ok(replica)
    }

    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it is, as `tiexin-server --store` takes it.
    pub fn url(&self) -> String {
        format!("postgres://{ROLE}@127.0.0.1:{}/{DATABASE}", self.port)
    }

    /// This cluster and another, of which one is written to: as `docs/server.md` tells an operator.
    pub fn url_with(&self, other: &Cluster) -> String {
        format!(
            "postgres://{ROLE}@127.0.0.1:{},127.0.0.1:{}/{DATABASE}?target_session_attrs=read-write&connect_timeout=3",
            self.port, other.port
        )
    }

    pub fn start(&self) -> Result<(), Trouble> {
        let log = text(&self.dir.join("log"));
        let data = text(&self.data());
        let words = ["start", "-w", "-s", "-t", "60", "-l", &log, "-D", &data];
        done(self.run("pg_ctl", &words)?).map_err(|Trouble(why)| {
            let said = fs::read_to_string(&log).unwrap_or_default();
            let last: Vec<&str> = said.lines().rev().take(5).collect();
            Trouble(format!("{why} {last:?}"))
        })
    }

    pub fn running(&self) -> bool {
        self.run("pg_ctl", &["status", "-D", &text(&self.data())]).is_ok_and(|output| output.status.success())
    }

    /// kill −9 of the postmaster and everything it has started.
    pub fn kill(&self) -> Result<(), Trouble> {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).map_err(trouble)?;
        let postmaster: u32 =
            file.lines().next().and_then(|line| line.trim().parse().ok()).unwrap_or_default();
        if postmaster == 0 {
            return Err(Trouble("no postmaster".into()));
        }
        // It is held first, so that it starts nobody while its children are counted.
        let _ = Command::new("kill").args(["-STOP", &postmaster.to_string()]).output();
        let mut all = vec![postmaster];
        all.extend(children(postmaster)?);
        let pids: Vec<String> = all.iter().map(u32::to_string).collect();
        // One may have ended by itself.
        let _ = Command::new("kill").arg("-9").args(&pids).output();
        while pids.iter().any(|pid| alive(pid)) {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        // Where nobody reaps it, as in a container, its number still looks alive to the next postmaster.
        match fs::remove_file(self.data().join("postmaster.pid")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(trouble(error)),
            _ => Ok(()),
        }
    }

    /// The replica takes the primary's place.
    pub fn promote(&self) -> Result<(), Trouble> {
        done(self.run("pg_ctl", &["promote", "-w", "-s", "-D", &text(&self.data())])?)
    }

    /// What a query gives, unaligned.
    pub fn ask(&self, sql: &str) -> Result<String, Trouble> {
        let port = self.port.to_string();
        let words = ["-h", "127.0.0.1", "-p", &port, "-U", ROLE, "-Atqc", sql, DATABASE];
        let output = self.run("psql", &words)?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        done(output).map(|()| said)
    }

    /// Waits until a query gives an answer.
    pub fn until(&self, sql: &str, answer: &str) -> Result<(), Trouble> {
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(30);
        loop {
            let said = self.ask(sql)?;
            if said == answer {
                return Ok(());
            }
            if std::time::Instant::now() > patience {
                return Err(Trouble(format!("{sql} gives {said}, not {answer}")));
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// A setting from now on.
    pub fn set(&self, setting: &str) -> Result<(), Trouble> {
        self.ask(&format!("ALTER SYSTEM SET {setting}"))?;
        self.ask("SELECT pg_reload_conf()").map(drop)
    }

    fn run(&self, program: &str, words: &[&str]) -> Result<Output, Trouble> {
        let program = self.bin.join(program);
        // PostgreSQL refuses to run as root.
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(words).current_dir("/").output().map_err(trouble)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.run("pg_ctl", &["stop", "-m", "immediate", "-s", "-D", &text(&self.data())]);
    }
}

fn installed() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

fn give_away(dir: &Path) -> Result<(), Trouble> {
    if is_root() {
        done(Command::new("chown").arg("postgres").arg(dir).output().map_err(trouble)?)
    } else {
        Ok(())
    }
}

fn free_port() -> Result<u16, Trouble> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(trouble)?;
    listener.local_addr().map(|address| address.port()).map_err(trouble)
}

/// The processes that a process has started.
fn children(of: u32) -> Result<Vec<u32>, Trouble> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").map_err(trouble)? {
        let Some(pid) = entry.ok().and_then(|e| e.file_name().to_str()?.parse::<u32>().ok()) else {
            continue;
        };
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        // The name, in brackets, may hold anything; state and parent follow it.
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        if parent == Some(of) {
            found.push(pid);
        }
    }
    Ok(found)
}

/// Whether a process still holds anything: one that only waits to be reaped does not.
fn alive(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

fn done(output: Output) -> Result<(), Trouble> {
    if output.status.success() {
        return Ok(());
    }
    Err(Trouble(String::from_utf8_lossy(&output.stderr).into_owned()))
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn trouble(error: std::io::Error) -> Trouble {
    Trouble(error.to_string())
}
