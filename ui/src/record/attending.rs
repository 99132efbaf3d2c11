//! 签到: one line into which names are typed, or a scanner writes, one after the other, and who signed in so far.

use crate::attachments::Beside;
use crate::components::Card;
use crate::hooks::{Toasts, composing, use_query};
use crate::transport::call;
use std::cell::RefCell;
use std::collections::VecDeque;
use tiexin_contract::ErrorReply;
use tiexin_contract::attendance::{Attend, Attended, Attendee, GetAttendance, Unattend};
use uuid::Uuid;
use web_sys::HtmlInputElement;
use yew::platform::spawn_local;
use yew::prelude::*;

/// So many answers stand below the line.
const SHOWN: usize = 5;

/// What is still to be asked, and what came of what was, the newest last.
#[derive(Default)]
struct Line {
    waiting: VecDeque<String>,
    asking: bool,
    told: Vec<Told>,
}

enum Told {
    Of(String, Attended),
    Refused(String),
}

impl Line {
    /// A digit answers the newest question; anything else asks as it stands.
    fn meant(&self, text: &str) -> String {
        let nth = text.parse::<usize>().ok().filter(|_| text.len() == 1).and_then(|n| n.checked_sub(1));
        let chosen = nth.and_then(|nth| self.question()?.get(nth));
        chosen.map_or_else(|| text.to_owned(), |who| who.id.to_string())
    }

    fn question(&self) -> Option<&[Attendee]> {
        self.told.iter().rev().find_map(|told| match told {
            Told::Of(_, Attended::Choose(people)) => Some(&people[..]),
            _ => None,
        })
    }

    /// What came of it. A question that is answered goes.
    fn take(&mut self, text: String, came: Result<Attended, ErrorReply>) {
        let signed = match &came {
            Ok(Attended::Signed { who, .. } | Attended::Already(who)) => Some(who.id),
            _ => None,
        };
        let answers = |who: &Attendee| signed == Some(who.id) || who.id.to_string() == text;
        self.told.retain(|told| match told {
            Told::Of(_, Attended::Choose(people)) => !people.iter().any(answers),
            _ => true,
        });
        self.told.push(match came {
            Ok(came) => Told::Of(text, came),
            Err(cause) => Told::Refused(cause.message),
        });
        let over = self.told.len().saturating_sub(SHOWN);
        self.told.drain(..over);
    }
}

fn next(line: &RefCell<Line>) -> Option<String> {
    line.borrow_mut().waiting.pop_front()
}

/// A number is not said again on the screen.
fn words(typed: &str, came: &Attended) -> String {
    match came {
        Attended::Signed { who, count } => format!("✓ {} 签到了，共 {count} 人", who.name),
        Attended::Already(who) => format!("{} 前面已经签到", who.name),
        Attended::Choose(_) => "有几位可能是，请输入前面的数字再按回车：".to_owned(),
        Attended::TooYoung => "未满 18 岁的只计入参加人数，不留姓名".to_owned(),
        Attended::Nobody if typed.bytes().any(|byte| byte.is_ascii_digit()) => {
            "会员和志愿者里没有这个号码，请核对，或者输入姓名".to_owned()
        }
        Attended::Nobody => {
            format!("会员和志愿者里没有“{typed}”，可以换拼音首字母或证件后四位试试")
        }
    }
}

