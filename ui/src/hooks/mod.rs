//! What every page leans on: commands, queries, the session, the picked region, drafts, keys.

mod asked;
mod command;
mod draft;
mod held;
mod hotkey;
mod job;
mod kept;
mod line;
mod link;
mod preferences;
mod query;
mod region;
mod session;
mod sync;
mod toast;
mod told;
mod unkept;

pub(crate) use asked::{Asked, use_asked};
pub(crate) use command::{Busy, use_command};
pub(crate) use draft::{Draft, use_draft};
pub(crate) use held::{Held, use_held};
pub(crate) use hotkey::{composing, use_composed, use_hotkey, use_hotkey_over_all};
pub(crate) use job::{stop_job, use_progress};
pub(crate) use kept::{address, came_back, forget_kept, hear_the_way_back, keep, left, use_kept};
pub(crate) use link::use_link;
pub(crate) use preferences::{PreferencesKeeper, remembered_size, show_size, use_preferences};
pub(crate) use query::{Query, use_query, use_query_when};
pub(crate) use region::{RegionKeeper, use_region};
pub(crate) use session::{Session, use_day_turned, use_session};
pub(crate) use sync::{SyncKeeper, use_newest_sync, use_sync_state};
pub(crate) use toast::{Note, Said, Toasts, Tone, on_note, page_turned, somebody_left, use_toast};
pub(crate) use told::{Telling, use_told};
pub(crate) use unkept::{unkept, use_unkept};
