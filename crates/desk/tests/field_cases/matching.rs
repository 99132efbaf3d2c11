//! Values of replies held against those of a case.

use regex::Regex;
use serde_json::Value;

/// A text or JSON on one line, cut to what a message bears.
pub(crate) fn short(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 160 { line } else { line.chars().take(160).chain(['…']).collect() }
}

/// Whether the pattern stands somewhere in the text. `(?<!X)` at its beginning: not behind the text X.
pub(crate) fn says(pattern: &str, text: &str) -> bool {
    let (before, rest) = match pattern.strip_prefix("(?<!").and_then(|rest| rest.split_once(')')) {
        Some((before, rest)) => (Some(before), rest),
        None => (None, pattern),
    };
    let regex = Regex::new(rest).expect("a pattern of the case");
    regex.find_iter(text).any(|found| before.is_none_or(|before| !text[..found.start()].ends_with(before)))
}

/// Every value at a dotted path of a record's fields, of the record itself where the fields have none. A path goes
/// into lists by number or `*`.
pub(crate) fn reach<'a>(record: &'a Value, path: &str) -> Vec<&'a Value> {
    let first = path.split('.').next().unwrap_or_default();
    let fields = &record["fields"];
    let mut values = vec![if fields.get(first).is_some() { fields } else { record }];
    for part in path.split('.') {
        let mut found = Vec::new();
        for value in values {
            match value {
                Value::Array(items) if part == "*" => found.extend(items),
                Value::Array(items) => found.extend(part.parse().ok().and_then(|at: usize| items.get(at))),
                other => found.extend(other.get(part).filter(|value| !value.is_null())),
            }
        }
        values = found;
    }
    values
}

/// Whether values are as wanted: one of them equal, or by `re`, `not`, `has`, `present`, `absent`.
pub(crate) fn fits(values: &[&Value], want: &Value) -> bool {
    let Some(want) = want.as_object() else { return values.contains(&want) };
    if let Some(pattern) = want.get("re").and_then(Value::as_str) {
        return values.iter().any(|value| value.as_str().is_some_and(|text| says(pattern, text)));
    }
    if let Some(unwanted) = want.get("not") {
        return values.iter().all(|value| *value != unwanted);
    }
    if let Some(part) = want.get("has") {
        return values.iter().any(|value| value.as_array().is_some_and(|items| items.contains(part)));
    }
    let present =
        want.get("present").map_or_else(|| want.get("absent") != Some(&true.into()), |p| *p == true);
    values.is_empty() != present
}

/// Whether a finding of a reply is the one that is wanted: by `sheet`, `row`, `code`, `not_code`, `column` (a part of
/// it), `hint` (a pattern). Other words of the wish say how it is meant and are not compared.
pub(crate) fn is_finding(finding: &Value, want: &Value) -> bool {
    let among = |value: &Value, wanted: &Value| match wanted {
        Value::Array(any) => any.contains(value),
        one => value == one,
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let holds = |key: &str, test: &dyn Fn(&Value) -> bool| want.get(key).is_none_or(test);
    holds("sheet", &|sheet| finding["sheet"] == *sheet)
        && holds("row", &|row| among(&finding["row"], row))
        && holds("code", &|code| among(&finding["code"], code))
        && holds("not_code", &|code| !among(&finding["code"], code))
        && holds("column", &|column| text(&finding["column"]).contains(&text(column)))
        && holds("hint", &|hint| says(&text(hint), &text(&finding["hint"])))
}

#[test]
fn patterns_as_the_cases_write_them() {
    assert!(says("第 ?3 ?行", "见第 3 行"));
    assert!(!says("(?<!全镇)汇总", "全镇汇总"));
    assert!(says("(?<!全镇)汇总", "全镇汇总，汇总"));
}
