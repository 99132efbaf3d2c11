//! A desk tells its own audit; those who may read the audit of a region ask for it.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use tiexin_protocol::wire::{AuditPage, AuditReply, AuditRequest, Refusal};
use uuid::Uuid;

use super::body::{Packed, reply};
use super::caller::Caller;
use super::refusal::Refuse;
use crate::province::Province;

/// Entries of the desk's own audit, in order.
#[utoipa::path(post, path = "/v1/audit", request_body = AuditRequest, security(("device" = [])),
    responses((status = 200, body = AuditReply), (status = "4XX", body = Refusal)))]
pub(super) async fn take(
    State(province): State<Province>,
    caller: Caller,
    headers: HeaderMap,
    Packed(request): Packed<AuditRequest>,
) -> Result<Response, Refuse> {
    caller.is(request.device)?;
    reply(&headers, &province.take_audit(&request).await?)
}

#[derive(Deserialize, utoipa::IntoParams)]
pub(super) struct Asked {
    /// The id under which the asking user records on the asking device.
    author: Uuid,
    /// Lines before this number; the newest without it.
    before: Option<u64>,
}

/// What was done on the desks of the regions in which the asker may read the audit, the newest first.
#[utoipa::path(get, path = "/v1/audit", params(Asked), security(("device" = [])),
    responses((status = 200, body = AuditPage), (status = "4XX", body = Refusal)))]
pub(super) async fn list(
    State(province): State<Province>,
    caller: Caller,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Refuse> {
    reply(&headers, &province.audit_for(caller.device(), asked.author, asked.before).await?)
}
