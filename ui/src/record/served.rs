//! How long a volunteer has served, on their page, and what they signed for that is not entered yet.

use crate::components::Card;
use crate::hooks::{use_query, use_session};
use crate::routes::{ForHours, Route};
use serde_json::{Value, json};
use tiexin_contract::hours::{GetHours, HoursServed, ProposedHours};
use tiexin_contract::records::RecordRow;
use tiexin_domain::amount::minutes_told;
use tiexin_domain::nouns::service_hours::HoursFor;
use tiexin_domain::{Fields, Kind, PartialDate};
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct ServedProps {
    pub(super) volunteer: Uuid,
}

/// Nothing where no time is known.
#[component]
pub(super) fn Served(props: &ServedProps) -> Html {
    let can_write = use_session().can_write();
    let query =
        use_query(GetHours { volunteer: props.volunteer }, &["volunteer", "service_hours", "activity"]);
    let known = query.data.filter(|served| served.total() > 0 || !served.proposed.is_empty());
    let Some(served) = known else { return Html::default() };
    let parts =
        [("以前累计", served.before), ("有人证明", served.attested), ("还没有人证明", served.unattested)];
    let told: Vec<Html> = parts
        .into_iter()
        .filter(|(_, minutes)| *minutes > 0)
        .map(|(label, minutes)| html! { <><dt>{ label }</dt><dd>{ minutes_told(minutes) }</dd></> })
        .collect();
    let aside = html! { <span class="tx-muted">{ format!("合计 {}", minutes_told(served.total())) }</span> };
    html! {
        <Card title="服务时长" {aside}>
            <dl class="tx-facts">{ for told }</dl>
            if !served.proposed.is_empty() {
                <p>{ "签到过、还没有记工时的：" }</p>
                <ul>{ for served.proposed.iter().map(|one| signed(one, can_write.then_some(props.volunteer))) }</ul>
            }
        </Card>
    }
}

/// `of`: the volunteer, for whoever may record.
fn signed(one: &ProposedHours, of: Option<Uuid>) -> Html {
    let to = Route::of_record("activity", one.activity, None);
    let long = if one.minutes > 0 { minutes_told(one.minutes.into()) } else { String::new() };
    html! {
        <li key={one.activity.to_string()}>
            { PartialDate::Day(one.date).label() }{ " " }<Link<Route> {to}>{ one.title.clone() }</Link<Route>>{ " " }{ long }
            if let Some(gap) = &one.gap { <span class="tx-muted">{ format!("（{gap}）") }</span> }
            if let Some(volunteer) = of {
                { " " }
                <Link<Route, ForHours> to={Route::to_make(Kind::Hours.code())}
                    query={Some(ForHours { volunteer, activity: one.activity })}>{ "去登记" }</Link<Route, ForHours>>
            }
        </li>
    }
}

/// What an entry of hours begins with: whose they are, and what the list of signatures proposes.
pub(super) fn proposed(volunteer: &RecordRow, served: &HoursServed, activity: Uuid) -> Fields {
    let mut begun = Fields::new();
    let mut put = |field: &str, value: Value| drop(begun.insert(field.to_owned(), value));
    put("volunteer", json!(volunteer.id));
    put("volunteer_name", json!(volunteer.title));
    put("region", json!(volunteer.region));
    if let Some(one) = served.proposed.iter().find(|one| one.activity == activity) {
        put("ref", json!(one.activity));
        put("ref_name", json!(one.title));
        put("date", json!(one.date));
        put("what", json!(HoursFor::Activity.code()));
        if one.minutes > 0 {
            put("minutes", json!(one.minutes));
        }
    }
    begun
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_domain::Noun;
    use tiexin_domain::nouns::Hours;

    /// A field that is called otherwise would begin empty, and nothing would say so.
    #[test]
    fn what_an_entry_begins_with_are_its_fields() {
        let one = ProposedHours {
            activity: Uuid::from_u128(2),
            title: "义诊".into(),
            date: chrono::NaiveDate::from_ymd_opt(2026, 11, 28).unwrap(),
            minutes: 120,
            gap: None,
        };
        let served = HoursServed { proposed: vec![one], ..HoursServed::default() };
        let volunteer = json!({"id": Uuid::from_u128(1), "kind": "volunteer", "title": "王二",
            "region": "340323100001", "region_name": "东关社区", "version": 1, "fields": {}, "state": "local"});
        let volunteer: RecordRow = serde_json::from_value(volunteer).unwrap();
        let begun = proposed(&volunteer, &served, Uuid::from_u128(2));
        assert!(begun.keys().all(|name| Hours::SHAPE.field(name).is_some()), "{begun:?}");
        let form = tiexin_forms::opened(&tiexin_forms::kinds::of(Kind::Hours.code()), &begun);
        assert_eq!(
            (tiexin_forms::text(&form, "minutes"), tiexin_forms::text(&form, "date")),
            ("2小时".to_owned(), "2026-11-28".to_owned())
        );
        assert_eq!(form["ref_name"], json!("义诊"));
    }
}
