//! The leak hunt with a real province: canaries lie in a family's file, in its notes and in a visit; then what the desk says on
//! the way, every listing of the administrator, the packages on a stick and every file of the desk are searched for them.
//! What may carry them: the family's own page, and the province's own database with its copies. (Every command of a desk that
//! stands alone is hunted in `crates/desk/tests/desk/seen`, the logs of both programs beside them.)

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tiexin_domain::Kind;
use tiexin_domain::shape::{self, Holds, Role};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::terminal;

const CHILD: &str = "欧阳金丝雀";
const CAUSE: &str = "溺水身亡";
const ID: &str = "34052419800101001X";
const PHONE: &str = "13911112222";
const IN_NOTES: &str = "13933334444";
const CANARIES: [&str; 5] = [CHILD, CAUSE, ID, PHONE, IN_NOTES];

on_both_stores!(no_line_and_no_listing_tells_a_canary);

fn searched(of: &str, text: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "{of} tells {canary}: {text}");
    }
}

/// A desk in a terminal. What it prints and what it says beside are searched at once.
struct Desk(tempfile::TempDir);

impl Desk {
    fn book(&self) -> PathBuf {
        self.0.path().join("book")
    }

    #[track_caller]
    fn says(&self, words: &[&str], input: Option<&Value>) -> Value {
        let input = input.map(Value::to_string);
        let ended = terminal::run(&self.book(), &[words, &["--json"]].concat(), input.as_deref()).unwrap();
        assert_eq!(ended.code, Some(0), "{words:?}: {} {}", ended.out, ended.err);
        searched(&format!("{words:?}"), &ended.out);
        searched(&format!("{words:?}, beside its reply,"), &ended.err);
        serde_json::from_str(&ended.out).unwrap()
    }
}

impl Desk {
    /// A record of the kind, with canaries in whatever is written freely; whether there is one that names nothing but the
    /// family, and the rules let it pass. Told or refused: what is said holds no canary.
    fn adds(&self, kind: &Kind, home: &Value, notes: &str) -> bool {
        let (Some(shape), Some(mut fields)) = (shape::of(kind.code()), shape::valid(kind)) else {
            return false;
        };
        for field in shape.fields {
            match field.holds {
                Holds::Reference(_) if field.has(Role::Family) => {
                    fields.insert(field.name.into(), home.clone());
                }
                Holds::Reference(_) if fields.contains_key(field.name) => return false,
                Holds::Text | Holds::LongText if field.free && field.form.is_some() => {
                    fields.insert(field.name.into(), json!(notes));
                }
                _ => {}
            }
        }
        let input = Value::Object(fields).to_string();
        let words = ["add", kind.code(), "--json"];
        let ended = terminal::run(&self.book(), &words, Some(&input)).unwrap();
        searched(&format!("{words:?}, beside its reply,"), &ended.err);
        // The reply is the own page: numbers alone are hidden there.
        assert!(!ended.out.contains(IN_NOTES), "{words:?}: {}", ended.out);
        ended.code == Some(0)
    }
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_in(&path)) } else { files.push(path) }
    }
    files
}

fn lies_closed(folder: &Path) {
    let files = files_in(folder);
    assert!(!files.is_empty(), "nothing lies in {folder:?}");
    for file in files {
        let name = file.to_string_lossy().into_owned();
        searched("the name of a file", &name);
        searched(&name, &String::from_utf8_lossy(&std::fs::read(&file).unwrap()));
    }
}

async fn no_line_and_no_listing_tells_a_canary(keep: Keep) {
    let province = Province::start(keep).unwrap();
    let code = province.user("zhou", "worker", "340323100").unwrap();
    let desk = Desk(tempfile::tempdir().unwrap());
    desk.says(&["enrol", "--server", &province.url(), "--code", &code, "--user", "zhou"], None);
    desk.says(&["sync"], None);
    let notes = format!("独子{CHILD}{CAUSE}，邻居电话{IN_NOTES}");
    let region = "340323100001";
    let family = json!({
        "household": {"region": region, "head_name": "韩广田", "phone": PHONE, "notes": notes},
        "persons": [
            {"region": region, "name": "韩广田", "relation": "head", "id_number": ID},
            {"region": region, "name": CHILD, "relation": "child", "died_on": "2014-05-01"}],
        "file": {"category": "death", "status": "active", "child_name": CHILD, "loss_cause": CAUSE, "notes": notes},
    });
    let saved = desk.says(&["add", "family"], Some(&family));
    let home = saved["saved"][0]["id"].clone();
    let visit = |note: &str| json!({"household": home, "date": "2026-10-05", "note": note});
    desk.says(&["add", "visit"], Some(&visit(&notes)));
    desk.says(&["sync"], None);
    let status = desk.says(&["status"], None);
    assert_eq!(status["waiting"], 0, "{status}");
    // On a stick, there and back.
    let stick = tempfile::tempdir().unwrap();
    let folder = stick.path().to_str().unwrap();
    desk.says(&["add", "visit"], Some(&visit(&format!("又说起{notes}"))));
    let made: Vec<&str> =
        Kind::ALL.iter().filter(|kind| desk.adds(kind, &home, &notes)).map(Kind::code).collect();
    assert!(made.len() > 7, "of few kinds something goes along: {made:?}");
    let out = desk.says(&["package", "out", "--to", folder], None);
    assert!(out["changes"].as_u64().unwrap() > made.len() as u64, "{out}");
    let taken = province.administer(&["package", "take", folder, "--reply", folder]).unwrap();
    searched("package take", &taken.to_string());
    desk.says(&["package", "in", folder], None);
    lies_closed(stick.path());
    for words in [
        &["list", "household"][..],
        &["list", "person", "--columns", "name,notes,birth,id_number,phone"],
        &["list", "visit", "--columns", "note"],
        &["list", "support_file", "--columns", "child_name,loss_cause,notes,phone"],
        &["search", CAUSE],
        &["search", "韩广田"],
        &["quarantine", "list"],
        &["imports"],
        &["verify"],
    ] {
        desk.says(words, None);
    }
    for words in [
        &["user", "list"][..],
        &["grant", "list"],
        &["device", "list"],
        &["audit", "list", "--user", "zhou"],
        &["restored", "list"],
        &["verify"],
    ] {
        let told = province.administer(words).unwrap();
        searched(&format!("tiexin-server {words:?}"), &told.to_string());
    }
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy");
    desk.says(&["backup", copy.to_str().unwrap()], None);
    lies_closed(&copy);
    lies_closed(&desk.book());
    // The hunt looks where they live: the family's own page has them.
    let own = terminal::told(&desk.book(), &["show", home.as_str().unwrap()], None).unwrap().to_string();
    assert!(own.contains(CHILD) && own.contains(CAUSE) && !own.contains(IN_NOTES), "{own}");
}
