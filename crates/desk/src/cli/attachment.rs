//! Photos and scans.

use serde_json::json;
use tiexin_contract::attachment::{
    AddAttachment, AttachmentRow, AttachmentState, ExportAttachment, ListAttachments,
};
use tiexin_domain::nouns::attachment::AttachmentKind;

use super::args::{Attach, Attachments, ExportAttachment as Export};
use super::at::Door;
use super::exit::{Exit, Failure, Outcome};

/// Frozen shape, as all below: `docs/command-line.md`.
pub(super) async fn attach(door: Door, args: Attach) -> Outcome {
    let what = args.what.as_deref().map(what).transpose()?;
    let files = args.files.iter().map(|file| super::paths::given(file)).collect::<Outcome<Vec<_>>>()?;
    let seat = door.sign_in().await?;
    let mut added = Vec::new();
    for file in files {
        let asked = AddAttachment {
            owner: args.id,
            file,
            what: what.clone(),
            taken_at: args.taken.clone(),
            note: args.note.clone(),
        };
        added.push(seat.desk.run(asked).await?);
    }
    seat.out.tell(&json!({ "attachments": added }), || added.iter().map(line).collect())
}

pub(super) async fn attachments(door: Door, args: Attachments) -> Outcome {
    let seat = door.sign_in().await?;
    let rows = seat.desk.run(ListAttachments { owner: args.id }).await?;
    seat.out.tell(&json!({ "attachments": rows }), || {
        if rows.is_empty() { vec!["没有附件。".into()] } else { rows.iter().map(line).collect() }
    })
}

pub(super) async fn export(door: Door, args: Export) -> Outcome {
    let path = super::paths::to_write(&args.to, args.force)?;
    let seat = door.sign_in().await?;
    let made = seat.desk.run(ExportAttachment { id: args.id, path: Some(path) }).await?;
    seat.out.tell(&json!({ "name": made.name, "path": made.path }), || {
        vec![format!("已导出到 {}", made.path.as_deref().unwrap_or(&made.name))]
    })
}

fn what(word: &str) -> Outcome<String> {
    let known = AttachmentKind::from_code(word);
    if known.is_known() {
        return Ok(word.to_owned());
    }
    if let Some(kind) = AttachmentKind::from_label(word) {
        return Ok(kind.code().to_owned());
    }
    let all: Vec<&str> = AttachmentKind::ALL.iter().map(AttachmentKind::label).collect();
    Err(Failure::new(Exit::Usage, format!("没有这种附件：{word}。可以是：{}", all.join("、"))))
}

fn line(row: &AttachmentRow) -> String {
    let state = match row.state {
        AttachmentState::Local => "在本机",
        AttachmentState::ToGoUp => "待上传",
        AttachmentState::Safe => "已上传",
        AttachmentState::ToComeDown | AttachmentState::Coming => "待下载",
        AttachmentState::Faulty => "需处理",
    };
    let size = row.bytes.div_ceil(1024);
    let day = row.taken_at.as_deref().unwrap_or("-");
    format!("{}\t{}\t{day}\t{size} KB\t{state}", row.id, row.what_label)
}
