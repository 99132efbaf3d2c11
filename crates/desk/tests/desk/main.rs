//! A desk as a shell sees it: commands in, replies and events out. One binary, one file a theme.

mod attachments;
mod audits;
mod backups;
mod clocks;
mod decisions;
mod dignity;
mod drafts;
mod duplicates;
mod families;
mod forms;
mod host;
mod imports;
mod joining;
mod meanwhile;
mod met;
mod moving;
mod office;
mod read_again;
mod records;
mod reports;
mod rights;
mod seen;
mod sessions;
mod today;
mod unknown_fields;
mod waiting;
