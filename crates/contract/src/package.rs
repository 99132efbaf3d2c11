//! Packages for a USB stick: taken out, brought back, carried for others.

use serde::{Deserialize, Serialize};

use crate::commands;
use crate::files::{FileGiven, FileMade};

/// Everything that waits, as files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PackageOut {
    /// The folder for the files; absent on the loopback host, which hands them over.
    #[serde(default)]
    pub to: Option<String>,
    /// Most MiB of a file.
    #[serde(default)]
    pub part_mib: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackageMade {
    /// Counts the packages of this desk.
    pub number: u64,
    /// Changes in it.
    pub changes: u64,
    /// Changes that found no room: they go with the next one.
    pub left: u64,
    /// Pictures and files of attachments that go along, and those that found no room.
    #[serde(default)]
    pub attachments: u64,
    #[serde(default)]
    pub attachments_left: u64,
    pub files: Vec<FileMade>,
}

/// Takes in the province's replies: files, or folders that hold some.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PackageIn {
    pub files: Vec<FileGiven>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackageTaken {
    pub replies: Vec<ReplyTaken>,
    /// Chinese: what is still to be done, and what could not be taken in.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplyTaken {
    /// The package that it answers.
    pub number: u64,
    /// Changes of this desk that the province has told a verdict on.
    pub settled: u64,
    /// Entries and records of others that are new here.
    pub news: u64,
    /// Pictures and files of attachments that have arrived.
    #[serde(default)]
    pub attachments: u64,
}

/// Brings packages of other desks to the province over this desk's line, and fetches the replies.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PackageCarry {
    pub files: Vec<FileGiven>,
    /// The folder for the replies; absent on the loopback host.
    #[serde(default)]
    pub to: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackageCarried {
    pub packages: Vec<CarriedOne>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CarriedOne {
    /// Short number of the machine that made it, as in the files' names.
    pub desk: String,
    pub number: u64,
    /// Parts that the province lacks still.
    pub missing: Vec<u32>,
    /// Chinese: why the province did not take it.
    pub refused: Option<String>,
    /// Files of the reply.
    pub files: Vec<FileMade>,
}

commands! {
    PackageOut => "package.out" -> PackageMade;
    PackageIn => "package.in" -> PackageTaken;
    PackageCarry => "package.carry" -> PackageCarried;
}
