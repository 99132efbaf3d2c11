//! Reads a form file, and says in plain Chinese what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tiexin_domain::nouns::visit::Presence;

use super::heads::{Node, lay_out};
use super::{Form, FormError, Period};
use crate::measure::Measure;

/// Heads deeper than this do not fit on an A4 page.
const DEEPEST: usize = 5;
/// A landscape page cannot show more columns legibly.
const WIDEST: usize = 60;

fn json(file: &str, text: &str) -> Result<Value, FormError> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|e| {
        FormError::new(
            file,
            format!("第 {} 行第 {} 列附近不是正确的 JSON，请检查逗号、引号和括号", e.line(), e.column()),
        )
    })
}

/// A file of measures: a list. A name that comes twice is a fault.
pub(super) fn measures(file: &str, text: &str) -> Result<BTreeMap<String, Measure>, FormError> {
    let value = json(file, text)?;
    let list = value.as_array().ok_or_else(|| FormError::new(file, "应为指标的列表 [ … ]"))?;
    named(file, Measure::read_all(file, list)?)
}

fn named(file: &str, list: Vec<Measure>) -> Result<BTreeMap<String, Measure>, FormError> {
    let mut named = BTreeMap::new();
    for measure in list {
        let name = measure.name.clone();
        if named.insert(name.clone(), measure).is_some() {
            return Err(FormError::new(file, format!("指标“{name}”写了两次，请删去一个")));
        }
    }
    Ok(named)
}

/// A form; its own `measures` come before those it is given.
pub(super) fn form(file: &str, text: &str, given: &BTreeMap<String, Measure>) -> Result<Form, FormError> {
    let value = json(file, text)?;
    let must = |key: &str, what: &str| {
        let text = value.get(key).and_then(Value::as_str).map(str::trim).filter(|t| !t.is_empty());
        text.map(str::to_owned).ok_or_else(|| FormError::new(file, format!("缺{what}（{key}）")))
    };
    let code = must("code", "表号")?;
    if code.len() > 20 || !code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return Err(FormError::new(file, "表号（code）只能用字母、数字和 - _，不超过 20 位"));
    }
    let title = must("title", "表名")?;
    let label = must("label", "第一列的名称")?;
    let period = match must("period", "统计期")?.as_str() {
        "month" => Period::Month,
        "none" => Period::None,
        other => {
            let message = format!("统计期（period）“{other}”不认识，应为 month（按月）或 none（不分月）");
            return Err(FormError::new(file, message));
        }
    };
    let own = value.get("measures").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let own = named(file, Measure::read_all(file, own)?)?;
    let nodes = Tree { file, own: &own, given }.nodes(value.get("columns"), &[])?;
    let grid = lay_out(&label, nodes);
    if grid.columns.len() > WIDEST {
        let message = format!("有 {} 列，一页最多排 {WIDEST} 列，请分成两张表", grid.columns.len());
        return Err(FormError::new(file, message));
    }
    let texts = |key: &str| -> Vec<String> {
        let list = value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(|t| t.as_str().map(str::to_owned)).collect()
    };
    Ok(Form {
        code,
        title,
        period,
        unit_line: texts("unit_line"),
        label,
        foot: texts("foot"),
        visits_left_out: visits_left_out(file, value.get("visits_left_out"))?,
        columns: grid.columns,
        heads: grid.heads,
        head_rows: grid.rows,
    })
}

/// A visit at which the family was out is no visit, unless the office's own rule says so.
fn visits_left_out(file: &str, said: Option<&Value>) -> Result<Vec<Presence>, FormError> {
    let Some(said) = said else {
        return Ok(Presence::ALL.iter().filter(|presence| !presence.is_reported()).cloned().collect());
    };
    let known = || {
        let known: Vec<String> =
            Presence::ALL.iter().map(|p| format!("{}（{}）", p.code(), p.label())).collect();
        let message =
            format!("不计入的走访（visits_left_out）应为见面情况的列表 [ … ]，可用：{}", known.join("、"));
        FormError::new(file, message)
    };
    let read = |one: &Value| {
        let code = one.as_str().map(str::trim).unwrap_or_default();
        Presence::ALL.iter().find(|presence| presence.code() == code).cloned().ok_or_else(known)
    };
    said.as_array().ok_or_else(known)?.iter().map(read).collect()
}

struct Tree<'a> {
    file: &'a str,
    own: &'a BTreeMap<String, Measure>,
    given: &'a BTreeMap<String, Measure>,
}

impl Tree<'_> {
    fn nodes(&self, list: Option<&Value>, above: &[&str]) -> Result<Vec<Node>, FormError> {
        let list = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if list.is_empty() {
            let message = match above {
                [] => "没有列（columns）".to_owned(),
                _ => format!("表头{}下面没有列（children 是空的）", shown(above)),
            };
            return Err(FormError::new(self.file, message));
        }
        let mut seen = BTreeSet::new();
        let mut nodes = Vec::new();
        for entry in list {
            let text = entry.get("text").and_then(Value::as_str).map(str::trim).unwrap_or_default();
            if text.is_empty() {
                let place = if above.is_empty() { "".into() } else { format!("{}下面", shown(above)) };
                return Err(FormError::new(self.file, format!("表头{place}有一格没有文字（text）")));
            }
            let path: Vec<&str> = above.iter().copied().chain([text]).collect();
            if !seen.insert(text) {
                let message = format!("表头{}出现了两次，分不清是哪一列，请改名", shown(&path));
                return Err(FormError::new(self.file, message));
            }
            nodes.push(self.node(entry, text, &path)?);
        }
        Ok(nodes)
    }

    fn node(&self, entry: &Value, text: &str, path: &[&str]) -> Result<Node, FormError> {
        let wrong = |what: String| FormError::new(self.file, format!("表头{}{what}", shown(path)));
        if path.len() > DEEPEST {
            return Err(wrong(format!("超过了 {DEEPEST} 层，请减少层数")));
        }
        match (entry.get("measure"), entry.get("children")) {
            (Some(_), Some(_)) => Err(wrong("既有指标（measure）又有下级（children），只能留一个".into())),
            (None, None) => Err(wrong("没有指标（measure），也没有下级（children）".into())),
            (None, children) => Ok(Node::Group { text: text.into(), children: self.nodes(children, path)? }),
            (Some(name), None) => {
                let name = name.as_str().unwrap_or_default();
                let measure = self.own.get(name).or_else(|| self.given.get(name));
                let measure = measure.ok_or_else(|| {
                    wrong(format!("用到的指标“{name}”没有定义，请在 measures 中补上或改用已有的指标"))
                })?;
                Ok(Node::Leaf { text: text.into(), measure: Box::new(measure.clone()) })
            }
        }
    }
}

fn shown(path: &[&str]) -> String {
    format!("“{}”", path.join(" / "))
}
