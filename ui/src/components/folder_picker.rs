//! Choosing a folder of this machine, or a file in one, where no window can ask: from its disks and sticks down, by mouse
//! or keyboard. It only chooses among what is there; it makes no folder.

use super::{Button, Dialog, Icon, Look, Sign, TextField, Trouble};
use crate::hooks::{composing, use_command};
use std::rc::Rc;
use tiexin_contract::backup::{FolderKind, FolderShown, Folders, ListFolders};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// What is to be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Any folder.
    Folder,
    /// A folder that is a backup.
    Backup,
    /// A file.
    File(WantedFile),
}

/// Which files are listed, and what the button says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WantedFile {
    pub(crate) ending: &'static str,
    pub(crate) button: &'static str,
    /// Said where there is none.
    pub(crate) none: &'static str,
}

impl Wanted {
    fn ending(self) -> Option<String> {
        match self {
            Wanted::File(file) => Some(file.ending.to_owned()),
            Wanted::Folder | Wanted::Backup => None,
        }
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct FolderPickerProps {
    pub(crate) title: AttrValue,
    pub(crate) wanted: Wanted,
    /// The full path of what was chosen.
    pub(crate) onpick: Callback<String>,
    pub(crate) onclose: Callback<()>,
}

#[component]
pub(crate) fn FolderPicker(props: &FolderPickerProps) -> Html {
    let list = use_command::<ListFolders>();
    let shown = use_state(|| None::<Rc<Folders>>);
    let typed = use_state(String::new);
    let node = use_node_ref();
    let go = {
        let (list, shown, typed, wanted) = (list.clone(), shown.setter(), typed.setter(), props.wanted);
        Callback::from(move |path: Option<String>| {
            let (shown, typed) = (shown.clone(), typed.clone());
            list.run(ListFolders { path, ending: wanted.ending() }, move |found| {
                typed.set(found.path.clone().unwrap_or_default());
                shown.set(Some(Rc::new(found)));
            });
        })
    };
    {
        let go = go.clone();
        use_effect_with((), move |()| go.emit(None));
    }
    {
        // A new list: the cursor stands on its first line, unless somebody is typing a place.
        let node = node.clone();
        use_effect_with((*shown).clone(), move |shown| {
            if shown.is_some() {
                step(&node, Step::First);
            }
        });
    }
    let pick = {
        let (go, onpick, wanted) = (go.clone(), props.onpick.clone(), props.wanted);
        Callback::from(move |one: FolderShown| match (wanted, one.what) {
            (Wanted::Backup, FolderKind::Backup) | (_, FolderKind::File) => onpick.emit(one.path),
            _ => go.emit(Some(one.path)),
        })
    };
    let here = shown.as_ref().and_then(|found| found.path.clone());
    let up = {
        let (go, shown) = (go.clone(), shown.clone());
        Callback::from(move |()| {
            if let Some(found) = shown.as_ref().filter(|found| found.path.is_some()) {
                go.emit(found.up.clone());
            }
        })
    };
    let onkeydown = {
        let (node, up) = (node.clone(), up.clone());
        Callback::from(move |event: KeyboardEvent| {
            if composing(&event) {
                return;
            }
            match event.key().as_str() {
                "ArrowDown" => step(&node, Step::Next),
                "ArrowUp" => step(&node, Step::Before),
                "Home" => step(&node, Step::First),
                "End" => step(&node, Step::Last),
                "Backspace" | "ArrowLeft" => up.emit(()),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let on_place = {
        let (go, typed) = (go.clone(), typed.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && !composing(&event) {
                event.prevent_default();
                let text = typed.trim().to_owned();
                go.emit((!text.is_empty()).then_some(text));
            }
        })
    };
    let on_typed = {
        let (typed, list) = (typed.setter(), list.clone());
        Callback::from(move |text: String| {
            list.forget();
            typed.set(text);
        })
    };
    let chosen = shown.as_ref().and_then(|found| match props.wanted {
        Wanted::Folder => here.clone(),
        Wanted::Backup => here.clone().filter(|_| found.backup),
        Wanted::File(_) => only_file(found),
    });
    let fits = chosen.is_some();
    let choose = {
        let onpick = props.onpick.clone();
        Callback::from(move |()| {
            if let Some(path) = &chosen {
                onpick.emit(path.clone());
            }
        })
    };
    let (label, none) = match props.wanted {
        Wanted::Folder => ("就放在这个文件夹里", "这里面没有别的文件夹"),
        Wanted::Backup => ("就用这份备份", "这里面没有别的文件夹"),
        Wanted::File(file) => (file.button, file.none),
    };
    let foot = html! {
        <>
            <Button {label} look={Look::Primary} disabled={!fits} onclick={choose} />
            <Button label="取消" look={Look::Link} onclick={props.onclose.clone()} hint="Esc" />
        </>
    };
    html! {
        <Dialog title={props.title.clone()} wide=true onclose={props.onclose.clone()} {foot}>
            <div class="tx-folders">
                <div onkeydown={on_place}>
                    <TextField label="位置" name="place" value={(*typed).clone()} onchange={on_typed}
                        hint="从下面的列表里选；也可以写出完整的位置，按回车" />
                </div>
                if let Some(error) = &list.error { <Trouble error={error.clone()} /> }
                if let Some(found) = (*shown).clone() {
                    <ul ref={node} class="tx-folder-list" {onkeydown} aria-label="文件夹">
                        if found.path.is_some() {
                            <li><button type="button" class="tx-folder" onclick={up.reform(|_: MouseEvent| ())}>
                                <Icon sign={Sign::Left} /><span>{ "返回上一级" }</span><kbd>{ "←" }</kbd>
                            </button></li>
                        }
                        { for found.folders.iter().map(|one| line(one, &pick)) }
                        if found.folders.is_empty() { <li class="tx-muted">{ none }</li> }
                        if found.more > 0 {
                            <li class="tx-muted">{ format!("还有 {} 个没有列出，请写出完整的位置", crate::text::count(found.more)) }</li>
                        }
                    </ul>
                }
            </div>
        </Dialog>
    }
}

/// The file that is listed, if there is but one.
fn only_file(found: &Folders) -> Option<String> {
    let mut files = found.folders.iter().filter(|one| one.what == FolderKind::File);
    let first = files.next()?;
    files.next().is_none().then(|| first.path.clone())
}

fn line(one: &FolderShown, pick: &Callback<FolderShown>) -> Html {
    let onclick = {
        let (pick, one) = (pick.clone(), one.clone());
        Callback::from(move |_: MouseEvent| pick.emit(one.clone()))
    };
    let (sign, beside) = match one.what {
        FolderKind::Own => (Sign::Home, "本机"),
        FolderKind::Disk => (Sign::Sheet, "磁盘"),
        FolderKind::Stick => (Sign::Export, "U盘或移动硬盘"),
        FolderKind::Folder => (Sign::Right, ""),
        FolderKind::Backup => (Sign::Heart, "贴心备份"),
        FolderKind::File => (Sign::Sheet, "文件"),
    };
    html! {
        <li key={one.path.clone()}>
            <button type="button" class="tx-folder" {onclick} title={one.path.clone()}>
                <Icon {sign} /><span>{ &one.name }</span>
                if !beside.is_empty() { <span class="tx-muted">{ beside }</span> }
            </button>
        </li>
    }
}

#[derive(Clone, Copy)]
enum Step {
    First,
    Last,
    Next,
    Before,
}

/// Moves the cursor among the lines of the list.
fn step(node: &NodeRef, step: Step) {
    let Some(root) = node.cast::<Element>() else { return };
    let Ok(list) = root.query_selector_all("button") else { return };
    let lines: Vec<HtmlElement> =
        (0..list.length()).filter_map(|at| list.get(at)?.dyn_into::<HtmlElement>().ok()).collect();
    let here = gloo::utils::document().active_element();
    let at = lines.iter().position(|line| here.as_ref() == Some(line.as_ref()));
    let to = match (step, at) {
        (Step::Last, _) => lines.len().checked_sub(1),
        (Step::Next, Some(at)) => Some((at + 1).min(lines.len() - 1)),
        (Step::Before, Some(at)) => Some(at.saturating_sub(1)),
        _ => Some(0),
    };
    if let Some(line) = to.and_then(|to| lines.get(to)) {
        let _ = line.focus();
    }
}
