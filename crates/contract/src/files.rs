//! Files that come to the desk, and those that it makes.

use serde::{Deserialize, Serialize};

/// Where a file comes from: a path (window, terminal) or its bytes (loopback host).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileGiven {
    pub name: String,
    #[serde(default)]
    pub path: Option<String>,
    #[serde(default)]
    pub base64: Option<String>,
}

/// A file the desk made: written to `path`, or handed over in `base64` (loopback host).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileMade {
    pub name: String,
    #[serde(default)]
    pub path: Option<String>,
    #[serde(default)]
    pub base64: Option<String>,
}
