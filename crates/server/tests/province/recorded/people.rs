//! The people of the recording. Their devices, keys and ids are the same whenever they are let in, so that what
//! they said once can be said again to the byte.

use ed25519_dalek::SigningKey;
use tiexin_domain::access::{Grant, Role};
use tiexin_protocol::wire::EnrolRequest;
use tiexin_server::{Province, StoreUrl};
use uuid::Uuid;

use crate::desk::Desk;
use crate::place::{OTHER_TOWN, Place, TOWN, VILLAGE, grant};

/// The province's secret: its keys follow from it.
pub(super) const SECRET: [u8; 32] = [1; 32];

pub(super) struct People {
    /// A worker of the township, and a colleague.
    pub(super) wang: Desk,
    pub(super) li: Desk,
    /// A worker of the township whose every word is refused.
    pub(super) qian: Desk,
    /// A worker of the township and one of a village who only read.
    pub(super) reader: Desk,
    pub(super) village: Desk,
    /// Supervisor of the county.
    pub(super) chief: Desk,
    /// Works in the next township, without a line.
    pub(super) far: Desk,
}

pub(super) async fn let_in(place: &Place) -> (Province, People) {
    drop(place.province().await);
    let secret = hex::encode(SECRET);
    place.meddle(&format!("UPDATE meta SET value = '{secret}' WHERE name = 'secret'")).await;
    let province = place.province().await;
    let worker = |region| [grant(Role::Worker, region)];
    let people = People {
        wang: one(place, &province, 1, "wang", &worker(TOWN)).await,
        li: one(place, &province, 2, "li", &worker(TOWN)).await,
        qian: one(place, &province, 3, "qian", &worker(TOWN)).await,
        reader: one(place, &province, 4, "reader", &worker(TOWN)).await,
        village: one(place, &province, 5, "village", &worker(VILLAGE)).await,
        chief: one(place, &province, 6, "chief", &[grant(Role::Supervisor, "340323")]).await,
        far: one(place, &province, 7, "far", &[for_some_years()]).await,
    };
    // Whoever says hello first begins the logs.
    for desk in [&people.chief, &people.wang, &people.far] {
        desk.hello(&province).await;
    }
    begin_logs(place).await;
    (province, people)
}

fn for_some_years() -> Grant {
    let day = |text: &str| Some(text.parse().unwrap());
    Grant { from: day("2026-01-01"), to: day("2036-12-31"), ..grant(Role::Worker, OTHER_TOWN) }
}

/// Ids that look like those of the time.
pub(super) fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0199_b000_0000_7000_8000_0000_0000_0000 + n)
}

pub(super) fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

pub(super) fn enrolling(n: u8, code: String) -> EnrolRequest {
    EnrolRequest {
        code,
        device: None,
        device_key: hex::encode(key(n).verifying_key().as_bytes()),
        device_name: format!("{n} 号机"),
        author: id(0xa0 + u128::from(n)),
        app: "0.1.0".into(),
        person: None,
    }
}

async fn one(place: &Place, province: &Province, n: u8, name: &str, grants: &[Grant]) -> Desk {
    province.add_user(name, name).await.unwrap();
    for grant in grants {
        province.add_grant(name, grant).await.unwrap();
    }
    let request = enrolling(n, province.enrol_code(name, 7).await.unwrap());
    let reply = province.enrol(&request).await.unwrap();
    let device = id(0xd0 + u128::from(n));
    rename(place, reply.device, device).await;
    Desk {
        device,
        incarnation: id(0xe0 + u128::from(n)),
        user: reply.user.id,
        author: request.author,
        key: key(n),
        seq: 0,
        sent: Default::default(),
        scopes: Default::default(),
    }
}

/// Gives a device the number that it had when the recording was made.
async fn rename(place: &Place, from: Uuid, to: Uuid) {
    let (from, to) = (literal(place, from), literal(place, to));
    for step in [
        format!(
            "INSERT INTO device (id, device_key, name, app, enrolled_at)
             SELECT {to}, device_key, name, app, enrolled_at FROM device WHERE id = {from}"
        ),
        format!("UPDATE device_author SET device = {to} WHERE device = {from}"),
        format!("DELETE FROM device WHERE id = {from}"),
    ] {
        place.meddle(&step).await;
    }
}

/// Gives every log the generation that it had then.
async fn begin_logs(place: &Place) {
    for (n, scope) in [(1, TOWN), (2, OTHER_TOWN), (3, "340323")] {
        let generation = literal(place, id(0x9e00 + n));
        place.meddle(&format!("UPDATE scope SET generation = {generation} WHERE id = '{scope}'")).await;
    }
}

fn literal(place: &Place, id: Uuid) -> String {
    match place.store {
        StoreUrl::Sqlite(_) => format!("X'{}'", id.simple()),
        StoreUrl::Postgres(_) => format!("'{id}'"),
    }
}
