//! Lists, search, and a list as a spreadsheet.

use serde::{Deserialize, Serialize};
use tiexin_contract::records::{ExportList, FileMade, Hit, ListRecords, RecordPage, Search};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::access::Action;
use tiexin_domain::shape::{self, Audience, Holds, audience};
use tiexin_domain::{Fen, Kind, Level, Record, RegionCode};
use tiexin_report::{Cell, Column, TableError, TableWriter};
use tiexin_store::{ListQuery, Regions};
use uuid::Uuid;

use super::asked;
use crate::masking;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Place, READ};
use crate::{errors, files, guessing, place, rows, values};

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, |_, args: &ListRecords| Ok(Place::In(vec![args.region.clone()])), list);
    registry.add(READ, |_, args: &ExportList| Ok(Place::In(vec![args.list.region.clone()])), export);
    registry.add(READ, anywhere, search);
}

fn list(at: &At, args: ListRecords) -> Result<RecordPage, ErrorReply> {
    let (query, counted) = begun(at, &args)?;
    let page = at.book().list(&query).map_err(errors::store)?;
    let total = counted.or(page.total).unwrap_or_default();
    Ok(RecordPage {
        rows: rows::of_list(at, &page.records, args.columns)?,
        next: page.next.and(page.records.last()).map(|last| After { row: last.id, total }.as_text()),
        total,
        families: page.families,
    })
}

/// Behind which row the next page begins, and what the first page counted. It names a row and nothing that stands in it: by
/// what a list is ordered may be hidden on it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct After {
    row: Uuid,
    total: u64,
}

