//! Other records that a field names, in words: by the names of those that are here and that the user may read, and how many
//! there are besides. Never by their ids, which tell nobody anything.

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_domain::access::Action;
use tiexin_domain::record::Record;
use tiexin_domain::shape::{self, Holds};
use uuid::Uuid;

use crate::rights::At;
use crate::{errors, masking};

/// A line has room for so many names.
const NAMED: usize = 10;

/// The records that a value names; `None`: it holds something else.
pub(super) fn ids_in(value: &Value) -> Option<Vec<Uuid>> {
    let id = |value: &Value| value.as_str()?.parse::<Uuid>().ok();
    match value {
        Value::Array(items) => {
            items.iter().map(id).collect::<Option<Vec<Uuid>>>().filter(|ids| !ids.is_empty())
        }
        one => id(one).map(|id| vec![id]),
    }
}

/// These records, as a field of a record of that kind names them.
pub(super) fn told(at: &At, kind: &str, field: &str, ids: &[Uuid]) -> Result<String, ErrorReply> {
    let mut here: Vec<Record> = Vec::new();
    for id in ids {
        if here.len() == NAMED {
            break;
        }
        let found = at.book().get(*id).map_err(errors::store)?;
        here.extend(found.filter(|record| at.may(Action::Read, &record.region())));
    }
    let lost = masking::lost(at.book(), &here)?;
    let titles = here.iter().map(|record| masking::title(record, &lost));
    let names: Vec<String> = titles.filter(|title| !title.is_empty()).collect();
    let others = ids.len() - names.len();
    Ok(match (names.is_empty(), others, unit(kind, field)) {
        (false, 0, _) => names.join("、"),
        (true, 1, None) => "（另一条记录）".to_owned(),
        (true, others, unit) => format!("{others} {}", unit.unwrap_or("条")),
        (false, others, unit) => format!("{}，另 {others} {}", names.join("、"), unit.unwrap_or("条")),
    })
}

/// By which the records of a list are counted.
fn unit(kind: &str, field: &str) -> Option<&'static str> {
    match shape::field(kind, field)?.holds {
        Holds::References(kinds) => Some(shape::of(kinds.first()?)?.unit),
        _ => None,
    }
}
