//! The screens of a book in the office's browser: opened from a menu entry, gone when nobody needs them any more.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tiexin_contract::ErrorReply;
use tiexin_files::Trouble;

use crate::screen::{self, Answer, Entered, Place};
use crate::{Desk, DeskConfig, browser, errors, host};

/// How long the host stays after the last page was closed: a page that is loaded anew is away for a moment, and a
/// browser may be started again.
pub const LINGER: Duration = Duration::from_secs(180);

/// How the screens of a book are opened in the browser.
#[derive(Debug, Clone)]
pub struct InBrowser {
    /// The folder of the book.
    pub folder: PathBuf,
    /// Where the pages are; `None`: in the usual places.
    pub pages: Option<PathBuf>,
    /// How long the host stays when no page is open.
    pub linger: Duration,
}

/// What the user is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A page was opened.
    Opened,
    /// The window of this book has come forward.
    InWindow,
    /// There is no browser; this is the address for somebody who finds one.
    NoBrowser(String),
}

impl InBrowser {
    pub fn at(folder: impl Into<PathBuf>) -> InBrowser {
        InBrowser { folder: folder.into(), pages: None, linger: LINGER }
    }

    /// Opens a page of the host that is running already; without one becomes the host, and returns when nobody has used
    /// it for a while and nothing is under way. The book is closed then.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub async fn open(self, tell: impl Fn(Told) + Send + 'static) -> Result<(), ErrorReply> {
        match enter(&self.folder).await? {
            Entered::Other(Answer::Page(page)) => tell(show(page.clone(), page).await),
            Entered::Other(_) => tell(Told::InWindow),
            Entered::First(place) => self.host(place, tell).await?,
        }
        Ok(())
    }

    /// Is the host whose place was taken.
    ///
    /// # Errors
    /// The book's folder or a port cannot be used.
    pub async fn host(
        self,
        mut place: Place,
        tell: impl Fn(Told) + Send + 'static,
    ) -> Result<(), ErrorReply> {
        let desk = Desk::open(DeskConfig::at(&self.folder))?;
        crate::write_crash_files(&self.folder);
        crate::write_logs(&self.folder);
        let running = host::serve(desk.clone(), 0, self.pages)
            .await
            .map_err(|error| errors::disk(&Trouble::of(&error)))?;
        let first = running.inviter()();
        answer_for(&running, &mut place)?;
        if let Some(page) = first {
            let address = running.url.clone();
            // A browser that starts slowly holds nobody up who rings meanwhile.
            tokio::spawn(async move {
                let told = show(page, address).await;
                tell(told);
            });
        }
        tokio::select! {
            () = running.quiet(self.linger) => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        running.stop();
        // The audit is told, and the key leaves the memory, before the next one may begin.
        let left = tokio::task::spawn_blocking(move || desk.leave(Some("sign_out"))).await;
        drop(place);
        left.map_err(|_| errors::internal())
    }
}

/// See [`screen::enter`].
pub(crate) async fn enter(folder: &Path) -> Result<Entered, ErrorReply> {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || screen::enter(&folder))
        .await
        .unwrap_or_else(|_| Err(errors::internal()))
}

/// Whoever rings gets a page of this host.
pub(crate) fn answer_for(running: &host::Running, place: &mut Place) -> Result<(), ErrorReply> {
    let invite = running.inviter();
    place
        .answer(move || invite().map_or(Answer::Ending, Answer::Page))
        .map_err(|error| errors::disk(&Trouble::of(&error)))
}

/// `address` is told where `page`, which is good for a short time only, could not be opened.
pub(crate) async fn show(page: String, address: String) -> Told {
    match tokio::task::spawn_blocking(move || browser::open(&page)).await {
        Ok(true) => Told::Opened,
        _ => Told::NoBrowser(address),
    }
}
