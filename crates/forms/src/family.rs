//! Registering a family: one form for the household, its people, its file and its contacts. A field's name is
//! the path by which the desk tells its problems: `persons.0.id_number`.

use crate::{FieldKind, FormField, Start, Today, Typed, kinds, read};
use serde_json::{Value, json};
use tiexin_contract::family::RegisterFamily;
use tiexin_domain::nouns::household::HouseholdKind;
use tiexin_domain::nouns::person::Relation;
use tiexin_domain::nouns::support_file::{CHILD, FileStatus, LossCategory};
use tiexin_domain::nouns::{ContactPair, Household, Noun, Person, Problem, SupportFile};
use tiexin_domain::{Fields, IdNumber, Kind, Level, RegionCode};
use uuid::Uuid;

/// The title of the folded part with the file.
const FILE: &str = "特殊家庭台账";
/// Whether a file for a special family is opened too.
pub const SPECIAL: &str = "special";
const HEAD: &str = "persons.0.name";
const SPOUSE: &str = "persons.1.name";
const REGION: &str = "household.region";

pub fn fields() -> Vec<FormField> {
    use FieldKind::{Flag, Region, Text};
    let new = FormField::new;
    vec![
        new(HEAD, "户主姓名", Text).required(),
        new(REGION, "村（社区）", Region).required().start(Start::Village),
        new("persons.0.id_number", "户主身份证号", Text).hint("没有可以先空着"),
        new("household.phone", "联系电话", Text).hint("没有可以空着"),
        new(SPOUSE, "配偶姓名", Text),
        new("persons.1.id_number", "配偶身份证号", Text),
        new("household.current_address", "现居住地址", Text).wide(),
        new("household.registered_address", "户籍地址", Text).wide().hint("与现居住地址一样的可以不填"),
        new(SPECIAL, "建立特殊家庭台账", Flag),
        of("file.category", FILE),
        of("file.code", FILE),
        of("contacts.township_leader", FILE),
        of("contacts.village_worker", FILE),
        of("file.preference", FILE).wide(),
        of("file.preference_on", FILE),
        of("file.child_name", CHILD),
        of("file.loss_date", CHILD),
        of("file.loss_cause", CHILD),
        of("file.disability_grade", CHILD),
        of("file.disability_card", CHILD),
    ]
}

/// A field of the file or the contacts, called and filled in as in its own form; folded under this title here.
fn of(path: &'static str, group: &'static str) -> FormField {
    let (part, name) = path.split_once('.').unwrap_or((path, path));
    let kind = if part == "file" { Kind::SupportFile } else { Kind::ContactPair };
    let Some(own) = kinds::of(kind.code()).into_iter().find(|field| field.name == name) else {
        // Invariant: the paths above; a test saves every one of them.
        unreachable!("{path} is no field of the file or the contacts");
    };
    FormField { name: path, required: false, group: Some(group), ..own }
}

/// Whether the fields of the file are on the screen: they are wanted, or something stands in them.
pub fn with_file(typed: &Typed) -> bool {
    typed.get(SPECIAL) == Some(&json!(true))
        || typed.iter().any(|(name, value)| of_file(name) && !crate::plain(value).trim().is_empty())
}

fn of_file(name: &str) -> bool {
    name.starts_with("file.") || name.starts_with("contacts.")
}

/// The fields that are on the screen.
pub fn shown(typed: &Typed) -> Vec<FormField> {
    let with_file = with_file(typed);
    fields().into_iter().filter(|field| with_file || !of_file(field.name)).collect()
}

/// The field beside which a problem of the desk is told.
pub fn place(path: &str) -> String {
    let own = match path.split_once('.') {
        Some(("household", "head_name")) => HEAD,
        Some((_, rest)) if rest == "region" || rest.ends_with(".region") => REGION,
        _ if path == "contacts" => "contacts.township_leader",
        _ => path,
    };
    own.to_owned()
}

/// A draft as former programs kept it: other names for the same fields.
pub fn renamed(draft: Typed) -> Typed {
    let name = |old: String| match old.as_str() {
        "region" => REGION.to_owned(),
        "head" => HEAD.to_owned(),
        "head_id" => "persons.0.id_number".to_owned(),
        "spouse" => SPOUSE.to_owned(),
        "spouse_id" => "persons.1.id_number".to_owned(),
        "phone" => "household.phone".to_owned(),
        "address" => "household.current_address".to_owned(),
        "leader" => "contacts.township_leader".to_owned(),
        "worker" => "contacts.village_worker".to_owned(),
        "category" | "code" | "preference" => format!("file.{old}"),
        _ => old,
    };
    draft.into_iter().map(|(old, value)| (name(old), value)).collect()
}

/// The family, or what is to be mended first.
///
/// # Errors
/// Every field that cannot be saved as it is.
pub fn family(typed: &Typed, today: Today) -> Result<RegisterFamily, Vec<Problem>> {
    let stored = read(&fields(), typed, today);
    let mut problems: Vec<Problem> = match &stored {
        Err(wrong) => wrong.iter().map(|(field, told)| Problem::new(field, "invalid", told)).collect(),
        Ok(_) => Vec::new(),
    };
    // What can be read of the rest is looked at all the same: everything wrong is told at once.
    let stored = stored.unwrap_or_else(|wrong| {
        let right = |field: &FormField| wrong.iter().all(|(name, _)| name != field.name);
        let right: Vec<FormField> = fields().into_iter().filter(right).collect();
        read(&right, typed, today).unwrap_or_default()
    });
    problems.extend(found(&stored));
    match (problems.is_empty(), parts(&stored)) {
        (true, Some(family)) => Ok(family),
        (true, None) => Err(vec![Problem::new(REGION, "region_missing", "请选到村（社区）")]),
        (false, _) => Err(problems),
    }
}

