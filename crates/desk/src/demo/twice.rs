//! Families that two people registered: every office has some, and the page 可能重复 wants to be tried.

use serde_json::Value;
use std::collections::HashMap;
use tiexin_domain::Kind;
use uuid::Uuid;

use super::chance::Chance;
use super::record::Group;

const DAY_MS: i64 = 86_400_000;

/// Registrations of the last weeks that somebody had made before: the same people in the same village, without
/// ID numbers. Special families are left alone.
pub(super) fn twice(groups: &[Group], chance: &mut Chance, today_ms: i64, count: usize) -> Vec<Group> {
    let plain = |group: &&Group| {
        group.iter().any(|made| made.kind == Kind::Household)
            && group.iter().all(|made| matches!(made.kind, Kind::Household | Kind::Person))
            && group.len() > 2
    };
    let known: Vec<&Group> = groups.iter().filter(plain).collect();
    chance.some(&known, count).into_iter().map(|group| again(group, chance, today_ms)).collect()
}

fn again(group: &Group, chance: &mut Chance, today_ms: i64) -> Group {
    let at_ms = today_ms - chance.within(3, 20) * DAY_MS;
    let ids: HashMap<Uuid, Uuid> = group.iter().map(|made| (made.id, chance.id(at_ms))).collect();
    let mut copy = group.clone();
    for made in &mut copy {
        made.id = ids[&made.id];
        made.at_ms = at_ms;
        made.fields.remove("id_number");
        made.fields.remove("phone");
        for value in made.fields.values_mut() {
            let named = value.as_str().and_then(|text| text.parse::<Uuid>().ok());
            if let Some(new) = named.and_then(|id| ids.get(&id)) {
                *value = Value::String(new.to_string());
            }
        }
    }
    copy
}
