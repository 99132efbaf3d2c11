//! Where a province is.

use crate::error::SyncError;

/// Where a province is. Plain HTTP is for loopback only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvinceAddress {
    pub(super) base: reqwest::Url,
    /// PEM of an authority of the province's own, when it has one.
    pub(super) authority: Option<String>,
}

impl ProvinceAddress {
    /// Reads an address as typed: `https://host[:port]`, or `http://127.0.0.1:port` for a pilot on one machine.
    pub fn read(text: &str, authority: Option<String>) -> Result<Self, SyncError> {
        let text = text.trim().trim_end_matches('/');
        let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let base = reqwest::Url::parse(&text).map_err(|_| SyncError::Address)?;
        let loopback = matches!(base.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        match base.scheme() {
            "https" => {}
            "http" if loopback => {}
            _ => return Err(SyncError::Address),
        }
        Ok(Self { base, authority })
    }

    /// Whether nothing is encrypted on the way.
    pub fn is_plain(&self) -> bool {
        self.base.scheme() == "http"
    }

    /// The address as it is shown and kept.
    pub fn as_text(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    pub(super) fn url(&self, path: &str) -> reqwest::Url {
        let mut url = self.base.clone();
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}/{path}"));
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_reaches_loopback_only() {
        for good in
            ["https://p.example.cn", "p.example.cn:8443", "http://127.0.0.1:8080/", "http://localhost:1"]
        {
            assert!(ProvinceAddress::read(good, None).is_ok(), "{good}");
        }
        for bad in ["http://p.example.cn", "ftp://127.0.0.1", "http://127.0.0.1.example.cn", ""] {
            assert_eq!(ProvinceAddress::read(bad, None), Err(SyncError::Address), "{bad}");
        }
    }
}
