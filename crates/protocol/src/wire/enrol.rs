//! A device joins, and says who it is.

use serde::{Deserialize, Serialize};
use tiexin_domain::access::User;
use uuid::Uuid;

/// `POST /v1/enrol`, once for each user of a device, with a one-time code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolRequest {
    /// The one-time code, as typed (case and spaces do not matter).
    pub code: String,
    /// The device's id when it is enrolled already and another user joins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Uuid>,
    /// Ed25519 public key of the device, 64 hex digits.
    pub device_key: String,
    /// A name by which people know the machine.
    pub device_name: String,
    /// The id under which the local user has recorded so far; the server takes it as this user's alias.
    pub author: Uuid,
    pub app: String,
    /// Who sits at the desk: a code is good only for the user to whom it was given out. None: an older program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Joining>,
}

/// A person as the desk knows him before the province has said who he is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Joining {
    /// Sign-in name.
    pub name: String,
    pub display_name: String,
}

/// Reply to [`EnrolRequest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolReply {
    pub device: Uuid,
    pub user: User,
}

/// `POST /v1/token`: first without, then with the signature of the nonce.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenRequest {
    pub device: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Ed25519 over `"tiexin-token-v1:" + nonce`, 128 hex digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// Reply to [`TokenRequest`]: a nonce to sign, or the bearer token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TokenReply {
    Nonce(String),
    /// `seconds` from receipt until it must be renewed.
    Token {
        token: String,
        seconds: u64,
    },
}
