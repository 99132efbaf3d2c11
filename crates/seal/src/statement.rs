//! Statements that can be kept and shown: signed by the province, or by a desk.

use ed25519_dalek::{Signature, VerifyingKey};
use tiexin_protocol::canonical;
use tiexin_protocol::package::Fault;
use tiexin_protocol::statement::{Signed, Statement, signed_bytes};

use crate::keys::Keys;

/// Says it with the signature of `keys`.
///
/// # Errors
/// `Damaged` cannot happen with the statements of the protocol: their JSON is always writable.
pub fn state<T: Statement>(keys: &Keys, what: &T) -> Result<Signed, Fault> {
    let value = serde_json::to_value(what).map_err(|_| Fault::Damaged)?;
    let body = String::from_utf8(canonical(&value)).map_err(|_| Fault::Damaged)?;
    let signature = hex::encode(keys.sign(&signed_bytes(T::PURPOSE, &body)));
    Ok(Signed { body, signature })
}

/// What was said, if the holder of `key` (ed25519, 64 hex digits) said it.
///
/// # Errors
/// `Forged`: another key, another kind of statement, or altered. `Damaged`: signed, but not understood.
pub fn check<T: Statement>(key: &str, signed: &Signed) -> Result<T, Fault> {
    verified(key, &signed_bytes(T::PURPOSE, &signed.body), &signed.signature)?;
    serde_json::from_str(&signed.body).map_err(|_| Fault::Damaged)
}

/// The signature of a few words, e.g. that an order was carried out. 128 hex digits.
pub fn mark(keys: &Keys, purpose: &str, words: &str) -> String {
    hex::encode(keys.sign(&signed_bytes(purpose, words)))
}

/// Whether the holder of `key` made the mark.
///
/// # Errors
/// `Forged`.
pub fn check_mark(key: &str, purpose: &str, words: &str, mark: &str) -> Result<(), Fault> {
    verified(key, &signed_bytes(purpose, words), mark)
}

fn verified(key: &str, bytes: &[u8], signature: &str) -> Result<(), Fault> {
    let mut public = [0u8; 32];
    hex::decode_to_slice(key, &mut public).map_err(|_| Fault::Forged)?;
    let key = VerifyingKey::from_bytes(&public).map_err(|_| Fault::Forged)?;
    let mut mark = [0u8; 64];
    hex::decode_to_slice(signature, &mut mark).map_err(|_| Fault::Forged)?;
    key.verify_strict(bytes, &Signature::from_bytes(&mark)).map_err(|_| Fault::Forged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_protocol::statement::{Lease, WipeOrder};
    use uuid::Uuid;

    fn order() -> WipeOrder {
        WipeOrder { device: Uuid::from_u128(1), order: Uuid::from_u128(2), issued: 3, hand_over: false }
    }

    #[test]
    fn only_the_province_can_say_it_and_nothing_can_be_changed() {
        let province = Keys::of_province(&[1; 32]).unwrap();
        let key = province.public().sign;
        let said = state(&province, &order()).unwrap();
        assert_eq!(check::<WipeOrder>(&key, &said), Ok(order()));
        let other = Keys::of_province(&[2; 32]).unwrap().public().sign;
        assert_eq!(check::<WipeOrder>(&other, &said), Err(Fault::Forged));
        let altered = Signed { body: said.body.replace("false", "true"), ..said.clone() };
        assert_eq!(check::<WipeOrder>(&key, &altered), Err(Fault::Forged));
        for signature in ["", "00", &"0".repeat(128)] {
            let bare = Signed { signature: signature.into(), ..said.clone() };
            assert_eq!(check::<WipeOrder>(&key, &bare), Err(Fault::Forged));
        }
    }

    #[test]
    fn a_lease_is_not_an_order_and_a_desk_is_not_the_province() {
        let province = Keys::of_province(&[1; 32]).unwrap();
        let lease = state(&province, &Lease { device: Uuid::from_u128(1), told: 1, until: 2 }).unwrap();
        assert_eq!(check::<WipeOrder>(&province.public().sign, &lease), Err(Fault::Forged));
        let desk = Keys::of_desk(&[1; 32]).unwrap();
        let forged = state(&desk, &order()).unwrap();
        assert_eq!(check::<WipeOrder>(&province.public().sign, &forged), Err(Fault::Forged));
        let done = mark(&desk, "wiped", "2");
        assert_eq!(check_mark(&desk.public().sign, "wiped", "2", &done), Ok(()));
        assert_eq!(check_mark(&desk.public().sign, "wiped", "3", &done), Err(Fault::Forged));
    }
}
