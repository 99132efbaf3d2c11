//! One blob, up or down.

use tiexin_protocol::blob::{Wanted, print};
use tiexin_protocol::wire::RefusalCode;
use tiexin_store::{Book, Came};

use crate::error::SyncError;
use crate::province::Province;
use crate::round::on_store;

/// How often a chunk that arrived damaged is carried again at once.
const TRIES: u32 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Whole,
    /// The other side has not got so far: in a later round.
    NotNow,
    /// A person must look; it is noted.
    GivenUp,
    Stopped,
}

/// The province's word on this one blob; everything else ends the carrying.
enum Word {
    Damaged,
    Absent,
    Never(RefusalCode),
}

fn word(error: SyncError) -> Result<Word, SyncError> {
    match error {
        SyncError::Refused { code: RefusalCode::BlobDamaged, .. } => Ok(Word::Damaged),
        SyncError::Refused { code: RefusalCode::NotFound, .. } => Ok(Word::Absent),
        SyncError::Refused { code, .. } if is_final(&code) => Ok(Word::Never(code)),
        // A province of an older version names no code in its reply to HEAD.
        SyncError::Answered { status: 404 } => Ok(Word::Absent),
        other => Err(other),
    }
}

/// Whether a blob that was refused so needs a person.
pub(crate) fn is_final(code: &RefusalCode) -> bool {
    matches!(code, RefusalCode::NoRight | RefusalCode::BlobDiffers | RefusalCode::BlobBroken)
}

pub(super) async fn up(
    book: &Book,
    province: &dyn Province,
    one: &Wanted,
    stop: &(dyn Fn() -> bool + Send + Sync),
) -> Result<Ended, SyncError> {
    let mut damaged = 0;
    let mut have = match province.blob_have(one).await {
        Ok(have) => have,
        Err(error) => return refused(book, one, word(error)?).await,
    };
    loop {
        let Some(chunk) = have.missing().next() else { break };
        if stop() {
            return Ok(Ended::Stopped);
        }
        let (scope, hash) = (one.scope.clone(), one.hash);
        let bytes = on_store(book, move |book| match book.blob_chunk(&scope, hash, chunk) {
            Err(tiexin_store::StoreError::BlobDamaged) => book.mend_blob(&scope, hash).map(|()| None),
            other => other,
        });
        let Some(bytes) = bytes.await? else { return Ok(Ended::GivenUp) };
        match province.blob_put(one, chunk, bytes).await {
            Ok(now) => have = now,
            Err(error) => match word(error)? {
                Word::Damaged if damaged < TRIES => {
                    damaged += 1;
                    // It may have lost others too.
                    have = province.blob_have(one).await?;
                }
                other => return refused(book, one, other).await,
            },
        }
    }
    let done = one.clone();
    on_store(book, move |book| book.blob_gone_up(&done)).await?;
    Ok(Ended::Whole)
}

/// The province does not take it. Where the attachment itself was not yet told, it will.
async fn refused(book: &Book, one: &Wanted, word: Word) -> Result<Ended, SyncError> {
    let code = match word {
        Word::Absent => {
            let record = one.record;
            if !on_store(book, move |book| book.waiting_among(&[record])).await?.is_empty() {
                return Ok(Ended::NotNow);
            }
            RefusalCode::NotFound
        }
        Word::Damaged => RefusalCode::BlobDamaged,
        Word::Never(code) => code,
    };
    give_up(book, one, code).await
}

async fn give_up(book: &Book, one: &Wanted, code: RefusalCode) -> Result<Ended, SyncError> {
    let one = one.clone();
    on_store(book, move |book| book.blob_faulty(&one, code.as_str())).await?;
    Ok(Ended::GivenUp)
}

pub(super) async fn down(
    book: &Book,
    province: &dyn Province,
    one: &Wanted,
    stop: &(dyn Fn() -> bool + Send + Sync),
) -> Result<Ended, SyncError> {
    let (scope, hash, bytes) = (one.scope.clone(), one.hash, one.bytes);
    let have = on_store(book, move |book| book.blob_chunks(&scope, hash, bytes)).await?;
    for chunk in have.missing() {
        if stop() {
            return Ok(Ended::Stopped);
        }
        let plain = match chunk_of(province, one, chunk).await {
            Ok(Some(plain)) => plain,
            Ok(None) => return Ok(Ended::NotNow),
            Err(error) => match word(error)? {
                // The desk that made it has not brought it yet.
                Word::Absent | Word::Damaged => return Ok(Ended::NotNow),
                Word::Never(code) => return give_up(book, one, code).await,
            },
        };
        let scope = one.scope.clone();
        let came = on_store(book, move |book| match book.take_chunk(&scope, hash, bytes, chunk, &plain) {
            // Not as long as it should be: as little worth as a wrong hash.
            Err(tiexin_store::StoreError::BlobDiffers) => Ok(Came::Differs),
            other => other,
        });
        match came.await? {
            Came::More => {}
            Came::Whole => return Ok(Ended::Whole),
            Came::Differs => return Ok(Ended::NotNow),
        }
    }
    // The disk lost some chunk on the way: it is fetched in the next round.
    Ok(Ended::NotNow)
}

/// A chunk that is what its print says; `None` after it came damaged several times.
async fn chunk_of(province: &dyn Province, one: &Wanted, chunk: u32) -> Result<Option<Vec<u8>>, SyncError> {
    for _ in 0..TRIES {
        let (bytes, said) = province.blob_get(one, chunk).await?;
        if print(&bytes) == said {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}
