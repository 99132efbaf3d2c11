//! The same promises through the door: HTTP, tokens, compression, limits.

use reqwest::{Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tiexin_protocol::PROTOCOL;
use tiexin_protocol::wire::*;
use tiexin_server::{Config, Rate, Running, spawn};
use uuid::Uuid;

use crate::desk::{Desk, words};
use crate::on_both_stores;
use crate::place::{Place, TOWN, VILLAGE, worker};

on_both_stores!(
    a_desk_works_through_the_door,
    an_enrolment_code_works_once,
    a_code_is_only_for_its_user,
    a_code_ends_after_its_days,
    tokens_are_for_those_who_hold_the_key,
    a_bomb_and_nonsense_are_turned_away,
    the_server_shows_how_it_is,
);

pub(crate) struct Line {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
    /// How long the token is good.
    pub(crate) seconds: u64,
}

impl Line {
    pub(crate) fn to(server: &Running) -> Line {
        Line::at(server.url.clone())
    }

    pub(crate) fn at(url: String) -> Line {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Line { http: reqwest::Client::new(), url, token: None, seconds: 0 }
    }

    /// To another process on the same book, with the token that this one gave.
    pub(crate) fn also(&self, url: String) -> Line {
        Line { token: self.token.clone(), ..Line::at(url) }
    }

    /// Signs in as the desk.
    pub(crate) async fn of(server: &Running, desk: &Desk) -> Line {
        Line::to(server).signed_in(desk).await
    }

    pub(crate) async fn signed_in(mut self, desk: &Desk) -> Line {
        let line = &mut self;
        let ask = TokenRequest { device: desk.device, nonce: None, signature: None };
        let TokenReply::Nonce(nonce) = line.ask("/v1/token", &ask).await.unwrap() else { panic!("no nonce") };
        let signature = Some(desk.sign(&nonce));
        let answer = TokenRequest { nonce: Some(nonce), signature, ..ask };
        let TokenReply::Token { token, seconds } = line.ask("/v1/token", &answer).await.unwrap() else {
            panic!("no token")
        };
        (line.token, line.seconds) = (Some(token), seconds);
        self
    }

    pub(crate) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.get(format!("{}{path}", self.url));
        self.token.iter().fold(request, |r, token| r.bearer_auth(token))
    }

    pub(crate) fn put(&self, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.put(format!("{}{path}", self.url));
        self.token.iter().fold(request, |r, token| r.bearer_auth(token))
    }

    fn post(&self, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("{}{path}", self.url));
        self.token.iter().fold(request, |r, token| r.bearer_auth(token))
    }

    /// A compressed request, a compressed reply; or the code of the refusal.
    pub(crate) async fn ask<A: Serialize, B: DeserializeOwned>(
        &self,
        path: &str,
        body: &A,
    ) -> Result<B, String> {
        let packed = zstd::bulk::compress(&serde_json::to_vec(body).unwrap(), 3).unwrap();
        let response = self
            .post(path)
            .header("content-encoding", "zstd")
            .header("accept-encoding", "zstd")
            .body(packed)
            .send()
            .await
            .unwrap();
        let good = response.status().is_success();
        let packed = response.headers().get("content-encoding").is_some_and(|e| e == "zstd");
        let bytes = response.bytes().await.unwrap();
        let plain = if packed { zstd::decode_all(&bytes[..]).unwrap() } else { bytes.to_vec() };
        if good { Ok(serde_json::from_slice(&plain).unwrap()) } else { Err(code(&plain)) }
    }
}

fn code(body: &[u8]) -> String {
    let refusal: Refusal = serde_json::from_slice(body).unwrap();
    assert!(!refusal.message.is_ascii(), "the message is for people");
    refusal.code.to_string()
}

async fn refused(response: Response) -> (StatusCode, String) {
    (response.status(), code(&response.bytes().await.unwrap()))
}

