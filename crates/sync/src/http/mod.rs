//! The province over HTTPS. The only place that speaks HTTP.

mod address;
mod blob;
mod line;
mod release;

use async_trait::async_trait;
use ed25519_dalek::SigningKey;
use futures::StreamExt;
use tiexin_domain::region::RegionCode;
use tiexin_protocol::blob::{Chunks, Wanted};
use tiexin_protocol::statement::{Claim, Wiped};
use tiexin_protocol::wire::{
    AuditPage, AuditReply, AuditRequest, DeviceRow, EnrolReply, EnrolRequest, HelloReply, HelloRequest,
    PackageState, PullReply, PullRequest, PushReply, Quarantined, RevokeRequest,
};
use uuid::Uuid;

use crate::body;
use crate::engine::Pace;
use crate::error::SyncError;
use crate::province::{Parcel, Province, SnapshotPart};
pub use address::ProvinceAddress;
use line::Line;

/// The device's signing key from its 32-byte seed.
pub fn device_key(seed: &[u8; 32]) -> SigningKey {
    SigningKey::from_bytes(seed)
}

/// A connection that signs in by itself and renews its token.
pub struct HttpProvince {
    line: Line,
}

impl HttpProvince {
    /// Connects nothing yet. `device` is absent before enrolment.
    pub fn new(address: &ProvinceAddress, device: Option<(Uuid, SigningKey)>) -> Result<Self, SyncError> {
        Self::at_pace(address, device, Pace::REAL)
    }

    /// The same for a clock that runs at another pace.
    pub(crate) fn at_pace(
        address: &ProvinceAddress,
        device: Option<(Uuid, SigningKey)>,
        pace: Pace,
    ) -> Result<Self, SyncError> {
        Ok(Self { line: Line::to(address, device, pace)? })
    }

    /// The same with connections of its own: those that this one has may be dead without having said so.
    pub(crate) fn anew(&self) -> Result<Self, SyncError> {
        Ok(Self { line: self.line.anew()? })
    }

    /// Bodies' bytes and requests so far.
    pub fn traffic(&self) -> (u64, u64) {
        self.line.traffic()
    }

    /// `POST /v1/enrol`.
    pub async fn enrol(&self, request: &EnrolRequest) -> Result<EnrolReply, SyncError> {
        self.line.open_json("v1/enrol", body::pack(request)?.into()).await
    }

    /// `POST /v1/package`: one part of anybody's package, as a file.
    pub async fn deliver(&self, file: &[u8]) -> Result<PackageState, SyncError> {
        let (url, file) = (self.line.address.url("v1/package"), bytes::Bytes::copy_from_slice(file));
        let response = self.line.asked(|client| client.post(url.clone()).body(file.clone())).await?;
        self.line.json(response).await
    }

    /// `GET /v1/package/{id}/reply/{part}`: a part of the reply, as a file.
    pub async fn fetch_reply(&self, package: Uuid, part: u32) -> Result<Vec<u8>, SyncError> {
        let url = self.line.address.url(&format!("v1/package/{package}/reply/{part}"));
        let response = self.line.asked(|client| client.get(url.clone())).await?;
        self.line.bytes(response).await
    }

    /// `GET /v1/devices`: the desks that `author` looks after.
    pub async fn devices(&self, author: Uuid) -> Result<Vec<DeviceRow>, SyncError> {
        let mut url = self.line.address.url("v1/devices");
        url.query_pairs_mut().append_pair("author", &author.to_string());
        let get = |client: &reqwest::Client| client.get(url.clone()).header("accept-encoding", "zstd");
        let response = self.line.asked(get).await?;
        self.line.json(response).await
    }

