//! A new book, the program that works on it, and what its replies said.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use chrono::Days;
use serde_json::{Value, json};
use tempfile::TempDir;
use tiexin_domain::shape;

use crate::clock::{china_today, china_zone};
use crate::matching::{fits, reach, short};
use crate::program;

const PASSWORD: &str = "Warm-2026-测试";

/// What is otherwise than it must be.
pub(crate) type Outcome<T = ()> = Result<T, String>;

pub(crate) struct Book {
    pub(crate) folder: PathBuf,
    pub(crate) scratch: TempDir,
    pub(crate) region: String,
    /// `$NAME`: what was found or saved.
    pub(crate) names: BTreeMap<String, Value>,
    /// The last import of each file: its reply, and all that was said.
    pub(crate) replies: BTreeMap<String, (Value, String)>,
    /// What the last `add` said; nothing where it could not be run.
    pub(crate) said: Option<String>,
    host: Option<Host>,
}

/// How a run of the program ended.
pub(crate) struct Told {
    pub(crate) reply: Value,
    pub(crate) errors: String,
}

/// `tiexin-desk serve`, the way in of the window.
struct Host {
    child: Child,
    address: String,
    token: String,
}

impl Book {
    pub(crate) fn new(folder: &Path, region: &str) -> Outcome<Book> {
        let book = Book {
            folder: folder.to_owned(),
            scratch: tempfile::tempdir().expect("a temporary folder"),
            region: region.to_owned(),
            names: BTreeMap::new(),
            replies: BTreeMap::new(),
            said: None,
            host: None,
        };
        let who = ["--user", "wang", "--display-name", "王丽丽"];
        book.good(&[&["init", "--standalone", "--region", region], &who[..]].concat())?;
        Ok(book)
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program::under_test());
        for (name, _) in
            std::env::vars().filter(|(name, _)| name.starts_with("TIEXIN_") || name == "RUST_LOG")
        {
            command.env_remove(name);
        }
        command.env("TIEXIN_PASSWORD", PASSWORD).env("TZ", china_zone());
        command.arg("--data").arg(self.scratch.path().join("book")).arg("--json").args(words);
        command
    }

    /// Runs to the end and reads the JSON it prints, whatever the exit code.
    pub(crate) fn told(&self, mut command: Command, given: &str, good: bool) -> Outcome<Told> {
        let words =
            short(&json!(command.get_args().skip(3).map(|w| w.to_string_lossy()).collect::<Vec<_>>()));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|e| format!("{words}: {e}"))?;
        // A run that ends before it reads is no fault.
        let _ = child.stdin.take().expect("piped").write_all(given.as_bytes());
        let ended = child.wait_with_output().map_err(|e| format!("{words}: {e}"))?;
        let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
        match serde_json::from_slice(&ended.stdout) {
            Ok(reply) if ended.status.success() || !good => Ok(Told { reply, errors }),
            _ => Err(format!("{words} ended with {:?}: {}", ended.status.code(), short(&json!(errors)))),
        }
    }

    /// The reply of a run that went well.
    pub(crate) fn good(&self, words: &[&str]) -> Outcome<Value> {
        Ok(self.told(self.command(words), "", true)?.reply)
    }

    /// `$NAME` by what was found, `$china_today` and `$china_yesterday` by the calendar.
    pub(crate) fn fill(&self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => fields.iter().map(|(k, v)| (k.clone(), self.fill(v))).collect(),
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::String(text) => match text.strip_prefix('$') {
                None => value.clone(),
                Some("china_today") => json!(china_today().to_string()),
                Some("china_yesterday") => json!((china_today() - Days::new(1)).to_string()),
                Some(name) => self.names.get(name).unwrap_or_else(|| panic!("{text} is not known")).clone(),
            },
            other => other.clone(),
        }
    }

    /// A file that a step has made, else one of the case.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let made = self.scratch.path().join(name);
        if made.exists() { made } else { self.folder.join(name) }
    }

    pub(crate) fn rows(&self, kind: &str) -> Outcome<Vec<Value>> {
        // A case looks at any field of a record; a list has its own columns.
        let fields = shape::of(kind).map(|shape| shape.fields).unwrap_or_default().iter();
        let columns = fields.map(|field| field.name).collect::<Vec<_>>().join(",");
        let list = self.good(&["list", kind, "--limit", "1000", "--columns", &columns])?;
        Ok(list["rows"].as_array().cloned().unwrap_or_default())
    }

    /// The records of a kind of which every path holds what is wanted.
    pub(crate) fn matching(&self, kind: &str, want: &Value) -> Outcome<Vec<Value>> {
        let want = self.fill(want);
        let of = |row: &Value| {
            want.as_object()
                .is_none_or(|want| want.iter().all(|(path, value)| fits(&reach(row, path), value)))
        };
        Ok(self.rows(kind)?.into_iter().filter(of).collect())
    }

    /// A command of the window, answered by a host that is started for it.
    pub(crate) fn call(&mut self, name: &str, body: &Value) -> Outcome<Value> {
        if self.host.is_none() {
            self.host = Some(Host::start(self.command(&["serve"]))?);
            self.call("session.sign_in", &json!({"name": "wang", "password": PASSWORD}))?;
        }
        self.host.as_ref().expect("just started").call(name, body)
    }

    /// Nobody else may have the book open while the terminal works on it.
    pub(crate) fn leave(&mut self) {
        self.host = None;
    }
}

impl Host {
    fn start(mut command: Command) -> Outcome<Host> {
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = spawned.map_err(|e| format!("serve: {e}"))?;
        let mut line = String::new();
        let read = BufReader::new(child.stdout.as_mut().expect("piped")).read_line(&mut line);
        let told: Option<Value> = read.ok().and_then(|_| serde_json::from_str(&line).ok());
        let url = told.as_ref().and_then(|told| told["url"].as_str()).unwrap_or_default();
        let (address, token) = match url.strip_prefix("http://").and_then(|url| url.split_once("/#token=")) {
            Some((address, token)) => (address.to_owned(), token.to_owned()),
            None => (String::new(), String::new()),
        };
        let host = Host { child, address, token };
        if host.address.is_empty() { Err(format!("serve told no address: {line}")) } else { Ok(host) }
    }

    fn call(&self, name: &str, body: &Value) -> Outcome<Value> {
        let body = body.to_string();
        let request = format!(
            "POST /call/{name} HTTP/1.1\r\nHost: {}\r\nX-Tiexin-Token: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            self.token,
            body.len(),
        );
        let asked = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect(&self.address)?;
            stream.write_all(request.as_bytes())?;
            let mut reply = String::new();
            stream.read_to_string(&mut reply)?;
            Ok(reply)
        };
        let reply = asked().map_err(|e| format!("{name}: {e}"))?;
        let (head, body) = reply.split_once("\r\n\r\n").unwrap_or((&reply, ""));
        match serde_json::from_str(body) {
            Ok(told) if head.starts_with("HTTP/1.1 200") => Ok(told),
            _ => Ok(json!({ "refused": body })),
        }
    }
}

impl Drop for Host {
    /// Asked to end first: a host that is killed has not closed its book.
    fn drop(&mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
