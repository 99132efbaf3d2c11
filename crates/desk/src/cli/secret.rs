//! Passwords: from a file descriptor, the environment or the keyboard; never an argument.

use std::ffi::OsString;
use std::io::{BufReader, IsTerminal, Write};

use tiexin_terminal::{NoText, first_line};
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
    if let Some(password) = std::env::var_os(source.variable) {
        return from_environment(password, source.variable);
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
    let typed = if cfg!(windows) {
        // The prompt as bytes would come out in the console's own code page; the standard library writes UTF-16.
        let mut console = std::io::stderr();
        let _ = console.write_all(prompt.as_bytes()).and_then(|()| console.flush());
        rpassword::read_password()
    } else {
        rpassword::prompt_password(prompt)
    };
    typed.map(Zeroizing::new).map_err(|_| Failure::new(Exit::Usage, "没有读到密码。"))
}

fn from_environment(password: OsString, variable: &str) -> Outcome<Zeroizing<String>> {
    let unread = |_| Failure::new(Exit::Usage, format!("环境变量 {variable} 里的文字认不出来，请用 UTF-8。"));
    password.into_string().map(Zeroizing::new).map_err(unread)
}

/// The first line of a descriptor that the caller opened for us. 0, standard input, is the one that Windows has, too.
fn from_fd(fd: u32) -> Outcome<Zeroizing<String>> {
    let unreadable = || Failure::new(Exit::Usage, format!("文件描述符 {fd} 读不到密码。"));
    let read = if fd == 0 {
        first_line(&mut std::io::stdin().lock())
    } else if cfg!(windows) {
        let message = format!(
            "Windows 上 --password-fd 不能写 {fd}，只能写 0（标准输入）；也可以用环境变量 TIEXIN_PASSWORD。"
        );
        return Err(Failure::new(Exit::Usage, message));
    } else {
        // Through the file system, so that no descriptor is taken over that somebody else still owns.
        let file = std::fs::File::open(format!("/dev/fd/{fd}")).map_err(|_| unreadable())?;
        first_line(&mut BufReader::new(file))
    };
    let password = read.map(Zeroizing::new).map_err(|error| match error {
        NoText::Io(_) => unreadable(),
        unknown => Failure::new(Exit::Usage, format!("文件描述符 {fd} 给出的密码：{unknown}。")),
    })?;
    if password.is_empty() { Err(unreadable()) } else { Ok(password) }
}
