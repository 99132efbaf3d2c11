//! New versions of the program: the office adds them, desks ask for the newest.
//!
//! They lie in the book's database, so that every server that stands on it has them and every backup holds them. The
//! desk checks the signature again: a province gives out, it does not vouch.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use tiexin_protocol::release::{PIECE_BYTES, Release, ReleaseFault, Version};
use tiexin_protocol::statement::Signed;
use tiexin_protocol::wire::ReleaseReply;
use tiexin_seal::release::{Opened, ReleaseError, Sink, Trusted, read_head, unpack};

use crate::error::{Error, Refused, Result};
use crate::province::Province;
use crate::store::{KeptRelease, ReleasePiece};

/// A release, when it was added, and when it was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ReleaseShown {
    pub version: Version,
    pub made: String,
    pub notes: String,
    /// Bytes of all platforms as they are carried.
    pub bytes: u64,
    pub platforms: Vec<String>,
    /// Milliseconds since 1970 UTC.
    pub added_at: i64,
    pub withdrawn_at: Option<i64>,
}

impl Province {
    /// Takes a package into the book, once all of it was found to be what was signed.
    ///
    /// # Errors
    /// `Config`: it is not given out, and why.
    pub async fn add_release(&self, file: &Path, trusted: &Trusted) -> Result<ReleaseShown> {
        let (path, trusted) = (file.to_owned(), trusted.clone());
        let opened = tokio::task::spawn_blocking(move || whole(&path, &trusted)).await??;
        let version = opened.release.version.to_string();
        if self
            .releases()
            .await?
            .iter()
            .any(|known| known.version == opened.release.version && known.withdrawn_at.is_none())
        {
            return Err(Error::Config(format!("版本 {version} 已经在发布，没有改动")));
        }
        let now = self.clock.now();
        self.book.forget_unfinished_release(&version).await?;
        let mut file = File::open(file)?;
        file.seek(SeekFrom::Start(opened.parts_at))?;
        for part in &opened.release.platforms {
            for number in 0..part.pieces() {
                let left = part.bytes - number * PIECE_BYTES as u64;
                let mut bytes = vec![0; usize::try_from(left).unwrap_or(PIECE_BYTES).min(PIECE_BYTES)];
                let read =
                    tokio::task::spawn_blocking(move || file.read_exact(&mut bytes).map(|()| (file, bytes)));
                let (again, bytes) = read.await??;
                file = again;
                let (version, platform) = (version.clone(), part.platform.clone());
                let number = i64::try_from(number).unwrap_or(i64::MAX);
                self.book.keep_release_piece(&ReleasePiece { version, platform, number, bytes }, now).await?;
            }
        }
        let signed = serde_json::to_string(&opened.signed)?;
        self.book.finish_release(&version, &signed, now).await?;
        Ok(shown(&opened.release, now, None))
    }

    /// Gives a release out no more. Desks that have it keep it.
    ///
    /// # Errors
    /// `Config`: it is not given out.
    pub async fn withdraw_release(&self, version: Version) -> Result<()> {
        let done = self.book.withdraw_release(&version.to_string(), self.clock.now()).await;
        done.map_err(|error| match error {
            Error::Refused(Refused::NotFound) => {
                Error::Config(format!("没有在发布的版本 {version}，没有改动。用 release list 查看"))
            }
            other => other,
        })
    }

    /// All that were ever added, the newest version first.
    pub async fn releases(&self) -> Result<Vec<ReleaseShown>> {
        let read =
            |kept: &KeptRelease| Ok(shown(&release_of(&signed_of(kept)?)?, kept.added_at, kept.withdrawn_at));
        let mut all = self.book.releases().await?.iter().map(read).collect::<Result<Vec<_>>>()?;
        all.sort_by_key(|one| std::cmp::Reverse(one.version));
        Ok(all)
    }

    /// What desks may fetch.
    pub async fn newest_release(&self) -> Result<ReleaseReply> {
        let mut newest: Option<(Version, Signed)> = None;
        for kept in self.book.releases().await?.iter().filter(|kept| kept.withdrawn_at.is_none()) {
            let signed = signed_of(kept)?;
            let version = release_of(&signed)?.version;
            if newest.as_ref().is_none_or(|(known, _)| *known < version) {
                newest = Some((version, signed));
            }
        }
        Ok(ReleaseReply { newest: newest.map(|(_, signed)| signed) })
    }

    /// A piece of a platform's part.
    pub async fn release_piece(&self, version: &str, platform: &str, piece: u64) -> Result<Vec<u8>> {
        let number = i64::try_from(piece).map_err(|_| Refused::NotFound)?;
        Ok(self.book.release_piece(version, platform, number).await?.ok_or(Refused::NotFound)?)
    }
}

fn signed_of(kept: &KeptRelease) -> Result<Signed> {
    Ok(serde_json::from_str(&kept.signed)?)
}

/// What was found signed when it was added.
fn release_of(signed: &Signed) -> Result<Release> {
    Ok(serde_json::from_str(&signed.body)?)
}

fn shown(release: &Release, added_at: i64, withdrawn_at: Option<i64>) -> ReleaseShown {
    ReleaseShown {
        version: release.version,
        made: release.made.clone(),
        notes: release.notes.clone(),
        bytes: release.platforms.iter().map(|part| part.bytes).sum(),
        platforms: release.platforms.iter().map(|part| part.platform.clone()).collect(),
        added_at,
        withdrawn_at,
    }
}

/// Reads every part of a package to its end.
fn whole(path: &Path, trusted: &Trusted) -> Result<Opened> {
    let file = File::open(path).map_err(|e| Error::Config(format!("{} 打不开：{e}", path.display())))?;
    let mut file = BufReader::new(file);
    let opened = read_head(&mut file, trusted).map_err(told)?;
    for part in &opened.release.platforms {
        unpack(part, &mut file, &mut Nowhere).map_err(told)?;
    }
    if file.read(&mut [0])? > 0 {
        return Err(told(ReleaseFault::Damaged.into()));
    }
    Ok(opened)
}

fn told(error: ReleaseError) -> Error {
    match error {
        ReleaseError::Io(error) => error.into(),
        ReleaseError::Fault(ReleaseFault::NoKeys) => Error::Config(
            "这个程序里没有发布者的公钥（assets/release-keys.txt），不能核对更新包，没有发布".into(),
        ),
        ReleaseError::Fault(ReleaseFault::Foreign) => {
            Error::Config("更新包不是由可信的发布者签名的，没有发布。请核对它的来历".into())
        }
        ReleaseError::Fault(ReleaseFault::Damaged) => {
            Error::Config("更新包不完整，或被改动过，没有发布。请重新拷贝一份".into())
        }
        ReleaseError::Fault(fault) => Error::Config(fault.to_string()),
    }
}

/// What is only compared.
struct Nowhere;

impl Sink for Nowhere {
    type File = std::io::Sink;

    fn begin(&mut self, _: &tiexin_protocol::release::ProgramFile) -> std::io::Result<std::io::Sink> {
        Ok(std::io::sink())
    }

    fn end(&mut self, _: &tiexin_protocol::release::ProgramFile, _: std::io::Sink) -> std::io::Result<()> {
        Ok(())
    }
}
