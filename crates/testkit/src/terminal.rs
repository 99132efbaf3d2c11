//! `tiexin-desk` as people run it: processes of their own over one folder, which may be killed.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use tiexin_contract::ErrorReply;

use crate::desks::PASSWORD;
use crate::window::{Trouble, program};

/// A run of the program on the book in `data`, ready to start.
pub fn desk(data: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(program("tiexin-desk"));
    command
        .arg("--data")
        .arg(written(data))
        .args(words)
        .env("TIEXIN_PASSWORD", PASSWORD)
        .env_remove("TIEXIN_USER")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// How a run of the program ended.
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs to the end; the JSON it prints. Any other exit code than 0 is a trouble.
pub fn told(data: &Path, words: &[&str], input: Option<&str>) -> Result<Value, Trouble> {
    let Ended { code, out, err } = run(data, &[words, &["--json"]].concat(), input)?;
    if code != Some(0) {
        return Err(Trouble(format!("tiexin-desk {words:?} ended with {code:?}: {err}{out}")));
    }
    serde_json::from_str(&out).map_err(|e| Trouble(format!("tiexin-desk {words:?} said {out}: {e}")))
}

/// Runs to the end, whatever it is.
pub fn run(data: &Path, words: &[&str], input: Option<&str>) -> Result<Ended, Trouble> {
    let lost = |e: std::io::Error| Trouble(format!("tiexin-desk {words:?}: {e}"));
    let mut command = desk(data, words);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.spawn().map_err(lost)?;
    if let (Some(text), Some(mut stdin)) = (input, child.stdin.take()) {
        // A run that ends before it reads is no fault; how it ended says why.
        let _ = stdin.write_all(text.as_bytes());
    }
    let output = child.wait_with_output().map_err(lost)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Ended { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) })
}

/// A path as the program under test writes it. `./dev test windows` has the Windows program answer under Wine, where
/// the root of Linux is the drive Z.
pub fn written(path: &Path) -> String {
    let path = path.display().to_string();
    if std::env::var_os("TIEXIN_TEST_WINE").is_none() {
        return path;
    }
    format!("Z:{}", path.replace('/', "\\"))
}

/// Why a command came back without its reply.
#[derive(Debug)]
pub enum Unanswered {
    /// The desk said no.
    Refused(ErrorReply),
    /// The process was gone before it answered: nobody knows whether it was done.
    Lost,
}

impl From<Unanswered> for Trouble {
    fn from(why: Unanswered) -> Self {
        Trouble(format!("{why:?}"))
    }
}

/// `tiexin-desk serve`: a desk that answers over HTTP. Killed when dropped.
pub struct Host {
    child: Mutex<Child>,
    client: reqwest::Client,
    address: String,
    token: String,
}

impl Host {
    /// Starts it and waits for its address.
    pub fn start(data: &Path) -> Result<Host, Trouble> {
        // reqwest is built without a TLS provider of its own and wants one even for loopback.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut child = desk(data, &["serve", "--json"])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| Trouble(format!("tiexin-desk: {e}")))?;
        let mut line = String::new();
        let stdout = child.stdout.take().ok_or_else(|| Trouble("no stdout".into()))?;
        let read = BufReader::new(stdout).read_line(&mut line);
        let url = read.ok().and_then(|_| serde_json::from_str::<Value>(&line).ok());
        let url = url.and_then(|told| told["url"].as_str().map(str::to_owned));
        let Some((address, token)) = url.as_deref().and_then(|url| url.split_once("/#token=")) else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(Trouble(format!("the loopback host told no address: {line}")));
        };
        let (address, token) = (address.to_owned(), token.to_owned());
        Ok(Host { child: Mutex::new(child), client: reqwest::Client::new(), address, token })
    }

    /// What a browser opens.
    pub fn url(&self) -> String {
        format!("{}/#token={}", self.address, self.token)
    }

    /// Asks the desk. A reply means that the desk has acknowledged.
    pub async fn call<C: tiexin_contract::Command>(&self, command: &C) -> Result<C::Reply, Unanswered> {
        let asked = self
            .client
            .post(format!("{}/call/{}", self.address, C::NAME))
            .header("X-Tiexin-Token", &self.token)
            .json(command)
            .send();
        let reply = asked.await.map_err(|_| Unanswered::Lost)?;
        if reply.status().is_success() {
            reply.json().await.map_err(|_| Unanswered::Lost)
        } else {
            Err(Unanswered::Refused(reply.json().await.map_err(|_| Unanswered::Lost)?))
        }
    }

    /// kill −9.
    pub fn kill(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // It may have ended by itself.
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.kill();
    }
}
