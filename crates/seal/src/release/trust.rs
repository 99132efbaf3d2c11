//! Whose releases are taken: the public keys that stood in `assets/release-keys.txt` when the program was built.

use tiexin_protocol::package::Fault;
use tiexin_protocol::release::{Release, ReleaseFault};
use tiexin_protocol::statement::Signed;
use zeroize::Zeroizing;

use crate::keys::Keys;
use crate::statement::{check, state};

/// In a debug build, and in no other: a file of public keys that count instead of the built-in ones.
pub const TRUSTED_FILE: &str = "TIEXIN_RELEASE_KEYS";

/// Public keys, 64 hex digits each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted(Vec<String>);

impl Trusted {
    /// Those of this program.
    pub fn built_in() -> Trusted {
        // What ships is a release build: there the variable is nothing but a name.
        #[cfg(debug_assertions)]
        if let Some(file) = std::env::var_os(TRUSTED_FILE) {
            return Trusted::listed(&std::fs::read_to_string(file).unwrap_or_default());
        }
        Trusted::listed(include_str!("../../../../assets/release-keys.txt"))
    }

    /// One a line; `#` begins a remark.
    pub fn listed(text: &str) -> Trusted {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        Trusted(lines.filter(|line| !line.is_empty()).map(str::to_ascii_lowercase).collect())
    }

    /// Whether there is any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the key is among them.
    pub fn has(&self, public: &str) -> bool {
        self.0.iter().any(|key| key == public)
    }

    /// What one of them has signed.
    pub(super) fn check(&self, signed: &Signed) -> Result<Release, ReleaseFault> {
        if self.0.is_empty() {
            return Err(ReleaseFault::NoKeys);
        }
        for key in &self.0 {
            match check::<Release>(key, signed) {
                Ok(release) => return Ok(release),
                Err(Fault::Damaged) => return Err(ReleaseFault::Damaged),
                Err(_) => {}
            }
        }
        Err(ReleaseFault::Foreign)
    }
}

/// The private half.
pub struct Signer(Keys);

impl Signer {
    /// A file of one begins so.
    const KIND: &'static str = "TIEXIN-RELEASE-KEY-1";

    /// Of 32 random bytes; with the text of its file.
    ///
    /// # Errors
    /// Cannot happen with 32 bytes.
    pub fn of(seed: &[u8; 32]) -> Result<(Signer, Zeroizing<String>), Fault> {
        let text = Zeroizing::new(format!("{} {}\n", Signer::KIND, hex::encode(seed)));
        Ok((Signer(Keys::of_desk(seed)?), text))
    }

    /// From the text of its file.
    ///
    /// # Errors
    /// `KeyUnusable`.
    pub fn read(text: &str) -> Result<Signer, Fault> {
        let digits = text.trim().strip_prefix(Signer::KIND).ok_or(Fault::KeyUnusable)?;
        let mut seed = Zeroizing::new([0u8; 32]);
        hex::decode_to_slice(digits.trim(), seed.as_mut_slice()).map_err(|_| Fault::KeyUnusable)?;
        Ok(Signer(Keys::of_desk(&seed)?))
    }

    /// The half that programs carry.
    pub fn public(&self) -> String {
        self.0.public().sign
    }

    pub(super) fn sign(&self, release: &Release) -> Result<Signed, ReleaseFault> {
        state(&self.0, release).map_err(|_| ReleaseFault::Damaged)
    }
}

/// Never its digits.
impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("public", &self.public()).finish_non_exhaustive()
    }
}
