//! The province over HTTPS. The only place that speaks HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use ed25519_dalek::{Signer, SigningKey};
use futures::StreamExt;
use serde::{Serialize, de::DeserializeOwned};
use tiexin_domain::region::RegionCode;
use tiexin_protocol::blob::{Chunks, Wanted};
use tiexin_protocol::statement::Wiped;
use tiexin_protocol::wire::{
    DeviceRow, EnrolReply, EnrolRequest, HelloReply, HelloRequest, PackageState, PullReply, PullRequest,
    PushReply, Quarantined, Refusal, RevokeRequest, TokenReply, TokenRequest,
};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::body::{self, BodyError};
use crate::error::SyncError;
use crate::province::{Parcel, Province, SnapshotPart};

/// Bytes that may be under way to the desk: a slow line is kept full.
const WINDOW: u32 = 2 * 1024 * 1024;

/// Where a province is. Plain HTTP is for loopback only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvinceAddress {
    base: reqwest::Url,
    /// PEM of an authority of the province's own, when it has one.
    authority: Option<String>,
}

impl ProvinceAddress {
    /// Reads an address as typed: `https://host[:port]`, or `http://127.0.0.1:port` for a pilot on one machine.
    pub fn read(text: &str, authority: Option<String>) -> Result<Self, SyncError> {
        let text = text.trim().trim_end_matches('/');
        let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let base = reqwest::Url::parse(&text).map_err(|_| SyncError::Address)?;
        let loopback = matches!(base.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        match base.scheme() {
            "https" => {}
            "http" if loopback => {}
            _ => return Err(SyncError::Address),
        }
        Ok(Self { base, authority })
    }

    /// The address as it is shown and kept.
    pub fn as_text(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }
}

/// The device's signing key from its 32-byte seed.
pub fn device_key(seed: &[u8; 32]) -> SigningKey {
    SigningKey::from_bytes(seed)
}

/// A connection that signs in by itself and renews its token.
pub struct HttpProvince {
    base: reqwest::Url,
    client: reqwest::Client,
    device: Option<(Uuid, SigningKey)>,
    token: Mutex<Option<String>>,
    /// Bytes sent and received in bodies, for the figures.
    traffic: Arc<AtomicU64>,
    requests: AtomicU64,
}

impl HttpProvince {
    /// Connects nothing yet. `device` is absent before enrolment.
    pub fn new(address: &ProvinceAddress, device: Option<(Uuid, SigningKey)>) -> Result<Self, SyncError> {
        // Another part of the program may have installed it already; that is the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(60))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            // Headers that are said again cost a byte each (HPACK): an idle round is mostly headers.
            .http2_initial_stream_window_size(WINDOW)
            .http2_initial_connection_window_size(WINDOW);
        if address.base.scheme() == "http" {
            // Without TLS nobody negotiates; on the loopback there is none but a province of this program.
            builder = builder.http2_prior_knowledge();
        }
        if let Some(pem) = &address.authority {
            let cert = reqwest::Certificate::from_pem(pem.as_bytes()).map_err(|_| SyncError::Authority)?;
            builder = builder.tls_certs_merge([cert]);
        }
        let client = builder.build().map_err(|_| SyncError::Authority)?;
        Ok(Self {
            base: address.base.clone(),
            client,
            device,
            token: Mutex::new(None),
            traffic: Default::default(),
            requests: Default::default(),
        })
    }

    /// Bodies' bytes and requests so far.
    pub fn traffic(&self) -> (u64, u64) {
        (self.traffic.load(Relaxed), self.requests.load(Relaxed))
    }

    /// `POST /v1/enrol`.
    pub async fn enrol(&self, request: &EnrolRequest) -> Result<EnrolReply, SyncError> {
        self.post("v1/enrol", request).await
    }

