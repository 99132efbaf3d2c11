//! One word for one thing, in everything that a worker reads: texts of screens, messages, the command line, the
//! handbook.

use std::path::Path;
use std::{fs, io};

/// Where what a worker reads is written.
const READ: [&str; 9] = [
    "crates/contract/src",
    "crates/desk/src",
    "crates/domain/src",
    "crates/server/src",
    "crates/store/src",
    "crates/sync/src",
    "docs/handbook",
    "src-tauri/src",
    "ui/src",
];

/// What must not be said, what is said for it, and why.
const BANNED: [(&str, &str); 11] = [
    ("收起", "作废 for a record (it comes back by 恢复), 关闭 for what is unfolded"),
    ("走访方式", "走访类型"),
    ("\"方式\"", "走访类型"),
    ("审批", "审核"),
    ("总结", "小结"),
    ("家庭类型", "家庭类别"),
    ("驳回", "退回"),
    ("没有采用", "没有采纳"),
    ("搜索", "查找"),
    ("备份文件的", "备份是一个文件夹：备份到哪个文件夹"),
    ("操作失败", "what happened, what is safe, what to do next"),
];

/// The heads of other people's ledgers and the names of the standard's own forms are theirs.
const THEIRS: [&str; 1] = ["crates/desk/src/demo/"];

pub(super) fn faults(root: &Path) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    for folder in READ {
        let mut files = Vec::new();
        texts(&root.join(folder), &mut files).map_err(|e| format!("{folder}: {e}"))?;
        files.sort();
        for file in files {
            let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
            let name = file.strip_prefix(root).unwrap_or(&file).display().to_string();
            if !THEIRS.iter().any(|theirs| name.starts_with(theirs)) {
                faults.extend(look(&name, &text));
            }
        }
    }
    Ok(faults)
}

/// Comments are for us; what stands in them is not read by workers. The tests at a file's end are ours, too.
fn look(file: &str, text: &str) -> Vec<String> {
    let source = file.ends_with(".rs");
    let own_end =
        if source { text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len()) } else { text.len() };
    let lines = (1..).zip(text[..own_end].lines());
    let read = lines.map(|(n, line)| (n, if source { without_comment(line) } else { line }));
    read.flat_map(|(n, line)| {
        let said = BANNED.iter().filter(move |(word, _)| line.contains(word));
        said.map(move |(word, instead)| format!("{file}:{n}: {word} is not said; say {instead}"))
    })
    .collect()
}

/// An address in a text has two strokes as well.
fn without_comment(line: &str) -> &str {
    let strokes = line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':'));
    strokes.map_or(line, |(at, _)| &line[..at])
}

fn texts(folder: &Path, found: &mut Vec<std::path::PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            texts(&path, found)?;
        } else if path.extension().is_some_and(|ext| ext == "rs" || ext == "md") {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_word_for_one_thing_is_a_fault() {
        let label = r#"<Button label="收起" />"#;
        assert_eq!(look("ui/src/pages/visits/one.rs", label).len(), 1);
        assert_eq!(look("docs/handbook/README.md", "按“收起”").len(), 1);
        assert_eq!(look("ui/src/a.rs", r#"Column::new("kind", "方式")"#).len(), 1);
    }

    #[test]
    fn comments_tests_and_other_words_are_left_alone() {
        assert!(look("ui/src/a.rs", "/// 收起 is never said").is_empty());
        assert!(look("ui/src/a.rs", "x\n#[cfg(test)]\nmod tests {\n\"收起\"\n}").is_empty());
        assert!(look("ui/src/a.rs", r#"label="联系方式""#).is_empty());
        assert_eq!(look("ui/src/a.rs", r#""https://x 收起""#).len(), 1);
    }
}
