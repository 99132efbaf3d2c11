//! `tiexin-server serve`

use std::io::Write;
use std::net::SocketAddr;

use super::args::{Common, Serve};
use crate::config::{Clock, Config, Rate, Tls};
use crate::error::{Error, Result};
use crate::running::spawn;

const LISTEN: ([u8; 4], u16) = ([127, 0, 0, 1], 7340);

pub(super) async fn serve(common: &Common, args: Serve) -> Result<()> {
    let file = common.file()?;
    let tls = match (args.tls_cert.or(file.tls_cert.clone()), args.tls_key.or(file.tls_key.clone())) {
        (Some(cert), Some(key)) => Some(Tls { cert, key }),
        (None, None) => None,
        _ => return Err(Error::Config("--tls-cert 与 --tls-key 要一起给出".into())),
    };
    let store = common.store(&file)?;
    super::is_there(&store).await?;
    let usual = Rate::default();
    let config = Config {
        store,
        listen: args.listen.or(file.listen).unwrap_or(SocketAddr::from(LISTEN)),
        tls,
        rate: Rate {
            burst: file.rate_burst.unwrap_or(usual.burst),
            per_second: file.rate_per_second.unwrap_or(usual.per_second),
        },
        clock: Clock::default(),
        blobs: common.blobs(&file),
        policy: common.policy(&file)?,
        before_commit: None,
    };
    let mut running = spawn(config).await?;
    // Scripts wait for this line.
    println!("listening on {}", running.addr);
    std::io::stdout().flush()?;
    tokio::select! {
        ended = running.ended() => ended,
        () = told_to_stop() => {
            tracing::info!("stopping");
            running.stop().await
        }
    }
}

#[cfg(unix)]
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Ctrl+C, Ctrl+Break, the window closed, the machine shut down.
#[cfg(windows)]
async fn told_to_stop() {
    use tokio::signal::windows::{ctrl_break, ctrl_close, ctrl_shutdown};
    let (Ok(mut pause), Ok(mut close), Ok(mut down)) = (ctrl_break(), ctrl_close(), ctrl_shutdown()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = pause.recv() => {}
        _ = close.recv() => {}
        _ = down.recv() => {}
    }
}
