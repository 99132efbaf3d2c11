//! The browsers of Windows: one that is built on Chromium if there is any, else whatever the user has chosen.

use std::ffi::OsString;
use std::os::windows::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use winreg::RegKey;
use winreg::enums::{HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE};

/// Programs and where their installers put them, below the folders of [`ROOTS`]. 360's fast browser before its safe
/// one: that shows addresses of the own machine in the old Internet Explorer unless told otherwise.
const BROWSERS: [(&str, &[&str]); 9] = [
    ("msedge.exe", &["Microsoft/Edge/Application"]),
    ("chrome.exe", &["Google/Chrome/Application"]),
    ("360ChromeX.exe", &["360ChromeX/Chrome/Application", "360/360ChromeX/Chrome/Application"]),
    ("360chrome.exe", &["360Chrome/Chrome/Application", "360/360Chrome/Chrome/Application"]),
    ("360se6.exe", &["360se6/Application"]),
    ("360se.exe", &["360se6/Application", "360/360se6/Application"]),
    ("QQBrowser.exe", &["Tencent/QQBrowser"]),
    ("SLBrowser.exe", &["Lenovo/SLBrowser"]),
    ("chromium.exe", &["Chromium/Application"]),
];
const ROOTS: [&str; 5] = ["ProgramFiles(x86)", "ProgramFiles", "ProgramW6432", "LOCALAPPDATA", "APPDATA"];
const APP_PATHS: &str = r"Software\Microsoft\Windows\CurrentVersion\App Paths";

/// No console window for a starter.
const CREATE_NO_WINDOW: u32 = 0x0800_0000;

pub(super) fn browsers(address: &str) -> Vec<Command> {
    let found = BROWSERS.iter().filter_map(|(name, places)| {
        let mut command = Command::new(registered(name).or_else(|| installed(name, places))?);
        command.arg(address);
        Some(command)
    });
    found.chain([chosen(address)]).collect()
}

fn registered(name: &str) -> Option<PathBuf> {
    [HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE].into_iter().find_map(|root| {
        let key = RegKey::predef(root).open_subkey(format!(r"{APP_PATHS}\{name}")).ok()?;
        let path: OsString = key.get_value("").ok()?;
        // Some installers write it with quotation marks.
        let path = PathBuf::from(path.to_string_lossy().trim_matches('"'));
        path.is_file().then_some(path)
    })
}

fn installed(name: &str, places: &[&str]) -> Option<PathBuf> {
    let roots = ROOTS.iter().filter_map(std::env::var_os).map(PathBuf::from);
    let mut files = roots.flat_map(|root| places.iter().map(move |place| root.join(place).join(name)));
    files.find(|file| file.is_file())
}

/// The user's default, by the system's own starter (`ShellExecute`).
fn chosen(address: &str) -> Command {
    let mut command = Command::new("rundll32.exe");
    command.args(["url.dll,FileProtocolHandler", address]).creation_flags(CREATE_NO_WINDOW);
    command
}
