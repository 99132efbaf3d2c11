//! Photos and scans: adding, listing, opening, handing out. Taking away is `record.void`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tiexin_contract::attachment::{
    AddAttachment, AttachmentRow, AttachmentState, ExportAttachment, ListAttachments, OpenAttachment,
    OpenedAttachment,
};
use tiexin_contract::records::FileMade;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::nouns::attachment::{Attachment, AttachmentKind};
use tiexin_domain::nouns::{Noun, tidy};
use tiexin_domain::{Kind, PartialDate, Problem, Record, YearHint};
use tiexin_protocol::blob::BlobHash;
use tiexin_store::{BlobState, StoreError};

use super::records::{find, kind_of, of_record};
use super::save::refuse_for_void_family;
use super::sign::sign;
use crate::errors::refuse;
use crate::masking::RECORDED_BY_ID;
use crate::picture::{self, Policy};
use crate::registry::Registry;
use crate::rights::{At, READ, WRITE};
use crate::{enrolment, errors, files, masking, rows, rules};

pub(super) fn register(registry: &mut Registry) {
    registry.add(WRITE, |at, args: &AddAttachment| of_record(at, args.owner), add);
    registry.add(READ, |at, args: &ListAttachments| of_record(at, args.owner), list);
    registry.add(READ, |at, args: &OpenAttachment| of_record(at, args.id), open);
    registry.add(READ, |at, args: &ExportAttachment| of_record(at, args.id), export);
}

fn add(at: &At, args: AddAttachment) -> Result<AttachmentRow, ErrorReply> {
    let owner = find(at, args.owner)?;
    if owner.void.is_some() || kind_of(&owner) == Kind::Attachment {
        return Err(errors::not_found());
    }
    let ready = picture::ready(files::bytes_of(&args.file)?, Policy::USUAL).map_err(picture::Unfit::reply)?;
    let said = args.taken_at.as_deref().and_then(tidy).map(|text| {
        PartialDate::parse(&text, YearHint::Today(at.today)).map_err(|_| {
            let message = "日期看不懂，请写成 2026-10-05 这样，或留空";
            ErrorReply::invalid(vec![Problem::new("taken_at", "date_invalid", message)])
        })
    });
    // A camera whose clock runs ahead is not believed.
    let noted = ready.taken.filter(|day| *day <= PartialDate::Day(at.today));
    let household = match kind_of(&owner) {
        Kind::Household => Some(owner.id),
        _ => owner.reference("household"),
    };
    let attachment = Attachment {
        region: owner.region(),
        household,
        owner: owner.id,
        owner_kind: kind_of(&owner),
        what: args.what.map_or_else(|| usual(&owner), |code| AttachmentKind::from_code(&code)),
        sha256: BlobHash::of(&ready.bytes).to_string(),
        bytes: ready.bytes.len() as u64,
        mime: ready.mime.into(),
        width: ready.size.map(|(width, _)| width),
        height: ready.size.map(|(_, height)| height),
        thumb_sha256: ready.thumb.as_ref().map(|thumb| BlobHash::of(thumb).to_string()),
        thumb_bytes: ready.thumb.as_ref().map(|thumb| thumb.len() as u64),
        taken_at: said.transpose()?.or(noted),
        note: args.note.as_deref().and_then(tidy),
    };
    let kind = Kind::Attachment.code();
    let mut fields = attachment.to_fields();
    rules::tidy_fields(kind, &mut fields, at.day);
    refuse_for_void_family(at, &fields)?;
    let id = at.new_id();
    let found = rules::problems_written(at.book(), kind, id, None, &fields, at.day);
    refuse(found.map_err(errors::store)?)?;
    sign(at, &mut fields);
    let by = at.by();
    let saved = at.book().attach(id, &attachment, fields, &ready.bytes, ready.thumb.as_deref(), &by);
    let (saved, changed) = saved.map_err(errors::store)?;
    at.changed(changed);
    row(at, saved.record(), enrolment::is_enrolled(at.book())?)
}

/// What a picture of such a record usually shows.
fn usual(owner: &Record) -> AttachmentKind {
    match kind_of(owner) {
        Kind::Visit | Kind::Household => AttachmentKind::HomeVisit,
        Kind::Activity => AttachmentKind::ActivityPhoto,
        _ => AttachmentKind::Misc,
    }
}

fn list(at: &At, args: ListAttachments) -> Result<Vec<AttachmentRow>, ErrorReply> {
    let owner = find(at, args.owner)?;
    let belonging = match kind_of(&owner) {
        Kind::Household => at.book().children(owner.id),
        _ => at.book().attachments_of(owner.id),
    };
    let mut all = belonging.map_err(errors::store)?;
    all.retain(|record| {
        kind_of(record) == Kind::Attachment && at.may(tiexin_domain::Action::Read, &record.region())
    });
    all.sort_by_key(|record| {
        let day = record.text("taken_at").map(str::to_owned);
        std::cmp::Reverse((rows::recorded_at(record), day, record.id))
    });
    let enrolled = enrolment::is_enrolled(at.book())?;
    all.iter().map(|record| row(at, record, enrolled)).collect()
}

