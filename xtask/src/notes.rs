//! What the changelog says of one version.

use std::path::Path;

use crate::Outcome;

pub(crate) fn run(root: &Path, version: &str) -> Outcome {
    let file = root.join("CHANGELOG.md");
    let changelog = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    let notes = section(&changelog, version)
        .ok_or_else(|| format!("CHANGELOG.md says nothing under a heading `## {version}`"))?;
    println!("{notes}");
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

#[cfg(test)]
mod tests {
    use super::section;

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
    fn an_unknown_version_and_an_empty_section_have_no_notes() {
        assert_eq!(section(CHANGELOG, "0.3.0"), None);
        assert_eq!(section(CHANGELOG, "Unreleased"), None);
    }
}
