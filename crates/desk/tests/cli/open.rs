//! `open`, as a menu entry starts it, with real processes and a browser that only notes what it was given.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::run::{Desk, ended, until};

/// A desk, and a `PATH` on which the only browser writes down its addresses.
struct Office {
    desk: Desk,
}

/// Killed when dropped.
struct Host(Child);

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Office {
    fn new() -> Office {
        let office = Office { desk: Desk::empty() };
        fs::create_dir(office.bin()).unwrap();
        let pages = office.desk.beside("pages");
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

    fn host(&self, linger: u32) -> Host {
        Host(self.open(linger).stderr(Stdio::null()).spawn().unwrap())
    }

    /// What the browser was given, once there are so many.
    #[track_caller]
    fn pages(&self, count: usize) -> Vec<String> {
        until(|| {
            let text = fs::read_to_string(self.desk.beside("pages")).unwrap_or_default();
            let pages: Vec<String> = text.lines().map(str::to_owned).collect();
            (pages.len() >= count).then_some(pages)
        })
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

// The connections are closed by another thread while this one waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_start_opens_one_more_page_of_the_first_host() {
    let office = Office::new();
    let mut host = office.host(2);
    let first = office.pages(1).remove(0);
    // A second one ends at once and leaves the host alone.
    let second = ended(&mut office.open(2), "");
    assert_eq!((second.code, second.err.as_str()), (0, "已在浏览器里打开。\n"));
    let second = office.pages(2).remove(1);
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
    let since = Instant::now();
    // That it does not end is a matter of time alone: twice as long as it lingers.
    while since.elapsed() < Duration::from_secs(4) {
        assert!(host.0.try_wait().unwrap().is_none(), "it ended under an open page");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(listening);
    let closed = Instant::now();
    let ended = until(|| host.0.try_wait().unwrap());
    assert!(ended.success());
    assert!(closed.elapsed() >= Duration::from_secs(2), "it did not wait for a page loaded anew");
    assert!(!office.desk.data().join("screen.json").exists());
}

#[test]
fn of_many_that_start_at_once_one_is_the_host() {
    const MANY: usize = 6;
    let office = Office::new();
    let mut all: Vec<Host> = (0..MANY).map(|_| office.host(20)).collect();
    let pages = office.pages(MANY);
    let mut hosts: Vec<&str> = pages.iter().map(|page| parts(page).0).collect();
    hosts.dedup();
    assert_eq!(hosts.len(), 1, "{pages:?}");
    // The others have ended well.
    until(|| {
        let left = all.iter_mut().map(host_runs).filter(|runs| *runs).count();
        (left == 1).then_some(())
    });
}

fn host_runs(host: &mut Host) -> bool {
    match host.0.try_wait().unwrap() {
        Some(ended) => {
            assert!(ended.success());
            false
        }
        None => true,
    }
}

#[test]
fn a_host_that_was_killed_is_in_nobodys_way() {
    let office = Office::new();
    let first = office.host(60);
    let before = office.pages(1).remove(0);
    // kill −9: its bell's file stays.
    drop(first);
    assert!(office.desk.data().join("screen.json").exists());
    let _second = office.host(60);
    let after = office.pages(2).remove(1);
    assert_ne!(parts(&before).1, parts(&after).1);
}

#[test]
fn serve_and_open_are_one_host_too() {
    let office = Office::new();
    let _host = office.host(60);
    let page = office.pages(1).remove(0);
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
