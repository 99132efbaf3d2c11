//! Heads recognised by what they mean.

use serde::Serialize;

use crate::kind::SheetKind;

/// A field a column can be mapped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FieldInfo {
    pub code: &'static str,
    pub label: &'static str,
}

/// The fields of a kind of sheet, for mapping by hand.
pub fn fields_of(kind: SheetKind) -> Vec<FieldInfo> {
    let _ = kind;
    Vec::new()
}

/// A head as it is compared.
pub(crate) fn plain(head: &str) -> String {
    head.to_owned()
}
