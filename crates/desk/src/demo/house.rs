//! The association's own house: as much of it as a township has (`association.md` §6).

use chrono::{Datelike, Days, NaiveDate};
use serde_json::json;
use tiexin_domain::Kind;
use tiexin_domain::region::RegionCode;

use super::chance::Chance;
use super::families::Ground;
use super::record::Made;
use super::village::Village;

/// One association: where it lies, and what it is called.
struct House<'a> {
    region: &'a RegionCode,
    name: String,
}

pub(super) fn house(
    ground: &Ground<'_, '_>,
    villages: &[Village],
    (township, name): (&RegionCode, &str),
    chance: &mut Chance,
) -> Vec<Made> {
    let own = (township, name);
    let places = villages.iter().map(|village| (&village.code, village.name.as_str()));
    let houses: Vec<House<'_>> = std::iter::once(own)
        .chain(places)
        .map(|(region, place)| House { region, name: format!("{place}计生协") })
        .collect();
    let mut made = Vec::new();
    for house in &houses {
        made.push(organisation(house, ground.today, chance));
    }
    made
}

/// Of some the last election is more than three years ago.
fn organisation(house: &House<'_>, today: NaiveDate, chance: &mut Chance) -> Made {
    let elected = today - Days::new(chance.within(60, 1300) as u64);
    let fields = json!({
        "region": house.region, "name": house.name, "kind": "association",
        "founded": (today.year() - chance.within(8, 30) as i32).to_string(),
        "last_election": elected.format("%Y-%m").to_string(),
    });
    Made::of(Kind::Organisation, &fields, elected, chance)
}
