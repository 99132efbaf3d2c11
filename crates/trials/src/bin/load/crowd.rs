//! The crowd of devices: users, rights and keys are real, made through the office's own door.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use ed25519_dalek::SigningKey;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role};
use tiexin_protocol::wire::EnrolRequest;
use tiexin_server::{CODE_DAYS, Clock, Province, StoreUrl};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::device::Device;
use crate::tally::{Act, Tally};

/// Enrolments at the same time.
const AT_ONCE: usize = 12;

/// The code of the township with this number.
pub(crate) fn town(number: usize) -> RegionCode {
    // Counties of ten townships each under one city.
    let code = format!("34{:04}{:03}", 1 + number / 10, 100 + number % 10);
    RegionCode::new(code).expect("nine digits")
}

/// Enrols a desk for each of the regions, with a worker of its own. No commit of this waits for a disk: it is not
/// what is measured.
pub(crate) async fn enrol(store: &str, regions: impl Iterator<Item = RegionCode>) -> Vec<Device> {
    let begun = Instant::now();
    let sign = if store.contains('?') { '&' } else { '?' };
    let quick = format!("{store}{sign}options=-csynchronous_commit%3Doff");
    let province =
        Province::open(&StoreUrl::Postgres(quick), Clock::default()).await.expect("the book opens");
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for (number, region) in regions.enumerate() {
        let (province, room) = (province.clone(), room.clone());
        tasks.spawn(async move {
            let _room = room.acquire_owned().await.expect("never closed");
            one(&province, number, region).await
        });
    }
    let devices = tasks.join_all().await;
    println!("enrolled {} desks: {:.0} s", devices.len(), begun.elapsed().as_secs_f64());
    devices
}

async fn one(province: &Province, number: usize, region: RegionCode) -> Device {
    let name = format!("worker{number}");
    province.add_user(&name, &name).await.expect("a new user");
    let grant = Grant { role: Role::Worker, region: region.clone(), from: None, to: None };
    province.add_grant(&name, &grant).await.expect("a grant");
    let mut seed = [0u8; 32];
    seed[..16].copy_from_slice(Uuid::new_v4().as_bytes());
    seed[16..].copy_from_slice(Uuid::new_v4().as_bytes());
    let key = SigningKey::from_bytes(&seed);
    let request = EnrolRequest {
        code: province.enrol_code(&name, CODE_DAYS).await.expect("a code"),
        device: None,
        device_key: hex::encode(key.verifying_key().as_bytes()),
        device_name: name,
        author: Uuid::new_v4(),
        app: "load".into(),
        person: None,
    };
    let device = province.enrol(&request).await.expect("enrolled").device;
    Device::new(device, request.author, key, region.scope(), number)
}

/// Every device proves its key and says hello, over HTTP; spread over the servers.
pub(crate) async fn arrive(devices: Vec<Device>, servers: &[SocketAddr]) -> Vec<Device> {
    let tally = Arc::new(Tally::default());
    let begun = Instant::now();
    let room = Arc::new(Semaphore::new(64));
    let mut tasks = JoinSet::new();
    for (number, mut device) in devices.into_iter().enumerate() {
        device.server = servers[number % servers.len()];
        let (room, tally) = (room.clone(), tally.clone());
        tasks.spawn(async move {
            let _room = room.acquire_owned().await.expect("never closed");
            let mut line = device.open().await.expect("a connection");
            let asked = Instant::now();
            device.prove(&mut line).await.expect("a token");
            tally.took(Act::Token, asked);
            let asked = Instant::now();
            device.hello(&mut line).await.expect("hello");
            tally.took(Act::Hello, asked);
            device
        });
    }
    let devices = tasks.join_all().await;
    println!("\n== {} desks prove their keys and say hello, 64 at a time", devices.len());
    tally.print(begun.elapsed());
    devices
}
