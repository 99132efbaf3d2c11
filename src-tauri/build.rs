//! Lets Tauri embed the screens and the icons.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    stand_in_page(Path::new("ui/dist"))?;
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("windows") {
        // For OpenSSL's random numbers (`windows_build` in packaging/windows/dev.sh).
        println!("cargo:rustc-link-arg-bins=-lbcrypt");
    }
    // The one capability is inline in tauri.conf.json; a folder watched for more would make
    // this script run again at every build.
    let manifest = include_str!("../packaging/windows/program.manifest");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("src-tauri/none/*")
        .windows_attributes(tauri_build::WindowsAttributes::new().app_manifest(manifest));
    tauri_build::try_build(attributes).map_err(|e| io::Error::other(format!("{e:#}")))
}

/// Before `xtask build-ui` has run once there is nothing to embed, yet `cargo check` must work.
fn stand_in_page(dist: &Path) -> io::Result<()> {
    let page = dist.join("index.html");
    if page.exists() {
        return Ok(());
    }
    fs::create_dir_all(dist)?;
    fs::write(page, "<!doctype html><title>贴心</title><p>cargo run -p xtask -- build-ui</p>\n")
}
