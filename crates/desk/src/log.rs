//! What may stand in a log of this desk, whatever level is asked for.

use tracing::{Level, Metadata};

/// Libraries tell at their lower levels what goes over the line and what a statement holds. Only this program's own
/// lines are told in full; they never hold a word of what people wrote.
pub(crate) fn may_be_told(line: &Metadata<'_>) -> bool {
    let most = if line.target().starts_with("tiexin") { Level::TRACE } else { Level::INFO };
    *line.level() <= most
}
