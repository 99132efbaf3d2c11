//! The program as the province's office runs it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::doors::Line;
use crate::on_both_stores;
use crate::place::{Place, TOWN, worker};

on_both_stores!(
    the_office_works_from_a_terminal,
    a_server_prints_where_it_listens_and_stops_when_told,
    nonsense_is_refused_with_a_reason,
    codes_are_listed_and_cancelled,
    a_machine_is_revoked_by_an_explicit_word,
    only_migrate_makes_a_book,
);

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
    for said in [&["backup", "--begin"][..], &["backup", "--end"], &["restored", "--yes"]] {
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
        // Its beginning was ended above: what a backup holds is not known.
        vec!["backup", "--end"],
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
    assert!(run(&place, &["migrate"]).status.success());
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

/// Refused with 1, nothing on stdout, and these words on stderr.
#[track_caller]
fn refused(place: &Place, args: &[&str], why: &str) {
    let done = run(place, args);
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{args:?}: {said}");
    assert!(done.stdout.is_empty() && said.contains(why), "{args:?}: {said}");
}

async fn nonsense_is_refused_with_a_reason(place: Place) {
    json(&place, &["migrate"]);
    json(&place, &["user", "add", "wang", "--display", "王丽丽"]);
    for (name, why) in
        [("", "登录名"), ("  ", "登录名"), ("x y", "空格"), ("WANG", "大小写"), ("wang", "同名")]
    {
        refused(&place, &["user", "add", name, "--display", "某人"], why);
    }
    refused(&place, &["user", "add", "li", "--display", " "], "姓名");
    assert_eq!(json(&place, &["user", "list"]).as_array().unwrap().len(), 1);

    let add = |region: &'static str, more: &[&'static str]| {
        let right = ["grant", "add", "--user", "wang", "--role", "worker", "--region", region];
        [&right[..], more].concat()
    };
    refused(&place, &add("999999999", &[]), "名单里没有地区");
    refused(&place, &add(TOWN, &["--from", "2027-02-01", "--to", "2027-01-01"]), "晚于");
    json(&place, &add(TOWN, &[]));
    refused(&place, &add(TOWN, &["--to", "2030-01-01"]), "已经是专干");
    json(&place, &add("340323999", &["--unlisted"]));
    let listed = json(&place, &["grant", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[0]["state"], "in_force");
    json(&place, &["grant", "end", "--user", "wang", "--role", "worker", "--region", TOWN]);
    assert_eq!(json(&place, &["grant", "list"])[0]["state"], "ended");
    // What has ended may be given again.
    json(&place, &add(TOWN, &[]));
    refused(&place, &["device", "enrol-code", "--user", "wang", "--days", "0"], "天数");
    let empty = tempfile::tempdir().unwrap();
    let stick = empty.path().to_str().unwrap();
    let key = empty.path().join("托管.key");
    let rescue = ["escrow", "rescue", "--user", "wang", "--device", "00000000-0000-7000-8000-000000000000"];
    let files = ["--identity", key.to_str().unwrap(), "--out", "救援"];
    refused(&place, &[&rescue[..], &files].concat(), "托管.key：文件已经不在那里了");
    let taken = run(&place, &["package", "take", stick, "--reply", stick]);
    assert_eq!(taken.status.code(), Some(1));
    assert!(String::from_utf8(taken.stdout).unwrap().contains("没有找到同步包"));
}

async fn codes_are_listed_and_cancelled(place: Place) {
    json(&place, &["migrate"]);
    for name in ["wang", "li"] {
        json(&place, &["user", "add", name]);
    }
    let issue = |user: &str| json(&place, &["device", "enrol-code", "--user", user]);
    let first = issue("wang");
    assert_eq!(first["open_before"], serde_json::json!([]));
    let second = issue("wang");
    assert_eq!(second["open_before"].as_array().unwrap().len(), 1);
    let told = run(&place, &["device", "enrol-code", "--user", "wang"]);
    let said = String::from_utf8(told.stderr).unwrap();
    assert!(said.contains("还有 2 个没用的接入码"), "{said}");
    issue("li");
    let open = json(&place, &["device", "codes"]);
    assert_eq!(open.as_array().unwrap().len(), 4);
    let text = open.to_string();
    assert!(!text.contains(first["code"].as_str().unwrap()), "a code is shown once");

    let of = |user: &str| {
        let all = json(&place, &["device", "codes"]);
        let codes = all.as_array().unwrap().iter().filter(|code| code["user"] == user).cloned();
        codes.collect::<Vec<Value>>()
    };
    json(&place, &["device", "cancel-code", of("wang")[0]["code"].as_str().unwrap()]);
    assert_eq!((of("wang").len(), of("li").len()), (2, 1));
    json(&place, &["device", "cancel-code", "--user", "wang"]);
    assert_eq!((of("wang").len(), of("li").len()), (0, 1));
    refused(&place, &["device", "cancel-code", "--user", "wang"], "没有这样的接入码");
    refused(&place, &["device", "cancel-code", "0000"], "编号");
    refused(&place, &["device", "cancel-code", "--user", "nobody"], "没有这个用户");
    // A cancelled one lets nobody in.
    let clock = tiexin_server::Clock::default();
    let province = tiexin_server::Province::open(&place.store, clock).await.unwrap();
    let key = ed25519_dalek::SigningKey::from_bytes(&[3; 32]);
    let request = tiexin_protocol::wire::EnrolRequest {
        code: second["code"].as_str().unwrap().into(),
        device: None,
        device_key: hex::encode(key.verifying_key().as_bytes()),
        device_name: "机".into(),
        author: uuid::Uuid::new_v4(),
        app: "test".into(),
        person: None,
    };
    assert!(province.enrol(&request).await.is_err());
}

async fn a_machine_is_revoked_by_an_explicit_word(place: Place) {
    let desk = worker(&place.province().await, "wang", TOWN).await;
    let id = desk.device.to_string();
    let listed = run(&place, &["device", "list"]);
    let line = String::from_utf8(listed.stdout).unwrap();
    assert!(line.contains("wang") && line.contains("谷阳镇 340323100"), "{line}");
    assert!(!line.contains("失效"), "{line}");
    // Neither word: it says what each does, and does nothing.
    refused(&place, &["device", "revoke", &id], "--retired");
    assert_eq!(json(&place, &["device", "list"])[0]["state"], "在用");
    refused(&place, &["device", "revoke", &id, "--retired"], "--yes");
    json(&place, &["device", "revoke", &id, "--retired", "--yes"]);
    assert_eq!(json(&place, &["device", "list"])[0]["state"], "退役中");
    refused(&place, &["device", "revoke", &id, "--lost"], "没有停用");
    json(&place, &["device", "revoke", &id, "--lost", "--yes"]);
    assert_eq!(json(&place, &["device", "list"])[0]["state"], "停用");
    assert_eq!(json(&place, &["device", "list"])[0]["users"], serde_json::json!(["wang"]));
    // Where somebody worked last is told as what it is.
    json(&place, &["grant", "end", "--user", "wang", "--role", "worker", "--region", TOWN]);
    let line = String::from_utf8(run(&place, &["device", "list"]).stdout).unwrap();
    assert!(line.contains("谷阳镇 340323100（授权已失效）"), "{line}");
}

async fn only_migrate_makes_a_book(place: Place) {
    for words in [
        &["user", "list"][..],
        &["verify"],
        &["demo"],
        &["restored"],
        &["serve", "--listen", "127.0.0.1:0"],
        &["audit-root", "export"],
    ] {
        refused(&place, words, "还没有省平台的表");
    }
    if let tiexin_server::StoreUrl::Sqlite(path) = &place.store {
        assert!(!path.exists(), "no file is made");
    }
    let made = json(&place, &["migrate"]);
    assert_eq!(made["from"], Value::Null);
    let again = json(&place, &["migrate"]);
    assert_eq!((&again["from"], &again["to"]), (&made["to"], &made["to"]));
    let said = String::from_utf8(run(&place, &["migrate"]).stdout).unwrap();
    assert!(said.contains("已是最新"), "{said}");
    let verified = String::from_utf8(run(&place, &["verify"]).stdout).unwrap();
    assert!(verified.contains("空的") && !verified.contains("完好"), "{verified}");
}

/// A password in the environment is not shown by any help; a database that is not there is told in Chinese.
#[tokio::test]
async fn a_database_s_password_is_not_shown() {
    let server = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiexin-server"));
        command.env("TIEXIN_STORE", "postgres://tiexin:geheim@127.0.0.1:9/nirgends").args(args);
        command.output().unwrap()
    };
    for words in
        [&["--help"][..], &["serve", "--help"], &["grant", "add", "--help"], &["package", "take", "--help"]]
    {
        let told = server(words);
        assert!(told.status.success());
        let text = String::from_utf8([told.stdout, told.stderr].concat()).unwrap();
        assert!(!text.contains("geheim"), "{words:?}: {text}");
    }
    let away = server(&["user", "list"]);
    let said = String::from_utf8(away.stderr).unwrap();
    assert_eq!(away.status.code(), Some(1));
    assert!(said.contains("连不上 PostgreSQL") && !said.contains("geheim"), "{said}");
    // On a server that is there.
    let Ok(base) = std::env::var("TIEXIN_TEST_PG") else { return };
    let (host, _) = base.rsplit_once('/').unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tiexin-server"));
    let missing = command.args(["verify", "--store", &format!("{host}/no_such_database")]).output().unwrap();
    let said = String::from_utf8(missing.stderr).unwrap();
    assert!(said.contains("没有这个数据库"), "{said}");
}