    /// `POST /v1/package`: one part of anybody's package, as a file.
    pub async fn deliver(&self, file: &[u8]) -> Result<PackageState, SyncError> {
        for attempt in 0..2 {
            let token = self.token(attempt > 0).await?;
            let post = self.client.post(self.url("v1/package")).bearer_auth(token).body(file.to_vec());
            let response = post.send().await.map_err(SyncError::from_network)?;
            self.count(0, 0);
            match response.status().as_u16() {
                200 => {
                    let zstd = is_zstd(&response);
                    let bytes = bounded(response).await?;
                    self.count(file.len(), bytes.len());
                    return Ok(body::unpack(&bytes, zstd)?);
                }
                401 if attempt == 0 => continue,
                _ => return Err(refusal(response).await),
            }
        }
        Err(unknown_here())
    }

    /// `GET /v1/package/{id}/reply/{part}`: a part of the reply, as a file.
    pub async fn fetch_reply(&self, package: Uuid, part: u32) -> Result<Vec<u8>, SyncError> {
        for attempt in 0..2 {
            let token = self.token(attempt > 0).await?;
            let path = format!("v1/package/{package}/reply/{part}");
            let get = self.client.get(self.url(&path)).bearer_auth(token);
            let response = get.send().await.map_err(SyncError::from_network)?;
            self.count(0, 0);
            match response.status().as_u16() {
                200 => {
                    let bytes = bounded(response).await?;
                    self.count(0, bytes.len());
                    return Ok(bytes);
                }
                401 if attempt == 0 => continue,
                _ => return Err(refusal(response).await),
            }
        }
        Err(unknown_here())
    }

    /// `GET /v1/devices`: the desks that `author` looks after.
    pub async fn devices(&self, author: Uuid) -> Result<Vec<DeviceRow>, SyncError> {
        for attempt in 0..2 {
            let token = self.token(attempt > 0).await?;
            let mut url = self.url("v1/devices");
            url.query_pairs_mut().append_pair("author", &author.to_string());
            let get = self.client.get(url).bearer_auth(token).header("accept-encoding", "zstd");
            let response = get.send().await.map_err(SyncError::from_network)?;
            self.count(0, 0);
            match response.status().as_u16() {
                200 => {
                    let zstd = is_zstd(&response);
                    let bytes = bounded(response).await?;
                    self.count(0, bytes.len());
                    return Ok(body::unpack(&bytes, zstd)?);
                }
                401 if attempt == 0 => continue,
                _ => return Err(refusal(response).await),
            }
        }
        Err(unknown_here())
    }

    /// `POST /v1/devices/{id}/revoke`: shuts a desk out, or lets it retire.
    pub async fn revoke(&self, device: Uuid, ask: &RevokeRequest) -> Result<Vec<DeviceRow>, SyncError> {
        self.signed(&format!("v1/devices/{device}/revoke"), ask).await
    }

    /// `POST /v1/wiped`: the book of this desk is destroyed.
    pub async fn wiped(&self, told: &Wiped) -> Result<(), SyncError> {
        let body = body::pack(told)?;
        let post = self.client.post(self.url("v1/wiped")).header("content-type", "application/json");
        let post = post.header("content-encoding", "zstd").body(body);
        let response = post.send().await.map_err(SyncError::from_network)?;
        if response.status().is_success() { Ok(()) } else { Err(refusal(response).await) }
    }

