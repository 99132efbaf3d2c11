//! What the visit form holds while it is being filled, and the visit it becomes.

use crate::{Changes, Today, read_day, read_day_ahead};
use serde::{Deserialize, Serialize};
use tiexin_contract::family::VisitStartReply;
use tiexin_contract::records::RecordRow;
use tiexin_domain::nouns::support_file::ContactPreference;
use tiexin_domain::nouns::visit::{Gift, Presence, Visit, VisitKind};
use tiexin_domain::nouns::{Noun, PersonRef, Problem, tidy};
use tiexin_domain::{Fen, Fields, RegionCode};
use uuid::Uuid;

/// The family as it was picked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    pub id: Uuid,
    pub name: String,
    pub place: String,
    /// Known once the desk has told.
    pub region: Option<RegionCode>,
}

/// Texts as typed; kept as a draft by the keystroke.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VisitDraft {
    pub family: Option<Chosen>,
    pub date: String,
    pub kind: String,
    pub festival: String,
    pub met: Vec<PersonRef>,
    pub visitors: Vec<String>,
    pub presence: String,
    pub note: String,
    pub needs: String,
    pub health: String,
    pub living: String,
    pub safety: String,
    pub gift_item: String,
    pub gift_amount: String,
    pub gift_signed: String,
    pub follow_up: String,
    pub contact_reason: String,
}

impl VisitDraft {
    /// A routine visit of today, if it is known which day that is.
    pub fn begun(today: Today) -> Self {
        let date = if today.sure { "今天".into() } else { String::new() };
        Self { date, kind: "routine".into(), presence: "at_home".into(), ..Self::default() }
    }

    /// The next family of the same round: day and visitors stay.
    pub fn another(&self, today: Today) -> Self {
        Self { date: self.date.clone(), visitors: self.visitors.clone(), ..Self::begun(today) }
    }

    /// A recorded visit, to be corrected. None: it was recorded by a newer program.
    pub fn of(row: &RecordRow) -> Option<Self> {
        Self::of_fields(&row.fields, &row.region_name)
    }

