//! Where pictures go: each page at the office's size for the handbook, and at a large screen's. Pages that the handbook
//! does not show go beside the latter, at either size.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tiexin_testkit::window::{Screen, Trouble};

const OFFICE: (i64, i64) = (1366, 768);
const LARGE: (i64, i64) = (1920, 1080);
const PATIENCE: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(50);

/// In which letters the pages stand.
#[derive(Clone, Copy)]
pub(crate) enum Letters {
    Standard,
    /// 大字
    Large,
}

pub(crate) struct Album {
    office: PathBuf,
    large: PathBuf,
}

impl Album {
    pub(crate) fn new(office: PathBuf, large: PathBuf) -> Result<Album, Trouble> {
        for folder in [&office, &large] {
            std::fs::create_dir_all(folder).map_err(|e| Trouble(format!("{}: {e}", folder.display())))?;
        }
        Ok(Album { office, large })
    }

    /// One page at both sizes.
    pub(crate) async fn take(&self, screen: &Screen, name: &str) -> Result<(), Trouble> {
        self.both(screen, name, None).await
    }

    /// The same, with what the selector finds in the middle.
    pub(crate) async fn take_of(&self, screen: &Screen, name: &str, sight: &str) -> Result<(), Trouble> {
        self.both(screen, name, Some(sight)).await
    }

    async fn both(&self, screen: &Screen, name: &str, sight: Option<&str>) -> Result<(), Trouble> {
        begins(screen, name).await?;
        for (size, folder) in [(LARGE, &self.large), (OFFICE, &self.office)] {
            picture(screen, size, sight, &folder.join(format!("{name}.png"))).await?;
        }
        Ok(())
    }

    /// One page for whoever looks them all over, not for the handbook: at both sizes; in large letters at the office's,
    /// where there is least room for them.
    pub(crate) async fn hang(&self, screen: &Screen, name: &str, letters: Letters) -> Result<(), Trouble> {
        begins(screen, name).await?;
        let sizes: &[((i64, i64), &str)] = match letters {
            Letters::Standard => &[(LARGE, ""), (OFFICE, "-1366")],
            Letters::Large => &[(OFFICE, "-large-type")],
        };
        for (size, end) in sizes {
            picture(screen, *size, None, &self.large.join(format!("{name}{end}.png"))).await?;
        }
        Ok(())
    }
}

/// The pointer rests where nothing answers to it.
async fn begins(screen: &Screen, name: &str) -> Result<(), Trouble> {
    eprintln!("  {name}");
    screen.action_chain().move_to(0, 0).perform().await.map_err(|e| Trouble(e.to_string()))
}

/// Once the page is so large and at rest.
async fn picture(screen: &Screen, size: (i64, i64), sight: Option<&str>, file: &Path) -> Result<(), Trouble> {
    sized(screen, size).await?;
    if let Some(sight) = sight {
        let scrolled = format!(
            "const sight = document.querySelector('{sight}'); if (!sight) return false; \
             sight.scrollIntoView({{block: 'center'}}); return true;"
        );
        screen.until(&scrolled).await?;
    }
    screen.until(AT_REST).await?;
    let picture = screen.screenshot_as_png().await.map_err(|e| Trouble(e.to_string()))?;
    keep(&picture, file)
}

/// Makes the page itself so large, whatever the browser puts around it.
async fn sized(screen: &Screen, (width, height): (i64, i64)) -> Result<(), Trouble> {
    let patience = Instant::now() + PATIENCE;
    loop {
        let inner = screen.execute("return [innerWidth, innerHeight]", Vec::new()).await;
        let inner: (i64, i64) =
            inner.and_then(|value| value.convert()).map_err(|e| Trouble(e.to_string()))?;
        if inner == (width, height) {
            return Ok(());
        }
        if Instant::now() > patience {
            return Err(Trouble(format!("the page stays {inner:?}")));
        }
        let outer = screen.get_window_rect().await.map_err(|e| Trouble(e.to_string()))?;
        let (width, height) = (outer.width + width - inner.0, outer.height + height - inner.1);
        let (width, height) = (u32::try_from(width), u32::try_from(height));
        let (Ok(width), Ok(height)) = (width, height) else {
            return Err(Trouble("the page cannot be so small".into()));
        };
        screen.set_window_rect(0, 0, width, height).await.map_err(|e| Trouble(e.to_string()))?;
        tokio::time::sleep(GLANCE).await;
    }
}

/// Fonts are there, nothing moves, nothing is waited for.
const AT_REST: &str = "
    const moving = document.getAnimations().some(a => a.playState === 'running');
    const waits = document.querySelector('.tx-waiting, .tx-row-coming, .tx-toast');
    if (document.fonts.status !== 'loaded' || moving || waits) { window.shotsRest = 0; return false; }
    window.shotsRest = (window.shotsRest || 0) + 1;
    if (window.shotsRest < 5) return false;
    window.shotsRest = 0;
    return true;";

/// As a small file: a page has few colours.
fn keep(picture: &[u8], file: &Path) -> Result<(), Trouble> {
    use std::io::Write;
    let mut convert = Command::new("convert")
        .args(["png:-", "-strip", "-dither", "None", "-colors", "160", "-define", "png:compression-level=9"])
        .arg(format!("PNG8:{}", file.display()))
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|e| Trouble(format!("ImageMagick's convert: {e}")))?;
    if let Some(mut stdin) = convert.stdin.take() {
        stdin.write_all(picture).map_err(|e| Trouble(e.to_string()))?;
    }
    let status = convert.wait().map_err(|e| Trouble(e.to_string()))?;
    if status.success() { Ok(()) } else { Err(Trouble(format!("convert: {status}"))) }
}
