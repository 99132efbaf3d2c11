//! What a list shows of a record, how it is written, and how it is filtered.

use super::{care, fit};
use crate::components::choice::{self, Options};
use crate::components::{StateMark, Tag};
use crate::text;
use chrono::NaiveDate;
use serde_json::{Value, json};
use tiexin_contract::records::{Filter, FilterOp, RecordRow};
use tiexin_domain::amount::{minutes_told, read_count, read_minutes};
use tiexin_domain::days;
use tiexin_domain::nouns::support_file::Lack;
use tiexin_domain::shape::{self, Holds, Shape, Shows};
use tiexin_domain::{Fen, Gap};
use yew::prelude::*;

/// How a value is written.
#[derive(Clone, Copy)]
pub(crate) enum Show {
    Text,
    Date,
    Moment,
    Money,
    Count,
    Code(Options),
    Codes(Options),
    Flag,
    Minutes,
    /// This field, or else that one, on one line.
    Either(&'static str),
    /// Full years.
    Age,
    /// What it is named by.
    Title,
    /// The village or township.
    Place,
    /// Where its newest change is.
    State,
    /// What is missing.
    Gaps,
    /// Who looks after the family.
    Contacts,
    /// When the family was last visited.
    LastVisit,
    /// Whether it was taken back, or takes another one back.
    TakenBack,
}

impl Show {
    fn of(holds: Holds) -> Show {
        match holds {
            Holds::Code(choices) => Show::Code(choices),
            Holds::Codes(choices) => Show::Codes(choices),
            Holds::Day | Holds::PartialDay => Show::Date,
            Holds::Moment => Show::Moment,
            Holds::Money => Show::Money,
            Holds::Count => Show::Count,
            Holds::Flag => Show::Flag,
            Holds::Minutes => Show::Minutes,
            _ => Show::Text,
        }
    }
}

/// A column of a list, as the noun's shape declares it.
#[derive(Clone)]
pub(crate) struct Column {
    pub(crate) field: &'static str,
    pub(crate) head: &'static str,
    /// Share of the width; 10 is ordinary.
    pub(crate) share: u16,
    pub(crate) show: Show,
    pub(crate) sortable: bool,
    pub(crate) filtered: bool,
    /// Gives way where there is little room.
    pub(crate) spare: bool,
    /// A state by its sign alone.
    pub(super) brief: bool,
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        (self.field, self.head, self.share, self.brief) == (other.field, other.head, other.share, other.brief)
    }
}

impl Column {
    pub(crate) fn new(field: &'static str, head: &'static str) -> Self {
        let (sortable, filtered) = (true, true);
        Self { field, head, share: 10, show: Show::Text, sortable, filtered, spare: false, brief: false }
    }

    /// The columns of a noun's list.
    pub(crate) fn of(shape: &'static Shape) -> Vec<Column> {
        shape.list.iter().map(|column| Column::declared(shape, column)).collect()
    }

    fn declared(shape: &'static Shape, column: &shape::Column) -> Column {
        let own = |name: &str| shape.field(name).map(|field| field.label);
        let label = |name: &str| own(name).or_else(|| shape::reckoned(name)).unwrap_or("");
        let (field, head, show) = match column.shows {
            Shows::Field(name) => {
                (name, label(name), shape.field(name).map_or(Show::Text, |field| Show::of(field.holds)))
            }
            Shows::Either(name, other) => (name, label(name), Show::Either(other)),
            Shows::Age(_) => (shape::AGE, label(shape::AGE), Show::Age),
            Shows::Title => (shape::TITLE, label(shape::TITLE), Show::Title),
            Shows::Place => (shape::PLACE, label(shape::PLACE), Show::Place),
            Shows::State => ("", "状态", Show::State),
            Shows::Gaps => ("", label(shape::GAPS), Show::Gaps),
            Shows::FileGaps => (shape::GAPS, label(shape::GAPS), Show::Gaps),
            Shows::Contacts => (shape::CONTACTS, label(shape::CONTACTS), Show::Contacts),
            Shows::TakenBack => (shape::TAKEN_BACK, label(shape::TAKEN_BACK), Show::TakenBack),
            Shows::LastVisit => (shape::LAST_VISIT, label(shape::LAST_VISIT), Show::LastVisit),
        };
        Column {
            share: column.width,
            show,
            sortable: !column.unsorted,
            filtered: !column.unfiltered,
            spare: column.spare,
            ..Column::new(field, column.head.unwrap_or(head))
        }
    }

