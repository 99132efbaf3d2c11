//! Keys for the day on which somebody has forgotten a password: the escrow key, whose private half the
//! province keeps away from every network, and the codes under which a book's key comes back.

use std::str::FromStr;

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use serde::{Serialize, de::DeserializeOwned};
use tiexin_protocol::package::Fault;
use zeroize::Zeroizing;

use crate::body;
use crate::keys::identity;

/// A new escrow key: the private half, to be kept offline, and the recipient that the server names.
pub fn escrow_keygen() -> (Zeroizing<String>, String) {
    let fresh = Identity::generate();
    (Zeroizing::new(fresh.to_string().expose_secret().to_owned()), fresh.to_public().to_string())
}

/// Whether it can be encrypted to.
pub fn is_recipient(text: &str) -> bool {
    crate::keys::recipient(text).is_ok()
}

/// Encrypts to the escrow key. Hex digits.
///
/// # Errors
/// `KeyUnusable`: no age recipient.
pub fn leave<T: Serialize>(to: &str, what: &T) -> Result<String, Fault> {
    Ok(hex::encode(body::seal(to, what, &[])?))
}

/// What was left, for the holder of the private half (`AGE-SECRET-KEY-1…`).
///
/// # Errors
/// `KeyUnusable`: no private key. `OtherDesk`: left for another key. `Damaged`.
pub fn take_out<T: DeserializeOwned>(private: &str, sealed: &str) -> Result<T, Fault> {
    let key = Identity::from_str(private.trim()).map_err(|_| Fault::KeyUnusable)?;
    Ok(body::open_for(&key, &hex::decode(sealed).map_err(|_| Fault::Damaged)?)?.0)
}

/// Encrypts for whoever has the code. The code must be random: at least a hundred bits. Hex digits.
///
/// # Errors
/// `KeyUnusable` cannot happen with 32 derived bytes.
pub fn under_code<T: Serialize>(code: &str, what: &T) -> Result<String, Fault> {
    leave(&of_code(code)?.to_public().to_string(), what)
}

/// What was encrypted under the code, as typed.
///
/// # Errors
/// `OtherDesk`: another code. `Damaged`.
pub fn with_code<T: DeserializeOwned>(code: &str, sealed: &str) -> Result<T, Fault> {
    let sealed = hex::decode(sealed).map_err(|_| Fault::Damaged)?;
    Ok(body::open_for(&of_code(code)?, &sealed)?.0)
}

/// A code as it is meant: case, spaces, dashes and look-alikes do not matter.
pub fn plain_code(typed: &str) -> String {
    let sign = |c: char| match c.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    typed.chars().filter(char::is_ascii_alphanumeric).map(sign).collect()
}

fn of_code(code: &str) -> Result<Identity, Fault> {
    let hash = Zeroizing::new(*blake3::hash(plain_code(code).as_bytes()).as_bytes());
    identity("tiexin rescue code v1", &hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_is_for_the_private_half_alone() {
        let (private, public) = escrow_keygen();
        let sealed = leave(&public, &"钥匙").unwrap();
        assert_eq!(take_out::<String>(&private, &sealed).as_deref(), Ok("钥匙"));
        let (other, _) = escrow_keygen();
        assert_eq!(take_out::<String>(&other, &sealed), Err(Fault::OtherDesk));
        assert_eq!(take_out::<String>("nonsense", &sealed), Err(Fault::KeyUnusable));
        assert_eq!(take_out::<String>(&private, "zz"), Err(Fault::Damaged));
        assert!(is_recipient(&public) && !is_recipient(&private) && !is_recipient(""));
    }

    #[test]
    fn a_code_may_be_typed_loosely_but_must_be_the_one() {
        let sealed = under_code("AB01-CDEF", &7u8).unwrap();
        assert_eq!(with_code::<u8>("ab ol cdef", &sealed), Ok(7));
        assert_eq!(with_code::<u8>("AB01-CDEG", &sealed), Err(Fault::OtherDesk));
    }
}
