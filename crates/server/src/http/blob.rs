//! `HEAD|GET|PUT /v1/blob/{sha256}/{chunk}`: bytes of attachments, chunk by chunk.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tiexin_domain::RegionCode;
use tiexin_protocol::blob::{BlobHash, Chunks, HEADER_BYTES, HEADER_HAVE, HEADER_PRINT};
use tiexin_protocol::wire::Refusal;
use utoipa::IntoParams;
use uuid::Uuid;

use super::caller::Caller;
use super::refusal::Refuse;
use crate::blob::Asked;
use crate::error::Refused;
use crate::province::Province;

/// Whose bytes they are.
#[derive(Deserialize, IntoParams)]
pub(super) struct Of {
    /// Where the desk believes the attachment to be.
    #[param(value_type = String)]
    scope: RegionCode,
    /// The attachment.
    record: Uuid,
}

fn asked<'a>(caller: &Caller, of: &'a Of, hash: &str, chunk: u32) -> Result<Asked<'a>, Refused> {
    let hash: BlobHash = hash.parse().map_err(|_| Refused::NotFound)?;
    Ok(Asked { device: caller.device(), scope: &of.scope, record: of.record, hash, chunk })
}

fn told(have: &Chunks) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    set(&mut response, HEADER_HAVE, &have.to_text());
    response
}

fn set(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Which chunks of this attachment's bytes the province has: in `tiexin-have`, `whole` or hex of bits, the
/// lowest bit of the first byte for the first chunk. Says nothing to those who have nothing to do with the
/// attachment.
#[utoipa::path(head, path = "/v1/blob/{sha256}/{chunk}",
    params(("sha256" = String, Path), ("chunk" = u32, Path), Of), security(("device" = [])),
    responses((status = 204), (status = "4XX", body = Refusal)))]
pub(super) async fn have(
    State(province): State<Province>,
    caller: Caller,
    Path((hash, chunk)): Path<(String, u32)>,
    Query(of): Query<Of>,
) -> Result<Response, Refuse> {
    let (have, bytes) = province.blob_have(&asked(&caller, &of, &hash, chunk)?).await?;
    let mut response = told(&have);
    set(&mut response, HEADER_BYTES, &bytes.to_string());
    Ok(response)
}

/// One chunk of a whole blob; blake3 of it in `tiexin-print`.
#[utoipa::path(get, path = "/v1/blob/{sha256}/{chunk}",
    params(("sha256" = String, Path), ("chunk" = u32, Path), Of), security(("device" = [])),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Refusal)))]
pub(super) async fn fetch(
    State(province): State<Province>,
    caller: Caller,
    Path((hash, chunk)): Path<(String, u32)>,
    Query(of): Query<Of>,
) -> Result<Response, Refuse> {
    let (bytes, print) = province.get_blob(&asked(&caller, &of, &hash, chunk)?).await?;
    let mut response = bytes.into_response();
    set(&mut response, HEADER_PRINT, &print);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    Ok(response)
}

/// Brings one chunk: 256 KiB, the last one shorter. `tiexin-bytes`: the length of the whole; `tiexin-print`:
/// blake3 of the chunk. Once more changes nothing. The last one has the whole checked by its hash.
#[utoipa::path(put, path = "/v1/blob/{sha256}/{chunk}",
    params(("sha256" = String, Path), ("chunk" = u32, Path), Of), security(("device" = [])),
    request_body(content_type = "application/octet-stream"),
    responses((status = 204), (status = "4XX", body = Refusal)))]
pub(super) async fn bring(
    State(province): State<Province>,
    caller: Caller,
    Path((hash, chunk)): Path<(String, u32)>,
    Query(of): Query<Of>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refuse> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let bytes = text(HEADER_BYTES).and_then(|bytes| bytes.parse().ok()).ok_or(Refused::BodyUnreadable)?;
    let print = text(HEADER_PRINT).ok_or(Refused::BodyUnreadable)?;
    let have = province.put_blob(&asked(&caller, &of, &hash, chunk)?, bytes, print, body).await?;
    Ok(told(&have))
}
