//! The loopback host answers its own page and nobody else.

use serde_json::{Value, json};
use tiexin_contract::ErrorReply;
use tiexin_desk::{Running, serve};

use crate::office::{Office, PASSWORD, TOWNSHIP, day};

struct Browser {
    host: Running,
    http: reqwest::Client,
    _office: Office,
}

async fn browser() -> Browser {
    let office = Office::township(day(2026, 10, 20)).await;
    let pages = office.folder.path().join("pages");
    std::fs::create_dir(&pages).unwrap();
    std::fs::write(pages.join("index.html"), "<p>贴心</p>").unwrap();
    // The client wants to know its cryptography even for plain loopback.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let host = serve(office.desk.clone(), 0, Some(pages)).await.unwrap();
    Browser { host, http: reqwest::Client::new(), _office: office }
}

impl Browser {
    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.host.addr.port())
    }

    fn call(&self, name: &str, args: Value) -> reqwest::RequestBuilder {
        let call = self.http.post(self.url(&format!("/call/{name}"))).json(&args);
        call.header("X-Tiexin-Token", &self.host.token)
    }
}

#[tokio::test]
async fn its_page_works_as_the_window_does() {
    let browser = browser().await;
    assert!(browser.host.addr.ip().is_loopback());
    assert!(browser.host.url.ends_with(&format!("/#token={}", browser.host.token)));
    let session: Value = browser.call("session.get", json!({})).send().await.unwrap().json().await.unwrap();
    assert_eq!(session["signed_in"]["home"], TOWNSHIP);
    let own = format!("http://127.0.0.1:{}", browser.host.addr.port());
    let out = browser.call("session.sign_out", json!({})).header("Origin", own).send().await.unwrap();
    assert!(out.status().is_success());
    let refused = browser.call("today.get", json!({"region": TOWNSHIP})).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    let error: ErrorReply = refused.json().await.unwrap();
    assert_eq!(error.code, tiexin_contract::ErrorCode::SignedOut);
    let back = json!({"name": "wangli", "password": PASSWORD});
    assert!(browser.call("session.sign_in", back).send().await.unwrap().status().is_success());
    assert_eq!(browser.call("no.such", json!({})).send().await.unwrap().status(), 404);
    let broken = browser.call("session.get", json!({})).body("{").send().await.unwrap();
    assert_eq!(broken.status(), 422);
}

#[tokio::test]
async fn strangers_are_refused() {
    let browser = browser().await;
    let asked = |change: fn(reqwest::RequestBuilder) -> reqwest::RequestBuilder| {
        let request = change(browser.call("session.get", json!({})));
        async move { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(asked(|r| r).await, 200);
    assert_eq!(asked(|r| r.header("Host", "evil.example")).await, 403);
    assert_eq!(asked(|r| r.header("Origin", "http://evil.example")).await, 403);
    assert_eq!(asked(|r| r.header("Sec-Fetch-Site", "cross-site")).await, 403);
    let without = browser.http.post(browser.url("/call/session.get")).body("{}").send().await.unwrap();
    assert_eq!(without.status(), 403);
    let wrong = browser.http.post(browser.url("/call/session.get")).header("X-Tiexin-Token", "0").body("{}");
    assert_eq!(wrong.send().await.unwrap().status(), 403);
    let in_query = format!("/call/session.get?token={}", browser.host.token);
    let in_query = browser.http.post(browser.url(&in_query)).body("{}").send().await.unwrap();
    assert_eq!(in_query.status(), 403);
    let page = browser.http.get(browser.url("/")).header("Host", "evil.example").send().await.unwrap();
    assert_eq!(page.status(), 403);
}

#[tokio::test]
async fn pages_are_served_with_their_policy() {
    let browser = browser().await;
    for path in ["/", "/families/1"] {
        let page = browser.http.get(browser.url(path)).send().await.unwrap();
        assert_eq!(page.status(), 200, "{path}");
        let head = |name: &str| page.headers()[name].to_str().unwrap().to_owned();
        assert!(head("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(head("cache-control"), "no-store");
        assert!(page.text().await.unwrap().contains("贴心"));
    }
    let outside = browser.http.get(browser.url("/../keyring.json")).send().await.unwrap();
    assert!(!outside.text().await.unwrap().contains("holders"));
}

#[tokio::test]
async fn events_are_heard() {
    let browser = browser().await;
    let url = format!("/events?token={}", browser.host.token);
    let mut heard = browser.http.get(browser.url(&url)).send().await.unwrap();
    assert_eq!(heard.headers()["content-type"], "text/event-stream");
    browser.call("session.sign_out", json!({})).send().await.unwrap();
    let chunk = heard.chunk().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&chunk).contains("signed_out"));
    let deaf = browser.http.get(browser.url("/events?token=0")).send().await.unwrap();
    assert_eq!(deaf.status(), 403);
}

/// A page that does not read for a while: more was told than is kept for it.
#[tokio::test]
async fn a_host_that_fell_behind_tells_that_everything_may_have_changed() {
    let office = Office::township(day(2026, 10, 20)).await;
    let mut events = office.desk.subscribe();
    for n in 0..300 {
        let fields = serde_json::json!({"region": crate::office::VILLAGE, "name": format!("会员{n}")});
        let fields = crate::office::fields(fields);
        let member =
            tiexin_contract::records::SaveRecord { kind: "member".into(), id: None, version: None, fields };
        office.ok(member).await;
    }
    office.ok(tiexin_contract::session::SignOut {}).await;
    let first =
        serde_json::to_value(events.recv().await.expect("a host is told that it fell behind")).unwrap();
    assert_eq!(first, serde_json::json!({"event": "missed"}));
    // What is still there follows, the newest among it. How the sync stands is looked at beside the commands, and may
    // be told after the last of them.
    let rest = std::iter::from_fn(|| events.try_recv().ok());
    let rest: Vec<_> = rest.map(|event| serde_json::to_value(event).unwrap()).collect();
    assert!(rest.contains(&serde_json::json!({"event": "signed_out"})), "{rest:?}");
}
