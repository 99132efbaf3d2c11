//! A province with a certificate of its own: a desk that was given the authority's certificate speaks with it and
//! with nobody else.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tiexin_testkit::desks::PASSWORD;
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::terminal;
use tiexin_testkit::window::{self, Trouble};

use crate::seat::Way;

const GUYANG: &str = "340323100";

on_both_stores!(the_story);

fn pem(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls").join(name).display().to_string()
}

/// Serves with this certificate and key.
fn words(name: &str) -> [String; 4] {
    let file = |kind: &str| pem(&format!("{name}.{kind}.pem"));
    ["--tls-cert".into(), file("cert"), "--tls-key".into(), file("key")]
}

struct Desk(tempfile::TempDir);

impl Desk {
    fn book(&self) -> PathBuf {
        self.0.path().join("book")
    }

    #[track_caller]
    fn json(&self, words: &[&str], input: Option<&Value>) -> Value {
        terminal::told(&self.book(), words, input.map(Value::to_string).as_deref()).unwrap()
    }

    /// Ends with this code, saying this.
    #[track_caller]
    fn refused(&self, words: &[&str], code: i32, why: &str) {
        let ended = terminal::run(&self.book(), words, None).unwrap();
        assert_eq!(ended.code, Some(code), "{words:?}: {} {}", ended.out, ended.err);
        assert!(ended.err.contains(why), "{}", ended.err);
    }
}

async fn the_story(keep: Keep) {
    let own = words("localhost");
    let mut province = Province::start_with(keep, &own.each_ref().map(String::as_str)).unwrap();
    let code = province.user("guyang", "worker", GUYANG).unwrap();
    let url = format!("https://localhost:{}", province.address().port());
    let desk = Desk(tempfile::tempdir().unwrap());

    // Nobody vouches for the certificate yet: the code is not even sent.
    let enrol = ["enrol", "--server", &url, "--code", &code, "--user", "guyang"];
    desk.refused(&enrol, 1, "证书");
    let (not_it, ours) = (pem("stranger.cert.pem"), pem("localhost.cert.pem"));
    desk.refused(&[&enrol[..], &["--ca", &not_it]].concat(), 1, "证书");
    desk.refused(
        &["enrol", "--server", "http://192.0.2.1", "--code", &code, "--user", "guyang"],
        6,
        "https://",
    );
    desk.json(&[&enrol[..], &["--ca", &ours]].concat(), None);
    desk.json(&["sync"], None);

    let household = |name: &str| json!({"region": "340323100001", "head_name": name});
    desk.json(&["add", "household"], Some(&household("甲户")));
    desk.json(&["sync"], None);
    assert_eq!(desk.json(&["status"], None)["waiting"], 0);
    let told = province.digests().unwrap();
    assert_eq!(told[GUYANG].0, 1);

    // Somebody else answers at the province's address: nothing is told, nothing is lost.
    let stranger = words("stranger");
    province.restart_with(&stranger.each_ref().map(String::as_str)).unwrap();
    desk.json(&["add", "household"], Some(&household("乙户")));
    desk.refused(&["sync"], 5, "证书");
    assert_eq!(desk.json(&["status"], None)["waiting"], 1);
    assert_eq!(province.digests().unwrap(), told);
    // Nor when the machine itself would trust the stranger: the authority that was given is the only one.
    let trusting = terminal::desk(&desk.book(), &["sync"]).env("SSL_CERT_FILE", &not_it).status().unwrap();
    assert_eq!(trusting.code(), Some(5));
    assert_eq!(province.digests().unwrap(), told);

    province.restart_with(&own.each_ref().map(String::as_str)).unwrap();
    desk.json(&["sync"], None);
    assert_eq!(desk.json(&["status"], None)["waiting"], 0);
    assert_eq!(province.digests().unwrap()[GUYANG].0, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_window() -> Result<(), Trouble> {
    if !window::display() {
        return Ok(());
    }
    chosen_on_the_screen(Way::Window).await
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_browser() -> Result<(), Trouble> {
    chosen_on_the_screen(Way::Browser).await
}

/// The certificate is chosen in the folded part of the form, and what is wrong with it is said there.
async fn chosen_on_the_screen(way: Way) -> Result<(), Trouble> {
    let own = words("localhost");
    let province = Province::start_with(Keep::sqlite(), &own.each_ref().map(String::as_str))?;
    let code = province.user("guyang", "worker", GUYANG)?;
    let url = format!("https://localhost:{}", province.address().port());
    let home = tempfile::tempdir().map_err(|e| Trouble(e.to_string()))?;
    let (screen, _host) = way.open(&home.path().join("book")).await?;
    screen.shows("您想怎样开始").await?;
    screen.press("接入省平台").await?;
    for (label, text) in [
        ("省平台地址", url.as_str()),
        ("接入码", &code),
        ("您的姓名", "王丽"),
        ("登录名", "guyang"),
        ("密码", PASSWORD),
        ("再输一遍密码", PASSWORD),
    ] {
        screen.fill(label, text).await?;
    }
    screen.press("建立台账").await?;
    // Unfolded by itself: this is what is to be mended.
    screen.shows("对方的证书不是公认机构发的").await?;
    for (file, told) in [
        ("stranger.key.pem", "不是证书"),
        ("stranger.cert.pem", "和选的证书文件对不上"),
        ("localhost.cert.pem", "该去看谁"),
    ] {
        screen.pick("选择证书文件", "选择证书文件", &[pem(file).into()]).await?;
        screen.shows(file).await?;
        screen.press("建立台账").await?;
        screen.shows(told).await?;
    }
    screen.close().await
}
