//! The folders of this machine, for pages that have no window to ask.

use std::path::Path;

use tiexin_contract::ErrorReply;
use tiexin_contract::backup::{Folders, ListFolders};

use crate::desk::Desk;
use crate::folders;
use crate::registry::Registry;

pub(super) fn register(registry: &mut Registry) {
    // Open: a new machine begins with a backup. Names of folders only, and of files with the ending that is asked for;
    // to nobody but this machine's own page.
    registry.open(list);
}

fn list(_: &Desk, args: ListFolders) -> Result<Folders, ErrorReply> {
    let Some(path) = args.path.as_deref() else {
        return Ok(Folders { path: None, up: None, backup: false, folders: folders::roots(), more: 0 });
    };
    let ending = args.ending.as_deref();
    let text = |path: &Path| path.to_str().map(str::to_owned);
    if let Some(file) = ending.and_then(|ending| folders::file(path, ending)) {
        let up = Path::new(&file.path).parent().and_then(text);
        return Ok(Folders {
            path: Some(file.path.clone()),
            up,
            backup: false,
            folders: vec![file],
            more: 0,
        });
    }
    let folder = folders::there(path)?;
    let (inside, more) = folders::inside(&folder, ending)?;
    Ok(Folders {
        path: text(&folder),
        up: folder.parent().and_then(text),
        backup: tiexin_store::look_at_backup(&folder).is_ok(),
        folders: inside,
        more,
    })
}
