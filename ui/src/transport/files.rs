//! Files in and out: the window's dialogs and paths, or the browser's picker and downloads.

use super::{call, call_shell, window};
use serde_json::json;
use tiexin_contract::import::FileGiven;
use tiexin_contract::records::FileMade;
use tiexin_contract::{Command, ErrorReply};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{FileReader, HtmlAnchorElement, HtmlInputElement};

/// What may be picked: a name to read, extensions without the dot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    pub(crate) extensions: &'static [&'static str],
}

pub(crate) const SPREADSHEETS: Filter =
    Filter { name: "表格文件", extensions: &["xlsx", "xls", "et", "csv", "ods", "xml", "htm", "html"] };

pub(crate) const PICTURES: Filter =
    Filter { name: "照片和扫描件", extensions: &["jpg", "jpeg", "png", "webp", "bmp", "pdf"] };

pub(crate) const PACKAGES: Filter = Filter { name: "贴心同步包", extensions: &["txp"] };

pub(crate) const RESCUES: Filter = Filter { name: "贴心救援文件", extensions: &["txr"] };

pub(crate) const CERTIFICATES: Filter = Filter { name: "证书文件", extensions: &["crt", "pem", "cer"] };

/// Whether files have paths here.
pub(crate) fn in_window() -> bool {
    window::present()
}

/// Lets the worker pick files to read. Empty when the worker thought better of it.
pub(crate) async fn pick_files(title: &str, filter: Filter) -> Result<Vec<FileGiven>, ErrorReply> {
    if !window::present() {
        return Ok(pick_in_browser(filter).await.unwrap_or_default());
    }
    let filters = json!([{ "name": filter.name, "extensions": filter.extensions }]);
    let picked = call_shell("shell.pick_open", json!({ "title": title, "filters": filters })).await?;
    Ok(picked.as_array().into_iter().flatten().filter_map(|path| path.as_str()).map(given_path).collect())
}

/// Asks where a file is to be kept; only the window can.
async fn pick_place(title: &str, default_name: &str) -> Result<Option<String>, ErrorReply> {
    let args = json!({ "title": title, "default_name": default_name });
    Ok(call_shell("shell.pick_save", args).await?.as_str().map(str::to_owned))
}

/// Lets the worker choose a folder, such as a stick; only the window can.
pub(crate) async fn pick_folder(title: &str) -> Result<Option<FileGiven>, ErrorReply> {
    let picked = call_shell("shell.pick_folder", json!({ "title": title })).await?;
    Ok(picked.as_str().map(given_path))
}

/// A file that the desk handed over goes to the browser's downloads.
pub(crate) fn keep_made(made: &FileMade) {
    if let Some(base64) = &made.base64 {
        download(&made.name, base64);
    }
}

/// Has the desk make a file and hands it to the worker: to a place of the worker's choice, or as a
/// download. `None`: the worker thought better of it.
pub(crate) async fn hand_over<C: Command<Reply = FileMade>>(
    title: &str,
    default_name: &str,
    make: impl FnOnce(Option<String>) -> C,
) -> Result<Option<FileMade>, ErrorReply> {
    if window::present() {
        let Some(path) = pick_place(title, default_name).await? else { return Ok(None) };
        return call(make(Some(path))).await.map(Some);
    }
    let made = call(make(None)).await?;
    keep_made(&made);
    Ok(Some(made))
}

/// Opens a finished file with the machine's own program.
pub(crate) async fn open_made(path: String) -> Result<(), ErrorReply> {
    call_shell("shell.open_path", json!({ "path": path })).await.map(drop)
}

fn given_path(path: &str) -> FileGiven {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned();
    FileGiven { name, path: Some(path.to_owned()), base64: None }
}

fn download(name: &str, base64: &str) {
    let document = gloo::utils::document();
    let Some(anchor) = document.create_element("a").ok().and_then(|a| a.dyn_into::<HtmlAnchorElement>().ok())
    else {
        return;
    };
    anchor.set_href(&format!("data:application/octet-stream;base64,{base64}"));
    anchor.set_download(name);
    anchor.click();
}

async fn pick_in_browser(filter: Filter) -> Option<Vec<FileGiven>> {
    let input: HtmlInputElement = gloo::utils::document().create_element("input").ok()?.dyn_into().ok()?;
    input.set_type("file");
    input.set_multiple(true);
    let accept: Vec<String> = filter.extensions.iter().map(|ext| format!(".{ext}")).collect();
    input.set_accept(&accept.join(","));
    input.set_hidden(true);
    // In the page, so that whatever drives the page can fill it as it fills any field.
    gloo::utils::body().append_child(&input).ok()?;
    happens(&input, &["change", "cancel"], || input.click()).await;
    input.remove();
    read_files(input.files()?).await
}

/// Files that a browser holds: picked, or dropped on the page.
pub(crate) async fn read_files(files: web_sys::FileList) -> Option<Vec<FileGiven>> {
    let mut given = Vec::new();
    for at in 0..files.length() {
        let file = files.get(at)?;
        let reader = FileReader::new().ok()?;
        happens(&reader, &["loadend"], || drop(reader.read_as_data_url(&file))).await;
        let data = reader.result().ok()?.as_string()?;
        let base64 = data.split_once(',').map(|(_, text)| text.to_owned());
        given.push(FileGiven { name: file.name(), path: None, base64 });
    }
    Some(given)
}

/// Starts something and waits for the first of its events.
async fn happens(target: &web_sys::EventTarget, events: &[&'static str], begin: impl FnOnce()) {
    let mut begin = Some(begin);
    let mut listeners = Vec::new();
    let promise = js_sys::Promise::new(&mut |done, _| {
        for event in events {
            let done = done.clone();
            listeners.push(gloo::events::EventListener::once(target, *event, move |_| {
                let _ = done.call0(&JsValue::NULL);
            }));
        }
        if let Some(begin) = begin.take() {
            begin();
        }
    });
    let _ = JsFuture::from(promise).await;
}
