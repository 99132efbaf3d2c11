//! The desk as a process of its own, which can be put to sleep and killed, and what its screen has heard.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use tiexin_contract::sync::SyncState;
use tiexin_contract::{ErrorCode, ErrorReply, Event};
use tiexin_desk::{Desk, DeskConfig, Pace};
use tiexin_testkit::window::Trouble;

use crate::clock::{FastClock, SPEED};

/// The desk's own process: answers on the loopback until it is killed. Each line it is told sets its clock.
pub(crate) async fn be_the_desk(words: &[String]) -> Result<(), Trouble> {
    let [folder, began, set] = words else { return Err(Trouble("desk FOLDER BEGAN SET".into())) };
    let number = |text: &String| text.parse::<i64>().map_err(|e| Trouble(e.to_string()));
    let clock = FastClock::began(number(began)?, number(set)?);
    let told = clock.clone();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if let Ok(set) = line.trim().parse() {
                told.set_by(set);
            }
        }
        // Whoever started it is gone.
        std::process::exit(0);
    });
    let config = DeskConfig {
        idle_minutes: 15,
        automatic_sync: true,
        pace: Pace(SPEED as u32),
        ..DeskConfig::quick(folder, clock)
    };
    let desk = Desk::open(config).map_err(|e| Trouble(e.message))?;
    let mut host = tiexin_desk::serve(desk, 0, None).await.map_err(|e| Trouble(e.to_string()))?;
    println!("{} {}", host.addr, host.token);
    host.wait().await;
    Ok(())
}

/// The seat in front of it. The desk is killed when this is dropped.
pub(crate) struct Seat {
    child: Child,
    ear: ChildStdin,
    http: reqwest::Client,
    base: String,
    token: String,
    screen: Arc<Mutex<Option<SyncState>>>,
    listening: tokio::task::JoinHandle<()>,
}

impl Seat {
    pub(crate) fn open(folder: &Path, began: i64, set: i64) -> Result<Seat, Trouble> {
        let lost = |e: std::io::Error| Trouble(format!("the desk's process: {e}"));
        let mut child = Command::new(std::env::current_exe().map_err(lost)?)
            .arg("desk")
            .arg(folder)
            .args([began.to_string(), set.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(lost)?;
        let no_pipe = || Trouble("the desk's process has no pipes".into());
        let (ear, out) = (child.stdin.take().ok_or_else(no_pipe)?, child.stdout.take().ok_or_else(no_pipe)?);
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).map_err(lost)?;
        let (address, token) =
            line.trim().split_once(' ').ok_or_else(|| Trouble(format!("the desk said “{line}”")))?;
        let (base, token) = (format!("http://{address}"), token.to_owned());
        let screen = Arc::new(Mutex::new(None));
        let listening = tokio::spawn(listen(format!("{base}/events?token={token}"), screen.clone()));
        Ok(Seat { child, ear, http: client(), base, token, screen, listening })
    }

    pub(crate) async fn run<C: tiexin_contract::Command>(&self, command: C) -> Result<C::Reply, ErrorReply> {
        let gone = |e: reqwest::Error| ErrorReply::new(ErrorCode::Internal, format!("the desk's host: {e}"));
        let ask = self.http.post(format!("{}/call/{}", self.base, C::NAME)).json(&command);
        let answer = ask.header("X-Tiexin-Token", &self.token).send().await.map_err(gone)?;
        match answer.status().is_success() {
            true => answer.json().await.map_err(gone),
            false => Err(answer.json().await.map_err(gone)?),
        }
    }

    /// The newest state that the screen was told without asking.
    pub(crate) fn on_screen(&self) -> Option<SyncState> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_clock(&mut self, by: i64) -> Result<(), Trouble> {
        writeln!(self.ear, "{by}").map_err(|e| Trouble(format!("the desk does not hear: {e}")))
    }

    /// As a computer that goes to sleep stops it.
    pub(crate) fn fall_asleep(&self) -> Result<(), Trouble> {
        self.signal("-STOP")
    }

    pub(crate) fn wake_up(&self) -> Result<(), Trouble> {
        self.signal("-CONT")
    }

    fn signal(&self, signal: &str) -> Result<(), Trouble> {
        let done = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        match done.is_ok_and(|status| status.success()) {
            true => Ok(()),
            false => Err(Trouble(format!("kill {signal} did not work"))),
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.listening.abort();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn client() -> reqwest::Client {
    // reqwest is built without a TLS provider of its own and wants one even for loopback.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Invariant: a client without certificates and proxies can always be built.
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().expect("a client")
}

/// Keeps the newest state of the indicator, by its number, as a page does.
async fn listen(url: String, screen: Arc<Mutex<Option<SyncState>>>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Ok(client) = reqwest::Client::builder().no_proxy().build() else { return };
    let Ok(answer) = client.get(url).send().await else { return };
    let mut parts = answer.bytes_stream();
    let mut text = Vec::new();
    while let Some(Ok(part)) = parts.next().await {
        text.extend_from_slice(&part);
        while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = text.drain(..=end).collect();
            let Some(data) = line.strip_prefix(b"data:") else { continue };
            if let Ok(Event::Sync(state)) = serde_json::from_slice(data) {
                let mut held = screen.lock().unwrap_or_else(PoisonError::into_inner);
                if held.as_ref().is_none_or(|older| older.turn < state.turn) {
                    *held = Some(*state);
                }
            }
        }
    }
}
