//! The screens' files, with headers that keep them to themselves.

use std::path::PathBuf;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{Html, Response};
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

/// The policy, with the leave to compile wasm.
macro_rules! policy_with {
    ($wasm:literal) => {
        concat!(
            "default-src 'self'; script-src 'self' ",
            $wasm,
            "; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
             object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
        )
    };
}

const POLICY: &str = policy_with!("'wasm-unsafe-eval'");

/// The same for a Chromium that knows no leave for wasm alone: without the wider one it compiles none.
const OLDER_POLICY: &str = policy_with!("'unsafe-eval'");

/// The first Chromium that knows `'wasm-unsafe-eval'`.
const WASM_ALONE: u32 = 97;

/// Where the built screens are: `TIEXIN_UI_DIST`, beside the program, or where a package puts them.
pub fn find_pages() -> Option<PathBuf> {
    let named = std::env::var_os("TIEXIN_UI_DIST").map(PathBuf::from);
    let program = std::env::current_exe().ok();
    let folder = program.as_deref().and_then(|p| p.parent());
    let usual = ["ui", "../share/tiexin/ui"].into_iter().filter_map(|place| Some(folder?.join(place)));
    named.into_iter().chain(usual).find(|place| place.join("index.html").is_file())
}

/// The files beside what is asked; what is no file is the first page.
pub(super) fn beside(asked: Router, ui_dist: Option<PathBuf>) -> Router {
    let with_pages = match ui_dist {
        Some(folder) => {
            let first = ServeFile::new(folder.join("index.html"));
            asked.fallback_service(ServeDir::new(folder).fallback(first))
        }
        None => asked.fallback(|| async { (StatusCode::NOT_FOUND, Html(NO_PAGES)) }),
    };
    let with_pages = with_pages.layer(middleware::from_fn(with_policy));
    [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ]
    .into_iter()
    .fold(with_pages, |app, (name, value)| {
        app.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)))
    })
}

async fn with_policy(request: Request, next: Next) -> Response {
    let policy = HeaderValue::from_static(policy(request.headers()));
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

fn policy(asked: &HeaderMap) -> &'static str {
    let agent = asked.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let version =
        agent.split_once("Chrome/").and_then(|(_, rest)| rest.split('.').next()?.parse::<u32>().ok());
    if version.is_some_and(|version| version < WASM_ALONE) { OLDER_POLICY } else { POLICY }
}

const NO_PAGES: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>贴心</title>\
    <p>没有找到界面文件。数据都在，没有改动；请重新安装程序，或用 TIEXIN_UI_DIST 指明界面文件夹。</p></html>";

#[cfg(test)]
mod tests {
    use super::*;

    fn given(agent: &str) -> &'static str {
        policy(&[(header::USER_AGENT, agent.parse().unwrap())].into_iter().collect())
    }

    #[test]
    fn only_a_chromium_that_needs_it_gets_the_wider_policy() {
        let chromium = |version: &str| {
            format!(
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version} Safari/537.36"
            )
        };
        for old in ["72.0.3617.0", "86.0.4240.198", "96.0.4664.45"] {
            assert_eq!(given(&chromium(old)), OLDER_POLICY, "{old}");
        }
        for new in ["97.0.4692.71", "156.0.8078.108"] {
            assert_eq!(given(&chromium(new)), POLICY, "{new}");
        }
        for other in ["", "Chrome/", "Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0"]
        {
            assert_eq!(given(other), POLICY, "{other}");
        }
        assert_eq!(policy(&HeaderMap::new()), POLICY);
    }

    #[test]
    fn the_policies_differ_in_this_alone() {
        assert_eq!(OLDER_POLICY.replace("'unsafe-eval'", "'wasm-unsafe-eval'"), POLICY);
    }
}