async fn a_desk_works_through_the_door(place: Place) {
    let server = place.server(None).await;
    let mut desk = worker(&server.province, "w", TOWN).await;
    let line = Line::of(&server, &desk).await;
    assert_eq!(line.seconds, 3600);
    let hello = HelloRequest {
        device: desk.device,
        incarnation: desk.incarnation,
        protocol: PROTOCOL,
        app: "test".into(),
        ..HelloRequest::default()
    };
    let hello: HelloReply = line.ask("/v1/hello", &hello).await.unwrap();
    assert_eq!((hello.users[0].name.as_str(), hello.acked), ("w", 0));
    let changes: Vec<_> = (0..20).map(|_| desk.new_household(Uuid::new_v4(), VILLAGE, "户主")).collect();
    let reply: PushReply = line.ask("/v1/push", &desk.pushing(&changes)).await.unwrap();
    assert_eq!(words(&reply), ["applied"; 20]);
    let begin = Cursor {
        scope: hello.scopes[0].scope.clone(),
        generation: hello.scopes[0].generation,
        since: 0,
        view: vec![],
    };
    desk.incarnation = Uuid::new_v4();
    let pulled: PullReply = line.ask("/v1/pull", &desk.pulling(vec![begin])).await.unwrap();
    assert_eq!((pulled.pages[0].entries.len(), pulled.pages[0].next), (20, 20));
    // Plain JSON is taken as well.
    let plain = line.post("/v1/pull").json(&desk.pulling(vec![])).send().await.unwrap();
    assert!(plain.status().is_success() && plain.headers().get("content-encoding").is_none());
    // The id of a request is the server's own business, unless the desk gave one.
    assert!(!plain.headers().contains_key("x-request-id"));
    let named = line.post("/v1/pull").header("x-request-id", "mine").json(&desk.pulling(vec![]));
    assert_eq!(named.send().await.unwrap().headers()["x-request-id"], "mine");
    // Nobody speaks for another device.
    let other = worker(&server.province, "o", TOWN).await;
    let denied: Result<PullReply, _> = line.ask("/v1/pull", &other.pulling(vec![])).await;
    assert_eq!(denied.unwrap_err(), "device_mismatch");
    // A revocation is heard at the very next request, though the token still lives.
    server.province.revoke_device(desk.device).await.unwrap();
    let denied: Result<PullReply, _> = line.ask("/v1/pull", &desk.pulling(vec![])).await;
    assert_eq!(denied.unwrap_err(), "device_revoked");
    server.stop().await.unwrap();
}

async fn an_enrolment_code_works_once(place: Place) {
    let server = place.server(None).await;
    let line = Line::to(&server);
    server.province.add_user("w", "王某").await.unwrap();
    let code = server.province.enrol_code("w", 7).await.unwrap();
    let desk = worker(&server.province, "other", TOWN).await;
    let request = |code: &str| EnrolRequest {
        code: code.into(),
        device: None,
        device_key: hex::encode(desk.key.verifying_key().as_bytes()),
        device_name: "二号机".into(),
        author: Uuid::new_v4(),
        app: "test".into(),
        person: None,
    };
    let wrong: Result<EnrolReply, _> = line.ask("/v1/enrol", &request("0000-0000-0000")).await;
    assert_eq!(wrong.unwrap_err(), "code_invalid");
    let bad_key = EnrolRequest { device_key: "ab".into(), ..request(&code) };
    let wrong: Result<EnrolReply, _> = line.ask("/v1/enrol", &bad_key).await;
    assert_eq!(wrong.unwrap_err(), "key_invalid");
    // Ten machines with one code at once: one gets in.
    let typed = code.to_lowercase().replace('-', " ");
    let tries = futures::future::join_all(
        (0..10).map(|_| async { line.ask::<_, EnrolReply>("/v1/enrol", &request(&typed)).await }),
    )
    .await;
    let (joined, turned): (Vec<_>, Vec<_>) = tries.into_iter().partition(Result::is_ok);
    assert_eq!((joined.len(), turned.len()), (1, 9));
    assert!(turned.into_iter().all(|t| t.unwrap_err() == "code_invalid"));
    assert_eq!(joined[0].as_ref().unwrap().user.display_name, "王某");
    // A code for one person adds no one to a device without that device's key.
    let more = server.province.enrol_code("w", 7).await.unwrap();
    let foreign = EnrolRequest {
        device: Some(desk.device),
        device_key: hex::encode(Desk::enrol(&server.province, "other").await.key.verifying_key().as_bytes()),
        ..request(&more)
    };
    let wrong: Result<EnrolReply, _> = line.ask("/v1/enrol", &foreign).await;
    assert_eq!(wrong.unwrap_err(), "key_invalid");
}

