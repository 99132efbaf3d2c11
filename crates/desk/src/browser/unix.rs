//! The browsers of Linux desktops.

use std::process::Command;

/// What the desktop says comes first: it knows the user's choice.
const STARTERS: &[&[&str]] =
    if cfg!(target_os = "macos") { &[&["open"]] } else { &[&["xdg-open"], &["gio", "open"]] };

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
    let starters = STARTERS.iter().map(|words| {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        command
    });
    let browsers = BROWSERS.iter().map(Command::new);
    starters
        .chain(browsers)
        .map(|mut command| {
            command.arg(address);
            command
        })
        .collect()
}
