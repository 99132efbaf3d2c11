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
use tiexin_contract::records::{ListRecords, RecordRow, Sort};
use tiexin_domain::nouns::post::PostTitle;
use tiexin_domain::{Fields, Kind, PartialDate};
use tiexin_forms::{Today, read_day_ahead};
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;

/// Meetings offered before anything is typed.
const OFFERED: u32 = 8;

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
    let (id, today) = (props.row.id, use_session().day());
    let newest = Sort { field: "date".to_owned(), descending: true };
    let meetings = ListRecords::of(Kind::Meeting.code(), props.row.region.clone(), OFFERED);
    let meetings = use_query(ListRecords { sort: Some(newest), ..meetings }, MEETINGS);
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
    let suggested: Option<Vec<Picked>> =
        meetings.data.as_ref().map(|page| page.rows.iter().map(offered).collect());
    let inner = Rc::new(PickerProps {
        label: "换届的会议".into(),
        value: sheet.meeting.clone(),
        onpick,
        suggested: suggested.unwrap_or_default(),
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
            <p class="tx-muted">{ "要么都登记，要么都不登记，不会两届并存。专职、专干、小组长不受影响。" }</p>
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

fn offered(row: &RecordRow) -> Picked {
    Picked {
        id: Some(row.id),
        title: row.title.clone().into(),
        place: row.region_name.clone().into(),
        household: None,
    }
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
}
