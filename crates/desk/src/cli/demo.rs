//! The demo county from the terminal.

use std::path::Path;

use serde::Deserialize;
use serde_json::json;
use tiexin_terminal::say;

use super::args::{Demo, Shared};
use super::exit::{Exit, Failure, Outcome};
use super::out::Out;
use crate::demo::{DemoCode, DemoProvince, Scale, Wish, set_up};

pub(super) async fn demo(shared: &Shared, args: Demo) -> Outcome {
    let province = match (args.server, args.codes) {
        (Some(server), Some(codes)) => Some(DemoProvince { server, codes: codes_of(&codes)? }),
        _ => None,
    };
    let wish = Wish {
        data_dir: shared.data.clone().ok_or_else(|| {
            // Never where the user's own book lies, or will lie.
            Failure::new(Exit::Usage, "请用 --data 指明演示县放在哪个文件夹。")
        })?,
        seed: args.seed,
        scale: if args.small { Scale::SMALL } else { Scale::FULL },
        province,
    };
    let made = set_up(wish, |step| say!("{step}")).await?;
    let value = json!({
        "records": made.records,
        "accounts": made.accounts,
        "waiting": made.sync.as_ref().map(|s| s.waiting),
    });
    Out { json: shared.json }.tell(&value, || {
        let mut lines = vec![format!("演示县已建好，共 {} 条记录。账号：", made.records)];
        lines.extend(made.accounts.iter().map(|a| format!("  {}\t{}\t{}", a.name, a.password, a.label)));
        lines
    })
}

/// The list itself, or the file that holds it.
fn codes_of(text: &str) -> Outcome<Vec<DemoCode>> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Shape {
        List(Vec<DemoCode>),
        Users { users: Vec<DemoCode> },
    }
    let read = if text.trim_start().starts_with(['[', '{']) {
        text.to_owned()
    } else {
        std::fs::read_to_string(Path::new(text))
            .map_err(|_| Failure::new(Exit::NotFound, format!("没有这个文件：{text}")))?
    };
    match serde_json::from_str(&read) {
        Ok(Shape::List(codes) | Shape::Users { users: codes }) => Ok(codes),
        Err(_) => Err(Failure::new(Exit::Usage, "接入码应是 tiexin-server demo --json 的输出。")),
    }
}
