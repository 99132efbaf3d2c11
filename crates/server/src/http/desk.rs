//! What desks ask, one function for each message.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use metrics::counter;
use tiexin_domain::RegionCode;
use tiexin_protocol::Verdict;
use tiexin_protocol::wire::{
    EnrolReply, EnrolRequest, HelloReply, HelloRequest, PullReply, PullRequest, PushReply, PushRequest,
    Quarantined, Refusal, TokenReply, TokenRequest,
};

use super::body::{Packed, reply};
use super::caller::Caller;
use super::refusal::Refuse;
use crate::error::Refused;
use crate::province::Province;

/// Most changes in one reply of quarantine.
const MOST_QUARANTINED: usize = 2_000;

/// A device, or one more user of it, joins with a one-time code.
#[utoipa::path(post, path = "/v1/enrol", request_body = EnrolRequest,
    responses((status = 200, body = EnrolReply), (status = "4XX", body = Refusal)))]
pub(super) async fn enrol(
    State(province): State<Province>,
    headers: HeaderMap,
    Packed(request): Packed<EnrolRequest>,
) -> Result<Response, Refuse> {
    reply(&headers, &province.enrol(&request).await?)
}

/// First a nonce, then for its signature a bearer token.
#[utoipa::path(post, path = "/v1/token", request_body = TokenRequest,
    responses((status = 200, body = TokenReply), (status = "4XX", body = Refusal)))]
pub(super) async fn token(
    State(province): State<Province>,
    headers: HeaderMap,
    Packed(request): Packed<TokenRequest>,
) -> Result<Response, Refuse> {
    reply(&headers, &province.token(&request).await?)
}

/// Users, grants and scopes of the device as they stand.
#[utoipa::path(post, path = "/v1/hello", request_body = HelloRequest, security(("device" = [])),
    responses((status = 200, body = HelloReply), (status = "4XX", body = Refusal)))]
pub(super) async fn hello(
    State(province): State<Province>,
    caller: Caller,
    headers: HeaderMap,
    Packed(request): Packed<HelloRequest>,
) -> Result<Response, Refuse> {
    caller.is(request.device)?;
    reply(&headers, &province.hello(&request).await?)
}

/// Changes in order of seq, whole groups; a verdict for each.
#[utoipa::path(post, path = "/v1/push", request_body = PushRequest, security(("device" = [])),
    responses((status = 200, body = PushReply), (status = "4XX", body = Refusal)))]
pub(super) async fn push(
    State(province): State<Province>,
    caller: Caller,
    headers: HeaderMap,
    Packed(request): Packed<PushRequest>,
) -> Result<Response, Refuse> {
    caller.is(request.device)?;
    let answer = province.push(&request).await?;
    for told in &answer.verdicts {
        let verdict = match (&told.verdict, told.duplicate) {
            (_, true) => "duplicate",
            (Verdict::Applied { .. }, _) => "applied",
            (Verdict::Conflict { .. }, _) => "conflict",
            (Verdict::Parked { .. }, _) => "parked",
        };
        counter!("tiexin_changes_total", "verdict" => verdict).increment(1);
    }
    reply(&headers, &answer)
}

/// What is new behind each cursor.
#[utoipa::path(post, path = "/v1/pull", request_body = PullRequest, security(("device" = [])),
    responses((status = 200, body = PullReply), (status = "4XX", body = Refusal)))]
pub(super) async fn pull(
    State(province): State<Province>,
    caller: Caller,
    headers: HeaderMap,
    Packed(request): Packed<PullRequest>,
) -> Result<Response, Refuse> {
    caller.is(request.device)?;
    reply(&headers, &province.pull_raw(&request).await?)
}

/// Conflicts and parked changes, for people who may settle them.
#[utoipa::path(get, path = "/v1/quarantine/{scope}", params(("scope" = String, Path)),
    security(("device" = [])),
    responses((status = 200, body = Vec<Quarantined>), (status = "4XX", body = Refusal)))]
pub(super) async fn quarantine(
    State(province): State<Province>,
    caller: Caller,
    headers: HeaderMap,
    Path(scope): Path<String>,
) -> Result<Response, Refuse> {
    let scope = RegionCode::new(scope).map_err(|_| Refused::NotFound)?;
    let mut waiting = province.quarantine(caller.device(), &scope).await?;
    // The oldest first; the next ones come when these are decided.
    waiting.truncate(MOST_QUARANTINED);
    reply(&headers, &waiting)
}