fn told(one: &Told, ask: &Callback<String>) -> Html {
    let (typed, came) = match one {
        Told::Of(typed, came) => (typed, came),
        Told::Refused(why) => return html! { <p class="tx-problem">{ why.clone() }</p> },
    };
    let people: &[Attendee] = match came {
        Attended::Choose(people) => people,
        _ => &[],
    };
    let choice = |(n, who): (usize, &Attendee)| {
        let id = who.id;
        let onclick = ask.reform(move |_: MouseEvent| id.to_string());
        html! { <button type="button" {onclick}>{ format!("{} {}（{}）", n + 1, who.name, who.place) }</button> }
    };
    html! {
        <>
            <p>{ words(typed, came) }</p>
            if !people.is_empty() {
                <div class="tx-offered">{ for people.iter().enumerate().map(choice) }</div>
            }
        </>
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct AttendingProps {
    pub(super) activity: Uuid,
    /// Whether the user may sign people in here.
    pub(super) may: bool,
}

#[component]
pub(super) fn Attending(props: &AttendingProps) -> Html {
    let activity = props.activity;
    let query = use_query(GetAttendance { activity }, &["activity", "member", "volunteer"]);
    let line = use_mut_ref(Line::default);
    let paint = use_force_update();
    let node = use_node_ref();
    // A scanner writes faster than the desk answers: nothing that was entered is lost, and all goes in its order.
    let ask = {
        let line = line.clone();
        Callback::from(move |text: String| {
            {
                let mut held = line.borrow_mut();
                held.waiting.push_back(text);
                if std::mem::replace(&mut held.asking, true) {
                    return;
                }
            }
            let (line, paint) = (line.clone(), paint.clone());
            spawn_local(async move {
                while let Some(text) = next(&line) {
                    // Only now: a digit may answer what the one before came to.
                    let typed = line.borrow().meant(&text);
                    let came = call(Attend { activity, typed: typed.clone() }).await;
                    line.borrow_mut().take(typed, came);
                    paint.force_update();
                }
                line.borrow_mut().asking = false;
            });
        })
    };
    let onkeydown = {
        let (ask, node) = (ask.clone(), node.clone());
        Callback::from(move |event: KeyboardEvent| {
            if composing(&event) || event.key() != "Enter" {
                return;
            }
            event.prevent_default();
            let Some(input) = node.cast::<HtmlInputElement>() else { return };
            let text = input.value().trim().to_owned();
            input.set_value("");
            if !text.is_empty() {
                ask.emit(text);
            }
        })
    };
    let Some(here) = query.data else { return Html::default() };
    let count = here.people.len() as u32 + here.elsewhere;
    if !props.may && count == 0 {
        return Html::default();
    }
    let answers: Vec<Html> = line.borrow().told.iter().rev().map(|one| told(one, &ask)).collect();
    let signed = |who: &Attendee| {
        let id = who.id;
        let onclick = Callback::from(move |_: MouseEvent| {
            spawn_local(async move {
                if let Err(cause) = call(Unattend { activity, who: id }).await {
                    Toasts.bad(&cause);
                }
            });
        });
        html! {
            <span class="tx-tag-one" title={who.place.clone()}>
                { who.name.clone() }
                if props.may {
                    <button type="button" tabindex="-1" aria-label={format!("去掉{}", who.name)} {onclick}>{ "×" }</button>
                }
            </span>
        }
    };
    let aside = html! { <span class="tx-muted">{ format!("{count} 人") }</span> };
    html! {
        <Card title="签到" {aside} class="tx-attending">
            if props.may {
                <Beside owner={activity} />
                <div class="tx-field">
                    <label class="tx-label" for="tx-attend">{ "输入或扫码，一位按一次回车" }</label>
                    <span class="pf-v6-c-form-control">
                        <input ref={node} id="tx-attend" type="text" data-field="sign_ins" autocomplete="off"
                            spellcheck="false" placeholder="姓名、拼音首字母、证件或电话后四位" {onkeydown} />
                    </span>
                    <div role="status">{ for answers }</div>
                </div>
            }
            <div class="tx-offered">{ for here.people.iter().map(signed) }</div>
            if here.elsewhere > 0 {
                <p class="tx-hint">{ format!("另有 {} 人的登记不在本机", here.elsewhere) }</p>
            }
        </Card>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attendee(n: u128, place: &str) -> Attendee {
        Attendee { id: Uuid::from_u128(n), name: "王丽".into(), place: place.into() }
    }

    #[test]
    fn a_digit_answers_the_newest_question_and_it_goes() {
        let mut line = Line::default();
        let two = || Attended::Choose(vec![attendee(1, "东关社区"), attendee(2, "西关社区")]);
        assert_eq!(line.meant("2"), "2", "nothing is asked");
        line.take("王丽".into(), Ok(two()));
        assert_eq!(line.meant("2"), Uuid::from_u128(2).to_string());
        // A tail is no answer, nor is what stands behind no line.
        assert_eq!([line.meant("0022"), line.meant("3"), line.meant("0")], ["0022", "3", "0"]);
        let typed = line.meant("2");
        line.take(typed, Ok(Attended::Signed { who: attendee(2, "西关社区"), count: 1 }));
        assert_eq!((line.question().is_none(), line.told.len()), (true, 1));
        for n in 0..9 {
            line.take(format!("某{n}"), Ok(Attended::Nobody));
        }
        assert_eq!(line.told.len(), SHOWN);
    }

    #[test]
    fn a_number_that_is_not_found_is_not_said_again() {
        assert!(!words("340524198001010028", &Attended::Nobody).contains("3405"));
        assert!(words("于桂", &Attended::Nobody).contains("于桂"));
    }
}
