//! Inside the desk imports run one way, too: the commands take the desk, and nothing that the desk is made of takes them.

use std::path::Path;
use std::{fs, io};

const DESK: &str = "crates/desk/src";

/// Modules of the desk, from the ground up: each takes only from floors below its own. What is not listed has its place
/// by what it does: without a session at the bottom, the shells at the top.
const FLOORS: [&[&str]; 11] = [
    &["engine", "enrolment", "typed", "waiting"],
    &["session"],
    &["desk"],
    &["leave"],
    &["obey"],
    &["province"],
    &["rights", "seat"],
    &["guessing"],
    &["registry", "rows"],
    &["commands"],
    &["opening"],
];

pub(super) fn faults(root: &Path) -> Result<Vec<String>, String> {
    let folder = root.join(DESK);
    let mut files = Vec::new();
    super::sources::rust_files(&folder, &mut files).map_err(|e: io::Error| format!("{DESK}: {e}"))?;
    files.sort();
    let (mut faults, mut names) = (Vec::new(), Vec::new());
    for file in files {
        let name = file.strip_prefix(&folder).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&file).map_err(|e| format!("{DESK}/{name}: {e}"))?;
        faults.extend(look(&name, &text));
        names.push(name);
    }
    faults.extend(gone(&names));
    Ok(faults)
}

/// Listed modules that are not there: one that got another name would be asked nothing any more.
fn gone(files: &[String]) -> Vec<String> {
    let listed = FLOORS.iter().flat_map(|floor| floor.iter());
    let gone = listed.filter(|listed| !files.iter().any(|file| module(file) == **listed));
    gone.map(|listed| format!("{DESK}: {listed} stands on a floor and is not there")).collect()
}

fn module(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or_default()
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn look(file: &str, text: &str) -> Vec<String> {
    let own = module(file);
    let Some(stands) = floor(own) else { return Vec::new() };
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let lines = text[..end].lines().map(|line| line.split("//").next().unwrap_or_default());
    let code: String = lines.flat_map(|line| [line, "\n"]).collect();
    let above = |module: &&str| *module != own && floor(module).is_some_and(|floor| floor >= stands);
    let taken = taken(&code);
    let faults = taken.iter().copied().filter(above);
    faults.map(|module| format!("{DESK}/{file}: takes from {module}, which is not below it")).collect()
}

/// The modules of the crate that a source names.
fn taken(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        let rest = &code[at + path.len()..];
        match rest.strip_prefix('{') {
            None => found.extend(first_name(rest)),
            Some(list) => {
                let (mut depth, mut begins) = (1, true);
                for (at, sign) in list.char_indices() {
                    match sign {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 1 => begins = true,
                        sign if begins && depth == 1 && !sign.is_whitespace() => {
                            found.extend(first_name(&list[at..]));
                            begins = false;
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
        }
    }
    found
}

fn first_name(path: &str) -> Option<&str> {
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    Some(&path[..end]).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_module_that_is_not_there_is_told() {
        let all: Vec<String> =
            FLOORS.iter().flat_map(|floor| floor.iter()).map(|module| format!("{module}.rs")).collect();
        assert_eq!(gone(&all), [""; 0]);
        assert_eq!(gone(&all[1..]).len(), 1);
    }

    #[test]
    fn what_the_desk_is_made_of_takes_no_command() {
        assert_eq!(look("desk.rs", "use crate::commands;").len(), 1);
        assert_eq!(
            look("waiting/look.rs", "use crate::{\n    errors,\n    rights::{At, Need},\n};").len(),
            1
        );
        assert_eq!(look("province.rs", "    crate::commands::taken_up::due(who)").len(), 1);
        assert_eq!(look("session.rs", "// crate::commands is above\nuse crate::engine::Province;"), [""; 0]);
        assert_eq!(look("commands/save.rs", "use crate::{errors, rights::At, rows};"), [""; 0]);
        // What is on no floor is asked nothing.
        assert_eq!(look("cli/add.rs", "use crate::commands::family_save::PARTS;"), [""; 0]);
    }
}
