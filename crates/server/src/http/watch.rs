//! Health, metrics and traces. Routes and codes only: never a name, a body or an address.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tower_http::classify::{ServerErrorsAsFailures, SharedClassifier};
use tower_http::trace::TraceLayer;
use tracing::Span;

use tiexin_protocol::wire::HEADER_CODE;

use super::caller::ByDevice;
use crate::province::Province;
use crate::replica::{Behind, Standing};

/// The process is up.
#[utoipa::path(get, path = "/health/live", responses((status = 200)))]
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// A commit that takes longer than this is one that waits, as for a replica that is away.
const PATIENCE: Duration = Duration::from_secs(5);

/// The book can be written: a little is.
#[utoipa::path(get, path = "/health/ready", responses((status = 200), (status = 503)))]
pub(super) async fn ready(State(province): State<Province>) -> (StatusCode, &'static str) {
    match tokio::time::timeout(PATIENCE, province.book.ready()).await {
        Ok(Ok(())) => (StatusCode::OK, "ok\n"),
        Ok(Err(e)) if e.is_full() => (StatusCode::SERVICE_UNAVAILABLE, "the disk is full\n"),
        Ok(Err(_)) => (StatusCode::SERVICE_UNAVAILABLE, "the book cannot be written\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the book does not answer\n"),
    }
}

/// What desks were told is taken is held elsewhere too, or will be soon.
#[utoipa::path(get, path = "/health/safe", responses((status = 200), (status = 503)))]
pub(super) async fn safe(State(province): State<Province>) -> (StatusCode, String) {
    let trouble = match tokio::time::timeout(PATIENCE, province.behind()).await {
        Ok(Ok(behind)) => behind.trouble(province.clock.now()),
        _ => Some("the book does not answer\n".into()),
    };
    trouble.map_or((StatusCode::OK, "ok\n".into()), |why| (StatusCode::SERVICE_UNAVAILABLE, why))
}

/// One recorder for the process, however many servers run in it.
fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        // Another program that embeds the server may have a recorder of its own.
        let _ = metrics::set_global_recorder(recorder);
        handle
    })
}

/// Prometheus text.
#[utoipa::path(get, path = "/metrics", responses((status = 200, content_type = "text/plain")))]
pub(super) async fn metrics(State(province): State<Province>) -> String {
    let handle = recorder();
    // While the book is away the last figures would be stale: it is seen by the others that it is.
    if let Ok(Ok(behind)) = tokio::time::timeout(PATIENCE, province.behind()).await {
        gauge(&behind, province.clock.now());
    }
    handle.run_upkeep();
    handle.render()
}

/// How far behind the copies are.
fn gauge(behind: &Behind, now: i64) {
    let seconds = |since: i64| (now - since).max(0) as f64 / 1000.0;
    gauge!("tiexin_durable_behind_changes").set(behind.changes as f64);
    gauge!("tiexin_durable_behind_desks").set(behind.desks as f64);
    gauge!("tiexin_replica_wait_seconds").set(behind.waited_since.map_or(0.0, seconds));
    if let Some(held) = behind.backup_held {
        gauge!("tiexin_backup_age_seconds").set(seconds(held));
    }
    for replica in &behind.replicas {
        let follows = matches!(replica.standing, Standing::Follows { .. } | Standing::Primary);
        gauge!("tiexin_replica_follows", "replica" => replica.name.clone()).set(f64::from(u8::from(follows)));
        if let Standing::Follows { behind } = replica.standing {
            gauge!("tiexin_replica_behind_bytes", "replica" => replica.name.clone()).set(behind as f64);
        }
    }
}

/// Counts and times requests by route, and writes a line of each: which device asked for what, and what became of
/// it. The route is the pattern: an address holds ids.
pub(super) async fn measure(
    State(speaker): State<ByDevice>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    recorder();
    let route = path.map_or_else(|| "other".to_owned(), |p| p.as_str().to_owned());
    let (method, device) = (request.method().clone(), speaker.short(request.headers()));
    let begun = Instant::now();
    let response = next.run(request).await;
    let (took, status) = (begun.elapsed(), response.status().as_u16());
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let code = response.headers().get(HEADER_CODE).and_then(|code| code.to_str().ok()).unwrap_or("-");
    // Probes ask every few seconds.
    if route.starts_with("/v1/") {
        tracing::info!(%method, route, status, ms, device, code, "request");
    } else {
        tracing::debug!(%method, route, status, ms, "request");
    }
    histogram!("tiexin_request_seconds", "route" => route.clone()).record(took.as_secs_f64());
    counter!("tiexin_requests_total", "route" => route, "status" => status.to_string()).increment(1);
    response
}

type SpanOf = fn(&Request) -> Span;

pub(super) fn trace() -> TraceLayer<SharedClassifier<ServerErrorsAsFailures>, SpanOf> {
    TraceLayer::new_for_http().make_span_with(span as SpanOf)
}

fn span(request: &Request) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str);
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok());
    // A desk may send an id of its own; it is not a place for text.
    let id = id.filter(|id| id.len() <= 64).unwrap_or_default();
    tracing::info_span!("request", method = %request.method(), route, id)
}
