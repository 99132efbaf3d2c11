//! JSON that stays JSON.

use fastrand::Rng;
use serde_json::{Map, Number, Value};

/// Deeper ones are left as they are.
const DEEPEST: usize = 40;

/// Another document made of this one; `None` when it is none, or becomes longer than `most`.
pub fn json(bytes: &[u8], most: usize, seed: u32) -> Option<Vec<u8>> {
    let mut document: Value = serde_json::from_slice(bytes).ok()?;
    let mut dice = Rng::with_seed(u64::from(seed));
    for _ in 0..dice.usize(1..=4) {
        let donor = pick(&document, &mut dice).clone();
        let at = dice.usize(0..count(&document));
        change(&mut document, at, donor, &mut dice);
    }
    let bytes = serde_json::to_vec(&document).ok()?;
    (bytes.len() <= most && depth(&document) < DEEPEST).then_some(bytes)
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    }
}

fn count(value: &Value) -> usize {
    1 + children(value).into_iter().map(count).sum::<usize>()
}

fn depth(value: &Value) -> usize {
    1 + children(value).into_iter().map(depth).max().unwrap_or(0)
}

/// Any node of the document.
fn pick<'a>(value: &'a Value, dice: &mut Rng) -> &'a Value {
    let mut left = dice.usize(0..count(value));
    let mut at = value;
    'down: loop {
        if left == 0 {
            return at;
        }
        left -= 1;
        for child in children(at) {
            let size = count(child);
            if left < size {
                at = child;
                continue 'down;
            }
            left -= size;
        }
        return at;
    }
}

/// Changes the node with this number, counted from the root.
fn change(value: &mut Value, number: usize, donor: Value, dice: &mut Rng) {
    if number == 0 {
        return alter(value, donor, dice);
    }
    let mut left = number - 1;
    let parts: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => return,
    };
    for child in parts {
        let size = count(child);
        if left < size {
            return change(child, left, donor, dice);
        }
        left -= size;
    }
}

fn alter(value: &mut Value, donor: Value, dice: &mut Rng) {
    if dice.u8(..) < 60 {
        *value = if dice.bool() { donor } else { strange(dice) };
        return;
    }
    match value {
        Value::Object(fields) => alter_fields(fields, donor, dice),
        Value::Array(items) => alter_items(items, donor, dice),
        Value::Number(number) => *value = alter_number(number, dice),
        Value::String(text) => alter_text(text, &donor, dice),
        other => *other = strange(dice),
    }
}

fn alter_fields(fields: &mut Map<String, Value>, donor: Value, dice: &mut Rng) {
    let names: Vec<String> = fields.keys().cloned().collect();
    let name = (!names.is_empty()).then(|| names[dice.usize(0..names.len())].clone());
    match (dice.u8(0..4), name) {
        (0, Some(name)) => drop(fields.remove(&name)),
        (1, Some(name)) => drop(fields.insert(name, donor)),
        // Two fields change places.
        (2, Some(name)) => {
            let other = names[dice.usize(0..names.len())].clone();
            let (one, two) = (fields[&name].clone(), fields[&other].clone());
            fields.insert(name, two);
            fields.insert(other, one);
        }
        _ => drop(fields.insert(WORDS[dice.usize(0..WORDS.len())].into(), donor)),
    }
}

fn alter_items(items: &mut Vec<Value>, donor: Value, dice: &mut Rng) {
    let at = dice.usize(0..=items.len());
    match dice.u8(0..5) {
        0 if at < items.len() => drop(items.remove(at)),
        1 if at < items.len() => items.insert(at, items[at].clone()),
        2 => items.reverse(),
        3 if at < items.len() => items.truncate(at),
        _ => items.insert(at, donor),
    }
}

fn alter_number(number: &Number, dice: &mut Rng) -> Value {
    let Some(value) = number.as_i64() else { return strange(dice) };
    match dice.u8(0..5) {
        0 => value.wrapping_add(1).into(),
        1 => value.wrapping_sub(1).into(),
        2 => value.wrapping_mul(2).into(),
        3 => value.wrapping_neg().into(),
        _ => strange(dice),
    }
}

fn alter_text(text: &mut String, donor: &Value, dice: &mut Rng) {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let at = ends[dice.usize(0..ends.len())];
    match dice.u8(0..5) {
        0 => text.truncate(at),
        1 => text.insert_str(at, WORDS[dice.usize(0..WORDS.len())]),
        2 => text.insert(at, dice.char(..)),
        3 => *text = donor.as_str().unwrap_or(WORDS[dice.usize(0..WORDS.len())]).into(),
        _ => {
            if let Some(sign) = text[at..].chars().next() {
                text.replace_range(at..at + sign.len_utf8(), &dice.alphanumeric().to_string());
            }
        }
    }
}

/// A value at the edge of something.
fn strange(dice: &mut Rng) -> Value {
    match dice.u8(0..14) {
        0 => Value::Null,
        1 => true.into(),
        2 => 0.into(),
        3 => u64::MAX.into(),
        4 => i64::MAX.into(),
        5 => i64::MIN.into(),
        6 => (i64::MAX as u64 + 1).into(),
        7 => 1.0e308.into(),
        8 => u32::MAX.into(),
        9 => "".into(),
        10 => Value::Array(Vec::new()),
        11 => Value::Object(Map::new()),
        12 => serde_json::json!({"+": ["hardship", "x"], "-": [1]}),
        _ => WORDS[dice.usize(0..WORDS.len())].into(),
    }
}

/// Names and words of the wire, of nouns and of forms.
const WORDS: &[&str] = &[
    "340323",
    "340323100",
    "340323100001",
    "340323104",
    "340323104001",
    "34",
    "2026-10-05",
    "2026-13-45",
    "household",
    "person",
    "visit",
    "settlement",
    "merge",
    "attachment",
    "horoscope",
    "merged",
    "adopt",
    "decline",
    "region",
    "household_id",
    "head_name",
    "name",
    "kinds",
    "notes",
    "phone",
    "id_number",
    "merged_into",
    "stays",
    "gives_way",
    "sha256",
    "bytes",
    "thumb_sha256",
    "thumb_bytes",
    "recorded_by",
    "recorded_at",
    "void",
    "hide",
    "restore",
    "reason",
    "set",
    "base",
    "group",
    "record",
    "scope",
    "author",
    "noted_at",
    "seq",
    "incarnation",
    "device",
    "full",
    "echo",
    "own",
    "hidden",
    "hash",
    "crossed",
    "moved",
    "away",
    "here",
    "to",
    "from",
    "version",
    "wrote",
    "overwrote",
    "meant",
    "applied",
    "parked",
    "conflict",
    "verdict",
    "duplicate",
    "instead",
    "elsewhere",
    "measure",
    "measures",
    "columns",
    "children",
    "text",
    "count",
    "kind",
    "where",
    "month",
    "none",
    "@void",
    "34052419800101001X",
    "13812345678",
    "00000000-0000-0000-0000-000000000000",
    "户",
    "\u{feff}",
    "\u{0}",
    "’",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_json_and_follows_from_its_seed() {
        let document = br#"{"a":[1,{"b":"text"},null],"c":{"d":18446744073709551615}}"#;
        let mut others = std::collections::BTreeSet::new();
        for seed in 0..2_000 {
            let Some(one) = json(document, 10_000, seed) else { continue };
            assert!(serde_json::from_slice::<Value>(&one).is_ok());
            assert_eq!(json(document, 10_000, seed), Some(one.clone()));
            others.insert(one);
        }
        assert!(others.len() > 1_000, "{}", others.len());
        assert_eq!(json(b"no", 100, 1), None);
    }
}
