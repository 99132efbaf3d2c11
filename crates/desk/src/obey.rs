//! Destroying this desk's book on the province's order, and what is told of it afterwards.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tiexin_contract::session::WipedState;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_protocol::statement::Wiped;
use tiexin_store::Book;
use tiexin_sync::HttpProvince;

use crate::desk::Desk;
use crate::{enrolment, errors};

const FILE: &str = "wiped.json";

/// What stays in the folder: when and why, nobody's data.
#[derive(Serialize, Deserialize)]
struct Note {
    at: i64,
    lost: bool,
    /// The province has heard that it is done.
    told: bool,
}

impl Desk {
    /// Carries an order out that is due, if there is one. True: the book is destroyed.
    pub(crate) async fn obey(&self, book: &Book) -> Result<bool, ErrorReply> {
        let (desk, book) = (self.clone(), book.clone());
        let destroyed = tokio::task::spawn_blocking(move || desk.destroy_if_due(book));
        let Some(told) = destroyed.await.unwrap_or_else(|_| Err(errors::internal()))? else {
            return Ok(false);
        };
        if let (Some(line), order) = (told.line, told.order)
            && line.wiped(&order).await.is_ok()
        {
            let note = Note { told: true, ..told.note };
            let folder = self.inner().config.data_dir.clone();
            let _ = tokio::task::spawn_blocking(move || note.write(&folder)).await;
        }
        Ok(true)
    }

    fn destroy_if_due(&self, book: Book) -> Result<Option<LastWord>, ErrorReply> {
        let Some(order) = tiexin_sync::due(&book).map_err(errors::store)? else { return Ok(None) };
        let word = tiexin_sync::last_word(&book, &order).map_err(enrolment::reply)?;
        let line = enrolment::line(&book).ok();
        let config = &self.inner().config;
        let note = Note { at: config.clock.now_ms(), lost: !order.hand_over, told: false };
        self.leave(None);
        drop(book);
        if let Err(error) = tiexin_store::wipe(&config.data_dir) {
            tracing::error!(cause = %error, "a part of the destroyed book could not be removed");
        }
        note.write(&config.data_dir);
        Ok(Some(LastWord { line, order: word, note }))
    }
}

struct LastWord {
    line: Option<HttpProvince>,
    order: Wiped,
    note: Note,
}

impl Note {
    fn write(&self, folder: &Path) {
        let written = serde_json::to_vec(self).map(|text| tiexin_files::replace(&folder.join(FILE), &text));
        if !matches!(written, Ok(Ok(()))) {
            tracing::error!("it could not be noted that the book was destroyed");
        }
    }
}

/// That this desk's book was destroyed on order, while no new one was begun.
pub(crate) fn wiped(folder: &Path) -> Option<WipedState> {
    let note: Note = serde_json::from_slice(&std::fs::read(folder.join(FILE)).ok()?).ok()?;
    Some(WipedState { at: note.at, lost: note.lost })
}

/// A new book begins here.
pub(crate) fn forget(folder: &Path) {
    let _ = tiexin_files::remove(folder.join(FILE));
}

pub(crate) fn reply() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Wiped,
        "省平台已停用这台电脑，本机的数据和钥匙已按要求销毁。已经上传的内容都在省平台；如有疑问请联系管理员。",
    )
}
