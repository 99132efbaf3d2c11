//! One-time enrolment codes: twelve signs that are easy to read out, hashed at rest.

/// Crockford's alphabet: no I, L, O, U.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new code, `XXXX-XXXX-XXXX`: 60 random bits.
pub(crate) fn new_code() -> String {
    let random = crate::random::bytes::<12>();
    let signs: String = random.iter().map(|b| char::from(SIGNS[usize::from(b & 31)])).collect();
    format!("{}-{}-{}", &signs[..4], &signs[4..8], &signs[8..])
}

/// A code that opens a rescue file: twenty signs, a hundred random bits.
pub(crate) fn new_rescue_code() -> String {
    let random = crate::random::bytes::<20>();
    let signs: Vec<char> = random.iter().map(|b| char::from(SIGNS[usize::from(b & 31)])).collect();
    signs.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
}

/// The hash under which a code is kept. Case, spaces, dashes and look-alikes do not matter.
pub(crate) fn hash(code: &str, secret: &[u8; 32]) -> String {
    let plain = tiexin_seal::plain_code(code);
    let key = blake3::derive_key("tiexin-server enrol code v1", secret);
    blake3::keyed_hash(&key, plain.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_be_typed_loosely() {
        let code = new_code();
        let typed = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(hash(&code, &[1; 32]), hash(&typed, &[1; 32]));
        assert_ne!(hash(&code, &[1; 32]), hash(&code, &[2; 32]));
        assert_ne!(code, new_code());
    }
}
