//! What the office calls fields, for histories, audits and lists of troubles.

use crate::shape;

/// What a field of a newer program is called: nobody in an office reads codes.
const NEWER: &str = "新版程序的栏目";

/// The Chinese name of a field, or of one in a part of a list: `tasks.0.due`.
pub fn field(kind: &str, field: &str) -> String {
    let in_a_part = || shape::label_at(kind, field);
    known(kind, field).map(str::to_owned).or_else(in_a_part).unwrap_or_else(|| {
        // `gifts.0` is of the field `gifts`.
        let whole = field.split('.').next().and_then(|whole| known(kind, whole));
        whole.unwrap_or(NEWER).to_owned()
    })
}

/// None: a field of a newer program.
pub fn known(kind: &str, field: &str) -> Option<&'static str> {
    let own = shape::field(kind, field).or_else(|| shape::anywhere(field)).map(|field| field.label);
    own.or_else(|| shape::reckoned(field))
}

/// The fields of a deed, each word once; who recorded it and when stands beside it anyway.
pub fn fields(kind: &str, fields: &[String]) -> Vec<String> {
    let mut words = Vec::new();
    for word in fields.iter().filter(|name| !name.starts_with("recorded_")).map(|name| field(kind, name)) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_their_office_names() {
        assert_eq!(field("person", "id_number"), "身份证号");
        assert_eq!(field("visit", "date"), "走访日期");
        assert_eq!(field("household", "head"), "户主");
        assert_eq!(field("activity", "head"), "负责人");
        assert_eq!(field("support_file", "care_last_visit"), "最近走访");
        assert_eq!(field("visit", "from_the_future"), "新版程序的栏目");
        assert_eq!(field("visit", "gifts.0.amount"), "慰问品第1项的金额");
        assert_eq!(field("visit", "gifts.0"), "慰问品");
    }

    #[test]
    fn fields_that_share_a_word_are_named_once() {
        let set = ["sha256", "bytes", "what", "recorded_by", "thumb_sha256", "thumb_bytes"].map(String::from);
        assert_eq!(fields("attachment", &set), ["附件内容", "附件种类", "缩略图"]);
    }
}
