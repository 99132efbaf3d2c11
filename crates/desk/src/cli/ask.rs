//! A question to the person at the terminal.

use std::io::{BufRead, IsTerminal, Write};

use super::exit::{Exit, Failure, Outcome};
use super::out::Out;

/// Whether somebody is there who can be asked.
pub(super) fn somebody(out: Out) -> bool {
    !out.json && std::io::stdin().is_terminal()
}

/// Whether the answer is yes; everything else is no.
pub(super) fn agreed(question: &str) -> Outcome<bool> {
    eprint!("{question}");
    let mut answer = String::new();
    let read = std::io::stderr().flush().and_then(|()| std::io::stdin().lock().read_line(&mut answer));
    read.map_err(|_| Failure::new(Exit::Usage, "没有读到回答，什么都没有改动。"))?;
    Ok(matches!(answer.trim(), "是" | "y" | "Y" | "yes"))
}
