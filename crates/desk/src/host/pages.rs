//! The screens' files, with headers that keep them to themselves.

use std::path::PathBuf;

use axum::Router;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Html;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
    object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

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
    [
        (header::CONTENT_SECURITY_POLICY, POLICY),
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

const NO_PAGES: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>贴心</title>\
    <p>没有找到界面文件。数据都在，没有改动；请重新安装程序，或用 TIEXIN_UI_DIST 指明界面文件夹。</p></html>";
