//! The field that names a programme (项目): those in force where the entry lies stand below it, one press each.

use crate::components::TextField;
use crate::hooks::use_query_when;
use tiexin_contract::aid::GetProgrammes;
use tiexin_domain::RegionCode;
use yew::prelude::*;

/// The field's name in an entry of what was given.
pub(super) const FIELD: &str = "programme";

#[derive(Properties, PartialEq)]
pub(super) struct ProgrammeFieldProps {
    pub(super) label: &'static str,
    pub(super) name: AttrValue,
    pub(super) value: String,
    /// Where the entry lies; empty: nobody has said yet.
    pub(super) region: String,
    pub(super) onchange: Callback<String>,
    pub(super) hint: Option<AttrValue>,
    pub(super) required: bool,
    pub(super) first: bool,
}

#[component]
pub(super) fn ProgrammeField(props: &ProgrammeFieldProps) -> Html {
    let region = props.region.parse::<RegionCode>().ok();
    let known = use_query_when(region.map(|region| GetProgrammes { region }), &[]);
    let names = known.data.as_deref().cloned().unwrap_or_default();
    let offered: Vec<String> = match names.contains(&props.value) {
        true => Vec::new(),
        false => names.into_iter().filter(|name| name.contains(props.value.trim())).collect(),
    };
    html! {
        <div class="tx-people">
            <TextField label={props.label} name={props.name.clone()} value={props.value.clone()} onchange={props.onchange.clone()}
                hint={props.hint.clone()} required={props.required} first={props.first} />
            if !offered.is_empty() {
                <div class="tx-offered">
                    { for offered.into_iter().map(|name| {
                        let word = name.clone();
                        let onclick = props.onchange.reform(move |_: MouseEvent| word.clone());
                        html! { <button type="button" tabindex="-1" {onclick}>{ "+ " }{ name }</button> }
                    }) }
                </div>
            }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_domain::Noun;
    use tiexin_domain::nouns::AidEntry;

    /// A field that is called otherwise would be offered nothing, and nothing would say so.
    #[test]
    fn an_entry_names_its_programme_here() {
        assert!(AidEntry::SHAPE.field(FIELD).is_some());
    }
}