/// A release asks for it before it builds what would not be taken anywhere.
#[test]
fn the_public_half_of_a_key_is_told_and_whether_this_program_heeds_it() {
    let folder = tempfile::tempdir().unwrap();
    let release = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiexin-server"));
        command.current_dir(folder.path()).env("TIEXIN_RELEASE_KEYS", "keys.txt").arg("release").args(words);
        let done = command.arg("--json").output().unwrap();
        assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_slice::<Value>(&done.stdout).unwrap()
    };
    let made = release(&["keygen", "--out", "release.key"]);
    let told = || release(&["public", "--key", "release.key"]);
    assert_eq!(told(), serde_json::json!({"public": made["public"], "trusted": false}));
    let keys = format!("# the office's\n{}\n", made["public"].as_str().unwrap());
    std::fs::write(folder.path().join("keys.txt"), keys).unwrap();
    assert_eq!(told(), serde_json::json!({"public": made["public"], "trusted": true}));
}

/// Packing wants no database. What it cannot read is told by its name.
#[test]
fn a_package_is_not_made_of_files_that_are_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let release = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiexin-server"));
        command.current_dir(folder.path()).arg("release").args(words).output().unwrap()
    };
    let refused = |key: &str, notes: &str, why: &str| {
        let words = ["pack", "--version", "0.2.0", "--book", "1", "--out", "新.txu"];
        let from = ["--key", key, "--notes", notes, "--platform", "linux-x86_64=程序"];
        let done = release(&[&words[..], &from].concat());
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(1), "{said}");
        assert!(done.stdout.is_empty() && said.contains(why), "{said}");
    };
    assert!(release(&["keygen", "--out", "发布.key"]).status.success());
    std::fs::write(folder.path().join("说明.txt"), "查找更快").unwrap();
    refused("别处.key", "说明.txt", "读不到 别处.key：文件已经不在那里了");
    refused("发布.key", "别处.txt", "读不到 别处.txt：文件已经不在那里了");
    refused("说明.txt", "说明.txt", "不是 release keygen 写出的私钥文件");
    refused("发布.key", "说明.txt", "程序 打不开");
    // As an editor of a Chinese Windows saves it: 查找更快 in GBK.
    std::fs::write(folder.path().join("国标.txt"), b"\xb2\xe9\xd5\xd2\xb8\xfc\xbf\xec").unwrap();
    refused("发布.key", "国标.txt", "程序 打不开");
    assert!(!folder.path().join("新.txu").exists());
}
