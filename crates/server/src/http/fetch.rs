//! `GET /v1/snapshot/{scope}`: whole, or from where it broke off.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tiexin_domain::RegionCode;
use tiexin_protocol::wire::Refusal;

use super::caller::Caller;
use super::refusal::Refuse;
use crate::error::{Error, Refused};
use crate::province::Province;

/// The device's view of a scope: zstd-compressed JSON lines, a SnapshotHeader and then the records, newest
/// first. Resumable: send `Range` with `If-Range` set to the `ETag`.
#[utoipa::path(get, path = "/v1/snapshot/{scope}", params(("scope" = String, Path)),
    security(("device" = [])),
    responses((status = 200, content_type = "application/zstd"), (status = 206),
              (status = 416), (status = "4XX", body = Refusal)))]
pub(super) async fn snapshot(
    State(province): State<Province>,
    caller: Caller,
    Path(scope): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refuse> {
    let scope = RegionCode::new(scope).map_err(|_| Refused::NotFound)?;
    let snapshot = province.snapshot(caller.device(), &scope).await?;
    let etag = HeaderValue::from_str(&snapshot.tag).map_err(|_| Error::Row("标签".into()))?;
    let total = snapshot.body.len();
    let mut response = match range(&headers, &snapshot.tag, total) {
        Range::Whole => snapshot.body.into_response(),
        Range::Part(from, to) => {
            let mut part = snapshot.body.slice(from..to).into_response();
            *part.status_mut() = StatusCode::PARTIAL_CONTENT;
            set(&mut part, header::CONTENT_RANGE, &format!("bytes {from}-{}/{total}", to - 1));
            part
        }
        Range::Beyond => {
            let mut none = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            set(&mut none, header::CONTENT_RANGE, &format!("bytes */{total}"));
            none
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zstd"));
    Ok(response)
}

fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Range {
    Whole,
    /// From, and up to but without.
    Part(usize, usize),
    Beyond,
}

/// One range of bytes, of the very bytes that `If-Range` names; anything else gets the whole.
fn range(headers: &HeaderMap, tag: &str, total: usize) -> Range {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(wanted) = text(header::RANGE).and_then(|value| value.strip_prefix("bytes=")) else {
        return Range::Whole;
    };
    if text(header::IF_RANGE).is_some_and(|given| given != tag) {
        return Range::Whole;
    }
    let Some((from, to)) = wanted.split_once('-') else { return Range::Whole };
    let Ok(from) = from.trim().parse::<usize>() else { return Range::Whole };
    let to = match to.trim() {
        "" => total,
        last => match last.parse::<usize>() {
            Ok(last) => last.saturating_add(1).min(total),
            Err(_) => return Range::Whole,
        },
    };
    if from >= total {
        Range::Beyond
    } else if from >= to {
        Range::Whole
    } else {
        Range::Part(from, to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_download_goes_on_where_it_stopped() {
        let ask = |range_: &str, tag: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, range_.parse().unwrap());
            headers.insert(header::IF_RANGE, tag.parse().unwrap());
            range(&headers, "\"a\"", 100)
        };
        assert_eq!(ask("bytes=40-", "\"a\""), Range::Part(40, 100));
        assert_eq!(ask("bytes=40-49", "\"a\""), Range::Part(40, 50));
        assert_eq!(ask("bytes=40-", "\"b\""), Range::Whole);
        assert_eq!(ask("bytes=100-", "\"a\""), Range::Beyond);
        assert_eq!(ask("bytes=1-2,5-6", "\"a\""), Range::Whole);
        assert_eq!(range(&HeaderMap::new(), "\"a\"", 100), Range::Whole);
    }
}
