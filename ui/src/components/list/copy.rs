//! Rows as a table that pastes into a spreadsheet.

use super::Column;
use tiexin_contract::records::RecordRow;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, HtmlElement, HtmlTextAreaElement};

/// Head and rows, cells parted by tabs. Signs that would break a cell become spaces.
pub(super) fn table<'a>(columns: &[Column], rows: impl Iterator<Item = &'a RecordRow>) -> String {
    let clean = |text: String| text.replace(['\t', '\r', '\n'], " ");
    let head = columns.iter().map(|column| column.head.to_owned()).collect::<Vec<_>>().join("\t");
    let lines =
        rows.map(|row| columns.iter().map(|column| clean(column.text(row))).collect::<Vec<_>>().join("\t"));
    std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\r\n")
}

/// Puts text on the clipboard. Works without the permission that the newer way asks for.
pub(super) fn put(text: &str) -> bool {
    let document = gloo::utils::document();
    let here = document.active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let Some(area) =
        document.create_element("textarea").ok().and_then(|a| a.dyn_into::<HtmlTextAreaElement>().ok())
    else {
        return false;
    };
    area.set_value(text);
    area.set_class_name("tx-off-screen");
    let body = gloo::utils::body();
    if body.append_child(&area).is_err() {
        return false;
    }
    area.select();
    let done = document.dyn_into::<HtmlDocument>().is_ok_and(|d| d.exec_command("copy").unwrap_or(false));
    area.remove();
    if let Some(here) = here {
        let _ = here.focus();
    }
    done
}