impl After {
    fn as_text(&self) -> String {
        // Invariant: an id and a number can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What somebody asks for, by whichever command and from whichever page on: a search for a number is entered, and bounded.
pub(super) fn begun(at: &At, args: &ListRecords) -> Result<(ListQuery, Option<u64>), ErrorReply> {
    let mut query = asked::query(args, at.today)?;
    if let Some(text) = &query.text {
        guessing::asked(at, text)?;
    }
    let Some(after) = &args.after else { return Ok((query, None)) };
    let after: After = serde_json::from_str(after).map_err(|_| errors::unreadable())?;
    let key = at.book().key_at(&query, after.row).map_err(errors::store)?;
    query.after = Some(key.ok_or_else(list_changed)?);
    Ok((query, Some(after.total)))
}

/// The row behind which a page was to begin went elsewhere.
fn list_changed() -> ErrorReply {
    ErrorReply::new(ErrorCode::ChangedMeanwhile, "列表在这期间变了，请从头再看一遍。")
}

const MOST_HITS: usize = 100;

fn search(at: &At, args: Search) -> Result<Vec<Hit>, ErrorReply> {
    let limit = (args.limit as usize).clamp(1, MOST_HITS);
    let regions = at.reach(Action::Read);
    if args.text.trim().is_empty() || regions.is_empty() {
        return Ok(Vec::new());
    }
    guessing::asked(at, &args.text)?;
    let found = at.book().search(&args.text, &args.kinds, &regions, limit).map_err(errors::store)?;
    let mut hits: Vec<Hit> =
        found.into_iter().map(|hit| shown_hit(at, &args.text, hit)).collect::<Result<_, _>>()?;
    if args.kinds.is_empty() || args.kinds.iter().any(|kind| kind == Kind::Household.code()) {
        if args.kinds.len() == 1 {
            hits.extend(families_of(at, &args.text, &regions, limit - hits.len(), &hits)?);
        }
        let room = limit - hits.len();
        hits.extend(families_there(at, &regions, args.text.trim(), room, &hits)?);
    }
    Ok(hits)
}

/// Families by one of theirs, or by the code of their file: where only families are asked for, nobody else would be told.
fn families_of(
    at: &At,
    text: &str,
    regions: &[RegionCode],
    room: usize,
    known: &[Hit],
) -> Result<Vec<Hit>, ErrorReply> {
    let kinds = [Kind::Person, Kind::SupportFile].map(|kind| kind.code().to_owned());
    let mut homes: Vec<Hit> = Vec::new();
    if room == 0 {
        return Ok(homes);
    }
    for hit in at.book().search(text, &kinds, regions, MOST_HITS).map_err(errors::store)? {
        let one = shown_hit(at, text, hit)?;
        let Some(id) = one.household.filter(|id| known.iter().chain(&homes).all(|hit| hit.id != *id)) else {
            continue;
        };
        let home = at.book().get(id).map_err(errors::store)?.filter(|home| home.void.is_none());
        let Some(home) = home.filter(|home| regions.iter().any(|region| region.covers(&home.region())))
        else {
            continue;
        };
        let title = rows::title(at, &home)?;
        let matched = match one.title == title {
            true => one.matched,
            false => format!("{} {}", one.title, one.matched),
        };
        homes.push(family_told(&home, title, matched));
        if homes.len() == room {
            break;
        }
    }
    Ok(homes)
}

/// Villages that one name may mean.
const VILLAGES: usize = 3;

/// Families of a village that is called so: whoever types 东关 means the place, when nobody has that name.
fn families_there(
    at: &At,
    regions: &[RegionCode],
    text: &str,
    room: usize,
    known: &[Hit],
) -> Result<Vec<Hit>, ErrorReply> {
    let han = text.chars().count() > 1 && text.chars().all(|c| !c.is_ascii());
    if !han || room == 0 {
        return Ok(Vec::new());
    }
    let called_so = regions.iter().flat_map(|region| Regions::anhui().search(text, Some(region), VILLAGES));
    let villages: Vec<RegionCode> =
        called_so.map(|region| region.code).filter(|code| code.level() == Level::Village).collect();
    if villages.is_empty() {
        return Ok(Vec::new());
    }
    let query = ListQuery {
        kind: Kind::Household.code().to_owned(),
        regions: villages,
        limit: room + known.len(),
        ..ListQuery::default()
    };
    let page = at.book().list(&query).map_err(errors::store)?;
    let lost = masking::lost(at.book(), &page.records)?;
    let others = page.records.iter().filter(|home| known.iter().all(|hit| hit.id != home.id));
    let hits = others.take(room).map(|home| {
        let matched = format!("在{}", place::name(&home.region()));
        family_told(home, masking::title(home, &lost), matched)
    });
    Ok(hits.collect())
}

/// A family as a hit tells it.
fn family_told(home: &Record, title: String, matched: String) -> Hit {
    let region = home.region();
    Hit {
        id: home.id,
        kind: home.kind.clone(),
        title,
        region_name: place::name(&region),
        region,
        matched,
        household: Some(home.id),
    }
}

fn shown_hit(at: &At, text: &str, hit: tiexin_store::Hit) -> Result<Hit, ErrorReply> {
    let record = at.book().get(hit.id).map_err(errors::store)?;
    // Whose it is may stand on its own page only.
    let told = |record: &&Record| audience(&record.kind, "household") == Audience::Everyone;
    let mut household = record.as_ref().filter(told).and_then(|record| record.reference("household"));
    let named = record.as_ref().map(|record| rows::title(at, record)).transpose()?;
    let title = match (named.filter(|title| !title.is_empty()), &record) {
        (Some(title), _) => title,
        // What cannot be read has the title by which it is found.
        (None, Some(record)) => masking::told(record, &hit.title, &masking::lost(at.book(), [record])?),
        (None, None) => masking::without_numbers(&hit.title),
    };
    if hit.kind == Kind::Household.code() {
        household = Some(hit.id);
    }
    let typed = text.trim();
    let matched = match hit.matched.as_str() {
        "name" => "姓名".into(),
        "pinyin" => "拼音".into(),
        "initials" => "拼音首字母".into(),
        "sound" => "读音相同".into(),
        "other_reading" => format!("多音字又读 {typed}"),
        "id_number" => "身份证号".into(),
        "id_tail" => format!("身份证尾号 {typed}"),
        "phone" => "电话".into(),
        "phone_tail" => format!("电话尾号 {typed}"),
        "code" => "信息编码".into(),
        "code_tail" => format!("信息编码尾号 {typed}"),
        _ => "内容".into(),
    };
    Ok(Hit {
        id: hit.id,
        kind: hit.kind,
        title,
        region_name: place::name(&hit.region),
        region: hit.region,
        matched,
        household,
    })
}

/// Rows read at a time.
const EXPORT_PAGE: u32 = 500;

/// Writes all rows of the list, masked as they are shown.
fn export(at: &At, args: ExportList) -> Result<FileMade, ErrorReply> {
    let list = ListRecords { after: None, skip: 0, limit: EXPORT_PAGE, ..args.list };
    asked::refuse_unknown_columns(&list.kind, args.columns.iter().map(|(field, _)| field.as_str()))?;
    let (mut query, _) = begun(at, &list)?;
    let may = |field: &str| audience(&list.kind, field) == Audience::Everyone;
    let columns: Vec<(String, String)> = args.columns.into_iter().filter(|(field, _)| may(field)).collect();
    let named: Vec<&str> = columns.iter().map(|(field, _)| field.as_str()).collect();
    let fields: Vec<String> = named.iter().map(|field| (*field).to_owned()).collect();
    let kind = Kind::from_code(&list.kind);
    let holds: Vec<Option<Holds>> =
        named.iter().map(|field| shape::field(&list.kind, field).map(|own| own.holds)).collect();
    let heads =
        columns.iter().zip(&holds).map(|((_, head), holds)| Column::new(head_of(head, *holds))).collect();
    let name = format!("{}_{}.xlsx", kind.label(), at.today.format("%Y%m%d"));
    let path = args.path.as_deref();
    let unwritten = |error| refused(error, path);
    let mut writer = match path {
        Some(path) => TableWriter::to_file(files::chosen(path)?, kind.label(), heads),
        None => TableWriter::to_memory(kind.label(), heads),
    }
    .map_err(unwritten)?;
    loop {
        let page = at.book().list(&query).map_err(errors::store)?;
        for row in rows::of_list(at, &page.records, Some(fields.clone()))? {
            let texts: Vec<String> = named.iter().map(|field| values::cell(&row, field)).collect();
            let cells: Vec<Cell<'_>> =
                texts.iter().zip(&holds).map(|(text, holds)| written(text, *holds)).collect();
            writer.row(&cells).map_err(unwritten)?;
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    at.note("export", None, &named)?;
    match path {
        Some(path) => {
            writer.finish().map_err(unwritten)?;
            Ok(files::written(path))
        }
        None => files::hand_out(&name, None, &writer.finish_bytes().map_err(unwritten)?),
    }
}

/// What a spreadsheet adds up is a number there; what is masked stays as it is shown.
fn written(text: &str, holds: Option<Holds>) -> Cell<'_> {
    match holds {
        _ if text.is_empty() => Cell::Blank,
        Some(Holds::Money) => Fen::parse(text).map_or(Cell::Text(text), Cell::Money),
        Some(Holds::Count | Holds::Minutes) => text.parse().map_or(Cell::Text(text), Cell::Number),
        _ => Cell::Text(text),
    }
}

/// A number of minutes does not say what it counts.
fn head_of(head: &str, holds: Option<Holds>) -> String {
    match holds {
        Some(Holds::Minutes) if !head.contains("分钟") => format!("{head}（分钟）"),
        _ => head.to_owned(),
    }
}

/// `path`: where the list was to go.
pub(super) fn refused(error: TableError, path: Option<&str>) -> ErrorReply {
    match error {
        TableError::Io(error) => files::not_written(&error, path.unwrap_or_default().as_ref()),
        _ => errors::fault("a list could not be laid out"),
    }
}
