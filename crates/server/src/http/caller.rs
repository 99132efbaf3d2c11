//! Who is asking: the device that the bearer token speaks for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, StatusCode, header};
use tower_governor::GovernorError;
use tower_governor::key_extractor::KeyExtractor;
use uuid::Uuid;

use super::refusal::Refuse;
use crate::config::Clock;
use crate::error::Refused;
use crate::province::Province;
use crate::token::Seal;

/// The device of the token. Whether it is still enrolled is the store's to say, within the request.
pub(super) struct Caller(Uuid);

impl Caller {
    /// The device, which must be the one that the body names.
    pub(super) fn is(&self, device: Uuid) -> Result<(), Refused> {
        if self.0 == device { Ok(()) } else { Err(Refused::DeviceMismatch) }
    }

    /// The device.
    pub(super) fn device(&self) -> Uuid {
        self.0
    }
}

impl FromRequestParts<Province> for Caller {
    type Rejection = Refuse;

    async fn from_request_parts(parts: &mut Parts, province: &Province) -> Result<Self, Refuse> {
        Ok(Caller(device(&parts.headers, &province.seal, &province.clock)?))
    }
}

fn device(headers: &HeaderMap, seal: &Seal, clock: &Clock) -> Result<Uuid, Refused> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|value| value.strip_prefix("Bearer ")).ok_or(Refused::TokenInvalid)?;
    seal.device(token.trim(), clock.now())
}

/// Rates are counted by device: a township shares one address.
#[derive(Clone)]
pub(super) struct ByDevice {
    seal: Seal,
    clock: Clock,
}

impl ByDevice {
    pub(super) fn new(province: &Province) -> Self {
        ByDevice { seal: province.seal.clone(), clock: province.clock.clone() }
    }
}

impl ByDevice {
    /// The device that speaks, as the log calls it: the first digits of its id.
    pub(super) fn short(&self, headers: &HeaderMap) -> String {
        let device = device(headers, &self.seal, &self.clock);
        device.map_or_else(|_| "-".to_owned(), |id| id.simple().to_string()[..8].to_owned())
    }
}

impl KeyExtractor for ByDevice {
    type Key = Uuid;

    fn extract<T>(&self, request: &Request<T>) -> Result<Uuid, GovernorError> {
        device(request.headers(), &self.seal, &self.clock).map_err(|_| GovernorError::Other {
            code: StatusCode::UNAUTHORIZED,
            msg: None,
            headers: None,
        })
    }
}
