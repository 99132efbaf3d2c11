//! What a list is asked by, whoever typed it and where: fields that its kind has, and values as each field holds them.
//! What could match nothing, or everything, by a slip of the pen is refused and not answered.

mod days;
mod values;

use chrono::NaiveDate;
use serde_json::Value;
use tiexin_contract::records::{Filter, FilterOp, ListRecords};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::shape::{self, Column};
use tiexin_domain::{Kind, RegionCode};
use tiexin_store::{ListQuery, Op};
use uuid::Uuid;

use super::known_fields::meant;
use crate::{labels, masking};

const LONGEST_PAGE: u32 = 1_000;

/// The question of a first page, as a list may be asked.
pub(super) fn query(args: &ListRecords, today: NaiveDate) -> Result<ListQuery, ErrorReply> {
    let mut filter = Vec::new();
    for one in &args.filters {
        may_be_asked(&args.kind, one)?;
        for one in days::by_days(&args.kind, one, today)? {
            filter.extend(condition(&args.kind, &args.region, one)?);
        }
    }
    if let Some(sort) = &args.sort {
        if !masking::may_order(&args.kind, &sort.field) {
            return Err(not_by(&sort.field));
        }
        refuse_unknown(&args.kind, &sort.field, |column| !column.unsorted)?;
    }
    Ok(ListQuery {
        kind: args.kind.clone(),
        regions: vec![args.region.clone()],
        filter,
        text: args.text.clone().filter(|text| !text.trim().is_empty()),
        sort: args.sort.as_ref().map(|sort| (sort.field.clone(), sort.descending)),
        skip: args.skip,
        limit: args.limit.clamp(1, LONGEST_PAGE) as usize,
        today: Some(today),
        ..ListQuery::default()
    })
}

/// A hidden field is not asked for, nor one that the kind does not have.
fn may_be_asked(kind: &str, filter: &Filter) -> Result<(), ErrorReply> {
    let field = &filter.field;
    let may = match filter.op {
        FilterOp::Missing => masking::may_ask_if_there(kind, field),
        FilterOp::From | FilterOp::To | FilterOp::During => masking::may_be_bounded(kind, field),
        FilterOp::Is | FilterOp::Any | FilterOp::Contains => masking::may_be_asked_for(kind, field),
    };
    if !may {
        return Err(not_by(field));
    }
    refuse_unknown(kind, field, |column| !column.unfiltered)
}

/// None: it leaves nothing out.
fn condition(
    kind: &str,
    within: &RegionCode,
    filter: Filter,
) -> Result<Option<(String, Op, Value)>, ErrorReply> {
    if filter.op == FilterOp::Missing {
        return Ok(Some((filter.field, Op::Missing, Value::Null)));
    }
    let filter = by_name(kind, filter);
    let read = values::read(kind, within, &filter)?;
    Ok(read.map(|(op, value)| (filter.field, op, value)))
}

/// A reference is asked for by the name beside it, unless ids were typed.
fn by_name(kind: &str, mut filter: Filter) -> Filter {
    let is_id = |value: &Value| value.as_str().is_some_and(|text| text.trim().parse::<Uuid>().is_ok());
    let ids = match &filter.value {
        Value::Array(items) => items.iter().all(is_id),
        one => is_id(one),
    };
    // Names are not asked for from one to another.
    let by_name = !ids && matches!(filter.op, FilterOp::Is | FilterOp::Any | FilterOp::Contains);
    let name = shape::field(kind, &filter.field).and_then(|field| field.named_by);
    if let Some(name) = name.filter(|_| by_name) {
        filter.field = name.to_owned();
    }
    filter
}

/// A field that the kind does not have is in no record: whether it is missing is true of all of them.
///
/// `reckoned`: whether a column that shows no field of the record itself will do.
fn refuse_unknown(kind: &str, field: &str, reckoned: impl Fn(&Column) -> bool) -> Result<(), ErrorReply> {
    // What a newer program's records have nobody here knows.
    let Some(shape) = shape::of(kind) else { return Ok(()) };
    if shape::field(kind, field).is_some() {
        return Ok(());
    }
    let named = |column: &&Column| column.shows.name() == Some(field);
    match shape.list.iter().find(named) {
        Some(column) if reckoned(column) => Ok(()),
        Some(_) => Err(not_by(field)),
        None => Err(unknown(kind, field, "没有按它筛选或排序")),
    }
}

