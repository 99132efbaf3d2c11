//! Passwords: from a file descriptor, the environment or the keyboard; never an argument.

use std::io::{BufRead, BufReader, IsTerminal};

use zeroize::Zeroizing;

use super::exit::{Exit, Failure, Outcome};

/// Where a password may come from besides the keyboard.
pub(super) struct Source<'a> {
    pub(super) fd: Option<u32>,
    pub(super) variable: &'a str,
    /// What the prompt says.
    pub(super) prompt: &'a str,
    /// Typed twice when it is a new one.
    pub(super) twice: bool,
}

pub(super) fn password(source: &Source<'_>) -> Outcome<Zeroizing<String>> {
    if let Some(fd) = source.fd {
        return from_fd(fd);
    }
    if let Ok(password) = std::env::var(source.variable) {
        return Ok(Zeroizing::new(password));
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(
            Exit::Usage,
            format!("没有得到密码。请在终端里输入，或由 {} 或 --password-fd 给出。", source.variable),
        ));
    }
    let typed = ask(source.prompt)?;
    if source.twice && *ask("请再输入一次：")? != *typed {
        return Err(Failure::new(Exit::Invalid, "两次输入的密码不一样，没有改动任何内容。请重新运行。"));
    }
    Ok(typed)
}

fn ask(prompt: &str) -> Outcome<Zeroizing<String>> {
    rpassword::prompt_password(prompt)
        .map(Zeroizing::new)
        .map_err(|_| Failure::new(Exit::Usage, "没有读到密码。"))
}

/// The first line of a descriptor that the caller opened for us.
fn from_fd(fd: u32) -> Outcome<Zeroizing<String>> {
    let unreadable = || Failure::new(Exit::Usage, format!("文件描述符 {fd} 读不到密码。"));
    // Through the file system, so that no descriptor is taken over that somebody else still owns.
    let file = std::fs::File::open(format!("/dev/fd/{fd}")).map_err(|_| unreadable())?;
    let mut line = Zeroizing::new(String::new());
    BufReader::new(file).read_line(&mut line).map_err(|_| unreadable())?;
    let password = line.trim_end_matches(['\n', '\r']).to_owned();
    if password.is_empty() { Err(unreadable()) } else { Ok(Zeroizing::new(password)) }
}
