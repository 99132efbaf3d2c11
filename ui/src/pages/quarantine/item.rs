//! One thing to decide: both values side by side, with authors and times.

use crate::components::{Button, Look, Sign, Tag, TextField};
use crate::hooks::{use_command, use_session, use_toast};
use crate::routes::Route;
use crate::text;
use chrono::NaiveDate;
use gloo::timers::callback::Timeout;
use tiexin_contract::quarantine::{BothValues, Item, Part, Settle, UnmaskBoth};
use tiexin_contract::records::Unmasked;
use tiexin_domain::Kind;
use tiexin_domain::nouns::settlement::Choice;
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct OneItemProps {
    pub(crate) item: Item,
    pub(crate) ondone: Callback<()>,
}

/// The words on a button, and what is said afterwards.
fn words(choice: &Choice, (mine, parked): (bool, bool), merges: bool) -> (&'static str, &'static str) {
    match (choice, mine) {
        (Choice::Ours | Choice::Adopt, _) if merges => {
            ("按现在的内容重新办", "已按现在的内容重新办理，两份登记的经过都留着")
        }
        (Choice::Theirs, _) if merges => ("不办了", "两份登记保持现在的样子"),
        (Choice::Adopt, true) => ("再提交一次", "已再次提交，等待上传"),
        (Choice::Adopt, false) => ("采纳", "已采纳，登记人会看到"),
        (Choice::Decline, _) => ("退回", "已退回，登记人会看到原因"),
        (Choice::Ours, true) => ("用我的", "已按您写的保存，等待上传"),
        (Choice::Ours, false) => ("用后提交的", "已改用后提交的内容"),
        (Choice::Theirs, true) if parked => ("撤回", "已撤回，没有生效"),
        (Choice::Theirs, true) => ("用省平台的", "不一致的栏目已采用省平台的内容，您写的留在经过里"),
        (Choice::Theirs, false) => ("保留现有的", "不一致的栏目已保留现有的内容"),
        (Choice::Both, _) => ("两份文字都保留", "两份文字都已保留"),
        (Choice::Other(_), _) => ("处理", "已处理"),
    }
}

#[component]
pub(crate) fn OneItem(props: &OneItemProps) -> Html {
    let item = &props.item;
    let today = use_session().today();
    let settle = use_command::<Settle>();
    let toast = use_toast();
    let sending_back = use_state(|| false);
    let note = use_state(String::new);
    let (id, mine, merges) = (item.id, item.mine, item.merges);
    let parked = item.verdict == "parked";
    let act = {
        let (settle, done, note, toast) = (settle.clone(), props.ondone.clone(), note.clone(), toast);
        move |choice: Choice| {
            let (settle, done, note, toast) = (settle.clone(), done.clone(), note.clone(), toast);
            Callback::from(move |()| {
                let (done, toast) = (done.clone(), toast);
                let said = words(&choice, (mine, parked), merges).1;
                let note = Some(note.trim().to_owned()).filter(|note| !note.is_empty());
                settle.run(Settle { id, choice: choice.clone(), note }, move |_| {
                    toast.good(said);
                    done.emit(());
                });
            })
        }
    };
    let (sign, word, class) = match item.verdict.as_str() {
        "conflict" => ("◆", "不一致", "tx-attention"),
        _ => ("■", "暂存", "tx-waits"),
    };
    let open_note = {
        let sending_back = sending_back.setter();
        Callback::from(move |()| sending_back.set(true))
    };
    let close_note = {
        let sending_back = sending_back.setter();
        Callback::from(move |()| sending_back.set(false))
    };
    let onchange = {
        let note = note.setter();
        Callback::from(move |text| note.set(text))
    };
    let first = item.choices.first().cloned();
    html! {
        <article class="tx-trouble-one" aria-label={item.reason.clone()}>
            <header>
                <span class={classes!("tx-state", class)}>
                    <span class="tx-state-sign" aria-hidden="true">{ sign }</span>{ word }
                </span>
                <Tag text={item.reason.clone()} class="tx-warm" />
                <span>{ where_it_is(item) }</span>
                <span class="tx-muted">{ format!("{}，{}", item.author, text::moment(item.noted_at, today)) }</span>
            </header>
            <p>{ &item.message }</p>
            if parked && mine && !item.takes_back && item.choices.contains(&Choice::Theirs) {
                <p class="tx-muted">{ "它转到了别处：撤回只从您的列表里去掉，那里的审核人仍会看到。" }</p>
            }
            { for item.parts.iter().map(|part| html! { <OnePart {id} {mine} {merges} verdict={item.verdict.clone()} part={part.clone()} {today} /> }) }
            if let Some(error) = &settle.error { <crate::components::Trouble error={error.clone()} /> }
            if *sending_back {
                <div class="tx-quarantine-note">
                    <TextField label="退回的原因" name="note" value={(*note).clone()} {onchange} required=true first=true wide=true
                        hint="登记人会看到，请不要写家庭的隐私" problem={settle.about("note")} />
                    <div class="tx-form-buttons">
                        <Button label="确认退回" look={Look::Primary} busy={settle.pending} onclick={act(Choice::Decline)} />
                        <Button label="先不退回" look={Look::Link} onclick={close_note} />
                    </div>
                </div>
            } else if item.choices.is_empty() {
                <p class="tx-muted">{ "等待审核人处理，处理后会在这里告诉您。" }</p>
            } else {
                <div class="tx-form-buttons">
                    { for item.choices.iter().map(|choice| {
                        let look = if Some(choice) == first.as_ref() && *choice != Choice::Theirs { Look::Primary } else { Look::Secondary };
                        let onclick = if *choice == Choice::Decline { open_note.clone() } else { act(choice.clone()) };
                        html! { <Button label={words(choice, (mine, parked), merges).0} {look} busy={settle.pending} {onclick} /> }
                    }) }
                </div>
            }
        </article>
    }
}

