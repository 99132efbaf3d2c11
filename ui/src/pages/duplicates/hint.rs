//! A quiet line where the office meets a registration that may stand twice, or was merged.

use crate::hooks::use_query;
use crate::routes::Route;
use tiexin_contract::duplicates::ListDuplicates;
use tiexin_contract::records::RecordRow;
use tiexin_domain::RegionCode;
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct LooksAlikeProps {
    #[prop_or_default]
    pub(crate) region: Option<RegionCode>,
    /// Only about this family.
    #[prop_or_default]
    pub(crate) household: Option<Uuid>,
}

/// Nothing at all when nothing looks alike.
#[component]
pub(crate) fn LooksAlike(props: &LooksAlikeProps) -> Html {
    let ask = ListDuplicates { region: props.region.clone(), household: props.household };
    let query = use_query(ask, &["household", "person", "support_file", "merge"]);
    let Some(all) = query.data.filter(|all| !all.pairs.is_empty()) else { return Html::default() };
    let (to, words) = match (props.household, &all.pairs[..]) {
        (Some(_), [pair]) => (
            Route::Duplicate { one: pair.one.id, other: pair.other.id },
            "这一户可能与另一份登记是同一家，请核对".to_owned(),
        ),
        (Some(_), pairs) => (Route::Duplicates, format!("这一户有 {} 处可能重复登记，请核对", pairs.len())),
        (None, pairs) => (Route::Duplicates, format!("有 {} 处登记可能重复，请核对", pairs.len())),
    };
    html! { <p class="tx-looks-alike" role="status"><Link<Route> {to}>{ words }</Link<Route>></p> }
}

#[derive(Properties, PartialEq)]
pub(crate) struct MergedIntoProps {
    pub(crate) row: RecordRow,
}

/// Where the family is now that was registered here a second time.
#[component]
pub(crate) fn MergedInto(props: &MergedIntoProps) -> Html {
    let into: Option<Uuid> = props.row.fields.get("merged_into").and_then(|id| id.as_str()?.parse().ok());
    let Some(id) = into.filter(|_| props.row.void.is_some()) else { return Html::default() };
    html! {
        <p class="tx-looks-alike" role="status">
            { "这份登记已与另一份合并。" }
            <Link<Route> to={Route::Family { id }}>{ "打开合并后的这一户" }</Link<Route>>
        </p>
    }
}
