//! Clap's own words in Chinese: headings, usage, and what is wrong with a command line.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

/// Puts our headings on a command and all below it.
pub(super) fn chinese(command: Command) -> Command {
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

pub(super) fn translated(text: &str) -> String {
    WORDS.iter().fold(text.to_owned(), |text, (english, chinese)| text.replace(english, chinese))
}

/// What is wrong with the command line, and where to look.
pub(super) fn mistake(error: &clap::Error) -> String {
    let part = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        _ => String::new(),
    };
    let (arg, value) = (part(ContextKind::InvalidArg), part(ContextKind::InvalidValue));
    let what = match error.kind() {
        ErrorKind::MissingRequiredArgument => format!("缺少：{arg}"),
        ErrorKind::UnknownArgument => format!("不认识的写法：{arg}"),
        ErrorKind::InvalidSubcommand => format!("没有这个命令：{}", part(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg} 后面要写内容"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!("{arg} 的内容不对：{value}"),
        ErrorKind::NoEquals => format!("{arg} 要用等号"),
        ErrorKind::ArgumentConflict => {
            format!("{arg} 不能重复，也不能与 {} 一起用", part(ContextKind::PriorArg))
        }
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::InvalidUtf8 => "命令行里有不能识别的字符".to_owned(),
        _ => "命令行写法不对".to_owned(),
    };
    format!("{what}\n加上 --help 可以看到说明。")
}
