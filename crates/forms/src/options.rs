//! Closed lists of codes, with the office's words.

pub use tiexin_domain::shape::Choices as Options;
use tiexin_domain::shape::label_in;

/// The label of a code; a code from a newer program stands for itself.
pub fn label_of(options: Options, code: &str) -> String {
    label_in(options, code).unwrap_or(code).to_owned()
}
