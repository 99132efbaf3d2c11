//! Of whose families a rule tells: of all, of those whose named contact the user is, or of the records that name the user.

use std::collections::HashSet;

use tiexin_contract::ErrorReply;
use tiexin_domain::nouns::tidy_name;
use tiexin_domain::record::Record;
use tiexin_domain::reminder::{ReminderRule, Weight, Whose};
use tiexin_store::Care;
use uuid::Uuid;

use crate::errors;
use crate::masking::RECORDED_BY_ID;
use crate::rights::At;

/// Families of which the user is told.
pub(super) enum Homes {
    All,
    These(HashSet<Uuid>),
}

impl Homes {
    pub(super) fn tells_of(&self, home: Uuid) -> bool {
        match self {
            Homes::All => true,
            Homes::These(homes) => homes.contains(&home),
        }
    }
}

/// Whether a rule that asks who the named contact is tells the user of a family with these contacts. One without any
/// is everybody's, or nobody would think of it; but of danger nobody is told besides those whom the rule names.
pub(super) fn tells(rule: &ReminderRule, at: &At, care: &Care) -> bool {
    let me = tidy_name(&at.user.display_name);
    let named = [&care.township_leader, &care.village_worker].into_iter().flatten();
    let named: Vec<String> = named.map(|name| tidy_name(name)).filter(|name| !name.is_empty()).collect();
    named.contains(&me) || (named.is_empty() && rule.weight != Weight::Danger)
}

/// Whether the record names the user where the rule asks for it, or is of the user's making.
pub(super) fn is_theirs(rule: &ReminderRule, at: &At, record: &Record) -> bool {
    let me = tidy_name(&at.user.display_name);
    let mut fields = rule.to.iter().filter_map(|to| to.named.as_deref());
    fields.any(|field| record.text(field).is_some_and(|name| tidy_name(name) == me))
        || record.reference(RECORDED_BY_ID) == Some(at.user.id)
}

/// Of which of these families a rule tells the user.
pub(super) fn of_whom(
    at: &At,
    (rule, whose): (&ReminderRule, Whose),
    homes: impl Iterator<Item = Uuid>,
) -> Result<Homes, ErrorReply> {
    match whose {
        Whose::All => return Ok(Homes::All),
        Whose::Named => return Ok(Homes::These(HashSet::new())),
        Whose::Own => {}
    }
    let once: HashSet<Uuid> = homes.collect();
    let homes: Vec<Uuid> = once.into_iter().collect();
    let care = at.book().care_of(&homes, at.today).map_err(errors::store)?;
    let told = homes.into_iter().zip(care).filter(|(_, care)| tells(rule, at, care));
    Ok(Homes::These(told.map(|(home, _)| home).collect()))
}