/// Columns of a table that is handed out: of one that nobody knows every cell would be empty.
pub(super) fn refuse_unknown_columns<'c>(
    kind: &str,
    columns: impl IntoIterator<Item = &'c str>,
) -> Result<(), ErrorReply> {
    let Some(shape) = shape::of(kind) else { return Ok(()) };
    let of_list = |name: &str| shape.list.iter().any(|column| column.shows.name() == Some(name));
    // What the program's own lists hand over beside the fields.
    let beside = |name: &str| matches!(name, "" | "title");
    let known = |name: &str| shape::field(kind, name).is_some() || of_list(name) || beside(name);
    match columns.into_iter().find(|name| !known(name)) {
        Some(stray) => Err(unknown(kind, stray, "没有导出")),
        None => Ok(()),
    }
}

/// Longer words are no field's.
const LONGEST_FIELD: usize = 64;

fn unknown(kind: &str, field: &str, not_done: &str) -> ErrorReply {
    let own = shape::of(kind).into_iter().flat_map(|shape| shape.fields.iter().map(|field| field.name));
    let listed = shape::of(kind).into_iter().flat_map(|shape| shape.list).filter_map(|one| one.shows.name());
    let mut known: Vec<&'static str> = own.chain(["recorded_at", "recorded_by"]).chain(listed).collect();
    known.sort_unstable();
    known.dedup();
    let label = Kind::from_code(kind).label().to_owned();
    let written: String = field.chars().take(LONGEST_FIELD).collect();
    let mut message = format!("{label}没有“{written}”这一栏，{not_done}");
    match meant(kind, &written, &known) {
        Some(meant) => match labels::known(kind, meant) {
            Some(label) => message += &format!("；要按{label}，请写 {meant}。"),
            None => message += &format!("；是不是要写 {meant}？"),
        },
        None => message.push_str("，请核对栏目的写法。"),
    }
    ErrorReply::new(ErrorCode::Invalid, message)
}

