//! How desk and province stand, in people's words. Never 已同步 on a guess.

use crate::text;
use chrono::NaiveDate;
use tiexin_contract::sync::SyncState;

/// Sign, class and words of the indicator.
pub(crate) fn in_words(state: &SyncState, today: NaiveDate) -> (&'static str, &'static str, String) {
    if !state.enrolled {
        return ("●", "tx-local", "单机使用，未接入省平台".to_owned());
    }
    let last = state.last_full_round.map(|at| text::moment(at, today));
    let checked = match &last {
        _ if state.reading_anew.is_some() => {
            let records = text::count(state.reading_anew.unwrap_or_default());
            format!("还没有和省平台核对（刚从备份恢复），本机有 {records} 条记录")
        }
        Some(last) => format!("上次与省平台核对完毕：{last}"),
        None => "还没有与省平台核对完毕过".to_owned(),
    };
    let troubles = state.needs_person();
    if troubles > 0 {
        return ("!", "tx-attention", format!("有 {troubles} 条需处理，{checked}"));
    }
    if let Some(lease) = state.lease.filter(|lease| lease.soon) {
        let words = format!("不联网还能用 {} 天，请尽快联系省平台，{checked}", lease.days_left);
        return ("!", "tx-attention", words);
    }
    if !state.notices.is_empty() {
        return ("!", "tx-attention", format!("有一件事请看“同步”页，{checked}"));
    }
    if let Some((done, total)) = state.loading {
        let (done, total) = (text::count(done), text::count(total));
        return ("↑", "tx-waits", format!("正在取回台账：{done} / {total} 条"));
    }
    if state.running {
        let waiting = if state.waiting > 0 {
            format!("，还有 {} 条待上传", state.waiting)
        } else {
            String::new()
        };
        return ("↑", "tx-waits", format!("正在与省平台核对{waiting}"));
    }
    let away = if state.trouble.is_some() { "暂时连不上省平台，" } else { "" };
    if state.waiting > 0 {
        let held = match state.held_back {
            0 => String::new(),
            held if !state.awaited.is_empty() => format!("（{held} 条要等同事接入）"),
            held => format!("（{held} 条要等省平台升级）"),
        };
        return ("↑", "tx-waits", format!("{away}本机有 {} 条待上传{held}，{checked}", state.waiting));
    }
    if state.attachments_up > 0 {
        let words = format!("{away}本机有 {} 个附件待上传，{checked}", state.attachments_up);
        return ("↑", "tx-waits", words);
    }
    if state.trouble.is_some() {
        return ("●", "tx-local", format!("{away}{checked}"));
    }
    if state.complete {
        return ("✓", "tx-synced", checked);
    }
    ("●", "tx-local", format!("已保存在本机，{checked}"))
}
