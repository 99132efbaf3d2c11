//! Conditions on special families' files by what lies in other records: visits, contacts, people. Parts of a statement
//! about rows of `record` that are support files.

use chrono::NaiveDate;
use tiexin_domain::PartialDate;
use tiexin_domain::nouns::support_file::Lack;

use crate::asking::lost::{NOT_LOST, died_out};
use crate::derive::{day_of, file_flag, person_flag, visit_flag};

/// The day, not after today, on which somebody of the family was last met, `yyyymmdd`; NULL when never.
pub(crate) fn last_met(today: Option<NaiveDate>) -> String {
    let until = today.map_or(i64::MAX, |today| day_of(PartialDate::Day(today)));
    format!(
        "(SELECT max(seen.day) FROM record AS seen WHERE seen.household = record.household AND seen.hidden = 0
           AND seen.kind = 'visit' AND seen.flags & {} <> 0 AND seen.day <= {until})",
        visit_flag::MET
    )
}

/// Whether an active file lacks this, by its code. `None`: no such code. Where nobody lives any more, nothing is lacking
/// but that the file be closed.
pub(crate) fn lacks(code: &str, today: Option<NaiveDate>) -> Option<String> {
    let nobody_lives = died_out("record.household");
    let lacks = match Lack::from_code(code) {
        Lack::Status => return Some(format!("(record.flags & {} <> 0 AND {nobody_lives})", file_flag::ACTIVE)),
        Lack::TownshipLeader => without_contact(1, today),
        Lack::VillageWorker => without_contact(2, today),
        Lack::IdNumber => format!(
            "EXISTS (SELECT 1 FROM record AS member WHERE member.household = record.household AND member.hidden = 0
               AND member.kind = 'person' AND member.until IS NULL AND member.flags & {} = 0{})",
            person_flag::HAS_ID,
            NOT_LOST.replace("record.", "member.")
        ),
        Lack::Code => "record.natural IS NULL".to_owned(),
        Lack::DateMissing => "json_extract(record.fields, '$.loss_date') IS NULL".to_owned(),
        Lack::DatePartial => "length(json_extract(record.fields, '$.loss_date')) < 10".to_owned(),
        Lack::Doctor => without_doctor(today),
        Lack::Hospital => "json_extract(record.fields, '$.hospital') IS NULL".to_owned(),
        Lack::Preference => "json_extract(record.fields, '$.preference') IS NULL".to_owned(),
        Lack::Other(_) => return None,
    };
    Some(format!("(record.flags & {} <> 0 AND {lacks} AND NOT {nobody_lives})", file_flag::ACTIVE))
}

/// None signed, or a contract that is over; as `domain::nouns::support_file::doctor_of` says. Of a contract till a month
/// or a year that is all of it.
fn without_doctor(today: Option<NaiveDate>) -> String {
    let until = "json_extract(record.fields, '$.doctor_until')";
    let over = today.map_or_else(
        || "0".to_owned(),
        |today| format!("coalesce({until} < substr('{today}', 1, length({until})), 0)"),
    );
    format!(
        "json_extract(record.fields, '$.doctor_declined_on') IS NULL
           AND (json_extract(record.fields, '$.doctor') IS NULL OR {over})"
    )
}

/// `bit` as in the flags of a contact pair. Of pairs in force the newest counts, as where 今日 names them.
fn without_contact(bit: i64, today: Option<NaiveDate>) -> String {
    let in_force = today.map_or_else(
        || "pair.until IS NULL".to_owned(),
        |today| {
            let today = day_of(PartialDate::Day(today));
            format!("pair.day <= {today} AND (pair.until IS NULL OR pair.until >= {today})")
        },
    );
    // Who wishes no contact lacks none; of two files the stricter one counts.
    format!(
        "NOT EXISTS (SELECT 1 FROM record AS wish WHERE wish.household = record.household AND wish.hidden = 0
           AND wish.kind = 'support_file' AND wish.flags & {declined} = {declined})
         AND NOT coalesce((SELECT pair.flags & {bit} <> 0 FROM record AS pair WHERE pair.household = record.household
           AND pair.hidden = 0 AND pair.kind = 'contact_pair' AND {in_force}
           ORDER BY pair.day DESC, pair.n DESC LIMIT 1), 0)",
        declined = file_flag::ACTIVE | file_flag::DECLINED
    )
}
