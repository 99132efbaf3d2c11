//! A picture of every page for the handbook, from a demo county of its own: `./dev shots`.
//!
//! Writes PNG files of 1366×768 into the folder given (default: docs/handbook/images).

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::window::{Screen, Trouble, program};

/// Route, a word that the page shows once it is there, file name.
const PAGES: &[(&str, &str, &str)] = &[
    ("#/", "该去看谁", "today"),
    ("#/families", "特殊家庭", "families"),
    ("#/visits", "走访", "visits"),
    ("#/visit/new", "走访情况", "visit-form"),
    ("#/members", "会员", "members"),
    ("#/activities", "活动", "activities"),
    ("#/reports", "填报单位", "report"),
    ("#/import", "特殊家庭台账", "import"),
    ("#/sync", "省平台", "sync"),
    ("#/settings", "大字", "settings"),
];

#[tokio::main]
async fn main() -> Result<(), Trouble> {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from("docs/handbook/images"), PathBuf::from);
    std::fs::create_dir_all(&folder).map_err(|e| Trouble(e.to_string()))?;
    let home = tempfile::tempdir().map_err(|e| Trouble(e.to_string()))?;
    let province = Province::start(Keep::sqlite())?;
    let codes = home.path().join("codes.json");
    let told = province.administer(&["demo"])?;
    std::fs::write(&codes, told.to_string()).map_err(|e| Trouble(e.to_string()))?;
    let desk = home.path().join("desk");
    let filled = desk_command(&desk)
        .args(["demo", "--server", &province.url(), "--codes"])
        .arg(&codes)
        .status()
        .map_err(|e| Trouble(e.to_string()))?;
    if !filled.success() {
        return Err(Trouble("the demo county could not be made".into()));
    }
    let host = Host::start(&desk)?;
    let screen = Screen::browser(&host.address).await?;
    screen.shows("请登录").await?;
    take(&screen, &folder, "sign-in").await?;
    run(
        &screen,
        "[...document.querySelectorAll('button')].filter(b => b.textContent.includes('guyang'))[0].click()",
    )
    .await?;
    for (route, word, name) in PAGES {
        run(&screen, &format!("location.hash = '{route}'")).await?;
        screen.shows(word).await?;
        take(&screen, &folder, name).await?;
    }
    run(&screen, "location.hash = '#/'").await?;
    screen.find_css(".tx-due a").await?;
    run(&screen, "document.querySelector('.tx-due a').click()").await?;
    screen.shows("走过的日子").await?;
    take(&screen, &folder, "family").await?;
    screen.close().await
}

fn desk_command(data: &Path) -> Command {
    let mut command = Command::new(program("tiexin-desk"));
    command.arg("--data").arg(data);
    command
}

async fn run(screen: &Screen, script: &str) -> Result<(), Trouble> {
    screen.execute(script, Vec::new()).await.map(drop).map_err(|e| Trouble(e.to_string()))
}

async fn take(screen: &Screen, folder: &Path, name: &str) -> Result<(), Trouble> {
    let picture = screen.screenshot_as_png().await.map_err(|e| Trouble(e.to_string()))?;
    std::fs::write(folder.join(format!("{name}.png")), picture).map_err(|e| Trouble(e.to_string()))
}

/// The loopback host of a desk; ends when dropped.
struct Host {
    child: Child,
    address: String,
}

impl Host {
    fn start(data: &Path) -> Result<Host, Trouble> {
        let mut child = desk_command(data)
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| Trouble(format!("tiexin-desk: {e}")))?;
        let stdout = child.stdout.take().ok_or_else(|| Trouble("no stdout".into()))?;
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.find("http://").map(|at| line[at..].trim().to_owned()));
        // Whatever it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        match address {
            Some(address) => Ok(Host { child, address }),
            None => {
                let _ = child.kill();
                Err(Trouble("the loopback host told no address".into()))
            }
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
