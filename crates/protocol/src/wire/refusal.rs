//! Why something is not granted. One list of codes for those who send them and those who match them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::statement::Signed;

/// Body of every refusal: `{code, message}`; the message is Chinese and says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refusal {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub code: RefusalCode,
    pub message: String,
    /// With `device_revoked`: a [`crate::statement::WipeOrder`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Signed>,
}

/// The code of a refusal once more, as a header of the reply: a reply to HEAD has no body.
pub const HEADER_CODE: &str = "tiexin-code";

/// Writes each code once: the enum, its text and the way back cannot differ.
macro_rules! codes {
    ($($(#[$about:meta])* $code:ident = $text:literal,)*) => {
        /// What programs match. The texts are part of the frozen wire format; a code is never given a new meaning.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum RefusalCode {
            $($(#[$about])* $code,)*
            /// A code of a newer program, kept as it came.
            Other(String),
        }

        impl RefusalCode {
            /// Every code that this program knows.
            pub const KNOWN: &'static [RefusalCode] = &[$(RefusalCode::$code,)*];

            /// As it travels.
            pub fn as_str(&self) -> &str {
                match self {
                    $(RefusalCode::$code => $text,)*
                    RefusalCode::Other(text) => text,
                }
            }

            /// As it came.
            pub fn read(text: &str) -> RefusalCode {
                match text {
                    $($text => RefusalCode::$code,)*
                    other => RefusalCode::Other(other.to_owned()),
                }
            }
        }
    };
}

codes! {
    // Who asks.
    DeviceUnknown = "device_unknown",
    DeviceRevoked = "device_revoked",
    DeviceMismatch = "device_mismatch",
    /// The bearer token is missing, over or of another secret: a new one may be asked for.
    TokenInvalid = "token_invalid",
    SignatureWrong = "signature_wrong",
    CodeInvalid = "code_invalid",
    /// The code was given out to another user, and stays good.
    CodeOfAnother = "code_of_another",
    UserDisabled = "user_disabled",
    AuthorTaken = "author_taken",
    KeyInvalid = "key_invalid",
    NoRight = "no_right",
    // What is asked.
    ProtocolOld = "protocol_old",
    ChangeForeign = "change_foreign",
    /// Another machine speaks under this desk's number.
    IncarnationForked = "incarnation_forked",
    PushTooLarge = "push_too_large",
    BodyTooLarge = "body_too_large",
    BodyUnreadable = "body_unreadable",
    TooManyRequests = "too_many_requests",
    NotFound = "not_found",
    // Attachments.
    BlobDamaged = "blob_damaged",
    BlobDiffers = "blob_differs",
    BlobBroken = "blob_broken",
    BlobsFull = "blobs_full",
    BlobsOff = "blobs_off",
    /// In a reply package: it cannot be kept just now, bring it again.
    NotNow = "not_now",
    // The office's own commands.
    NameTaken = "name_taken",
    UserUnknown = "user_unknown",
    GrantUnknown = "grant_unknown",
    ReplicaUnknown = "replica_unknown",
    // Nothing is wrong with the request; the same one will do later.
    Full = "full",
    Unavailable = "unavailable",
    Internal = "internal",
    // Carried packages.
    PackageUnknown = "package_unknown",
    PackageNewer = "package_newer",
    PackageDamaged = "package_damaged",
    PackageForged = "package_forged",
    PackageOtherProvince = "package_other_province",
    PackageOtherDesk = "package_other_desk",
    PackageOtherIncarnation = "package_other_incarnation",
    PackageOutward = "package_outward",
    PackageHomeward = "package_homeward",
    PackageForked = "package_forked",
    PackageTooLarge = "package_too_large",
    PackageSenderUnknown = "package_sender_unknown",
    PackageKeyUnusable = "package_key_unusable",
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for RefusalCode {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RefusalCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(RefusalCode::read(&String::deserialize(from)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_comes_back_and_an_unknown_one_is_kept() {
        for code in RefusalCode::KNOWN {
            assert_eq!(RefusalCode::read(code.as_str()), *code);
        }
        let newer = r#"{"code":"moon_is_full","message":"请稍后再试"}"#;
        let refusal: Refusal = serde_json::from_str(newer).unwrap();
        assert_eq!(refusal.code, RefusalCode::Other("moon_is_full".into()));
        assert_eq!(serde_json::to_string(&refusal).unwrap(), newer);
    }
}
