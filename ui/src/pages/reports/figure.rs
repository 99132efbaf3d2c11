//! The records behind one figure.

use super::Pressed;
use crate::components::{Button, Card, Look, show};
use crate::hooks::use_query_when;
use crate::routes::Route;
use tiexin_contract::records::RecordRow;
use tiexin_contract::report::FigureRecords;
use yew::prelude::*;
use yew_router::prelude::*;

/// So many are shown; the head tells how many there are.
const SHOWN: u32 = 500;

#[derive(Properties, PartialEq)]
pub(crate) struct FigurePanelProps {
    pub(crate) figure: Pressed,
    pub(crate) form: String,
    pub(crate) month: String,
    pub(crate) onclose: Callback<()>,
}

#[component]
pub(crate) fn FigurePanel(props: &FigurePanelProps) -> Html {
    let figure = &props.figure;
    let asked = use_query_when(
        Some(FigureRecords {
            form: props.form.clone(),
            month: props.month.clone(),
            region: figure.region.clone(),
            path: figure.path.clone(),
            limit: SHOWN,
        }),
        &["*"],
    );
    let panel = use_node_ref();
    {
        let panel = panel.clone();
        use_effect_with(figure.clone(), move |_| {
            if let Some(element) = panel.cast::<web_sys::HtmlElement>() {
                let _ = element.focus();
            }
        });
    }
    let onkeydown = {
        let close = props.onclose.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                close.emit(());
            }
        })
    };
    let aside = html! { <Button label="关闭" look={Look::Link} small=true onclick={props.onclose.clone()} hint="Esc" /> };
    html! {
        <div ref={panel} class="tx-behind" tabindex="-1" {onkeydown} role="region" aria-label="数字背后的记录">
            <Card title={format!("{} · {}：{}", figure.unit, figure.path.join(" · "), figure.value)} {aside}>
                { show(&asked, |reply| html! {
                    <>
                        <p class="tx-muted">
                            { format!("共 {} 条记录", crate::text::count(reply.total)) }
                            if reply.total > u64::from(SHOWN) { { format!("，先列出 {SHOWN} 条") } }
                        </p>
                        <ul class="tx-behind-list">{ for reply.records.iter().map(one) }</ul>
                    </>
                }) }
            </Card>
        </div>
    }
}

fn one(record: &RecordRow) -> Html {
    let household = record.fields.get("household").and_then(|v| v.as_str()).and_then(|id| id.parse().ok());
    let to = match household {
        Some(id) => Route::Family { id },
        None => Route::of_record(&record.kind, record.id, None),
    };
    html! {
        <li key={record.id.to_string()}>
            <Link<Route> {to}>{ &record.title }</Link<Route>>
            <span class="tx-muted">{ &record.region_name }</span>
        </li>
    }
}
