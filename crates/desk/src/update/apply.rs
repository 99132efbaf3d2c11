//! Putting a version in place, and going back to the former one.
//!
//! Nothing that is in use is touched: a version is unpacked beside, checked, tried, and then one small file is
//! replaced. A program that is killed anywhere here leaves what was there before, or what came.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tiexin_files::gone;
use tiexin_protocol::release::{Part, ProgramFile, Release, Version, platform};
use tiexin_protocol::statement::Signed;
use tiexin_sync::release::{self, Sink, Trusted};

use super::install::{Current, Install, RELEASE};
use super::ready;
use super::trial::{self, Trials};
use super::trouble::Trouble;

/// Held by who puts a version in place.
const LOCK: &str = "apply.lock";
/// Ending of a version that is not whole.
const PART: &str = "part";
/// Programs of ours that may lie beside each other.
const PROGRAMS: [&str; 2] = ["tiexin", "tiexin-desk"];
/// So long a new program may take to say which version it is.
const PATIENCE: Duration = Duration::from_secs(90);

/// Where a version is put in place.
pub(crate) struct Place<'a> {
    pub(crate) install: &'a Install,
    pub(crate) trusted: &'a Trusted,
    /// The folder of the book, where one is known.
    pub(crate) book: Option<&'a Path>,
}

/// Where it comes from.
pub(crate) enum Source<'a> {
    /// What lies ready beside the book.
    Ready,
    File(&'a Path),
}

/// Whether this user may change what is installed; else what to do.
pub(crate) fn may_install(place: &Place<'_>) -> Result<(), Trouble> {
    let folder = place.install.versions.ancestors().find(|folder| folder.is_dir()).ok_or(Trouble::NoPlace)?;
    let probe = folder.join(format!(".tiexin-{}", std::process::id()));
    match File::create(&probe) {
        Ok(file) => {
            drop(file);
            Ok(tiexin_files::remove(&probe)?)
        }
        Err(error) => Err(refused(place, error)),
    }
}

/// A folder that takes nothing from this user is the administrator's.
pub(super) fn refused(place: &Place<'_>, error: io::Error) -> Trouble {
    if !matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) {
        return Trouble::Io(error);
    }
    let program =
        place.install.exe.with_file_name(if cfg!(windows) { "tiexin-desk.exe" } else { "tiexin-desk" });
    let (program, data) =
        (program.display(), place.book.map(|book| book.display().to_string()).unwrap_or_default());
    let who = if cfg!(windows) { "以管理员身份打开命令提示符" } else { "用 root（sudo）" };
    Trouble::NoRight(format!(
        "程序装在系统的文件夹里，您的账号不能改，没有安装。请管理员{who}运行：\"{program}\" --data \"{data}\" update apply；或者用新的安装包安装。"
    ))
}

/// Puts a version in place: it runs from the next start on. `step` is told what was done; an error of it ends the work
/// there, as a power cut would.
pub(crate) fn apply(
    place: &Place<'_>,
    from: &Source<'_>,
    step: &mut dyn FnMut(&str) -> io::Result<()>,
) -> Result<Release, Trouble> {
    let install = place.install;
    let (release, signed, file) = open(place, from)?;
    ready::follows(&release, install, place.book)?;
    let (_, part) = release.part(&platform())?;
    brings_all(install, part)?;
    may_install(place)?;
    fs::create_dir_all(&install.versions)?;
    let _alone = alone(&install.versions)?;
    // Another program may have put a newer one in place meanwhile.
    ready::follows(&release, install, place.book)?;
    let whole = install.folder(release.version);
    let coming = whole.with_added_extension(PART);
    gone(tiexin_files::remove_folder(&coming))?;
    step("cleared")?;
    unpack(part, file, &coming, step)?;
    step("unpacked")?;
    if let Err(trouble) = runs(&coming, part, release.version) {
        // That it does not run is what is told; what stays is cleared by the next try.
        let _ = tiexin_files::remove_folder(&coming);
        return Err(trouble);
    }
    step("tried")?;
    tiexin_files::replace(&coming.join(RELEASE), &serde_json::to_vec(&signed).map_err(io::Error::other)?)?;
    step("signed")?;
    // Nobody uses it: one that is in use is not put in place again. Another book may want it.
    remove(&whole)?;
    step("made room")?;
    tiexin_files::rename(&coming, &whole)?;
    tiexin_files::sync_folder(&whole)?;
    step("named")?;
    if let Some(book) = place.book {
        trial::forget(book, release.version)?;
    }
    step("forgot")?;
    let (former, former_book) = (install.running, tiexin_store::book_version());
    install.use_now(&Current { version: release.version, former, former_book })?;
    step("in use")?;
    tidy(install, &[release.version, former]);
    if let (Source::Ready, Some(book)) = (from, place.book) {
        ready::drop_all(book)?;
    }
    step("tidied")?;
    Ok(release)
}

fn open(place: &Place<'_>, from: &Source<'_>) -> Result<(Release, Signed, BufReader<File>), Trouble> {
    match from {
        Source::File(path) => {
            let (opened, file) = ready::open(path, place.trusted)?;
            Ok((opened.release, opened.signed, file))
        }
        Source::Ready => {
            let book = place.book.ok_or(Trouble::NothingReady)?;
            let (release, signed) = ready::lying(book, place.trusted)?;
            Ok((release, signed, ready::part_of(book)?))
        }
    }
}

