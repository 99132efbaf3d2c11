//! Copies of the whole book: making one, looking at one, putting one in place; and the folders of this machine, so
//! that a page in a browser can choose one as a window does.

use serde::{Deserialize, Serialize};

use crate::commands;
use crate::session::SessionState;

/// An encrypted copy of the book, its attachments and its keyring, in a new folder that the user chose.
/// Reports progress and can be cancelled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Backup {
    /// Absolute. The folder that is to be made; with `inside` the folder in which it is made.
    pub path: String,
    /// The desk names the new folder, by today's date.
    #[serde(default)]
    pub inside: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupMade {
    pub name: String,
    pub path: String,
    /// Attachments in the copy.
    #[serde(default)]
    pub attachments: u64,
    /// Attachments that are missing or damaged on this desk, so in the copy too.
    #[serde(default)]
    pub missing: u64,
}

/// When this book was last copied.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetLastBackup {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastBackup {
    /// Milliseconds since 1970 UTC, by the clock of this desk; none: never, as far as the book knows.
    pub at: Option<i64>,
    /// Who made it.
    pub by: Option<String>,
}

/// What the backup in a folder is. Needs nobody signed in and no password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LookAtBackup {
    pub path: String,
}

/// What an older program did not write down is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupShown {
    pub path: String,
    /// Milliseconds since 1970 UTC, by the clock of the desk that made it.
    pub made_at: Option<i64>,
    /// Who can sign in once it is put in place.
    pub users: Vec<crate::session::LocalUserName>,
    /// Records that are not void.
    pub records: Option<u64>,
    pub attachments: u64,
    /// Attachments that it lacks, or that are damaged in it.
    pub missing: u64,
    pub bytes: u64,
    /// A book lies on this desk already: it would be kept aside.
    pub replaces: bool,
}

/// Puts a backup in the place of this desk's book, which is kept aside. Whoever is signed in is signed out. Allowed
/// signed out, too: it needs a password that opens the backup. Reports progress and can be cancelled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RestoreBackup {
    pub path: String,
    /// A user of the backup, with the password of that time.
    pub name: String,
    pub password: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BackupRestored {
    pub state: SessionState,
    pub attachments: u64,
    pub missing: u64,
    /// Where the book lies now that was there before: the path of its database.
    pub aside: Option<String>,
}

/// The folders of this machine, to choose one, or a file in one. Without a path: its disks, sticks and the user's own
/// folders.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListFolders {
    #[serde(default)]
    pub path: Option<String>,
    /// Files whose names end so are listed too, after the folders: `txu`. A path of such a file is listed alone.
    #[serde(default)]
    pub ending: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folders {
    /// The folder they lie in; none: these are the disks.
    pub path: Option<String>,
    /// The folder above it; none: the disks are above it.
    pub up: Option<String>,
    /// Whether the folder itself is a backup.
    pub backup: bool,
    pub folders: Vec<FolderShown>,
    /// Folders that were left out of a very long list.
    pub more: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderShown {
    /// As people call it: `桌面`, `D 盘`, the name of a folder.
    pub name: String,
    pub path: String,
    pub what: FolderKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FolderKind {
    /// The user's own folder, the desktop, the documents.
    Own,
    /// A disk or a share.
    Disk,
    /// What can be pulled out: a stick, a card, an outer disk.
    Stick,
    Folder,
    /// A folder that is a backup.
    Backup,
    /// A file with the ending that was asked for.
    File,
}

commands! {
    Backup => "book.backup" -> BackupMade;
    GetLastBackup => "book.last_backup" -> LastBackup;
    LookAtBackup => "backup.look" -> BackupShown;
    RestoreBackup => "backup.restore" -> BackupRestored;
    ListFolders => "folder.list" -> Folders;
}