fn row(at: &At, record: &Record, enrolled: bool) -> Result<AttachmentRow, ErrorReply> {
    let attachment = read(record)?;
    let thumb = attachment.thumb_sha256.as_deref().and_then(|hash| hash.parse::<BlobHash>().ok());
    let thumb_here = match thumb {
        Some(hash) => is_here(at.book().blob_state(record.id, hash).map_err(errors::store)?),
        None => false,
    };
    Ok(AttachmentRow {
        id: record.id,
        owner: attachment.owner,
        owner_kind: attachment.owner_kind.code().to_owned(),
        what: attachment.what.code().to_owned(),
        what_label: attachment.what.label().to_owned(),
        masked: attachment.what.is_masked(),
        has_thumb: thumb.is_some(),
        thumb_here,
        state: state(at, record, &attachment, enrolled)?,
        mime: attachment.mime,
        bytes: attachment.bytes,
        width: attachment.width,
        height: attachment.height,
        taken_at: attachment.taken_at.map(|day| day.to_string()),
        note: attachment.note.map(|note| masking::without_numbers(&note)),
        recorded_by: record.text("recorded_by").map(str::to_owned),
    })
}

fn read(record: &Record) -> Result<Attachment, ErrorReply> {
    if kind_of(record) != Kind::Attachment {
        return Err(errors::not_found());
    }
    Attachment::from_fields(&record.fields)
        .map_err(|_| errors::fault("an attachment's record cannot be read"))
}

fn is_here(state: BlobState) -> bool {
    matches!(state, BlobState::Here | BlobState::ToGoUp)
}

fn state(
    at: &At,
    record: &Record,
    attachment: &Attachment,
    enrolled: bool,
) -> Result<AttachmentState, ErrorReply> {
    let hash = hash_of(attachment, false)?;
    let state = at.book().blob_state(record.id, hash).map_err(errors::store)?;
    Ok(match state {
        BlobState::Faulty => AttachmentState::Faulty,
        BlobState::ToComeDown { asked: true } => AttachmentState::Coming,
        BlobState::ToComeDown { asked: false } => AttachmentState::ToComeDown,
        _ if !enrolled => AttachmentState::Local,
        BlobState::ToGoUp => AttachmentState::ToGoUp,
        BlobState::Here => AttachmentState::Safe,
    })
}

fn hash_of(attachment: &Attachment, small: bool) -> Result<BlobHash, ErrorReply> {
    let hash = if small { attachment.thumb_sha256.as_deref() } else { Some(attachment.sha256.as_str()) };
    hash.and_then(|hash| hash.parse().ok()).ok_or_else(errors::not_found)
}

/// A picture of a counselling is its author's, as the session's note is.
fn refuse_restricted(at: &At, record: &Record, attachment: &Attachment) -> Result<(), ErrorReply> {
    let restricted = attachment.owner_kind == Kind::Counselling;
    if restricted && record.reference(RECORDED_BY_ID) != Some(at.user.id) {
        return Err(ErrorReply::new(
            ErrorCode::NoRight,
            "心理健康服务的附件只有登记人本人可以打开，没有改动任何内容。",
        ));
    }
    Ok(())
}

fn open(at: &At, args: OpenAttachment) -> Result<OpenedAttachment, ErrorReply> {
    let record = find(at, args.id)?;
    let attachment = read(&record)?;
    let enrolled = enrolment::is_enrolled(at.book())?;
    let mime = if args.small { "image/jpeg".to_owned() } else { attachment.mime.clone() };
    let reply = |base64, state| OpenedAttachment { mime: mime.clone(), base64, state };
    let state_now = |at: &At| state(at, &record, &attachment, enrolled);
    if attachment.what.is_masked() && !args.reveal {
        return Ok(reply(None, state_now(at)?));
    }
    refuse_restricted(at, &record, &attachment)?;
    match bytes(at, &record, hash_of(&attachment, args.small)?)? {
        Some(bytes) => {
            if attachment.what.is_masked() {
                // Shown only when the audit has it.
                at.note("unmask", Some(record.id), &["sha256"])?;
            }
            Ok(reply(Some(STANDARD.encode(bytes)), state_now(at)?))
        }
        None => {
            if at.book().ask_blob(record.id).map_err(errors::store)? {
                at.session.province.saved(&at.desk, at.book());
            }
            Ok(reply(None, state_now(at)?))
        }
    }
}

/// `None`: not here. A damaged file is fetched anew.
fn bytes(at: &At, record: &Record, hash: BlobHash) -> Result<Option<Vec<u8>>, ErrorReply> {
    match at.book().blob(&record.scope, hash) {
        Err(StoreError::BlobDamaged) => {
            at.book().mend_blob(&record.scope, hash).map_err(errors::store)?;
            Ok(None)
        }
        other => other.map_err(errors::store),
    }
}

fn export(at: &At, args: ExportAttachment) -> Result<FileMade, ErrorReply> {
    let record = find(at, args.id)?;
    let attachment = read(&record)?;
    refuse_restricted(at, &record, &attachment)?;
    let Some(bytes) = bytes(at, &record, hash_of(&attachment, false)?)? else {
        at.book().ask_blob(record.id).map_err(errors::store)?;
        return Err(ErrorReply::new(
            ErrorCode::Offline,
            "这个附件还没有下载到本机，没有导出。连上省平台后会自动下载，请稍后再试。",
        ));
    };
    // Out of the book's protection: the audit has it first.
    at.note("export_attachment", Some(record.id), &["sha256"])?;
    // No names of people in the names of files.
    let ending = if attachment.mime == "application/pdf" { "pdf" } else { "jpg" };
    let day = attachment.taken_at.map(|day| format!("-{day}")).unwrap_or_default();
    let name = format!("{}{day}.{ending}", attachment.what.label());
    files::hand_out(&name, args.path.as_deref(), &bytes)
}
