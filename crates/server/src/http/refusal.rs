//! Errors as desks hear them: `{code, message}`. Causes go to the log, without personal data.

use std::any::Any;

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use tiexin_protocol::package::Fault;
use tiexin_protocol::wire::{HEADER_CODE, Refusal, RefusalCode};
use tower_governor::GovernorError;

use crate::error::{Error, Refused};

/// An error on its way out.
pub(super) struct Refuse(Error);

impl<E: Into<Error>> From<E> for Refuse {
    fn from(e: E) -> Self {
        Refuse(e.into())
    }
}

fn status(refused: Refused) -> StatusCode {
    match refused {
        Refused::TokenInvalid | Refused::SignatureWrong | Refused::DeviceUnknown => StatusCode::UNAUTHORIZED,
        Refused::DeviceRevoked | Refused::DeviceMismatch | Refused::NoRight | Refused::UserDisabled => {
            StatusCode::FORBIDDEN
        }
        Refused::CodeInvalid | Refused::KeyInvalid | Refused::ChangeForeign | Refused::BodyUnreadable => {
            StatusCode::BAD_REQUEST
        }
        Refused::AuthorTaken | Refused::CodeOfAnother | Refused::IncarnationForked | Refused::NameTaken => {
            StatusCode::CONFLICT
        }
        Refused::Package(Fault::SenderUnknown | Fault::Forged) => StatusCode::FORBIDDEN,
        Refused::Package(Fault::Forked) => StatusCode::CONFLICT,
        Refused::Package(Fault::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
        Refused::Package(_) => StatusCode::BAD_REQUEST,
        Refused::ProtocolOld => StatusCode::UPGRADE_REQUIRED,
        Refused::BlobDamaged | Refused::BlobDiffers => StatusCode::UNPROCESSABLE_ENTITY,
        Refused::BlobBroken => StatusCode::GONE,
        Refused::BlobsFull => StatusCode::INSUFFICIENT_STORAGE,
        Refused::BlobsOff => StatusCode::NOT_IMPLEMENTED,
        Refused::PushTooLarge | Refused::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Refused::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Refused::NotFound | Refused::UserUnknown | Refused::GrantUnknown | Refused::ReplicaUnknown => {
            StatusCode::NOT_FOUND
        }
    }
}

/// What the log may know: a kind and a code, never a row's content.
fn cause(error: &Error) -> String {
    match error {
        Error::Postgres(e) => format!("postgres {}", e.code().map_or("connection", |c| c.code())),
        Error::Sqlite(e) => format!("sqlite {:?}", e.sqlite_error_code()),
        Error::Pool(_) => "postgres pool".into(),
        Error::Row(what) => format!("row {what}"),
        other => format!("{:?}", std::mem::discriminant(other)),
    }
}

impl IntoResponse for Refuse {
    fn into_response(self) -> axum::response::Response {
        if let Error::Refused(refused) = self.0 {
            tracing::debug!(code = %refused.code(), "refused");
            return told(status(refused), refused.refusal());
        }
        if let Error::Shut(order) = self.0 {
            let refusal = Refusal { order: Some(*order), ..Refused::DeviceRevoked.refusal() };
            return told(status(Refused::DeviceRevoked), refusal);
        }
        tracing::error!(cause = cause(&self.0), "request failed");
        if self.0.is_full() {
            return wait(
                RefusalCode::Full,
                "省平台的磁盘空间不足，暂时收不下；您的内容仍保存在本机，腾出空间后会自动上传",
            );
        }
        if self.0.is_away() {
            let message = "省平台的数据库暂时连不上，请稍后再试；您的内容仍保存在本机";
            return wait(RefusalCode::Unavailable, message);
        }
        internal()
    }
}

/// A refusal as it leaves: the code stands in a header too, since a reply to HEAD has no body.
fn told(status: StatusCode, refusal: Refusal) -> axum::response::Response {
    let code = HeaderValue::from_str(refusal.code.as_str());
    let mut response = (status, Json(refusal)).into_response();
    if let Ok(code) = code {
        response.headers_mut().insert(HEADER_CODE, code);
    }
    response
}

/// Seconds after which it may be tried again.
const WAIT: u64 = 30;

/// Nothing is wrong with the request: the same one will do later.
fn wait(code: RefusalCode, message: &str) -> axum::response::Response {
    let refusal = Refusal { code, message: message.into(), order: None };
    let mut response = told(StatusCode::SERVICE_UNAVAILABLE, refusal);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(WAIT));
    response
}

fn internal() -> axum::response::Response {
    let message = "省平台暂时无法处理，请稍后再试；您的内容仍保存在本机".into();
    told(StatusCode::INTERNAL_SERVER_ERROR, Refusal { code: RefusalCode::Internal, message, order: None })
}

/// Too many requests of one device, or no device at all.
pub(super) fn governed(error: GovernorError) -> Response<Body> {
    match error {
        GovernorError::TooManyRequests { wait_time, .. } => {
            let refused = Refused::TooManyRequests;
            let mut response = told(status(refused), refused.refusal());
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_time.max(1)));
            response
        }
        _ => Refuse::from(Refused::TokenInvalid).into_response(),
    }
}

/// A bug; the transaction it happened in has been rolled back.
pub(super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response<Body> {
    tracing::error!("a request panicked");
    internal()
}
