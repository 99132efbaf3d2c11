//! What is wrong with a command line, in Chinese, and where to look.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Every kind of mistake that clap knows. Of what it says itself nothing is shown.
pub(crate) fn mistake(error: &clap::Error) -> String {
    format!("{}。\n加上 --help 可以看到说明。", what(error))
}

fn what(error: &clap::Error) -> String {
    let said = Said(error);
    let (arg, value) = (said.text(ContextKind::InvalidArg), said.text(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::MissingRequiredArgument => format!("缺少：{arg}"),
        ErrorKind::UnknownArgument => format!("不认识的写法：{arg}{}", said.meant(ContextKind::SuggestedArg)),
        ErrorKind::InvalidSubcommand => {
            let (word, meant) =
                (said.text(ContextKind::InvalidSubcommand), said.meant(ContextKind::SuggestedSubcommand));
            format!("没有这个命令：{word}{meant}")
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            format!("{arg} 后面要写内容{}", said.may_be(ContextKind::ValidValue))
        }
        ErrorKind::InvalidValue => {
            format!("{arg} 的内容不对：{value}{}", said.may_be(ContextKind::ValidValue))
        }
        ErrorKind::ValueValidation => format!("{arg} 的内容不对：{value}{}", said.why()),
        ErrorKind::NoEquals => format!("{arg} 和内容之间要写等号"),
        ErrorKind::TooManyValues => format!("{arg} 后面写多了：{value}"),
        ErrorKind::TooFewValues => {
            format!(
                "{arg} 后面至少要写 {} 个，写了 {} 个",
                said.text(ContextKind::MinValues),
                said.text(ContextKind::ActualNumValues)
            )
        }
        ErrorKind::WrongNumberOfValues => {
            format!(
                "{arg} 后面要写 {} 个，写了 {} 个",
                said.text(ContextKind::ExpectedNumValues),
                said.text(ContextKind::ActualNumValues)
            )
        }
        ErrorKind::ArgumentConflict => match said.text(ContextKind::PriorArg) {
            prior if prior.is_empty() => format!("{arg} 不能和别的一起写"),
            prior if prior == arg => format!("{arg} 只能写一次"),
            prior => format!("{arg} 不能和 {prior} 一起写"),
        },
        ErrorKind::MissingSubcommand => {
            format!("缺少命令{}", said.may_be(ContextKind::ValidSubcommand))
        }
        ErrorKind::InvalidUtf8 => "命令行里有不能识别的字符".into(),
        ErrorKind::Io | ErrorKind::Format => "说明没有写出来".into(),
        _ => "命令行写法不对".into(),
    }
}

/// What clap tells of a mistake besides its kind.
struct Said<'a>(&'a clap::Error);

