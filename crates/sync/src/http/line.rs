//! One request and its reply: signing in, renewing the token, refusals.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use bytes::Bytes;
use ed25519_dalek::{Signer, SigningKey};
use reqwest::{Client, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use tiexin_protocol::wire::{HEADER_CODE, Refusal, RefusalCode, TokenReply, TokenRequest};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::ProvinceAddress;
use crate::body::{self, BodyError};
use crate::engine::Pace;
use crate::error::SyncError;

/// Bytes that may be under way to the desk: a slow line is kept full.
const WINDOW: u32 = 2 * 1024 * 1024;
/// So long nothing need come: a chunk of an attachment takes half a minute on the slowest lines. A connection that
/// has died in silence is noticed by nothing else, and whoever asks should ask on another one then
/// ([`Line::anew`]): the system would give the old one up after a quarter of an hour.
const SILENCE: Duration = Duration::from_secs(60);

/// A connection that signs in by itself and renews its token.
pub(super) struct Line {
    pub(super) address: ProvinceAddress,
    client: Client,
    device: Option<(Uuid, SigningKey)>,
    token: Arc<Mutex<Option<String>>>,
    traffic: Arc<Traffic>,
    pace: Pace,
}

/// For the figures.
#[derive(Default)]
struct Traffic {
    /// Sent and received in bodies.
    bytes: AtomicU64,
    requests: AtomicU64,
}

impl Line {
    /// Connects nothing yet.
    pub(super) fn to(
        address: &ProvinceAddress,
        device: Option<(Uuid, SigningKey)>,
        pace: Pace,
    ) -> Result<Line, SyncError> {
        let (token, traffic) = Default::default();
        Ok(Line { address: address.clone(), client: client(address, pace)?, device, token, traffic, pace })
    }

    /// The same without the connections that it has.
    pub(super) fn anew(&self) -> Result<Line, SyncError> {
        let (address, device) = (self.address.clone(), self.device.clone());
        let (token, traffic, pace) = (self.token.clone(), self.traffic.clone(), self.pace);
        Ok(Line { client: client(&address, pace)?, address, device, token, traffic, pace })
    }

    pub(super) fn traffic(&self) -> (u64, u64) {
        (self.traffic.bytes.load(Relaxed), self.traffic.requests.load(Relaxed))
    }

    /// A request with the bearer token. The one place where a token that is over is replaced: the request is then
    /// said once more, and whatever is answered to that stands.
    pub(super) async fn asked(
        &self,
        make: impl Fn(&Client) -> RequestBuilder,
    ) -> Result<Response, SyncError> {
        let token = self.token(None).await?;
        match self.open(make(&self.client).bearer_auth(&token)).await {
            Err(SyncError::Refused { code: RefusalCode::TokenInvalid, .. })
            | Err(SyncError::Answered { status: 401 }) => {
                let token = self.token(Some(&token)).await?;
                self.open(make(&self.client).bearer_auth(token)).await
            }
            other => other,
        }
    }

    /// The same for JSON, both ways.
    pub(super) async fn asked_json<R: DeserializeOwned>(
        &self,
        path: &str,
        body: Bytes,
    ) -> Result<R, SyncError> {
        let response = self.asked(|client| posting(client, self.address.url(path), body.clone())).await?;
        self.json(response).await
    }

    /// JSON where no token is asked for.
    pub(super) async fn open_json<R: DeserializeOwned>(
        &self,
        path: &str,
        body: Bytes,
    ) -> Result<R, SyncError> {
        let response = self.open(posting(&self.client, self.address.url(path), body)).await?;
        self.json(response).await
    }

    /// Where no token is asked for and nothing is answered but that it was taken.
    pub(super) async fn tell(&self, path: &str, body: Bytes) -> Result<(), SyncError> {
        self.open(posting(&self.client, self.address.url(path), body)).await.map(drop)
    }

    /// The bytes of a reply.
    pub(super) async fn bytes(&self, response: Response) -> Result<Vec<u8>, SyncError> {
        let bytes = bounded(response).await?;
        self.received(bytes.len());
        Ok(bytes)
    }

    pub(super) async fn json<R: DeserializeOwned>(&self, response: Response) -> Result<R, SyncError> {
        let zstd = is_zstd(&response);
        Ok(body::unpack(&self.bytes(response).await?, zstd)?)
    }

    /// Counts a part of a reply that is read as it comes.
    pub(super) fn counting(&self) -> impl Fn(usize) + Send + 'static {
        let traffic = self.traffic.clone();
        move |bytes| {
            traffic.bytes.fetch_add(bytes as u64, Relaxed);
        }
    }

    fn received(&self, bytes: usize) {
        self.traffic.bytes.fetch_add(bytes as u64, Relaxed);
    }

    /// Sends it; a reply that grants nothing is an error.
    async fn open(&self, request: RequestBuilder) -> Result<Response, SyncError> {
        let request = request.build().map_err(|_| SyncError::Address)?;
        self.received(request.body().and_then(reqwest::Body::as_bytes).map_or(0, <[u8]>::len));
        self.traffic.requests.fetch_add(1, Relaxed);
        let response = self.client.execute(request).await.map_err(SyncError::from_network)?;
        if response.status().is_success() { Ok(response) } else { Err(refusal(response).await) }
    }

    /// The bearer token: the kept one, or where that is the one that was not taken, a new one for the device's
    /// signature.
    async fn token(&self, not_taken: Option<&str>) -> Result<String, SyncError> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| Some(token.as_str()) != not_taken) {
            return Ok(token.clone());
        }
        let (device, key) = self.device.as_ref().ok_or(SyncError::NotEnrolled)?;
        let mut request = TokenRequest { device: *device, nonce: None, signature: None };
        let ask =
            async |request: &TokenRequest| self.open_json("v1/token", body::pack(request)?.into()).await;
        let nonce = match ask(&request).await? {
            TokenReply::Nonce(nonce) => nonce,
            TokenReply::Token { .. } => return Err(SyncError::Protocol("token")),
        };
        let signature = key.sign(format!("tiexin-token-v1:{nonce}").as_bytes());
        request.signature = Some(hex::encode(signature.to_bytes()));
        request.nonce = Some(nonce);
        match ask(&request).await? {
            TokenReply::Token { token, .. } => {
                *kept = Some(token.clone());
                Ok(token)
            }
            TokenReply::Nonce(_) => Err(SyncError::Protocol("token")),
        }
    }
}

