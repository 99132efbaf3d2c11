//! What people write where there is nothing to write: in a form and in a ledger alike it is no value.

/// Words and signs that say nothing stands here.
pub fn says_nothing(text: &str) -> bool {
    let text = text.trim();
    text.is_empty()
        || matches!(
            text,
            "无" | "没有"
                | "暂无"
                | "不详"
                | "未知"
                | "不清楚"
                | "空"
                | "/"
                | "\\"
                | "-"
                | "--"
                | "—"
                | "——"
                | "／"
                | "－"
        )
}
