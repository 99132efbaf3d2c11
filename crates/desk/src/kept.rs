//! Where the book lies, when it may come to harm there. Told, not refused: an office may have no other place today.

use std::path::Path;

use tiexin_contract::session::{KeptNotice, KeptWhere};
use tiexin_files::{Site, site};

const MOVE: &str = "台账照常可用；请尽快用“备份”存到U盘，再在本机磁盘的普通文件夹里“从备份恢复”。几台电脑之间汇总，请用省平台或U盘同步包。";

/// What is to be said of this folder.
pub(crate) fn notice(folder: &Path) -> Option<KeptNotice> {
    site(folder).map(told)
}

fn told(site: Site) -> KeptNotice {
    match site {
        Site::Synced(program) => KeptNotice {
            code: KeptWhere::Synced,
            message: format!(
                "台账放在{program}的同步文件夹里：{program}会在台账写到一半时上传或换掉文件，台账可能因此损坏；两台电脑各写各的，会互相盖掉。{MOVE}"
            ),
        },
        Site::Network => KeptNotice {
            code: KeptWhere::Network,
            message: format!(
                "台账放在网络上的文件夹里（共享文件夹、网络驱动器）：网络断开，或两台电脑同时打开，台账可能因此损坏。{MOVE}"
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_and_the_way_out_are_told() {
        for (site, code, word) in [
            (Site::Synced("坚果云"), KeptWhere::Synced, "坚果云"),
            (Site::Network, KeptWhere::Network, "网络"),
        ] {
            let notice = told(site);
            assert_eq!(notice.code, code);
            assert!(notice.message.contains(word) && notice.message.contains("损坏"), "{notice:?}");
            assert!(notice.message.contains("从备份恢复"), "{notice:?}");
        }
        assert_eq!(notice(&std::env::temp_dir()), None);
    }
}
