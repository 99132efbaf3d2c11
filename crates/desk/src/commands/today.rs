//! 今日: whom should I see, what is missing, what comes, how far is the month.

use tiexin_contract::ErrorReply;
use tiexin_contract::today::{DueFamily, FileGap, GetToday, Today};
use tiexin_domain::RegionCode;
use tiexin_domain::nouns::support_file::ContactPreference;
use tiexin_store::DueFile;

use super::{today_month, today_soon};
use crate::cadence::Cadence;
use crate::registry::Registry;
use crate::rights::{At, Place, READ};
use crate::{calendar, errors, place};

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, |_, args: &GetToday| Ok(Place::In(vec![args.region.clone()])), get);
}

/// Lists show so many; the totals tell the rest.
const MOST: usize = 100;
/// A family is shown so many days before its visit is due.
const DAYS_BEFORE: i64 = 7;

fn get(at: &At, args: GetToday) -> Result<Today, ErrorReply> {
    let regions = [args.region.clone()];
    let files = at.book().due_files(&regions, at.today).map_err(errors::store)?;
    let cadence = Cadence::of(at.book().dir());
    let (due, due_total) = due(at, &files, &cadence);
    let (gaps, gaps_total) = gaps(at, &regions)?;
    Ok(Today {
        date: at.today,
        lunar: calendar::lunar_label(at.today),
        due,
        due_total,
        gaps,
        gaps_total,
        reminders: today_soon::reminders(at, &regions, &files)?,
        month: today_month::so_far(at, &args.region, &files, &cadence)?,
    })
}

/// Most overdue first. A family that declined contact is on no list of whom to see.
fn due(at: &At, files: &[DueFile], cadence: &Cadence) -> (Vec<DueFamily>, u64) {
    let mut due: Vec<(i64, &DueFile)> = files
        .iter()
        .filter_map(|file| Some((cadence.overdue_file(file, at.today)?, file)))
        .filter(|(overdue, _)| *overdue >= -DAYS_BEFORE)
        .collect();
    due.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.region.cmp(&y.region)).then(x.household.cmp(&y.household)));
    // A household with two active files is visited once.
    let mut seen = std::collections::HashSet::new();
    due.retain(|(_, file)| seen.insert(file.household));
    let total = due.len() as u64;
    let shown = due.into_iter().take(MOST).map(|(overdue_days, file)| DueFamily {
        household: file.household,
        name: file.head_name.clone(),
        village: place::name(&file.region),
        last_visit: file.last_visit,
        overdue_days,
        contact: file.village_worker.clone().or_else(|| file.township_leader.clone()),
        phone_only: file.preference == Some(ContactPreference::PhoneOnly),
    });
    (shown.collect(), total)
}

fn gaps(at: &At, regions: &[RegionCode]) -> Result<(Vec<FileGap>, u64), ErrorReply> {
    let files = at.book().files_with_gaps(regions, at.today).map_err(errors::store)?;
    let total = files.len() as u64;
    let shown = files.into_iter().take(MOST).map(|file| FileGap {
        household: file.household,
        name: file.head_name,
        village: place::name(&file.region),
        missing: file.gaps.into_iter().map(|gap| gap.message).collect(),
    });
    Ok((shown.collect(), total))
}
