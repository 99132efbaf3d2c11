//! The shim: SQLite's VFS interface, over the system's own.
//!
//! A file of ours is [`Shim`] with the system's file right behind it, in the one piece of memory that SQLite
//! gives for both (`szOsFile`).
#![expect(unsafe_code, reason = "SQLite's VFS interface is one of C pointers")]

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::OnceLock;

use rusqlite::ffi::{
    self, SQLITE_FULL, SQLITE_OK, SQLITE_OPEN_CREATE, SQLITE_OPEN_MAIN_JOURNAL, SQLITE_OPEN_SUPER_JOURNAL,
    SQLITE_OPEN_WAL, sqlite3_file, sqlite3_io_methods, sqlite3_vfs,
};

use crate::journal::FileId;
use crate::watch::{Shared, lock, watching};

/// A file as SQLite holds it.
#[repr(C)]
struct Shim {
    base: sqlite3_file,
    /// Null: nobody watches the file. Else from `Box::into_raw`, freed when the file is closed.
    watched: *mut Watched,
}

struct Watched {
    journal: Shared,
    file: FileId,
    /// Unix syncs the folder with the first sync of a journal that may have been made just now.
    new_name: bool,
}

/// The system's VFS, and ours.
struct Pair {
    system: *mut sqlite3_vfs,
}

// SAFETY: the pointer is written once, before anybody reads it; the VFS it points at is a static of SQLite's, and
// SQLite itself calls it from any thread.
unsafe impl Send for Pair {}
// SAFETY: as above.
unsafe impl Sync for Pair {}

static SYSTEM: OnceLock<Pair> = OnceLock::new();

/// Makes the shim the default of this process, once.
pub(crate) fn install() {
    SYSTEM.get_or_init(|| {
        // SAFETY: `sqlite3_vfs_find` initialises SQLite and gives a VFS that lives as long as the process. The copy
        // keeps every function that needs nothing of ours: the Unix VFS uses its VFS argument for `pAppData` only,
        // and that is copied too. The copy is leaked, so SQLite may keep it.
        unsafe {
            let system = ffi::sqlite3_vfs_find(ptr::null());
            assert!(!system.is_null(), "SQLite has no VFS");
            let mut shim = *system;
            shim.szOsFile += size_of::<Shim>() as c_int;
            shim.zName = c"tiexin-disk".as_ptr();
            shim.pNext = ptr::null_mut();
            shim.xOpen = Some(open);
            shim.xDelete = Some(delete);
            let done = ffi::sqlite3_vfs_register(Box::into_raw(Box::new(shim)), 1);
            assert_eq!(done, SQLITE_OK, "SQLite takes no VFS");
            Pair { system }
        }
    });
}

fn system() -> *mut sqlite3_vfs {
    // Invariant: SQLite calls the shim only after `install` has registered it; a caller on another thread waits here
    // for the end of `install`.
    SYSTEM.wait().system
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 3,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock_file),
    xUnlock: Some(unlock_file),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: Some(fetch),
    xUnfetch: Some(unfetch),
};

/// The system's file behind ours.
///
/// # Safety
/// `file` was given by SQLite for this VFS: `szOsFile` bytes, ours first.
unsafe fn inner(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: the memory is large enough by `szOsFile`; SQLite aligns it to 8, and the size of `Shim` keeps that.
    unsafe { file.byte_add(size_of::<Shim>()) }
}

/// # Safety
/// As [`inner`], and `file` is open.
unsafe fn watched<'a>(file: *mut sqlite3_file) -> Option<&'a mut Watched> {
    // SAFETY: the pointer is null or from `Box::into_raw`; SQLite uses a file from one thread at a time.
    unsafe { (*file.cast::<Shim>()).watched.as_mut() }
}

/// Calls one of the system's functions on the file behind ours.
///
/// SAFETY of each use: the arguments are SQLite's own, handed on as they came; an open file of the system has all
/// functions of version 3, which is checked when it is opened.
macro_rules! pass {
    ($file:ident . $method:ident ( $($arg:expr),* )) => {{
        let behind = unsafe { inner($file) };
        match unsafe { (*(*behind).pMethods).$method } {
            Some(call) => unsafe { call(behind $(, $arg)*) },
            None => unreachable!("an open file has it"),
        }
    }};
}

fn path_of(name: *const c_char) -> Option<&'static Path> {
    if name.is_null() {
        return None;
    }
    // SAFETY: SQLite gives a string that ends with zero and outlives the call; it is not kept longer.
    let name = unsafe { CStr::from_ptr(name) };
    Some(Path::new(OsStr::from_bytes(name.to_bytes())))
}

unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let system = system();
    // SAFETY: `file` is `szOsFile` bytes of SQLite's for us to fill; the system's VFS gets its own part of it.
    unsafe {
        (*file).pMethods = ptr::null();
        (*file.cast::<Shim>()).watched = ptr::null_mut();
        let behind = inner(file);
        let Some(call) = (*system).xOpen else { return ffi::SQLITE_CANTOPEN };
        let done = call(system, name, behind, flags, out);
        if (*behind).pMethods.is_null() {
            return done;
        }
        if done == SQLITE_OK && (*(*behind).pMethods).iVersion >= 3 {
            (*file.cast::<Shim>()).watched = begin(name, flags);
        }
        (*file).pMethods = &METHODS;
        done
    }
}

