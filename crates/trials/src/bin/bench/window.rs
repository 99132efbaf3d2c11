//! From the start of the program to a list one can use, and the memory of all its processes,
//! against an empty Tauri window (`src-tauri/empty`) in the same run; sizes of what ships.
//!
//! Each opening is a fresh process; the files are in the system's cache. The book is a township's
//! after its ledgers, with the full cost of a password. A person's typing is not counted: opening
//! to the sign-in form, and 进入 to the list, are measured apart and added.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tiexin_contract::import::{FileGiven, ImportPreview, RunImport};
use tiexin_contract::session::SetUpStandalone;
use tiexin_desk::{Desk, DeskConfig, KdfCost, ManualClock};
use tiexin_testkit::desks::{PASSWORD, ledgers};
use tiexin_testkit::window::{self, Screen, program};

use crate::process::{self, Memory};

const RUNS: usize = 5;
const GUYANG: &str = "340323100";
/// Longest wait for a page.
const PATIENCE: Duration = Duration::from_secs(30);

const FORM: &str =
    "return !document.querySelector('.tx-opening') && !!document.querySelector('input[type=password]')";
const EMPTY: &str =
    "return document.readyState === 'complete' && document.body.textContent.includes('empty')";
/// Presses the button and notes when the first row of the list has been drawn.
const ENTER: &str = "const from = performance.now(); window.txDrawn = null; \
    const row = () => document.querySelector('.tx-due li'); \
    const watch = new MutationObserver(() => { if (row()) { watch.disconnect(); \
      requestAnimationFrame(() => setTimeout(() => { window.txDrawn = performance.now() - from; })); } }); \
    watch.observe(document.body, { childList: true, subtree: true }); \
    [...document.querySelectorAll('button')].find(b => b.textContent.trim() === '进入').click();";
const DRAWN: &str = "return window.txDrawn !== null";

pub(crate) async fn measure() {
    sizes();
    println!("\n== window, {RUNS} openings each, median");
    let empty = program("empty");
    if !window::display() || !empty.exists() {
        println!("not measured: it needs a display, tiexin and empty of the same build");
        return;
    }
    let home = township().await;
    let (mut form, mut list, mut whole, mut ours) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut bare, mut bare_memory) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (opened, used) = open_empty(&empty).await;
        bare.push(opened);
        bare_memory.push(used);
        let seen = open_ours(home.path()).await;
        form.push(seen.form);
        list.push(seen.list);
        whole.push(seen.form + seen.list);
        ours.push(seen.memory);
    }
    let (bare, whole) = (median(bare), median(whole));
    row("empty window, page complete", bare);
    row("ours, sign-in form", median(form));
    row("ours, from 进入 to the list (password check in it)", median(list));
    row("ours, both", whole);
    println!(
        "{:<52} {:>+8.2} s    aim ≤ +0.50 s",
        "  more than empty",
        whole.as_secs_f64() - bare.as_secs_f64()
    );
    let mb = |kib: u64| kib as f64 / 1024.0;
    let (bare_memory, all) = (middle(bare_memory), middle(ours));
    let (bare, ours) = (process::whole(&bare_memory), process::whole(&all));
    println!("{:<52} {:>8.1} MB", "empty window, PSS of its processes", mb(bare));
    println!("{:<52} {:>8.1} MB", "ours, PSS with the list open", mb(ours));
    println!("{:<52} {:>+8.1} MB   aim ≤ +80 MB", "  more than empty", mb(ours) - mb(bare));
    for (what, memory) in [("empty window", &bare_memory), ("ours", &all)] {
        for (name, kib) in memory {
            println!("  {:<50} {:>8.1} MB", format!("{what}, {name}"), mb(*kib));
        }
    }
}

/// What a worker waits for, and what it costs.
struct Seen {
    form: Duration,
    list: Duration,
    memory: Memory,
}