/// The village with its township before it.
fn where_it_is(item: &Item) -> String {
    if item.township_name.is_empty() || item.township_name == item.region_name {
        return item.region_name.clone();
    }
    format!("{} {}", item.township_name, item.region_name)
}

#[derive(Properties, PartialEq)]
struct OnePartProps {
    id: Uuid,
    mine: bool,
    merges: bool,
    verdict: String,
    part: Part,
    today: NaiveDate,
}

#[component]
fn OnePart(props: &OnePartProps) -> Html {
    let part = &props.part;
    let kind = Kind::from_code(&part.kind).word().to_owned();
    let (ours, theirs) = match (props.verdict.as_str(), props.mine) {
        _ if props.merges => ("重新办以后", "现有的"),
        ("conflict", true) => ("我改成的", "别人先改成的"),
        (_, true) => ("我写的", "省平台现有"),
        _ => ("提交的", "现有的"),
    };
    let to = Route::of_record(&part.kind, part.record, None);
    html! {
        <>
            <p class="tx-quarantine-part">
                if let Some(role) = &part.role { <strong>{ role }</strong> }
                <Tag text={kind} />
                if part.stands { <Link<Route> {to}>{ &part.title }</Link<Route>> } else { <strong>{ &part.title }</strong> }
                if let Some(why) = &part.hides { <span>{ format!("要作废，原因：{why}") }</span> }
                if let Some(why) = &part.hidden { <span class="tx-muted">{ format!("现已作废：{why}") }</span> }
            </p>
            { for part.meanwhile.iter().map(|deed| html! { <p class="tx-muted">{ deed }</p> }) }
            if !part.fields.is_empty() {
                <table class="tx-table">
                    <thead><tr><th>{ "栏目" }</th><th>{ ours }</th><th>{ theirs }</th></tr></thead>
                    <tbody>
                        { for part.fields.iter().map(|field| html! {
                            <tr key={field.field.clone()} class={classes!(field.clash.then_some("tx-differs"))}>
                                <th>{ &field.label }{ " " }if field.clash { <Tag text="不一致" class="tx-warm" /> }</th>
                                <td><OneValue id={props.id} record={part.record} field={field.clone()} ours=true /></td>
                                <td>
                                    <OneValue id={props.id} record={part.record} field={field.clone()} ours=false />
                                    { written(field, props.today) }
                                </td>
                            </tr>
                        }) }
                    </tbody>
                </table>
            }
        </>
    }
}

fn written(field: &BothValues, today: NaiveDate) -> Html {
    let by = field.by.clone().unwrap_or_default();
    let at = field.at.map(|at| text::moment(at, today)).unwrap_or_default();
    let both: Vec<String> = [by, at].into_iter().filter(|word| !word.is_empty()).collect();
    if both.is_empty() {
        return Html::default();
    }
    html! { <span class="tx-muted">{ format!("（{}）", both.join("，")) }</span> }
}

#[derive(Properties, PartialEq)]
struct OneValueProps {
    id: Uuid,
    record: Uuid,
    field: BothValues,
    ours: bool,
}

/// Shown again hidden after a minute.
const IN_VIEW_MS: u32 = 60_000;

/// A value as it may be shown; a covered one can be uncovered, which stands in the audit.
#[component]
fn OneValue(props: &OneValueProps) -> Html {
    let seen = use_state(|| None::<String>);
    let unmask = use_command::<UnmaskBoth>();
    {
        let seen = seen.clone();
        use_effect_with((*seen).clone(), move |value| {
            let timer = value.as_ref().map(|_| Timeout::new(IN_VIEW_MS, move || seen.set(None)));
            || drop(timer)
        });
    }
    let BothValues { field, ours, theirs, masked, .. } = &props.field;
    let covered = text::plain(if props.ours { ours } else { theirs });
    if covered.is_empty() {
        return html! { { "（空）" } };
    }
    let onclick = {
        let (seen, unmask) = (seen.clone(), unmask.clone());
        let ask = UnmaskBoth { id: props.id, record: props.record, field: field.clone(), ours: props.ours };
        Callback::from(move |()| {
            if seen.is_some() {
                seen.set(None);
                return;
            }
            let seen = seen.setter();
            unmask.run(ask.clone(), move |Unmasked { value }| seen.set(Some(value)));
        })
    };
    let (label, sign) = match seen.is_some() {
        true => ("重新隐藏", Sign::EyeOff),
        false => ("显示完整内容（会留下查看记录）", Sign::Eye),
    };
    html! {
        <span class="tx-masked">
            <span>{ (*seen).clone().unwrap_or(covered) }</span>
            if *masked { <Button {label} {sign} look={Look::Plain} small=true busy={unmask.pending} {onclick} /> }
        </span>
    }
}
