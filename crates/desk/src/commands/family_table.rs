//! 特殊家庭名册: the whole table of active files for print, one row a family.
//!
//! It never tells the child's name, the cause or the day of a loss (`domain.md` §4). Phone numbers are whole: it is what
//! an office takes along to call families, so it is for who records there, and each copy is an audit entry.

use std::cmp::Reverse;
use std::collections::HashSet;

use tiexin_contract::ErrorReply;
use tiexin_contract::family::ExportFamilies;
use tiexin_contract::records::FileMade;
use tiexin_domain::Kind;
use tiexin_domain::nouns::person::{Relation, has_died};
use tiexin_domain::nouns::support_file::{ContactPreference, is_active, preference_of};
use tiexin_domain::record::Record;
use tiexin_report::{Cell, Column, TableWriter};
use tiexin_store::Care;

use super::lists::refused;
use crate::registry::Registry;
use crate::rights::{At, Place, WRITE};
use crate::{errors, files, place, values};

pub(super) fn register(registry: &mut Registry) {
    registry.add(WRITE, |_, args: &ExportFamilies| Ok(Place::In(vec![args.region.clone()])), export);
}

const HEADS: [&str; 12] = [
    "序号",
    "户主",
    "性别",
    "出生日期",
    "配偶",
    "所在村（社区）",
    "现居住地址",
    "联系电话",
    "信息编码",
    "双岗联系人",
    "最近走访",
    "联系意愿",
];
/// What the audit says was exported: names of fields.
const FIELDS: [&str; 4] = ["head_name", "current_address", "phone", "code"];
/// 名册
const TITLE: &str = "特殊家庭名册";

struct Family {
    file: Record,
    home: Option<Record>,
    persons: Vec<Record>,
    care: Care,
    /// By all of its active files.
    wish: Option<ContactPreference>,
}

fn export(at: &At, args: ExportFamilies) -> Result<FileMade, ErrorReply> {
    let families = families(at, &args)?;
    let columns = HEADS.iter().map(|head| Column::new(*head)).collect();
    let name = format!("{TITLE}_{}.xlsx", at.today.format("%Y%m%d"));
    let path = args.path.as_deref();
    let unwritten = |error| refused(error, path);
    let mut writer = match path {
        Some(path) => TableWriter::to_file(files::chosen(path)?, TITLE, columns),
        None => TableWriter::to_memory(TITLE, columns),
    }
    .map_err(unwritten)?;
    writer.headed(
        &format!("{}{TITLE}", place::name(&args.region)),
        &at.today.format("%Y年%-m月%-d日").to_string(),
    );
    for (n, family) in families.iter().enumerate() {
        let cells = cells(family);
        let mut row = vec![Cell::Number(n as i64 + 1)];
        row.extend(cells.iter().map(|text| if text.is_empty() { Cell::Blank } else { Cell::Text(text) }));
        writer.row(&row).map_err(unwritten)?;
    }
    // Handed out only when the audit has it.
    at.note("export", None, &FIELDS)?;
    match path {
        Some(path) => {
            writer.finish().map_err(unwritten)?;
            Ok(files::written(path))
        }
        None => files::hand_out(&name, None, &writer.finish_bytes().map_err(unwritten)?),
    }
}

/// By village, then by the head's name as it is sorted on screen. Of two active files of a family the one that its page
/// has first.
fn families(at: &At, args: &ExportFamilies) -> Result<Vec<Family>, ErrorReply> {
    let regions = [args.region.clone()];
    let mut files = at.book().all(Kind::SupportFile.code(), &regions).map_err(errors::store)?;
    files.sort_by_key(|file| Reverse(file.id));
    let (mut families, mut told) = (Vec::new(), HashSet::new());
    for file in files.into_iter().filter(|file| is_active(&file.fields)) {
        let Some(household) = file.reference("household").filter(|home| told.insert(*home)) else { continue };
        let care =
            at.book().care_of(&[household], at.today).map_err(errors::store)?.pop().unwrap_or_default();
        let looked = at.book().look(|look| {
            let of_kind = |kind: Kind| look.children_of_kind(household, kind.code());
            Ok((look.get(household)?, of_kind(Kind::Person)?, of_kind(Kind::SupportFile)?))
        });
        let (home, persons, files) = looked.map_err(errors::store)?;
        let wish = preference_of(&files);
        families.push(Family { file, home, persons, care, wish });
    }
    families.sort_by_cached_key(|family| {
        (family.file.region(), family.file.text("head_name").unwrap_or_default().to_owned(), family.file.id)
    });
    Ok(families)
}

fn cells(family: &Family) -> [String; 11] {
    let Family { file, home, persons, care, wish } = family;
    let text = |record: Option<&Record>, field: &str| {
        record.and_then(|record| record.text(field)).unwrap_or_default().to_owned()
    };
    let of = |wanted: Relation| {
        persons.iter().find(|person| {
            person.text("relation").map(Relation::from_code) == Some(wanted.clone())
                && !has_died(&person.fields)
        })
    };
    let (head, spouse) = (of(Relation::Head), of(Relation::Spouse));
    // Whom the family is called after may have died: the list says so where one would ask for them.
    let after = text(Some(file), "head_name");
    let gone = persons.iter().any(|person| has_died(&person.fields) && person.text("name") == Some(&after));
    let word = |record: Option<&Record>, field: &str| {
        let value = record.and_then(|record| Some((record, record.fields.get(field)?)));
        value.map(|(record, value)| values::shown(&record.kind, field, value)).unwrap_or_default()
    };
    let home = home.as_ref();
    let wish = wish.as_ref().map(ContactPreference::code);
    let first = |all: [String; 3]| all.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let contacts = [("镇", &care.township_leader), ("村", &care.village_worker)];
    let contacts = contacts.iter().filter_map(|(of, name)| name.as_ref().map(|name| format!("{of} {name}")));
    [
        if gone { format!("{after}（已离世）") } else { after },
        word(head, "sex"),
        word(head, "birth"),
        text(spouse, "name"),
        place::name(&file.region()),
        first([text(home, "current_address"), text(home, "registered_address"), String::new()]),
        first([text(home, "phone"), text(head, "phone"), text(spouse, "phone")]),
        text(Some(file), "code"),
        contacts.collect::<Vec<_>>().join("，"),
        care.last.met.map(|day| day.to_string()).unwrap_or_default(),
        wish.map(|wish| values::shown(&file.kind, "preference", &wish.into())).unwrap_or_default(),
    ]
}
