// For build scripts: what Windows shows of a program in a terminal (version, icon) and how it treats it (manifest). The
// window's own come by tauri-build, with the same manifest.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Gives `program` of this package its resource, where Windows is built for. `words`: what it is, in Chinese.
pub(crate) fn embed(program: &str, words: &str) {
    let packaging = root().join("packaging/windows");
    for read in [packaging.join("resource.rs"), packaging.join("program.manifest"), icon()] {
        println!("cargo:rerun-if-changed={}", read.display());
    }
    println!("cargo:rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("windows") {
        return;
    }
    // For OpenSSL's random numbers (`windows_build` in dev.sh).
    println!("cargo:rustc-link-arg-bins=-lbcrypt");
    let text = written(program, words, &packaging.join("program.manifest"));
    let file = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join(format!("{program}.rc"));
    fs::write(&file, text).expect("the folder for output can be written");
    let compiled = embed_resource::compile_for(&file, [program], embed_resource::NONE);
    compiled.manifest_required().expect("windres of mingw-w64 (or rc.exe) is there");
}

fn root() -> PathBuf {
    PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../..")
}

fn icon() -> PathBuf {
    root().join("assets/icons/tiexin.ico")
}

fn written(program: &str, words: &str, manifest: &Path) -> String {
    let part = |name: &str| env::var(format!("CARGO_PKG_VERSION_{name}")).expect("cargo sets it");
    let numbers = format!("{},{},{},0", part("MAJOR"), part("MINOR"), part("PATCH"));
    let version = env::var("CARGO_PKG_VERSION").expect("cargo sets it");
    let quoted = |path: &Path| path.display().to_string().replace('\\', "/");
    format!(
        r#"#pragma code_page(65001)
1 ICON "{icon}"
1 24 "{manifest}"
1 VERSIONINFO
FILEVERSION {numbers}
PRODUCTVERSION {numbers}
FILEOS 0x40004
FILETYPE 1
BEGIN
  BLOCK "StringFileInfo"
  BEGIN
    BLOCK "080404b0"
    BEGIN
      VALUE "CompanyName", "贴心"
      VALUE "ProductName", "贴心"
      VALUE "FileDescription", "{words}"
      VALUE "InternalName", "{program}"
      VALUE "OriginalFilename", "{program}.exe"
      VALUE "FileVersion", "{version}"
      VALUE "ProductVersion", "{version}"
      VALUE "LegalCopyright", "AGPL-3.0-or-later"
    END
  END
  BLOCK "VarFileInfo"
  BEGIN
    VALUE "Translation", 0x0804, 0x04b0
  END
END
"#,
        icon = quoted(&icon()),
        manifest = quoted(manifest),
    )
}
