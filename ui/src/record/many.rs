//! What is done to chosen rows: one field is set, or they are made void. What would become of them is said before, and
//! one press takes it back.

use super::fields::all_fields;
use super::people::Change;
use crate::components::list::Handful;
use crate::components::{Button, Choice, Dialog, Look, SAFE, TextField, Trouble, under_way};
use crate::hooks::{Note, Toasts, Tone, use_command, use_progress, use_session};
use crate::pages::households::ALL_FAMILIES;
use crate::text::count;
use crate::transport::call;
use serde_json::Value;
use std::rc::Rc;
use tiexin_contract::bulk::{self, ChangeMany, ManyChanged, NotChanged};
use tiexin_contract::import::UndoImport;
use tiexin_domain::{Kind, shape};
use tiexin_forms::{FieldKind, FormField, Told, Typed, kinds, read};
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Clone, Copy, PartialEq)]
enum What {
    Set,
    Void,
}

/// What becomes of the rows, in words.
#[derive(Clone, Copy)]
struct Act {
    would: &'static str,
    done: &'static str,
    stays: &'static str,
}

#[derive(Properties, PartialEq)]
pub(crate) struct ManyProps {
    pub(crate) kind: &'static str,
    pub(crate) handful: Handful,
}

/// The buttons beside the number of chosen rows.
#[component]
pub(crate) fn Many(props: &ManyProps) -> Html {
    let may = use_session().can_write();
    let asked = use_state(|| None::<What>);
    if !may {
        return Html::default();
    }
    let ask = |what: Option<What>| {
        let asked = asked.setter();
        Callback::from(move |()| asked.set(what))
    };
    if shape::is_fixed(props.kind) {
        return html! { <span class="tx-muted">{ "已入账的不能批量修改，记错了的请逐笔冲正" }</span> };
    }
    let voids = !Kind::from_code(props.kind).is_void_with_its_family();
    html! {
        <>
            if !kinds::for_many(props.kind).is_empty() {
                <Button label="改一栏" look={Look::Link} small=true onclick={ask(Some(What::Set))} />
            }
            if voids {
                <Button label="作废" look={Look::Link} small=true onclick={ask(Some(What::Void))} />
            } else {
                <span class="tx-muted">{ format!("随家庭一起作废，请在“{ALL_FAMILIES}”里选") }</span>
            }
            if let Some(what) = *asked {
                <Doing kind={props.kind} handful={props.handful.clone()} {what} onclose={ask(None)} />
            }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct DoingProps {
    kind: &'static str,
    handful: Handful,
    what: What,
    onclose: Callback<()>,
}

/// First what is wanted, then what would become of it, then, where some could not be changed, which and why.
#[derive(Clone, PartialEq)]
enum Stage {
    Ask,
    Would(Rc<ManyChanged>),
    Done(Rc<ManyChanged>),
}

#[component]
fn Doing(props: &DoingProps) -> Html {
    let fields = use_memo(props.kind, |kind| kinds::for_many(kind));
    let picked = use_state(String::new);
    let typed = use_state(Typed::new);
    let reason = use_state(String::new);
    let wrong = use_state(|| None::<AttrValue>);
    let stage = use_state(|| Stage::Ask);
    let run = use_command::<ChangeMany>();
    let job = *use_memo((), |()| Uuid::new_v4());
    let progress = use_progress(Some(job));
    let today = use_session().day();
    let field = fields.iter().find(|field| field.name == picked.as_str()).copied();

    let wanted = move |field: Option<FormField>, typed: &Typed, reason: &str| match props.what {
        What::Void if reason.trim().is_empty() => Err("请写一句原因，方便以后查看".to_owned()),
        What::Void => Ok(bulk::Change::Void { reason: reason.trim().to_owned() }),
        What::Set => {
            let field = field.ok_or("请先选要改的一栏")?;
            let told = read(&[field], typed, today);
            let mut told = told.map_err(|wrong| wrong.into_iter().map(|(_, why)| why).collect::<String>())?;
            let value = told.remove(field.name).unwrap_or(Value::Null);
            Ok(bulk::Change::Set { field: field.name.to_owned(), value })
        }
    };
    let empties = match wanted(field, &typed, &reason) {
        Ok(bulk::Change::Set { value, .. }) => {
            value.is_null() && !field.is_some_and(|one| matches!(one.kind, FieldKind::Flag))
        }
        _ => false,
    };
    let act = match props.what {
        What::Void => Act { would: "会作废", done: "已作废", stays: "不能作废" },
        What::Set if empties => Act { would: "会清空", done: "已清空", stays: "不能改" },
        What::Set => Act { would: "会改", done: "已改", stays: "不能改" },
    };
    let verb_done = act.done;
    let go = |dry_run: bool| {
        let (kind, handful) = (props.kind.to_owned(), props.handful.clone());
        let change = wanted(field, &typed, &reason);
        let (wrong, run, close) = (wrong.setter(), run.clone(), props.onclose.clone());
        // What stands on the screen is what is agreed to.
        let agreed = match &*stage {
            Stage::Would(would) if !dry_run => Some(would.print.clone()),
            _ => None,
        };
        let stage = stage.setter();
        Callback::from(move |()| {
            let change = match change.clone() {
                Ok(change) => change,
                Err(why) => return wrong.set(Some(why.into())),
            };
            wrong.set(None);
            let (stage, close, ondone) = (stage.clone(), close.clone(), handful.ondone.clone());
            let (kind, chosen, agreed) = (kind.clone(), handful.chosen.clone(), agreed.clone());
            let ask = ChangeMany { job, kind, chosen, change, dry_run, agreed };
            run.run(ask, move |done| {
                if dry_run || done.anew {
                    stage.set(Stage::Would(Rc::new(done)));
                    return;
                }
                tell(&done, verb_done);
                if done.refused.is_empty() {
                    close.emit(());
                    ondone.emit(());
                } else {
                    stage.set(Stage::Done(Rc::new(done)));
                }
            });
        })
    };
    let back = {
        let (stage, run) = (stage.setter(), run.clone());
        Callback::from(move |()| {
            run.forget();
            stage.set(Stage::Ask);
        })
    };
    let leave = {
        let (close, ondone) = (props.onclose.clone(), props.handful.ondone.clone());
        let changed = matches!(&*stage, Stage::Done(_));
        Callback::from(move |()| {
            close.emit(());
            if changed {
                ondone.emit(());
            }
        })
    };
    let unit = shape::of(props.kind).map(|shape| shape.unit).unwrap_or_default();
    let many = format!("{} {unit}", count(props.handful.count));
    let (title, verb) = match props.what {
        What::Set => (format!("把 {many}的一栏改成一样"), if empties { "清空" } else { "修改" }),
        What::Void => (format!("作废 {many}"), "作废"),
    };
    let foot = match &*stage {
        Stage::Ask => html! {
            <>
                <Button label="下一步" look={Look::Primary} busy={run.pending} onclick={go(true)} />
                <Button label="取消" onclick={leave.clone()} />
            </>
        },
        Stage::Would(would) => html! {
            <>
                if would.changed > 0 {
                    <Button label={format!("{verb} {} {unit}", count(would.changed))} busy={run.pending} onclick={go(false)}
                        look={if props.what == What::Void { Look::Danger } else { Look::Primary }} />
                }
                <Button label="返回" class={SAFE} onclick={back} />
            </>
        },
        Stage::Done(_) => html! { <Button label="知道了" look={Look::Primary} onclick={leave.clone()} /> },
    };
    let body = match &*stage {
        Stage::Ask if props.what == What::Void => {
            let onchange = {
                let reason = reason.setter();
                Callback::from(move |text: String| reason.set(text))
            };
            html! {
                <>
                    <p>{ "作废后不再出现在列表和报表里，没有删除；做错了可以整批撤销。" }</p>
                    <TextField label="原因" name="reason" value={(*reason).clone()} {onchange} problem={(*wrong).clone()} required=true first=true />
                </>
            }
        }
        Stage::Ask => asking(&fields, field, &picked, &typed, (*wrong).clone()),
        Stage::Would(would) => {
            html! { <Summary told={would.clone()} {unit} verb={act.would} stays={act.stays} /> }
        }
        Stage::Done(done) => {
            html! { <Summary told={done.clone()} {unit} verb={act.done} stays={act.stays} /> }
        }
    };
    html! {
        <Dialog {title} wide=true onclose={leave} {foot}>
            { body }
            if let (Some(now), true) = (&progress, run.pending) {
                { under_way(now, now.label.clone()) }
            }
            if let Some(error) = &run.error { <Trouble error={error.clone()} /> }
        </Dialog>
    }
}

/// Which field, and what stands there from now on.
fn asking(
    fields: &Rc<Vec<FormField>>,
    field: Option<FormField>,
    picked: &UseStateHandle<String>,
    typed: &UseStateHandle<Typed>,
    wrong: Option<AttrValue>,
) -> Html {
    let options: Vec<(AttrValue, AttrValue)> =
        fields.iter().map(|field| (field.name.into(), field.label.into())).collect();
    let pick = {
        let (picked, typed) = (picked.setter(), typed.setter());
        Callback::from(move |name: String| {
            typed.set(Typed::new());
            picked.set(name);
        })
    };
    let change: Change = {
        let typed = typed.clone();
        Callback::from(move |values: Vec<(String, Value)>| {
            let mut next = (*typed).clone();
            next.extend(values);
            typed.set(next);
        })
    };
    html! {
        <>
            <Choice label="改哪一栏" name="field" value={(**picked).clone()} {options} onchange={pick} required=true wide=true />
            if let Some(field) = field {
                { all_fields(&[field], typed, &Told::default(), &[], &change, true) }
                <p class="tx-hint">{ "空着就是清空这一栏。" }</p>
            }
            if let Some(wrong) = wrong { <p class="tx-problem" role="alert">{ wrong }</p> }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct SummaryProps {
    told: Rc<ManyChanged>,
    unit: &'static str,
    verb: &'static str,
    stays: &'static str,
}

/// So many of those that stay are named.
const NAMED: usize = 50;

#[component]
fn Summary(props: &SummaryProps) -> Html {
    let (told, unit) = (&props.told, props.unit);
    let verb = props.verb;
    let stays = |one: &NotChanged| {
        html! { <li><strong>{ &one.title }</strong><span class="tx-muted">{ &one.why }</span></li> }
    };
    let more = told.refused.len().saturating_sub(NAMED) as u64;
    html! {
        <>
            if told.anew {
                <p class="tx-problem" role="alert">{ "这期间列表有变动，还没有改动任何内容。请看现在的条数，再按一次。" }</p>
            }
            <p><strong>{ format!("{verb} {} {unit}。", count(told.changed)) }</strong>
                if told.overwritten > 0 { { format!("其中 {} {unit}原来写着别的内容，会被换掉。", count(told.overwritten)) } }
                if told.same > 0 { { format!("{} {unit}本来就是这样。", count(told.same)) } }
            </p>
            if !told.words.is_empty() { <p>{ &told.words }</p> }
            if !told.refused.is_empty() {
                <p><strong>{ format!("{} {unit}{}：", count(told.refused.len() as u64), props.stays) }</strong></p>
                <ul class="tx-import-stays">
                    { for told.refused.iter().take(NAMED).map(stays) }
                    if more > 0 { <li class="tx-muted">{ format!("还有 {} {unit}", count(more)) }</li> }
                </ul>
            }
        </>
    }
}

/// What was done, with the way back.
fn tell(done: &ManyChanged, verb: &str) {
    let text = match done.refused.len() as u64 {
        0 => format!("{verb} {} 条", count(done.changed)),
        left => format!("{verb} {} 条，{} 条没有动", count(done.changed), count(left)),
    };
    let undo = |batch: Uuid| {
        Callback::from(move |()| {
            spawn_local(async move {
                match call(UndoImport { batch }).await {
                    Ok(_) => Toasts.good("已撤销，都改回来了；后来又有人改过的没有动"),
                    Err(cause) => Toasts.bad(&cause),
                }
            });
        })
    };
    let action = done.batch.map(|batch| (AttrValue::Static("撤销"), undo(batch)));
    Toasts.say(Note { tone: Tone::Good, text: text.into(), action });
}
