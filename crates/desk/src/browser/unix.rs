//! The browsers of Linux desktops.

use std::process::Command;

/// What the desktop says comes first: it knows the user's choice. Not `gio open`: it ends with success whatever becomes
/// of the program that it started, and there would be no next way.
const STARTER: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

/// By name: those of UOS and Kylin, then what others install.
const BROWSERS: [&str; 14] = [
    "browser360-cn-stable",
    "browser360-cn",
    "uos-browser",
    "uos-browser-stable",
    "deepin-browser",
    "qaxbrowser",
    "qaxbrowser-safe-stable",
    "qaxbrowser-safe",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "firefox",
];

pub(super) fn browsers(address: &str) -> Vec<Command> {
    [STARTER]
        .into_iter()
        .chain(BROWSERS)
        .map(|program| {
            let mut command = Command::new(program);
            command.arg(address);
            command
        })
        .collect()
}
