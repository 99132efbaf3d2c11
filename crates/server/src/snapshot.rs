//! Snapshots: a scope's records as zstd-compressed JSON lines, built once and handed to many.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tiexin_domain::RegionCode;
use tiexin_protocol::wire::{SnapshotHeader, View};

use crate::error::Result;
use crate::plan::{RegionState, ScopeState};

/// zstd level: higher ones cost the first desk more time than they save the others.
const LEVEL: i32 = 3;
/// What the shelf may hold.
const SHELF_BYTES: usize = 256 * 1024 * 1024;

/// A finished snapshot.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) header: SnapshotHeader,
    pub(crate) body: Bytes,
    /// Names the bytes: equal tags, equal bytes. In quotes, as an `ETag` is written.
    pub(crate) tag: String,
}

/// Writes a snapshot line by line.
pub(crate) struct Writer {
    header: SnapshotHeader,
    encoder: zstd::Encoder<'static, Vec<u8>>,
}

impl Writer {
    /// Begins with the header's line.
    pub(crate) fn begin(header: &SnapshotHeader) -> Result<Writer> {
        let mut encoder = zstd::Encoder::new(Vec::with_capacity(1 << 20), LEVEL)?;
        encoder.include_checksum(true)?;
        let mut writer = Writer { header: header.clone(), encoder };
        writer.line(&serde_json::to_vec(header)?)?;
        Ok(writer)
    }

    /// One record, as stored: canonical JSON.
    pub(crate) fn line(&mut self, record: &[u8]) -> Result<()> {
        self.encoder.write_all(record)?;
        self.encoder.write_all(b"\n")?;
        Ok(())
    }

    /// The whole.
    pub(crate) fn finish(self) -> Result<Snapshot> {
        let body: Bytes = self.encoder.finish()?.into();
        let sum = blake3::hash(&body);
        let tag = format!("\"{}-{}\"", self.header.seq, hex::encode(&sum.as_bytes()[..12]));
        Ok(Snapshot { header: self.header, body, tag })
    }
}

/// Digest and number of the records in a view.
pub(crate) fn counted(regions: &[(RegionCode, RegionState)], view: &View) -> RegionState {
    regions.iter().filter(|(region, _)| view.is_empty() || view.contains(region)).fold(
        RegionState::default(),
        |sum, (_, state)| RegionState {
            digest: sum.digest.plus(state.digest),
            records: sum.records + state.records,
        },
    )
}

type Key = (RegionCode, View);

#[derive(Default)]
struct Place {
    snapshot: Option<Snapshot>,
    used: u64,
}

/// Snapshots that were built already. Each is built by one request while the others wait for it.
#[derive(Default)]
pub(crate) struct Shelf {
    places: Mutex<HashMap<Key, Arc<tokio::sync::Mutex<Place>>>>,
    clock: std::sync::atomic::AtomicU64,
}

impl Shelf {
    /// The snapshot on the shelf if it is fresh enough for the scope as it stands, else a new one.
    pub(crate) async fn take<F>(
        &self,
        scope: &RegionCode,
        view: &View,
        state: &ScopeState,
        build: F,
    ) -> Result<Option<Snapshot>>
    where
        F: AsyncFnOnce() -> Result<Option<Snapshot>>,
    {
        let key = (scope.clone(), view.clone());
        let place = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            places.entry(key.clone()).or_default().clone()
        };
        let mut place = place.lock().await;
        place.used = self.clock.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if let Some(ready) = place.snapshot.as_ref().filter(|s| fresh(&s.header, state)) {
            return Ok(Some(ready.clone()));
        }
        place.snapshot = build().await?;
        let built = place.snapshot.clone();
        drop(place);
        self.tidy(&key);
        Ok(built)
    }

    /// Drops the longest unused beyond the limit. Places in use are passed over.
    fn tidy(&self, keep: &Key) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sizes: Vec<(u64, usize, Key)> = places
            .iter()
            .filter_map(|(key, place)| {
                let place = place.try_lock().ok()?;
                Some((place.used, place.snapshot.as_ref().map_or(0, |s| s.body.len()), key.clone()))
            })
            .collect();
        sizes.sort();
        let mut total: usize = sizes.iter().map(|(_, size, _)| size).sum();
        for (_, size, key) in sizes {
            if total <= SHELF_BYTES {
                break;
            }
            if key != *keep {
                total -= size;
                places.remove(&key);
            }
        }
    }
}

/// A snapshot serves as long as the tail of the log that follows it is short.
fn fresh(header: &SnapshotHeader, state: &ScopeState) -> bool {
    header.generation == state.generation
        && header.seq <= state.head
        && state.head - header.seq <= 500.max(header.records / 20)
}
