//! The program as the province's office runs it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::doors::Line;
use crate::on_both_stores;
use crate::place::{Place, TOWN, worker};

on_both_stores!(the_office_works_from_a_terminal, a_server_prints_where_it_listens_and_stops_when_told);

fn store(place: &Place) -> String {
    match &place.store {
        tiexin_server::StoreUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        tiexin_server::StoreUrl::Postgres(url) => url.clone(),
    }
}

pub(crate) fn command(place: &Place, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tiexin-server"));
    command.env("TIEXIN_STORE", store(place)).env("TIEXIN_LOG", "error").args(args);
    command
}

fn run(place: &Place, args: &[&str]) -> Output {
    command(place, args).output().unwrap()
}

pub(crate) fn json(place: &Place, args: &[&str]) -> Value {
    let done = run(place, &[args, &["--json"]].concat());
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

async fn the_office_works_from_a_terminal(place: Place) {
    assert!(run(&place, &["migrate"]).status.success());
    let user = json(&place, &["user", "add", "wang", "--display", "王某"]);
    assert_eq!(user["display_name"], "王某");
    let right = ["--user", "wang", "--role", "worker", "--region", "340323100"];
    json(&place, &[&["grant", "add"], &right[..], &["--to", "2027-12-31"]].concat());
    assert_eq!(json(&place, &["grant", "list"])[0]["to"], "2027-12-31");
    json(&place, &[&["grant", "end"], &right[..]].concat());
    assert_ne!(json(&place, &["grant", "list"])[0]["to"], "2027-12-31");
    let code = json(&place, &["device", "enrol-code", "--user", "wang", "--days", "3"]);
    assert_eq!(code["code"].as_str().unwrap().len(), 14);
    assert_eq!(json(&place, &["device", "list"]), Value::Array(vec![]));
    json(&place, &["user", "disable", "wang"]);
    assert_eq!(json(&place, &["user", "list"])[0]["disabled"], true);
    let demo = json(&place, &["demo"]);
    assert_eq!(demo["users"].as_array().unwrap().len(), 3);
    for said in [&["backup", "--begin"][..], &["backup", "--end"], &["restored"]] {
        json(&place, said);
    }
    assert_eq!(json(&place, &["verify"])["broken"], Value::Array(vec![]));
    // Failures are told in Chinese on stderr, with a code to match.
    for wrong in [
        vec!["user", "add", "wang"],
        vec!["device", "revoke", "00000000-0000-0000-0000-000000000000"],
        vec!["user", "disable", "nobody"],
        vec!["serve", "--listen", "0.0.0.0:0"],
        vec!["serve", "--tls-cert", "only.pem"],
        vec!["serve", "--token-seconds", "0"],
    ] {
        let done = run(&place, &wrong);
        assert_eq!(done.status.code(), Some(1), "{wrong:?}");
        assert!(done.stdout.is_empty() && !String::from_utf8(done.stderr).unwrap().is_ascii());
    }
    assert_eq!(run(&place, &["grant", "add", "--role", "king"]).status.code(), Some(2));
    place.meddle("UPDATE scope SET head = head + 1").await;
    let broken = run(&place, &["verify"]);
    assert_eq!(broken.status.code(), Some(2));
    assert!(String::from_utf8(broken.stdout).unwrap().contains("scope 340323100"));
}

/// A server in a process of its own.
pub(crate) struct Served(Child);

impl Served {
    /// Waits for the line that scripts wait for.
    pub(crate) fn begin(mut command: Command) -> (Served, String) {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").expect("the first line").to_owned();
        (Served(child), address)
    }

    pub(crate) fn told_to_stop(mut self) -> Option<i32> {
        let told = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        assert!(told.success());
        self.0.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

async fn a_server_prints_where_it_listens_and_stops_when_told(place: Place) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (served, address) = Served::begin(command(&place, &["serve", "--listen", "127.0.0.1:0"]));
    let live = reqwest::get(format!("http://{address}/health/ready")).await.unwrap();
    assert!(live.status().is_success());
    assert_eq!(served.told_to_stop(), Some(0));

    // By file, over TLS, on all addresses.
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("server.toml");
    let text = format!(
        "listen = \"0.0.0.0:0\"\ntls_cert = \"{fixtures}/localhost.cert.pem\"\n\
         tls_key = \"{fixtures}/localhost.key.pem\"\nrate_burst = 10\n"
    );
    std::fs::write(&file, &text).unwrap();
    let (served, address) = Served::begin(command(&place, &["serve", "--config", file.to_str().unwrap()]));
    let port = address.rsplit(':').next().unwrap();
    let cert = std::fs::read(format!("{fixtures}/localhost.cert.pem")).unwrap();
    let trusting = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&cert).unwrap()])
        .build()
        .unwrap();
    let live = trusting.get(format!("https://localhost:{port}/health/live")).send().await.unwrap();
    assert!(live.status().is_success());
    let strange = reqwest::get(format!("https://localhost:{port}/health/live")).await;
    assert!(strange.is_err(), "a certificate nobody vouches for");
    assert_eq!(served.told_to_stop(), Some(0));
    how_long_tokens_are_good(&place, &file).await;
    std::fs::write(&file, "listn = \"0.0.0.0:0\"").unwrap();
    let typo = run(&place, &["serve", "--config", file.to_str().unwrap()]);
    assert!(String::from_utf8(typo.stderr).unwrap().contains("listn"));
}

/// As the file says; the environment goes before it, the command line before both.
async fn how_long_tokens_are_good(place: &Place, file: &std::path::Path) {
    let desk = worker(&place.province().await, "w", TOWN).await;
    std::fs::write(file, "token_seconds = 70").unwrap();
    for (env, words, seconds) in [("", "", 70), ("80", "", 80), ("80", "90", 90)] {
        let mut serve = command(place, &["serve", "--listen", "127.0.0.1:0", "--config"]);
        serve.arg(file);
        if !env.is_empty() {
            serve.env("TIEXIN_TOKEN_SECONDS", env);
        }
        if !words.is_empty() {
            serve.args(["--token-seconds", words]);
        }
        let (_served, address) = Served::begin(serve);
        let line = Line::at(format!("http://{address}")).signed_in(&desk).await;
        assert_eq!(line.seconds, seconds);
    }
}
