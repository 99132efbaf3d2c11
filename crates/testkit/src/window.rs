//! A person's eyes and hands at a screen: the real window by WebKitWebDriver, or the loopback
//! host in Chromium by chromedriver.
//!
//! Knows nothing of pages; a story says what to look for. Needs an X display (`./dev test`
//! brings one), the drivers of Debian's `webkit2gtk-driver` and `chromium-driver`, and the built
//! programs.

use serde_json::json;
use std::fmt::Display;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{Capabilities, WebDriver};

use crate::driver::Driver;
use crate::patience::{GLANCE, PATIENCE};

/// How often a field is filled until it holds what was written and nothing besides.
const FILLS: usize = 3;

/// What went wrong, for the person who reads the test's output.
#[derive(Debug)]
pub struct Trouble(pub String);

impl Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

pub(crate) fn trouble(what: &str) -> impl Fn(&dyn Display) -> Trouble + '_ {
    move |cause| Trouble(format!("{what}: {cause}"))
}

/// Whether there is a display to open a window on. Says so loudly if there is none.
pub fn display() -> bool {
    let there = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    if !there {
        eprintln!("SKIPPED: no display; `./dev test` brings one");
    }
    there
}

/// The path of a built program: from TIEXIN_BIN_DIR, or beside the running test.
pub fn program(name: &str) -> PathBuf {
    let folder = std::env::var_os("TIEXIN_BIN_DIR").map(PathBuf::from).or_else(|| {
        let test = std::env::current_exe().ok()?;
        Some(test.parent()?.parent()?.to_owned())
    });
    folder.unwrap_or_default().join(name)
}

/// One open screen. Closes its window and ends its driver when dropped.
pub struct Screen {
    driver: WebDriver,
    host: Driver,
    /// Where the browser puts what it downloads; the window asks its worker instead.
    pub(crate) downloads: Option<TempDir>,
}

impl Screen {
    /// Opens the real window on the book in `data`.
    pub async fn window(data: &Path) -> Result<Self, Trouble> {
        Self::window_with(data, &[]).await
    }

    /// Opens the real window with further environment, as `("TIEXIN_DEMO", "1")`.
    pub async fn window_with(data: &Path, environment: &[(&str, &str)]) -> Result<Self, Trouble> {
        let mut command = Command::new("WebKitWebDriver");
        command.env("TIEXIN_DATA", data).envs(environment.iter().copied());
        Self::window_of(&program("tiexin"), command).await
    }

    /// Opens the window of another Tauri program.
    pub async fn tauri(program: &Path) -> Result<Self, Trouble> {
        Self::window_of(program, Command::new("WebKitWebDriver")).await
    }

    async fn window_of(program: &Path, mut driver: Command) -> Result<Self, Trouble> {
        driver
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
        let mut capabilities = Capabilities::new();
        let options = json!({ "binary": program, "args": [] });
        capabilities.set("webkitgtk:browserOptions", options).map_err(|e| trouble("capabilities")(&e))?;
        Self::open(driver, capabilities, None).await
    }

