//! What desks ask, one function for each message.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use metrics::counter;
use tiexin_domain::RegionCode;
use tiexin_protocol::Verdict;
use tiexin_protocol::wire::{EnrolRequest, HelloRequest, PullRequest, PushRequest, TokenRequest};

use super::body::{Packed, reply};
use super::caller::Caller;
use super::refusal::Refuse;
use crate::error::Refused;
use crate::province::Province;

pub(super) async fn enrol(
    State(province): State<Province>,
    headers: HeaderMap,
    Packed(request): Packed<EnrolRequest>,
) -> Result<Response, Refuse> {
    reply(&headers, &province.enrol(&request).await?)
}

pub(super) async fn token(
    State(province): State<Province>,
    headers: HeaderMap,
    Packed(request): Packed<TokenRequest>,
) -> Result<Response, Refuse> {
    reply(&headers, &province.token(&request).await?)
}

pub(super) async fn hello(
    State(province): State<Province>,
    caller: Caller,
    headers: HeaderMap,
    Packed(request): Packed<HelloRequest>,
) -> Result<Response, Refuse> {
    caller.is(request.device)?;
    reply(&headers, &province.hello(&request).await?)
}

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

pub(super) async fn pull(
    State(province): State<Province>,
    caller: Caller,
    headers: HeaderMap,
    Packed(request): Packed<PullRequest>,
) -> Result<Response, Refuse> {
    caller.is(request.device)?;
    reply(&headers, &province.pull_raw(&request).await?)
}

pub(super) async fn quarantine(
    State(province): State<Province>,
    caller: Caller,
    headers: HeaderMap,
    Path(scope): Path<String>,
) -> Result<Response, Refuse> {
    let scope = RegionCode::new(scope).map_err(|_| Refused::NotFound)?;
    reply(&headers, &province.quarantine(caller.device(), &scope).await?)
}