fn client(address: &ProvinceAddress, pace: Pace) -> Result<Client, SyncError> {
    // Another part of the program may have installed it already; that is the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(pace.of(SILENCE))
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        // Headers that are said again cost a byte each (HPACK): an idle round is mostly headers.
        .http2_initial_stream_window_size(WINDOW)
        .http2_initial_connection_window_size(WINDOW);
    if address.base.scheme() == "http" {
        // Without TLS nobody negotiates; on the loopback there is none but a province of this program.
        builder = builder.http2_prior_knowledge();
    }
    let Some(pem) = &address.authority else {
        // What the machine trusts; where it trusts nothing, no certificate is to blame.
        return builder.build().map_err(|error| {
            tracing::error!(cause = ?error, "no client for the province");
            SyncError::NoClient
        });
    };
    // The one authority and nobody else, and so nothing that the machine must have.
    let certs = reqwest::Certificate::from_pem_bundle(pem.as_bytes()).map_err(|_| SyncError::Authority)?;
    if certs.is_empty() {
        return Err(SyncError::Authority);
    }
    builder.tls_certs_only(certs).build().map_err(|_| SyncError::Authority)
}

fn posting(client: &Client, url: reqwest::Url, body: Bytes) -> RequestBuilder {
    client
        .post(url)
        .header("content-type", "application/json")
        .header("content-encoding", "zstd")
        .header("accept-encoding", "zstd")
        .body(body)
}

fn is_zstd(response: &Response) -> bool {
    response.headers().get("content-encoding").is_some_and(|v| v.as_bytes() == b"zstd")
}

async fn bounded(mut response: Response) -> Result<Vec<u8>, SyncError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(SyncError::from_network)? {
        if (bytes.len() + chunk.len()) as u64 > body::MOST_BYTES {
            return Err(BodyError::TooLarge.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn refusal(response: Response) -> SyncError {
    let status = response.status().as_u16();
    let zstd = is_zstd(&response);
    let code = response.headers().get(HEADER_CODE).and_then(|code| code.to_str().ok()).map(RefusalCode::read);
    let Ok(bytes) = bounded(response).await else { return SyncError::Offline };
    match (body::unpack::<Refusal>(&bytes, zstd), code) {
        (Ok(Refusal { order: Some(order), .. }), _) => SyncError::Shut(Box::new(order)),
        (Ok(Refusal { code, message, .. }), _) => SyncError::Refused { code, message },
        // The answer to HEAD has no body.
        (Err(_), Some(code)) => {
            SyncError::Refused { code, message: "省平台没有接受请求，请稍后再试".into() }
        }
        // Not the province's own words: something on the way is out of order or too slow.
        (Err(_), None) if status >= 500 || matches!(status, 408 | 429) => SyncError::Offline,
        (Err(_), None) => SyncError::Answered { status },
    }
}