async fn open_ours(home: &Path) -> Seen {
    let screen = Screen::window(home).await.expect("our window opens");
    until(&screen, FORM).await;
    let form = process::age(screen.process_group(), "tiexin");
    screen.fill("密码", PASSWORD).await.expect("a sign-in form");
    screen.execute(ENTER, Vec::new()).await.expect("pressed");
    until(&screen, DRAWN).await;
    let drawn = screen.execute("return window.txDrawn", Vec::new()).await.expect("a number");
    let list = Duration::from_secs_f64(drawn.json().as_f64().expect("a number") / 1e3);
    let memory = process::settled_memory(screen.process_group()).await;
    screen.close().await.expect("closes");
    Seen { form, list, memory }
}

async fn open_empty(program: &Path) -> (Duration, Memory) {
    let screen = Screen::tauri(program).await.expect("the empty window opens");
    until(&screen, EMPTY).await;
    let opened = process::age(screen.process_group(), "empty");
    let memory = process::settled_memory(screen.process_group()).await;
    screen.close().await.expect("closes");
    (opened, memory)
}

/// Asks the page again and again; each question takes some milliseconds.
async fn until(screen: &Screen, script: &str) {
    let asked = tokio::time::timeout(PATIENCE, async {
        while screen.execute(script, Vec::new()).await.ok().and_then(|r| r.json().as_bool()) != Some(true) {
            tokio::task::yield_now().await;
        }
    });
    asked.await.unwrap_or_else(|_| panic!("never true: {script}"));
}

/// A township that took in its ledgers, with the full cost of a password.
async fn township() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    let day = chrono::NaiveDate::from_ymd_opt(2026, 10, 31).expect("a day");
    let config = DeskConfig { kdf: KdfCost::Full, ..DeskConfig::quick(home.path(), ManualClock::on(day)) };
    let desk = Desk::open(config).expect("an empty folder opens");
    let setup = SetUpStandalone {
        region: GUYANG.parse().expect("a code"),
        name: "guyang".into(),
        display_name: "谷阳镇专干".into(),
        password: PASSWORD.into(),
    };
    desk.run(setup).await.expect("set up");
    let given = |path: &std::path::PathBuf| FileGiven {
        name: path.file_name().expect("a name").to_string_lossy().into_owned(),
        path: Some(path.to_string_lossy().into_owned()),
        base64: None,
    };
    let files = ledgers("guyang-2026-10").iter().map(given).collect();
    let region = GUYANG.parse().expect("a code");
    let plan = desk
        .run(ImportPreview { files, region, mapping: Vec::new(), kind: None, job: None })
        .await
        .expect("a plan");
    desk.run(RunImport { plan: plan.plan, take: Vec::new() }).await.expect("imported");
    home
}

fn sizes() {
    println!("\n== sizes");
    let mb = |what: &str, bytes: u64| println!("{what:<52} {:>8.2} MB", bytes as f64 / 1e6);
    let length = |path: &Path| std::fs::metadata(path).map(|file| file.len()).ok();
    for name in ["tiexin", "tiexin-desk", "tiexin-server"] {
        if let Some(bytes) = length(&program(name)) {
            mb(name, bytes);
        }
    }
    let dist = std::env::var_os("TIEXIN_UI_DIST").unwrap_or_else(|| "ui/dist".into());
    let wasm = Path::new(&dist).join("tiexin_bg.wasm");
    if let Some(bytes) = length(&wasm) {
        mb("tiexin_bg.wasm", bytes);
        if let Ok(zipped) = Command::new("gzip").args(["-9", "-c"]).arg(&wasm).output() {
            mb("tiexin_bg.wasm, gzip -9", zipped.stdout.len() as u64);
        }
    }
    for package in std::fs::read_dir("target/packages").into_iter().flatten().flatten() {
        if let Some(bytes) = length(&package.path()) {
            mb(&package.file_name().to_string_lossy(), bytes);
        }
    }
}

fn row(what: &str, took: Duration) {
    println!("{what:<52} {:>8.2} s", took.as_secs_f64());
}

/// The look that used the middle amount.
fn middle(mut looks: Vec<Memory>) -> Memory {
    looks.sort_by_key(process::whole);
    looks.swap_remove(looks.len() / 2)
}

fn median<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}
