//! What a row of a list refers to beside its family: found by name or number, near where the row belongs. Never a guess.

use serde_json::Value;
use tiexin_domain::shape::{self, Holds, Role};
use tiexin_domain::{Fields, Kind, RegionCode};

use super::super::planner::Planner;
use super::super::reader::RowReader;
use crate::finding::FindingCode;
use crate::heads::Field;
use crate::heads::records::naming;
use crate::kind::SheetKind;
use crate::lookup::Known;

impl Planner<'_> {
    /// The reference with the name beside it. Where a record can be without the reference, the name alone will do.
    pub(super) fn read_reference(
        &self,
        reader: &mut RowReader<'_>,
        (column, own): (&'static Field, &'static shape::Field),
        region: &RegionCode,
        fields: &mut Fields,
    ) {
        let (Holds::Reference(kinds), Some(name)) = (own.holds, own.named_by) else { return };
        let Some(text) = reader.said(column.code) else { return };
        let mut called = self.called(kinds, &text, region);
        if called.len() > 1 {
            of_kind_told(reader, own, kinds, fields, &mut called);
        }
        match (&called[..], own.required) {
            ([one], _) => {
                fields.insert(own.name.into(), one.id.to_string().into());
                fields.insert(name.into(), named(one).unwrap_or(text).into());
                return;
            }
            // What hangs on whom it names is told where they are not there; elsewhere a name alone is as usual.
            ([], false) if own.has(Role::Parent) => {
                let hint = format!(
                    "本机没有登记过这个姓名的{}，录入时只记姓名，不算在谁的名下；请核对姓名，或先登记再导入",
                    own.label
                );
                reader.find(column.code, FindingCode::ReferenceUnclear, hint);
            }
            ([], false) => {}
            (_, false) => {
                let hint = "本机有几条叫这个名称的，分不清是哪一条，录入时只记名称；请录入后在本机选定";
                reader.find(column.code, FindingCode::ReferenceUnclear, hint);
            }
            ([], true) => {
                let hint = format!("本机没有叫这个名称的{}，没有录入；请核对名称，或先登记它", own.label);
                reader.find(column.code, FindingCode::FieldMissing, hint);
                return;
            }
            (_, true) => {
                let hint = "本机有几条叫这个名称的，分不清是哪一条，没有录入；请写它的号码，或在本机登记";
                reader.find(column.code, FindingCode::NameUnclear, hint);
                return;
            }
        }
        fields.insert(name.into(), text.into());
    }

    /// The shown records of these kinds that are called so near the region; where none is, those with that number.
    fn called(&self, kinds: &[&str], text: &str, region: &RegionCode) -> Vec<Known> {
        let all = || kinds.iter().map(|code| Kind::from_code(code));
        let mut found: Vec<Known> = all().flat_map(|kind| self.staged.named(&kind, text)).collect();
        found.retain(|known| known.void.is_none() && region.is_near(&known.region));
        // Names are hardly written in these signs, and no index leads by a number.
        if found.is_empty() && text.bytes().all(|sign| sign.is_ascii_alphanumeric()) {
            let numbered =
                all().filter_map(|kind| Some((shape::role(kind.code(), Role::Natural)?.name, kind)));
            found.extend(numbered.flat_map(|(own, kind)| self.staged.saying(&kind, own, text)));
            found.retain(|known| {
                let own = shape::role(known.kind.code(), Role::Natural);
                let number = own.and_then(|own| known.fields.get(own.name)?.as_str());
                known.void.is_none() && number.is_some_and(|number| number.eq_ignore_ascii_case(text))
            });
        }
        found
    }
}

/// Of several of one name those of the kind that the row says beside it (结对方：志愿者), where there is one.
fn of_kind_told(
    reader: &RowReader<'_>,
    own: &shape::Field,
    kinds: &[&str],
    fields: &Fields,
    called: &mut Vec<Known>,
) {
    let SheetKind::Records(records) = reader.sheet.head.kind else { return };
    let told = records.shape().fields.iter().find_map(|field| match field.holds {
        Holds::Code(choices) if own.with.contains(&field.name) => {
            let code = fields.get(field.name)?.as_str()?;
            choices.iter().any(|(choice, _)| kinds.contains(choice)).then_some((choices, code))
        }
        _ => None,
    });
    let Some((choices, code)) = told else { return };
    let fits = |known: &Known| match kinds.contains(&code) {
        true => known.kind.code() == code,
        // 单位 is what no other choice means.
        false => choices.iter().all(|(choice, _)| *choice != known.kind.code()),
    };
    if called.iter().any(fits) {
        called.retain(fits);
    }
}

fn named(known: &Known) -> Option<String> {
    let naming = shape::of(known.kind.code()).and_then(naming)?;
    known.fields.get(naming.name).and_then(Value::as_str).map(str::to_owned)
}
