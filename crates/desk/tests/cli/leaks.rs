//! What the program writes into its log, whatever level is asked for: never a person.

use serde_json::json;

use crate::run::{Desk, PASSWORD, ended, ledger};

const NAME: &str = "欧阳金丝雀";
const NUMBER: &str = "34052419800101001X";
const PHONE: &str = "13912345678";
const CHILD: &str = "夏侯百灵";
const CAUSE: &str = "溺水身亡";

#[test]
fn no_level_tells_a_person() {
    let desk = Desk::of("340323100");
    let notes = format!("独子{CHILD}{CAUSE}，电话{PHONE}");
    let family = json!({"household": {"region": "340323100001", "head_name": NAME, "phone": PHONE, "notes": notes},
        "persons": [{"region": "340323100001", "name": NAME, "id_number": NUMBER}],
        "file": {"category": "death", "child_name": CHILD, "loss_cause": CAUSE, "notes": notes}});
    let ledger = ledger("guyang-2026-10", "special-families.xlsx");
    let backup = desk.beside("copy");
    let register = desk.beside("register.xlsx");
    let runs: [(&[&str], String); 11] = [
        (&["add", "family"], family.to_string()),
        (&["add", "family"], family.to_string()),
        (&["search", NAME], String::new()),
        (&["list", "household"], String::new()),
        (&["search", CHILD], String::new()),
        (&["search", PHONE], String::new()),
        (&["list", "support_file", "--columns", "child_name,loss_cause,notes"], String::new()),
        (&["families", "--out", &register], String::new()),
        (&["verify"], String::new()),
        (&["backup", &backup], String::new()),
        (&["import", &ledger], String::new()),
    ];
    for (args, input) in runs {
        let mut command = desk.command(args);
        command.env("TIEXIN_PASSWORD", PASSWORD).env("RUST_LOG", "trace").env("TIEXIN_LOG", "trace");
        let said = ended(&mut command, &input);
        // The same family twice is refused, and rows of a ledger are.
        assert!(said.code == 0 || matches!(args[0], "add" | "import"), "{args:?}: {}", said.err);
        for canary in [NAME, NUMBER, PHONE, CHILD, CAUSE] {
            assert!(!said.err.contains(canary), "{args:?} tells {canary}: {}", said.err);
        }
        // Nor do the replies of these commands name the child or the cause.
        for canary in [CHILD, CAUSE] {
            assert!(!said.out.contains(canary), "{args:?} tells {canary}: {}", said.out);
        }
    }
}
