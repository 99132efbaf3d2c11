//! A question to the person at the terminal.

use std::io::IsTerminal;

use super::exit::{Exit, Failure, Outcome};
use super::out::Out;

/// Whether somebody is there who can be asked.
pub(super) fn somebody(out: Out) -> bool {
    !out.json && std::io::stdin().is_terminal()
}

/// Whether the answer is yes; everything else is no.
pub(super) fn agreed(question: &str) -> Outcome<bool> {
    let answer = tiexin_terminal::answer(question)
        .map_err(|_| Failure::new(Exit::Usage, "没有读到回答，什么都没有改动。"))?;
    Ok(matches!(answer.as_str(), "是" | "y" | "Y" | "yes"))
}
