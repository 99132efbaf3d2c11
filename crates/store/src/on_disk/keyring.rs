//! `keyring.json` beside the database: who may open it, and how often somebody tried in vain.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::UnlockError;
use crate::on_disk::connection::database;
use crate::on_disk::machine::Binding;
use crate::on_disk::suite::{self, DataKey, KdfCost, WrappedKey};

const FILE: &str = "keyring.json";
/// Held while the file is read and written anew.
const LOCK_FILE: &str = "keyring.lock";
/// Shorter passwords are refused when they are set.
const SHORTEST_PASSWORD: usize = 8;
/// Wrong passwords in a row after which the user is locked.
const LOCK_AFTER: u32 = 8;
/// How long a lock lasts, milliseconds.
const LOCK_MS: i64 = 15 * 60 * 1000;
/// Failures kept until the next sign-in writes them to the audit.
const KEPT_FAILURES: usize = 200;
/// Of the file: 1; 2 with a machine's binding, which programs of before do not know.
const FORMAT: u32 = 1;
const FORMAT_BOUND: u32 = 2;

/// A user to be let in from now on.
#[derive(Debug)]
pub struct NewUser {
    pub id: Uuid,
    /// Sign-in name.
    pub name: String,
    pub display_name: String,
    pub password: SecretString,
}

