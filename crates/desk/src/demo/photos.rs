//! A few pictures for the demo: drawn, so that nobody real is on them.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{ImageFormat, Rgb, RgbImage};
use tiexin_contract::ErrorReply;
use tiexin_contract::attachment::AddAttachment;
use tiexin_contract::import::FileGiven;
use uuid::Uuid;

use super::chance::Chance;
use super::county::Peopled;
use crate::{Desk, errors};

const SIZE: (u32, u32) = (960, 720);

/// The newest visits of a township, newest first.
pub(super) fn newest_visits(township: &Peopled, count: usize) -> Vec<Uuid> {
    let mut visits: Vec<_> =
        township.groups.iter().flatten().filter(|made| made.kind == tiexin_domain::Kind::Visit).collect();
    visits.sort_by_key(|made| std::cmp::Reverse((made.at_ms, made.id)));
    visits.iter().take(count).map(|made| made.id).collect()
}

/// Adds one drawn picture to each, as whoever is signed in.
pub(super) async fn add(desk: &Desk, visits: &[Uuid], seed: u64) -> Result<(), ErrorReply> {
    let mut chance = Chance::new(seed, "photos");
    for owner in visits {
        let base64 = STANDARD.encode(drawn(&mut chance)?);
        let file = FileGiven { name: "家访.png".into(), path: None, base64: Some(base64) };
        desk.run(AddAttachment {
            owner: *owner,
            file,
            what: None,
            taken_at: None,
            note: Some("演示图片".into()),
        })
        .await?;
    }
    Ok(())
}

/// A house under the sun, in colours of its own.
fn drawn(chance: &mut Chance) -> Result<Vec<u8>, ErrorReply> {
    let mut tint = |low: i64, high: i64| chance.within(low, high) as u8;
    let sky = [tint(200, 225), tint(222, 238), tint(235, 248)];
    let field = [tint(150, 185), tint(185, 205), tint(130, 160)];
    let wall = [tint(235, 250), tint(225, 240), tint(205, 225)];
    let roof = [tint(150, 190), tint(80, 105), tint(65, 90)];
    let (sun_x, house_x) = (chance.within(120, 840), chance.within(260, 520));
    let picture = RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let (x, y) = (i64::from(x), i64::from(y));
        let (left, right, middle) = (house_x, house_x + 260, house_x + 130);
        let sunny = (x - sun_x).pow(2) + (y - 130).pow(2) < 60 * 60;
        let door = (middle - 30..middle + 30).contains(&x) && (480..600).contains(&y);
        let walls = (left..right).contains(&x) && (400..600).contains(&y);
        let gable = (300..400).contains(&y) && (x - middle).abs() < (y - 300) * 17 / 10;
        Rgb(match () {
            () if door => [122, 84, 62],
            () if gable => roof,
            () if walls => wall,
            () if sunny => [245, 205, 110],
            () if y > 560 => field,
            () => sky,
        })
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).map_err(|_| errors::internal())?;
    Ok(bytes.into_inner())
}
