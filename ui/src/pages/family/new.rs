//! Registering a family: the household, its people, its file and its contacts as one group.

use crate::components::{
    Choice, ConfirmLeave, Flag, Fold, Foot, Form, Page, RegionField, TextField, Waiting, focus_field, options,
};
use crate::hooks::{Draft, use_command, use_draft, use_region, use_session, use_toast};
use crate::routes::Route;
use serde::{Deserialize, Serialize};
use tiexin_contract::family::RegisterFamily;
use tiexin_contract::records::Saved;
use tiexin_domain::nouns::household::HouseholdKind;
use tiexin_domain::nouns::person::Relation;
use tiexin_domain::nouns::support_file::{ContactPreference, LossCategory};
use tiexin_domain::nouns::{ContactPair, Household, Person, Problem, SupportFile, tidy, tidy_name};
use tiexin_domain::{IdNumber, Level, RegionCode};
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

/// Texts as typed; kept as a draft by the second.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct FamilyDraft {
    region: String,
    head: String,
    head_id: String,
    spouse: String,
    spouse_id: String,
    phone: String,
    address: String,
    special: bool,
    category: String,
    code: String,
    leader: String,
    worker: String,
    preference: String,
}

impl FamilyDraft {
    /// The family, or what is to be mended first.
    fn family(&self) -> Result<RegisterFamily, Vec<Problem>> {
        let mut problems = Vec::new();
        let region = RegionCode::new(self.region.clone()).ok().filter(|r| r.level() == Level::Village);
        let Some(region) = region else {
            return Err(vec![Problem::new("region", "region_missing", "请选到村（社区）")]);
        };
        let mut persons = Vec::new();
        let people = [
            ("head", &self.head, &self.head_id, Relation::Head),
            ("spouse", &self.spouse, &self.spouse_id, Relation::Spouse),
        ];
        for (field, name, id, relation) in people {
            let name = tidy_name(name);
            if name.is_empty() {
                if field == "head" {
                    problems.push(Problem::new("head", "name_missing", "请填写户主姓名"));
                }
                continue;
            }
            let mut person = Person { relation: Some(relation), ..Person::named(region.clone(), name) };
            if !id.trim().is_empty() {
                match IdNumber::read(id) {
                    Ok(read) => person = person.with_id(&read.number),
                    Err(bad) => {
                        problems.push(Problem::new(&format!("{field}_id"), "id_invalid", bad.to_string()))
                    }
                }
            }
            persons.push(person);
        }
        let phone = tiexin_domain::phone::read(&self.phone).unwrap_or_else(|bad| {
            problems.push(Problem::new("phone", "phone_invalid", bad.to_string()));
            None
        });
        if self.special && self.category.is_empty() {
            problems.push(Problem::new("category", "category_missing", "请选择家庭类别"));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let head = tidy_name(&self.head);
        let category = LossCategory::from_code(&self.category);
        let kinds = match (self.special, &category) {
            (false, _) => vec![HouseholdKind::General],
            (true, LossCategory::Disability) => vec![HouseholdKind::DisabledChild],
            (true, _) => vec![HouseholdKind::LostChild],
        };
        let (leader, worker) = (tidy(&self.leader), tidy(&self.worker));
        Ok(RegisterFamily {
            household: Household {
                kinds,
                current_address: tidy(&self.address),
                phone,
                ..Household::named(region.clone(), &head)
            },
            persons,
            contacts: (self.special && (leader.is_some() || worker.is_some())).then(|| ContactPair {
                region: region.clone(),
                household: Uuid::nil(),
                file: Uuid::nil(),
                township_leader: leader,
                village_worker: worker,
                from: None,
                to: None,
                handover_note: None,
            }),
            file: self.special.then(|| SupportFile {
                code: tidy(&self.code),
                preference: (!self.preference.is_empty())
                    .then(|| ContactPreference::from_code(&self.preference)),
                ..SupportFile::open(region, Uuid::nil(), head, category)
            }),
        })
    }
}

#[component]
pub(crate) fn NewFamilyPage() -> Html {
    let region = use_region();
    let draft = use_draft("family:new".to_owned());
    let Some(kept) = draft.kept.clone() else {
        return html! { <Page title="登记家庭"><Waiting /></Page> };
    };
    let here = region.code();
    let fresh = FamilyDraft {
        region: if here.level() == Level::Village { here.to_string() } else { String::new() },
        ..FamilyDraft::default()
    };
    let begin = kept.and_then(|value| serde_json::from_value((*value).clone()).ok()).unwrap_or(fresh);
    html! { <Filling {begin} {draft} /> }
}

#[derive(Properties)]
struct FillingProps {
    begin: FamilyDraft,
    draft: Draft,
}

impl PartialEq for FillingProps {
    fn eq(&self, other: &Self) -> bool {
        self.begin == other.begin
    }
}

/// What one field does to the draft.
type Edit = Box<dyn FnOnce(&mut FamilyDraft)>;

#[component]
fn Filling(props: &FillingProps) -> Html {
    let session = use_session();
    let toast = use_toast();
    let navigator = use_navigator();
    let typed = use_state(|| props.begin.clone());
    let wrong = use_state(Vec::<Problem>::new);
    let leaving = use_state(|| false);
    let node = use_node_ref();
    let save = use_command::<RegisterFamily>();
    let change = {
        let (typed, wrong, draft, save) = (typed.clone(), wrong.clone(), props.draft.clone(), save.clone());
        Callback::from(move |(field, put): (&'static str, Edit)| {
            let mut next = (*typed).clone();
            put(&mut next);
            if let Ok(value) = serde_json::to_value(&next) {
                draft.keep(value);
            }
            wrong.set(wrong.iter().filter(|p| p.field != field).cloned().collect());
            save.forget();
            typed.set(next);
        })
    };
    let text = |field: &'static str, put: fn(&mut FamilyDraft, String)| {
        change.reform(move |v: String| (field, Box::new(move |d: &mut FamilyDraft| put(d, v)) as Edit))
    };
    let onsave = {
        let (typed, wrong, save, node) = (typed.clone(), wrong.setter(), save.clone(), node.clone());
        let (draft, navigator) = (props.draft.clone(), navigator.clone());
        Callback::from(move |()| match typed.family() {
            Err(problems) => {
                if let Some(first) = problems.first() {
                    focus_field(&node, &first.field);
                }
                wrong.set(problems);
            }
            Ok(family) => {
                let (draft, navigator) = (draft.clone(), navigator.clone());
                save.run(family, move |Saved { id, .. }| {
                    draft.drop_it();
                    toast.good("已保存在本机");
                    if let Some(navigator) = &navigator {
                        navigator.replace(&Route::Family { id });
                    }
                });
            }
        })
    };
    let back = move || {
        if let Some(navigator) = &navigator {
            navigator.back();
        }
    };
    let oncancel = {
        let (typed, begin, leaving, back) =
            (typed.clone(), props.begin.clone(), leaving.clone(), back.clone());
        Callback::from(move |()| if *typed == begin { back() } else { leaving.set(true) })
    };
    let onkeep = Callback::from({
        let back = back.clone();
        move |()| back()
    });
    let ondrop = Callback::from({
        let draft = props.draft.clone();
        move |()| {
            draft.drop_it();
            back();
        }
    });
    let onstay = {
        let leaving = leaving.clone();
        Callback::from(move |()| leaving.set(false))
    };
    let about = |field: &str| -> Option<AttrValue> {
        let own = wrong.iter().find(|p| p.field == field).map(|p| p.message.clone().into());
        own.or_else(|| save.about(field))
    };
    let special =
        change.reform(|v: bool| ("special", Box::new(move |d: &mut FamilyDraft| d.special = v) as Edit));
    let given = |list: Vec<(&'static str, &'static str)>| -> Vec<(AttrValue, AttrValue)> {
        list.into_iter().map(|(code, label)| (code.into(), label.into())).collect()
    };
    let me = session.me().map(|me| me.user.display_name.clone()).unwrap_or_default();
    html! {
        <Page title="登记家庭">
            <Form node={node} onsave={onsave.clone()} oncancel={oncancel.clone()}>
                <div class="tx-fields">
                    <TextField label="户主姓名" name="head" value={typed.head.clone()} required=true first=true problem={about("head")}
                        onchange={text("head", |d, v| d.head = v)} />
                    <RegionField label="村（社区）" name="region" value={typed.region.clone()} required=true problem={about("region")}
                        onchange={text("region", |d, v| d.region = v)} />
                    <TextField label="户主身份证号" name="head_id" value={typed.head_id.clone()} problem={about("head_id")}
                        hint="没有可以先空着" onchange={text("head_id", |d, v| d.head_id = v)} />
                    <TextField label="联系电话" name="phone" value={typed.phone.clone()} problem={about("phone")} hint="没有请写“无”"
                        onchange={text("phone", |d, v| d.phone = v)} />
                    <TextField label="配偶姓名" name="spouse" value={typed.spouse.clone()} onchange={text("spouse", |d, v| d.spouse = v)} />
                    <TextField label="配偶身份证号" name="spouse_id" value={typed.spouse_id.clone()} problem={about("spouse_id")}
                        onchange={text("spouse_id", |d, v| d.spouse_id = v)} />
                    <TextField label="现居住地址" name="address" value={typed.address.clone()} wide=true
                        onchange={text("address", |d, v| d.address = v)} />
                    <Flag label="建立特殊家庭台账" name="special" value={typed.special} onchange={special} />
                </div>
                if typed.special {
                    <Fold title="特殊家庭台账" lead="类别、信息编码、联系人" open=true>
                        <div class="tx-fields">
                            <Choice label="家庭类别" name="category" value={typed.category.clone()} required=true problem={about("category")}
                                options={given(options::<LossCategory>())} onchange={text("category", |d, v| d.category = v)} />
                            <TextField label="信息编码" name="code" value={typed.code.clone()} problem={about("code")}
                                onchange={text("code", |d, v| d.code = v)} />
                            <TextField label="镇联系人" name="leader" value={typed.leader.clone()} onchange={text("leader", |d, v| d.leader = v)} />
                            <TextField label="村联系人" name="worker" value={typed.worker.clone()} placeholder={me}
                                onchange={text("worker", |d, v| d.worker = v)} />
                            <Choice label="联系意愿" name="preference" value={typed.preference.clone()} wide=true
                                options={given(options::<ContactPreference>())} onchange={text("preference", |d, v| d.preference = v)} />
                        </div>
                    </Fold>
                }
                <Foot {onsave} {oncancel} busy={save.pending} error={save.error.clone().filter(|e| e.problems.is_empty())} />
            </Form>
            if *leaving { <ConfirmLeave {onkeep} {ondrop} {onstay} /> }
        </Page>
    }
}
