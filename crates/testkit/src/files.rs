//! Files at a screen: the window's own dialogs, the browser's picker and downloads.
//!
//! A WebDriver sees the page and nothing else. The window's file dialogs are GTK's, outside of it, so
//! they are worked as a person works them: by keyboard, with xdotool. In the browser the page's own
//! file input is filled, and Chromium is kept from opening a chooser that nobody could answer.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::Mutex;

use crate::patience::{PATIENCE, until};
use crate::window::{Screen, Trouble, trouble};

/// All windows share one keyboard.
static KEYBOARD: Mutex<()> = Mutex::const_new(());

/// A dialog that has taken its answer closes sooner.
const TAKEN: Duration = Duration::from_secs(2);

impl Screen {
    /// How many files may be picked at once: GTK's line for a path takes one.
    pub fn picks_at_once(&self) -> usize {
        if self.downloads.is_some() { usize::MAX } else { 1 }
    }

    /// Presses a button that asks for files to read, and picks these. `title` is the dialog's.
    pub async fn pick(&self, button: &str, title: &str, files: &[PathBuf]) -> Result<(), Trouble> {
        // chromedriver takes no path with `..` in it.
        let whole = |file: &PathBuf| file.canonicalize().map(|file| file.display().to_string());
        let names: Result<Vec<String>, _> = files.iter().map(whole).collect();
        let names = names.map_err(|e| trouble("a file to pick")(&e))?.join("\n");
        if self.downloads.is_none() {
            let _mine = KEYBOARD.lock().await;
            self.press(button).await?;
            return answer(title, &names).await;
        }
        let hold = json!({ "enabled": true });
        let held = self.cdp().send_raw("Page.setInterceptFileChooserDialog", hold).await;
        held.map_err(|e| trouble("the file chooser")(&e))?;
        self.press(button).await?;
        let input = self.find_css("input[type=file]").await?;
        input.send_keys(names).await.map_err(|e| trouble(title)(&e))
    }

    /// Presses a button that asks for a folder, and chooses this one. Only the window asks.
    pub async fn pick_folder(&self, button: &str, title: &str, folder: &Path) -> Result<(), Trouble> {
        let _mine = KEYBOARD.lock().await;
        self.press(button).await?;
        answer(title, &folder.display().to_string()).await
    }

    /// Presses a button that hands over a file; where it was kept. `title` is the dialog's; `folder` and
    /// `name` say where the worker of the window wants it, the browser names it by itself.
    pub async fn keep(
        &self,
        button: &str,
        title: &str,
        folder: &Path,
        name: &str,
    ) -> Result<PathBuf, Trouble> {
        let wanted = folder.join(name);
        let _mine = KEYBOARD.lock().await;
        self.press(button).await?;
        let kept = match &self.downloads {
            None => {
                answer(title, &wanted.display().to_string()).await?;
                wait(|| wanted.is_file().then(|| wanted.clone())).await
            }
            // Chromium gives a download its name when all of it is there.
            Some(downloads) => wait(|| whole(downloads.path())).await,
        };
        kept.ok_or_else(|| Trouble(format!("{button}: no file was made")))
    }
}

/// A finished download.
fn whole(folder: &Path) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    files.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "xlsx"))
}

/// Types a path into the dialog with this title, confirms, and waits until the dialog is gone.
async fn answer(title: &str, path: &str) -> Result<(), Trouble> {
    let dialog = wait(|| dialog(title)).await;
    let dialog = dialog.ok_or_else(|| Trouble(format!("the dialog “{title}” never opened")))?;
    let patience = Instant::now() + PATIENCE;
    while Instant::now() < patience && self::dialog(title).is_some() {
        // Nothing manages windows under Xvfb: the keyboard goes where it is sent.
        xdotool(&["windowfocus", "--sync", &dialog])?;
        // Ctrl+L opens the line for a path; what stands in it goes. GTK completes what is typed, and that
        // may get between: then all of it is typed again.
        xdotool(&["key", "--clearmodifiers", "ctrl+l", "ctrl+a"])?;
        xdotool(&["type", "--clearmodifiers", path])?;
        for _ in 0..2 {
            // The first Return may do no more than end the completion.
            xdotool(&["key", "--clearmodifiers", "Return"])?;
            if wait_for(TAKEN, || self::dialog(title).is_none().then_some(())).await.is_some() {
                return Ok(());
            }
        }
    }
    match self::dialog(title) {
        None => Ok(()),
        Some(_) => Err(Trouble(format!("the dialog “{title}” did not take {path}"))),
    }
}

/// The X window with this title, once it can be seen.
fn dialog(title: &str) -> Option<String> {
    let found = run(&["search", "--onlyvisible", "--name", &format!("^{title}$")]).ok()?;
    String::from_utf8_lossy(&found.stdout).lines().next().map(str::to_owned)
}

fn xdotool(words: &[&str]) -> Result<(), Trouble> {
    let done = run(words).map_err(|e| trouble("xdotool")(&e))?;
    if done.status.success() {
        return Ok(());
    }
    Err(Trouble(format!("xdotool {words:?}: {}", String::from_utf8_lossy(&done.stderr))))
}

fn run(words: &[&str]) -> std::io::Result<Output> {
    Command::new("xdotool").args(words).output()
}

/// Looks until there is something.
async fn wait<T>(look: impl FnMut() -> Option<T>) -> Option<T> {
    wait_for(PATIENCE, look).await
}

async fn wait_for<T>(longest: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    until(longest, async || look()).await
}
