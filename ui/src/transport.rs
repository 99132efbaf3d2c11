//! The only place that leaves wasm: calls to the desk, its events, files.
//!
//! In the window calls go through Tauri's one command, on the loopback host over HTTP. Nothing above
//! this module knows which. Arguments and replies cross as JSON text, so no number is rounded.

mod bus;
mod files;
mod link;
mod loopback;
mod tabs;
mod window;

pub(crate) use bus::{Listening, listen, tell};
pub(crate) use files::{
    CERTIFICATES, Filter, PACKAGES, PICTURES, RESCUES, SPREADSHEETS, hand_over, in_window, keep_made,
    open_made, pick_files, pick_folder, read_files,
};

pub(crate) use link::{Link, link, on_link};

use serde_json::Value;
use tiexin_contract::{Command, ErrorCode, ErrorReply, Event};

/// Takes the page's token out of the address and begins to hear the desk's events.
pub(crate) async fn start() {
    if window::present() {
        window::hear();
    } else {
        loopback::take_token().await;
        if link() == Link::Here {
            loopback::hear();
        }
    }
}

/// Asks the desk.
pub(crate) async fn call<C: Command>(args: C) -> Result<C::Reply, ErrorReply> {
    let args = written(&args)?;
    read::<C>(&ask(C::NAME, args).await?)
}

/// Arguments as they cross.
///
/// # Errors
/// They cannot be told as JSON.
pub(crate) fn written<C: Command>(args: &C) -> Result<String, ErrorReply> {
    serde_json::to_string(args).map_err(|_| unreadable())
}

/// Asks the desk in words that [`read`] understands: no type stands in it, for each would be loaded by the browser once
/// more. A desk that has locked itself is told to everyone, whoever asked.
pub(crate) async fn ask(name: &'static str, args: String) -> Result<String, ErrorReply> {
    call_text(name, &args).await.inspect_err(|error| {
        if matches!(error.code, ErrorCode::SignedOut | ErrorCode::LeaseEnded | ErrorCode::Wiped) {
            tell(&Event::SignedOut);
        }
    })
}

/// The reply to a command.
///
/// # Errors
/// It is that of another version of the program.
pub(crate) fn read<C: Command>(reply: &str) -> Result<C::Reply, ErrorReply> {
    serde_json::from_str(reply).map_err(|cause| not_read(C::NAME, &cause))
}

fn not_read(name: &str, cause: &serde_json::Error) -> ErrorReply {
    gloo::console::error!(name, cause.to_string());
    unreadable()
}

/// What only the shell of the window can do; the name begins with `shell.`.
pub(crate) async fn call_shell(name: &str, args: Value) -> Result<Value, ErrorReply> {
    let reply = call_text(name, &args.to_string()).await?;
    serde_json::from_str(&reply).map_err(|_| unreadable())
}

async fn call_text(name: &str, args: &str) -> Result<String, ErrorReply> {
    if window::present() { window::call(name, args).await } else { loopback::call(name, args).await }
}

fn hear_text(text: &str) {
    match serde_json::from_str::<Event>(text) {
        Ok(event) => tell(&event),
        // An event of a newer desk: nothing here shows it.
        Err(cause) => gloo::console::debug!(cause.to_string()),
    }
}

fn read_error(text: &str) -> ErrorReply {
    serde_json::from_str(text).unwrap_or_else(|_| {
        gloo::console::error!(text);
        lost()
    })
}

fn lost() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Internal,
        "和本机程序的联系断了。已保存的内容都在本机；请看程序是否还开着，再试一次。",
    )
}

fn unreadable() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Internal,
        "程序的两部分版本不一致，这一页没能读出内容。数据没有改动；请关闭程序重新打开。",
    )
}
