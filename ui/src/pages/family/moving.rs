//! A family moves to another village or township.

use crate::components::{
    Button, DateField, Dialog, Look, RegionField, TextArea, TextField, Trouble, unplaced,
};
use crate::hooks::{use_command, use_session, use_toast};
use crate::routes::Route;
use tiexin_contract::family::{self, MoveFamily};
use tiexin_domain::date::PartialDate;
use tiexin_domain::{RegionCode, region::Level};
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct MovingProps {
    pub(super) page: std::rc::Rc<family::FamilyPage>,
    pub(super) onclose: Callback<()>,
}

#[derive(Clone, Default, PartialEq)]
struct Typed {
    region: String,
    address: String,
    on: String,
    why: String,
    handover: String,
}

/// Says beforehand what goes along, what stays, and who will see it from then on.
#[component]
pub(super) fn Moving(props: &MovingProps) -> Html {
    let today = use_session().day();
    let moving = use_command::<MoveFamily>();
    let toast = use_toast();
    let navigator = use_navigator();
    let typed = use_state(|| Typed { on: today.begins(), ..Typed::default() });
    let wrong = use_state(|| None::<(&'static str, AttrValue)>);
    let household = &props.page.household;
    let to = typed.region.parse::<RegionCode>().ok().filter(|code| code.level() == Level::Village);
    let leaves = to.as_ref().is_some_and(|to| to.scope() != household.region.scope());
    let change = |set: fn(&mut Typed, String)| {
        let (typed, wrong) = (typed.clone(), wrong.setter());
        Callback::from(move |text: String| {
            let mut next = (*typed).clone();
            set(&mut next, text);
            wrong.set(None);
            typed.set(next);
        })
    };
    let problem = |field: &str| {
        let here = wrong.as_ref().filter(|(name, _)| *name == field).map(|(_, text)| text.clone());
        here.or_else(|| moving.about(field))
    };
    let go = {
        let (moving, typed, wrong, to) = (moving.clone(), typed.clone(), wrong.clone(), to.clone());
        let (id, close) = (household.id, props.onclose.clone());
        Callback::from(move |()| {
            let Some(region) = to.clone() else {
                wrong.set(Some(("region", "请选择要迁去的村（社区）".into())));
                return;
            };
            let on = match typed.on.trim() {
                "" => None,
                text => match PartialDate::parse(text, today.hint()) {
                    Ok(day) => Some(day),
                    Err(bad) => {
                        wrong.set(Some(("on", bad.to_string().into())));
                        return;
                    }
                },
            };
            let some = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
            let args = MoveFamily {
                household: id,
                region,
                address: some(&typed.address),
                on,
                why: some(&typed.why),
                handover: some(&typed.handover),
            };
            let (close, navigator) = (close.clone(), navigator.clone());
            moving.run(args, move |moved| {
                close.emit(());
                if moved.asked {
                    toast.good("已提议迁移。联网后送到同时负责两地的审核人；决定以前这户仍由您照看，结果会在“待处理”里告诉您。");
                } else if moved.leaves {
                    toast.good("已登记迁移。同步以后，这一户就归迁入地了。");
                    if let Some(navigator) = &navigator {
                        navigator.push(&Route::Families);
                    }
                } else {
                    toast.good("已迁到新的村（社区）。");
                }
            });
        })
    };
    let foot = html! {
        <>
            <Button label="确定迁移" look={Look::Primary} busy={moving.pending} onclick={go} />
            <Button label="取消" onclick={props.onclose.clone()} />
        </>
    };
    html! {
        <Dialog title={format!("{}迁往别处", household.title)} onclose={props.onclose.clone()} {foot} wide=true>
            <p>{ "家里的人员、档案和联系人一起迁走；看望和服务的记录留在原处，报过的数不会变。" }</p>
            <RegionField label="迁到" name="region" value={typed.region.clone()} required=true problem={problem("region")}
                onchange={change(|t, text| t.region = text)} />
            if leaves {
                <p class="tx-hint" role="status">
                    { "这是另一个乡镇。同步以后，原乡镇的电脑不再保留这一户，由迁入地的同事照看；还没上传的填写会转到迁入地处理。您没有那边的填写权限时，这里只是提议，由同时负责两地的审核人（一般在县里）决定。" }
                </p>
            }
            <TextField label="新住址" name="address" value={typed.address.clone()} problem={problem("current_address")}
                onchange={change(|t, text| t.address = text)} />
            <DateField label="迁移时间" name="on" value={typed.on.clone()} partial=true problem={problem("on")}
                onchange={change(|t, text| t.on = text)} />
            <TextField label="迁移原因" name="why" value={typed.why.clone()} placeholder="如 随子女居住、购房"
                onchange={change(|t, text| t.why = text)} />
            <TextArea label="交接的话" name="handover" value={typed.handover.clone()}
                placeholder="留给迁入地同事：平时谁去看望、有什么忌讳、近来怎样"
                onchange={change(|t, text| t.handover = text)} />
            if let Some(error) = unplaced(&moving.error, &["region", "current_address", "on"]) { <Trouble {error} /> }
        </Dialog>
    }
}
