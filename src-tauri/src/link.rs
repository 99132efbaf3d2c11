//! The window's hold on its desk: opened once, beside the first painting of the page.

use std::path::PathBuf;
use tauri::{AppHandle, Emitter, Manager};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_desk::{Desk, DeskConfig};
use tokio::sync::OnceCell;

pub(crate) struct Link {
    /// The folder of the book. None: this user has no place for one.
    book: Option<PathBuf>,
    desk: OnceCell<Result<Desk, ErrorReply>>,
}

impl Link {
    pub(crate) fn new(book: Option<PathBuf>) -> Self {
        let desk = OnceCell::new();
        Self { book, desk }
    }

    /// Opens no desk: every page shows why.
    pub(crate) fn refused(why: ErrorReply) -> Self {
        Self { book: None, desk: OnceCell::new_with(Some(Err(why))) }
    }

    /// The desk, or why it could not be opened; every page then shows the reason.
    pub(crate) async fn desk(&self, app: &AppHandle) -> Result<Desk, ErrorReply> {
        self.desk.get_or_init(|| self.open(app)).await.clone()
    }

    async fn open(&self, app: &AppHandle) -> Result<Desk, ErrorReply> {
        let folder = self.book.clone().ok_or_else(no_home)?;
        let open = move || {
            let desk = Desk::open(DeskConfig::at(&folder))?;
            tiexin_desk::write_crash_files(&folder);
            tiexin_desk::write_logs(&folder);
            Ok(desk)
        };
        let desk = tauri::async_runtime::spawn_blocking(open).await.map_err(|_| no_home())??;
        tauri::async_runtime::spawn(forward(app.clone(), desk.clone()));
        Ok(desk)
    }
}

/// Starts opening the book while the page is still loading.
pub(crate) fn open_ahead(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        // A failure is kept and told at the first call.
        let _ = app.state::<Link>().desk(&app).await;
    });
}

/// Passes the desk's events to the page until the desk is gone.
async fn forward(app: AppHandle, desk: Desk) {
    let mut events = desk.subscribe();
    while let Ok(event) = events.recv().await {
        let _ = app.emit("desk", event);
    }
}

fn no_home() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Disk,
        "没能打开本机的数据文件夹，数据没有改动。请重新打开程序；仍不行请联系管理员。",
    )
}
