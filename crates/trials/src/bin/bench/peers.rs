//! The same jobs on the same records by PouchDB 9 with express-pouchdb on leveldb, and by Anki's own sync,
//! in the same run. What they need is installed below the build folder (npm, PyPI); never part of a test.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tiexin_testkit::proxy::Network;

use crate::figures::{Figures, Job};
use crate::{mixed, sync};

type Outcome<T> = Result<T, String>;

/// Longest wait for a peer's server.
const PATIENCE: Duration = Duration::from_secs(30);

/// Measures both; says why where one cannot be.
pub(crate) async fn measure(ours: &Figures) {
    let dir = tempfile::tempdir().expect("a folder");
    let records = dir.path().join("records.jsonl");
    write_records(&records);
    let pouch = told("PouchDB", pouchdb(&records).await);
    let anki = told("Anki", anki(&records).await);
    println!("\n== beside the peers: the same records, the same machine, the same run");
    ours.print_beside(&[("PouchDB 9", pouch.as_ref()), ("Anki", anki.as_ref())]);
}

fn told(name: &str, measured: Outcome<Figures>) -> Option<Figures> {
    measured.map_err(|why| println!("{name} is not measured: {why}")).ok()
}

fn write_records(path: &Path) {
    let mut lines = Vec::new();
    for save in mixed::records(0, sync::MANY) {
        let line = json!({"id": save.id, "kind": save.kind, "fields": save.fields});
        serde_json::to_writer(&mut lines, &line).expect("JSON");
        lines.push(b'\n');
    }
    std::fs::write(path, lines).expect("written");
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

/// Where the peers are installed: beside the built programs.
fn installed() -> Outcome<PathBuf> {
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    let target = program.ancestors().nth(2).ok_or("no build folder")?.join("peers");
    std::fs::create_dir_all(&target).map_err(|e| e.to_string())?;
    Ok(target)
}

fn run(command: &mut Command) -> Outcome<()> {
    let done = command.stdout(Stdio::null()).output().map_err(|e| format!("{command:?}: {e}"))?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&done.stderr).trim()))
}

async fn pouchdb(records: &Path) -> Outcome<Figures> {
    let home = installed()?.join("node");
    std::fs::create_dir_all(&home).map_err(|e| e.to_string())?;
    for file in ["package.json", "package-lock.json", "pouchdb.js"] {
        std::fs::copy(sources().join(file), home.join(file)).map_err(|e| format!("{file}: {e}"))?;
    }
    if !home.join("node_modules").exists() {
        run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&home))?;
    }
    let node = |words: &[&str]| {
        let mut command = Command::new("node");
        command.arg("pouchdb.js").args(words).current_dir(&home);
        command
    };
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    let address = free_port()?;
    let at = |name: &str| dir.path().join(name).display().to_string();
    let server = node(&["serve", &at("server"), &address.port().to_string()]);
    let network = Network::to(address).await.map_err(|e| e.to_string())?;
    let desks = node(&["desks", &at(""), &network.url(), &records.display().to_string()]);
    Peer::start(server, address, desks, network, dir)?.play()
}

async fn anki(records: &Path) -> Outcome<Figures> {
    let home = installed()?.join("python");
    let python = home.join("bin/python");
    if !home.join("ready").exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
        run(Command::new(&python).args(pip).arg(sources().join("requirements.txt")))?;
        std::fs::write(home.join("ready"), "").map_err(|e| e.to_string())?;
    }
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    let address = free_port()?;
    let mut server = Command::new(&python);
    server.args(["-m", "anki.syncserver"]).env("RUST_LOG", "error").env("SYNC_USER1", "office:office");
    server.env("SYNC_BASE", dir.path().join("server")).env("SYNC_HOST", "127.0.0.1");
    server.env("SYNC_PORT", address.port().to_string());
    let network = Network::to(address).await.map_err(|e| e.to_string())?;
    let mut desks = Command::new(&python);
    desks
        .arg(sources().join("anki_desks.py"))
        .arg(dir.path())
        .arg(format!("{}/", network.url()))
        .arg(records);
    Peer::start(server, address, desks, network, dir)?.play()
}

fn free_port() -> Outcome<SocketAddr> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
    listener.local_addr().map_err(|e| e.to_string())
}

/// A peer's server, its two desks in one process, and the wire between them.
struct Peer {
    server: Child,
    desks: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
    network: Network,
    _dir: TempDir,
}

impl Drop for Peer {
    fn drop(&mut self) {
        for child in [&mut self.desks, &mut self.server] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Peer {
    fn start(
        mut server: Command,
        address: SocketAddr,
        mut desks: Command,
        network: Network,
        dir: TempDir,
    ) -> Outcome<Peer> {
        let mut server = server
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("{server:?}: {e}"))?;
        let begun = Instant::now();
        while std::net::TcpStream::connect(address).is_err() {
            let ended = server.try_wait().map_err(|e| e.to_string())?;
            if ended.is_some() || begun.elapsed() > PATIENCE {
                let _ = server.kill();
                return Err("its server does not answer".into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let spawned = desks.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut desks = spawned.map_err(|e| format!("{desks:?}: {e}"))?;
        let (ask, answers) = (desks.stdin.take().ok_or("no input")?, desks.stdout.take().ok_or("no output")?);
        let mut peer = Peer { server, desks, ask, answers: BufReader::new(answers), network, _dir: dir };
        peer.answer()?;
        Ok(peer)
    }

    fn answer(&mut self) -> Outcome<Value> {
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(|e| e.to_string())?;
        serde_json::from_str(&line).map_err(|_| format!("its desk said {line:?}"))
    }

    /// One stage: how long it took by the peer's own clock, and what crossed the wire.
    fn stage(&mut self, words: Value) -> Outcome<(Duration, u64)> {
        let before = self.network.bytes();
        writeln!(self.ask, "{words}").map_err(|e| e.to_string())?;
        let ms = self.answer()?["ms"].as_f64().ok_or("no time")?;
        Ok((Duration::from_secs_f64(ms / 1e3), self.network.bytes() - before))
    }

    /// As `sync::measure` does it.
    fn play(mut self) -> Outcome<Figures> {
        let mut figures = Figures::default();
        let (few, many) = (sync::FEW, sync::MANY);
        self.stage(json!(["save", 0, few]))?;
        figures.add(Job::Push, self.stage(json!(["push", few]))?);
        self.stage(json!(["fresh"]))?;
        figures.add(Job::FirstFew, self.stage(json!(["pull", few]))?);
        self.stage(json!(["save", few, many - few]))?;
        self.stage(json!(["push", many - few]))?;
        self.stage(json!(["fresh"]))?;
        figures.add(Job::FirstMany, self.stage(json!(["pull", many]))?);
        self.stage(json!(["edit", sync::edited().collect::<Vec<_>>()]))?;
        figures.add(Job::PushEdits, self.stage(json!(["push", sync::EDITS]))?);
        figures.add(Job::PullEdits, self.stage(json!(["pull", sync::EDITS]))?);
        figures.add(Job::Idle, self.stage(json!(["pull", 0]))?);
        Ok(figures)
    }
}
