//! Says to the province of today what was said to the one of the recording.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use tiexin_protocol::OLDEST_PROTOCOL;
use tiexin_protocol::package::{Part, ReplyBody, gather};
use tiexin_protocol::wire::{HelloRequest, PullRequest, PushRequest};
use tiexin_seal::Keys;
use tiexin_server::{Province, StoreUrl};

use super::old;
use super::people::{key, let_in};
use super::tape::{Message, messages, recordings};
use crate::place::Place;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    /// A desk of the version that was recorded.
    Recorded,
    /// One that says no more than the oldest desk must.
    Oldest,
}

pub(super) async fn all(place: Place, speaking: As) {
    for folder in recordings() {
        let place = match place.store {
            StoreUrl::Sqlite(_) => Place::sqlite(),
            StoreUrl::Postgres(_) => Place::postgres("recorded").await.expect("the first one was there"),
        };
        one(&place, &folder, speaking).await;
    }
}

async fn one(place: &Place, folder: &Path, speaking: As) {
    let (province, _) = let_in(place).await;
    let messages = messages(folder);
    let replies: BTreeMap<(&str, &str), &Message> =
        messages.iter().map(|m| ((m.name.as_str(), m.shape.as_str()), m)).collect();
    let mut said = 0;
    for message in &messages {
        let what = format!("{}/{}.{}", folder.display(), message.name, message.shape);
        let Some((answer, reply)) = answered(&province, message, speaking, &what).await else { continue };
        let recorded = replies[&(message.name.as_str(), reply)].value();
        match reply {
            "PushReply" => same::<old::Pushed>(&recorded, &answer, &what),
            "PullReply" => same::<old::Pulled>(&recorded, &answer, &what),
            _ => same::<old::Hello>(&recorded, &answer, &what),
        }
        said += 1;
    }
    assert!(said > 20, "{said} messages only");
    if speaking == As::Recorded {
        carried(&province, folder, &messages).await;
    }
    // The desk bears witness of a root that was made then, and not today.
    let broken = province.verify().await.unwrap().broken;
    let broken: Vec<_> = broken.into_iter().filter(|found| !found.at.contains("见证 root")).collect();
    assert_eq!(broken, []);
}

fn same<T: serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(then: &Value, now: &Value, what: &str) {
    assert_eq!(old::seen::<T>(now, what), old::seen::<T>(then, what), "{what}: answered otherwise than then");
}

/// What the province answers today, and the shape of the reply; none for what is not replayed.
async fn answered(
    province: &Province,
    message: &Message,
    speaking: As,
    what: &str,
) -> Option<(Value, &'static str)> {
    let spoken = match speaking {
        As::Recorded => message.value(),
        As::Oldest => least(&message.shape, message.value()),
    };
    let read = |e: serde_json::Error| -> ! { panic!("{what} is not read any more: {e}") };
    let error = |e: tiexin_server::Error| -> ! { panic!("{what} is refused: {e}") };
    Some(match message.shape.as_str() {
        "PushRequest" => {
            let request: PushRequest = serde_json::from_value(spoken).unwrap_or_else(|e| read(e));
            (json!(province.push(&request).await.unwrap_or_else(|e| error(e))), "PushReply")
        }
        "PullRequest" => {
            let request: PullRequest = serde_json::from_value(spoken).unwrap_or_else(|e| read(e));
            (json!(province.pull(&request).await.unwrap_or_else(|e| error(e))), "PullReply")
        }
        "HelloRequest" => {
            let request: HelloRequest = serde_json::from_value(spoken).unwrap_or_else(|e| read(e));
            (json!(province.hello(&request).await.unwrap_or_else(|e| error(e))), "HelloReply")
        }
        _ => return None,
    })
}

/// The message without everything that came to it later, from a program that is three versions behind.
fn least(shape: &str, mut message: Value) -> Value {
    let object = message.as_object_mut().expect("an object");
    match shape {
        "PushRequest" => ["generations", "before"].iter().for_each(|field| drop(object.remove(*field))),
        "PullRequest" => object.retain(|field, _| !matches!(field.as_str(), "quarantine" | "refused")),
        "HelloRequest" => {
            object.retain(|field, _| matches!(field.as_str(), "device" | "incarnation"));
            object.insert("protocol".into(), json!(OLDEST_PROTOCOL));
            object.insert("app".into(), json!("0.0.1"));
        }
        _ => {}
    }
    message
}

/// The very bytes of the stick, its parts in another order.
async fn carried(province: &Province, folder: &Path, messages: &[Message]) {
    let name = |what: &str| messages.iter().find(|m| m.name.contains(what)).expect(what).name.clone();
    let (out, back) = (name("far-writes-a-stick"), name("far-gets-the-reply"));
    let mut parts: Vec<Part> = Vec::new();
    for n in 1.. {
        let Ok(bytes) = std::fs::read(folder.join(format!("{out}.{n}.txp"))) else { break };
        parts.push(Part::read(bytes).unwrap());
    }
    let mut state = None;
    for part in parts.iter().rev() {
        state = Some(province.take_part(part.bytes().to_vec()).await.unwrap());
    }
    let state = state.expect("parts");
    let mut replies = Vec::new();
    for part in 1..=state.reply_parts.expect("whole") {
        replies.push(Part::read(province.package_reply(state.package, part).await.unwrap()).unwrap());
    }
    let sealed = gather(replies).unwrap().remove(0).whole().unwrap();
    let keys = Keys::of_desk(&key(7).to_bytes()).unwrap();
    let (said, _): (ReplyBody, Vec<u8>) = tiexin_seal::open(&keys, &sealed).unwrap();
    let recorded = messages.iter().find(|m| m.name == back && m.shape == "ReplyBody").unwrap();
    same::<old::Carried>(&recorded.value(), &json!(said), &back);
}