    /// Opens an address of the loopback host in Chromium, 1366×768.
    pub async fn browser(address: &str) -> Result<Self, Trouble> {
        let mut capabilities = Capabilities::new();
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--window-size=1366,768",
            "--lang=zh-CN",
        ];
        let downloads = tempfile::tempdir().map_err(|e| trouble("a folder for downloads")(&e))?;
        let kept = json!({ "download.default_directory": downloads.path() });
        let options = json!({ "args": arguments, "prefs": kept });
        capabilities.set("browserName", "chrome").map_err(|e| trouble("capabilities")(&e))?;
        capabilities.set("goog:chromeOptions", options).map_err(|e| trouble("capabilities")(&e))?;
        let screen = Self::open(Command::new("chromedriver"), capabilities, Some(downloads)).await?;
        screen.driver.goto(address).await.map_err(|e| trouble(address)(&e))?;
        Ok(screen)
    }

    async fn open(
        command: Command,
        capabilities: Capabilities,
        downloads: Option<TempDir>,
    ) -> Result<Self, Trouble> {
        // reqwest is built without a TLS provider of its own and wants one even for loopback.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let host = Driver::start(command)?;
        let driver = WebDriver::new(host.address.as_str(), capabilities).await;
        let driver = driver.map_err(|e| trouble("no session")(&e))?;
        Ok(Self { driver, host, downloads })
    }

    /// Waits until the page shows `text` somewhere a person can see it.
    pub async fn shows(&self, text: &str) -> Result<(), Trouble> {
        let patience = Instant::now() + PATIENCE;
        loop {
            let page = self.text().await;
            if page.as_ref().is_ok_and(|page| page.contains(text)) {
                return Ok(());
            }
            if Instant::now() > patience {
                let page = page.unwrap_or_else(|trouble| trouble.0);
                return Err(Trouble(format!("“{text}” never appeared; the page says:\n{page}")));
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Runs a script until it returns true.
    pub async fn until(&self, script: &str) -> Result<(), Trouble> {
        let patience = Instant::now() + PATIENCE;
        loop {
            let done = self.driver.execute(script, Vec::new()).await;
            if done.as_ref().is_ok_and(|value| value.json().as_bool() == Some(true)) {
                return Ok(());
            }
            if Instant::now() > patience {
                let said = done.map_or_else(|e| e.to_string(), |value| value.json().to_string());
                let page = self.text().await.unwrap_or_else(|trouble| trouble.0);
                return Err(Trouble(format!("never true: {script}\nbut {said}; the page says:\n{page}")));
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Runs a script once.
    pub async fn run(&self, script: &str) -> Result<serde_json::Value, Trouble> {
        let done = self.driver.execute(script, Vec::new()).await;
        done.map(|value| value.json().clone()).map_err(|e| trouble(script)(&e))
    }

    /// Goes to a page by its address, such as `#/reports`, and waits for a word on it.
    pub async fn go(&self, route: &str, word: &str) -> Result<(), Trouble> {
        self.run(&format!("location.hash = '{route}'")).await?;
        self.shows(word).await
    }

    /// All the text on the page as a person sees it.
    pub async fn text(&self) -> Result<String, Trouble> {
        let body = self.driver.find(By::Tag("body")).await.map_err(|e| trouble("no body")(&e))?;
        body.text().await.map_err(|e| trouble("no text")(&e))
    }

    /// Waits for an element by CSS selector.
    pub async fn find_css(&self, selector: &str) -> Result<WebElement, Trouble> {
        self.driver
            .query(By::Css(selector))
            .wait(PATIENCE, GLANCE)
            .first()
            .await
            .map_err(|e| trouble(selector)(&e))
    }

    /// Presses the button or link that carries `name`, once it can be pressed.
    pub async fn press(&self, name: &str) -> Result<(), Trouble> {
        let carries = format!(
            "[normalize-space(.)='{name}' or @aria-label='{name}' or @title='{name}' or .//strong='{name}']\
             [not(@aria-busy='true')]"
        );
        let path = format!(
            "//button{carries} | //a{carries} | //*[@role='button' or @role='tab' or @role='menuitem']{carries}"
        );
        self.driver
            .query(By::XPath(path.as_str()))
            .and_displayed()
            .and_enabled()
            .wait(PATIENCE, GLANCE)
            .first()
            .await
            .map_err(|e| trouble(name)(&e))?
            .click()
            .await
            .map_err(|e| trouble(name)(&e))
    }

    /// Presses a button in the row of a table that has `cell` for one of its cells.
    pub async fn press_in(&self, cell: &str, name: &str) -> Result<(), Trouble> {
        let path = format!("//tr[td[normalize-space(.)='{cell}']]//button[normalize-space(.)='{name}']");
        let button = self.driver.query(By::XPath(path.as_str())).wait(PATIENCE, GLANCE).first().await;
        button.map_err(|e| trouble(name)(&e))?.click().await.map_err(|e| trouble(name)(&e))
    }

    /// Ticks one of the choices that stand side by side in a form.
    pub async fn tick(&self, label: &str) -> Result<(), Trouble> {
        let path = format!("//label[.//input][normalize-space(.)='{label}']");
        let choice = self.driver.query(By::XPath(path.as_str())).wait(PATIENCE, GLANCE).first().await;
        let choice = choice.map_err(|e| trouble(label)(&e))?;
        // A person scrolls it out from under the form's buttons.
        choice.scroll_into_view().await.map_err(|e| trouble(label)(&e))?;
        choice.click().await.map_err(|e| trouble(label)(&e))
    }

    /// Ticks or unticks the box in the row of a table that names `text`, by keyboard.
    pub async fn tick_in(&self, text: &str) -> Result<(), Trouble> {
        let path = format!("//tr[td[contains(.,'{text}')]]//input[@type='checkbox']");
        let tick = self.driver.query(By::XPath(path.as_str())).wait(PATIENCE, GLANCE).first().await;
        tick.map_err(|e| trouble(text)(&e))?.send_keys(" ").await.map_err(|e| trouble(text)(&e))
    }

    /// Chooses from an open list the first entry that holds `text`, as the pointer does.
    pub async fn option(&self, text: &str) -> Result<(), Trouble> {
        // By script: the list is painted anew while it is looked at.
        let script = format!(
            "const one = [...document.querySelectorAll('[role=option]')].find(o => o.textContent.includes('{text}')); \
             if (!one) return false; \
             for (const kind of ['mousedown', 'click']) \
               one.dispatchEvent(new MouseEvent(kind, {{bubbles: true, cancelable: true}})); \
             return true;"
        );
        self.until(&script).await
    }

    /// Types into the field labelled `label`, over what stands there, as a person does: WebDriver's own
    /// clearing is not heard by a page that listens to typing.
    pub async fn fill(&self, label: &str, text: &str) -> Result<(), Trouble> {
        let field = self.field(label).await?;
        let this = || field.to_json().map(|one| vec![one]);
        for _ in 0..FILLS {
            field.send_keys(Key::Control + "a").await.map_err(|e| trouble(label)(&e))?;
            field.send_keys(text).await.map_err(|e| trouble(label)(&e))?;
            // What the record held may have come into the field only after it was chosen whole.
            let held = "const value = arguments[0].value ?? ''; return value.endsWith(arguments[1]) && value.length > arguments[1].length";
            let mut asked = this().map_err(|e| trouble(label)(&e))?;
            asked.push(text.into());
            let held = self.execute(held, asked).await.map_err(|e| trouble(label)(&e))?;
            if held.json().as_bool() != Some(true) {
                break;
            }
        }
        Ok(())
    }

    /// The field that a visible label, or an `aria-label`, names.
    pub async fn field(&self, label: &str) -> Result<WebElement, Trouble> {
        let path = format!(
            "//*[self::input or self::textarea or self::select][@aria-label='{label}' or \
             @id=//label[starts-with(normalize-space(.),'{label}')]/@for]"
        );
        self.driver
            .query(By::XPath(path.as_str()))
            .and_displayed()
            .wait(PATIENCE, GLANCE)
            .first()
            .await
            .map_err(|e| trouble(label)(&e))
    }

    /// Takes a picture of the whole X screen; WebDriver's own call hangs under Xvfb.
    pub fn picture(&self, file: &Path) -> Result<(), Trouble> {
        let status = Command::new("import").args(["-window", "root"]).arg(file).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(trouble("import")(&status)),
            Err(error) => Err(trouble("import")(&error)),
        }
    }

    /// The process group of the driver and of all that it started: window and page.
    pub fn process_group(&self) -> u32 {
        self.host.process_group()
    }

    /// Closes the window as its close button does.
    pub async fn close(self) -> Result<(), Trouble> {
        self.driver.clone().quit().await.map_err(|e| trouble("quit")(&e))
    }
}

/// Whatever is not offered here, WebDriver offers.
impl Deref for Screen {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        &self.driver
    }
}
