//! Where the bytes of attachments lie: a folder, or an S3-compatible store.

use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, RetryConfig};
use tiexin_domain::RegionCode;
use tiexin_protocol::blob::BlobHash;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::store::StoreUrl;

/// How long a request to the store is tried.
const PATIENCE: Duration = Duration::from_secs(20);

/// Bytes by their names.
#[derive(Debug, Clone)]
pub(crate) struct Place(Arc<dyn ObjectStore>);

impl Place {
    /// `FOLDER`, `file:FOLDER`, or `s3://BUCKET/PREFIX`; the latter's keys come from `AWS_…` in the environment.
    pub(crate) fn open(text: &str) -> Result<Place> {
        let Some(rest) = text.strip_prefix("s3://") else {
            return Place::folder(FilePath::new(text.strip_prefix("file:").unwrap_or(text)));
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let unusable = |error| Error::Config(format!("附件存放位置 {text}：{error}"));
        // The store is spoken to by the TLS that the server itself speaks.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A desk tries again by itself; it is not to wait minutes for a store that is away.
        let retry = RetryConfig { max_retries: 3, retry_timeout: PATIENCE, ..RetryConfig::default() };
        let store = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retry);
        let store = store.build().map_err(unusable)?;
        Ok(Place(Arc::new(PrefixStore::new(store, prefix))))
    }

    fn folder(folder: &FilePath) -> Result<Place> {
        std::fs::create_dir_all(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Place(Arc::new(store)))
    }

    /// A pilot's: beside its file. A book on PostgreSQL has to be told.
    pub(crate) fn usual(store: &StoreUrl) -> Result<Option<Place>> {
        match store {
            StoreUrl::Sqlite(file) => Place::folder(&file.with_added_extension("blobs")).map(Some),
            StoreUrl::Postgres(_) => Ok(None),
        }
    }

    fn whole(scope: &RegionCode, hash: BlobHash) -> Path {
        Path::from_iter(["blob", scope.as_str(), &hash.to_string()])
    }

    fn part(record: Uuid, hash: BlobHash, chunk: u32) -> Path {
        Path::from_iter(["part", &record.to_string(), &hash.to_string(), &chunk.to_string()])
    }

    pub(super) async fn put_part(
        &self,
        record: Uuid,
        hash: BlobHash,
        chunk: u32,
        bytes: Bytes,
    ) -> Result<()> {
        self.0.put(&Self::part(record, hash, chunk), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// `None`: it is not there.
    pub(super) async fn get_part(&self, record: Uuid, hash: BlobHash, chunk: u32) -> Result<Option<Bytes>> {
        self.get(&Self::part(record, hash, chunk)).await
    }

    pub(super) async fn drop_part(&self, record: Uuid, hash: BlobHash, chunk: u32) -> Result<()> {
        match self.0.delete(&Self::part(record, hash, chunk)).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn put_whole(&self, scope: &RegionCode, hash: BlobHash, bytes: Bytes) -> Result<()> {
        self.0.put(&Self::whole(scope, hash), PutPayload::from(bytes)).await?;
        Ok(())
    }

    pub(super) async fn get_whole(&self, scope: &RegionCode, hash: BlobHash) -> Result<Option<Bytes>> {
        self.get(&Self::whole(scope, hash)).await
    }

    pub(super) async fn get_range(
        &self,
        scope: &RegionCode,
        hash: BlobHash,
        from: u64,
        len: usize,
    ) -> Result<Option<Bytes>> {
        match self.0.get_range(&Self::whole(scope, hash), from..from + len as u64).await {
            Ok(bytes) => Ok(Some(bytes)),
            // A file that became shorter is damaged as one that is gone is.
            Err(object_store::Error::NotFound { .. } | object_store::Error::Generic { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn get(&self, path: &Path) -> Result<Option<Bytes>> {
        match self.0.get(path).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
