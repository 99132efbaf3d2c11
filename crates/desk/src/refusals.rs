//! Why the province did not apply a change, in the office's words, and what to do.

use tiexin_protocol::{ParkCode, Verdict};

/// A refusal as people read it.
pub(crate) struct Refusal {
    /// `conflict` or `parked`.
    pub(crate) verdict: &'static str,
    pub(crate) code: String,
    /// A few words.
    pub(crate) reason: &'static str,
    pub(crate) message: String,
}

/// Refused only because another change of the same save was.
pub(crate) fn is_companion(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Parked { code: ParkCode::Group, .. })
}

/// To whoever may settle an edit of a record that waits itself.
pub(crate) const AFTER_WHAT_WAITS: &str = "这条登记本身还没有生效，请先处理登记它的那一项。";

/// Of an edit of a record that waits itself: the province knows no region of it, which is no fault of the edit.
pub(crate) fn of_an_edit_of_what_waits(refusal: Refusal, own: bool) -> Refusal {
    let message = if own {
        "这条登记本身还没有生效，这次修改先放着。登记它的那一项处理好以后再处理这一项，您不用重新填写。"
    } else {
        AFTER_WHAT_WAITS
    };
    Refusal { reason: "等登记生效", message: message.to_owned(), ..refusal }
}

/// `own`: told to the author of the change; else to who may settle it.
pub(crate) fn told(verdict: &Verdict, own: bool) -> Refusal {
    match verdict {
        Verdict::Conflict { code, .. } => {
            let (reason, to_author, to_settler) = match code.as_str() {
                "voided" => (
                    "记录已作废",
                    "这条记录已被其他同事作废，您的修改没有生效。请核对后选择保留哪一个。",
                    "有人修改了一条已作废的记录，修改没有生效。请与双方核对后选定。",
                ),
                "edited_meanwhile" => (
                    "作废时有人改过",
                    "您作废这条记录时，其他同事刚改过它。请核对后再决定是否作废。",
                    "有人要作废一条刚被别人改过的记录，作废没有生效。请与双方核对后选定。",
                ),
                _ => (
                    "重要内容不一致",
                    "您和其他同事改了同一项重要内容，先提交的生效。请核对后选择保留哪一个。",
                    "两位同事对同一项重要内容填写不一致，先提交的暂时有效。请核对后选定。",
                ),
            };
            let message = if own { to_author } else { to_settler };
            Refusal { verdict: "conflict", code: code.clone(), reason, message: message.to_owned() }
        }
        Verdict::Parked { code, message } => parked(*code, message, own),
        Verdict::Applied { .. } => {
            Refusal { verdict: "applied", code: String::new(), reason: "", message: String::new() }
        }
    }
}

fn parked(code: ParkCode, rule: &str, own: bool) -> Refusal {
    let (reason, to_author, to_settler) = match code {
        ParkCode::NoRight => (
            "没有权限",
            "省平台上您的账号没有这里的权限，这次修改暂存未生效，等待审核人处理。您不用重新填写。",
            "登记人没有这里的填写权限，内容暂存未生效。属实请采纳，不属实请写明原因退回。",
        ),
        ParkCode::AuthorUnknown => (
            "登记人不明",
            "省平台不认识这位登记人，这次修改暂存未生效。请联系管理员，或等待审核人处理。",
            "登记人没有在那台电脑上接入，内容暂存未生效。核实后请采纳或退回。",
        ),
        ParkCode::KindUnknown => (
            "省平台待升级",
            "省平台的版本还不认识这类记录，这次修改暂存未生效。请联系管理员升级。",
            "省平台的版本还不认识这类记录。请等升级后再采纳。",
        ),
        ParkCode::RuleBroken => ("内容有误", rule, rule),
        ParkCode::RecordUnknown => (
            "等登记回来",
            "省平台从备份恢复过，这条登记还没有回来：登记它的电脑还没有连上。这次修改先放着，不用重新登记；那台电脑连上以后再采纳，合并会自动照办。",
            "省平台从备份恢复过，这条登记还没有回来：登记它的电脑还没有连上。请先不要退回，也不要重新登记；那台电脑连上以后再采纳。",
        ),
        ParkCode::ScopeMismatch => (
            "地区不符",
            "记录的地区不在所属乡镇内，这次修改暂存未生效。请核对地区。",
            "记录的地区不在所属乡镇内。请与登记人核对地区。",
        ),
        ParkCode::Moved => (
            "迁入",
            "这户已迁往别处，这次填写没有在本地生效，已转到迁入地，由那里的审核人处理。",
            "这户已经迁来，这是原登记人迁出前后填写的内容，暂存未生效。属实请采纳，不属实请写明原因退回。",
        ),
        ParkCode::Merged => (
            "已合并",
            "这份登记已与另一份合并，合并后的在别的乡镇；这次填写没有在本地生效，已转到那里，由那里的同事处理。",
            "这份登记已并入本地的一份，这是原登记人合并前后填写的内容，暂存未生效。属实请采纳，不属实请写明原因退回。",
        ),
        ParkCode::Other => (
            "其他原因",
            "省平台没有采纳这次修改，原因要更新本程序才能看到。内容暂存未生效，请联系管理员。",
            "省平台没有采纳这次修改，原因要更新本程序才能看到。",
        ),
        ParkCode::Group => (
            "随同暂存",
            "同一次保存的其他内容没有通过，这一条一起暂存。请先处理那一条。",
            "同一次保存的其他内容没有通过，这一条一起暂存。",
        ),
    };
    let message = if own { to_author } else { to_settler };
    let code = serde_json::to_value(code).ok().and_then(|v| v.as_str().map(str::to_owned));
    Refusal { verdict: "parked", code: code.unwrap_or_default(), reason, message: message.to_owned() }
}
