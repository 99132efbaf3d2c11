//! This month's figures beside last month's.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct CompareBarsProps {
    /// Label, this month, last month.
    pub(crate) rows: Vec<(AttrValue, u64, u64)>,
    #[prop_or(AttrValue::Static("本月"))]
    pub(crate) now: AttrValue,
    #[prop_or(AttrValue::Static("上月"))]
    pub(crate) before: AttrValue,
}

#[component]
pub(crate) fn CompareBars(props: &CompareBarsProps) -> Html {
    let most = props.rows.iter().map(|(_, now, before)| *now.max(before)).max().unwrap_or(1).max(1);
    let width = |value: u64| format!("width:{}%", value * 100 / most);
    html! {
        <div class="tx-compare">
            <div class="tx-legend">
                <span><i class="tx-fill-now" />{ props.now.clone() }</span>
                <span><i class="tx-fill-before" />{ props.before.clone() }</span>
            </div>
            { for props.rows.iter().map(|(label, now, before)| html! {
                <div class="tx-compare-row">
                    <span class="tx-compare-name">{ label.clone() }</span>
                    <span class="tx-compare-bars">
                        <span><b class="tx-fill-now" style={width(*now)} /><em>{ now }</em></span>
                        <span><b class="tx-fill-before" style={width(*before)} /><em>{ before }</em></span>
                    </span>
                </div>
            }) }
        </div>
    }
}