    fn count(&self, sent: usize, received: usize) {
        self.traffic.fetch_add((sent + received) as u64, Relaxed);
        if sent + received == 0 {
            self.requests.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn url(&self, path: &str) -> reqwest::Url {
        let mut url = self.base.clone();
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}/{path}"));
        url
    }

    /// A request with the bearer token, once more with a fresh one where the first is not taken.
    pub(crate) async fn asked(
        &self,
        sent: usize,
        make: impl Fn(&reqwest::Client) -> reqwest::RequestBuilder,
    ) -> Result<reqwest::Response, SyncError> {
        for attempt in 0..2 {
            let token = self.token(attempt > 0).await?;
            let asking = make(&self.client).bearer_auth(token);
            let response = asking.send().await.map_err(SyncError::from_network)?;
            self.count(0, 0);
            if sent > 0 {
                self.count(sent, 0);
            }
            match response.status().as_u16() {
                200..=299 => return Ok(response),
                401 if attempt == 0 => continue,
                _ => return Err(refusal(response).await),
            }
        }
        Err(unknown_here())
    }

    /// The bytes of a reply.
    pub(crate) async fn read(&self, response: reqwest::Response) -> Result<Vec<u8>, SyncError> {
        let bytes = bounded(response).await?;
        self.count(0, bytes.len());
        Ok(bytes)
    }

    async fn signed<Q: Serialize, R: DeserializeOwned>(
        &self,
        path: &str,
        request: &Q,
    ) -> Result<R, SyncError> {
        self.signed_body(path, body::pack(request)?.into()).await
    }

    async fn signed_body<R: DeserializeOwned>(&self, path: &str, body: Bytes) -> Result<R, SyncError> {
        let token = self.token(false).await?;
        match self.post_body(path, body.clone(), Some(&token)).await {
            Err(SyncError::Refused { code, .. }) if code == "token_expired" || code == "unauthorised" => {
                let token = self.token(true).await?;
                self.post_body(path, body, Some(&token)).await
            }
            other => other,
        }
    }

    /// The bearer token: the kept one, or a new one for the device's signature.
    async fn token(&self, renew: bool) -> Result<String, SyncError> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|_| !renew) {
            return Ok(token.clone());
        }
        let (device, key) = self.device.as_ref().ok_or(SyncError::NotEnrolled)?;
        let mut request = TokenRequest { device: *device, nonce: None, signature: None };
        let nonce = match self.post("v1/token", &request).await? {
            TokenReply::Nonce(nonce) => nonce,
            TokenReply::Token { .. } => return Err(SyncError::Protocol("token")),
        };
        let signature = key.sign(format!("tiexin-token-v1:{nonce}").as_bytes());
        request.signature = Some(hex::encode(signature.to_bytes()));
        request.nonce = Some(nonce);
        match self.post("v1/token", &request).await? {
            TokenReply::Token { token, .. } => {
                *kept = Some(token.clone());
                Ok(token)
            }
            TokenReply::Nonce(_) => Err(SyncError::Protocol("token")),
        }
    }

    /// Where no token is asked for.
    async fn post<Q: Serialize, R: DeserializeOwned>(&self, path: &str, request: &Q) -> Result<R, SyncError> {
        self.post_body(path, body::pack(request)?.into(), None).await
    }

