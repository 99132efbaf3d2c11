//! The program starts and a person sees its page.

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
    screen.close().await
}
