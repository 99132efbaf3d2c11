//! Compiles `ui` to wasm and lays out `ui/dist`: page, scripts, wasm, stylesheet, icon fonts.
//!
//! Nothing in `ui/dist` may point outside itself: the program runs without a network. All of it is for the browsers of
//! docs/browsers.md: `wasm` sees to the wasm, `lower` to scripts and styles.

use crate::Outcome;
use crate::lower::Written;
use crate::stylesheet::{self, Selection};
use crate::wasm;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};
use wasm_bindgen_cli_support::Bindgen;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Debug,
    Release,
}

/// Path below `ui/dist` → contents.
type Files = BTreeMap<PathBuf, Vec<u8>>;

const PATTERNFLY: &str = "node_modules/@patternfly/patternfly";
const STATIC: [&str; 3] = ["index.html", "begin.js", "boot.js"];
const STYLE: &str = "tiexin.css";
const OLDER_STYLE: &str = "tiexin-older.css";

pub(crate) fn run(root: &Path, mode: Mode) -> Outcome {
    let wasm = compile(root, mode)?;
    let mut files = bind(root, &wasm, mode)?;
    for name in STATIC {
        files.insert(name.into(), read(&root.join("ui").join(name))?);
    }
    files.insert("favicon.png".into(), read(&root.join("assets/icons/32x32.png"))?);
    add_stylesheet(root, &mut files)?;
    lower(root, &mut files)?;

    let dist = root.join("ui/dist");
    lay_out(&dist, &files).map_err(|e| format!("{}: {e}", dist.display()))?;
    for (name, bytes) in &files {
        eprintln!("  ui/dist/{:<32} {:>9} bytes", name.display(), bytes.len());
    }
    Ok(())
}

/// Builds the wasm and returns its path, which cargo itself names.
fn compile(root: &Path, mode: Mode) -> Result<PathBuf, String> {
    eprintln!("building the screens (wasm)…");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root).args([
        "build",
        "--locked",
        "--package=tiexin-ui",
        "--target=wasm32-unknown-unknown",
        "--message-format=json-render-diagnostics",
        "--config",
        &wasm::flags(),
    ]);
    if mode == Mode::Release {
        cargo.arg("--profile=wasm-release");
    }
    let output = cargo.stderr(Stdio::inherit()).output().map_err(|e| format!("cargo did not start: {e}"))?;
    if !output.status.success() {
        return Err("the screens did not compile".to_owned());
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter_map(|message| message["filenames"][0].as_str().map(PathBuf::from))
        .find(|path| path.file_name().is_some_and(|name| name == "tiexin-ui.wasm"))
        .ok_or_else(|| "cargo named no tiexin-ui.wasm".to_owned())
}

/// Runs wasm-bindgen, and wasm-opt in release, into a folder beside the wasm; skips both when
/// the wasm is the one bound last time.
fn bind(root: &Path, wasm: &Path, mode: Mode) -> Result<Files, String> {
    let out = wasm.with_extension("bound");
    let stamp_file = wasm.with_extension("stamp");
    let stamp = stamp(wasm).map_err(|e| format!("{}: {e}", wasm.display()))?;
    if fs::read_to_string(&stamp_file).ok().as_deref() != Some(&stamp) {
        eprintln!("binding wasm to JavaScript…");
        let _ = fs::remove_dir_all(&out);
        let compiled = wasm::without_off(&read(wasm)?)?;
        Bindgen::new()
            .input_bytes("tiexin", compiled)
            .web(true)
            .map_err(|e| e.to_string())?
            .typescript(false)
            .remove_name_section(mode == Mode::Release)
            .remove_producers_section(mode == Mode::Release)
            .generate(&out)
            .map_err(|e| format!("wasm-bindgen: {e:#}"))?;
        if mode == Mode::Release {
            optimise(root, &out.join("tiexin_bg.wasm"))?;
        }
        fs::write(&stamp_file, stamp).map_err(|e| e.to_string())?;
    }
    let mut files = Files::new();
    collect(&out, &out, &mut files).map_err(|e| format!("{}: {e}", out.display()))?;
    Ok(files)
}

