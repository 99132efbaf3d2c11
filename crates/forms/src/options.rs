//! Closed lists of codes, with the office's words.

pub use tiexin_domain::shape::Choices as Options;

/// The label of a code; a code from a newer program stands for itself.
pub fn label_of(options: Options, code: &str) -> String {
    options
        .iter()
        .find(|(one, _)| *one == code)
        .map_or_else(|| code.to_owned(), |(_, label)| (*label).to_owned())
}
