//! The inputs with which fuzzing begins: recorded messages, sample ledgers, pictures, forms and update packages.
//! `cargo run -p tiexin-hostile --bin seeds` writes them into `fuzz/corpus/`.

mod pictures;
mod xls;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::province::{AUTHOR, DEVICE, INCARNATION};
use crate::{desk, update};

type Seeds = Vec<(&'static str, Vec<u8>)>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of a folder of the repository, by name.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(root().join(folder)).expect("a folder of the repository");
    let mut files: Vec<(String, Vec<u8>)> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            let bytes = std::fs::read(entry.path()).expect("a file of the repository");
            (entry.file_name().to_string_lossy().into_owned(), bytes)
        })
        .collect();
    files.sort();
    files
}

/// Every target's first inputs.
pub fn all() -> Seeds {
    let mut seeds = Seeds::new();
    for (name, bytes) in files("crates/protocol/tests/fixtures/wire-1.0") {
        recorded(&name, &bytes, &mut seeds);
    }
    seeds.push(("blob", with_flags(1, &blob())));
    seeds.push(("keyring", desk::keyring_file()));
    for folder in ["guyang-2026-10", "liuji-2026-10"] {
        for (name, bytes) in files(&format!("crates/intake/tests/fixtures/{folder}")) {
            if name.ends_with(".csv") || name.ends_with(".xlsx") {
                seeds.push(("ledger", bytes));
            }
        }
    }
    for (folder, name) in
        [("unlocked", "rc4.xls"), ("unlocked", "rc4-cryptoapi-128.xls"), ("formats", "xlwt.xls")]
    {
        let found = files(&format!("crates/intake/tests/fixtures/{folder}"))
            .into_iter()
            .find(|(file, _)| file == name);
        seeds.extend(found.map(|(_, bytes)| ("ledger", bytes)));
    }
    seeds.push(("ledger", WEB_PAGE.as_bytes().to_vec()));
    seeds.push(("ledger", XML_SPREADSHEET.as_bytes().to_vec()));
    seeds.push(("ledger", xls::ledger()));
    seeds.push(("ledger", "\u{feff}姓名;身份证号\n张三;34052419800101001X\n".as_bytes().to_vec()));
    seeds.extend(edits().into_iter().map(|bytes| ("meaning", bytes)));
    seeds.extend(pictures::all().into_iter().map(|bytes| ("picture", bytes)));
    seeds.extend(files("assets/forms").into_iter().map(|(_, bytes)| ("form", bytes)));
    seeds.extend(update::inputs().into_iter().map(|bytes| ("update", bytes)));
    seeds
}

/// Ledgers as office systems write them and name them `.xls`.
const WEB_PAGE: &str = "<html><meta charset=utf-8><h3>2026年10月活动</h3><table><tr><th>活动名称<th>项目<th>开始时间\
    <th>参加人数</tr><tr><td rowspan=2>广场<br>宣传<td>宣传教育<td>2026-10-12&nbsp;09:00<td x:num=\"35\">35人</tr>\
    <tr><td>健康服务<td colspan=2 x:fmla=\"=A1\"></tr></table></html>";
const XML_SPREADSHEET: &str = "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
    xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Styles><Style ss:ID=\"s1\"><NumberFormat ss:Format=\"0.00\"/>\
    </Style></Styles><Worksheet ss:Name=\"活动\"><Table><Row><Cell ss:MergeAcross=\"1\"><Data ss:Type=\"String\">活动名称</Data>\
    </Cell><Cell ss:Index=\"3\"><Data ss:Type=\"String\">参加人数</Data></Cell></Row><Row ss:Index=\"3\"><Cell ss:StyleID=\"s1\">\
    <Data ss:Type=\"Number\">10.1</Data></Cell><Cell ss:Formula=\"=R1C1\"/></Row></Table></Worksheet></Workbook>";

fn with_flags(flags: u8, bytes: &[u8]) -> Vec<u8> {
    [&[flags][..], bytes].concat()
}