fn begin(name: *const c_char, flags: c_int) -> *mut Watched {
    let Some(path) = path_of(name) else { return ptr::null_mut() };
    let Some((journal, name)) = watching(path) else { return ptr::null_mut() };
    let file = lock(&journal).open(&name, || std::fs::read(path).unwrap_or_default());
    let journal_or_log = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
    let new_name = flags & SQLITE_OPEN_CREATE != 0 && flags & journal_or_log != 0;
    Box::into_raw(Box::new(Watched { journal, file, new_name }))
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    let system = system();
    // SAFETY: the arguments are SQLite's own, handed on.
    let done = unsafe {
        match (*system).xDelete {
            Some(call) => call(system, name, sync_folder),
            None => ffi::SQLITE_IOERR_DELETE,
        }
    };
    if done == SQLITE_OK
        && let Some((journal, name)) = path_of(name).and_then(watching)
    {
        lock(&journal).delete(&name, sync_folder != 0);
    }
    done
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let done = pass!(file.xClose());
    // SAFETY: SQLite closes a file once; nobody uses it afterwards.
    unsafe {
        let shim = file.cast::<Shim>();
        if !(*shim).watched.is_null() {
            drop(Box::from_raw((*shim).watched));
            (*shim).watched = ptr::null_mut();
        }
    }
    done
}

unsafe extern "C" fn write(file: *mut sqlite3_file, from: *const c_void, len: c_int, at: i64) -> c_int {
    // SAFETY: an open file of ours.
    let Some(watched) = (unsafe { watched(file) }) else { return pass!(file.xWrite(from, len, at)) };
    // Held over the write: what is remembered has the order of what happened.
    let mut journal = lock(&watched.journal);
    let whole = len as usize;
    let fits = journal.fits(watched.file, at as u64, whole);
    let done = if fits > 0 { pass!(file.xWrite(from, fits as c_int, at)) } else { SQLITE_OK };
    if done == SQLITE_OK && fits > 0 {
        // SAFETY: SQLite gives `len` bytes, and `fits` is at most that.
        let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), fits) };
        journal.write(watched.file, at as u64, bytes);
    }
    if done == SQLITE_OK && fits < whole { SQLITE_FULL } else { done }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: i64) -> c_int {
    // SAFETY: an open file of ours.
    let Some(watched) = (unsafe { watched(file) }) else { return pass!(file.xTruncate(size)) };
    let mut journal = lock(&watched.journal);
    let done = pass!(file.xTruncate(size));
    if done == SQLITE_OK {
        journal.truncate(watched.file, size as u64);
    }
    done
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: an open file of ours.
    let Some(watched) = (unsafe { watched(file) }) else { return pass!(file.xSync(flags)) };
    // The real disk is not waited for: only this process must find its files again.
    let folder = std::mem::take(&mut watched.new_name);
    lock(&watched.journal).sync(watched.file, folder);
    SQLITE_OK
}

unsafe extern "C" fn read(file: *mut sqlite3_file, to: *mut c_void, len: c_int, at: i64) -> c_int {
    pass!(file.xRead(to, len, at))
}
unsafe extern "C" fn file_size(file: *mut sqlite3_file, size: *mut i64) -> c_int {
    pass!(file.xFileSize(size))
}
unsafe extern "C" fn lock_file(file: *mut sqlite3_file, level: c_int) -> c_int {
    pass!(file.xLock(level))
}
unsafe extern "C" fn unlock_file(file: *mut sqlite3_file, level: c_int) -> c_int {
    pass!(file.xUnlock(level))
}
unsafe extern "C" fn check_reserved_lock(file: *mut sqlite3_file, held: *mut c_int) -> c_int {
    pass!(file.xCheckReservedLock(held))
}
unsafe extern "C" fn file_control(file: *mut sqlite3_file, what: c_int, arg: *mut c_void) -> c_int {
    pass!(file.xFileControl(what, arg))
}
unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    pass!(file.xSectorSize())
}
unsafe extern "C" fn device_characteristics(file: *mut sqlite3_file) -> c_int {
    pass!(file.xDeviceCharacteristics())
}
unsafe extern "C" fn shm_map(
    file: *mut sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    to: *mut *mut c_void,
) -> c_int {
    pass!(file.xShmMap(page, size, extend, to))
}
unsafe extern "C" fn shm_lock(file: *mut sqlite3_file, offset: c_int, n: c_int, flags: c_int) -> c_int {
    pass!(file.xShmLock(offset, n, flags))
}
unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    pass!(file.xShmBarrier());
}
unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    pass!(file.xShmUnmap(delete))
}
unsafe extern "C" fn fetch(file: *mut sqlite3_file, at: i64, len: c_int, to: *mut *mut c_void) -> c_int {
    pass!(file.xFetch(at, len, to))
}
unsafe extern "C" fn unfetch(file: *mut sqlite3_file, at: i64, from: *mut c_void) -> c_int {
    pass!(file.xUnfetch(at, from))
}
