//! Pictures and files that are to become attachments.

pub(crate) fn picture(input: &[u8]) {
    if let Some((kept, thumb)) = tiexin_desk::picture_ready(input.to_vec()) {
        assert!(!kept.is_empty());
        assert!(thumb.is_none_or(|thumb| thumb.len() <= 1 << 20));
    }
}
