//! What only a window can do for a page: ask for a file, open a finished one.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::Path;
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tauri_plugin_opener::OpenerExt;
use tiexin_contract::{ErrorCode, ErrorReply};
use tokio::sync::oneshot;

#[derive(Deserialize)]
struct PickOpen {
    title: String,
    #[serde(default)]
    filters: Vec<Filter>,
}

#[derive(Deserialize)]
struct Filter {
    name: String,
    /// Without the dot.
    extensions: Vec<String>,
}

#[derive(Deserialize)]
struct PickSave {
    title: String,
    default_name: String,
}

#[derive(Deserialize)]
struct PickFolder {
    title: String,
}

#[derive(Deserialize)]
struct OpenPath {
    path: String,
}

/// Answers `shell.<verb>`. A dialog that is closed without a choice answers null. Files to read are a
/// list: a worker may pick several at once.
pub(crate) async fn answer(app: &AppHandle, verb: &str, args: Value) -> Result<Value, ErrorReply> {
    match verb {
        "host" => Ok(json!("window")),
        "pick_open" => pick_open(app, parse(args)?).await,
        "pick_save" => pick_save(app, parse(args)?).await,
        "pick_folder" => pick_folder(app, parse(args)?).await,
        "open_path" => open_path(app, parse(args)?),
        _ => Err(ErrorReply::new(ErrorCode::UnknownCommand, "这个窗口不认识这项操作。请更新程序后再试。")),
    }
}

async fn pick_open(app: &AppHandle, ask: PickOpen) -> Result<Value, ErrorReply> {
    let mut dialog = dialog(app, ask.title);
    for filter in &ask.filters {
        let extensions: Vec<&str> = filter.extensions.iter().map(String::as_str).collect();
        dialog = dialog.add_filter(&filter.name, &extensions);
    }
    let (tell, told) = oneshot::channel();
    dialog.pick_files(move |paths| drop(tell.send(paths)));
    let paths = told.await.ok().flatten();
    Ok(json!(paths.map(|paths| paths.iter().map(ToString::to_string).collect::<Vec<_>>())))
}

async fn pick_save(app: &AppHandle, ask: PickSave) -> Result<Value, ErrorReply> {
    let (tell, told) = oneshot::channel();
    dialog(app, ask.title).set_file_name(ask.default_name).save_file(move |path| drop(tell.send(path)));
    Ok(chosen(told.await.ok().flatten()))
}

async fn pick_folder(app: &AppHandle, ask: PickFolder) -> Result<Value, ErrorReply> {
    let (tell, told) = oneshot::channel();
    dialog(app, ask.title).pick_folder(move |path| drop(tell.send(path)));
    Ok(chosen(told.await.ok().flatten()))
}

fn open_path(app: &AppHandle, ask: OpenPath) -> Result<Value, ErrorReply> {
    if !Path::new(&ask.path).exists() {
        return Err(ErrorReply::new(ErrorCode::NotFound, "找不到这个文件，可能已被移动或删除。"));
    }
    app.opener().open_path(ask.path, None::<&str>).map(|()| Value::Null).map_err(|_| {
        ErrorReply::new(ErrorCode::Internal, "本机没有能打开这个文件的程序。文件已保存，可拷到别的电脑打开。")
    })
}

fn dialog(app: &AppHandle, title: String) -> FileDialogBuilder<tauri::Wry> {
    let dialog = app.dialog().file().set_title(title);
    match app.get_webview_window("main") {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

fn chosen(path: Option<FilePath>) -> Value {
    path.map_or(Value::Null, |path| json!(path.to_string()))
}

fn parse<T: DeserializeOwned>(args: Value) -> Result<T, ErrorReply> {
    serde_json::from_value(args)
        .map_err(|_| ErrorReply::new(ErrorCode::Internal, "窗口收到的内容不完整。请更新程序后再试。"))
}
