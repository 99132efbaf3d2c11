//! Places by how far they are, lowest first.

use yew::prelude::*;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RankedRow {
    pub(crate) name: AttrValue,
    pub(crate) done: u64,
    pub(crate) of: u64,
    /// What opens on a press.
    pub(crate) onclick: Option<Callback<()>>,
}

#[derive(Properties, PartialEq)]
pub(crate) struct RankedBarsProps {
    pub(crate) rows: Vec<RankedRow>,
    /// `户`
    #[prop_or(AttrValue::Static("户"))]
    pub(crate) unit: AttrValue,
    #[prop_or(12)]
    pub(crate) most: usize,
}

#[component]
pub(crate) fn RankedBars(props: &RankedBarsProps) -> Html {
    html! {
        <ul class="tx-ranked">
            { for props.rows.iter().take(props.most).map(|row| {
                let share = (row.done.min(row.of) * 100).checked_div(row.of).unwrap_or(0);
                let full = row.of > 0 && row.done >= row.of;
                let press = row.onclick.clone();
                let onclick = press.clone().map(|act| act.reform(|_: MouseEvent| ()));
                let inner = html! {
                    <>
                        <span class="tx-ranked-name" title={row.name.clone()}>{ row.name.clone() }</span>
                        <span class="tx-ranked-rail"><span class={classes!("tx-ranked-fill", full.then_some("tx-full"))}
                            style={format!("width:{share}%")} /></span>
                        <span class="tx-ranked-figure">{ format!("{} / {} {}", row.done, row.of, props.unit) }</span>
                    </>
                };
                html! {
                    <li>
                        if press.is_some() { <button type="button" {onclick}>{ inner }</button> } else { <div>{ inner }</div> }
                    </li>
                }
            }) }
        </ul>
    }
}
