//! Reading the words of a command line, with clap's own headings in Chinese.

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches};

use crate::mistake::mistake;
use crate::{Unprinted, print, say};

/// Exit code of a command line that cannot be read.
const USAGE: u8 = 2;

/// Why a program does not begin its work.
#[derive(Debug)]
pub enum Unread {
    /// Help or the version was asked for.
    Answer(String),
    Mistake(String),
}

impl Unread {
    /// Says it: an answer on stdout, a mistake on stderr.
    pub fn end(self) -> ExitCode {
        match self {
            Unread::Answer(text) => {
                // A reader that went away is no mistake.
                if let Err(unprinted @ Unprinted::Io(_)) = print(&text) {
                    say!("{unprinted}");
                    return ExitCode::FAILURE;
                }
                ExitCode::SUCCESS
            }
            Unread::Mistake(text) => {
                say!("{text}");
                ExitCode::from(USAGE)
            }
        }
    }
}

/// The command line of this process.
///
/// # Errors
/// Help or the version was asked for, or something is wrong with the words.
pub fn read<C: CommandFactory + FromArgMatches>() -> Result<C, Unread> {
    let matches = chinese(C::command()).try_get_matches().map_err(|error| unread(&error))?;
    C::from_arg_matches(&matches).map_err(|error| unread(&error))
}

fn unread(error: &clap::Error) -> Unread {
    let help = || translated(&error.render().to_string()).trim_end().to_owned();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Unread::Answer(help()),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Unread::Mistake(help()),
        _ => Unread::Mistake(mistake(error)),
    }
}

/// Puts our headings on a command and all below it.
fn chinese(command: Command) -> Command {
    let command = command
        .help_template("{before-help}{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}\n")
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .mut_args(|arg| {
            let heading = if arg.is_positional() { "参数" } else { "选项" };
            arg.help_heading(heading)
        })
        .arg(flag("help", 'h', ArgAction::Help, "显示说明"));
    let command = if command.get_version().is_some() {
        command.arg(flag("version", 'V', ArgAction::Version, "显示版本"))
    } else {
        command
    };
    command.mut_subcommands(chinese)
}

fn flag(name: &'static str, short: char, action: ArgAction, help: &'static str) -> Arg {
    Arg::new(name).short(short).long(name).action(action).help(help).help_heading("选项").display_order(900)
}

/// The few English words that clap writes into a help text by itself.
const WORDS: [(&str, &str); 5] = [
    ("[OPTIONS]", "[选项]"),
    ("[default: ", "[不写则为："),
    ("[env: ", "[环境变量："),
    ("[possible values: ", "[可选："),
    ("Usage:", "用法："),
];

fn translated(text: &str) -> String {
    WORDS.iter().fold(text.to_owned(), |text, (english, chinese)| text.replace(english, chinese))
}

/// Where a program shows clap's English: arguments and commands that say nothing of themselves, or whose value is called
/// by its code. For a test of each program.
pub fn bare(command: &Command) -> Vec<String> {
    let name = command.get_name();
    let mut found = Vec::new();
    if command.get_about().is_none() {
        found.push(format!("{name}: says nothing of itself"));
    }
    for arg in command.get_arguments().filter(|arg| !["help", "version"].contains(&arg.get_id().as_str())) {
        if arg.get_help().is_none() {
            found.push(format!("{name} {}: says nothing of itself", arg.get_id()));
        }
        let takes = arg.get_action().takes_values();
        let names = arg.get_value_names().unwrap_or_default();
        // A number is a number in any language.
        if takes && (names.is_empty() || names.iter().any(|name| name.is_ascii() && *name != "N")) {
            found.push(format!("{name} {}: its value is called {names:?}", arg.get_id()));
        }
    }
    for below in command.get_subcommands() {
        found.extend(bare(below).into_iter().map(|one| format!("{name} {one}")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Command {
        Command::new("sample").version("1.2.3").subcommand_required(true).subcommand(
            Command::new("go").arg(Arg::new("speed").long("speed").value_name("速度").default_value("3")),
        )
    }

    #[test]
    fn help_is_chinese() {
        let help = |words: &[&str]| match unread(&chinese(sample()).try_get_matches_from(words).unwrap_err())
        {
            Unread::Answer(text) => text,
            Unread::Mistake(text) => panic!("{text}"),
        };
        let text = help(&["sample", "go", "--help"]);
        for words in ["用法：sample go [选项]", "--speed <速度>", "[不写则为：3]", "显示说明"]
        {
            assert!(text.contains(words), "{words} in {text}");
        }
        for english in ["Usage", "OPTIONS", "Print", "default"] {
            assert!(!text.contains(english), "{english} in {text}");
        }
        assert_eq!(help(&["sample", "--version"]), "sample 1.2.3");
    }

    #[test]
    fn what_says_nothing_of_itself_is_found() {
        let found = bare(&sample());
        assert!(found.iter().any(|one| one == "sample: says nothing of itself"), "{found:?}");
        assert!(found.iter().any(|one| one == "sample go speed: says nothing of itself"), "{found:?}");
        assert!(!found.iter().any(|one| one.contains("is called")), "{found:?}");
    }
}
