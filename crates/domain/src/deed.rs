//! What is done at a desk, as its audit enters it, and what the office calls it.

/// Codes of the audit and their words, in the order in which one looks for them. Several codes share a word where it
/// is one thing to the office.
pub const DEEDS: [(&str, &str); 53] = [
    ("create", "登记"),
    ("change", "修改"),
    ("void", "作废"),
    ("restore", "恢复"),
    ("move", "迁移"),
    ("ask", "提议迁移"),
    ("merge", "合并重复登记"),
    ("unmerge", "撤销合并"),
    ("settled", "处理未生效的修改"),
    ("refusal_settled", "处理未生效的修改"),
    ("import", "导入"),
    ("import_undone", "撤销导入"),
    ("undo", "撤销导入"),
    ("import_redone", "恢复导入"),
    ("redo", "恢复导入"),
    ("bulk", "批量修改"),
    ("bulk_undone", "撤销批量修改"),
    ("bulk_undo", "撤销批量修改"),
    ("bulk_redone", "恢复批量修改"),
    ("bulk_redo", "恢复批量修改"),
    ("elect", "换届"),
    ("elect_undone", "撤销换届"),
    ("elect_undo", "撤销换届"),
    ("elect_redone", "恢复换届"),
    ("elect_redo", "恢复换届"),
    ("unmask", "查看完整号码"),
    ("number_search", "按号码查找"),
    ("export", "导出"),
    ("export_report", "导出报表"),
    ("export_attachment", "导出附件"),
    ("package_out", "用U盘带走"),
    ("package_in", "从U盘带回"),
    ("package_carried", "代送同步包"),
    ("backup", "备份"),
    ("restored", "从备份恢复"),
    ("verify", "核验"),
    ("sign_in", "登录"),
    ("sign_in_failed", "登录失败"),
    ("sign_out", "退出"),
    ("lock", "锁定"),
    ("idle_lock", "离开自动锁定"),
    ("book_made", "建立数据"),
    ("user_added", "增加用户"),
    ("user_removed", "移除用户"),
    ("password_changed", "修改密码"),
    ("rescued", "用救援文件重设密码"),
    ("machine_bound", "台账绑定本机"),
    ("machine_released", "解除台账与本机的绑定"),
    ("enrolled", "接入省平台"),
    ("device_revoked", "停用电脑"),
    ("update_taken", "收下更新包"),
    ("update_applied", "安装更新"),
    ("update_left", "退回旧版本"),
];

/// The word for a deed; nobody in an office reads codes.
pub fn word(code: &str) -> &'static str {
    DEEDS.iter().find(|(known, _)| *known == code).map_or("新版程序的操作", |(_, word)| word)
}

/// The codes of the deeds that are called so; a code stands for itself. Empty: nothing is.
pub fn called(word: &str) -> Vec<&'static str> {
    DEEDS.iter().filter(|(code, told)| word == *code || word == *told).map(|(code, _)| *code).collect()
}

/// All words, each once.
pub fn words() -> Vec<&'static str> {
    let mut words: Vec<&str> = DEEDS.iter().map(|(_, word)| *word).collect();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_deed_has_one_code_and_no_code_is_a_word() {
        for (at, (code, told)) in DEEDS.iter().enumerate() {
            assert!(DEEDS[at + 1..].iter().all(|(other, _)| other != code), "{code}");
            assert!(DEEDS.iter().all(|(_, word)| word != code), "{code}");
            assert_eq!(word(code), *told);
        }
        assert_eq!(word("of_the_future"), "新版程序的操作");
    }

    #[test]
    fn a_deed_is_found_by_its_word_and_by_its_code() {
        assert_eq!((called("unmask"), called("飞")), (vec!["unmask"], vec![]));
        assert_eq!(called("处理未生效的修改"), ["settled", "refusal_settled"]);
        let words = words();
        assert!(words.iter().all(|word| words.iter().filter(|other| other == &word).count() == 1));
    }
}
