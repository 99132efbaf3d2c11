//! What the program writes into its log, whatever level is asked for: never a person.

use serde_json::json;

use crate::run::{Desk, PASSWORD, ended, ledger};

const NAME: &str = "欧阳金丝雀";
const NUMBER: &str = "34052419800101001X";
const PHONE: &str = "13912345678";

#[test]
fn no_level_tells_a_person() {
    let desk = Desk::of("340323100");
    let family = json!({"household": {"region": "340323100001", "head_name": NAME, "phone": PHONE},
        "persons": [{"region": "340323100001", "name": NAME, "id_number": NUMBER}]});
    let ledger = ledger("guyang-2026-10", "special-families.xlsx");
    let runs: [(&[&str], String); 5] = [
        (&["add", "family"], family.to_string()),
        (&["add", "family"], family.to_string()),
        (&["search", NAME], String::new()),
        (&["list", "household"], String::new()),
        (&["import", &ledger], String::new()),
    ];
    for (args, input) in runs {
        let mut command = desk.command(args);
        command.env("TIEXIN_PASSWORD", PASSWORD).env("RUST_LOG", "trace").env("TIEXIN_LOG", "trace");
        let said = ended(&mut command, &input);
        for canary in [NAME, NUMBER, PHONE] {
            assert!(!said.err.contains(canary), "{args:?} tells {canary}: {}", said.err);
        }
    }
}
