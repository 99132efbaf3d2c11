//! Measures: which records, with which values, counted how. Data, not code.

use std::collections::BTreeMap;

use serde_json::Value;
use tiexin_domain::Kind;

use crate::form::FormError;

/// One thing that can be counted, named by the leaves of a form's head.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    pub name: String,
    /// The kind of record.
    pub of: Kind,
    /// Field → wanted values, any of which will do. A field that holds a list must contain one.
    pub wanted: BTreeMap<String, Vec<Value>>,
    pub count: Count,
    pub format: Format,
}

/// How records are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Count {
    /// 例, 份, 场: the records themselves.
    Records,
    /// 户: different households.
    Households,
    /// 人: different persons.
    Persons,
    /// The sum of a number field; a record without it adds nothing.
    Sum(String),
}

/// How a figure is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    #[default]
    Whole,
    /// Fen, printed in yuan with two places.
    Money,
}

impl Measure {
    /// Reads the measures of one file.
    pub(crate) fn read_all(file: &str, list: &[Value]) -> Result<Vec<Measure>, FormError> {
        list.iter().map(|entry| Self::read(file, entry)).collect()
    }

    fn read(file: &str, entry: &Value) -> Result<Measure, FormError> {
        let text =
            |key: &str| entry.get(key).and_then(Value::as_str).map(str::trim).filter(|t| !t.is_empty());
        let name = text("name")
            .ok_or_else(|| FormError::new(file, format!("有一个指标没有名称（name）：{}", brief(entry))))?;
        let wrong = |what: String| FormError::new(file, format!("指标“{name}”{what}"));
        let of = text("of").ok_or_else(|| wrong("没有写明统计哪类记录（of）".into()))?;
        let kind = Kind::from_code(of);
        if !kind.is_known() {
            return Err(wrong(format!("统计的记录类别“{of}”不存在，可用：{}", known_kinds())));
        }
        let count = text("count").ok_or_else(|| wrong("没有写明怎样计数（count）".into()))?;
        let count = match (count, count.strip_prefix("sum:")) {
            ("records", _) => Count::Records,
            ("households", _) => Count::Households,
            ("persons", _) => Count::Persons,
            (_, Some(field)) if is_field(field) => Count::Sum(field.to_owned()),
            _ => {
                return Err(wrong(format!(
                    "的计数方式“{count}”不认识，可用：records（条数）、households（户）、persons（人）、sum:字段（合计）"
                )));
            }
        };
        let format = match entry.get("format").map(Value::as_str) {
            None | Some(Some("number")) => Format::Whole,
            Some(Some("money")) => Format::Money,
            _ => return Err(wrong("的格式（format）应为 number 或 money".into())),
        };
        let wanted = wanted(entry.get("where")).map_err(wrong)?;
        Ok(Measure { name: name.to_owned(), of: kind, wanted, count, format })
    }
}

fn wanted(conditions: Option<&Value>) -> Result<BTreeMap<String, Vec<Value>>, String> {
    let Some(conditions) = conditions else { return Ok(BTreeMap::new()) };
    let conditions = conditions.as_object().ok_or("的条件（where）应写成 {\"字段\": 值}")?;
    let mut wanted = BTreeMap::new();
    for (field, value) in conditions {
        if !is_field(field) {
            return Err(format!("的条件字段“{field}”写法不对"));
        }
        let values = match value {
            Value::Array(values) => values.clone(),
            one => vec![one.clone()],
        };
        if values.is_empty() || !values.iter().all(|v| v.is_string() || v.is_boolean()) {
            return Err(format!("的条件“{field}”应为文字、true、false，或它们的列表"));
        }
        wanted.insert(field.clone(), values);
    }
    Ok(wanted)
}

/// Field names go into an SQL path: letters, digits and `_` only.
fn is_field(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn known_kinds() -> String {
    let kinds: Vec<String> = Kind::ALL.iter().map(|k| format!("{}（{}）", k.code(), k.label())).collect();
    kinds.join("、")
}

fn brief(entry: &Value) -> String {
    entry.to_string().chars().take(60).collect()
}
