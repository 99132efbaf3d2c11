//! The page of devices, for those who look after a region's desks; and the last word of a desk.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use tiexin_protocol::statement::{Claim, Wiped};
use tiexin_protocol::wire::{DeviceRow, Refusal, RevokeRequest};
use uuid::Uuid;

use super::body::{Packed, reply};
use super::caller::Caller;
use super::refusal::Refuse;
use crate::province::Province;

#[derive(Deserialize, utoipa::IntoParams)]
pub(super) struct Asker {
    /// The id under which the asking user records on the asking device.
    author: Uuid,
}

/// The desks in the regions that the asker looks after.
#[utoipa::path(get, path = "/v1/devices", params(Asker), security(("device" = [])),
    responses((status = 200, body = Vec<DeviceRow>), (status = "4XX", body = Refusal)))]
pub(super) async fn list(
    State(province): State<Province>,
    caller: Caller,
    headers: HeaderMap,
    Query(asker): Query<Asker>,
) -> Result<Response, Refuse> {
    reply(&headers, &province.devices_for(caller.device(), asker.author).await?)
}

/// Shuts a device out, or lets it retire.
#[utoipa::path(post, path = "/v1/devices/{id}/revoke", params(("id" = Uuid, Path)),
    request_body = RevokeRequest, security(("device" = [])),
    responses((status = 200, body = Vec<DeviceRow>), (status = "4XX", body = Refusal)))]
pub(super) async fn revoke(
    State(province): State<Province>,
    caller: Caller,
    headers: HeaderMap,
    Path(device): Path<Uuid>,
    Packed(request): Packed<RevokeRequest>,
) -> Result<Response, Refuse> {
    province.revoke_for(caller.device(), device, &request).await?;
    reply(&headers, &province.devices_for(caller.device(), request.author).await?)
}

/// A device has destroyed its book. Needs no token: the device key signs it.
#[utoipa::path(post, path = "/v1/wiped", request_body = Wiped,
    responses((status = 204), (status = "4XX", body = Refusal)))]
pub(super) async fn wiped(
    State(province): State<Province>,
    Packed(told): Packed<Wiped>,
) -> Result<StatusCode, Refuse> {
    province.wiped(&told).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A device that a restored province does not know brings what it was told. Needs no token, and gives none.
#[utoipa::path(post, path = "/v1/claim", request_body = Claim,
    responses((status = 204), (status = "4XX", body = Refusal)))]
pub(super) async fn claim(
    State(province): State<Province>,
    Packed(claim): Packed<Claim>,
) -> Result<StatusCode, Refuse> {
    province.claim(&claim).await?;
    Ok(StatusCode::NO_CONTENT)
}
