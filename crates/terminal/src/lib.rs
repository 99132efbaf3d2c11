//! What both programs do in a terminal: they read their words, say in Chinese what is wrong with them, read what is piped
//! to them, and write for a reader who may go away. What they leave behind when they break. Knows no command and no rule.

pub mod crash;
mod mistake;
mod text;
mod usage;

use std::fmt;
use std::io::{self, BufRead, Write};

pub use text::{NoText, first_line, stdin_text, text};
pub use usage::{Unread, bare, read};

/// Why results were not written.
#[derive(Debug, thiserror::Error)]
pub enum Unprinted {
    /// `| head` has what it wants. Nothing is wrong.
    #[error("读取结果的程序已经结束")]
    ReaderGone,
    #[error("结果没有写出来：{0}")]
    Io(io::Error),
}

/// Writes results to stdout.
///
/// # Errors
/// The reader is gone, or there is no room.
pub fn print(text: &str) -> Result<(), Unprinted> {
    if text.is_empty() {
        return Ok(());
    }
    let mut stdout = io::stdout().lock();
    let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    written.map_err(|error| if reader_is_gone(&error) { Unprinted::ReaderGone } else { Unprinted::Io(error) })
}

/// Windows' ERROR_PIPE_NOT_CONNECTED, which the standard library does not know for what it is.
const NOT_CONNECTED: i32 = 233;

fn reader_is_gone(error: &io::Error) -> bool {
    let windows = cfg!(windows) && error.raw_os_error() == Some(NOT_CONNECTED);
    windows || error.kind() == io::ErrorKind::BrokenPipe
}

/// Says a line on stderr. Where nobody listens any more the work goes on.
#[macro_export]
macro_rules! say {
    ($($words:tt)*) => { $crate::said(format_args!($($words)*)) };
}

/// See [`say`].
pub fn said(words: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr().lock(), "{words}");
}

/// Asks the person at the terminal, on stderr, and gives what was typed without the end of the line. Empty: nothing was.
///
/// # Errors
/// The question or the answer did not get through.
pub fn answer(question: &str) -> io::Result<String> {
    let mut screen = io::stderr().lock();
    write!(screen, "{question}")?;
    screen.flush()?;
    drop(screen);
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}
