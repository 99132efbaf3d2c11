//! One-time enrolment codes: twelve signs that are easy to read out, hashed at rest.

use tiexin_domain::access::User;
use tiexin_protocol::wire::Joining;

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

/// Whether the user to whom a code was given out is the person who comes with it. One of both names is enough: on a PC
/// that was used alone before, people chose their sign-in name themselves.
pub(crate) fn is_for(user: &User, person: Option<&Joining>) -> bool {
    let same = |ours: &str, theirs: &str| ours.trim().to_lowercase() == theirs.trim().to_lowercase();
    person.is_none_or(|one| same(&user.name, &one.name) || same(&user.display_name, &one.display_name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_code_is_for_the_person_who_has_one_of_the_names() {
        let (id, grants) = (Uuid::nil(), Vec::new());
        let wang =
            User { id, name: "wang".into(), display_name: "王丽丽".into(), grants, disabled: false };
        let is = |name: &str, display_name: &str| {
            is_for(&wang, Some(&Joining { name: name.into(), display_name: display_name.into() }))
        };
        assert!(is("wang", "wang") && is("Wang ", "王某") && is("wanglili", " 王丽丽"));
        assert!(!is("zhao", "赵主任") && !is("", "") && !is("王丽丽", "wang"));
        assert!(is_for(&wang, None), "an older program does not say");
    }

    #[test]
    fn a_code_may_be_typed_loosely() {
        let code = new_code();
        let typed = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(hash(&code, &[1; 32]), hash(&typed, &[1; 32]));
        assert_ne!(hash(&code, &[1; 32]), hash(&code, &[2; 32]));
        assert_ne!(code, new_code());
    }
}
