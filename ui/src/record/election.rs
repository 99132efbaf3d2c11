//! 换届 from an organisation's page: the meeting, the new council, what ends and what begins, then all of it at once.

use crate::components::{
    Button, DateField, Dialog, Look, Picked, PickerProps, RecordPicker, SAFE, Tags, Trouble,
};
use crate::hooks::{Note, Toasts, Tone, use_command, use_query, use_session};
use crate::transport::call;
use serde_json::json;
use std::collections::BTreeMap;
use std::rc::Rc;
use tiexin_contract::election::{CouncilElected, ElectCouncil};
use tiexin_contract::import::UndoImport;
use tiexin_contract::records::{Filter, FilterOp, ListRecords, RecordPage, RecordRow, Sort};
use tiexin_domain::nouns::meeting::MeetingKind;
use tiexin_domain::nouns::post::PostTitle;
use tiexin_domain::{Fields, Kind, PartialDate, RegionCode};
use tiexin_forms::{Today, read_day_ahead};
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;

/// Meetings offered before anything is typed; of the organisation's own so many are looked through.
const OFFERED: usize = 8;
const LOOKED_THROUGH: u32 = 50;

/// What a council is elected at.
const MEETINGS: &[&str] = &["meeting"];

#[derive(Properties, PartialEq)]
pub(super) struct ElectingProps {
    /// The organisation.
    pub(super) row: Rc<RecordRow>,
    pub(super) onclose: Callback<()>,
    pub(super) ondone: Callback<()>,
}

#[derive(Clone, Default, PartialEq)]
struct Sheet {
    meeting: Option<Picked>,
    until: String,
    /// Names, by the place of their post among the elected ones.
    posts: BTreeMap<usize, Vec<String>>,
}

fn titles() -> impl Iterator<Item = &'static PostTitle> {
    PostTitle::ALL.iter().filter(|title| title.is_elected())
}

impl Sheet {
    /// What is asked of the desk; else the field that is wrong, and why.
    fn asked(
        &self,
        organisation: Uuid,
        today: Today,
        dry_run: bool,
    ) -> Result<ElectCouncil, (&'static str, AttrValue)> {
        let meeting = self.meeting.as_ref().and_then(|meeting| meeting.id);
        let meeting = meeting.ok_or(("meeting", AttrValue::Static("请选换届的会议；没有的，先登记会议")))?;
        let until = read_day_ahead(&self.until, today).map_err(|wrong| ("until", AttrValue::from(wrong)))?;
        let mut council = Vec::new();
        for (nth, title) in titles().enumerate() {
            for name in self.posts.get(&nth).into_iter().flatten() {
                let said = [("post".to_owned(), json!(title.code())), ("name".to_owned(), json!(name))];
                council.push(Fields::from_iter(said));
            }
        }
        Ok(ElectCouncil { organisation, meeting, until: until.map(PartialDate::Day), council, dry_run })
    }
}

