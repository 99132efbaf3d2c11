//! Loading a scope from the province's snapshot: streamed, resumable, usable while it loads.

use std::io::{BufRead, BufReader, Read};

use backon::BackoffBuilder;
use futures::StreamExt;
use tiexin_domain::Record;
use tiexin_domain::region::RegionCode;
use tiexin_protocol::wire::SnapshotHeader;
use tiexin_store::{Book, SnapshotOutcome, StoreError};
use tokio::sync::mpsc;

use crate::error::SyncError;
use crate::province::Province;

/// Most bytes of one line: a record with long notes is a few kilobytes.
const LINE_BYTES: u64 = 8 * 1024 * 1024;
/// Parts of the download that wait for the store at most.
const PARTS_AHEAD: usize = 64;

/// Downloads and lays down `scope`. A broken line is taken up where it broke.
pub(crate) async fn load(
    book: &Book,
    province: &dyn Province,
    scope: &RegionCode,
    now_ms: i64,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<SnapshotOutcome, SyncError> {
    let (parts, incoming) = mpsc::channel::<Vec<u8>>(PARTS_AHEAD);
    let (told, mut heard) = mpsc::unbounded_channel::<(u64, u64)>();
    let laying = {
        let book = book.clone();
        tokio::task::spawn_blocking(move || lay_down(&book, incoming, told, now_ms))
    };
    let download = download(province, scope, parts);
    tokio::pin!(download, laying);
    let mut downloaded = None;
    loop {
        tokio::select! {
            Some((done, total)) = heard.recv() => progress(done, total),
            result = &mut download, if downloaded.is_none() => downloaded = Some(result),
            outcome = &mut laying => {
                let outcome = outcome.map_err(|_| SyncError::Cancelled)?;
                return match downloaded {
                    // The network's own word is clearer than that of a cut stream.
                    Some(Err(network)) => Err(network),
                    _ => outcome,
                };
            }
        }
    }
}

async fn download(
    province: &dyn Province,
    scope: &RegionCode,
    parts: mpsc::Sender<Vec<u8>>,
) -> Result<(), SyncError> {
    let mut backoff = province.patience().build();
    let mut received: u64 = 0;
    let mut tag: Option<String> = None;
    loop {
        let attempt = async {
            let mut part = province.snapshot(scope, received, tag.as_deref()).await?;
            if received > 0 && !part.resumed {
                // Another snapshot by now: what is half read cannot be gone on with.
                return Err(SyncError::Protocol("snapshot"));
            }
            if part.tag.is_some() {
                tag = part.tag;
            }
            while let Some(chunk) = part.chunks.next().await {
                let chunk = chunk?;
                received += chunk.len() as u64;
                if parts.send(chunk.to_vec()).await.is_err() {
                    return Ok(());
                }
            }
            Ok(())
        };
        match attempt.await {
            Err(SyncError::Offline) => match backoff.next() {
                Some(delay) => tokio::time::sleep(delay).await,
                None => return Err(SyncError::Offline),
            },
            other => return other,
        }
    }
}

/// The parts as one stream of bytes.
struct Parts {
    incoming: mpsc::Receiver<Vec<u8>>,
    part: Vec<u8>,
    at: usize,
}

impl Read for Parts {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.part.len() {
            match self.incoming.blocking_recv() {
                Some(part) => (self.part, self.at) = (part, 0),
                None => return Ok(0),
            }
        }
        let read = out.len().min(self.part.len() - self.at);
        out[..read].copy_from_slice(&self.part[self.at..self.at + read]);
        self.at += read;
        Ok(read)
    }
}

fn lay_down(
    book: &Book,
    incoming: mpsc::Receiver<Vec<u8>>,
    told: mpsc::UnboundedSender<(u64, u64)>,
    now_ms: i64,
) -> Result<SnapshotOutcome, SyncError> {
    let parts = Parts { incoming, part: Vec::new(), at: 0 };
    lay(book, parts, told, now_ms)
}

/// Lays down a snapshot from its bytes. One that breaks off is `Offline`, one that does not fit itself `Contradictory`.
pub(crate) fn lay(
    book: &Book,
    bytes: impl Read + Send,
    told: mpsc::UnboundedSender<(u64, u64)>,
    now_ms: i64,
) -> Result<SnapshotOutcome, SyncError> {
    let decoder = zstd::stream::read::Decoder::new(bytes).map_err(|_| SyncError::Offline)?;
    let mut lines = Lines { reader: BufReader::with_capacity(256 * 1024, decoder), line: Vec::new() };
    let header: SnapshotHeader = lines.next()?.ok_or(SyncError::Offline)?;
    let total = header.records;
    let before = book.cursors()?.into_iter().find(|cursor| cursor.scope == header.scope);
    let restored = before.is_some_and(|cursor| cursor.generation != header.generation);
    let mut trouble = None;
    let records = std::iter::from_fn(|| match lines.next::<Record>() {
        Ok(record) => record.map(Ok),
        Err(error) => Some(Err(trouble.insert(error).clone())),
    });
    let outcome = book.apply_snapshot(
        &header,
        records,
        &mut |done| {
            // The listener may be gone; the work goes on.
            let _ = told.send((done, total));
            true
        },
        now_ms,
    );
    match (trouble, outcome) {
        (Some(error), _) => Err(error),
        (None, Err(StoreError::Differs { .. })) => Err(SyncError::Contradictory),
        (None, outcome) => {
            let outcome = outcome?;
            if restored {
                crate::gone::note(book, &outcome.removed, now_ms)?;
            }
            Ok(outcome)
        }
    }
}

struct Lines<R> {
    reader: R,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    fn next<T: serde::de::DeserializeOwned>(&mut self) -> Result<Option<T>, SyncError> {
        self.line.clear();
        let mut bounded = (&mut self.reader).take(LINE_BYTES);
        bounded.read_until(b'\n', &mut self.line).map_err(|_| SyncError::Offline)?;
        if self.line.is_empty() {
            return Ok(None);
        }
        serde_json::from_slice(&self.line).map(Some).map_err(|_| SyncError::Protocol("snapshot"))
    }
}
