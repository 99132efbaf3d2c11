//! The bodies of all commands, one file an area.

mod attachment;
mod backup;
mod book;
mod contacts;
mod devices;
mod drafts;
mod duplicates;
mod duplicates_compare;
mod edit;
mod family;
mod family_move;
mod family_save;
mod folders;
mod import;
mod import_batches;
mod import_changes;
mod import_shown;
mod import_write;
mod lists;
mod merge;
mod package;
mod package_files;
pub(crate) mod person_of;
mod put_back;
mod quarantine;
mod records;
mod regions;
mod report;
mod save;
mod session;
mod settle;
mod setup;
mod sync;
mod today;
mod today_month;
mod today_soon;
mod visit;
mod waiting;
mod waiting_shown;

pub(crate) use waiting::{Viewer, counted};

use crate::registry::Registry;

pub(crate) fn register(registry: &mut Registry) {
    session::register(registry);
    setup::register(registry);
    regions::register(registry);
    lists::register(registry);
    records::register(registry);
    drafts::register(registry);
    save::register(registry);
    edit::register(registry);
    family::register(registry);
    visit::register(registry);
    today::register(registry);
    import::register(registry);
    import_write::register(registry);
    import_batches::register(registry);
    report::register(registry);
    sync::register(registry);
    package::register(registry);
    quarantine::register(registry);
    duplicates::register(registry);
    merge::register(registry);
    settle::register(registry);
    put_back::register(registry);
    book::register(registry);
    backup::register(registry);
    folders::register(registry);
    attachment::register(registry);
    devices::register(registry);
}
