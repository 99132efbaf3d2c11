//! The map of keys (`?`) lists every key that a page hears.

use std::path::Path;
use std::{fs, io};

const MAP: &str = "ui/src/shell/keymap.rs";

/// As the browser names them, and as the map does.
const NAMES: [(&str, &str); 12] = [
    ("ArrowDown", "↓"),
    ("ArrowUp", "↑"),
    ("ArrowLeft", "←"),
    ("ArrowRight", "→"),
    ("PageDown", "PageDown"),
    ("PageUp", "PageUp"),
    ("Home", "Home"),
    ("End", "End"),
    ("Enter", "Enter"),
    ("Escape", "Esc"),
    ("Backspace", "退格"),
    ("Tab", "Tab"),
];

pub(super) fn faults(root: &Path) -> Result<Vec<String>, String> {
    let map = fs::read_to_string(root.join(MAP)).map_err(|e| format!("{MAP}: {e}"))?;
    let mut heard = Vec::new();
    each(&root.join("ui/src"), &mut |text| heard.extend(keys(text))).map_err(|e| format!("ui/src: {e}"))?;
    heard.sort();
    heard.dedup();
    let unlisted = heard.into_iter().filter(|key| !map.contains(key.as_str()));
    Ok(unlisted.map(|key| format!("{MAP}: a page hears {key}, the map does not list it")).collect())
}

/// The keys that a source hears, as the map names them.
fn keys(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        if line.contains("=>") || line.contains(".key() ==") {
            let named = NAMES.iter().filter(|(key, _)| line.contains(&format!("\"{key}\"")));
            found.extend(named.map(|(_, name)| (*name).to_owned()));
            if line.contains("\" \"") {
                found.push("空格".to_owned());
            }
            // `"c" if ctrl => {`
            let letter = line.trim_start().strip_prefix('"').and_then(|rest| rest.split_once("\" if ctrl"));
            found.extend(letter.map(|(key, _)| format!("Ctrl+{}", key.to_uppercase())));
        }
        // `use_hotkey("ctrl+k", …`, also with the keys on the next line.
        let hotkey = line.split('"').find(|word| word.starts_with("ctrl+") && word.len() > "ctrl+".len());
        found.extend(hotkey.map(|keys| match keys.strip_prefix("ctrl+") {
            Some("enter") => "Ctrl+Enter".to_owned(),
            Some(key) => format!("Ctrl+{}", key.to_uppercase()),
            None => keys.to_owned(),
        }));
    }
    found
}

fn each(folder: &Path, look: &mut impl FnMut(&str)) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            each(&path, look)?;
        } else if path.extension().is_some_and(|ext| ext == "rs") && !path.ends_with(MAP) {
            look(&fs::read_to_string(path)?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_hears_is_found() {
        assert_eq!(keys(r#"    "ArrowDown" => step(),"#), ["↓"]);
        assert_eq!(keys(r#"    "Backspace" | "ArrowLeft" => up.emit(()),"#), ["←", "退格"]);
        assert_eq!(keys(r#"    "c" if ctrl => {"#), ["Ctrl+C"]);
        assert_eq!(keys(r#"    " " => {"#), ["空格"]);
        assert_eq!(keys(r#"    use_hotkey("ctrl+k", {"#), ["Ctrl+K"]);
        assert_eq!(keys(r#"    if event.key() == "Escape" {"#), ["Esc"]);
        assert!(keys(r#"    let title = "Home";"#).is_empty());
    }
}
