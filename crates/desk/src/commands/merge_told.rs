//! 经过 of a record into which others were merged: which ones, by whom, and what of them was not taken over.

use tiexin_contract::ErrorReply;
use tiexin_domain::Noun;
use tiexin_domain::access::Action;
use tiexin_domain::nouns::Merge;
use tiexin_domain::nouns::merge::MergeDecision;
use tiexin_domain::record::Record;
use tiexin_store::merging;

use super::waiting_shown::in_words;
use crate::rights::At;
use crate::rows::recorded_at;
use crate::{errors, labels, masking, place};

/// A merge as the record that stays tells it.
pub(super) struct Told {
    pub(super) at: i64,
    pub(super) author: Option<String>,
    pub(super) act: String,
}

pub(super) fn of(at: &At, stays: &Record) -> Result<Vec<Told>, ErrorReply> {
    let mut told = Vec::new();
    for record in at.book().merges_into(stays.id).map_err(errors::store)? {
        let Ok(merge) = Merge::from_fields(&record.fields) else { continue };
        let end = match merge.decision {
            MergeDecision::Merged => String::new(),
            MergeDecision::Undone => "，后来撤销了合并".to_owned(),
            _ => continue,
        };
        let gone = at.book().get(merge.gives_way).map_err(errors::store)?;
        let gone = gone.filter(|gone| at.may(Action::Read, &gone.region()));
        let which = gone.as_ref().map(|gone| which(at, gone)).transpose()?;
        let which = which.unwrap_or_else(|| "（不在本机的一份）".to_owned());
        let left = match (&gone, &merge.decision) {
            (Some(gone), MergeDecision::Merged) => not_taken(at, stays, gone, &merge)?,
            _ => Vec::new(),
        };
        let left = if left.is_empty() {
            String::new()
        } else {
            format!("；没有选到的：{}", left.join("，"))
        };
        told.push(Told {
            at: recorded_at(&record).unwrap_or_default(),
            author: record.text("recorded_by").map(str::to_owned),
            act: format!("把重复登记的{which}并入这一份{end}{left}"),
        });
    }
    Ok(told)
}

fn which(at: &At, gone: &Record) -> Result<String, ErrorReply> {
    let lost = masking::lost(at.book(), [gone])?;
    let by = gone.text("recorded_by").map(|by| format!("，{by}登记")).unwrap_or_default();
    Ok(format!("“{}”（{}{by}）", masking::title(gone, &lost), place::name(&gone.region())))
}

/// Values of the one that gave way that do not stand in the one that stays, covered as a list would.
fn not_taken(at: &At, stays: &Record, gone: &Record, merge: &Merge) -> Result<Vec<String>, ErrorReply> {
    let lost = masking::lost(at.book(), [gone])?;
    let took = |field: &str| merge.took.iter().any(|took| took.record.is_none() && took.field == field);
    let left = gone.fields.iter().filter(|(field, value)| {
        merging::choosable(&gone.kind, field) && !took(field) && stays.fields.get(*field) != Some(*value)
    });
    let words = left.filter_map(|(field, value)| {
        let covered = masking::cover_value(gone, field, value, &at.reader, &lost);
        let word = in_words(at, &gone.kind, field, &covered);
        (!word.is_empty()).then(|| format!("{} {word}", labels::field(&gone.kind, field)))
    });
    Ok(words.collect())
}
