//! What a round needs of the province, whatever carries it there.

use async_trait::async_trait;
use backon::ExponentialBuilder;
use bytes::Bytes;
use futures::stream::BoxStream;
use std::time::Duration;
use tiexin_domain::region::RegionCode;
use tiexin_protocol::blob::{Chunks, Wanted};
use tiexin_protocol::statement::Claim;
use tiexin_protocol::wire::{
    AuditReply, AuditRequest, HelloReply, HelloRequest, PullReply, PullRequest, PushReply, PushRequest,
    Quarantined, RefusalCode,
};

use crate::body::{self, BodyError};
use crate::error::SyncError;

/// The province as a desk sees it: [`crate::HttpProvince`] over the network; in the simulator the
/// server's core behind a network that loses things.
#[async_trait]
pub trait Province: Send + Sync {
    /// `POST /v1/hello`.
    async fn hello(&self, request: &HelloRequest) -> Result<HelloReply, SyncError>;
    /// `POST /v1/push`.
    async fn push(&self, parcel: &Parcel) -> Result<PushReply, SyncError>;
    /// `POST /v1/pull`.
    async fn pull(&self, request: &PullRequest) -> Result<PullReply, SyncError>;
    /// `GET /v1/snapshot/{scope}` from byte `from` on. `tag` names the snapshot that was begun, so
    /// that a resumed download is of the same one.
    async fn snapshot(
        &self,
        scope: &RegionCode,
        from: u64,
        tag: Option<&str>,
    ) -> Result<SnapshotPart, SyncError>;

    /// `HEAD /v1/blob/…`: which chunks of the attachment's bytes the province has.
    async fn blob_have(&self, _: &Wanted) -> Result<Chunks, SyncError> {
        Err(no_blobs())
    }
    /// `PUT /v1/blob/…`: brings a chunk; gives which the province has now.
    async fn blob_put(&self, _: &Wanted, _: u32, _: Vec<u8>) -> Result<Chunks, SyncError> {
        Err(no_blobs())
    }
    /// `GET /v1/blob/…`: a chunk, and its print as the province knows it.
    async fn blob_get(&self, _: &Wanted, _: u32) -> Result<(Vec<u8>, String), SyncError> {
        Err(no_blobs())
    }
    /// `POST /v1/audit`: entries of this desk's own audit.
    async fn audit(&self, _: &AuditRequest) -> Result<AuditReply, SyncError> {
        Err(SyncError::Refused { code: RefusalCode::NotFound, message: "这里不传送操作记录".into() })
    }
    /// `GET /v1/quarantine/{scope}`: what waits there for a decision.
    async fn quarantine(&self, scope: &RegionCode) -> Result<Vec<Quarantined>, SyncError>;

    /// `POST /v1/claim`: brings what this desk was told to a province that does not know it any more.
    async fn claim(&self, _: &Claim) -> Result<(), SyncError> {
        Err(SyncError::Unknown)
    }

    /// How a broken download is tried again.
    fn patience(&self) -> ExponentialBuilder {
        ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(Duration::from_millis(300))
            .with_max_times(5)
    }
}

/// A push ready to travel: packed before the line is free for it.
pub struct Parcel {
    request: PushRequest,
    body: Result<Bytes, BodyError>,
}

impl Parcel {
    pub(crate) fn of(request: PushRequest) -> Parcel {
        Parcel { body: body::pack(&request).map(Bytes::from), request }
    }

    pub fn request(&self) -> &PushRequest {
        &self.request
    }

    /// The body as it travels.
    pub(crate) fn body(&self) -> Result<Bytes, BodyError> {
        self.body.clone()
    }
}

/// What carries no attachments.
fn no_blobs() -> SyncError {
    SyncError::Refused { code: RefusalCode::BlobsOff, message: "这里不传送附件".into() }
}

/// The bytes of a snapshot from some byte on.
pub struct SnapshotPart {
    /// Names the snapshot.
    pub tag: Option<String>,
    /// The bytes go on where the last part broke; otherwise they begin at the beginning.
    pub resumed: bool,
    pub chunks: BoxStream<'static, Result<Bytes, SyncError>>,
}
