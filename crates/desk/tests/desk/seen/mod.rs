//! Who may see what, as the shapes say it, asked of every place that shows records: values are made from the shapes, so a new
//! kind and a new field are asked for too.

mod beyond;
mod hunt;
mod pasts;
mod places;

use serde_json::{Value, json};
use tiexin_domain::record::Fields;
use tiexin_domain::shape::{self, Audience, Field, Holds, Mask, Role};
use tiexin_domain::{Kind, nouns};
use uuid::Uuid;

use crate::office::VILLAGE;

/// The ids of the records that others name.
pub(crate) fn id_of(kind: &str) -> Uuid {
    let nth = Kind::ALL.iter().position(|known| known.code() == kind).unwrap_or_default();
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + nth as u128 + 1)
}

/// What a field of a record was given, and what of it may not be seen where it is hidden.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) field: &'static Field,
    pub(crate) word: String,
    /// A long number in it, which is masked everywhere.
    pub(crate) number: Option<String>,
}

impl Mark {
    /// Whether lists may tell it, in its column.
    pub(crate) fn is_listed(&self) -> bool {
        self.field.audience == Audience::Everyone && self.field.mask.is_none()
    }
}

/// A record with something of its own in each field; `nth` makes it another one.
#[derive(Debug, Clone)]
pub(crate) struct Marked {
    pub(crate) fields: Fields,
    pub(crate) marks: Vec<Mark>,
}

/// Characters that stand for digits: a word of them is in no other text.
const SIGNS: [char; 10] = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'];

fn word(n: usize) -> String {
    let digits = format!("{n:05}");
    let signs = digits.bytes().map(|digit| SIGNS[usize::from(digit - b'0')]);
    format!("雀{}", signs.collect::<String>())
}

pub(crate) fn marked(kind: &Kind, nth: usize) -> Marked {
    let shape = nouns::shape(kind).unwrap();
    let at = Kind::ALL.iter().position(|known| known == kind).unwrap();
    let mut made = Marked { fields: Fields::new(), marks: Vec::new() };
    for (of, field) in shape.fields.iter().enumerate() {
        // The dead have no age and the merged are hidden; without what must be there it is no record.
        let until = field.has(Role::Until) && !field.required;
        if until || matches!(field.name, "deceased" | "merged_into") {
            continue;
        }
        let n = at * 400 + of * 10 + nth;
        let (value, mark) = value(kind.code(), field, n);
        made.fields.insert(field.name.to_owned(), value);
        made.marks.extend(mark.map(|(word, number)| Mark { field, word, number }));
    }
    made
}

fn value(kind: &str, field: &'static Field, n: usize) -> (Value, Option<(String, Option<String>)>) {
    let word = word(n);
    let mark = |value: Value| (value, Some((word.clone(), None)));
    match field.holds {
        Holds::Text | Holds::LongText => match field.mask {
            Some(how) => {
                let number = match how {
                    Mask::Phone => format!("139{n:08}"),
                    Mask::Number => format!("62178576{n:010}"),
                };
                (json!(number), Some((number.clone(), Some(number))))
            }
            None if shape::is_free_text(kind, field.name) => {
                let number = format!("138{n:08}");
                (json!(format!("{word}，电话{number}")), Some((word, Some(number))))
            }
            None => mark(json!(word)),
        },
        Holds::Texts => mark(json!([word])),
        Holds::Person => mark(json!({"name": word})),
        Holds::People => mark(json!([{"name": word}])),
        Holds::Code(choices) => (json!(choices[0].0), None),
        Holds::Codes(choices) => (json!([choices[0].0]), None),
        Holds::PartialDay if field.audience != Audience::Everyone => {
            let day = format!("1951-03-{:02}", n % 28 + 1);
            (json!(day), Some((day, None)))
        }
        Holds::Day | Holds::PartialDay => (json!("2026-10-05"), None),
        Holds::Moment => (json!("2026-10-05T09:00:00"), None),
        Holds::Instant => (json!(1_790_000_000_000_i64), None),
        Holds::Money => (json!("300.00"), None),
        Holds::Count | Holds::Minutes => (json!(1), None),
        Holds::Flag => (json!(true), None),
        Holds::Region => (json!(VILLAGE), None),
        Holds::Reference(kinds) => (json!(id_of(kinds.first().copied().unwrap_or("household"))), None),
        Holds::References(_) => (json!([]), None),
        Holds::Parts(parts) => {
            let told = |part: &&Field| part.required && part.audience == Audience::Everyone;
            let texts = parts.iter().filter(told).filter(|part| part.holds == Holds::Text);
            let one: Fields = texts.map(|part| (part.name.to_owned(), json!(word))).collect();
            if one.is_empty() { (json!([]), None) } else { mark(json!([one])) }
        }
    }
}
