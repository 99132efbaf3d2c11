//! 冲正: money or goods that were given are taken back by another entry.

use serde_json::json;
use tiexin_contract::aid::ReverseAid;

use super::args::Reverse;
use super::at::Door;
use super::exit::{Exit, Failure, Outcome};

/// Frozen shape: `docs/command-line.md`.
pub(super) async fn reverse(door: Door, args: Reverse) -> Outcome {
    let Reverse { id, reason } = args;
    if reason.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "请写明冲正的原因。"));
    }
    let seat = door.sign_in().await?;
    let back = seat.desk.run(ReverseAid { id, reason }).await?;
    seat.out.tell(&json!({"id": back.id, "reverses": id, "title": back.row.title}), || {
        vec![format!("已冲正：另记了一笔金额相反的（{}），两笔都留着。正确的请重新登记。", back.id)]
    })
}