/// What the fields say that can be read, and still cannot be saved.
fn found(stored: &Fields) -> Vec<Problem> {
    let text = |field: &str| stored.get(field).and_then(Value::as_str);
    let mut problems = Vec::new();
    let mut tell = |field: &str, code: &str, message: &str| problems.push(Problem::new(field, code, message));
    if text(REGION).is_some() && village(stored).is_none() {
        tell(REGION, "region_missing", "请选到村（社区）");
    }
    if text(SPOUSE).is_none() && text("persons.1.id_number").is_some() {
        tell(SPOUSE, "name_missing", "填了配偶的身份证号，请把配偶姓名也写上");
    }
    for field in ["persons.0.id_number", "persons.1.id_number"] {
        if let Some(Err(bad)) = text(field).map(IdNumber::read) {
            tell(field, "id_invalid", &bad.to_string());
        }
    }
    if let Some(Err(bad)) = text("household.phone").map(tiexin_domain::phone::read) {
        tell("household.phone", "phone_invalid", &bad.to_string());
    }
    let special = stored.get(SPECIAL) == Some(&json!(true));
    if special && text("file.category").is_none() {
        tell("file.category", "category_missing", "请选择家庭类别");
    }
    if !special && stored.iter().any(|(name, value)| of_file(name) && !value.is_null()) {
        let message = "下面填了台账或联系人，请勾选这一项再保存；不建台账的话，请把下面的内容清空";
        tell(SPECIAL, "file_missing", message);
    }
    problems
}

fn village(stored: &Fields) -> Option<RegionCode> {
    let code: RegionCode = stored.get(REGION)?.as_str()?.parse().ok()?;
    Some(code).filter(|code| code.level() == Level::Village)
}

/// The fields below a path, by their own names; nothing that is empty.
fn below(stored: &Fields, path: &str) -> Fields {
    let own = |(name, value): (&String, &Value)| {
        let name = name.strip_prefix(path)?.strip_prefix('.')?;
        (!value.is_null()).then(|| (name.to_owned(), value.clone()))
    };
    stored.iter().filter_map(own).collect()
}

/// None: a part lacks what it must have; [`found`] has told it.
fn parts(stored: &Fields) -> Option<RegisterFamily> {
    let region = village(stored)?;
    let head = tiexin_domain::nouns::tidy_name(stored.get(HEAD)?.as_str()?);
    let mut persons = Vec::new();
    for (path, relation) in [("persons.0", Relation::Head), ("persons.1", Relation::Spouse)] {
        let mut own = below(stored, path);
        if own.is_empty() {
            continue;
        }
        own.insert("region".into(), json!(region));
        own.insert("relation".into(), json!(relation));
        persons.push(Person::from_fields(&own).ok()?);
    }
    let special = stored.get(SPECIAL) == Some(&json!(true));
    let mut file = below(stored, "file");
    let category = LossCategory::from_code(file.get("category").and_then(Value::as_str).unwrap_or_default());
    file.extend([
        ("region".to_owned(), json!(region)),
        ("household".to_owned(), json!(Uuid::nil())),
        ("head_name".to_owned(), json!(head)),
        ("status".to_owned(), json!(FileStatus::Active)),
    ]);
    let mut contacts = below(stored, "contacts");
    let named = !contacts.is_empty();
    contacts.extend([
        ("region".to_owned(), json!(region)),
        ("household".to_owned(), json!(Uuid::nil())),
        ("file".to_owned(), json!(Uuid::nil())),
    ]);
    let kinds = match (special, &category) {
        (false, _) => HouseholdKind::General,
        (true, LossCategory::Disability) => HouseholdKind::DisabledChild,
        (true, _) => HouseholdKind::LostChild,
    };
    let mut household = below(stored, "household");
    household.insert("head_name".into(), json!(head));
    household.insert("kinds".into(), json!([kinds]));
    Some(RegisterFamily {
        household: Household::from_fields(&household).ok()?,
        persons,
        file: if special { Some(SupportFile::from_fields(&file).ok()?) } else { None },
        contacts: if special && named { Some(ContactPair::from_fields(&contacts).ok()?) } else { None },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Today {
        Today { day: chrono::NaiveDate::from_ymd_opt(2026, 11, 29).unwrap(), sure: true }
    }

    fn typed(value: Value) -> Typed {
        serde_json::from_value(value).unwrap()
    }

    fn told(value: Value) -> Vec<String> {
        family(&typed(value), today()).unwrap_err().into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn a_number_without_a_name_is_told_and_not_dropped() {
        let fields = json!({HEAD: "某", REGION: "340323100001", "persons.1.id_number": "34052419800101001X"});
        assert_eq!(told(fields), [SPOUSE]);
    }

    #[test]
    fn what_stands_in_a_file_that_is_not_wanted_is_told() {
        let fields = json!({HEAD: "某", REGION: "340323100001", "contacts.village_worker": "李"});
        assert!(with_file(&typed(fields.clone())));
        assert_eq!(told(fields), [SPECIAL]);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let fields = json!({
            REGION: "340323100", "persons.0.id_number": "123", "household.phone": "12", SPECIAL: true,
            "file.loss_date": "2026-02-30",
        });
        let mut told = told(fields);
        told.sort();
        let want =
            ["file.category", "file.loss_date", "household.phone", REGION, "persons.0.id_number", HEAD];
        assert_eq!(told, want);
    }

    #[test]
    fn a_draft_of_the_former_program_is_taken_over() {
        let old = typed(json!({"head": "某", "region": "340323100001", "worker": "李", "special": true}));
        let now = renamed(old);
        assert_eq!((&now[HEAD], &now["contacts.village_worker"]), (&json!("某"), &json!("李")));
    }
}
