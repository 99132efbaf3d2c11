//! Report forms that an administrator puts into a folder.

pub(crate) fn form(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(form) = tiexin_report::read_form("F9.json", text) {
        assert!(!form.columns.is_empty() && form.head_rows > 0);
        for head in &form.heads {
            assert!(head.row < form.head_rows);
        }
    }
    let _ = tiexin_report::read_measures("measures.json", text);
}
