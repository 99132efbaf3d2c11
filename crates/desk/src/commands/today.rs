//! 今日: whom should I see, what is missing, what comes, how far is the month.

use std::collections::{HashMap, HashSet};

use tiexin_contract::ErrorReply;
use tiexin_contract::today::{DueFamily, FileGap, GapFamily, GapGroup, GetToday, Today};
use tiexin_domain::RegionCode;
use tiexin_domain::nouns::support_file::{ContactPreference, Lack};
use tiexin_domain::reminder::Of;
use tiexin_store::{DueFile, FileGaps};
use uuid::Uuid;

use super::today_whose::of_whom;
use super::{today_covered, today_month, today_soon, today_todo, today_units};
use crate::cadence::Cadence;
use crate::masking::Lost;
use crate::registry::Registry;
use crate::reminders::{InForce, Reminders};
use crate::rights::{At, Place, READ};
use crate::{calendar, errors, masking, place, rows};

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, |_, args: &GetToday| Ok(Place::In(vec![args.region.clone()])), get);
}

/// Lists show so many; the totals tell the rest.
const MOST: usize = 100;

fn get(at: &At, args: GetToday) -> Result<Today, ErrorReply> {
    let regions = [args.region.clone()];
    let reminders = Reminders::of(at.book().dir());
    let rules = reminders.in_force(&args.region, at.today, &at.roles_in(&args.region));
    let files = at.book().due_files(&regions, at.today).map_err(errors::store)?;
    let cadence = Cadence::of(at.book().dir());
    let (due, due_total) = due(at, &files, &cadence, &rules)?;
    let lacking = lacking(at, &regions, &rules)?;
    let lost = masking::lost_in(at.book(), lacking.iter().map(|file| file.household))?;
    let (gaps, gaps_total) = gaps(&lacking, &lost);
    let (todo, todo_total) = today_todo::todo(at, &args.region, &rules)?;
    let month = today_month::so_far(at, &args.region, &files, &cadence)?;
    Ok(Today {
        date: at.today,
        lunar: calendar::lunar_label(at.today),
        open: today_todo::open(due.len(), &todo),
        todo,
        todo_total,
        covered: today_covered::covered(&files),
        units: today_units::units(&args.region, &files, &month.coverage, &cadence, at.today),
        due,
        due_total,
        gaps,
        gaps_total,
        missing: missing(&lacking, &lost),
        reminders: today_soon::reminders(at, &regions, &files, &rules)?,
        month,
    })
}

/// The files that lack something and of which the user is told.
fn lacking(at: &At, regions: &[RegionCode], rules: &InForce<'_>) -> Result<Vec<FileGaps>, ErrorReply> {
    let Some(rule) = rules.about(&Of::Gaps) else { return Ok(Vec::new()) };
    let mut files = at.book().files_with_gaps(regions, at.today).map_err(errors::store)?;
    let homes = of_whom(at, rule, files.iter().map(|file| file.household))?;
    files.retain(|file| homes.tells_of(file.household));
    Ok(files)
}

/// Most overdue first. A family that declined contact is on no list of whom to see.
fn due(
    at: &At,
    files: &[DueFile],
    cadence: &Cadence,
    rules: &InForce<'_>,
) -> Result<(Vec<DueFamily>, u64), ErrorReply> {
    let Some((rule, whose)) = rules.about(&Of::Visits) else { return Ok((Vec::new(), 0)) };
    let mut due: Vec<(i64, &DueFile)> = files
        .iter()
        .filter_map(|file| Some((cadence.overdue_file(file, at.today)?, file)))
        .filter(|(overdue, _)| *overdue >= -i64::from(rule.lead))
        .collect();
    let homes = of_whom(at, (rule, whose), due.iter().map(|(_, file)| file.household))?;
    due.retain(|(_, file)| homes.tells_of(file.household));
    due.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.region.cmp(&y.region)).then(x.household.cmp(&y.household)));
    // A household with two active files is visited once.
    let mut seen = HashSet::new();
    due.retain(|(_, file)| seen.insert(file.household));
    let total = due.len() as u64;
    due.truncate(MOST);
    let lost = masking::lost_in(at.book(), due.iter().map(|(_, file)| file.household))?;
    let shown = due.into_iter().map(|(overdue_days, file)| {
        let beside = |name: &String| masking::beside(file.household, name, &lost);
        DueFamily {
            household: file.household,
            name: beside(&file.head_name),
            village: place::name(&file.region),
            last_visit: file.last.met,
            visitors: file.last.visitors.iter().map(beside).collect(),
            in_vain: rows::in_vain(file.last.in_vain.clone()),
            ahead: file.last.ahead,
            overdue_days,
            contact: file.village_worker.as_ref().or(file.township_leader.as_ref()).map(beside),
            phone_only: file.preference == Some(ContactPreference::PhoneOnly),
        }
    });
    Ok((shown.collect(), total))
}

/// What the files of each family lack, and how many families that is.
fn gaps(files: &[FileGaps], lost: &Lost) -> (Vec<FileGap>, u64) {
    let mut places: HashMap<Uuid, usize> = HashMap::new();
    let mut shown: Vec<FileGap> = Vec::new();
    for file in files {
        let next = places.len();
        let at = *places.entry(file.household).or_insert(next);
        if at == shown.len() && at < MOST {
            shown.push(FileGap {
                household: file.household,
                name: masking::beside(file.household, &file.head_name, lost),
                village: place::name(&file.region),
                missing: Vec::new(),
            });
        }
        let Some(family) = shown.get_mut(at) else { continue };
        for gap in &file.gaps {
            if !family.missing.contains(&gap.message) {
                family.missing.push(gap.message.clone());
            }
        }
    }
    (shown, places.len() as u64)
}

/// So many of a group travel to the screen; the list has them all.
const MOST_OF_GROUP: usize = 300;

fn missing(files: &[FileGaps], lost: &Lost) -> Vec<GapGroup> {
    let mut groups: Vec<GapGroup> = Vec::new();
    // A family with two files lacks a thing once.
    let mut told = HashSet::new();
    for file in files {
        for gap in &file.gaps {
            let lack = Lack::of(gap);
            if !told.insert((lack.clone(), file.household)) {
                continue;
            }
            let group = match groups.iter().position(|group| group.code == lack.code()) {
                Some(at) => &mut groups[at],
                None => {
                    let words = if lack.is_known() { lack.label() } else { gap.message.as_str() };
                    let (code, missing) = (lack.code().to_owned(), words.to_owned());
                    groups.push(GapGroup { code, missing, families: Vec::new(), total: 0 });
                    let last = groups.len() - 1;
                    &mut groups[last]
                }
            };
            group.total += 1;
            if group.families.len() < MOST_OF_GROUP {
                group.families.push(GapFamily {
                    household: file.household,
                    name: masking::beside(file.household, &file.head_name, lost),
                    village: place::name(&file.region),
                });
            }
        }
    }
    // What a newer rule names stands before what only has to be asked.
    let last = Lack::ALL.len() - 1;
    let rank = |group: &GapGroup| Lack::ALL.iter().position(|lack| lack.code() == group.code);
    groups.sort_by_key(|group| rank(group).map_or((last, 0), |at| (at, 1)));
    groups
}
