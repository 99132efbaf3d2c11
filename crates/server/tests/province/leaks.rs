//! What the program writes into its log, whatever level is asked for: routes and codes, never a person.

use tiexin_protocol::wire::{PullReply, PushReply};
use uuid::Uuid;

use crate::command_line::{Served, command};
use crate::desk::words;
use crate::doors::Line;
use crate::on_both_stores;
use crate::place::{Place, TOWN, VILLAGE, worker};

on_both_stores!(no_level_tells_a_person, every_request_has_its_line);

const NAME: &str = "欧阳金丝雀";
const NUMBER: &str = "34052419800101001X";
const PHONE: &str = "13912345678";

/// Serves with this level until a desk has registered a person and read her back; the log.
async fn log_of(place: &Place, user: &str, level: &str) -> String {
    let mut desk = worker(&place.province().await, user, TOWN).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    let mut serve = command(place, &["serve", "--listen", "127.0.0.1:0"]);
    serve.env("TIEXIN_LOG", level).env("RUST_LOG", "trace");
    serve.stderr(std::fs::File::create(&file).unwrap());
    let (served, address) = Served::begin(serve);
    let line = Line::at(format!("http://{address}")).signed_in(&desk).await;
    let family = desk.new_household(Uuid::new_v4(), VILLAGE, NAME);
    let fields = serde_json::json!({"region": VILLAGE, "household": family.record, "name": NAME,
        "id_number": NUMBER, "phone": PHONE});
    let person = desk.change("person", Uuid::new_v4(), TOWN, 0, fields);
    let pushed: PushReply = line.ask("/v1/push", &desk.pushing(&[family, person])).await.unwrap();
    assert_eq!(words(&pushed), ["applied", "applied"]);
    // A change that is parked, one of nonsense, a read.
    let away = desk.new_household(Uuid::new_v4(), "340323104001", NAME);
    let pushed: PushReply = line.ask("/v1/push", &desk.pushing(&[away])).await.unwrap();
    assert_eq!(words(&pushed), ["no_right"]);
    let refused: Result<PushReply, String> = line.ask("/v1/push", &serde_json::json!({"name": NAME})).await;
    assert!(refused.is_err());
    let pulled: PullReply = line.ask("/v1/pull", &desk.pulling(Vec::new())).await.unwrap();
    assert!(pulled.pages.is_empty());
    drop(line);
    assert_eq!(served.told_to_stop(), Some(0));
    std::fs::read_to_string(&file).unwrap()
}

async fn no_level_tells_a_person(place: Place) {
    let drivers = "tokio_postgres=trace,tokio_postgres::query=trace,h2=trace,hyper=trace,info";
    for (user, level) in [("a", "trace"), ("b", drivers)] {
        let log = log_of(&place, user, level).await;
        assert!(log.contains("/v1/push"), "something was logged: {log}");
        for canary in [NAME, NUMBER, PHONE] {
            // The drivers write text as text, and as bytes.
            let bytes: Vec<String> = canary.bytes().map(|byte| byte.to_string()).collect();
            for form in [canary.to_owned(), format!("{canary:?}"), bytes.join(", "), hex::encode(canary)] {
                let form = form.trim_matches('"');
                assert!(!log.contains(form), "{level}: the log tells {canary}");
            }
        }
    }
}

async fn every_request_has_its_line(place: Place) {
    let log = log_of(&place, "w", "info").await;
    let lines: Vec<serde_json::Value> =
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of = |route: &str| {
        let fields = lines.iter().map(|line| &line["fields"]);
        fields.filter(|said| said["message"] == "request" && said["route"] == route).collect::<Vec<_>>()
    };
    let pushes = of("/v1/push");
    assert_eq!(pushes.len(), 3, "{log}");
    assert_eq!((&pushes[0]["method"], pushes[0]["status"].as_u64()), (&"POST".into(), Some(200)));
    assert!(pushes[0]["ms"].is_u64() && pushes[0]["device"].as_str().unwrap().len() == 8);
    assert_eq!(
        (pushes[2]["status"].as_u64(), pushes[2]["code"].as_str()),
        (Some(400), Some("body_unreadable"))
    );
    assert_eq!(of("/v1/pull").len(), 1);
}
