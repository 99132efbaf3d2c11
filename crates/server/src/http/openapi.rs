//! `/openapi.json`: every message of the wire, from the types that carry it.

use super::{audit, blob, desk, devices, fetch, package, release, watch};
use axum::Json;
use tiexin_protocol::change::{Change, ChangeId, LogEntry, Overwritten, ParkCode, Verdict, VoidChange};
use tiexin_protocol::statement::{Claim, Signed, Wiped};
use tiexin_protocol::wire::{
    AuditLine, AuditPage, AuditReply, AuditRequest, ChangeVerdict, Cursor, DeviceRow, DeviceState,
    EnrolReply, EnrolRequest, Escrowed, HelloReply, HelloRequest, Joining, Limits, PackageState, PageEntry,
    PublicKeys, PullReply, PullRequest, PushReply, PushRequest, Quarantined, Refusal, ReleaseReply,
    RevokeRequest, ScopeHead, ScopePage, SeenHead, SeenRoot, SnapshotHeader, TokenReply, TokenRequest,
};
use tiexin_protocol::{Chain, Digest, EntryHash};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "贴心 provincial server",
        description = "JSON; bodies may be compressed with zstd (`content-encoding: zstd`), replies are where \
                       `accept-encoding` allows it. Every refusal is `{code, message}`."
    ),
    paths(
        desk::enrol, desk::token, desk::hello, desk::push, desk::pull, desk::quarantine, fetch::snapshot,
        package::take, package::fetch, release::newest, release::piece, blob::have, blob::fetch, blob::bring, devices::list, devices::revoke, devices::wiped, devices::claim,
        audit::take, audit::list,
        watch::live, watch::ready, watch::safe, watch::metrics,
    ),
    components(schemas(
        Change, ChangeId, LogEntry, Overwritten, ParkCode, Verdict, VoidChange, ChangeVerdict, Cursor,
        EnrolReply, EnrolRequest, HelloReply, HelloRequest, Limits, PackageState, PageEntry, PublicKeys, PullReply, PullRequest,
        PushReply, PushRequest, Quarantined, Refusal, ReleaseReply, ScopeHead, ScopePage, SnapshotHeader,
        TokenReply, TokenRequest, PackageState, PublicKeys, Chain, Digest, EntryHash, Signed, Claim, Wiped, SeenHead, SeenRoot,
        Escrowed, Joining, DeviceRow, DeviceState, RevokeRequest, AuditLine, AuditPage, AuditReply, AuditRequest,
    )),
    modifiers(&Bearer)
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        if let Some(components) = api.components.as_mut() {
            let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
            components.add_security_scheme("device", scheme);
        }
    }
}

pub(super) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(describe())
}

/// The document: every message with its fields.
pub fn describe() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
