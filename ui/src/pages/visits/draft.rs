//! What the visit form holds while it is being filled, and the visit it becomes.

use crate::components::read_day;
use crate::hooks::Today;
use serde::{Deserialize, Serialize};
use tiexin_contract::family::VisitStartReply;
use tiexin_contract::records::RecordRow;
use tiexin_domain::nouns::support_file::ContactPreference;
use tiexin_domain::nouns::visit::{Gift, Presence, Visit, VisitKind};
use tiexin_domain::nouns::{Noun, PersonRef, Problem};
use tiexin_domain::{Fen, RegionCode};
use uuid::Uuid;

/// The family as it was picked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Chosen {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) place: String,
    /// Known once the desk has told.
    pub(super) region: Option<RegionCode>,
}

/// Texts as typed; kept as a draft by the second.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct VisitDraft {
    pub(super) family: Option<Chosen>,
    pub(super) date: String,
    pub(super) kind: String,
    pub(super) festival: String,
    pub(super) met: Vec<PersonRef>,
    pub(super) visitors: Vec<String>,
    pub(super) presence: String,
    pub(super) note: String,
    pub(super) needs: String,
    pub(super) health: String,
    pub(super) living: String,
    pub(super) safety: String,
    pub(super) gift_item: String,
    pub(super) gift_amount: String,
    pub(super) gift_signed: String,
    pub(super) follow_up: String,
    pub(super) contact_reason: String,
}

impl VisitDraft {
    /// A routine visit of today, if it is known which day that is.
    pub(super) fn begun(today: Today) -> Self {
        let date = if today.sure { "今天".into() } else { String::new() };
        Self { date, kind: "routine".into(), presence: "at_home".into(), ..Self::default() }
    }

    /// A recorded visit, to be corrected.
    pub(super) fn of(row: &RecordRow) -> Option<Self> {
        let visit = Visit::from_fields(&row.fields).ok()?;
        let gift = visit.gifts.first().cloned();
        let (gift_item, gift_amount, gift_signed) = match gift {
            Some(g) => {
                (g.item, g.amount.map(|a| a.to_string()).unwrap_or_default(), g.signed_by.unwrap_or_default())
            }
            None => Default::default(),
        };
        Some(Self {
            family: Some(Chosen {
                id: visit.household,
                name: visit.head_name.clone(),
                place: row.region_name.clone(),
                region: Some(visit.region.clone()),
            }),
            date: visit.date.to_string(),
            kind: visit.kind.code().to_owned(),
            festival: visit.festival.unwrap_or_default(),
            met: visit.met,
            visitors: visit.visitors,
            presence: visit.presence.code().to_owned(),
            note: visit.note.unwrap_or_default(),
            needs: visit.needs.unwrap_or_default(),
            health: visit.health.unwrap_or_default(),
            living: visit.living.unwrap_or_default(),
            safety: visit.safety.unwrap_or_default(),
            gift_item,
            gift_amount,
            gift_signed,
            follow_up: visit.follow_up.map(|d| d.to_string()).unwrap_or_default(),
            contact_reason: visit.contact_reason.unwrap_or_default(),
        })
    }

    /// Whether anything was filled in that would be a pity to lose.
    pub(super) fn touched(&self) -> bool {
        self.family.is_some() || !self.note.trim().is_empty() || self.more()
    }

    /// Whether something lies in the folded part.
    pub(super) fn more(&self) -> bool {
        [
            &self.needs,
            &self.health,
            &self.living,
            &self.safety,
            &self.gift_item,
            &self.gift_amount,
            &self.follow_up,
        ]
        .iter()
        .any(|text| !text.trim().is_empty())
    }

    /// The family's own wish about being approached.
    pub(super) fn preference(start: Option<&VisitStartReply>) -> Option<ContactPreference> {
        start.and_then(|s| s.preference.as_deref()).map(ContactPreference::from_code)
    }

    /// The visit, or what is to be mended first.
    pub(super) fn visit(&self, today: Today, start: Option<&VisitStartReply>) -> Result<Visit, Vec<Problem>> {
        let mut problems = Vec::new();
        let Some((family, region)) = self.family.as_ref().and_then(|f| f.region.clone().map(|r| (f, r)))
        else {
            return Err(vec![Problem::new("household", "household_missing", "请选择走访的家庭")]);
        };
        let mut day = |field: &str, text: &str| {
            read_day(text, today).unwrap_or_else(|message| {
                problems.push(Problem::new(field, "date_invalid", message));
                None
            })
        };
        let date = day("date", &self.date);
        let follow_up = match crate::components::read_day_ahead(&self.follow_up, today) {
            Ok(day) => day,
            Err(message) => {
                problems.push(Problem::new("follow_up", "date_invalid", message));
                None
            }
        };
        let amount = match self.gift_amount.trim() {
            "" => None,
            text => Fen::parse(text)
                .map_err(|bad| problems.push(Problem::new("gift_amount", "number_invalid", bad.to_string())))
                .ok(),
        };
        if date.is_none() && problems.iter().all(|p| p.field != "date") {
            problems.push(Problem::new("date", "date_missing", "请填写走访日期"));
        }
        let text = |t: &str| tiexin_domain::nouns::tidy(t);
        let gift = (amount.is_some() || text(&self.gift_item).is_some()).then(|| Gift {
            item: text(&self.gift_item).unwrap_or_else(|| "慰问金".into()),
            amount,
            signed_by: text(&self.gift_signed),
        });
        let kind = VisitKind::from_code(&self.kind);
        let visit = Visit {
            region,
            household: family.id,
            head_name: family.name.clone(),
            date: date.unwrap_or(today.day),
            time: None,
            festival: text(&self.festival).filter(|_| kind == VisitKind::Festival),
            kind,
            met: self.met.clone(),
            visitors: self.visitors.clone(),
            presence: Presence::from_code(&self.presence),
            note: text(&self.note),
            needs: text(&self.needs),
            health: text(&self.health),
            living: text(&self.living),
            safety: text(&self.safety),
            gifts: gift.into_iter().collect(),
            follow_up,
            contact_reason: text(&self.contact_reason),
        };
        // Only the desk knows up to which day the book was used: it says what lies in the future.
        let latest = date.unwrap_or(today.day).max(today.day);
        problems.extend(visit.problems_at(latest, Self::preference(start).as_ref()));
        if problems.is_empty() { Ok(visit) } else { Err(problems) }
    }
}