async fn a_code_is_only_for_its_user(place: Place) {
    let server = place.server(None).await;
    let line = Line::to(&server);
    server.province.add_user("w", "王某").await.unwrap();
    let code = server.province.enrol_code("w", 7).await.unwrap();
    let request = |name: &str, display_name: &str| EnrolRequest {
        code: code.clone(),
        device: None,
        device_key: hex::encode(ed25519_dalek::SigningKey::from_bytes(&[5; 32]).verifying_key().as_bytes()),
        device_name: "一号机".into(),
        author: Uuid::new_v4(),
        app: "test".into(),
        person: Some(Joining { name: name.into(), display_name: display_name.into() }),
    };
    let other: Result<EnrolReply, _> = line.ask("/v1/enrol", &request("li", "李某")).await;
    assert_eq!(other.unwrap_err(), "code_of_another");
    assert!(server.province.devices().await.unwrap().is_empty());
    // It was not used up by that.
    let own: EnrolReply = line.ask("/v1/enrol", &request("wangmou", "王某")).await.unwrap();
    assert_eq!(own.user.name, "w");
}

async fn a_code_ends_after_its_days(place: Place) {
    let province = place.province().await;
    province.add_user("w", "w").await.unwrap();
    let code = province.enrol_code("w", 7).await.unwrap();
    place.days_pass(7);
    let request = EnrolRequest {
        code,
        device: None,
        device_key: hex::encode([0u8; 32]),
        device_name: "迟到".into(),
        author: Uuid::new_v4(),
        app: "test".into(),
        person: None,
    };
    assert_eq!(province.enrol(&request).await.unwrap_err().to_string(), {
        tiexin_server::Refused::CodeInvalid.to_string()
    });
}

async fn tokens_are_for_those_who_hold_the_key(place: Place) {
    let server = place.server(None).await;
    let desk = worker(&server.province, "w", TOWN).await;
    let other = worker(&server.province, "o", TOWN).await;
    let line = Line::to(&server);
    let ask = TokenRequest { device: desk.device, nonce: None, signature: None };
    let TokenReply::Nonce(nonce) = line.ask("/v1/token", &ask).await.unwrap() else { panic!() };
    let with = |signature: String, nonce: &str| TokenRequest {
        device: desk.device,
        nonce: Some(nonce.into()),
        signature: Some(signature),
    };
    let try_ = async |request: &TokenRequest| line.ask::<_, TokenReply>("/v1/token", request).await;
    assert_eq!(try_(&with(other.sign(&nonce), &nonce)).await.unwrap_err(), "signature_wrong");
    assert_eq!(try_(&with("zz".into(), &nonce)).await.unwrap_err(), "signature_wrong");
    assert_eq!(try_(&with(desk.sign("mine"), "mine")).await.unwrap_err(), "token_invalid");
    // A second process on the same book takes the first one's nonce and token.
    let second = place.server(None).await;
    let elsewhere = Line::to(&second);
    let token = elsewhere.ask::<_, TokenReply>("/v1/token", &with(desk.sign(&nonce), &nonce)).await.unwrap();
    let TokenReply::Token { token, .. } = token else { panic!() };
    let line = Line { token: Some(token), ..Line::to(&server) };
    line.ask::<_, PullReply>("/v1/pull", &desk.pulling(vec![])).await.unwrap();
    place.days_pass(1);
    let late = line.ask::<_, PullReply>("/v1/pull", &desk.pulling(vec![])).await;
    assert_eq!(late.unwrap_err(), "token_invalid");
    assert_eq!(try_(&with(desk.sign(&nonce), &nonce)).await.unwrap_err(), "token_invalid");
    let none = Line::to(&server).ask::<_, PullReply>("/v1/pull", &desk.pulling(vec![])).await;
    assert_eq!(none.unwrap_err(), "token_invalid");
}

