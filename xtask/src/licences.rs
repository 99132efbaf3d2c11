//! One text file with the licence of everything that programs and screens are made of, as it lies in the package.
//!
//! `deny.toml` says which licences may ship; this only carries their words along.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

use crate::Outcome;

/// The programs, built for the system of a package.
const PROGRAMS: [&str; 3] = ["tiexin", "tiexin-desk", "tiexin-server"];
/// The screens, built for browsers.
const SCREENS: [&str; 1] = ["tiexin-ui"];
/// Where the stylesheet comes from.
const STYLESHEET: &str = "node_modules/@patternfly/patternfly";

/// Folders below a package's own in which it carries what others wrote: `openssl-src/openssl/LICENSE.txt`.
const DEPTH: usize = 2;

/// A package that ships.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Shipped {
    name: String,
    version: String,
    licence: String,
    /// Where its texts lie; our own packages carry none.
    folder: Option<PathBuf>,
}

pub(crate) fn run(root: &Path, target: &str, file: &Path) -> Outcome {
    let mut shipped = shipped(&metadata(root, target)?, &PROGRAMS)?;
    shipped.extend(self::shipped(&metadata(root, "wasm32-unknown-unknown")?, &SCREENS)?);
    shipped.insert(stylesheet(root)?);
    let text = told(&shipped)?;
    fs::write(file, text).map_err(|e| format!("{}: {e}", file.display()))?;
    eprintln!("licences of {} packages: {}", shipped.len(), file.display());
    Ok(())
}

fn metadata(root: &Path, target: &str) -> Result<Value, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root)
        .args(["metadata", "--locked", "--format-version=1", "--filter-platform", target])
        .output()
        .map_err(|e| format!("cargo did not start: {e}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata: {e}"))
}

/// Everything that is linked into `roots`: neither what builds them nor what tests them.
fn shipped(metadata: &Value, roots: &[&str]) -> Result<BTreeSet<Shipped>, String> {
    let by_id = |list: &Value| -> BTreeMap<String, Value> {
        let items = list.as_array().into_iter().flatten();
        items.filter_map(|one| Some((one["id"].as_str()?.to_owned(), one.clone()))).collect()
    };
    let (packages, nodes) = (by_id(&metadata["packages"]), by_id(&metadata["resolve"]["nodes"]));
    let mut next: Vec<&String> = packages
        .iter()
        .filter(|(_, package)| roots.iter().any(|root| package["name"] == *root))
        .map(|(id, _)| id)
        .collect();
    if next.len() != roots.len() {
        return Err(format!("not all of {roots:?} are in the workspace"));
    }
    let mut seen = BTreeSet::new();
    while let Some(id) = next.pop() {
        if !seen.insert(id) {
            continue;
        }
        let linked = nodes[id]["deps"].as_array().into_iter().flatten().filter(|dep| is_linked(dep));
        // Invariant: what is resolved is among the packages.
        next.extend(linked.filter_map(|dep| Some(packages.get_key_value(dep["pkg"].as_str()?)?.0)));
    }
    seen.into_iter().map(|id| package(&packages[id])).collect()
}

/// Linked as a crate, or the sources of a library that a crate builds and links: `openssl-src`.
fn is_linked(dep: &Value) -> bool {
    let sources = dep["name"].as_str().is_some_and(|name| name.ends_with("_src"));
    let mut kinds = dep["dep_kinds"].as_array().into_iter().flatten();
    kinds.any(|kind| kind["kind"].is_null() || (sources && kind["kind"] == "build"))
}

fn package(told: &Value) -> Result<Shipped, String> {
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    let others = !told["source"].is_null();
    let folder = Path::new(&text("manifest_path")).parent().filter(|_| others).map(Path::to_owned);
    let licence = match told["license"].as_str() {
        Some(licence) => licence.to_owned(),
        None => {
            told["license_file"].as_str().ok_or_else(|| format!("{}: no licence", text("name")))?.to_owned()
        }
    };
    Ok(Shipped { name: text("name"), version: text("version"), licence, folder })
}

fn stylesheet(root: &Path) -> Result<Shipped, String> {
    let folder = root.join(STYLESHEET);
    let file = folder.join("package.json");
    let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    let told: Value = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))?;
    package(&serde_json::json!({
        "name": told["name"], "version": told["version"], "license": told["license"], "manifest_path": file,
        "source": STYLESHEET
    }))
}

/// First who is there, then every text once, with the packages that carry it.
fn told(shipped: &BTreeSet<Shipped>) -> Result<String, String> {
    // Windows' editor takes a text for UTF-8 by this mark.
    let mut out =
        String::from("\u{feff}贴心使用 AGPL-3.0-or-later 许可。程序由下列软件组成，各自的许可附后。\n\n");
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in shipped {
        out += &format!("{} {}  {}\n", one.name, one.version, one.licence);
        let mut files = Vec::new();
        if let Some(folder) = &one.folder {
            licence_files(folder, DEPTH, &mut files)?;
        }
        files.sort();
        for file in files {
            let bytes = fs::read(&file).map_err(|e| format!("{}: {e}", file.display()))?;
            let text = String::from_utf8_lossy(&bytes).replace('\r', "");
            let carriers = texts.entry(text.trim().to_owned()).or_default();
            let name = format!("{} {}", one.name, one.version);
            if !carriers.contains(&name) {
                carriers.push(name);
            }
        }
    }
    for (text, carriers) in texts {
        out += &format!("\n{}\n{}\n\n{text}\n", "-".repeat(78), carriers.join("，"));
    }
    Ok(out.replace('\n', "\r\n"))
}

/// Files named as licences are, in a folder and in those below it.
fn licence_files(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Outcome {
    const NAMES: [&str; 5] = ["license", "licence", "copying", "copyright", "notice"];
    let fault = |e: std::io::Error| format!("{}: {e}", folder.display());
    for entry in fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let named = NAMES.iter().any(|start| name.starts_with(start)) && !name.ends_with(".rs");
        if path.is_dir() && depth > 0 {
            licence_files(&path, depth - 1, found)?;
        } else if path.is_file() && named {
            found.push(path);
        }
    }
    Ok(())
}
