//! The loopback host from the terminal.

use std::time::Duration;

use serde_json::json;
use tiexin_terminal::say;

use super::args::{Open, Serve, Shared};
use super::at::{Door, folder, tell_kept};
use super::exit::{Exit, Failure, Outcome};
use super::out::Out;
use crate::in_browser::{self, InBrowser, Told};
use crate::screen::{Answer, Entered};
use crate::{DeskConfig, serve as host};

/// Serves until Ctrl+C. Nobody is signed in: that happens in the browser.
pub(super) async fn serve(shared: &Shared, args: Serve) -> Outcome {
    let folder = folder(shared)?;
    let mut place = match in_browser::enter(&folder).await? {
        Entered::First(place) => place,
        Entered::Other(answer) => return serving_already(Out { json: shared.json }, args.open, answer).await,
    };
    let door = Door::with(DeskConfig::at(folder), shared)?;
    let mut running = host(door.desk.clone(), args.port, args.ui)
        .await
        .map_err(|_| Failure::new(Exit::Failed, "这个端口用不了，可能已被占用。请换一个，或不写 --port。"))?;
    in_browser::answer_for(&running, &mut place)?;
    let url = running.url.clone();
    door.out.tell(&json!({"url": url}), || vec![format!("请在本机浏览器打开：{url}")])?;
    tell_kept(&door.state().await?);
    say!("按 Ctrl+C 结束。");
    if args.open
        && let Some(page) = running.inviter()()
    {
        tell(in_browser::show(page, url).await);
    }
    tokio::select! {
        _ = tokio::signal::ctrl_c() => say!("已结束，内容都已保存。"),
        () = running.wait() => {}
    }
    Ok(())
}

/// There is one host of a book: its address is as good.
async fn serving_already(out: Out, open: bool, answer: Answer) -> Outcome {
    let Answer::Page(page) = answer else {
        return Err(Failure::new(
            Exit::Failed,
            "这份台账已经在贴心的窗口里打开，没有另外再开。请用那个窗口，或先把它关掉。",
        ));
    };
    if open {
        tell(in_browser::show(page.clone(), page).await);
        return Ok(());
    }
    out.tell(&json!({"url": page}), || vec![format!("贴心已经开着，请在两分钟内用浏览器打开：{page}")])
}

/// What menu entries start.
pub(super) async fn open(shared: &Shared, args: Open) -> Outcome {
    without_console();
    let folder = folder(shared)?;
    let linger = Duration::from_secs(args.linger);
    Ok(InBrowser { folder, pages: args.ui, linger }.open(tell).await?)
}

fn tell(told: Told) {
    match told {
        Told::Opened => say!("已在浏览器里打开。"),
        Told::InWindow => say!("贴心的窗口已经开着，请看任务栏。"),
        Told::NoBrowser(address) => say!("没能打开浏览器，请自己在浏览器里打开：{address}"),
    }
}

/// A console window that was made for this program alone is in the worker's way.
#[cfg(windows)]
#[allow(unsafe_code)]
fn without_console() {
    use windows_sys::Win32::System::Console::{FreeConsole, GetConsoleProcessList};
    let mut processes = [0u32; 2];
    // SAFETY: the system writes as many numbers as it is told there is room for.
    if unsafe { GetConsoleProcessList(processes.as_mut_ptr(), 2) } == 1 {
        // SAFETY: nothing of ours holds on to the console; what is written afterwards goes nowhere.
        unsafe { FreeConsole() };
    }
}

#[cfg(not(windows))]
fn without_console() {}
