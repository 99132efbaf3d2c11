//! What the changelog says of one version.

use std::path::Path;

use crate::Outcome;

/// Who reads it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Of the release's folder: all of it.
    Release,
    /// At a desk that is offered the version, as plain text: see [`plain`].
    Desk,
}

pub(crate) fn run(root: &Path, version: &str, reader: Reader) -> Outcome {
    let file = root.join("CHANGELOG.md");
    let changelog = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    let notes = section(&changelog, version)
        .ok_or_else(|| format!("CHANGELOG.md says nothing under a heading `## {version}`"))?;
    match reader {
        Reader::Release => println!("{notes}"),
        Reader::Desk => {
            let plain = plain(notes);
            if plain.is_empty() {
                return Err(format!("CHANGELOG.md says nothing in Chinese under the heading `## {version}`"));
            }
            println!("{plain}");
        }
    }
    Ok(())
}

/// The text below `## VERSION`, a date may follow it, up to the next heading of that kind. None when there is no such
/// heading, or nothing below it.
fn section<'a>(changelog: &'a str, version: &str) -> Option<&'a str> {
    let heads = |line: &str| line.starts_with("## ");
    let is_it = |line: &str| heads(line) && line.split_whitespace().nth(1) == Some(version);
    let (mut begin, mut end, mut at) = (None, changelog.len(), 0);
    for line in changelog.split_inclusive('\n') {
        match begin {
            None if is_it(line) => begin = Some(at + line.len()),
            Some(_) if heads(line) => {
                end = at;
                break;
            }
            _ => {}
        }
        at += line.len();
    }
    let text = changelog[begin?..end].trim();
    (!text.is_empty()).then_some(text)
}

/// What is said in Chinese: an item's first line, below the Chinese word of its heading. The English that follows, and
/// items in English alone, are left out.
fn plain(notes: &str) -> String {
    let (mut lines, mut heading) = (Vec::<String>::new(), None);
    for line in notes.lines() {
        if let Some(words) = line.strip_prefix("### ") {
            heading = words.split_whitespace().next();
        } else if line.strip_prefix("- ").is_some_and(is_chinese) {
            lines.extend(heading.take().map(str::to_owned));
            lines.push(line.replace(['`', '*'], ""));
        }
    }
    lines.join("\n")
}

/// Commands and names of files are written alike in both languages.
fn is_chinese(item: &str) -> bool {
    let said: String = item.split('`').step_by(2).collect();
    let chinese = said.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
    let letters = said.chars().filter(char::is_ascii_alphabetic).count();
    chinese * 3 > letters
}

#[cfg(test)]
mod tests {
    use super::{plain, section};

    const CHANGELOG: &str =
        "# Changelog\n\n## Unreleased\n\n## 0.2.0 – 2026-12-24\n\n### 导入\n\n- 一\n\n## 0.2.0-rc\n\n- 二\n";

    #[test]
    fn a_version_s_section_ends_at_the_next_version() {
        assert_eq!(section(CHANGELOG, "0.2.0"), Some("### 导入\n\n- 一"));
    }

    #[test]
    fn the_last_section_ends_with_the_file() {
        assert_eq!(section(CHANGELOG, "0.2.0-rc"), Some("- 二"));
    }

    #[test]
    fn a_desk_is_told_what_is_said_in_chinese() {
        let notes = "### 导入 Import\n\n- **多个**台账一起选。\n  Several ledgers at once.\n\n### 同步 Sync\n\n\
                     - The indicator 现在核对 is no longer left busy.\n\n### 运维 Operation\n\n\
                     - 命令：`release pack`、`keygen`。\n  Commands.\n- `tiexin-desk serve` ends.\n";
        assert_eq!(plain(notes), "导入\n- 多个台账一起选。\n运维\n- 命令：release pack、keygen。");
        assert_eq!(plain("- In English alone.\n"), "");
    }

    #[test]
    fn an_unknown_version_and_an_empty_section_have_no_notes() {
        assert_eq!(section(CHANGELOG, "0.3.0"), None);
        assert_eq!(section(CHANGELOG, "Unreleased"), None);
    }
}
