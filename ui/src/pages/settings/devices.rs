//! The desks of the region: when they were last heard, what they still hold, and shutting one out.

use crate::components::{Button, Choice, Dialog, Empty, Foot, Form, Look, Tag, TextField, show, unplaced};
use crate::hooks::{use_command, use_query, use_session, use_toast};
use crate::text;
use chrono::NaiveDate;
use std::rc::Rc;
use tiexin_contract::devices::{DeviceShown, DeviceStanding, ListDevices, RevokeDevice};
use yew::prelude::*;

#[component]
pub(super) fn Devices() -> Html {
    let query = use_query(ListDevices {}, &[]);
    let asked = use_state(|| None::<DeviceShown>);
    let today = use_session().today();
    let ask = {
        let asked = asked.setter();
        Callback::from(move |device: DeviceShown| asked.set(Some(device)))
    };
    let close = {
        let asked = asked.setter();
        Callback::from(move |()| asked.set(None))
    };
    let done = {
        let (close, reload) = (close.clone(), query.reload.clone());
        Callback::from(move |()| {
            close.emit(());
            reload.emit(());
        })
    };
    html! {
        <div class="tx-devices">
            <p class="tx-muted">{ "辖区里接入省平台的电脑。这一页要联网才看得到。" }</p>
            { show(&query, |rows| table(rows, today, &ask)) }
            if let Some(device) = (*asked).clone() {
                <Revoke {device} {close} {done} />
            }
        </div>
    }
}

fn table(rows: &Rc<Vec<DeviceShown>>, today: NaiveDate, ask: &Callback<DeviceShown>) -> Html {
    if rows.is_empty() {
        return html! { <Empty title="还没有电脑接入">{ "管理员发放接入码、电脑接入以后，会列在这里。" }</Empty> };
    }
    html! {
        <table class="tx-table">
            <thead><tr>
                <th>{ "电脑" }</th><th>{ "谁在用" }</th><th>{ "地方" }</th><th>{ "最近联系" }</th>
                <th class="tx-number">{ "待上传" }</th><th>{ "版本" }</th><th>{ "状态" }</th><th></th>
            </tr></thead>
            <tbody>{ for rows.iter().map(|row| line(row, today, ask)) }</tbody>
        </table>
    }
}

fn line(row: &DeviceShown, today: NaiveDate, ask: &Callback<DeviceShown>) -> Html {
    let moment = |at: Option<i64>| at.map_or_else(|| "还没有".to_owned(), |at| text::moment(at, today));
    let (sign, class, words) = standing(row.standing);
    let onclick = {
        let (ask, row) = (ask.clone(), row.clone());
        Callback::from(move |()| ask.emit(row.clone()))
    };
    html! {
        <tr key={row.id.to_string()}>
            <td><strong>{ &row.name }</strong>if row.own { <span class="tx-muted">{ "（本机）" }</span> }</td>
            <td>{ row.users.join("、") }</td>
            <td>{ row.places.join("、") }</td>
            <td class="tx-number" title={row.lease_until.map(|at| format!("离线可用到 {}", text::moment(at, today)))}>
                { moment(row.last_seen) }
            </td>
            <td class="tx-number">{ row.waiting.map_or_else(|| "—".to_owned(), text::count) }</td>
            <td class="tx-number tx-muted">{ &row.app }</td>
            <td>
                <span class={classes!("tx-state", class)}>
                    <span class="tx-state-sign" aria-hidden="true">{ sign }</span>{ words }
                </span>
                if row.copied_at.is_some() {
                    { " " }<Tag text="! 有两台电脑在用同一份数据" class="tx-alert" />
                }
            </td>
            <td>
                if row.may_revoke {
                    <Button label="停用…" look={Look::Link} small=true {onclick} />
                }
            </td>
        </tr>
    }
}

/// Sign, class, words: by shape and word as well as by colour.
fn standing(standing: DeviceStanding) -> (&'static str, &'static str, &'static str) {
    match standing {
        DeviceStanding::InUse => ("✓", "tx-synced", "在用"),
        DeviceStanding::Retiring => ("↑", "tx-waits", "退役中，等它交清"),
        DeviceStanding::Revoked => ("!", "tx-attention", "已停用，等它销毁"),
        DeviceStanding::Wiped => ("●", "tx-local", "数据已销毁"),
    }
}