    async fn post_body<R: DeserializeOwned>(
        &self,
        path: &str,
        body: Bytes,
        token: Option<&str>,
    ) -> Result<R, SyncError> {
        let sent = body.len();
        let mut post = self
            .client
            .post(self.url(path))
            .header("content-type", "application/json")
            .header("content-encoding", "zstd")
            .header("accept-encoding", "zstd")
            .body(body);
        if let Some(token) = token {
            post = post.bearer_auth(token);
        }
        let response = post.send().await.map_err(SyncError::from_network)?;
        self.count(0, 0);
        if !response.status().is_success() {
            return Err(refusal(response).await);
        }
        let zstd = is_zstd(&response);
        let bytes = bounded(response).await?;
        self.count(sent, bytes.len());
        Ok(body::unpack(&bytes, zstd)?)
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

    async fn hello(&self, request: &HelloRequest) -> Result<HelloReply, SyncError> {
        self.signed("v1/hello", request).await
    }

    async fn push(&self, parcel: &Parcel) -> Result<PushReply, SyncError> {
        self.signed_body("v1/push", parcel.body()?).await
    }

    async fn pull(&self, request: &PullRequest) -> Result<PullReply, SyncError> {
        self.signed("v1/pull", request).await
    }

    async fn quarantine(&self, scope: &RegionCode) -> Result<Vec<Quarantined>, SyncError> {
        for attempt in 0..2 {
            let token = self.token(attempt > 0).await?;
            let get = self.client.get(self.url(&format!("v1/quarantine/{scope}"))).bearer_auth(token);
            let response =
                get.header("accept-encoding", "zstd").send().await.map_err(SyncError::from_network)?;
            self.count(0, 0);
            match response.status().as_u16() {
                200 => {
                    let zstd = is_zstd(&response);
                    let bytes = bounded(response).await?;
                    self.count(0, bytes.len());
                    return Ok(body::unpack(&bytes, zstd)?);
                }
                401 if attempt == 0 => continue,
                _ => return Err(refusal(response).await),
            }
        }
        Err(unknown_here())
    }

    async fn snapshot(
        &self,
        scope: &RegionCode,
        from: u64,
        tag: Option<&str>,
    ) -> Result<SnapshotPart, SyncError> {
        for attempt in 0..2 {
            let token = self.token(attempt > 0).await?;
            let mut request = self.client.get(self.url(&format!("v1/snapshot/{scope}"))).bearer_auth(token);
            if from > 0 {
                request = request.header("range", format!("bytes={from}-"));
                if let Some(tag) = tag {
                    request = request.header("if-range", tag);
                }
            }
            let response = request.send().await.map_err(SyncError::from_network)?;
            self.count(0, 0);
            match response.status().as_u16() {
                status @ (200 | 206) => {
                    let tag = response.headers().get("etag").and_then(|v| v.to_str().ok()).map(str::to_owned);
                    let traffic = self.traffic.clone();
                    let chunks = response.bytes_stream().map(move |chunk| {
                        let chunk = chunk.map_err(SyncError::from_network)?;
                        traffic.fetch_add(chunk.len() as u64, Relaxed);
                        Ok(chunk)
                    });
                    return Ok(SnapshotPart { tag, resumed: status == 206, chunks: chunks.boxed() });
                }
                401 if attempt == 0 => continue,
                _ => return Err(refusal(response).await),
            }
        }
        Err(unknown_here())
    }
}

fn unknown_here() -> SyncError {
    SyncError::Refused { code: "unauthorised".into(), message: "省平台不认识这台电脑".into() }
}

fn is_zstd(response: &reqwest::Response) -> bool {
    response.headers().get("content-encoding").is_some_and(|v| v.as_bytes() == b"zstd")
}

async fn bounded(mut response: reqwest::Response) -> Result<Vec<u8>, SyncError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(SyncError::from_network)? {
        if (bytes.len() + chunk.len()) as u64 > body::MOST_BYTES {
            return Err(BodyError::TooLarge.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn refusal(response: reqwest::Response) -> SyncError {
    let status = response.status().as_u16();
    let zstd = is_zstd(&response);
    let Ok(bytes) = bounded(response).await else { return SyncError::Offline };
    match body::unpack::<Refusal>(&bytes, zstd) {
        Ok(Refusal { order: Some(order), .. }) => SyncError::Shut(Box::new(order)),
        Ok(refusal) => SyncError::Refused { code: refusal.code, message: refusal.message },
        Err(_) if status == 401 => SyncError::Refused {
            code: "unauthorised".into(),
            message: "省平台不认识这台电脑，请联系管理员".into(),
        },
        Err(_) if status >= 500 || status == 429 => SyncError::Offline,
        Err(_) => SyncError::Refused {
            code: format!("http_{status}"), message: "省平台没有接受请求".into()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_reaches_loopback_only() {
        for good in
            ["https://p.example.cn", "p.example.cn:8443", "http://127.0.0.1:8080/", "http://localhost:1"]
        {
            assert!(ProvinceAddress::read(good, None).is_ok(), "{good}");
        }
        for bad in ["http://p.example.cn", "ftp://127.0.0.1", "http://127.0.0.1.example.cn", ""] {
            assert_eq!(ProvinceAddress::read(bad, None), Err(SyncError::Address), "{bad}");
        }
    }
}
