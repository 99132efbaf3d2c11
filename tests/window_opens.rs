//! The program starts and a person sees its page; started once more, there is still one window, also where the first one
//! does not answer.

use std::path::Path;
use std::process::{Command, Output};

use tiexin_desk::Entered;
use tiexin_testkit::window::{self, Screen, Trouble};

#[tokio::test]
async fn window_opens() -> Result<(), Trouble> {
    if !window::display() {
        return Ok(());
    }
    let data = tempfile::tempdir().expect("a temporary folder");
    let screen = Screen::window(data.path()).await?;
    screen.shows("贴心").await?;
    assert_eq!(screen.title().await.map_err(|e| Trouble(e.to_string()))?, "贴心");

    // Each of them ends by itself: `output` waits for that.
    let again = started("tiexin", &[], data.path());
    assert!(again.status.success(), "{again:?}");
    let in_browser = started("tiexin-desk", &["open"], data.path());
    assert!(in_browser.status.success(), "{in_browser:?}");
    assert_eq!(String::from_utf8_lossy(&in_browser.stderr), "贴心的窗口已经开着，请看任务栏。\n");
    let host = started("tiexin-desk", &["serve"], data.path());
    assert_eq!(host.status.code(), Some(1), "{host:?}");
    screen.shows("贴心").await?;
    screen.close().await
}

#[tokio::test]
async fn a_book_whose_holder_does_not_answer_is_not_shown_a_second_time() -> Result<(), Trouble> {
    if !window::display() {
        return Ok(());
    }
    let data = tempfile::tempdir().expect("a temporary folder");
    let held = tiexin_desk::enter(data.path()).expect("the folder can be written");
    assert!(matches!(held, Entered::First(_)));
    let screen = Screen::window(data.path()).await?;
    screen.shows("还没有回应").await?;
    screen.close().await
}

fn started(program: &str, words: &[&str], data: &Path) -> Output {
    Command::new(window::program(program))
        .args(words)
        .env("TIEXIN_DATA", data)
        .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
        .output()
        .expect("the program starts")
}
