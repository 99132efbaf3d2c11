//! A desk in a window, and nothing more.
//!
//! The shell opens the desk, hands it every call of the pages, and passes its events back. It
//! knows no SQL, no rule and the name of no desk command; what it answers itself is what only a
//! window can do, and those names begin with `shell.`.

mod dialogs;
mod link;

use link::Link;
use serde_json::Value;
use std::path::PathBuf;
use std::process::ExitCode;
use tauri::{AppHandle, Manager, State};
use tiexin_contract::ErrorReply;

/// The one command of the window. `token` is the page's session, absent before sign-in.
#[tauri::command]
async fn call(
    app: AppHandle,
    link: State<'_, Link>,
    name: String,
    args: Value,
    token: Option<String>,
) -> Result<Value, ErrorReply> {
    match name.strip_prefix("shell.") {
        Some(verb) => dialogs::answer(&app, verb, args).await,
        None => link.desk(&app).await?.call(token.as_deref(), &name, args).await,
    }
}

/// Opens the window and stays until it is closed.
pub fn run() -> ExitCode {
    spare_the_graphics_driver();
    let book = std::env::var_os("TIEXIN_DATA").map(PathBuf::from);
    if let Some(code) = tiexin_desk::update::launch(book.clone().or_else(usual_book).as_deref()) {
        return code;
    }
    let mut builder = tauri::Builder::default();
    // A book named on purpose (a demo, a test) may be open beside the worker's own, and leaves
    // no trace in the worker's settings.
    if book.is_none() {
        builder = builder
            .plugin(tauri_plugin_single_instance::init(|app, _, _| show(app)))
            .plugin(tauri_plugin_window_state::Builder::default().build());
    }
    let outcome = builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .manage(Link::new(book))
        .invoke_handler(tauri::generate_handler![call])
        .setup(|app| {
            link::open_ahead(app.handle());
            Ok(())
        })
        .run(tauri::generate_context!());
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("窗口没能打开：{error}");
            ExitCode::FAILURE
        }
    }
}

/// Where Tauri keeps the worker's own book (`app_local_data_dir`), before there is an app to ask.
fn usual_book() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let local = match cfg!(windows) {
        true => folder("LOCALAPPDATA"),
        false => folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share"))),
    };
    Some(local?.join("cn.tiexin.desk"))
}

/// A second start brings the first window forward.
fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

/// WebKitGTK shows an empty window on several office graphics drivers unless told to spare them.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn spare_the_graphics_driver() {
    const NAME: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(NAME).is_none() {
        // SAFETY: the first statement of the program; no other thread exists yet.
        unsafe { std::env::set_var(NAME, "1") };
    }
}

#[cfg(not(target_os = "linux"))]
fn spare_the_graphics_driver() {}
