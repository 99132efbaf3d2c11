//! What only Windows can be asked.

use std::os::windows::ffi::OsStrExt;
use std::path::Path;
use std::ptr::null;

use windows_sys::Win32::Foundation::{ERROR_MORE_DATA, ERROR_SUCCESS};
use windows_sys::Win32::Storage::FileSystem::GetDriveTypeW;
use windows_sys::Win32::System::RestartManager::{
    CCH_RM_SESSION_KEY, RM_PROCESS_INFO, RmEndSession, RmGetList, RmRegisterResources, RmStartSession,
};

/// `DRIVE_REMOTE`
const REMOTE: u32 = 4;
/// More programs than have one file open.
const MOST: u32 = 64;

/// Whether a drive letter stands for a folder of another machine.
pub(crate) fn is_remote(letter: u8) -> bool {
    let root = [u16::from(letter), u16::from(b':'), u16::from(b'\\'), 0];
    // SAFETY: `root` ends with a zero and is only read.
    unsafe { GetDriveTypeW(root.as_ptr()) == REMOTE }
}

struct Session(u32);

impl Session {
    fn start() -> Option<Session> {
        let (mut session, mut key) = (0, [0; CCH_RM_SESSION_KEY as usize + 1]);
        // SAFETY: `key` has the room that the function asks for.
        let started = unsafe { RmStartSession(&mut session, 0, key.as_mut_ptr()) };
        (started == ERROR_SUCCESS).then_some(Session(session))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: the session was started and is not used again.
        unsafe { RmEndSession(self.0) };
    }
}

/// The programs, other than this one, that have the file open, as the Restart Manager calls them. Empty where it is
/// not there or does not answer (Wine).
pub(crate) fn programs(path: &Path) -> Vec<String> {
    let Ok(path) = std::path::absolute(path) else { return Vec::new() };
    let path: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    let Some(session) = Session::start() else { return Vec::new() };
    let files = [path.as_ptr()];
    // SAFETY: one file's name that ends with a zero and lives until the call is over; no programs, no services.
    let known = unsafe { RmRegisterResources(session.0, 1, files.as_ptr(), 0, null(), 0, null()) };
    if known != ERROR_SUCCESS {
        return Vec::new();
    }
    let (mut needed, mut given, mut reasons) = (0, MOST, 0);
    // SAFETY: numbers and arrays of numbers: all zero is one of their values.
    let mut found = vec![unsafe { std::mem::zeroed::<RM_PROCESS_INFO>() }; MOST as usize];
    // SAFETY: `found` has room for `given` entries.
    let listed = unsafe { RmGetList(session.0, &mut needed, &mut given, found.as_mut_ptr(), &mut reasons) };
    if listed != ERROR_SUCCESS && listed != ERROR_MORE_DATA {
        return Vec::new();
    }
    let own = std::process::id();
    let others = found.iter().take(given.min(MOST) as usize).filter(|one| one.Process.dwProcessId != own);
    others.map(|one| text(&one.strAppName)).filter(|name| !name.is_empty()).collect()
}

fn text(units: &[u16]) -> String {
    let end = units.iter().position(|unit| *unit == 0).unwrap_or(units.len());
    String::from_utf16_lossy(&units[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_drive_is_this_machines() {
        assert!(!is_remote(b'C'));
    }

    /// Whether another program is named depends on the Restart Manager being there; that it is asked without harm does
    /// not.
    #[test]
    fn this_program_is_never_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("名册.xlsx");
        std::fs::write(&path, "x").unwrap();
        let _open = std::fs::File::open(&path).unwrap();
        assert_eq!(programs(&path), Vec::<String>::new());
    }
}
