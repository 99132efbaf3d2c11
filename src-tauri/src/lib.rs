//! A desk in a window, and nothing more.
//!
//! The shell opens the desk, hands it every call of the pages, and passes its events back. It
//! knows no SQL, no rule and the name of no desk command; what it answers itself is what only a
//! window can do, and those names begin with `shell.`.

mod browser;
mod dialogs;
mod link;

use link::Link;
use serde_json::Value;
use std::process::ExitCode;
use std::sync::Mutex;
use tauri::{AppHandle, Manager, State};
use tiexin_contract::ErrorReply;
use tiexin_desk::{Answer, Entered, Place};

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

/// As a word of the command line: the screens in the browser, whatever this machine has.
const IN_BROWSER: &str = "--browser";

/// Opens the window and stays until it is closed; in the browser where that is wanted, or no window can be shown.
/// A book that is shown somewhere already comes forward there, and nothing is opened beside it.
pub fn run() -> ExitCode {
    spare_the_graphics_driver();
    let home = tiexin_desk::home();
    if let Some(code) = tiexin_desk::update::launch(home.as_ref().map(|home| home.folder.as_path())) {
        return code;
    }
    let Some(home) = home else { return window(Link::new(None), false, None) };
    let wanted = std::env::args_os().skip(1).any(|word| word == IN_BROWSER);
    match tiexin_desk::enter(&home.folder) {
        Ok(Entered::Other(Answer::Page(page))) => browser::show(&page),
        Ok(Entered::Other(_)) => ExitCode::SUCCESS,
        Ok(Entered::First(place)) if wanted => browser::host(home, place),
        Ok(Entered::First(place)) if browser::no_window() => {
            browser::explain(&home.folder);
            browser::host(home, place)
        }
        Ok(Entered::First(place)) => window(Link::new(Some(home.folder)), !home.named, Some(place)),
        // The folder cannot be used, or whoever has the book hangs: it is said, and no second screen works on the book.
        Err(error) if wanted || browser::no_window() => browser::failed(&error.message),
        Err(error) => window(Link::refused(error), !home.named, None),
    }
}

/// `own`: it is the worker's own book.
fn window(link: Link, own: bool, place: Option<Place>) -> ExitCode {
    let mut builder = tauri::Builder::default();
    // A book named on purpose leaves no trace in the worker's settings.
    if own {
        builder = builder.plugin(tauri_plugin_window_state::Builder::default().build());
    }
    let outcome = builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .manage(link)
        .invoke_handler(tauri::generate_handler![call])
        .setup(|app| {
            if let Some(mut place) = place {
                let handle = app.handle().clone();
                place.answer(move || show(&handle))?;
                // Kept for as long as the program runs.
                app.manage(Mutex::new(place));
            }
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

/// A second start brings the first window forward.
fn show(app: &AppHandle) -> Answer {
    let Some(window) = app.get_webview_window("main") else { return Answer::Ending };
    let _ = window.unminimize();
    let _ = window.set_focus();
    Answer::Shown
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
