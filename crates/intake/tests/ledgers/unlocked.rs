//! Workbooks that a spreadsheet program encrypted without anybody setting a password.
//!
//! The fixtures were encrypted by other libraries (msoffcrypto-tool 6.1, officecrypto-tool 0.0.19; the
//! records of the xls by a script after \[MS-XLS\]) and opened by msoffcrypto-tool and xlrd.

use proptest::prelude::*;
use tiexin_intake::{Cell, Limits, RefusalCode, read};

use crate::book::{fixture, open};

#[test]
fn the_default_password_of_spreadsheet_programs_is_no_password() {
    for (name, rows) in [
        ("agile.xlsx", 3),
        ("standard.xlsx", 3),
        ("rc4.xls", 60),
        ("rc4-cryptoapi-40.xls", 60),
        ("rc4-cryptoapi-128.xls", 60),
    ] {
        let workbook = open(&fixture(&format!("unlocked/{name}")), name);
        let sheet = &workbook.sheets[0];
        assert_eq!((sheet.name.as_deref(), sheet.rows.len()), (Some("活动"), rows), "{name}");
        assert_eq!(sheet.rows[1].cell(3), &Cell::Text("35人".into()), "{name}");
        if let Some(last) = sheet.row(60) {
            assert_eq!(
                (last.cell(0).shown(), last.cell(3).shown()),
                ("义诊59".into(), "59".into()),
                "{name}"
            );
        }
    }
}

#[test]
fn any_other_password_is_the_owners() {
    let bytes = fixture("unlocked/with-a-password.xlsx");
    let refused = read(&bytes, "台账.xlsx", &Limits::default()).expect_err("refused");
    assert_eq!(refused.code, RefusalCode::FileEncrypted);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_damage_takes_the_desk_down(at in 0usize..9_000, with in any::<[u8; 4]>(), which in 1usize..5) {
        let name = ["agile.xlsx", "standard.xlsx", "rc4.xls", "rc4-cryptoapi-40.xls", "rc4-cryptoapi-128.xls"][which];
        let mut bytes = fixture(&format!("unlocked/{name}"));
        let at = at % (bytes.len() - 4);
        bytes[at..at + 4].copy_from_slice(&with);
        let _ = read(&bytes, name, &Limits::default());
    }
}
