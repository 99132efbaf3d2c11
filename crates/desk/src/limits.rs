//! How many there may be, or must be, at this desk. The limits are data: `assets/limits.json`, and before them the rows of
//! `limits.json` in the book's folder for an office that has its own. So are the programmes (`programmes.json`).

use std::path::Path;

use tiexin_domain::limits::Limits;

use crate::files;

/// The office's own where there are any that can be read, else the program's alone.
pub(crate) fn of(folder: &Path) -> Limits {
    let limits = files::own_rules(folder, "limits.json").map(Limits::with_own).unwrap_or_default();
    limits.and_programmes(files::own_rules(folder, "programmes.json").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_domain::limits::Limit;

    #[test]
    fn an_office_has_its_own_limits_and_a_damaged_file_leaves_the_program_s() {
        let folder = tempfile::tempdir().unwrap();
        let pairs = |said: &str| {
            std::fs::write(folder.path().join("limits.json"), said).unwrap();
            let on = chrono::NaiveDate::from_ymd_opt(2026, 10, 5).unwrap();
            of(folder.path()).value(Limit::CounsellorPairs, &"340323100001".parse().unwrap(), on)
        };
        let row = r#"{"code": "counsellor_pairs", "value": 2, "from": "2026-01-01"}"#;
        assert_eq!(pairs(&format!("[{row}]")), Some(2));
        // Whole or not at all: half a file would be another's.
        for damaged in ["[", &format!("[{row}, {{}}]"), &format!("[{}]", row.replace("value", "most"))] {
            assert_eq!(pairs(damaged), Some(5), "{damaged}");
        }
    }
}