/// A recorded message is a seed of every target that reads its shape.
fn recorded(name: &str, bytes: &[u8], seeds: &mut Seeds) {
    if name.ends_with(".txp") {
        return seeds.push(("part", with_flags(1, bytes)));
    }
    if name.ends_with(".snapshot.zst") {
        let plain = zstd::stream::decode_all(bytes).expect("a snapshot");
        seeds.push(("snapshot", with_flags(0, &plain)));
        return seeds.push(("snapshot", with_flags(1, bytes)));
    }
    let Some(shape) = name.strip_suffix(".json").and_then(|name| name.split('.').nth(1)) else { return };
    let value: Value = serde_json::from_slice(bytes).expect("a recorded message");
    let ours = spoken_here(value).to_string();
    let said = ours.as_bytes();
    let line = [said, b"\n"].concat();
    match shape {
        "PushRequest" => seeds.push(("push", with_flags(0, said))),
        "HelloRequest" => seeds.push(("asked", with_flags(0, said))),
        "PullRequest" => seeds.push(("asked", with_flags(1 << 1, said))),
        "TokenRequest" => seeds.push(("asked", with_flags(2 << 1, said))),
        "EnrolRequest" => seeds.push(("asked", with_flags(3 << 1, said))),
        "Wiped" => seeds.push(("asked", with_flags(4 << 1, said))),
        "RevokeRequest" => seeds.push(("asked", with_flags(5 << 1, said))),
        "PushBody" => seeds.push(("carried_in", with_flags(0, &line))),
        "ReplyBody" => seeds.push(("carried_back", with_flags(0, &line))),
        "Header" => seeds.push(("part", with_flags(0, &[&line[..], b"payload"].concat()))),
        "HelloReply" => seeds.push(("replies", with_flags(0, said))),
        "PushReply" => seeds.push(("replies", with_flags(1 << 1, said))),
        "PullReply" => {
            seeds.push(("replies", with_flags(2 << 1, said)));
            seeds.push(("pull", with_flags(0, said)));
        }
        "Quarantined" => seeds.push(("replies", with_flags(3 << 1, format!("[{ours}]").as_bytes()))),
        _ => {}
    }
}

/// The message as the desk of the fuzzed province and book would have said or heard it.
fn spoken_here(mut message: Value) -> Value {
    let mut seq = 0;
    rename(&mut message, &mut seq);
    message
}

fn rename(value: &mut Value, seq: &mut u64) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, seq)),
        Value::Object(fields) => {
            for (field, id) in [("device", DEVICE), ("incarnation", INCARNATION), ("author", AUTHOR)] {
                if let Some(value) = fields.get_mut(field) {
                    *value = json!(id);
                }
            }
            // A change of a push: its numbers begin with one.
            if fields.contains_key("base") && fields.contains_key("group") {
                *seq += 1;
                fields.insert("seq".into(), json!(*seq));
            }
            fields.values_mut().for_each(|value| rename(value, seq));
        }
        _ => {}
    }
}

/// A township with some habits, and each kind of edit once.
fn edits() -> Vec<Vec<u8>> {
    let one = |what: u8| -> Vec<u8> {
        let edits = (0..6).flat_map(|nth: u8| [what, nth * 5 + what, nth * 7, nth + 1, nth * 3 + what]);
        [what, what.wrapping_mul(37), what].into_iter().chain(edits).collect()
    };
    (0..6).map(one).collect()
}

/// The bytes of the attachment with which the fuzzed province begins.
fn blob() -> Vec<u8> {
    let beginning: Value = serde_json::from_str(include_str!("beginning.json")).expect("the beginning");
    let attachment = &beginning["changes"][4];
    let request = json!({
        "hash": attachment["set"]["sha256"], "chunk": 0, "scope": attachment["scope"],
        "record": attachment["record"], "bytes": attachment["set"]["bytes"], "print": "", "have": "whole",
        "body": "a picture of a few bytes",
    });
    request.to_string().into_bytes()
}
