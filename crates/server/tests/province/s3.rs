//! Attachments in an S3-compatible store: another program's, over its own protocol, with signed requests.

use std::path::{Path, PathBuf};
use std::process::Command;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use reqwest::{RequestBuilder, Response};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tiexin_protocol::Change;
use tiexin_protocol::blob::{BlobHash, count, print, span};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::blobs::{attachment, photo};
use crate::command_line::{Served, command};
use crate::doors::Line;
use crate::place::{Place, TOWN, VILLAGE, worker};

const KEY: &str = "office";
const SECRET: &str = "a secret of the store";

/// A store with an empty bucket; its address, and the task that serves it.
async fn store(root: &Path) -> (String, JoinHandle<()>) {
    std::fs::create_dir(root.join("photos")).unwrap();
    let mut service = S3ServiceBuilder::new(FileSystem::new(root).unwrap());
    service.set_auth(SimpleAuth::from_single(KEY, SECRET));
    let service = service.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let http = auto::Builder::new(TokioExecutor::new());
        let mut lines = tokio::task::JoinSet::new();
        while let Ok((socket, _)) = listener.accept().await {
            let line = http.serve_connection(TokioIo::new(socket), service.clone()).into_owned();
            lines.spawn(async move { drop(line.await) });
        }
    });
    (address, serving)
}

/// The program, told of the store as an office tells it.
fn told(place: &Place, address: &str, secret: &str, args: &[&str]) -> Command {
    let mut command = command(place, args);
    command.env("TIEXIN_BLOBS", "s3://photos/province").env("AWS_ENDPOINT", address);
    command.env("AWS_ALLOW_HTTP", "true").env("AWS_REGION", "local");
    command.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", secret);
    command
}

fn path(change: &Change, bytes: &[u8], chunk: u32) -> String {
    let hash = BlobHash::of(bytes);
    format!("/v1/blob/{hash}/{chunk}?scope={}&record={}", change.scope, change.record)
}

fn bring(line: &Line, change: &Change, bytes: &[u8], chunk: u32) -> RequestBuilder {
    let (from, len) = span(bytes.len() as u64, chunk).unwrap();
    let part = bytes[from as usize..from as usize + len].to_vec();
    let request = line.put(&path(change, bytes, chunk)).header("tiexin-bytes", bytes.len());
    request.header("tiexin-print", print(&part)).body(part)
}

async fn fetch(line: &Line, change: &Change, bytes: &[u8], chunk: u32) -> Response {
    line.get(&path(change, bytes, chunk)).send().await.unwrap()
}

/// Files of the bucket, without what the store keeps for itself.
fn objects(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.join("photos")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_lie_in_an_s3_store() {
    let root = tempfile::tempdir().unwrap();
    let (address, serving) = store(root.path()).await;
    let place = Place::sqlite();
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let bytes = photo(7);
    let change = attachment(&mut desk, VILLAGE, &bytes);
    desk.push(&province, std::slice::from_ref(&change)).await;

    let (served, at) = Served::begin(told(&place, &address, SECRET, &["serve", "--listen", "127.0.0.1:0"]));
    let line = Line::at(format!("http://{at}")).signed_in(&desk).await;
    for chunk in [2, 0, 0, 1] {
        let brought = bring(&line, &change, &bytes, chunk).send().await.unwrap();
        assert!(brought.status().is_success(), "{chunk}: {}", brought.text().await.unwrap());
    }
    let mut back = Vec::new();
    for chunk in 0..count(bytes.len() as u64) {
        back.extend(fetch(&line, &change, &bytes, chunk).await.bytes().await.unwrap());
    }
    assert_eq!(back, bytes);
    let lying = objects(root.path());
    let whole = format!("photos/province/blob/{TOWN}/{}", BlobHash::of(&bytes));
    assert_eq!(lying, [root.path().join(&whole)], "the whole, and no part of it");

    let verify = |secret| told(&place, &address, secret, &["verify", "--json"]).output().unwrap();
    assert_eq!(verify(SECRET).status.code(), Some(0));
    let refused = verify("another secret");
    assert_eq!(refused.status.code(), Some(1), "it is the store that refuses, not the book that is broken");
    assert!(!String::from_utf8(refused.stderr).unwrap().contains("another secret"));

    let mut damaged = bytes.clone();
    damaged[100] ^= 1;
    std::fs::write(root.path().join(&whole), &damaged).unwrap();
    assert_eq!(verify(SECRET).status.code(), Some(2));
    let broken = fetch(&line, &change, &bytes, 0).await;
    assert!(broken.text().await.unwrap().contains("blob_broken"));
    assert!(fetch(&line, &change, &bytes, 1).await.status().is_success(), "the others are sound");
    std::fs::remove_file(root.path().join(&whole)).unwrap();
    assert!(fetch(&line, &change, &bytes, 1).await.text().await.unwrap().contains("blob_broken"));

    // The store is away: the desk hears so soon, and keeps its photo.
    serving.abort();
    let _ = serving.await;
    let other = photo(8);
    let change = attachment(&mut desk, VILLAGE, &other);
    desk.push(&province, std::slice::from_ref(&change)).await;
    let refused = bring(&line, &change, &other, 0).send().await.unwrap();
    assert!(refused.status().is_server_error(), "{}", refused.status());
    drop(served);
}
