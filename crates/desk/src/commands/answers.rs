//! What one wrote that was sent back, so that it can be read and written again; and what of one's own nothing shows.

use tiexin_contract::quarantine::{Unseen, WriteAgain, WrittenBefore, Wrote};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::Kind;
use tiexin_domain::access::Action;
use tiexin_domain::record::{Fields, Record};
use tiexin_store::Refused;

use super::waiting_shown::{Words, is_shown};
use crate::place::region_of;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need};
use crate::waiting::{Waiting, settled_already};
use crate::{errors, masking};

pub(super) fn register(registry: &mut Registry) {
    registry.add(Need::SignedIn, anywhere, write_again);
}

/// What the change said, as far as it is still here.
pub(super) fn wrote(words: &Words<'_>, one: &Waiting) -> Vec<Wrote> {
    let whole = one.with_change();
    let shown = one.change.set.keys().filter(|field| is_shown(field));
    let said = shown.map(|field| {
        let both = words.both(one, &whole, field);
        let value = both.ours.as_str().unwrap_or_default().to_owned();
        Wrote { label: both.label, value }
    });
    said.filter(|wrote| !wrote.value.is_empty()).collect()
}

/// Whether a form can be filled with it again: it would have made a record, and the user may make it.
pub(super) fn may_again(at: &At, refused: &Refused) -> bool {
    let kind = Kind::from_code(&refused.change.kind);
    let of_a_form = kind.is_known() && !matches!(kind, Kind::Settlement | Kind::Merge | Kind::Attachment);
    let declined = refused.outcome.as_ref().is_some_and(|outcome| !outcome.choice.takes_effect());
    let made = refused.change.base == 0 && refused.change.void.is_none() && refused.current.is_none();
    let place = region_of(&refused.change.set);
    of_a_form && declined && made && place.is_some_and(|place| at.may(Action::Write, &place))
}

fn write_again(at: &At, args: WriteAgain) -> Result<WrittenBefore, ErrorReply> {
    let answered = at.book().answered().map_err(errors::store)?;
    let own = answered.into_iter().find(|one| one.id == args.id && one.change.author == at.user.id);
    let refused = own.ok_or_else(settled_already)?;
    if !may_again(at, &refused) {
        let message = "这一条不能照此重新登记：它改的是已有的记录，或者您在那里没有填写权限。";
        return Err(ErrorReply::new(ErrorCode::NoRight, message));
    }
    let mut fields: Fields = refused.change.set;
    fields.retain(|field, value| !field.starts_with("recorded_") && !value.is_null());
    Ok(WrittenBefore { kind: refused.change.kind, fields })
}

/// One's own records whose family was void when they came in.
pub(super) fn unseen(at: &At) -> Result<Vec<Unseen>, ErrorReply> {
    let all = at.book().unseen_of(at.user.id).map_err(errors::store)?;
    let both: Vec<Record> = all.iter().flat_map(|one| [one.record.clone(), one.above.clone()]).collect();
    let lost = masking::lost(at.book(), &both)?;
    Ok(all
        .into_iter()
        .map(|one| {
            let kind = Kind::from_code(&one.record.kind);
            let above_title = masking::title(&one.above, &lost);
            let why = one.above.void.as_ref().map(|void| masking::told(&one.above, &void.reason, &lost));
            let why = why.unwrap_or_default();
            let message = format!(
                "“{above_title}”这户已作废（原因：{why}），这条{}现在看不到，也不计入报表。恢复这户就看得到；户确实不该有的，把这一条也作废，就不再提示。",
                kind.word()
            );
            Unseen {
                record: one.record.id,
                kind: one.record.kind.clone(),
                title: masking::title(&one.record, &lost),
                above: one.above.id,
                above_title,
                message,
            }
        })
        .collect())
}
