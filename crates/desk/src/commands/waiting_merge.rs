//! A merge that waits, in words: which one stays, who changed what meanwhile, and what merging anew makes of it.

use std::collections::HashMap;

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_contract::quarantine::{BothValues, Part};
use tiexin_domain::deed;
use tiexin_domain::nouns::Merge;
use tiexin_domain::nouns::merge::{MERGED_INTO, MergeDecision};
use tiexin_domain::record::{Fields, Record};
use tiexin_store::Event;
use uuid::Uuid;

use super::merge::{meanwhile, stays_anew};
use super::waiting_shown::{Words, in_words};
use crate::clock::office_time_of;
use crate::waiting::{Group, Viewer};
use crate::{errors, labels, masking, place};

impl Words<'_> {
    /// What became of merging two registrations, or of undoing it, and what to do.
    pub(super) fn of_merge(&self, merge: &Merge, awaits: bool, mine: bool) -> String {
        let done = self.deed_of(merge);
        let whose = if mine { "您" } else { "登记人" };
        if awaits {
            return format!(
                "{whose}要{done}。省平台从备份恢复过，其中一份登记还没有回来：登记它的电脑还没有连上。先放着，不用重新登记；那台电脑连上以后，{whose}再同步一次就会照办。"
            );
        }
        format!(
            "{whose}要{done}，但同时另一台电脑改过其中一份，所以没有生效，两份登记都没有变。请核对后选择按现在的内容重新办一次，或者不办了。"
        )
    }

    /// What somebody wanted to do about two registrations.
    pub(super) fn deed_of(&self, merge: &Merge) -> String {
        let (stays, gives_way) = (self.title_of(merge.stays), self.title_of(merge.gives_way));
        let kind = merge.record_kind.label();
        match merge.decision {
            MergeDecision::Undone => format!("撤销合并（{kind}“{gives_way}”与“{stays}”）"),
            _ => format!("把重复的{kind}“{gives_way}”并入“{stays}”"),
        }
    }

    /// Both registrations, the one that stays with what merging anew would change of it.
    pub(super) fn parts_of_merge(&self, group: &Group, merge: &Merge) -> Vec<Part> {
        let who = Viewer::from(self.at);
        let anew =
            Some(group).filter(|group| group.may_adopt(&who) && merge.decision != MergeDecision::Undone);
        let mut parts = Vec::new();
        for (id, role) in [(merge.stays, "留下的一份"), (merge.gives_way, "并入的一份")] {
            let Some(record) = self.at.book().get(id).ok().flatten() else { continue };
            let after =
                anew.filter(|_| id == merge.stays).and_then(|group| stays_anew(self.at, group, merge));
            let by = record.text("recorded_by").map(|by| format!("，{by}登记")).unwrap_or_default();
            let title = masking::title(&record, &self.lost);
            parts.push(Part {
                record: id,
                kind: record.kind.clone(),
                title: format!("{title}（{}{by}）", place::name(&record.region())),
                stands: true,
                hides: None,
                hidden: record.void.as_ref().map(|void| masking::told(&record, &void.reason, &self.lost)),
                role: Some(role.to_owned()),
                meanwhile: self.meanwhile(group, &record).unwrap_or_default(),
                fields: after.map(|after| self.changes(&record, after)).unwrap_or_default(),
            });
        }
        if parts.is_empty() {
            parts.extend(group.0.iter().take(1).map(|one| Part { fields: Vec::new(), ..self.part(one) }));
        }
        parts
    }

    /// Old beside new. Shown covered: whole values are on the record's own page.
    fn changes(&self, record: &Record, after: Fields) -> Vec<BothValues> {
        let whole = Record { fields: after, ..record.clone() };
        let differs = |field: &&String| record.fields.get(*field) != whole.fields.get(*field);
        let shown =
            whole.fields.keys().filter(|field| !field.starts_with("recorded_") && *field != MERGED_INTO);
        let word = |field: &str, value: Option<&Value>| {
            let value = value.unwrap_or(&Value::Null);
            let covered = masking::cover_value(&whole, field, value, &self.at.reader, &self.lost);
            Value::String(in_words(self.at, &whole.kind, field, &covered))
        };
        shown
            .filter(differs)
            .map(|field| BothValues {
                field: field.clone(),
                label: labels::field(&whole.kind, field),
                ours: word(field, whole.fields.get(field)),
                theirs: word(field, record.fields.get(field)),
                masked: false,
                clash: false,
                by: None,
                at: None,
            })
            .collect()
    }

    fn meanwhile(&self, group: &Group, record: &Record) -> Result<Vec<String>, ErrorReply> {
        let events = meanwhile(self.at, group, record.id)?;
        let authors: Vec<Uuid> = events.iter().map(|event| event.author).collect();
        let others = self.at.book().named_by_records(&authors).map_err(errors::store)?;
        Ok(events.iter().map(|event| self.deed(record, event, &others)).collect())
    }

    fn deed(&self, record: &Record, event: &Event, others: &HashMap<Uuid, String>) -> String {
        let known = self.names.of_author(event.author);
        let who = others.get(&event.author).cloned().unwrap_or(known);
        let when = office_time_of(event.at).format("%-m月%-d日 %H:%M");
        let shown: Vec<String> =
            event.fields.iter().filter(|field| !field.starts_with("recorded_")).cloned().collect();
        match shown.is_empty() {
            true => format!("{who} {when} {}", deed::word(&event.act)),
            false => format!("{who} {when} 改了：{}", labels::fields(&record.kind, &shown).join("、")),
        }
    }
}
