//! Scripts and styles in words that the browsers of docs/browsers.md know. The work is done by tools of the npm
//! registry, in `xtask/lower.mjs`; what they cannot write in such words is refused.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What `xtask/lower.mjs` stands on.
const TOOLS: [&str; 3] = ["@mdn/browser-compat-data", "esbuild-wasm", "lightningcss-wasm"];

/// As we write them, and as the tools that make them do.
#[derive(Serialize)]
pub(crate) struct Written {
    pub(crate) scripts: BTreeMap<PathBuf, String>,
    pub(crate) style: String,
    /// `ui/newer-css.txt`: what is newer and may be in the style all the same.
    pub(crate) known: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Lowered {
    pub(crate) scripts: BTreeMap<PathBuf, String>,
    pub(crate) style: String,
    /// A second sheet, for browsers that lack something for which the first has no older words.
    pub(crate) older: String,
}

impl Written {
    pub(crate) fn lowered(&self, root: &Path) -> Result<Lowered, String> {
        if let Some(tool) = TOOLS.iter().find(|tool| !root.join("node_modules").join(tool).is_dir()) {
            return Err(format!("node_modules/{tool} is missing: run `npm ci`"));
        }
        let asked = serde_json::to_vec(self).map_err(|e| e.to_string())?;
        let mut node = Command::new("node")
            .arg(root.join("xtask/lower.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| format!("node did not start: {e}"))?;
        // It reads all before it writes. One that ended early says why below.
        drop(node.stdin.take().map(|mut pipe| pipe.write_all(&asked)));
        let output = node.wait_with_output().map_err(|e| format!("node: {e}"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("not for old browsers (docs/browsers.md):\n{said}"));
        }
        serde_json::from_slice(&output.stdout).map_err(|e| format!("lower.mjs: {e}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lowered(script: &str, style: &str, known: &str) -> Result<Lowered, String> {
        let scripts = [("a.js".into(), script.to_owned())].into();
        Written { scripts, style: style.to_owned(), known: known.to_owned() }.lowered(&crate::root())
    }

    #[test]
    fn scripts_and_styles_are_written_in_older_words() {
        let script = "export const first = (list) => list?.[0] ?? null;";
        let style = ":where(a, .b) c { inset: 0; padding-inline: 1px; border-end-end-radius: var(--r); } \
                     .d { display: flex; gap: 2px; } .e { align-items: end; column-gap: 1px; display: grid; }";
        let out = lowered(script, style, "").expect("nothing that has no older words");
        let script = &out.scripts[Path::new("a.js")];
        assert!(!script.contains("?.") && !script.contains("??"), "{script}");
        assert!(out.style.contains("a c,.b c{"), "{}", out.style);
        assert!(out.style.contains("align-items:flex-end"), "{}", out.style);
        for newer in ["inset", "padding-inline:", "end-end", ":where"] {
            assert!(!out.style.contains(newer), "{newer} in {}", out.style);
        }
        assert!(out.older.contains("html.tx-no-flex-gap .d>:not(:last-child)"), "{}", out.older);
        assert!(!out.older.contains(".e"), "a grid has its gaps: {}", out.older);
    }

    #[test]
    fn what_stands_behind_a_newer_selector_has_a_stand_in() {
        let style = "a:focus-visible { color: red; } .f:has(input) { --x: 1px; }";
        let out = lowered("", style, ":has:  said\n:focus-visible:  said\n").expect("both are named");
        assert!(out.style.contains("@supports not (inset:0){a:focus{color:red}}"), "{}", out.style);
        assert!(out.older.contains("html.tx-no-has .f>input{--x:1px}"), "{}", out.older);
    }

    #[test]
    fn what_is_too_new_is_refused() {
        for (style, word) in [
            ("a { width: min(1rem, 2vw); }", "min()"),
            ("a:has(b) { color: red; }", ":has"),
            ("a { aspect-ratio: 1; }", "aspect-ratio"),
            ("a { text-wrap: balance; }", "text-wrap"),
            ("a { float: inline-end; }", "float: inline-end"),
            ("@container (width > 1px) { a { color: red; } }", "@container"),
            ("a { color: color-mix(in srgb, var(--a), blue); }", "a mixed colour that is no background"),
        ] {
            let refused = lowered("", style, "").expect_err(word);
            assert!(refused.contains(word), "{refused}");
        }
        let refused = lowered("await 1; export {};", "", "").expect_err("an await outside a function");
        assert!(refused.contains("Top-level await"), "{refused}");
    }

    #[test]
    fn a_tool_that_is_missing_is_named() {
        let written = Written { scripts: BTreeMap::new(), style: String::new(), known: String::new() };
        let refused = written.lowered(Path::new("/nowhere")).expect_err("there are no tools");
        assert_eq!(refused, "node_modules/@mdn/browser-compat-data is missing: run `npm ci`");
    }

    #[test]
    fn a_line_that_is_no_longer_needed_is_refused() {
        let refused = lowered("", "a { color: red; }", ":has:  once").expect_err("nothing has it");
        assert!(refused.contains(":has: named in the list"), "{refused}");
    }
}
