//! Who may ask the loopback host: its own page, with its token, and nobody else.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tiexin_contract::{ErrorCode, ErrorReply};

use super::{Host, refuse, same};

/// Refuses requests made under another name (DNS rebinding) or by another site's page.
pub(super) async fn own_page(State(host): State<Arc<Host>>, request: Request, next: Next) -> Response {
    if is_own(request.headers(), host.port) { next.run(request).await } else { stranger() }
}

/// Wants the token in `X-Tiexin-Token`, or in the query for an event source, which cannot set headers.
pub(super) async fn token(State(host): State<Arc<Host>>, request: Request, next: Next) -> Response {
    let by_header = request.headers().get("x-tiexin-token").and_then(|v| v.to_str().ok());
    let by_query = || {
        let query = request.uri().query().filter(|_| request.method() == Method::GET)?;
        query.split('&').find_map(|pair| pair.strip_prefix("token="))
    };
    match by_header.or_else(by_query) {
        Some(given) if same(given.as_bytes(), host.token.as_bytes()) => next.run(request).await,
        _ => stranger(),
    }
}

fn is_own(headers: &HeaderMap, port: u16) -> bool {
    let names = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let text = |name| headers.get(name).map(|v| v.to_str().unwrap_or_default());
    let host_is_own = text(header::HOST).is_some_and(|host| names.iter().any(|name| name == host));
    let origin_is_own = text(header::ORIGIN).is_none_or(|origin| {
        origin.strip_prefix("http://").is_some_and(|host| names.iter().any(|name| name == host))
    });
    // Browsers that send it say plainly when another site asks.
    let site = headers.get("sec-fetch-site").map(|v| v.to_str().unwrap_or_default());
    host_is_own && origin_is_own && site.is_none_or(|site| matches!(site, "same-origin" | "none"))
}

pub(super) fn stranger() -> Response {
    let error = ErrorReply::new(
        ErrorCode::NoRight,
        "这个页面已失效。已保存的内容都在本机，请从贴心程序给出的地址重新打开。",
    );
    refuse(StatusCode::FORBIDDEN, &error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect()
    }

    #[test]
    fn only_its_own_page() {
        let own = |pairs| is_own(&headers(pairs), 8123);
        assert!(own(&[("host", "127.0.0.1:8123")]));
        assert!(own(&[("host", "localhost:8123"), ("origin", "http://localhost:8123")]));
        assert!(!own(&[]));
        assert!(!own(&[("host", "evil.example:8123")]));
        assert!(!own(&[("host", "127.0.0.1:80")]));
        assert!(!own(&[("host", "127.0.0.1:8123"), ("origin", "http://evil.example")]));
        assert!(!own(&[("host", "127.0.0.1:8123"), ("origin", "null")]));
        assert!(!own(&[("host", "127.0.0.1:8123"), ("sec-fetch-site", "cross-site")]));
    }
}
