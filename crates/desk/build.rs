//! Writes down on which day the program was built: a computer whose clock stands before that day is wrong. And what
//! Windows shows of the program.

#[path = "../../packaging/windows/resource.rs"]
mod resource;

use std::time::{SystemTime, UNIX_EPOCH};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=SOURCE_DATE_EPOCH");
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.trim().parse::<u64>().ok());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    println!("cargo:rustc-env=TIEXIN_BUILT_AT={}", given.unwrap_or(now));
    resource::embed("tiexin-desk", "贴心：终端程序，在浏览器里打开台账");
}