#[derive(Properties, PartialEq)]
struct RevokeProps {
    device: DeviceShown,
    close: Callback<()>,
    done: Callback<()>,
}

/// Who works on it, and where: several machines may have one name.
fn whose(device: &DeviceShown) -> String {
    match (device.users.is_empty(), device.places.is_empty()) {
        (true, _) => "这台电脑上现在没有用户。".to_owned(),
        (false, true) => format!("{}在用这台电脑。", device.users.join("、")),
        (false, false) => {
            format!("{}在用这台电脑，负责{}。", device.users.join("、"), device.places.join("、"))
        }
    }
}

const COPIED: &str = "有两台电脑共用这个编号（复制过台账文件夹）：停用以后，两台下次联系省平台时，数据都会销毁。只想换下其中一台的，不要在这里停用：在那台电脑上先同步，退出贴心，把台账文件夹改名留着，再打开贴心，用新的接入码接入。";
const LOST: &str = "lost";
const RETIRED: &str = "retired";

/// Lost or retired, and the machine's name typed by hand.
#[component]
fn Revoke(props: &RevokeProps) -> Html {
    let why = use_state(String::new);
    let typed = use_state(String::new);
    let missing = use_state(|| false);
    let node = use_node_ref();
    let revoke = use_command::<RevokeDevice>();
    let toast = use_toast();
    let name = props.device.name.clone();
    let onsave = {
        let (why, typed, missing) = (why.clone(), typed.clone(), missing.setter());
        let (revoke, done, device) = (revoke.clone(), props.done.clone(), props.device.id);
        let both = props.device.copied_at.is_some();
        Callback::from(move |()| {
            missing.set(why.is_empty());
            if why.is_empty() {
                return;
            }
            let args = RevokeDevice { device, lost: *why == LOST, typed_name: (*typed).clone(), both };
            let done = done.clone();
            revoke.run(args, move |_| {
                toast.good("已停用，它下次联系省平台时就会知道");
                done.emit(());
            });
        })
    };
    let choose = {
        let (why, revoke) = (why.setter(), revoke.clone());
        Callback::from(move |chosen: String| {
            revoke.forget();
            why.set(chosen);
        })
    };
    let on_typed = {
        let (typed, revoke) = (typed.setter(), revoke.clone());
        Callback::from(move |text: String| {
            revoke.forget();
            typed.set(text);
        })
    };
    let meaning = match why.as_str() {
        LOST => "立即停用。它一联网就销毁本机的钥匙和数据；没上传的内容收不回来。",
        RETIRED => "它下次联网时先把没上传的全部交上来，再销毁本机的钥匙和数据。",
        _ => "",
    };
    let waiting = props.device.waiting.filter(|count| *count > 0);
    let options = vec![
        (AttrValue::Static(LOST), AttrValue::Static("遗失或被盗")),
        (AttrValue::Static(RETIRED), AttrValue::Static("退役、换新电脑")),
    ];
    html! {
        <Dialog title={format!("停用“{name}”")} onclose={props.close.clone()}>
            <Form {node} onsave={onsave.clone()} short=true>
                <p>{ whose(&props.device) }</p>
                <Choice label="为什么停用" name="why" {options} value={(*why).clone()} onchange={choose}
                    problem={revoke.about("why").or_else(|| missing.then_some(AttrValue::Static("请先选一项")))} />
                if !meaning.is_empty() { <p>{ meaning }</p> }
                if props.device.copied_at.is_some() {
                    <p class="tx-problem" role="alert">{ COPIED }</p>
                }
                if let Some(count) = waiting {
                    <p class="tx-problem">{ format!("它上次说还有 {} 条没上传。", text::count(count)) }</p>
                }
                <TextField label="再写一遍这台电脑的名称" name="typed_name" value={(*typed).clone()} onchange={on_typed}
                    hint={format!("原样输入：{name}")} problem={revoke.about("typed_name")} />
                <Foot save="停用" {onsave} busy={revoke.pending} oncancel={props.close.clone()}
                    error={unplaced(&revoke.error, &["why", "typed_name"])} />
            </Form>
        </Dialog>
    }
}
