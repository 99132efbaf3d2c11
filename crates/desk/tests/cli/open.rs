//! `open`, as a menu entry starts it, with real processes and a browser that only notes what it was given.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use serde_json::Value;
use tokio::process::Child;
use tokio::time::timeout;

use crate::run::{Desk, PATIENCE, ended};

/// A desk, and a `PATH` on which the only browser hands on its addresses.
struct Office {
    desk: Desk,
    pages: Receiver<String>,
}

/// What is written into a pipe, line by line.
fn lines(pipe: &str) -> Receiver<String> {
    assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
    // Opened for writing, too, so that it does not end with its first writer.
    let pipe = fs::File::options().read(true).write(true).open(pipe).unwrap();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if tell.send(line).is_err() {
                return;
            }
        }
    });
    told
}

impl Office {
    fn new() -> Office {
        let desk = Desk::empty();
        let pages = desk.beside("pages");
        let office = Office { desk, pages: lines(&pages) };
        fs::create_dir(office.bin()).unwrap();
        // One line in one write: several may come at once.
        office.program("xdg-open", &format!("echo \"$1\" >> '{pages}'"));
        office
    }

    fn program(&self, name: &str, does: &str) {
        let program = self.bin().join(name);
        fs::write(&program, format!("#!/bin/sh\n{does}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn bin(&self) -> PathBuf {
        PathBuf::from(self.desk.beside("bin"))
    }

    fn open(&self, linger: u32) -> Command {
        let mut command = self.desk.command(&["open", "--linger", &linger.to_string()]);
        command.env("PATH", self.bin()).stdout(Stdio::null());
        command
    }

    /// Killed when dropped.
    fn host(&self, linger: u32) -> Child {
        let mut command = tokio::process::Command::from(self.open(linger));
        command.stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap()
    }

    /// What the browser is given next.
    #[track_caller]
    fn page(&self) -> String {
        self.pages.recv_timeout(PATIENCE).expect("the browser was given no address")
    }
}

/// The host and the ticket of an address.
fn parts(page: &str) -> (&str, &str) {
    page.split_once("/#ticket=").unwrap_or_else(|| panic!("{page}"))
}

fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// What a page does first; `None`: refused.
async fn token(client: &reqwest::Client, page: &str) -> Option<String> {
    let (host, ticket) = parts(page);
    let reply = client.post(format!("{host}/ticket")).body(ticket.to_owned()).send().await.unwrap();
    if reply.status() == 403 {
        return None;
    }
    let told: Value = reply.json().await.unwrap();
    Some(told["token"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_second_start_opens_one_more_page_of_the_first_host() {
    let office = Office::new();
    let mut host = office.host(2);
    let first = office.page();
    // A second one ends at once and leaves the host alone.
    let second = ended(&mut office.open(2), "");
    assert_eq!((second.code, second.err.as_str()), (0, "已在浏览器里打开。\n"));
    let second = office.page();
    assert_eq!(parts(&first).0, parts(&second).0, "one host");
    let client = client();
    let one = token(&client, &first).await.unwrap();
    assert_eq!(token(&client, &second).await, Some(one.clone()));
    assert_eq!(token(&client, &second).await, None, "a ticket is good once");
    // Nobody is signed in, the desk answers.
    let (address, _) = parts(&first);
    let asked = client.post(format!("{address}/call/session.get")).header("X-Tiexin-Token", &one);
    let session: Value = asked.body("{}").send().await.unwrap().json().await.unwrap();
    assert_eq!(session["needs_setup"], true);

    // As long as a page listens the host stays, longer than it lingers without.
    let listening = client.get(format!("{address}/events?token={one}")).send().await.unwrap();
    // That it does not end is a matter of time alone: twice as long as it lingers.
    let early = timeout(Duration::from_secs(4), host.wait()).await;
    assert!(early.is_err(), "it ended under an open page");
    drop(listening);
    let closed = Instant::now();
    let ended = timeout(PATIENCE, host.wait()).await.expect("it does not end").unwrap();
    assert!(ended.success());
    assert!(closed.elapsed() >= Duration::from_secs(2), "it did not wait for a page loaded anew");
    assert!(!office.desk.data().join("screen.json").exists());
}

#[tokio::test]
async fn of_many_that_start_at_once_one_is_the_host() {
    const MANY: usize = 6;
    let office = Office::new();
    let mut all: Vec<Child> = (0..MANY).map(|_| office.host(20)).collect();
    let pages: Vec<String> = (0..MANY).map(|_| office.page()).collect();
    let mut hosts: Vec<&str> = pages.iter().map(|page| parts(page).0).collect();
    hosts.dedup();
    assert_eq!(hosts.len(), 1, "{pages:?}");
    // The others end well.
    let mut ends: FuturesUnordered<_> = all.iter_mut().map(|one| one.wait()).collect();
    for _ in 1..MANY {
        let ended = timeout(PATIENCE, ends.next()).await.expect("more than one is the host");
        assert!(ended.unwrap().unwrap().success());
    }
    assert!(ends.next().now_or_never().is_none(), "none is the host");
}

#[tokio::test]
async fn a_host_that_was_killed_is_in_nobodys_way() {
    let office = Office::new();
    let mut first = office.host(60);
    let before = office.page();
    // kill −9: its bell's file stays.
    first.kill().await.unwrap();
    assert!(office.desk.data().join("screen.json").exists());
    let _second = office.host(60);
    let after = office.page();
    assert_ne!(parts(&before).1, parts(&after).1);
}

#[tokio::test]
async fn serve_and_open_are_one_host_too() {
    let office = Office::new();
    let _host = office.host(60);
    let page = office.page();
    let served = ended(office.desk.command(&["serve", "--json"]).env("PATH", office.bin()), "");
    let told = served.json();
    let url = told["url"].as_str().unwrap();
    assert_eq!(parts(url).0, parts(&page).0);
    // Other commands work beside it.
    let made =
        ["init", "--standalone", "--region", "340323100", "--user", "wang", "--display-name", "王丽丽"];
    office.desk.json(&made);
}

#[test]
fn without_a_browser_the_address_is_told_in_words() {
    let office = Office::new();
    fs::remove_file(office.bin().join("xdg-open")).unwrap();
    let told = ended(&mut office.open(0), "");
    assert_eq!(told.code, 0);
    assert!(told.err.contains("没能打开浏览器，请自己在浏览器里打开：http://127.0.0.1:"), "{}", told.err);
    // The first start makes the folder of the log: nothing of that is told, and not in English.
    assert!(!told.err.contains("Error"), "{}", told.err);
}

/// `gio open` ends with success whatever becomes of what it started.
#[test]
fn a_browser_that_could_not_be_opened_is_not_told_as_opened() {
    let office = Office::new();
    office.program("xdg-open", "exit 3");
    office.program("gio", "exit 0");
    office.program("chromium", "exit 1");
    let told = ended(&mut office.open(2), "");
    assert_eq!(told.code, 0);
    assert!(told.err.contains("没能打开浏览器，请自己在浏览器里打开：http://127.0.0.1:"), "{}", told.err);
    assert!(!told.err.contains("已在浏览器里打开"), "{}", told.err);
}
