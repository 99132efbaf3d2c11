//! Drafts: kept by the keystroke, and listed for 今日.

use serde_json::Value;
use tiexin_contract::drafts::{
    DraftHeld, DraftKey, DraftRow, DraftSaved, DropDraft, GetDraft, ListDrafts, SaveDraft,
};
use tiexin_contract::session::Done;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::Kind;
use tiexin_domain::access::Action;
use tiexin_domain::record::Record;
use uuid::Uuid;

use super::family::Family;
use super::records::kind_of;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need};
use crate::{errors, masking, rows};

pub(super) fn register(registry: &mut Registry) {
    registry.add(Need::SignedIn, anywhere, keep);
    registry.add(Need::SignedIn, anywhere, held);
    registry.add(Need::SignedIn, anywhere, let_go);
    registry.add(Need::SignedIn, anywhere, list);
}

/// Drafts hold personal data: they lie in the encrypted book, for their writer alone.
const LONGEST_DRAFT: usize = 256 * 1024;

fn keep(at: &At, args: SaveDraft) -> Result<DraftSaved, ErrorReply> {
    let body = args.value.to_string();
    if body.len() > LONGEST_DRAFT || args.key.len() > 200 {
        return Err(ErrorReply::new(ErrorCode::Invalid, "草稿太长，没有自动保存。请尽快保存这一页。"));
    }
    let kept = at.book().keep_draft(at.user.id, &args.key, &body, args.over, at.now_ms);
    let version = kept.map_err(errors::store)?.ok_or_else(newer_draft)?;
    Ok(DraftSaved { version })
}

fn held(at: &At, args: GetDraft) -> Result<Option<DraftHeld>, ErrorReply> {
    let kept = at.book().draft(at.user.id, &args.key).map_err(errors::store)?;
    Ok(kept.and_then(|(body, version)| Some(DraftHeld { value: serde_json::from_str(&body).ok()?, version })))
}

fn let_go(at: &At, args: DropDraft) -> Result<Done, ErrorReply> {
    match at.book().drop_draft(at.user.id, &args.key, args.only).map_err(errors::store)? {
        true => Ok(Done { id: None }),
        false => Err(newer_draft()),
    }
}

fn newer_draft() -> ErrorReply {
    ErrorReply::new(ErrorCode::ChangedMeanwhile, "这份草稿在另一个窗口里又写过，没有被盖掉。")
}

fn list(at: &At, _: ListDrafts) -> Result<Vec<DraftRow>, ErrorReply> {
    let mut listed = Vec::new();
    for (key, saved_at) in at.book().drafts(at.user.id).map_err(errors::store)? {
        // Other programs' drafts are left alone.
        let Ok(parsed) = key.parse::<DraftKey>() else { continue };
        let about = match &parsed {
            DraftKey::Of { id, .. } => title(at, *id)?,
            DraftKey::New { family: Some(family), .. } => title(at, *family)?,
            DraftKey::New { family: None, .. } => {
                let body = at.book().draft(at.user.id, &key).map_err(errors::store)?;
                body.and_then(|(body, _)| serde_json::from_str(&body).ok())
                    .map(|body| masking::without_numbers(&named(&body)))
                    .unwrap_or_default()
            }
        };
        listed.push(DraftRow { key, what: what(at, &parsed)?, about, saved_at });
    }
    Ok(listed)
}

/// As the form is called.
fn what(at: &At, key: &DraftKey) -> Result<String, ErrorReply> {
    Ok(match key {
        DraftKey::New { kind, .. } if kind == DraftKey::FAMILY => "登记家庭".into(),
        DraftKey::New { kind, .. } if *kind == Kind::ContactPair.code() && looked_after(at, key)? => {
            "换联系人".into()
        }
        DraftKey::New { kind, .. } => Kind::from_code(kind).making(),
        DraftKey::Of { kind, .. } => Kind::from_code(kind).mending(),
    })
}

/// Whether the family has contacts today, who are changed then.
fn looked_after(at: &At, key: &DraftKey) -> Result<bool, ErrorReply> {
    let DraftKey::New { family: Some(family), .. } = key else { return Ok(false) };
    match Family::load(at, *family) {
        Ok(family) => Ok(family.contact_now(at.today).is_some()),
        // Not here any more: the draft is listed all the same.
        Err(error) if error.code == ErrorCode::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The record's title; contacts are called by their family. Empty when it is not here to be seen.
fn title(at: &At, id: Uuid) -> Result<String, ErrorReply> {
    let mine = |record: &Record| at.may(Action::Read, &record.region());
    let Some(record) = at.book().get(id).map_err(errors::store)?.filter(mine) else {
        return Ok(String::new());
    };
    let record = match (kind_of(&record), record.reference("household")) {
        (Kind::ContactPair, Some(home)) => at.book().get(home).map_err(errors::store)?.unwrap_or(record),
        _ => record,
    };
    Ok(rows::listed(at, &record)?.title)
}

/// The name that was typed so far.
fn named(body: &Value) -> String {
    let typed = body.get("typed").unwrap_or(body);
    let family = typed.get("family").and_then(|family| family.get("name"));
    let text =
        |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let names =
        ["persons.0.name", "head_name", "head", "name"].into_iter().filter_map(|name| typed.get(name));
    family.into_iter().chain(names).find_map(text).unwrap_or_default()
}
