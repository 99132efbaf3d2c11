//! What a list shows, as a spreadsheet.

use super::Column;
use crate::hooks::{Note, Toasts, Tone};
use crate::transport::{hand_over, open_made};
use tiexin_contract::records::{ExportList, FileMade, ListRecords};
use yew::platform::spawn_local;
use yew::prelude::*;

/// Asks where, has the desk write, and says where it went.
pub(super) fn run(list: ListRecords, columns: &[Column], name: &str) {
    let columns: Vec<_> = columns
        .iter()
        .filter(|c| !c.field.is_empty())
        .map(|c| (c.field.to_owned(), c.head.to_owned()))
        .collect();
    let name = format!("{name}.xlsx");
    spawn_local(async move {
        let made = hand_over("导出表格", &name, |path| ExportList { list, columns, path }).await;
        match made {
            Ok(Some(made)) => Toasts.say(exported(made)),
            Ok(None) => {}
            Err(cause) => Toasts.bad(&cause),
        }
    });
}

/// Where the file went; in the window it can be opened at once.
pub(crate) fn exported(made: FileMade) -> Note {
    let action = made.path.clone().map(|path| {
        let open = Callback::from(move |()| {
            let path = path.clone();
            spawn_local(async move {
                if let Err(cause) = open_made(path).await {
                    Toasts.bad(&cause);
                }
            });
        });
        (AttrValue::Static("打开"), open)
    });
    let text = format!("已导出：{}", made.path.unwrap_or(made.name)).into();
    Note { tone: Tone::Good, text, action }
}