/// A program that stayed old beside a new one would meet a book that it cannot open.
fn brings_all(install: &Install, part: &Part) -> Result<(), Trouble> {
    let end = std::env::consts::EXE_SUFFIX;
    let here = |name: &String| install.exe.with_file_name(name).is_file();
    let installed = PROGRAMS.iter().map(|name| format!("{name}{end}")).filter(here);
    match installed.chain([install.name().to_owned()]).find(|name| part.program(name).is_none()) {
        Some(lacking) => Err(Trouble::Lacks(lacking)),
        None => Ok(()),
    }
}

fn alone(versions: &Path) -> Result<File, Trouble> {
    let file = File::options().create(true).truncate(false).write(true).open(versions.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Trouble::Busy),
        Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(e)) => Err(e.into()),
    }
}

/// What came is gone again if it is not what was signed.
fn unpack(
    part: &Part,
    from: impl Read,
    folder: &Path,
    step: &mut dyn FnMut(&str) -> io::Result<()>,
) -> Result<(), Trouble> {
    fs::create_dir_all(folder)?;
    release::unpack(part, from, &mut Unpacked { folder, step }).inspect_err(|_| {
        let _ = tiexin_files::remove_folder(folder);
    })?;
    Ok(())
}

/// Whether the files of a package for this computer come whole into a folder; none of them is run. For those who try
/// packages of every kind.
pub fn unpacks(package: &Path, folder: &Path, trusted: &Trusted) -> bool {
    let tried = ready::open(package, trusted).and_then(|(opened, file)| {
        let (_, part) = opened.release.part(&platform())?;
        unpack(part, file, folder, &mut |_| Ok(()))
    });
    tried.is_ok()
}

struct Unpacked<'a> {
    folder: &'a Path,
    step: &'a mut dyn FnMut(&str) -> io::Result<()>,
}

impl Sink for Unpacked<'_> {
    type File = File;

    fn begin(&mut self, file: &ProgramFile) -> io::Result<File> {
        let path = self.folder.join(&file.path);
        fs::create_dir_all(path.parent().unwrap_or(self.folder))?;
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, if file.run { 0o755 } else { 0o644 });
        options.open(path)
    }

    fn end(&mut self, file: &ProgramFile, written: File) -> io::Result<()> {
        written.sync_all()?;
        (self.step)(&file.path)
    }
}

/// Whether the new program runs here at all: its libraries are there, the processor knows its instructions.
fn runs(folder: &Path, part: &Part, version: Version) -> Result<(), Trouble> {
    let name = format!("tiexin-desk{}", std::env::consts::EXE_SUFFIX);
    // A window has nothing to say in a terminal.
    let Some(file) = part.program(&name) else { return Ok(()) };
    let mut command = Command::new(folder.join(&file.path));
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = spawn(&mut command) else { return Err(Trouble::DoesNotRun(version)) };
    let begun = Instant::now();
    loop {
        match child.try_wait()? {
            Some(ended) if ended.success() => return Ok(()),
            Some(_) => return Err(Trouble::DoesNotRun(version)),
            None if begun.elapsed() > PATIENCE => {
                child.kill()?;
                child.wait()?;
                return Err(Trouble::DoesNotRun(version));
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// Another thread that starts a program holds what was just written open for a moment.
fn spawn(command: &mut Command) -> io::Result<std::process::Child> {
    for _ in 0..50 {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(Duration::from_millis(20));
            }
            done => return done,
        }
    }
    command.spawn()
}

/// Removes versions that nobody goes back to. What stays for now is removed the next time.
fn tidy(install: &Install, kept: &[Version]) {
    let entries = install.versions.read_dir().into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let version = name.strip_suffix(".part").unwrap_or(name).parse::<Version>();
        let old = version.is_ok_and(|version| !kept.contains(&version) || name.ends_with(".part"));
        if old && let Err(error) = remove(&path) {
            tracing::warn!(%error, "a former version stays for now");
        }
    }
}

/// What was signed goes first: a version of which a part is gone is not whole any more.
fn remove(path: &Path) -> io::Result<()> {
    gone(tiexin_files::remove(path.join(RELEASE)))?;
    gone(tiexin_files::remove_folder(path))
}

/// Goes back to the version before, from the next start on. Gives which one that is.
pub(crate) fn back(place: &Place<'_>) -> Result<Version, Trouble> {
    let install = place.install;
    let current = install.switched().filter(|current| install.program(current.version).is_some());
    let current = current.filter(|current| current.former < current.version).ok_or(Trouble::NoFormer)?;
    let brought_to = place.book.and_then(|book| Trials::of(book).brought_to());
    if brought_to.is_some_and(|book| book > current.former_book) {
        return Err(Trouble::BookMoved(current.former));
    }
    may_install(place)?;
    let _alone = alone(&install.versions)?;
    // Of what was before that one nothing is known.
    install.use_now(&Current { version: current.former, ..current })?;
    Ok(current.former)
}