    /// The column's track in the grid. States and gaps keep the width of their words, dates that of a date, amounts that of
    /// one: a figure whose last signs are cut off is another figure.
    pub(super) fn track(&self) -> String {
        match self.show {
            Show::State if self.brief => format!("{}rem", fit::STATE_SIGN),
            Show::State => format!("{}rem", fit::STATE),
            Show::Date => format!("minmax(7.2rem,{}fr)", self.share),
            Show::Money => format!("minmax(6.4rem,{}fr)", self.share),
            Show::Gaps => format!("minmax({}rem,{}fr)", fit::GAPS, self.share),
            Show::LastVisit => format!("minmax({}rem,{}fr)", fit::LAST_VISIT, self.share),
            _ => format!("minmax(0,{}fr)", self.share),
        }
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self.show, Show::Money)
    }

    /// The cell as plain text: for the eye, for copying and for the title on hovering.
    pub(crate) fn text(&self, row: &RecordRow) -> String {
        let value = row.fields.get(self.field);
        let word = || value.map(text::plain).unwrap_or_default();
        match self.show {
            Show::Text | Show::Money | Show::Count => word(),
            // As a spreadsheet writes it: columns of dates line up.
            Show::Date => word(),
            Show::Moment => text::stored_moment(&word()),
            Show::Flag => if value == Some(&Value::Bool(true)) { "是" } else { "" }.to_owned(),
            Show::Code(options) => match value.and_then(Value::as_str) {
                Some(code) => choice::label_of(options, code),
                None => String::new(),
            },
            Show::Codes(options) => {
                let codes = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                let labels =
                    codes.iter().filter_map(Value::as_str).map(|code| choice::label_of(options, code));
                labels.collect::<Vec<_>>().join("、")
            }
            Show::Contacts => care::contacts(row),
            Show::LastVisit => care::last_visit(row),
            Show::TakenBack => row.taken_back.map(|how| how.label().to_owned()).unwrap_or_default(),
            Show::Age => row.age.map(|age| age.to_string()).unwrap_or_default(),
            Show::Title => row.title.clone(),
            Show::Place => row.region_name.clone(),
            Show::State => crate::components::state_mark::words(row.state).1.to_owned(),
            Show::Gaps => row.gaps.iter().map(|gap| gap.message.as_str()).collect::<Vec<_>>().join("、"),
            Show::Minutes => value.and_then(Value::as_u64).map(minutes_told).unwrap_or_default(),
            Show::Either(other) => {
                let one = value.or_else(|| row.fields.get(other)).map(text::plain);
                one.unwrap_or_default().replace('\n', " ")
            }
        }
    }

    /// The cell for the eye.
    pub(crate) fn cell(&self, row: &RecordRow) -> Html {
        match self.show {
            Show::State => html! { <StateMark state={row.state} brief={self.brief} /> },
            Show::Contacts => html! { <span class="tx-wrap">{ care::contacts_cell(row) }</span> },
            // A visit in vain stands below the day on which the family was met.
            Show::LastVisit => html! { <span class="tx-wrap tx-below">{ care::last_visit_cell(row) }</span> },
            Show::Gaps if !row.gaps.is_empty() => {
                let more = row.gaps.len() - 1;
                let first = brief(&row.gaps[0]).to_owned();
                html! {
                    <>
                        <Tag text={first} class="tx-warm" />
                        if more > 0 { <span class="tx-gap-more">{ format!(" 等{}项", more + 1) }</span> }
                    </>
                }
            }
            _ => html! { <span class="tx-wrap">{ self.text(row) }</span> },
        }
    }

    /// What the filter row's text asks for; nothing while it cannot be understood.
    pub(crate) fn filter(&self, typed: &str, today: NaiveDate) -> Vec<Filter> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Vec::new();
        }
        let one = |op, value| Filter { field: self.field.to_owned(), op, value };
        match self.show {
            Show::Code(_) | Show::Codes(_) => vec![one(FilterOp::Is, json!(typed))],
            Show::Flag => vec![one(FilterOp::Is, json!(true))],
            Show::Gaps => vec![one(FilterOp::Is, json!(typed))],
            Show::LastVisit if NEVER.contains(&typed) => vec![one(FilterOp::Missing, Value::Null)],
            Show::Text | Show::Money | Show::Count | Show::Minutes | Show::Date | Show::Moment
                if typed == EMPTY =>
            {
                vec![one(FilterOp::Missing, Value::Null)]
            }
            // While it is being typed it may be no number yet.
            Show::Money if Fen::parse(typed).is_err() => Vec::new(),
            Show::Count if read_count(typed).is_err() => Vec::new(),
            Show::Minutes if read_minutes(typed).is_err() => Vec::new(),
            Show::Money | Show::Count | Show::Minutes => vec![one(FilterOp::Is, json!(typed))],
            Show::Date | Show::Moment | Show::LastVisit => {
                // As it was typed: what is said by today is asked anew on another day.
                let read = days::between(typed, today) != (None, None);
                read.then(|| one(FilterOp::During, json!(typed))).into_iter().collect()
            }
            _ => vec![one(FilterOp::Contains, json!(typed))],
        }
    }

    /// What is said where the filter row's text asks for nothing.
    pub(super) fn unread(&self) -> &'static str {
        match self.show {
            Show::Money => "这个金额看不懂，没有按它筛选。可以写 300、300.50",
            Show::Count => "这个数看不懂，没有按它筛选。可以写 35、35人",
            Show::Minutes => "这个时长看不懂，没有按它筛选。可以写 3小时、90分钟",
            _ => "这个日期看不懂，没有按它筛选。可以写 10月、2026-10-05、9月~10月、本月、近30天",
        }
    }

    /// The choices of the filter row, where there are any.
    pub(crate) fn choices(&self) -> Option<Vec<(&'static str, &'static str)>> {
        match self.show {
            Show::Code(options) | Show::Codes(options) => Some(options.to_vec()),
            Show::Gaps => Some(Lack::CHOICES.to_vec()),
            Show::Flag => Some(vec![("true", "是")]),
            _ => None,
        }
    }
}

/// A gap in few words; hovering tells the whole.
fn brief(gap: &Gap) -> &str {
    match gap.code.as_str() {
        "date_missing" => "缺时间",
        "date_partial" => "时间待补全到日",
        _ => &gap.message,
    }
}

/// How people ask for what is not filled in.
pub(super) const EMPTY: &str = "空";

/// How people ask for families that nobody has seen yet.
const NEVER: [&str; 6] = ["没有", "没", "无", "还没", "还没走访", "空"];