/// A user of this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalUser {
    pub id: Uuid,
    pub name: String,
    pub display_name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Holder {
    #[serde(flatten)]
    pub(crate) user: LocalUser,
    key: WrappedKey,
    #[serde(default)]
    failed: u32,
    /// Milliseconds since 1970 UTC before which no password is looked at.
    #[serde(default)]
    not_before: i64,
    /// Times of failed attempts, not yet in the audit.
    #[serde(default)]
    failures: Vec<i64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Keyring {
    pub(crate) format: u32,
    /// Whether the book is joined to a province, for those who cannot open it: a forgotten password has another way
    /// out there. None: nobody has signed in since programs note it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) enrolled: Option<bool>,
    /// The machine without which nobody gets in; see [`WrappedKey::is_bound`] for each user's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    machine: Option<Binding>,
    pub(crate) holders: Vec<Holder>,
}

impl Keyring {
    pub(crate) fn path(dir: &Path) -> PathBuf {
        dir.join(FILE)
    }

    pub(crate) fn read(dir: &Path) -> Result<Keyring, UnlockError> {
        Self::read_at(&Self::path(dir)).map_err(|error| match error {
            UnlockError::NoBook => missing(dir),
            other => other,
        })
    }

    /// One that lies under another name.
    pub(crate) fn read_at(path: &Path) -> Result<Keyring, UnlockError> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(UnlockError::NoBook),
            Err(e) => return Err(e.into()),
        };
        let keyring: Keyring = serde_json::from_slice(&text).map_err(|_| UnlockError::KeyringUnreadable)?;
        if keyring.format > FORMAT_BOUND {
            let (found, known) = (i64::from(keyring.format), i64::from(FORMAT_BOUND));
            return Err(UnlockError::NewerThanProgram { found, known });
        }
        Ok(keyring)
    }

    /// Replaces the file in one step: a crash leaves the old one or the new one.
    pub(crate) fn write(&self, dir: &Path) -> Result<(), UnlockError> {
        self.write_at(&Self::path(dir))
    }

    pub(crate) fn write_at(&self, path: &Path) -> Result<(), UnlockError> {
        let text = serde_json::to_vec_pretty(self).map_err(|_| UnlockError::KeyringUnreadable)?;
        Ok(tiexin_files::replace(path, &text)?)
    }

    /// Waits until no other program is at the keyring; theirs begins when the file is dropped. Without it
    /// a sign-in in the window would look like a failure to one that begins meanwhile in a terminal.
    pub(crate) fn alone(dir: &Path) -> Result<File, UnlockError> {
        if !Self::path(dir).is_file() {
            return Err(missing(dir));
        }
        let file = File::options().create(true).truncate(false).write(true).open(dir.join(LOCK_FILE))?;
        match file.lock() {
            // A file system without locks serves one program at a time.
            Err(e) if e.kind() == std::io::ErrorKind::Unsupported => {}
            other => other?,
        }
        Ok(file)
    }

    pub(crate) fn first(new: &NewUser, key: &DataKey, cost: KdfCost) -> Result<Keyring, UnlockError> {
        let mut keyring = Keyring { format: FORMAT, enrolled: None, machine: None, holders: Vec::new() };
        keyring.add(new, key, cost)?;
        Ok(keyring)
    }

    pub(crate) fn add(&mut self, new: &NewUser, key: &DataKey, cost: KdfCost) -> Result<(), UnlockError> {
        if self.holders.iter().any(|h| h.user.name == new.name || h.user.id == new.id) {
            return Err(UnlockError::NameTaken);
        }
        check_strength(&new.password)?;
        let user = LocalUser { id: new.id, name: new.name.clone(), display_name: new.display_name.clone() };
        let key = suite::current().wrap(key, &new.password, cost, new.id.as_bytes())?;
        let key = self.as_the_others(key, new.id)?;
        self.holders.push(Holder { user, key, failed: 0, not_before: 0, failures: Vec::new() });
        Ok(())
    }

    /// Whether the password is this user's; counts nothing.
    pub(crate) fn opened_by(mut self, name: &str, password: &SecretString) -> Result<LocalUser, UnlockError> {
        let machine = self.machine.clone();
        let holder = self.holder(name)?;
        let bound = holder.user.id;
        let key = holder.key_here(machine.as_ref())?;
        match suite::by_id(&key.suite)?.unwrap(&key, password, bound.as_bytes())? {
            Some(_) => Ok(holder.user.clone()),
            None => Err(UnlockError::WrongPassword { wait_seconds: wait_seconds(1) }),
        }
    }

    pub(crate) fn holder(&mut self, name: &str) -> Result<&mut Holder, UnlockError> {
        self.holders.iter_mut().find(|h| h.user.name == name).ok_or(UnlockError::NoSuchUser)
    }

    /// A user's new password.
    pub(crate) fn rewrap(
        &mut self,
        user: Uuid,
        key: &DataKey,
        password: &SecretString,
    ) -> Result<(), UnlockError> {
        check_strength(password)?;
        let cost = self.holder_by_id(user)?.key.cost;
        let key = suite::current().wrap(key, password, cost, user.as_bytes())?;
        let key = self.as_the_others(key, user)?;
        self.holder_by_id(user)?.key = key;
        Ok(())
    }

    /// Bound where this machine is the one to which the keyring is bound. On another one, where only a rescue has let
    /// somebody in, it opens as it is.
    fn as_the_others(&self, key: WrappedKey, user: Uuid) -> Result<WrappedKey, UnlockError> {
        match self.machine.as_ref().map(Binding::key) {
            Some(Ok(machine)) => key.bind(&machine, user.as_bytes()),
            Some(Err(UnlockError::OtherMachine)) | None => Ok(key),
            Some(Err(error)) => Err(error),
        }
    }

    pub(crate) fn machine(&self) -> Option<&Binding> {
        self.machine.as_ref()
    }

    /// Nobody gets in without this machine any more.
    pub(crate) fn bind(&mut self, binding: Binding, machine: &DataKey) -> Result<(), UnlockError> {
        for holder in &mut self.holders {
            holder.key = holder.key.bind(machine, holder.user.id.as_bytes())?;
        }
        self.machine = Some(binding);
        self.format = FORMAT_BOUND;
        Ok(())
    }

    /// Opens with passwords alone, anywhere. The binding that was; none: it was so already.
    ///
    /// # Errors
    /// `OtherMachine`.
    pub(crate) fn release(&mut self) -> Result<Option<Binding>, UnlockError> {
        let Some(binding) = self.machine.clone() else { return Ok(None) };
        for holder in &mut self.holders {
            holder.key = holder.key_here(Some(&binding))?;
        }
        self.format = FORMAT;
        Ok(self.machine.take())
    }

    pub(crate) fn holder_by_id(&mut self, id: Uuid) -> Result<&mut Holder, UnlockError> {
        self.holders.iter_mut().find(|h| h.user.id == id).ok_or(UnlockError::NoSuchUser)
    }
}

