//! New versions of the program, over HTTPS. Who signed them is for the caller to look at.

use tiexin_protocol::statement::Signed;
use tiexin_protocol::wire::{RefusalCode, ReleaseReply};

use super::HttpProvince;
use crate::error::SyncError;

impl HttpProvince {
    /// `GET /v1/release`: the newest release that the province gives out; none, also from a province that knows
    /// nothing of releases.
    ///
    /// # Errors
    /// As any request.
    pub async fn release(&self) -> Result<Option<Signed>, SyncError> {
        let url = self.line.address.url("v1/release");
        let get = |client: &reqwest::Client| client.get(url.clone()).header("accept-encoding", "zstd");
        match self.line.asked(get).await {
            Ok(response) => Ok(self.line.json::<ReleaseReply>(response).await?.newest),
            Err(SyncError::Refused { code: RefusalCode::NotFound, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// `GET /v1/release/{version}/{platform}/{piece}`: bytes of the part of a platform, from
    /// `piece * tiexin_protocol::release::PIECE_BYTES` on.
    ///
    /// # Errors
    /// As any request.
    pub async fn release_piece(
        &self,
        version: &str,
        platform: &str,
        piece: u64,
    ) -> Result<Vec<u8>, SyncError> {
        let url = self.line.address.url(&format!("v1/release/{version}/{platform}/{piece}"));
        let response = self.line.asked(|client| client.get(url.clone())).await?;
        self.line.bytes(response).await
    }
}