fn optimise(root: &Path, file: &Path) -> Outcome {
    eprintln!("shrinking the wasm (wasm-opt, about a minute)…");
    let status = Command::new("node")
        .arg(root.join("node_modules/binaryen/bin/wasm-opt"))
        .args(wasm::RUSTC.map(|feature| format!("--enable-{feature}")))
        .args(wasm::LOWERING.map(|pass| format!("--{pass}")))
        .arg("-Os")
        .arg("--output")
        .args([file, file])
        .status()
        .map_err(|e| format!("node did not start: {e}"))?;
    if !status.success() {
        return Err("wasm-opt failed; has `npm ci` run?".to_owned());
    }
    wasm::check(&read(file)?)
}

/// Changes whenever cargo has written the wasm anew.
fn stamp(wasm: &Path) -> io::Result<String> {
    let meta = fs::metadata(wasm)?;
    Ok(format!("{:?} {}", meta.modified()?, meta.len()))
}

fn add_stylesheet(root: &Path, files: &mut Files) -> Outcome {
    let package = root.join(PATTERNFLY);
    let list = read_text(&root.join("ui/patternfly-components.txt"))?;
    let selection = Selection::parse(&list);
    let mut css = String::new();
    for part in &selection.parts {
        let text = read_text(&package.join(part)).map_err(|e| format!("{e}; has `npm ci` run?"))?;
        css.push_str(&stylesheet::thin(&text, &selection.drop));
    }
    for path in own_sheets(&root.join("ui/styles"))? {
        css.push_str(&stylesheet::thin(&read_text(&path)?, &[]));
    }
    for url in stylesheet::urls(&css) {
        if url.starts_with("data:") || url.starts_with('#') {
            continue;
        }
        let Some(asset) = url.strip_prefix("./").filter(|path| !path.contains("..")) else {
            return Err(format!("the stylesheet points outside ui/dist: {url}"));
        };
        files.insert(asset.into(), read(&package.join(asset))?);
    }
    files.insert(STYLE.into(), css.into_bytes());
    Ok(())
}

/// Has scripts and styles written in words that old browsers know, and adds the second stylesheet. The script that is
/// in such words already stays as it is.
fn lower(root: &Path, files: &mut Files) -> Outcome {
    let is_script =
        |name: &Path| name.extension().is_some_and(|ext| ext == "js") && name != Path::new("begin.js");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let scripts =
        files.iter().filter(|(name, _)| is_script(name)).map(|(name, bytes)| (name.clone(), text(bytes)));
    let written = Written {
        scripts: scripts.collect(),
        style: files.get(Path::new(STYLE)).map(|bytes| text(bytes)).unwrap_or_default(),
        known: read_text(&root.join("ui/newer-css.txt"))?,
    };
    let lowered = written.lowered(root)?;
    files.extend(lowered.scripts.into_iter().map(|(name, code)| (name, code.into_bytes())));
    files.insert(STYLE.into(), lowered.style.into_bytes());
    files.insert(OLDER_STYLE.into(), lowered.older.into_bytes());
    Ok(())
}

/// Our own sheets, by name: `00-…` before `10-…`.
fn own_sheets(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut sheets: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|e| format!("{}: {e}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "css"))
        .collect();
    sheets.sort();
    Ok(sheets)
}

/// Writes what differs and removes what is no longer made, so that an unchanged page does not
/// make cargo embed it anew.
fn lay_out(dist: &Path, files: &Files) -> io::Result<()> {
    let mut present = Files::new();
    if dist.is_dir() {
        collect(dist, dist, &mut present)?;
    }
    for name in present.keys().filter(|name| !files.contains_key(*name)) {
        fs::remove_file(dist.join(name))?;
    }
    for (name, bytes) in files {
        if present.get(name) != Some(bytes) {
            let path = dist.join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, bytes)?;
        }
    }
    Ok(())
}

fn collect(base: &Path, folder: &Path, files: &mut Files) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(base, &path, files)?;
        } else if let Ok(name) = path.strip_prefix(base) {
            files.insert(name.to_owned(), fs::read(&path)?);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn read_text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}
