//! A person's eyes and hands at a screen: the real window by WebKitWebDriver, or the loopback
//! host in Chromium by chromedriver.
//!
//! Knows nothing of pages; a story says what to look for. Needs an X display (`./dev test`
//! brings one), the drivers of Debian's `webkit2gtk-driver` and `chromium-driver`, and the built
//! programs.

use serde_json::json;
use std::fmt::Display;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;
use thirtyfour::{Capabilities, WebDriver};

/// Longest wait for anything to appear. Generous: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(50);

/// What went wrong, for the person who reads the test's output.
#[derive(Debug)]
pub struct Trouble(pub String);

impl Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

fn trouble(what: &str) -> impl Fn(&dyn Display) -> Trouble + '_ {
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
    host: Child,
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
        Self::open(driver, capabilities).await
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
        let options = json!({ "args": arguments });
        capabilities.set("browserName", "chrome").map_err(|e| trouble("capabilities")(&e))?;
        capabilities.set("goog:chromeOptions", options).map_err(|e| trouble("capabilities")(&e))?;
        let screen = Self::open(Command::new("chromedriver"), capabilities).await?;
        screen.driver.goto(address).await.map_err(|e| trouble(address)(&e))?;
        Ok(screen)
    }

    async fn open(mut command: Command, capabilities: Capabilities) -> Result<Self, Trouble> {
        // reqwest is built without a TLS provider of its own and wants one even for loopback.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let port = free_port()?;
        use std::os::unix::process::CommandExt;
        let name = command.get_program().to_string_lossy().into_owned();
        let mut host = command
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            // Its own group, so that the window goes with it whatever happens.
            .process_group(0)
            .spawn()
            .map_err(|e| trouble(&name)(&e))?;
        if let Err(trouble) = answers(port, &name) {
            end(&mut host);
            return Err(trouble);
        }
        match WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await {
            Ok(driver) => Ok(Self { driver, host }),
            Err(error) => {
                end(&mut host);
                Err(trouble("no session")(&error))
            }
        }
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

    /// Presses the button or link that carries `name`.
    pub async fn press(&self, name: &str) -> Result<(), Trouble> {
        let carries = format!("[normalize-space(.)='{name}' or @aria-label='{name}' or @title='{name}']");
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

    /// Types into the field labelled `label`, replacing what stands there.
    pub async fn fill(&self, label: &str, text: &str) -> Result<(), Trouble> {
        let field = self.field(label).await?;
        field.clear().await.map_err(|e| trouble(label)(&e))?;
        field.send_keys(text).await.map_err(|e| trouble(label)(&e))
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
        self.host.id()
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

impl Drop for Screen {
    fn drop(&mut self) {
        end(&mut self.host);
    }
}

/// Ends a driver together with the window or browser that it started.
fn end(host: &mut Child) {
    let group = format!("-{}", host.id());
    let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    let _ = host.kill();
    let _ = host.wait();
}

fn free_port() -> Result<u16, Trouble> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|e| trouble("no port")(&e))?;
    Ok(listener.local_addr().map_err(|e| trouble("no port")(&e))?.port())
}

/// Waits until the driver listens.
fn answers(port: u16, name: &str) -> Result<(), Trouble> {
    let patience = Instant::now() + PATIENCE;
    while Instant::now() < patience {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(GLANCE);
    }
    Err(Trouble(format!("{name} does not answer")))
}
