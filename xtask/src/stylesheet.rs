//! One stylesheet out of the parts of PatternFly in use and our own.
//!
//! Pure text in, text out: the caller reads and writes the files.

/// The list of `ui/patternfly-components.txt`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// Paths below the PatternFly package, in cascade order.
    pub(crate) parts: Vec<String>,
    /// Rules all of whose selectors mention one of these are left out.
    pub(crate) drop: Vec<String>,
}

impl Selection {
    pub(crate) fn parse(text: &str) -> Self {
        let mut selection = Selection::default();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match line.strip_prefix("drop ") {
                Some(term) => selection.drop.push(term.trim().to_owned()),
                None => selection.parts.push(line.to_owned()),
            }
        }
        selection
    }
}

/// Removes comments, indentation and the top-level rules that mention a dropped term.
pub(crate) fn thin(css: &str, drop: &[String]) -> String {
    let css = without_comments(css);
    let mut out = String::with_capacity(css.len());
    for rule in top_level(&css) {
        let (prelude, body) = rule.split_once('{').unwrap_or((rule, ""));
        let dropped = if prelude.trim_start().starts_with("@font-face") {
            drop.iter().any(|term| body.contains(term.as_str()))
        } else {
            !prelude.trim_start().starts_with('@')
                && selectors(prelude).iter().all(|one| drop.iter().any(|term| one.contains(term.as_str())))
        };
        if dropped {
            continue;
        }
        for line in rule.lines().map(str::trim).filter(|line| !line.is_empty()) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// Every `url(…)` target, without quotes, in order of appearance, each once.
pub(crate) fn urls(css: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for piece in css.split("url(").skip(1) {
        let target = piece.split(')').next().unwrap_or_default();
        let target = target.trim().trim_matches(['"', '\'']).to_owned();
        if !found.contains(&target) {
            found.push(target);
        }
    }
    found
}

fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(start) = rest.find("/*") {
        out.push_str(&rest[..start]);
        rest = rest[start..].find("*/").map_or("", |end| &rest[start + end + 2..]);
    }
    out.push_str(rest);
    out
}

/// Cuts a sheet after each top-level block or statement.
fn top_level(css: &str) -> Vec<&str> {
    let (mut rules, mut depth, mut start) = (Vec::new(), 0usize, 0);
    for (at, byte) in css.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && (byte == b'}' || byte == b';') {
            rules.push(&css[start..=at]);
            start = at + 1;
        }
    }
    if !css[start..].trim().is_empty() {
        rules.push(&css[start..]);
    }
    rules
}

/// The selectors of a list, cut at commas outside brackets.
fn selectors(prelude: &str) -> Vec<&str> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0usize, 0);
    for (at, byte) in prelude.bytes().enumerate() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                found.push(&prelude[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&prelude[start..]);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_goes_only_if_all_its_selectors_are_dropped() {
        let drop = vec![".dark".to_owned()];
        let css = "a, .dark b { color: red; }\n:where(.dark) { --x: 1; }\n";
        assert_eq!(thin(css, &drop), "a, .dark b { color: red; }\n");
    }

    #[test]
    fn a_font_face_goes_by_its_name() {
        let drop = vec!["Red Hat".to_owned()];
        let css = "@font-face { font-family: \"Red Hat\"; }\n@font-face { font-family: \"icons\"; }";
        assert_eq!(thin(css, &drop), "@font-face { font-family: \"icons\"; }\n");
    }

    #[test]
    fn media_blocks_stay_whole_and_comments_go() {
        let css = "/* a { } */@media print {\n  .dark { x: y; }\n}\n";
        assert_eq!(thin(css, &[".dark".to_owned()]), "@media print {\n.dark { x: y; }\n}\n");
    }

    #[test]
    fn selector_lists_are_cut_outside_brackets() {
        assert_eq!(selectors(":is(a, b) c, d").len(), 2);
    }

    #[test]
    fn urls_are_named_once_and_unquoted() {
        let css = "a{src:url(\"./x.woff2\")}b{src:url(./x.woff2)}c{src:url('y.svg')}";
        assert_eq!(urls(css), ["./x.woff2", "y.svg"]);
    }
}
