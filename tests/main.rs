//! User stories, told through the real programs. One file per story, one binary for all.

/// A story told twice: with a province on PostgreSQL, where there is one, and on SQLite.
macro_rules! on_both_stores {
    ($story:ident) => {
        #[tokio::test(flavor = "multi_thread")]
        async fn on_postgres() {
            if let Some(keep) = Keep::postgres() {
                $story(keep).await;
            }
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn on_sqlite() {
            $story(Keep::sqlite()).await;
        }
    };
}

mod accessible;
mod accompanied;
mod answered;
mod association;
mod at_the_screen;
mod attachments;
mod audited;
mod backed_up;
mod carried;
mod cleaned_up;
mod county_week;
mod covered;
mod deidentified;
mod devices;
mod duplicates;
mod elected;
mod encrypted_line;
mod first_day;
mod forms;
mod hunted;
mod morning;
mod moved;
mod quarantine;
mod read_again;
mod rights;
mod seat;
mod supervised;
mod two_systems;
mod two_townships;
mod window_opens;