    /// `GET /v1/audit`: what was done on the desks whose audit `author` may read, the newest first.
    pub async fn audit_of_region(&self, author: Uuid, before: Option<u64>) -> Result<AuditPage, SyncError> {
        let mut url = self.line.address.url("v1/audit");
        url.query_pairs_mut().append_pair("author", &author.to_string());
        if let Some(before) = before {
            url.query_pairs_mut().append_pair("before", &before.to_string());
        }
        let get = |client: &reqwest::Client| client.get(url.clone()).header("accept-encoding", "zstd");
        let response = self.line.asked(get).await?;
        self.line.json(response).await
    }

    /// `POST /v1/devices/{id}/revoke`: shuts a desk out, or lets it retire.
    pub async fn revoke(&self, device: Uuid, ask: &RevokeRequest) -> Result<Vec<DeviceRow>, SyncError> {
        self.line.asked_json(&format!("v1/devices/{device}/revoke"), body::pack(ask)?.into()).await
    }

    /// `POST /v1/wiped`: the book of this desk is destroyed.
    pub async fn wiped(&self, told: &Wiped) -> Result<(), SyncError> {
        self.line.tell("v1/wiped", body::pack(told)?.into()).await
    }
}

#[async_trait]
impl Province for HttpProvince {
    async fn blob_have(&self, one: &Wanted) -> Result<Chunks, SyncError> {
        self.have_of(one).await
    }

    async fn blob_put(&self, one: &Wanted, chunk: u32, bytes: Vec<u8>) -> Result<Chunks, SyncError> {
        self.bring(one, chunk, bytes).await
    }

    async fn blob_get(&self, one: &Wanted, chunk: u32) -> Result<(Vec<u8>, String), SyncError> {
        self.fetch(one, chunk).await
    }

    async fn claim(&self, claim: &Claim) -> Result<(), SyncError> {
        self.line.tell("v1/claim", body::pack(claim)?.into()).await
    }

    async fn hello(&self, request: &HelloRequest) -> Result<HelloReply, SyncError> {
        self.line.asked_json("v1/hello", body::pack(request)?.into()).await
    }

    async fn push(&self, parcel: &Parcel) -> Result<PushReply, SyncError> {
        self.line.asked_json("v1/push", parcel.body()?).await
    }

    async fn pull(&self, request: &PullRequest) -> Result<PullReply, SyncError> {
        self.line.asked_json("v1/pull", body::pack(request)?.into()).await
    }

    async fn audit(&self, request: &AuditRequest) -> Result<AuditReply, SyncError> {
        self.line.asked_json("v1/audit", body::pack(request)?.into()).await
    }

    async fn quarantine(&self, scope: &RegionCode) -> Result<Vec<Quarantined>, SyncError> {
        let url = self.line.address.url(&format!("v1/quarantine/{scope}"));
        let get = |client: &reqwest::Client| client.get(url.clone()).header("accept-encoding", "zstd");
        let response = self.line.asked(get).await?;
        self.line.json(response).await
    }

    async fn snapshot(
        &self,
        scope: &RegionCode,
        from: u64,
        tag: Option<&str>,
    ) -> Result<SnapshotPart, SyncError> {
        let url = self.line.address.url(&format!("v1/snapshot/{scope}"));
        let get = |client: &reqwest::Client| {
            let get = client.get(url.clone());
            match (from, tag) {
                (0, _) => get,
                (from, None) => get.header("range", format!("bytes={from}-")),
                (from, Some(tag)) => get.header("range", format!("bytes={from}-")).header("if-range", tag),
            }
        };
        let response = self.line.asked(get).await?;
        let tag = response.headers().get("etag").and_then(|v| v.to_str().ok()).map(str::to_owned);
        let resumed = response.status() == reqwest::StatusCode::PARTIAL_CONTENT;
        let count = self.line.counting();
        let chunks = response.bytes_stream().map(move |chunk| {
            let chunk = chunk.map_err(SyncError::from_network)?;
            count(chunk.len());
            Ok(chunk)
        });
        Ok(SnapshotPart { tag, resumed, chunks: chunks.boxed() })
    }
}
