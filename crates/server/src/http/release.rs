//! `GET /v1/release`: new versions of the program, for desks that ask.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tiexin_protocol::wire::{Refusal, ReleaseReply};

use super::body::reply;
use super::caller::Caller;
use super::refusal::Refuse;
use crate::error::Refused;
use crate::province::Province;

/// The newest release that is given out: `{"newest": {body, signature}}`, what was signed of it; none: `{}`.
#[utoipa::path(get, path = "/v1/release", security(("device" = [])),
    responses((status = 200, body = ReleaseReply), (status = "4XX", body = Refusal)))]
pub(super) async fn newest(
    State(province): State<Province>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Refuse> {
    province.standing(caller.device()).await?;
    reply(&headers, &province.newest_release().await?)
}

/// A piece of what one platform needs: 1 MiB from `piece` MiB on, the last one shorter.
#[utoipa::path(get, path = "/v1/release/{version}/{platform}/{piece}", security(("device" = [])),
    params(("version" = String, Path), ("platform" = String, Path), ("piece" = u64, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Refusal)))]
pub(super) async fn piece(
    State(province): State<Province>,
    caller: Caller,
    wanted: Result<Path<(String, String, u64)>, PathRejection>,
) -> Result<Response, Refuse> {
    province.standing(caller.device()).await?;
    let Path((version, platform, piece)) = wanted.map_err(|_| Refused::NotFound)?;
    let bytes = province.release_piece(&version, &platform, piece).await?;
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    Ok(([kind], bytes).into_response())
}
