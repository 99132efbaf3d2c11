//! A family's move that somebody proposed who may not decide on it, in words.

use super::waiting_shown::{Words, named_with_township, titled};
use crate::waiting::Group;
use crate::waiting::moves::void_of;

impl Words<'_> {
    /// A move that somebody proposes who may not decide on it.
    pub(super) fn of_move(&self, group: &Group, mine: bool) -> Option<String> {
        let (from, to) = group.asked_move()?;
        let cause = group.cause();
        let family = titled(cause, &self.lost);
        let from = from.map(|from| format!("从{}", named_with_township(&from))).unwrap_or_default();
        let to = named_with_township(&to);
        let since = group
            .moved_since()
            .map(|said| format!("提议时这户在{}，后来已有变动，请核对。", named_with_township(&said)));
        let void =
            void_of(cause).map(|why| format!("这户后来已作废（原因：{}）。", self.written(cause, why)));
        let since = void.clone().or(since).unwrap_or_default();
        Some(match (mine, void) {
            (true, None) => format!(
                "您提议把{family}{from}迁往{to}，等同时负责两地的审核人决定。决定以前这户仍在原处，由您照看。{since}"
            ),
            (true, Some(_)) => format!(
                "您提议把{family}{from}迁往{to}。{since}审核人不能再采纳；不迁了请撤回，要迁的请先恢复这户，撤回以后重新提议。"
            ),
            (false, None) => format!(
                "登记人提议把{family}{from}迁往{to}，家里现有的人员、档案和联系人一起迁走。{since}同意请采纳，不同意请写明原因退回。"
            ),
            (false, Some(_)) => format!("登记人提议把{family}{from}迁往{to}。{since}"),
        })
    }
}