impl Said<'_> {
    fn text(&self, kind: ContextKind) -> String {
        match self.0.get(kind) {
            Some(ContextValue::String(text)) => text.clone(),
            Some(ContextValue::Strings(texts)) => texts.join("、"),
            Some(ContextValue::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    fn meant(&self, kind: ContextKind) -> String {
        match self.text(kind) {
            word if word.is_empty() => word,
            word => format!("，是不是想写 {word}"),
        }
    }

    fn may_be(&self, kind: ContextKind) -> String {
        match self.text(kind) {
            words if words.is_empty() => words,
            words => format!("，可以写：{words}"),
        }
    }

    /// Why a value is refused, where our own code says so.
    fn why(&self) -> String {
        match self.0.source().map(ToString::to_string) {
            Some(why) if why.chars().any(|sign| ('\u{4e00}'..='\u{9fff}').contains(&sign)) => {
                format!("（{}）", why.trim_end_matches('。'))
            }
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Arg, ArgAction, Command, value_parser};

    /// Those of clap 4. A new one is told as “命令行写法不对”.
    const KINDS: [ErrorKind; 17] = [
        ErrorKind::InvalidValue,
        ErrorKind::UnknownArgument,
        ErrorKind::InvalidSubcommand,
        ErrorKind::NoEquals,
        ErrorKind::ValueValidation,
        ErrorKind::TooManyValues,
        ErrorKind::TooFewValues,
        ErrorKind::WrongNumberOfValues,
        ErrorKind::ArgumentConflict,
        ErrorKind::MissingRequiredArgument,
        ErrorKind::MissingSubcommand,
        ErrorKind::InvalidUtf8,
        ErrorKind::DisplayHelp,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
        ErrorKind::DisplayVersion,
        ErrorKind::Io,
        ErrorKind::Format,
    ];

    fn program() -> Command {
        let taking = |name: &'static str| Arg::new(name).long(name).value_name("内容");
        let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
        let role = |text: &str| Err::<String, _>(format!("没有这种角色：{text}"));
        Command::new("program")
            .subcommand_required(true)
            .arg(taking("colour").value_parser(["red", "blue"]))
            .arg(taking("count").value_parser(value_parser!(u32)))
            .arg(taking("role").value_parser(role))
            .arg(taking("equals").require_equals(true))
            .arg(taking("two").num_args(2))
            .arg(taking("few").num_args(2..=3))
            .arg(flag("lost"))
            .arg(flag("retired").conflicts_with("lost"))
            .subcommand(Command::new("go").arg(Arg::new("file").required(true).value_name("文件")))
    }

    fn wrong(words: &[&str]) -> clap::Error {
        program().try_get_matches_from([&["program"], words].concat()).unwrap_err()
    }

    #[test]
    fn mistakes_are_told_with_what_would_be_right() {
        use ErrorKind::*;
        for (words, kind, told) in [
            (&["--colour", "green", "go", "x"][..], InvalidValue, "green，可以写：red、blue"),
            (&["go", "x", "--colour"], UnknownArgument, "不认识的写法：--colour"),
            (&["--colour"], InvalidValue, "--colour <内容> 后面要写内容"),
            (&["--lots", "go", "x"], UnknownArgument, "--lots，是不是想写 --lost"),
            (&["og"], InvalidSubcommand, "没有这个命令：og"),
            (&["--equals", "1", "go", "x"], NoEquals, "要写等号"),
            (&["--count", "viele", "go", "x"], ValueValidation, "--count <内容> 的内容不对：viele"),
            (&["--role", "king", "go", "x"], ValueValidation, "king（没有这种角色：king）"),
            (&["go", "x", "y"], UnknownArgument, "不认识的写法：y"),
            (&["--two", "1", "--lost", "go", "x"], WrongNumberOfValues, "要写 2 个，写了 1 个"),
            (&["--few", "1", "--lost", "go", "x"], TooFewValues, "至少要写 2 个，写了 1 个"),
            (&["--lost", "--retired", "go", "x"], ArgumentConflict, " 不能和 --"),
            (&["--lost", "--lost", "go", "x"], ArgumentConflict, "--lost 只能写一次"),
            (&["go"], MissingRequiredArgument, "缺少：<文件>"),
            (&[], MissingSubcommand, "缺少命令，可以写：go"),
        ] {
            let error = wrong(words);
            assert_eq!(error.kind(), kind, "{words:?}");
            let text = mistake(&error);
            assert!(text.contains(told), "{words:?}: {text}");
            // Of clap's own sentences nothing is left: no word that stands neither in the command line nor in the program.
            let own = "--help colour red blue green lost retired lots og go count viele role king equals two few x y";
            let foreign =
                text.split(|sign: char| !sign.is_ascii_alphabetic()).filter(|word| !own.contains(word));
            assert_eq!(foreign.collect::<Vec<_>>(), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn every_kind_has_words_and_none_is_english() {
        for kind in KINDS {
            let text = mistake(&clap::Error::new(kind)).replace("--help", "");
            assert!(!text.chars().any(|sign| sign.is_ascii_alphabetic()), "{kind:?}: {text}");
        }
    }
}
