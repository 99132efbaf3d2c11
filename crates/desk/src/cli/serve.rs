//! The loopback host from the terminal.

use std::process::{Command, Stdio};

use serde_json::json;
use tiexin_terminal::say;

use super::args::{Serve, Shared};
use super::at::{Door, folder, tell_kept};
use super::exit::{Exit, Failure, Outcome};
use crate::{DeskConfig, serve as host};

/// Serves until Ctrl+C. Nobody is signed in: that happens in the browser.
pub(super) async fn serve(shared: &Shared, args: Serve) -> Outcome {
    let door = Door::with(DeskConfig::at(folder(shared)?), shared)?;
    let mut running = host(door.desk.clone(), args.port, args.ui)
        .await
        .map_err(|_| Failure::new(Exit::Failed, "这个端口用不了，可能已被占用。请换一个，或不写 --port。"))?;
    let url = running.url.clone();
    door.out.tell(&json!({"url": url}), || vec![format!("请在本机浏览器打开：{url}")])?;
    tell_kept(&door.state().await?);
    say!("按 Ctrl+C 结束。");
    if args.open && !open_browser(&url) {
        say!("没能打开浏览器，请自己打开上面的地址。");
    }
    tokio::select! {
        _ = tokio::signal::ctrl_c() => say!("已结束，内容都已保存。"),
        () = running.wait() => {}
    }
    Ok(())
}

fn open_browser(url: &str) -> bool {
    let mut command = if cfg!(windows) {
        let mut command = Command::new("rundll32");
        command.arg("url.dll,FileProtocolHandler");
        command
    } else {
        Command::new(if cfg!(target_os = "macos") { "open" } else { "xdg-open" })
    };
    let quiet = command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.spawn().is_ok()
}
