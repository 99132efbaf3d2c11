//! A desk's keep-alive connection to a server: HTTP/1.1, JSON bodies, zstd both ways.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HOST};
use hyper::http::request;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpSocket;

/// As long as a real desk waits (`tiexin_sync`'s client).
const CONNECT: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(60);
/// As a desk packs its bodies.
const LEVEL: i32 = 6;

/// Why a request came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Failure {
    /// No connection within the time, or none at all.
    Connect,
    /// The connection broke, or no answer came within the time.
    Broken,
    /// The server refused: its status.
    Refused(u16),
    /// An answer that is not what was agreed.
    Unreadable,
}

pub(crate) struct Line {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

/// A body as it travels.
pub(crate) fn pack<T: Serialize>(value: &T) -> Bytes {
    let json = serde_json::to_vec(value).expect("bodies are JSON");
    zstd::bulk::compress(&json, LEVEL).expect("compressed in memory").into()
}

impl Line {
    /// Connects from an address of the loopback net: one alone has too few ports for a county's desks.
    pub(crate) async fn open(from: Ipv4Addr, to: SocketAddr) -> Result<Line, Failure> {
        let connect = async {
            let socket = TcpSocket::new_v4()?;
            socket.bind(SocketAddr::V4(SocketAddrV4::new(from, 0)))?;
            socket.connect(to).await
        };
        let stream = tokio::time::timeout(CONNECT, connect).await.map_err(|_| Failure::Connect)?;
        let stream = stream.map_err(|_| Failure::Connect)?;
        stream.set_nodelay(true).map_err(|_| Failure::Connect)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|_| Failure::Broken)?;
        tokio::spawn(connection);
        Ok(Line { sender, host: to.to_string() })
    }

    /// Sends a packed body; gives the answer.
    pub(crate) async fn post<R: DeserializeOwned>(
        &mut self,
        path: &str,
        token: Option<&str>,
        body: Bytes,
    ) -> Result<R, Failure> {
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/json")
            .header(CONTENT_ENCODING, "zstd")
            .header(ACCEPT_ENCODING, "zstd");
        let (plain, packed) = self.ask(request, token, body).await?;
        let plain = if packed {
            zstd::decode_all(&plain[..]).map_err(|_| Failure::Unreadable)?.into()
        } else {
            plain
        };
        serde_json::from_slice(&plain).map_err(|_| Failure::Unreadable)
    }

    /// The bytes that lie there.
    pub(crate) async fn get(&mut self, path: &str, token: &str) -> Result<Bytes, Failure> {
        Ok(self.ask(Request::get(path), Some(token), Bytes::new()).await?.0)
    }

    async fn ask(
        &mut self,
        request: request::Builder,
        token: Option<&str>,
        body: Bytes,
    ) -> Result<(Bytes, bool), Failure> {
        let request = match token {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        };
        let request = request.header(HOST, &self.host).body(Full::new(body));
        let request = request.map_err(|_| Failure::Unreadable)?;
        let answer = tokio::time::timeout(ANSWER, self.answer(request)).await;
        answer.map_err(|_| Failure::Broken)?
    }

    async fn answer(&mut self, request: Request<Full<Bytes>>) -> Result<(Bytes, bool), Failure> {
        self.sender.ready().await.map_err(|_| Failure::Broken)?;
        let answer = self.sender.send_request(request).await.map_err(|_| Failure::Broken)?;
        let status = answer.status().as_u16();
        let packed = answer.headers().get(CONTENT_ENCODING).is_some_and(|name| name == "zstd");
        let body = answer.into_body().collect().await.map_err(|_| Failure::Broken)?.to_bytes();
        if status == 200 { Ok((body, packed)) } else { Err(Failure::Refused(status)) }
    }
}