async fn a_bomb_and_nonsense_are_turned_away(place: Place) {
    let server = place.server(None).await;
    let desk = worker(&server.province, "w", TOWN).await;
    let line = Line::of(&server, &desk).await;
    let send = async |encoding: &str, body: Vec<u8>| {
        refused(line.post("/v1/push").header("content-encoding", encoding).body(body).send().await.unwrap())
            .await
    };
    let bomb = zstd::bulk::compress(&vec![b'['; 256 * 1024 * 1024], 3).unwrap();
    assert!(bomb.len() < 64 * 1024);
    assert_eq!(send("zstd", bomb).await, (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large".into()));
    let wide = vec![b' '; 3 * 1024 * 1024];
    assert_eq!(send("identity", wide).await, (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large".into()));
    for (encoding, body) in [("zstd", b"{}".to_vec()), ("br", b"{}".to_vec()), ("identity", b"[]".to_vec())] {
        assert_eq!(send(encoding, body).await, (StatusCode::BAD_REQUEST, "body_unreadable".into()));
    }
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    assert_eq!(send("identity", deep).await.1, "body_unreadable");
    let elsewhere = line.get("/v1/everything").send().await.unwrap();
    assert_eq!(refused(elsewhere).await, (StatusCode::NOT_FOUND, "not_found".into()));
}

async fn the_server_shows_how_it_is(place: Place) {
    let server = place.server(None).await;
    let line = Line::to(&server);
    let text = async |path: &str| {
        let response = line.get(path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.text().await.unwrap()
    };
    text("/health/live").await;
    text("/health/ready").await;
    assert!(text("/metrics").await.contains("tiexin_requests_total"));
    let api: Value = serde_json::from_str(&text("/openapi.json").await).unwrap();
    for path in ["enrol", "token", "hello", "push", "pull", "snapshot/{scope}", "quarantine/{scope}"] {
        assert!(api["paths"][format!("/v1/{path}")].is_object(), "{path}");
    }
    let schemas = api["components"]["schemas"].as_object().unwrap();
    for name in ["PushRequest", "ScopePage", "PageEntry", "User", "Grant", "Record", "RegionCode", "Chain"] {
        assert!(schemas.contains_key(name), "{name}");
    }
    // Every reference leads somewhere.
    let whole = api.to_string();
    for reference in whole.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name} is not described");
    }
    assert!(schemas["Change"].to_string().contains("noted_at"));
}

#[tokio::test]
async fn rates_are_counted_by_device() {
    let place = Place::sqlite();
    let rate = Rate { burst: 5, per_second: 1 };
    let config = Config { rate, clock: place.clock(), ..Config::loopback(place.store.clone()) };
    let server = spawn(config).await.unwrap();
    let (one, two) =
        (worker(&server.province, "one", TOWN).await, worker(&server.province, "two", TOWN).await);
    let line = Line::of(&server, &one).await;
    let mut said = Vec::new();
    for _ in 0..7 {
        said.push(line.ask::<_, PullReply>("/v1/pull", &one.pulling(vec![])).await.err());
    }
    assert!(said[..5].iter().all(Option::is_none));
    assert!(said[5..].iter().flatten().any(|code| code == "too_many_requests"));
    // A neighbour behind the same address is not held up.
    let line = Line::of(&server, &two).await;
    line.ask::<_, PullReply>("/v1/pull", &two.pulling(vec![])).await.unwrap();
}

#[tokio::test]
async fn plain_http_stays_on_this_machine() {
    let place = Place::sqlite();
    let config = Config { listen: "0.0.0.0:0".parse().unwrap(), ..Config::loopback(place.store.clone()) };
    let refused = spawn(config).await.err().expect("refused");
    assert!(refused.to_string().contains("--tls-cert"));
}

#[test]
fn wire_names_are_as_documented() {
    assert_eq!(json!(TokenReply::Nonce("n".into())), json!({"nonce": "n"}));
}