    /// The same of stored fields; `place` names the village.
    pub fn of_fields(fields: &Fields, place: &str) -> Option<Self> {
        let visit = Visit::from_fields(fields).ok()?;
        let (gift_item, gift_amount, gift_signed) = match visit.gifts.first().cloned() {
            Some(g) => {
                (g.item, g.amount.map(|a| a.to_string()).unwrap_or_default(), g.signed_by.unwrap_or_default())
            }
            None => Default::default(),
        };
        Some(Self {
            family: Some(Chosen {
                id: visit.household,
                name: visit.head_name,
                place: place.to_owned(),
                region: Some(visit.region),
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
    pub fn touched(&self) -> bool {
        self.family.is_some() || !self.note.trim().is_empty() || !self.met.is_empty() || self.more()
    }

    /// Whether something lies in the folded part.
    pub fn more(&self) -> bool {
        [
            &self.needs,
            &self.health,
            &self.living,
            &self.safety,
            &self.gift_item,
            &self.gift_amount,
            &self.gift_signed,
            &self.follow_up,
        ]
        .iter()
        .any(|text| !text.trim().is_empty())
    }

    /// Another kind of visit. What its form does not show is not kept behind the worker's back.
    pub fn set_kind(&mut self, kind: String) {
        if kind != VisitKind::Festival.code() {
            self.festival.clear();
        }
        self.kind = kind;
    }

    /// The family's own wish about being approached.
    pub fn preference(start: Option<&VisitStartReply>) -> Option<ContactPreference> {
        start.and_then(|s| s.preference.as_deref()).map(ContactPreference::from_code)
    }

    /// Whether the form asks for the reason of this contact.
    pub fn asks_reason(&self, start: Option<&VisitStartReply>) -> bool {
        match Self::preference(start) {
            Some(ContactPreference::Declined) => true,
            Some(ContactPreference::PhoneOnly) => self.presence != Presence::ByPhone.code(),
            _ => !self.contact_reason.trim().is_empty(),
        }
    }

    /// The fields that are on the screen, as they stand there.
    pub fn shown(&self, start: Option<&VisitStartReply>) -> Vec<&'static str> {
        let people = start.is_some_and(|s| !s.persons.is_empty());
        let festival = self.kind == VisitKind::Festival.code();
        ALL.iter()
            .copied()
            .filter(|field| match *field {
                "met" => people,
                "festival" => festival,
                // Told even when nobody knew that it would be asked for: the field comes with the problem.
                _ => true,
            })
            .collect()
    }

    /// The visit, or what is to be mended first.
    ///
    /// # Errors
    /// Every field that cannot be saved as it is.
    pub fn visit(&self, today: Today, start: Option<&VisitStartReply>) -> Result<Visit, Vec<Problem>> {
        let (visit, problems) = self.read(today, start);
        match visit {
            Some(visit) if problems.is_empty() => Ok(visit),
            _ => Err(problems),
        }
    }

    /// What a correction changes of the visit that was opened.
    ///
    /// # Errors
    /// As [`VisitDraft::visit`]; what was wrong before and was not touched hinders nobody.
    pub fn changes(
        &self,
        seen: &Fields,
        today: Today,
        start: Option<&VisitStartReply>,
    ) -> Result<Changes, Vec<Problem>> {
        let (before, old_problems) = match Self::of_fields(seen, "") {
            Some(before) => before.read(today, start),
            None => (None, Vec::new()),
        };
        let (visit, mut problems) = self.read(today, start);
        problems.retain(|problem| !old_problems.contains(problem));
        let Some(visit) = visit.filter(|_| problems.is_empty()) else { return Err(problems) };
        let mut before = before.map(|visit| visit.to_fields()).unwrap_or_default();
        let mut after = visit.to_fields();
        keep_other_gifts(seen, &mut before);
        keep_other_gifts(seen, &mut after);
        let mut changes = Changes::default();
        for (field, value) in &after {
            if before.get(field) != Some(value) {
                changes.fields.insert(field.clone(), value.clone());
            }
        }
        for field in before.keys().filter(|field| !after.contains_key(*field)) {
            changes.fields.insert(field.clone(), serde_json::Value::Null);
        }
        let known = |name: &String| Some((name.clone(), seen.get(name)?.clone()));
        changes.seen = changes.fields.keys().filter_map(known).collect();
        Ok(changes)
    }

    /// What of a visit does not fit together: asked before it is saved, never refused.
    pub fn doubts(visit: &Visit) -> Vec<String> {
        let names: Vec<&str> = visit.met.iter().map(|person| person.name.as_str()).collect();
        match !visit.presence.met() && !names.is_empty() {
            true => vec![format!(
                "见面情况是“{}”，又选了见到{}。这次走访不算见到家里人；见到了，请改见面情况。",
                visit.presence.label(),
                names.join("、")
            )],
            false => Vec::new(),
        }
    }

    /// The visit as far as it can be read, and all that is wrong with it.
    fn read(&self, today: Today, start: Option<&VisitStartReply>) -> (Option<Visit>, Vec<Problem>) {
        let mut problems = Vec::new();
        let family = self.family.as_ref().and_then(|f| f.region.clone().map(|r| (f, r)));
        if family.is_none() {
            problems.push(Problem::new("household", "household_missing", "请选择走访的家庭"));
        }
        let date = read_day(&self.date, today).unwrap_or_else(|message| {
            problems.push(Problem::new("date", "date_invalid", message));
            None
        });
        let follow_up = read_day_ahead(&self.follow_up, today).unwrap_or_else(|message| {
            problems.push(Problem::new("follow_up", "date_invalid", message));
            None
        });
        if date.is_none() && problems.iter().all(|p| p.field != "date") {
            problems.push(Problem::new("date", "date_missing", "请填写走访日期"));
        }
        let gift = self.gift(&mut problems);
        let Some((family, region)) = family else { return (None, problems) };
        let kind = VisitKind::from_code(&self.kind);
        let visit = Visit {
            region,
            household: family.id,
            head_name: family.name.clone(),
            date: date.unwrap_or(today.day),
            time: None,
            festival: tidy(&self.festival).filter(|_| kind == VisitKind::Festival),
            kind,
            met: self.met.clone(),
            visitors: self.visitors.clone(),
            presence: Presence::from_code(&self.presence),
            note: tidy(&self.note),
            needs: tidy(&self.needs),
            health: tidy(&self.health),
            living: tidy(&self.living),
            safety: tidy(&self.safety),
            gifts: gift.into_iter().collect(),
            follow_up,
            contact_reason: tidy(&self.contact_reason),
        };
        // Only the desk knows up to which day the book was used: it says what lies in the future.
        let latest = visit.date.max(today.day);
        problems.extend(visit.problems_at(latest, Self::preference(start).as_ref()));
        (Some(visit), problems)
    }

    fn gift(&self, problems: &mut Vec<Problem>) -> Option<Gift> {
        let amount = match self.gift_amount.trim() {
            "" => None,
            text => Fen::parse(text)
                .map_err(|bad| problems.push(Problem::new("gift_amount", "number_invalid", bad.to_string())))
                .ok(),
        };
        let (item, signed_by) = (tidy(&self.gift_item), tidy(&self.gift_signed));
        if item.is_none() && self.gift_amount.trim().is_empty() {
            if signed_by.is_some() {
                let message = "填了签收人，请写上慰问品或金额";
                problems.push(Problem::new("gift_item", "gift_missing", message));
            }
            return None;
        }
        Some(Gift { item: item.unwrap_or_else(|| "慰问金".into()), amount, signed_by })
    }
}

/// Every field of the form, in its order.
pub const ALL: &[&str] = &[
    "household",
    "contact_reason",
    "met",
    "kind",
    "festival",
    "note",
    "date",
    "presence",
    "visitors",
    "gift_item",
    "gift_amount",
    "gift_signed",
    "follow_up",
    "needs",
    "health",
    "living",
    "safety",
];

/// The field beside which a problem of the desk is told.
pub fn place(path: &str) -> String {
    let own = match path {
        "head_name" | "region" => "household",
        _ if path == "gifts" || path.starts_with("gifts.") => "gift_amount",
        _ => path,
    };
    own.to_owned()
}

/// The form shows one gift; further ones stay as they are.
fn keep_other_gifts(seen: &Fields, fields: &mut Fields) {
    use serde_json::Value;
    let further: Vec<Value> = seen
        .get("gifts")
        .and_then(Value::as_array)
        .map(|all| all.iter().skip(1).cloned().collect())
        .unwrap_or_default();
    if !further.is_empty() {
        let gifts = fields.entry("gifts").or_insert_with(|| Value::Array(Vec::new()));
        if let Some(gifts) = gifts.as_array_mut() {
            gifts.extend(further);
        }
    }
}

#[cfg(test)]
mod tests;
