//! A server that listens.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::http;
use crate::province::Province;

/// Requests under way get this long to end when the server stops.
const GRACE: Duration = Duration::from_secs(20);

/// How often it is looked whether a new day wants an audit root.
const ROOT_LOOK: Duration = Duration::from_secs(600);

/// A listening server. Dropping it stops it at once; [`Running::stop`] lets requests under way end.
pub struct Running {
    /// Where it listens, with the port it was given.
    pub addr: SocketAddr,
    /// `http://…` or `https://…`, without a slash at the end.
    pub url: String,
    /// The book it serves, for its office and for tests.
    pub province: Province,
    handle: axum_server::Handle<SocketAddr>,
    task: JoinHandle<std::io::Result<()>>,
    /// What it does by itself.
    tasks: [tokio::task::AbortHandle; 2],
}

/// Makes the root of each day soon after it has begun.
async fn daily_roots(province: Province) {
    let mut look = tokio::time::interval(ROOT_LOOK);
    loop {
        look.tick().await;
        if let Err(error) = province.audit_root(None).await {
            tracing::error!(%error, "no audit root was made");
        }
    }
}

/// Desks that knock while others are let in. A line that is full turns them away for seconds: after an outage
/// a whole province knocks at once. The system may allow fewer.
const KNOCKING: u32 = 4096;

fn listen(at: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if at.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As the standard library does: a server started again takes its place at once.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(at)?;
    socket.listen(KNOCKING)?.into_std()
}

/// Opens the book and begins to listen.
pub async fn spawn(config: Config) -> Result<Running> {
    if config.tls.is_none() && !config.listen.ip().is_loopback() {
        return Err(Error::Config(
            "不加密的 HTTP 只能监听本机地址：请给出 --tls-cert 与 --tls-key，或改为监听 127.0.0.1".into(),
        ));
    }
    let province =
        Province::open_with(&config.store, config.clock.clone(), config.before_commit.clone()).await?;
    let province = match &config.blobs {
        Some(place) => province.with_blobs(place)?,
        None => province,
    };
    let province = province.under(config.policy.clone());
    province.book.served(province.clock.now()).await?;
    let listener =
        listen(config.listen).map_err(|e| Error::Config(format!("无法监听 {}：{e}", config.listen)))?;
    let addr = listener.local_addr()?;
    let app = http::router(province.clone(), config.rate).into_make_service();
    let handle = axum_server::Handle::new();
    let server = axum_server::from_tcp(listener)?.handle(handle.clone());
    let (scheme, task) = match config.tls {
        None => ("http", tokio::spawn(server.acceptor(NoDelayAcceptor).serve(app))),
        Some(tls) => {
            // Another crate in the process may have installed it already.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let pem = RustlsConfig::from_pem_file(&tls.cert, &tls.key)
                .await
                .map_err(|e| Error::Config(format!("TLS 证书或私钥无法读取：{e}")))?;
            let acceptor = RustlsAcceptor::new(pem).acceptor(NoDelayAcceptor);
            ("https", tokio::spawn(server.acceptor(acceptor).serve(app)))
        }
    };
    tracing::info!(%addr, scheme, "listening");
    let tasks = [
        tokio::spawn(daily_roots(province.clone())).abort_handle(),
        tokio::spawn(province.clone().follow_replicas()).abort_handle(),
    ];
    Ok(Running { addr, url: format!("{scheme}://{addr}"), province, handle, task, tasks })
}

impl Running {
    /// Takes no new connections, lets requests under way end, and returns when all is still.
    pub async fn stop(mut self) -> Result<()> {
        self.handle.graceful_shutdown(Some(GRACE));
        (&mut self.task).await??;
        Ok(())
    }

    /// Returns when the server has ended.
    pub async fn ended(&mut self) -> Result<()> {
        (&mut self.task).await??;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::AbortHandle::abort);
        self.handle.shutdown();
    }
}
