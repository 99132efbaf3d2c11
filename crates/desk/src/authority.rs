//! The certificate of a province's own authority, as a worker hands it over to join.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tiexin_contract::import::FileGiven;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::Problem;
use tiexin_sync::SyncError;

use crate::files;

/// The field of the commands that join.
const FIELD: &str = "authority";
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

/// As PEM, whichever of the two ways the file writes a certificate.
pub(crate) fn read(file: &FileGiven) -> Result<String, ErrorReply> {
    let bytes = files::bytes_of(file).map_err(|_| {
        told(ErrorCode::FileRefused, "证书文件打不开，没有接入。请确认文件还在，再选一次。".into())
    })?;
    pem(&bytes).ok_or_else(|| {
        let message = "这个文件不是证书，没有接入。请选管理员给的证书文件（多半叫 ca.crt）。";
        told(ErrorCode::FileRefused, message.into())
    })
}

fn pem(bytes: &[u8]) -> Option<String> {
    // A sequence of more than 255 bytes: what Windows saves a certificate as.
    if bytes.starts_with(&[0x30, 0x82]) {
        let body = STANDARD.encode(bytes);
        let lines: Vec<&str> =
            body.as_bytes().chunks(64).filter_map(|l| std::str::from_utf8(l).ok()).collect();
        return Some(format!("{BEGIN}\n{}\n-----END CERTIFICATE-----\n", lines.join("\n")));
    }
    std::str::from_utf8(bytes).ok().filter(|text| text.contains(BEGIN)).map(str::to_owned)
}

/// A province whose certificate cannot be trusted. `given`: with the certificate that was handed over or kept.
pub(crate) fn distrusted(error: &SyncError, given: bool) -> ErrorReply {
    let message = match (error, given) {
        (SyncError::Authority, _) => "这个证书文件不能用，没有接入。请向管理员重新要一份（多半叫 ca.crt）。",
        (_, true) => {
            "对方的证书和选的证书文件对不上，没有发送任何内容。请向管理员核对地址和证书文件，并看看电脑的日期对不对。"
        }
        (_, false) => {
            "对方的证书不是公认机构发的，没有发送任何内容。省平台用自己的证书时，要另外给出管理员发的证书文件（ca.crt）；也请核对地址，看看电脑的日期对不对。"
        }
    };
    told(ErrorCode::Refused, message.into())
}

/// Told beside the field, also where the desk stands alone so far.
fn told(code: ErrorCode, message: String) -> ErrorReply {
    let problems = vec![Problem::new(FIELD, "certificate", message.clone())];
    ErrorReply { problems, ..ErrorReply::new(code, message) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(bytes: &[u8]) -> FileGiven {
        FileGiven { name: "ca.crt".into(), path: None, base64: Some(STANDARD.encode(bytes)) }
    }

    #[test]
    fn a_certificate_is_read_either_way() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/tls/localhost.cert.pem");
        let text = std::fs::read_to_string(file).unwrap();
        assert_eq!(read(&given(text.as_bytes())).unwrap(), text);
        let whole = &text[text.find(BEGIN).unwrap()..];
        let body: String = whole.lines().filter(|line| !line.starts_with('-')).collect();
        assert_eq!(read(&given(&STANDARD.decode(body).unwrap())).unwrap(), whole);
    }

    #[test]
    fn what_is_none_is_told_at_its_field() {
        for bytes in [&b""[..], b"ca", b"-----BEGIN PRIVATE KEY-----", &[0xff, 0xfe, 0x30]] {
            let error = read(&given(bytes)).unwrap_err();
            assert!(error.about(FIELD).is_some_and(|said| said.contains("证书")), "{error:?}");
        }
        let gone = FileGiven { name: "ca.crt".into(), path: Some("/nowhere/ca.crt".into()), base64: None };
        assert!(read(&gone).unwrap_err().about(FIELD).is_some_and(|said| said.contains("打不开")));
    }
}