fn not_by(field: &str) -> ErrorReply {
    ErrorReply::new(ErrorCode::Invalid, format!("列表不能按“{field}”筛选或排序，请换一列。"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tiexin_contract::records::Sort;

    fn asked(kind: &str, field: &str, op: FilterOp, value: Value) -> Result<ListQuery, ErrorReply> {
        let filters = vec![Filter { field: field.into(), op, value }];
        let list = ListRecords { filters, ..ListRecords::of(kind, "340323100".parse().unwrap(), 5) };
        query(&list, NaiveDate::from_ymd_opt(2026, 11, 29).unwrap())
    }

    fn read(kind: &str, field: &str, op: FilterOp, value: Value) -> (Op, Value) {
        let query = asked(kind, field, op, value).unwrap_or_else(|error| panic!("{field}: {error:?}"));
        let (_, op, value) = query.filter.into_iter().next().unwrap();
        (op, value)
    }

    fn refused(kind: &str, field: &str, op: FilterOp, value: Value) -> String {
        asked(kind, field, op, value).unwrap_err().message
    }

    #[test]
    fn a_field_that_the_kind_does_not_have_is_refused_whichever_way_it_is_asked() {
        for op in [
            FilterOp::Is,
            FilterOp::Any,
            FilterOp::Contains,
            FilterOp::From,
            FilterOp::To,
            FilterOp::During,
            FilterOp::Missing,
        ] {
            assert!(refused("person", "nmae", op, json!("本月")).contains("nmae"), "{op:?}");
        }
        assert!(refused("person", "nmae", FilterOp::Missing, json!("")).contains("请写 name。"));
        assert!(refused("person", "姓名", FilterOp::Is, json!("某")).contains("请写 name。"));
        // A column that is shown and reckoned is no field of the record.
        assert!(asked("person", "age", FilterOp::Missing, json!("")).is_err());
        assert!(asked("person", "recorded_at", FilterOp::During, json!("本月")).is_ok());
        assert!(asked("support_file", "care_last_visit", FilterOp::Missing, json!("")).is_ok());
        assert!(asked("visit", "care_last_visit", FilterOp::Missing, json!("")).is_err());
        assert!(asked("of_the_future", "nmae", FilterOp::Missing, json!("")).is_ok());
    }

    #[test]
    fn a_table_has_the_place_under_the_name_of_its_field() {
        assert!(refuse_unknown_columns("person", ["name", "region", "title", ""]).is_ok());
        assert!(refuse_unknown_columns("person", ["region_name"]).is_err());
    }

    #[test]
    fn nothing_is_ordered_by_what_is_not_there() {
        let by = |kind: &str, field: &str| {
            let sort = Some(Sort { field: field.into(), descending: false });
            let list = ListRecords { sort, ..ListRecords::of(kind, "340323100".parse().unwrap(), 5) };
            query(&list, NaiveDate::from_ymd_opt(2026, 11, 29).unwrap())
        };
        assert!(by("person", "name").is_ok() && by("person", "region").is_ok());
        assert!(by("support_file", "care_last_visit").is_ok());
        assert!(by("person", "nmae").unwrap_err().message.contains("请写 name。"));
        assert!(by("person", "age").is_err() && by("support_file", "gaps").is_err());
    }

    #[test]
    fn a_choice_is_taken_by_its_label_or_its_code_and_no_other_word_is() {
        let code = json!("festival");
        assert_eq!(read("visit", "kind", FilterOp::Is, json!("节日看望")), (Op::Is, code.clone()));
        assert_eq!(read("visit", "kind", FilterOp::Is, json!("festival")), (Op::Is, code.clone()));
        assert_eq!(read("visit", "kind", FilterOp::Any, json!([" 节日看望 "])), (Op::Is, json!([code])));
        assert_eq!(read("household", "kinds", FilterOp::Is, json!("困难")), (Op::Has, json!("hardship")));
        assert_eq!(read("visit", "visitors", FilterOp::Is, json!("王丽")), (Op::Has, json!("王丽")));
        assert_eq!(read("support_file", "status", FilterOp::Is, json!("在册")), (Op::Is, json!("active")));
        let told = refused("visit", "kind", FilterOp::Is, json!("过节"));
        assert!(told.contains("过节") && told.contains("节日看望"), "{told}");
        assert!(asked("visit", "kind", FilterOp::From, json!("节日看望")).is_err());
        assert!(asked("visit", "kind", FilterOp::During, json!("本月")).is_err());
    }

    #[test]
    fn yes_and_no_are_what_the_flag_says() {
        for yes in [json!(true), json!("true"), json!("是"), json!("1"), json!("有"), json!(1)] {
            assert_eq!(read("person", "deceased", FilterOp::Is, yes), (Op::Is, json!(true)));
        }
        // What nobody ticked says no.
        for no in [json!(false), json!("否"), json!("0")] {
            assert_eq!(read("person", "deceased", FilterOp::Is, no), (Op::IsNot, json!(true)));
        }
        assert!(asked("person", "deceased", FilterOp::Is, json!("也许")).is_err());
        // Either will do.
        let either = asked("person", "deceased", FilterOp::Any, json!(["是", "否"])).unwrap();
        assert!(either.filter.is_empty(), "{:?}", either.filter);
    }

    #[test]
    fn numbers_are_read_as_forms_read_them() {
        let ten_hours = (Op::AtLeast, json!(600));
        assert_eq!(read("volunteer", "minutes", FilterOp::From, json!("10小时")), ten_hours);
        assert_eq!(read("volunteer", "minutes", FilterOp::From, json!("600")), ten_hours);
        assert_eq!(read("volunteer", "minutes", FilterOp::From, json!(600)), ten_hours);
        assert_eq!(read("volunteer", "minutes", FilterOp::Contains, json!("90分钟")), (Op::Is, json!(90)));
        assert_eq!(read("activity", "headcount", FilterOp::To, json!("8人")), (Op::AtMost, json!(8)));
        let amount = |typed: &str| read("insurance_claim", "amount", FilterOp::Is, json!(typed));
        assert_eq!(amount("300"), (Op::Is, json!("300.00")));
        assert_eq!(amount("￥1,200.5元"), (Op::Is, json!("1200.50")));
        assert!(refused("volunteer", "minutes", FilterOp::From, json!("很久")).contains("很久"));
    }

    #[test]
    fn a_place_is_taken_by_its_whole_name() {
        let (op, value) = read("person", "region", FilterOp::Is, json!("东关社区"));
        assert_eq!((op, value), (Op::Is, json!(["340323100001"])));
        // A kept filter is asked elsewhere too: in another place, or in a part of it.
        assert!(asked("person", "region", FilterOp::Is, json!("固镇县")).is_ok());
        let code = json!("340323100001");
        assert_eq!(read("person", "region", FilterOp::Is, code.clone()), (Op::Is, code));
        assert!(refused("person", "region", FilterOp::Is, json!("东")).contains("region~东"));
    }

    #[test]
    fn a_day_that_nobody_can_read_is_not_compared_as_a_text() {
        assert!(refused("visit", "date", FilterOp::From, json!("那天")).contains("日期看不懂"));
        assert_eq!(read("visit", "date", FilterOp::From, json!("10月")), (Op::AtLeast, json!("2026-10")));
        assert_eq!(read("visit", "date", FilterOp::To, json!("2026-10")), (Op::AtMost, json!("2026-10-31")));
        assert_eq!(read("visit", "date", FilterOp::Is, json!("2026-10-05")), (Op::Is, json!("2026-10-05")));
        assert!(refused("visit", "household", FilterOp::Is, json!("张三")).contains("张三"));
    }

    #[test]
    fn what_is_referred_to_is_asked_for_by_its_name_or_its_id() {
        let id = json!("01900000-0000-7000-8000-000000000001");
        for (op, value, by) in [
            (FilterOp::Is, json!("王小梅"), ("claimed_by", Op::Is)),
            (FilterOp::Contains, json!("小梅"), ("claimed_by", Op::Contains)),
            (FilterOp::Is, id.clone(), ("claimer", Op::Is)),
            (FilterOp::Any, json!([id]), ("claimer", Op::Is)),
        ] {
            let query = asked("wish", "claimer", op, value.clone()).unwrap();
            let [(field, op, asked)] = &query.filter[..] else { panic!("{:?}", query.filter) };
            assert_eq!(((field.as_str(), *op), asked), (by, &value));
        }
    }

    #[test]
    fn a_date_is_asked_for_as_it_is_stored() {
        let left = |op, typed: &str| read("member", "left", op, json!(typed));
        assert_eq!(left(FilterOp::From, "1990年1月"), (Op::AtLeast, json!("1990-01")));
        assert_eq!(left(FilterOp::From, "2020-1-5"), (Op::AtLeast, json!("2020-01-05")));
        assert_eq!(left(FilterOp::To, "2020.1.5"), (Op::AtMost, json!("2020-01-05")));
        assert_eq!(left(FilterOp::Is, "1990年1月"), (Op::Is, json!("1990-01")));
        let any = read("member", "left", FilterOp::Any, json!(["2020/1/5", "1990"]));
        assert_eq!(any, (Op::Is, json!(["2020-01-05", "1990"])));
        // No day is a month.
        let october = read("visit", "date", FilterOp::Is, json!("2026年10月"));
        assert_eq!(october, (Op::AtLeast, json!("2026-10")));
        let start = |typed: &str| read("activity", "start", FilterOp::From, json!(typed));
        assert_eq!(start("2026.10.5 9：00"), (Op::AtLeast, json!("2026-10-05T09:00:00")));
    }
}
