//! Bytes of attachments over HTTPS.

use reqwest::{Method, Response};
use tiexin_protocol::blob::{Chunks, HEADER_BYTES, HEADER_HAVE, HEADER_PRINT, Wanted, count, print};

use super::HttpProvince;
use crate::error::SyncError;

fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    response.headers().get(name)?.to_str().ok()
}

impl HttpProvince {
    pub(super) async fn have_of(&self, one: &Wanted) -> Result<Chunks, SyncError> {
        let response = self.chunk(Method::HEAD, one, 0, None).await?;
        told(one, &response)
    }

    pub(super) async fn bring(&self, one: &Wanted, chunk: u32, bytes: Vec<u8>) -> Result<Chunks, SyncError> {
        let response = self.chunk(Method::PUT, one, chunk, Some(bytes)).await?;
        told(one, &response)
    }

    pub(super) async fn fetch(&self, one: &Wanted, chunk: u32) -> Result<(Vec<u8>, String), SyncError> {
        let response = self.chunk(Method::GET, one, chunk, None).await?;
        let said = header(&response, HEADER_PRINT).ok_or(SyncError::Protocol("print"))?.to_owned();
        Ok((self.line.bytes(response).await?, said))
    }

    async fn chunk(
        &self,
        method: Method,
        one: &Wanted,
        chunk: u32,
        body: Option<Vec<u8>>,
    ) -> Result<Response, SyncError> {
        let mut url = self.line.address.url(&format!("v1/blob/{}/{chunk}", one.hash));
        url.set_query(Some(&format!("scope={}&record={}", one.scope, one.record)));
        let body = body.map(bytes::Bytes::from);
        let make = |client: &reqwest::Client| {
            let asking = client.request(method.clone(), url.clone());
            match &body {
                Some(body) => asking
                    .header("content-type", "application/octet-stream")
                    .header(HEADER_BYTES, one.bytes)
                    .header(HEADER_PRINT, print(body))
                    .body(body.clone()),
                None => asking,
            }
        };
        self.line.asked(make).await
    }
}

fn told(one: &Wanted, response: &Response) -> Result<Chunks, SyncError> {
    let have = header(response, HEADER_HAVE).ok_or(SyncError::Protocol("have"))?;
    Chunks::read(count(one.bytes), have).ok_or(SyncError::Protocol("have"))
}
