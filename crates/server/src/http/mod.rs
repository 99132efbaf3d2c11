//! The HTTP shell over [`Province`].

mod audit;
mod blob;
mod body;
mod caller;
mod desk;
mod devices;
mod fetch;
mod openapi;
mod package;
mod refusal;
mod release;
mod watch;

pub use body::read as read_body;
pub use openapi::describe as openapi;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{get, post};
use tiexin_protocol::blob::CHUNK_BYTES;
use tiexin_protocol::package::MOST_FILE_BYTES;
use tower_governor::GovernorLayer;
use tower_governor::governor::GovernorConfigBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;

use crate::config::Rate;
use crate::error::Refused;
use crate::province::Province;

/// A township's line may need minutes for a megabyte.
const PATIENCE: Duration = Duration::from_secs(300);

/// All routes.
pub(crate) fn router(province: Province, rate: Rate) -> Router {
    let by_device = caller::ByDevice::new(&province);
    let speaker = by_device.clone();
    let governed = GovernorConfigBuilder::default()
        .period(Duration::from_secs(1) / rate.per_second.max(1))
        .burst_size(rate.burst.max(1))
        .key_extractor(by_device)
        .finish();
    // Invariant: `finish` fails on a zero only, and both were raised to one.
    let governed = Arc::new(governed.expect("a rate above zero"));
    let limiter = Arc::downgrade(governed.limiter());
    tokio::spawn(async move {
        let mut minutes = tokio::time::interval(Duration::from_secs(60));
        loop {
            minutes.tick().await;
            let Some(limiter) = limiter.upgrade() else { break };
            limiter.retain_recent();
        }
    });
    let desks = Router::new()
        .route("/v1/hello", post(desk::hello))
        .route("/v1/push", post(desk::push))
        .route("/v1/pull", post(desk::pull))
        .route("/v1/snapshot/{scope}", get(fetch::snapshot))
        .route("/v1/quarantine/{scope}", get(desk::quarantine))
        .route("/v1/audit", get(audit::list).post(audit::take))
        .route("/v1/devices", get(devices::list))
        .route("/v1/devices/{id}/revoke", post(devices::revoke))
        .route("/v1/package", post(package::take).layer(DefaultBodyLimit::max(MOST_FILE_BYTES)))
        .route(
            "/v1/blob/{sha256}/{chunk}",
            get(blob::fetch).head(blob::have).put(blob::bring).layer(DefaultBodyLimit::max(CHUNK_BYTES)),
        )
        .route("/v1/package/{id}/reply/{part}", get(package::fetch))
        .route("/v1/release", get(release::newest))
        .route("/v1/release/{version}/{platform}/{piece}", get(release::piece))
        .layer(GovernorLayer::new(governed).error_handler(refusal::governed));
    let open = Router::new()
        .route("/v1/enrol", post(desk::enrol))
        .route("/v1/token", post(desk::token))
        .route("/v1/wiped", post(devices::wiped))
        .route("/v1/claim", post(devices::claim))
        .route("/health/live", get(watch::live))
        .route("/health/ready", get(watch::ready))
        .route("/health/safe", get(watch::safe))
        .route("/metrics", get(watch::metrics))
        .route("/openapi.json", get(openapi::document));
    desks
        .merge(open)
        .fallback(|| async { refusal::Refuse::from(Refused::NotFound) })
        // Innermost first: the route is known to `measure`.
        .layer(axum::middleware::from_fn_with_state(speaker, watch::measure))
        .layer(watch::trace())
        .layer(CatchPanicLayer::custom(refusal::panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, PATIENCE))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        // Outermost: an id that the desk gave comes back; one made here is for the log only.
        .layer(PropagateRequestIdLayer::x_request_id())
        .with_state(province)
}
