//! What a person at this desk should know of it, in words.

/// A code of [`tiexin_sync::notices`] in words.
pub(crate) fn words(code: &str) -> String {
    if let Some(many) = code.strip_prefix("gone_after_restore ") {
        return format!(
            "省平台从备份恢复过：本机看过的 {many} 条登记，省平台现在没有。登记它们的电脑同步以后会补上；过几天还缺的，请向登记人核实、重新登记。"
        );
    }
    let words = match code {
        "device_copied" => {
            "有另一台电脑在用从这里复制的同一份数据。内容都会照常汇总，但请联系管理员：一台照旧用；另一台先同步，退出贴心，把台账文件夹改名留着，再打开贴心，用新的接入码接入。不要停用：两台是同一个编号，一停用，两台的数据都会销毁。"
        }
        "retires_after_backup" => {
            "省平台已安排这台电脑退役。内容已经交清，等省平台的下一次备份把它们存好，就销毁本机的数据；在那以前请每天联一次网。"
        }
        _ => "省平台有一条提醒，请更新程序后查看，或联系管理员。",
    };
    words.into()
}
