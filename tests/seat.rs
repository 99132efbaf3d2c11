//! A desk of its own that a person of a story sits at.

use std::path::Path;

use tempfile::TempDir;
use tiexin_testkit::province::Province;
use tiexin_testkit::proxy::Network;
use tiexin_testkit::terminal::Host;
use tiexin_testkit::window::{Screen, Trouble};
use tiexin_testkit::worker::Worker;

#[derive(Clone, Copy)]
pub(crate) enum Way {
    Window,
    Browser,
}

impl Way {
    /// The page of the desk in this folder. The host ends when it is dropped.
    pub(crate) async fn open(self, data: &Path) -> Result<(Screen, Option<Host>), Trouble> {
        match self {
            Way::Window => Ok((Screen::window(data).await?, None)),
            Way::Browser => {
                let host = Host::start(data)?;
                Ok((Screen::browser(&host.url()).await?, Some(host)))
            }
        }
    }
}

/// A desk of its own that a person sits at.
pub(crate) struct Seat {
    pub(crate) worker: Worker,
    pub(crate) network: Network,
    pub(crate) home: TempDir,
    _host: Option<Host>,
}

impl Seat {
    /// Opens an empty desk and joins the province over a line of its own.
    pub(crate) async fn taken(
        way: Way,
        province: &Province,
        name: &str,
        code: &str,
    ) -> Result<Seat, Trouble> {
        let home = tempfile::tempdir().map_err(|e| Trouble(e.to_string()))?;
        let network = Network::to(province.address()).await.map_err(|e| Trouble(e.to_string()))?;
        let (screen, host) = way.open(&home.path().join("book")).await?;
        let worker = Worker::joins(screen, &network.url(), code, name).await?;
        Ok(Seat { worker, network, home, _host: host })
    }
}
