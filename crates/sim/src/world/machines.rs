//! What happens to machines: ended and begun anew, copied, put back, cloned; the province backed up and put
//! back.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use secrecy::SecretString;
use tiexin_store::Book;
use uuid::Uuid;

use super::{Backup, Broken, Desk, PASSWORD, Place, World, book, broke};

impl World {
    pub(super) fn reopen(&mut self, n: usize) -> Result<(), Broken> {
        let now = self.desk_now(n);
        let desk = &mut self.desks[n];
        desk.book = None;
        desk.full = false;
        let (book, _) = Book::unlock(&desk.dir, &desk.user, &SecretString::from(PASSWORD), now)
            .map_err(broke("unlock"))?;
        desk.book = Some(book);
        Ok(())
    }

    pub(super) fn copy_desk(&mut self, n: usize) -> Result<(), Broken> {
        if self.desks[n].full {
            return Ok(());
        }
        self.tally.count("desk copied");
        let marks = self.memory.lock().expect("memory").marks.len();
        let desk = &mut self.desks[n];
        let to = desk.dir.with_extension(format!("copy{}", desk.copies.len()));
        book(desk)?.checkpoint().map_err(broke("checkpoint"))?;
        copy_folder(&desk.dir, &to)?;
        desk.copies.push((to, marks));
        Ok(())
    }

    /// `image`: the whole folder is put back as it was, so that nothing beside the database tells.
    pub(super) fn restore_desk(&mut self, n: usize, image: bool) -> Result<(), Broken> {
        let Some((copy, marks)) = self.desks[n].copies.last().cloned() else { return Ok(()) };
        self.tally.count(if image { "desk put back from an image" } else { "desk put back from a copy" });
        let desk = &mut self.desks[n];
        desk.book = None;
        if image {
            self.wire.is_doubled(desk.device);
            std::fs::remove_dir_all(&desk.dir).map_err(broke("remove"))?;
            copy_folder(&copy, &desk.dir)?;
        } else {
            tiexin_store::restore(&copy, &desk.dir, &mut |_, _| true).map_err(broke("restore"))?;
        }
        // What was saved since may be at the province, or nowhere.
        for (i, mark) in self.memory.lock().expect("memory").marks.iter_mut().enumerate() {
            if mark.desk == n {
                mark.orphan = true;
                mark.maybe |= i >= marks;
            }
        }
        self.reopen(n)
    }

    /// The clone has the same keys, the same numbers and the same user.
    pub(super) fn clone_desk(&mut self, n: usize) -> Result<(), Broken> {
        if self.desks.len() > 8 || self.desks[n].full {
            return Ok(());
        }
        self.tally.count("desk cloned");
        let count = self.desks.len();
        let desk = &self.desks[n];
        let dir = self.dir.path().join(format!("desk{count}"));
        book(desk)?.checkpoint().map_err(broke("checkpoint"))?;
        copy_folder(&desk.dir, &dir)?;
        let clone = Desk {
            name: format!("desk{count} cloned of {}", desk.name),
            dir,
            book: None,
            author: desk.author,
            user: desk.user.clone(),
            device: desk.device,
            grants: desk.grants.clone(),
            decides: desk.decides.clone(),
            ever: desk.ever.clone(),
            clock: AtomicI64::new(desk.clock.load(Relaxed)),
            full: false,
            cloned: true,
            copies: Vec::new(),
            witnessed: Vec::new(),
        };
        let device = clone.device;
        self.wire.is_doubled(device);
        self.desks.push(clone);
        self.desks.iter_mut().filter(|d| d.device == device).for_each(|d| d.cloned = true);
        self.reopen(count)
    }

    pub(super) async fn server_backup(&mut self) -> Result<(), Broken> {
        self.tally.count("server backed up");
        self.backups += 1;
        let copy = match &self.place {
            Place::File(_) => {
                let to = self.dir.path().join(format!("province-{}.bak", self.backups));
                self.province()?.back_up(&to).await.map_err(broke("backup"))?;
                Place::File(to)
            }
            Place::Database(database) => {
                self.province()?.backup_begins().await.map_err(broke("backup"))?;
                self.province = None;
                let copy = database.copy()?;
                self.open_server().await?;
                self.province()?.backup_ended().await.map_err(broke("backup"))?;
                Place::Database(copy)
            }
        };
        let grants = self.desks.iter().map(|d| (d.user.clone(), d.grants.clone())).collect();
        self.backup = Some(Backup { copy, grants, older: self.older });
        Ok(())
    }

    pub(super) async fn server_restore(&mut self) -> Result<(), Broken> {
        let Some(Backup { copy: backup, grants, older }) = &self.backup else { return Ok(()) };
        self.tally.count("server put back");
        let grants = grants.clone();
        if *older && !self.older {
            self.tally.count("server put back with its older program");
        }
        self.older = *older;
        self.province = None;
        self.place = match (backup, &self.place) {
            (Place::File(backup), Place::File(path)) => {
                for end in ["", "-wal", "-shm"] {
                    let mut name = path.as_os_str().to_owned();
                    name.push(end);
                    let _ = std::fs::remove_file(PathBuf::from(name));
                }
                std::fs::copy(backup, path).map_err(broke("put back"))?;
                Place::File(path.clone())
            }
            (Place::Database(backup), _) => Place::Database(backup.copy()?),
            _ => return Err("a backup of another store".into()),
        };
        self.open_server().await?;
        self.province()?.restored().await.map_err(broke("restored"))?;
        self.restores += 1;
        for desk in &mut self.desks {
            desk.grants = grants.get(&desk.user).cloned().unwrap_or_default();
        }
        // The old program has no memory of its own: it goes on where the book stands.
        self.old_program.2 = Uuid::from_u128(u128::from(self.restores as u64) << 64 | 77);
        self.old_program.3 = 0;
        for mark in &mut self.memory.lock().expect("memory").marks {
            mark.maybe |= mark.desk == usize::MAX;
        }
        Ok(())
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Broken> {
    std::fs::create_dir_all(to).map_err(broke("copy"))?;
    for entry in std::fs::read_dir(from).map_err(broke("copy"))? {
        let entry = entry.map_err(broke("copy"))?;
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).map_err(broke("copy"))?;
        }
    }
    Ok(())
}
