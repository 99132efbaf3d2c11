//! Titles of the folded parts, the same in every form that has them.

pub(crate) const FILE: &str = "特殊家庭台账";
/// The loss is told behind this fold and nowhere else.
pub(crate) use tiexin_domain::nouns::support_file::CHILD;
