//! Titles of the folded parts, the same in every form that has them.

pub(crate) const FILE: &str = "特殊家庭台账";
/// The loss is told behind this fold and nowhere else.
pub(crate) const CHILD: &str = "孩子的情况";
