//! The screens in the office's browser, where this machine cannot show a window or that is wanted.

use std::path::Path;
use std::process::ExitCode;

use tiexin_contract::ErrorReply;
use tiexin_desk::{Home, InBrowser, Place, Told};

const MISSING: &str = "这台电脑缺少显示窗口用的组件（Microsoft Edge WebView2 运行时），贴心改在浏览器里打开。台账是同一份，功能也一样，可以照常工作。\n\n想用窗口的，请管理员安装“Microsoft Edge WebView2 运行时”（离线安装包名为 MicrosoftEdgeWebView2RuntimeInstallerX64.exe），装好后重新打开贴心。\n\n这段话只在第一次显示。";

/// Whether this machine lacks what a window is shown with.
pub(crate) fn no_window() -> bool {
    // Elsewhere the program does not even start without it.
    cfg!(windows) && tauri::webview_version().is_err()
}

/// Says so, once for each book.
pub(crate) fn explain(folder: &Path) {
    let said = folder.join("without-webview2.txt");
    if !said.exists() {
        message(MISSING);
        // Told again next time if it cannot be kept.
        let _ = std::fs::write(said, MISSING);
    }
}

/// Opens a page of the host that runs already.
pub(crate) fn show(page: &str) -> ExitCode {
    if tiexin_desk::open_page(page) { ExitCode::SUCCESS } else { failed(&no_browser(page)) }
}

/// Is the host until nobody needs it any more.
pub(crate) fn host(home: Home, place: Place) -> ExitCode {
    let tell = |told| {
        if let Told::NoBrowser(address) = told {
            message(&no_browser(&address));
        }
    };
    let hosted: Result<(), ErrorReply> =
        tauri::async_runtime::block_on(InBrowser::at(home.folder).host(place, tell));
    match hosted {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error.message),
    }
}

fn no_browser(address: &str) -> String {
    format!("没有找到浏览器。贴心已经在运行，请自己在浏览器里打开：{address}")
}

/// Says why nothing is shown.
pub(crate) fn failed(words: &str) -> ExitCode {
    message(words);
    ExitCode::FAILURE
}

#[cfg(windows)]
fn message(words: &str) {
    rfd::MessageDialog::new()
        .set_level(rfd::MessageLevel::Info)
        .set_title("贴心")
        .set_description(words)
        .show();
}

#[cfg(not(windows))]
fn message(words: &str) {
    eprintln!("{words}");
}
