//! What the worker has done to a list: words, filters, order; and a filter that is kept under a name.

use super::Column;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use tiexin_contract::records::{Filter, Sort};
use tiexin_contract::views;
use yew::prelude::*;

#[derive(Clone, PartialEq, Default)]
pub(super) struct View {
    pub(super) text: String,
    pub(super) typed: BTreeMap<&'static str, String>,
    pub(super) sort: Option<Sort>,
    pub(super) filtering: bool,
    /// Filters of a kept view that no column has.
    pub(super) beside: Vec<Filter>,
    /// The kept view that this is, as long as nothing of it was changed.
    pub(super) name: Option<String>,
}

/// The words that a column may have been asked by, to stand for a filter.
fn candidates(filter: &Filter) -> [String; 3] {
    [filter.value.as_str().unwrap_or_default().to_owned(), "true".to_owned(), super::column::EMPTY.to_owned()]
}

impl View {
    /// A kept view on these columns. What a column would ask is typed there; the rest stands beside.
    pub(super) fn of(kept: &views::View, columns: &[Column], sort: Option<Sort>, today: NaiveDate) -> View {
        let mut view = View {
            text: kept.text.clone().unwrap_or_default(),
            sort: kept.sort.clone().or(sort),
            name: Some(kept.name.clone()),
            ..View::default()
        };
        for filter in &kept.filters {
            let typed = columns.iter().filter(|column| column.filtered && column.field == filter.field);
            let typed = typed.filter(|column| !view.typed.contains_key(column.field)).find_map(|column| {
                let asks = |typed: &String| column.filter(typed, today) == std::slice::from_ref(filter);
                candidates(filter).into_iter().find(asks).map(|typed| (column.field, typed))
            });
            match typed {
                Some((field, typed)) => drop(view.typed.insert(field, typed)),
                None => view.beside.push(filter.clone()),
            }
        }
        view.filtering = !view.typed.is_empty();
        view
    }

    pub(super) fn filters<'a>(
        &'a self,
        columns: &'a [Column],
        today: NaiveDate,
    ) -> impl Iterator<Item = Filter> + 'a {
        let typed =
            columns.iter().filter_map(move |c| self.typed.get(c.field).map(|typed| c.filter(typed, today)));
        typed.flatten().chain(self.beside.iter().cloned())
    }
}

/// What the bar and the head do to the view.
pub(super) struct Turns {
    pub(super) text: Callback<String>,
    pub(super) filtering: Callback<()>,
    pub(super) sort: Callback<&'static str>,
    pub(super) filter: Callback<(&'static str, String)>,
    /// One of those that no column has, by its place.
    pub(super) let_go: Callback<usize>,
    pub(super) see_all: Callback<()>,
}

pub(super) fn turns(view: &UseStateHandle<View>) -> Turns {
    let text = {
        let view = view.clone();
        Callback::from(move |text: String| view.set(View { text, name: None, ..(*view).clone() }))
    };
    let filtering = {
        let view = view.clone();
        Callback::from(move |()| {
            let filtering = !view.filtering;
            let typed = if filtering { view.typed.clone() } else { BTreeMap::new() };
            let name = view.name.clone().filter(|_| typed == view.typed);
            view.set(View { filtering, typed, name, ..(*view).clone() });
        })
    };
    let sort = {
        let view = view.clone();
        Callback::from(move |field: &'static str| {
            let sort = match &view.sort {
                Some(sort) if sort.field == field && !sort.descending => {
                    Some(Sort { field: field.to_owned(), descending: true })
                }
                Some(sort) if sort.field == field => None,
                _ => Some(Sort { field: field.to_owned(), descending: false }),
            };
            view.set(View { sort, ..(*view).clone() });
        })
    };
    let filter = {
        let view = view.clone();
        Callback::from(move |(field, text): (&'static str, String)| {
            let mut typed = view.typed.clone();
            typed.insert(field, text);
            view.set(View { typed, name: None, ..(*view).clone() });
        })
    };
    let let_go = {
        let view = view.clone();
        Callback::from(move |at: usize| {
            let mut beside = view.beside.clone();
            if at < beside.len() {
                beside.remove(at);
            }
            view.set(View { beside, name: None, ..(*view).clone() });
        })
    };
    let see_all = {
        let view = view.clone();
        Callback::from(move |()| view.set(View { sort: view.sort.clone(), ..View::default() }))
    };
    Turns { text, filtering, sort, filter, let_go, see_all }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use tiexin_contract::records::FilterOp;
    use tiexin_domain::shape;

    #[test]
    fn a_number_that_is_not_typed_to_its_end_leaves_no_row_out() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
        let columns = Column::of(shape::of("volunteer").unwrap());
        let minutes = columns.iter().find(|column| column.field == "minutes").unwrap();
        let asked =
            |typed: &str| minutes.filter(typed, today).into_iter().map(|one| one.op).collect::<Vec<_>>();
        assert_eq!(asked("10小"), []);
        assert_eq!(asked("10小时"), [FilterOp::Is]);
        assert_eq!(asked("空"), [FilterOp::Missing]);
        assert!(minutes.unread().contains("时长"), "it is no day that cannot be read");
    }

    /// What a column can ask is typed there, what none can stands beside, and nothing is lost on the way back.
    #[test]
    fn a_kept_view_asks_the_same_again() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
        let columns = Column::of(shape::of("visit").unwrap());
        let one = |field: &str, op, value: Value| Filter { field: field.into(), op, value };
        let filters = vec![
            one("date", FilterOp::During, json!("本月")),
            one("kind", FilterOp::Is, json!("festival")),
            one("visitors", FilterOp::Missing, Value::Null),
            one("recorded_at", FilterOp::During, json!("近30天")),
        ];
        let kept = views::View {
            name: "这月的".into(),
            kind: "visit".into(),
            filters: filters.clone(),
            text: Some("棉被".into()),
            sort: None,
            pinned: false,
            built_in: false,
            why: None,
        };
        let view = View::of(&kept, &columns, None, today);
        assert_eq!(view.typed["date"], "本月");
        assert_eq!((view.typed["kind"].as_str(), view.typed["visitors"].as_str()), ("festival", "空"));
        assert_eq!((view.beside.len(), view.text.as_str(), view.filtering), (1, "棉被", true));
        let mut again: Vec<Filter> = view.filters(&columns, today).collect();
        again.sort_by_key(|filter| filters.iter().position(|one| one == filter));
        assert_eq!(again, filters);
    }
}