impl Holder {
    /// Opens the data key, or counts one more failure. The attempt is on disk before the password
    /// is looked at, so that pulling the plug does not give a free guess.
    pub(crate) fn open(
        dir: &Path,
        name: &str,
        password: &SecretString,
        now_ms: i64,
    ) -> Result<(DataKey, LocalUser, Vec<i64>), UnlockError> {
        let _alone = Keyring::alone(dir)?;
        let mut keyring = Keyring::read(dir)?;
        let machine = keyring.machine.clone();
        let holder = keyring.holder(name)?;
        // Elsewhere no password is right: none is counted as wrong.
        let key = holder.key_here(machine.as_ref())?;
        if let Err(refusal) = holder.refuse_if_waiting(now_ms) {
            keyring.write(dir)?;
            return Err(refusal);
        }
        holder.count_failure(now_ms);
        let attempt = holder.clone();
        keyring.write(dir)?;
        let bound = attempt.user.id;
        let opened = suite::by_id(&key.suite)?.unwrap(&key, password, bound.as_bytes())?;
        let Some(key) = opened else {
            return Err(if attempt.failed >= LOCK_AFTER {
                UnlockError::Locked { until: attempt.not_before }
            } else {
                UnlockError::WrongPassword { wait_seconds: wait_seconds(attempt.failed) }
            });
        };
        let holder = keyring.holder(name)?;
        // This attempt was none of them.
        holder.failures.pop();
        let failures = holder.failures.clone();
        holder.failed = 0;
        holder.not_before = 0;
        let user = holder.user.clone();
        keyring.write(dir)?;
        Ok((key, user, failures))
    }

    fn refuse_if_waiting(&mut self, now_ms: i64) -> Result<(), UnlockError> {
        // A clock set back must not lock an honest machine out for longer than a lock lasts (I13).
        self.not_before = self.not_before.min(now_ms.saturating_add(LOCK_MS));
        // Whatever a file says that came with a backup.
        let left = self.not_before.saturating_sub(now_ms);
        if left <= 0 {
            return Ok(());
        }
        if self.failed >= LOCK_AFTER {
            return Err(UnlockError::Locked { until: self.not_before });
        }
        Err(UnlockError::TooSoon { wait_seconds: (left as u64).div_ceil(1000) })
    }

    fn count_failure(&mut self, now_ms: i64) {
        self.failed = self.failed.saturating_add(1);
        let wait = if self.failed >= LOCK_AFTER { LOCK_MS } else { wait_seconds(self.failed) as i64 * 1000 };
        self.not_before = now_ms.saturating_add(wait);
        if self.failures.len() >= KEPT_FAILURES {
            self.failures.remove(0);
        }
        self.failures.push(now_ms);
    }

    /// The failures stand in the audit now.
    pub(crate) fn failures_told(dir: &Path, name: &str, told: &[i64]) -> Result<(), UnlockError> {
        if told.is_empty() {
            return Ok(());
        }
        let _alone = Keyring::alone(dir)?;
        let mut keyring = Keyring::read(dir)?;
        keyring.holder(name)?.failures.retain(|at| !told.contains(at));
        keyring.write(dir)
    }

    /// Whoever was locked out may try at once.
    pub(crate) fn let_in_again(&mut self) {
        self.failed = 0;
        self.not_before = 0;
    }

    /// The wrapped key without the machine's layer.
    fn key_here(&self, machine: Option<&Binding>) -> Result<WrappedKey, UnlockError> {
        if !self.key.is_bound() {
            return Ok(self.key.clone());
        }
        let machine = machine.ok_or(UnlockError::KeyringUnreadable)?.key()?;
        self.key.release(&machine, self.user.id.as_bytes())
    }
}

/// Why no keyring is there.
fn missing(dir: &Path) -> UnlockError {
    if database(dir).is_file() { UnlockError::KeyringGone } else { UnlockError::NoBook }
}

/// Two mistakes are free of waiting, then 2, 4, 8 … seconds.
fn wait_seconds(failed: u32) -> u64 {
    if failed <= 2 { 1 } else { 1u64 << (failed - 2).min(6) }
}

fn check_strength(password: &SecretString) -> Result<(), UnlockError> {
    use secrecy::ExposeSecret;
    if password.expose_secret().chars().count() < SHORTEST_PASSWORD {
        return Err(UnlockError::WeakPassword);
    }
    Ok(())
}
