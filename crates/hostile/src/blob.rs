//! `HEAD|PUT|GET /v1/blob/…`: names, counts and prints as text, and the bytes.

use serde::Deserialize;
use tiexin_domain::RegionCode;
use tiexin_protocol::blob::{BlobHash, Chunks, count, print, span};
use tiexin_server::Asked;
use uuid::Uuid;

use crate::framed::flags;
use crate::province::{DEVICE, with_province};

/// What stands in the path, the query and the headers.
#[derive(Deserialize)]
struct Request {
    hash: String,
    chunk: u32,
    scope: String,
    record: Uuid,
    bytes: u64,
    print: String,
    #[serde(default)]
    have: String,
    /// The body, as text.
    body: String,
}

pub(crate) fn blob(input: &[u8]) {
    let Some((flags, rest)) = flags(input) else { return };
    let Ok(request) = serde_json::from_slice::<Request>(rest) else { return };
    // What a desk reads of the reply.
    if let Some(chunks) = Chunks::read(count(request.bytes.min(1 << 30)), &request.have) {
        assert_eq!(chunks.is_whole(), chunks.to_text() == "whole");
    }
    if let Some((from, length)) = span(request.bytes, request.chunk) {
        assert!(from + length as u64 <= request.bytes);
    }
    let Ok(scope) = request.scope.parse::<RegionCode>() else { return };
    let Ok(hash) = request.hash.parse::<BlobHash>() else { return };
    let body = bytes::Bytes::from(request.body.into_bytes());
    let print = if flags & 1 == 1 { print(&body) } else { request.print };
    with_province(async |province| {
        let asked =
            Asked { device: DEVICE, scope: &scope, record: request.record, hash, chunk: request.chunk };
        let _ = province.blob_have(&asked).await;
        if let Ok(have) = province.put_blob(&asked, request.bytes, &print, body.clone()).await
            && have.is_whole()
        {
            let (bytes, _) = province.get_blob(&asked).await.expect("what is whole can be had");
            assert!(bytes.len() as u64 != request.bytes || BlobHash::of(&bytes) == hash);
        }
        let _ = province.get_blob(&asked).await;
    });
}
