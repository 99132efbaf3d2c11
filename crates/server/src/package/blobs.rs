//! Bytes of attachments that came with a package. They go through the door of those that come on the line, so rights,
//! hashes and bringing one twice are as there. One that is not taken holds up nothing else.

use bytes::Bytes;
use tiexin_protocol::blob::{BlobHash, print, span};
use tiexin_protocol::package::{BlobTold, CarriedBlob};
use tiexin_protocol::wire::RefusalCode;
use uuid::Uuid;

use crate::blob::Asked;
use crate::error::{Error, Refused, Result};
use crate::province::Province;

impl Province {
    /// Takes in the blobs that follow a body; tells of each whether it is here whole.
    pub(super) async fn brought(
        &self,
        device: Uuid,
        blobs: &[CarriedBlob],
        bytes: &Bytes,
    ) -> Result<Vec<BlobTold>> {
        let mut told = Vec::with_capacity(blobs.len());
        let mut at = 0usize;
        for one in blobs {
            let end = usize::try_from(one.bytes).ok().and_then(|length| at.checked_add(length));
            // What is cut off is missing from here on: what follows has no bytes either.
            let piece = end.filter(|end| *end <= bytes.len()).map(|end| bytes.slice(at..end));
            at = end.unwrap_or(bytes.len()).min(bytes.len());
            let refused = match piece {
                Some(piece) if BlobHash::of(&piece) == one.hash => {
                    self.keep_brought(device, one, &piece).await?
                }
                _ => Some(Refused::BlobDamaged.code()),
            };
            told.push(BlobTold { record: one.record, hash: one.hash, refused });
        }
        Ok(told)
    }

    async fn keep_brought(
        &self,
        device: Uuid,
        one: &CarriedBlob,
        bytes: &Bytes,
    ) -> Result<Option<RefusalCode>> {
        match self.bring_whole(device, one, bytes).await {
            Ok(()) => Ok(None),
            Err(Error::Refused(why)) => Ok(Some(why.code())),
            Err(Error::Blobs(_) | Error::Io(_)) => Ok(Some(RefusalCode::NotNow)),
            Err(other) => Err(other),
        }
    }

    async fn bring_whole(&self, device: Uuid, one: &CarriedBlob, bytes: &Bytes) -> Result<()> {
        let asked = |chunk| Asked { device, scope: &one.scope, record: one.record, hash: one.hash, chunk };
        let (have, length) = self.blob_have(&asked(0)).await?;
        if length != one.bytes {
            return Err(Refused::BlobDamaged.into());
        }
        for chunk in have.missing() {
            let (from, len) = span(length, chunk).ok_or(Refused::BlobDamaged)?;
            let piece = bytes.slice(from as usize..from as usize + len);
            self.put_blob(&asked(chunk), length, &print(&piece), piece).await?;
        }
        Ok(())
    }
}
