//! What computers of offices do differently: codes of text, zones, where folders lie.

use encoding_rs::GB18030;
use serde_json::{Value, json};

use crate::run::{Desk, PASSWORD, ended, under_wine};

fn gbk(text: &str) -> Vec<u8> {
    GB18030.encode(text).0.into_owned()
}

/// As PowerShell pipes it.
fn utf_16(text: &str) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// As Notepad saves it.
fn marked(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").into_bytes()
}

#[test]
fn what_is_piped_is_read_in_any_code_of_windows() {
    let desk = Desk::of("340323100");
    for (code, name) in [(gbk as fn(&str) -> Vec<u8>, "熊国学"), (utf_16, "白梅霞"), (marked, "吕敏")]
    {
        let person = json!({"name": name}).to_string();
        let saved = desk.fed(&["add", "person", "--json"], &code(&person)).json();
        assert_eq!(saved["saved"][0]["title"], name);
        assert_eq!(desk.json(&["list", "person", "--filter", &format!("name={name}")])["total"], 1);
    }
    // 谩茅 in GBK is áé in UTF-8.
    desk.fed(&["add", "person"], &gbk("{\"name\": \"谩茅\"}")).failed(6, "UTF-8 还是 GBK");
    desk.fed(&["add", "person"], &[b'{', 0xff, 0xff]).failed(6, "没有登记任何内容");
    assert_eq!(desk.json(&["list", "person"])["total"], 3);
}

#[test]
fn a_password_is_piped_in_any_code_of_windows() {
    const CHINESE: &str = "石榴树上-2026";
    let desk = Desk::empty();
    let init = ["init", "--standalone", "--region", "340323100", "--user", "wang"];
    let made = ended(desk.command(&init).env("TIEXIN_PASSWORD", CHINESE), "");
    assert_eq!(made.code, 0, "{}", made.err);
    let piped = format!("{CHINESE}\r\n");
    for bytes in [piped.clone().into_bytes(), gbk(&piped), utf_16(&piped), marked(&piped)] {
        let opened = ended(&mut desk.command(&["status", "--password-fd", "0"]), &bytes);
        assert_eq!(opened.code, 0, "{bytes:?}: {}", opened.err);
    }
    let unread = ended(&mut desk.command(&["status", "--password-fd", "0"]), &[0xff, 0xff, 0xff]);
    unread.failed(2, "认不出来");
}

/// East of the date line and west of it: one of the two has another day than China at any time.
#[cfg(unix)]
#[test]
fn dates_are_chinas_whatever_the_zone() {
    let china = || (chrono::Utc::now() + chrono::TimeDelta::hours(8)).date_naive().to_string();
    let desk = Desk::of("340323100");
    let home = desk.fed(&["add", "household", "--json"], r#"{"head_name": "熊国学"}"#).json();
    let home = &home["saved"][0]["id"];
    for zone in ["EAST-14", "WEST12", "CST-8"] {
        let before = china();
        let visit = json!({"household": home}).to_string();
        let mut add = desk.command(&["add", "visit", "--json"]);
        let saved = ended(add.env("TIEXIN_PASSWORD", PASSWORD).env("TZ", zone), &visit).json();
        let shown = desk.json(&["show", saved["saved"][0]["id"].as_str().unwrap()]);
        assert!([before, china()].contains(&shown["fields"]["date"].as_str().unwrap().to_owned()), "{zone}");
        // Windows has one time zone for all, that no variable changes.
        if under_wine() {
            continue;
        }
        let status = ended(desk.command(&["status"]).env("TIEXIN_PASSWORD", PASSWORD).env("TZ", zone), "");
        assert_eq!(status.err.contains("时区不是北京时间"), zone != "CST-8", "{zone}: {}", status.err);
    }
}

#[test]
fn a_book_in_a_synced_folder_is_told_and_works() {
    let desk = Desk::of_in("OneDrive - 谷阳镇人民政府/贴心", "340323100");
    let status = desk.run(&["status"]);
    assert_eq!(status.code, 0);
    assert!(status.err.contains("OneDrive的同步文件夹里") && status.err.contains("损坏"), "{}", status.err);
    desk.fed(&["add", "person"], r#"{"name": "熊国学"}"#);
    assert_eq!(desk.json(&["list", "person"])["total"], Value::from(1));
    let usual = Desk::of("340323100").run(&["status"]);
    assert!(!usual.err.contains("同步文件夹"), "{}", usual.err);
}

#[test]
fn a_file_that_is_there_is_replaced_only_on_purpose() {
    let desk = Desk::of("340323100");
    let report =
        |words: &[&str]| desk.run(&[&["report", "F1", "--month", "2026-10", "--out"][..], words].concat());
    let ledger = desk.beside("members.xls");
    std::fs::write(&ledger, "ledger").unwrap();
    report(&[&ledger, "--force"]).failed(2, "改成 .xlsx");
    report(&[&ledger]).failed(2, "改成 .xlsx");
    assert_eq!(std::fs::read(&ledger).unwrap(), b"ledger");

    let table = desk.beside("F1.xlsx");
    std::fs::write(&table, "mine").unwrap();
    report(&[&table]).failed(1, "没有覆盖");
    // Without an ending it would be the same file.
    report(&[&desk.beside("F1")]).failed(1, "没有覆盖");
    desk.run(&["families", "--out", &table]).failed(1, "没有覆盖");
    desk.run(&["export-attachment", "00000000-0000-7000-8000-000000000000", &table]).failed(1, "没有覆盖");
    assert_eq!(std::fs::read(&table).unwrap(), b"mine");
    let made = desk.run(&["families", "--out", &table, "--force"]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(std::fs::read(&table).unwrap().starts_with(b"PK"));

    let told = desk.run(&["families", "--out", &desk.beside("名册")]);
    assert!(told.code == 0 && told.err.contains("已加上 .xlsx"), "{}", told.err);
    assert!(std::path::Path::new(&desk.beside("名册.xlsx")).is_file());
    assert!(!std::path::Path::new(&desk.beside("名册")).exists());
}

#[test]
fn a_place_that_takes_no_file_is_told() {
    let desk = Desk::of("340323100");
    std::fs::write(desk.beside("文件"), "").unwrap();
    let gone = desk.beside("文件/U盘/名册.xlsx");
    desk.run(&["families", "--out", &gone]).failed(1, "没有这个文件夹");
    let here = desk.beside("");
    desk.run(&["families", "--out", &here]).failed(1, "那里是一个文件夹");
    for words in [&["import"][..], &["update", "take"], &["update", "apply"]] {
        let folder = desk.run(&[words, &[here.as_str()]].concat());
        assert!(folder.code != 0 && folder.err.contains("一个文件夹"), "{words:?}: {}", folder.err);
    }
    let missing = desk.run(&["import", &desk.beside("没有.xlsx")]);
    assert!(missing.code != 0 && missing.err.contains("文件已经不在那里了"), "{}", missing.err);
    assert_eq!(desk.json(&["verify"])["sound"], true);
}
