//! A backup is put in the place of another book, and the process is killed meanwhile: the old book is whole where it
//! was or where it was moved to, with what stood in its log alone, and the restore can be done again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;
use tempfile::TempDir;
use tiexin_contract::records::SaveRecord;

use super::importing::{new_book, sign_in};
use super::{Aim, Moment, TOWNSHIP, Tally, kill};
use tiexin_testkit::terminal::{Host, desk, run, told};
use tiexin_testkit::window::Trouble;

/// Families of the book that is there, and of the backup.
const OLD: u64 = 7;
const NEW: u64 = 3;

pub struct Restoring {
    /// A book as its program left it that was killed: not all of it stands in the database's own file.
    old: TempDir,
    backup: TempDir,
    chance: fastrand::Rng,
    aim: Aim,
    pub tally: Tally,
}

impl Restoring {
    pub async fn begin(seed: u64) -> Result<Restoring, Trouble> {
        let old = with_families(OLD).await?;
        let wal = old.path().join("book.db-wal").metadata().map_err(broke)?.len();
        if wal == 0 {
            return Err(Trouble("nothing stands in the log alone".into()));
        }
        let other = with_families(NEW).await?;
        let backup = tempfile::tempdir().map_err(broke)?;
        told(other.path(), &["backup", &text(&backup.path().join("copy"))], None)?;
        let mut restoring = Restoring {
            old,
            backup,
            chance: fastrand::Rng::with_seed(seed),
            aim: Aim::over(std::time::Duration::ZERO),
            tally: Tally::default(),
        };
        let begun = Instant::now();
        let dir = restoring.again()?;
        restoring.restore(dir.path())?;
        restoring.aim = Aim::over(begun.elapsed());
        Ok(restoring)
    }

    /// Kills one restore at a random moment, looks what is there, and restores again.
    pub async fn round(&mut self) -> Result<(), Trouble> {
        self.tally.rounds += 1;
        let dir = self.again()?;
        let moment = self.aim.next(&mut self.chance);
        let mut child = desk(dir.path(), &self.words(dir.path()).each_ref().map(String::as_str))
            .spawn()
            .map_err(broke)?;
        tokio::time::sleep(moment).await;
        let at_work = kill(&mut child)?;
        let landed = match (at_work, begun(dir.path())?) {
            (false, _) => Moment::After,
            (true, true) => Moment::During,
            (true, false) => Moment::Before,
        };
        self.aim.learn(landed);
        self.tally.landed(landed);
        let fact = self.what_is_there(dir.path(), landed)?;
        self.tally.count(fact, 1);
        self.restore(dir.path())?;
        if families(dir.path())? != NEW {
            return Err(Trouble("the second restore brought something else".into()));
        }
        the_old_one_is_whole(dir.path())
    }

    /// The book of before, in a folder of its own.
    fn again(&self) -> Result<TempDir, Trouble> {
        let dir = tempfile::tempdir().map_err(broke)?;
        copy(self.old.path(), dir.path()).map_err(broke)?;
        Ok(dir)
    }

    fn words(&self, dir: &Path) -> [String; 5] {
        ["restore".into(), text(&self.backup.path().join("copy")), "--to".into(), text(dir), "--yes".into()]
    }

    fn restore(&self, dir: &Path) -> Result<(), Trouble> {
        told(dir, &self.words(dir).each_ref().map(String::as_str), None).map(drop)
    }

    /// What somebody finds who signs in next.
    fn what_is_there(&self, dir: &Path, landed: Moment) -> Result<&'static str, Trouble> {
        let words = ["list", "household", "--json"];
        let found = run(dir, &words, None)?;
        if found.code == Some(0) {
            return match (families(dir)?, landed) {
                (OLD, Moment::After) => Err(Trouble("an acknowledged restore is lost".into())),
                (OLD, _) => Ok("then the old book is there"),
                (NEW, _) => Ok("then the backup is there"),
                (other, _) => Err(Trouble(format!("{other} families"))),
            };
        }
        if found.err.contains("没有做完") {
            return Ok("then it is told that the restore was not finished");
        }
        Err(Trouble(found.err))
    }
}

/// Whether anything of the restore is to be seen.
fn begun(dir: &Path) -> Result<bool, Trouble> {
    let mut names = fs::read_dir(dir).map_err(broke)?;
    let ours = |name: &str| ["coming", "aside", "moving"].iter().any(|part| name.contains(part));
    Ok(names.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_str().is_some_and(ours))))
}

/// Among what was moved aside is the old book, with its keyring, and all of it is sound.
fn the_old_one_is_whole(dir: &Path) -> Result<(), Trouble> {
    let mut found = Vec::new();
    for n in 1.. {
        let aside = dir.join(format!("book.db.aside-{n}"));
        if !aside.exists() {
            break;
        }
        let again = tempfile::tempdir().map_err(broke)?;
        fs::copy(&aside, again.path().join("book.db")).map_err(broke)?;
        for (end, name) in [("-wal", "book.db-wal"), (".keyring.json", "keyring.json")] {
            let from = PathBuf::from(format!("{}{end}", aside.display()));
            if from.exists() {
                fs::copy(from, again.path().join(name)).map_err(broke)?;
            }
        }
        super::verified(again.path())?;
        found.push(families(again.path())?);
    }
    if found.contains(&OLD) { Ok(()) } else { Err(Trouble(format!("aside lie books of {found:?} families"))) }
}

fn families(dir: &Path) -> Result<u64, Trouble> {
    let list = told(dir, &["list", "household"], None)?;
    list["total"].as_u64().ok_or_else(|| Trouble(format!("no total in {list}")))
}

/// A new book whose program was killed after it had saved so many families.
async fn with_families(count: u64) -> Result<TempDir, Trouble> {
    let dir = new_book().await?;
    let host = Host::start(dir.path())?;
    host.call(&sign_in()).await?;
    for n in 0..count {
        let fields = json!({"region": format!("{TOWNSHIP}001"), "head_name": format!("户主{n}"), "kinds": ["general"]});
        let fields = fields.as_object().cloned().unwrap_or_default();
        let save = SaveRecord { kind: "household".into(), id: None, version: None, fields };
        host.call(&save).await?;
    }
    host.kill();
    Ok(dir)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn broke(error: std::io::Error) -> Trouble {
    Trouble(error.to_string())
}
