//! Carried packages, brought by a courier: any enrolled desk. It cannot read what it carries.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tiexin_protocol::wire::{PackageState, Refusal};
use uuid::Uuid;

use super::body::reply;
use super::caller::Caller;
use super::refusal::Refuse;
use crate::error::Refused;
use crate::province::Province;

/// One part of a package as a file (`.txp`). With the last one the package is taken in.
#[utoipa::path(post, path = "/v1/package", security(("device" = [])),
    request_body(content = inline(Vec<u8>), content_type = "application/octet-stream"),
    responses((status = 200, body = PackageState), (status = "4XX", body = Refusal)))]
pub(super) async fn take(
    State(province): State<Province>,
    caller: Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refuse> {
    province.standing(caller.device()).await?;
    let body = body.map_err(|_| Refused::BodyTooLarge)?;
    reply(&headers, &province.take_part(body.into()).await?)
}

/// A part of the reply, as a file.
#[utoipa::path(get, path = "/v1/package/{id}/reply/{part}", security(("device" = [])),
    params(("id" = String, Path), ("part" = u32, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Refusal)))]
pub(super) async fn fetch(
    State(province): State<Province>,
    caller: Caller,
    part: Result<Path<(Uuid, u32)>, PathRejection>,
) -> Result<Response, Refuse> {
    province.standing(caller.device()).await?;
    let Path((id, part)) = part.map_err(|_| Refused::NotFound)?;
    let bytes = province.package_reply(id, part).await?;
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    Ok(([kind], bytes).into_response())
}