#[component]
pub(super) fn Electing(props: &ElectingProps) -> Html {
    let session = use_session();
    let (id, today) = (props.row.id, session.day());
    let list = |region: &RegionCode, filters| {
        let sort = Some(Sort { field: "date".to_owned(), descending: true });
        let columns = Some(["kind", "of"].map(str::to_owned).to_vec());
        let all = ListRecords::of(Kind::Meeting.code(), region.clone(), LOOKED_THROUGH);
        ListRecords { sort, filters, columns, ..all }
    };
    // The organisation's own, wherever they were recorded; then those of its place, whose they are or not.
    let home = session.me().map_or_else(|| props.row.region.clone(), |me| me.home.clone());
    let of = Filter { field: "of".to_owned(), op: FilterOp::Is, value: json!(id) };
    let own = use_query(list(&home, vec![of]), MEETINGS);
    let others = use_query(list(&props.row.region, Vec::new()), MEETINGS);
    let sheet = use_state(Sheet::default);
    // What the desk would do; forgotten when something is changed.
    let would = use_state(|| None::<Rc<CouncilElected>>);
    let wrong = use_state(|| None::<(&'static str, AttrValue)>);
    let elect = use_command::<ElectCouncil>();
    let put = {
        let (sheet, would, wrong, elect) = (sheet.setter(), would.setter(), wrong.setter(), elect.clone());
        Callback::from(move |next: Sheet| {
            would.set(None);
            wrong.set(None);
            elect.forget();
            sheet.set(next);
        })
    };
    let onask = {
        let (sheet, would, wrong, elect) = (sheet.clone(), would.setter(), wrong.setter(), elect.clone());
        Callback::from(move |()| match sheet.asked(id, today, true) {
            Ok(asked) => {
                let would = would.clone();
                elect.run(asked, move |done: CouncilElected| would.set(Some(Rc::new(done))));
            }
            Err(found) => wrong.set(Some(found)),
        })
    };
    let onyes = {
        let (sheet, elect) = (sheet.clone(), elect.clone());
        let (close, done) = (props.onclose.clone(), props.ondone.clone());
        Callback::from(move |()| {
            let Ok(asked) = sheet.asked(id, today, false) else { return };
            let (close, done) = (close.clone(), done.clone());
            elect.run(asked, move |elected: CouncilElected| {
                tell(&elected);
                close.emit(());
                done.emit(());
            });
        })
    };
    let about = |field: &str| {
        let own = (*wrong).clone().filter(|(name, _)| *name == field).map(|(_, message)| message);
        own.or_else(|| elect.about(field))
    };
    let onpick = {
        let now = (*sheet).clone();
        put.reform(move |meeting: Option<Picked>| Sheet { meeting, ..now.clone() })
    };
    let onuntil = {
        let now = (*sheet).clone();
        put.reform(move |until: String| Sheet { until, ..now.clone() })
    };
    let rows =
        |page: &Option<Rc<RecordPage>>| page.as_ref().map(|page| page.rows.clone()).unwrap_or_default();
    let suggested = offered(id, rows(&own.data), rows(&others.data));
    let inner = Rc::new(PickerProps {
        label: "换届的会议".into(),
        value: sheet.meeting.clone(),
        onpick,
        suggested,
        unmarked: true,
        free: false,
        name: "meeting".into(),
        problem: about("meeting"),
        hint: Some("原来的任职在会议当天结束，新的当天开始".into()),
        required: true,
        first: false,
        wide: false,
        stay: false,
    });
    let post = |(nth, title): (usize, &'static PostTitle)| {
        let now = (*sheet).clone();
        let value = now.posts.get(&nth).cloned().unwrap_or_default();
        let onchange = put.reform(move |names: Vec<String>| {
            let mut next = now.clone();
            next.posts.insert(nth, names);
            next
        });
        html! { <Tags key={nth} label={title.label()} name={title.code()} {value} {onchange} /> }
    };
    let foot = html! {
        <>
            if would.is_some() {
                <Button label="登记换届" look={Look::Primary} busy={elect.pending} onclick={onyes} />
            } else {
                <Button label="看看会改哪些" look={Look::Primary} busy={elect.pending} onclick={onask} />
            }
            <Button label="取消" class={SAFE} onclick={props.onclose.clone()} />
        </>
    };
    html! {
        <Dialog title={format!("{}换届", props.row.title)} wide=true onclose={props.onclose.clone()} {foot}>
            <p class="tx-muted">{ "要么都登记，要么都不登记，不会两届并存。专职、专干、小组长不受影响。人员性质照本人上一届的、同一职务上一届的；上一届没有的按兼职，登记后可以改。" }</p>
            if let Some(error) = &elect.error {
                <Trouble error={error.clone()} />
                { for error.problems.iter().map(|problem| html! { <p class="tx-problem">{ &problem.message }</p> }) }
            }
            if let Some(done) = &*would {
                <p><strong>{ format!("会结束 {} 个任职：", done.ended.len()) }</strong>{ done.ended.join("、") }</p>
                <p><strong>{ format!("会开始 {} 个任职：", done.begun.len()) }</strong>{ done.begun.join("、") }</p>
            }
            <div class="tx-fields">
                <RecordPicker kinds={MEETINGS} {inner} />
                <DateField label="新一届到哪天止" name="until" value={sheet.until.clone()} onchange={onuntil} ahead=true
                    problem={about("until")} />
                { for titles().enumerate().map(post) }
            </div>
        </Dialog>
    }
}

/// Meetings at which this organisation may have elected: those for it first, then its own, then those of nobody else.
fn offered(organisation: Uuid, own: Vec<RecordRow>, others: Vec<RecordRow>) -> Vec<Picked> {
    let is = |row: &RecordRow, field: &str, said: &str| {
        row.fields.get(field).and_then(|value| value.as_str()) == Some(said)
    };
    let whose = |row: &RecordRow| row.fields.get("of").and_then(|of| of.as_str()?.parse::<Uuid>().ok());
    let mut all = own;
    for row in others {
        if whose(&row).is_none_or(|of| of == organisation) && !all.iter().any(|one| one.id == row.id) {
            all.push(row);
        }
    }
    // In the order in which they came within each.
    all.sort_by_key(|row| !is(row, "kind", MeetingKind::Election.code()));
    let picked = |row: RecordRow| Picked {
        id: Some(row.id),
        title: row.title.into(),
        place: row.region_name.into(),
        household: None,
    };
    all.into_iter().take(OFFERED).map(picked).collect()
}

/// What was done, with the way back.
fn tell(done: &CouncilElected) {
    let undo = |batch: Uuid| {
        Callback::from(move |()| {
            spawn_local(async move {
                match call(UndoImport { batch }).await {
                    Ok(_) => Toasts.good("已撤销，任职都改回来了"),
                    Err(cause) => Toasts.bad(&cause),
                }
            });
        })
    };
    let text = format!("已登记换届：{} 个任职结束，{} 个开始", done.ended.len(), done.begun.len());
    let action = done.batch.map(|batch| (AttrValue::Static("撤销"), undo(batch)));
    Toasts.say(Note { tone: Tone::Good, text: text.into(), action });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kind that is called otherwise would be found by nobody, and nothing would say so.
    #[test]
    fn a_council_is_elected_at_a_meeting() {
        assert_eq!(MEETINGS, [Kind::Meeting.code()]);
    }

    #[test]
    fn meetings_for_electing_are_offered_first_and_those_of_others_not_at_all() {
        let house = Uuid::from_u128(1);
        let row = |id: u128, kind: &str, of: Option<u128>| -> RecordRow {
            let fields = json!({"kind": kind, "of": of.map(Uuid::from_u128)});
            let row = json!({"id": Uuid::from_u128(id), "kind": "meeting", "region": "340323100", "region_name": "谷阳镇",
                "version": 1, "title": "会", "fields": fields, "state": "local"});
            serde_json::from_value(row).unwrap()
        };
        let own = vec![row(11, "council", Some(1)), row(12, "election", Some(1))];
        let others =
            vec![row(12, "election", Some(1)), row(13, "election", Some(2)), row(14, "council", None)];
        let ids: Vec<Uuid> = offered(house, own, others).into_iter().filter_map(|one| one.id).collect();
        assert_eq!(ids, [12, 11, 14].map(Uuid::from_u128));
    }
}
