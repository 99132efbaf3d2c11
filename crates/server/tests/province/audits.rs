//! The audits that desks keep of their own, at the province.

use serde_json::{Value, json};
use tiexin_domain::access::Role;
use tiexin_protocol::wire::{AuditLine, AuditRequest};
use tiexin_protocol::{Chain, audit_link, canonical};
use tiexin_server::{AuditWanted, Error, Province, Refused};
use uuid::Uuid;

use crate::command_line::{command, json as office};
use crate::desk::Desk;
use crate::on_both_stores;
use crate::place::{OTHER_TOWN, Place, TOWN, VILLAGE, grant, person, region, worker};

on_both_stores!(
    what_a_desk_tells_is_kept_once,
    a_book_that_was_put_back_goes_on_beside_what_it_had_told,
    what_was_altered_or_taken_out_is_found,
    whoever_may_read_the_audit_reads_the_region_s,
    the_office_lists_who_looked_at_what,
    a_deed_stands_where_its_person_worked_that_day,
);

/// An audit as a desk keeps it.
struct Book {
    texts: Vec<String>,
    /// The chain after each of them.
    chains: Vec<[u8; 32]>,
}

impl Book {
    fn new() -> Book {
        Book { texts: Vec::new(), chains: vec![[0; 32]] }
    }

    fn note(&mut self, author: Uuid, at: i64, act: &str, about: Option<Uuid>) {
        let mut entry = json!({"act": act, "actor": author, "at": at, "seq": self.texts.len() + 1});
        if let Some(about) = about {
            entry["about"] = json!(about);
            entry["kind"] = json!("household");
            entry["fields"] = json!(["phone"]);
        }
        let text = String::from_utf8(canonical(&entry)).unwrap();
        self.chains.push(audit_link(self.chains.last().unwrap(), &text));
        self.texts.push(text);
    }

    fn after(&self, desk: &Desk, after: usize) -> AuditRequest {
        let chain = Chain(self.chains[after]);
        AuditRequest {
            device: desk.device,
            after: after as u64,
            chain,
            entries: self.texts[after..].to_vec(),
        }
    }
}

const AT: i64 = 1_791_165_600_000;

async fn all(province: &Province) -> Vec<AuditLine> {
    province.audit_of(AuditWanted::default(), None).await.unwrap().lines
}

async fn what_a_desk_tells_is_kept_once(place: Place) {
    let province = place.province().await;
    let desk = worker(&province, "w", TOWN).await;
    let mut book = Book::new();
    for act in ["sign_in", "unmask", "sign_out"] {
        book.note(desk.author, AT, act, None);
    }
    let first = book.after(&desk, 0);
    assert_eq!(province.take_audit(&first).await.unwrap().held, 3);
    // The reply was lost: it is told once more.
    assert_eq!(province.take_audit(&first).await.unwrap().held, 3);
    book.note(desk.author, AT + 1, "sign_in", None);
    assert_eq!(province.take_audit(&book.after(&desk, 3)).await.unwrap().held, 4);
    let acts: Vec<_> = all(&province).await.into_iter().map(|line| line.act).collect();
    assert_eq!(acts, ["sign_in", "sign_out", "unmask", "sign_in"], "the newest first, each once");
    // What does not go on from what is here is not kept; the desk hears from where to begin.
    let gap = AuditRequest { after: 9, ..book.after(&desk, 3) };
    let other = AuditRequest { chain: Chain([7; 32]), ..book.after(&desk, 3) };
    let nowhere = AuditRequest { chain: Chain([7; 32]), ..book.after(&desk, 0) };
    for strange in [gap, other, nowhere] {
        assert_eq!(province.take_audit(&strange).await.unwrap().held, 0);
    }
    let misnumbered = AuditRequest { entries: vec![book.texts[0].clone()], ..book.after(&desk, 4) };
    let nonsense = AuditRequest { entries: vec!["{".into()], ..book.after(&desk, 4) };
    for bad in [misnumbered, nonsense] {
        let refused = province.take_audit(&bad).await;
        assert!(matches!(refused, Err(Error::Refused(Refused::BodyUnreadable))), "{refused:?}");
    }
    assert_eq!(all(&province).await.len(), 4);
    // Somebody who may no longer work leaves his traces all the same; a machine that is shut out does not speak.
    province.disable_user("w").await.unwrap();
    book.note(desk.author, AT + 2, "sign_out", None);
    assert_eq!(province.take_audit(&book.after(&desk, 4)).await.unwrap().held, 5);
    province.revoke_device(desk.device).await.unwrap();
    assert!(matches!(province.take_audit(&book.after(&desk, 4)).await, Err(Error::Shut(_))));
    assert!(province.verify().await.unwrap().broken.is_empty());
}

/// A desk that has told three deeds.
async fn told(place: &Place) -> (Province, Desk, Book) {
    let province = place.province().await;
    let desk = worker(&province, "w", TOWN).await;
    let mut book = Book::new();
    for act in ["sign_in", "unmask", "export"] {
        book.note(desk.author, AT, act, None);
    }
    province.take_audit(&book.after(&desk, 0)).await.unwrap();
    (province, desk, book)
}

async fn a_book_that_was_put_back_goes_on_beside_what_it_had_told(place: Place) {
    let (province, desk, book) = told(&place).await;
    // From a copy of the day before.
    let mut copy = Book { texts: book.texts[..2].to_vec(), chains: book.chains[..3].to_vec() };
    copy.note(desk.author, AT, "sign_out", None);
    assert_eq!(province.take_audit(&copy.after(&desk, 2)).await.unwrap().held, 3);
    let acts: Vec<_> = all(&province).await.into_iter().map(|line| line.act).collect();
    assert_eq!(acts, ["sign_out", "export", "unmask", "sign_in"], "the export is not undone by it");
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn what_was_altered_or_taken_out_is_found(place: Place) {
    let (province, ..) = told(&place).await;
    // Whoever gets at the database gets around its triggers.
    let free = match place.store {
        tiexin_server::StoreUrl::Sqlite(_) => {
            "DROP TRIGGER desk_audit_is_append_only; DROP TRIGGER desk_audit_keeps_all;"
        }
        tiexin_server::StoreUrl::Postgres(_) => "DROP TRIGGER desk_audit_is_append_only ON desk_audit;",
    };
    place.meddle(free).await;
    place.meddle("UPDATE desk_audit SET entry = replace(entry, 'unmask', 'sign_in') WHERE seq = 2").await;
    let found = province.verify().await.unwrap().broken;
    assert_eq!(found.iter().map(|f| (f.code, f.seq)).collect::<Vec<_>>(), [("desk_audit_broken", Some(2))]);
    place.meddle("UPDATE desk_audit SET entry = replace(entry, 'sign_in', 'unmask') WHERE seq = 2").await;
    assert!(province.verify().await.unwrap().broken.is_empty());
    place.meddle("DELETE FROM desk_audit WHERE seq = 2").await;
    let found = province.verify().await.unwrap().broken;
    assert_eq!(found.iter().map(|f| (f.code, f.seq)).collect::<Vec<_>>(), [("desk_audit_broken", Some(3))]);
}

async fn whoever_may_read_the_audit_reads_the_region_s(place: Place) {
    let province = place.province().await;
    let mut here = worker(&province, "here", TOWN).await;
    let there = worker(&province, "there", OTHER_TOWN).await;
    let county = person(&province, "county", &[grant(Role::Auditor, "340323")]).await;
    let chief = person(&province, "chief", &[grant(Role::Supervisor, TOWN)]).await;
    let family = Uuid::new_v4();
    let one = here.new_household(family, VILLAGE, "户主");
    here.push(&province, &[one]).await;
    for (desk, act, about) in [
        (&here, "sign_in", None),
        (&there, "export", None),
        // The county looked at a number in the township.
        (&county, "unmask", Some(family)),
    ] {
        let mut book = Book::new();
        book.note(desk.author, AT, act, about);
        province.take_audit(&book.after(desk, 0)).await.unwrap();
    }
    let acts = async |desk: &Desk| {
        let page = province.audit_for(desk.device, desk.author, None).await.unwrap();
        page.lines.into_iter().map(|line| line.act).collect::<Vec<_>>()
    };
    assert_eq!(acts(&chief).await, ["unmask", "sign_in"], "the township's own, and who looked at its people");
    assert_eq!(acts(&county).await, ["unmask", "export", "sign_in"]);
    let seen = province.audit_for(chief.device, chief.author, None).await.unwrap().lines.remove(0);
    assert_eq!((seen.person.as_deref(), seen.about, seen.many), (Some("county"), Some(family), None));
    assert_eq!(seen.region, Some(region(VILLAGE)));
    assert_eq!(seen.fields, ["phone"]);
    let before = Some(seen.number);
    let older = province.audit_for(chief.device, chief.author, before).await.unwrap();
    assert_eq!((older.lines.len(), older.before), (1, None));
    // Neither a worker, nor somebody in another's name, nor one whose right has ended.
    for (desk, author) in [(&here, here.author), (&here, chief.author)] {
        let refused = province.audit_for(desk.device, author, None).await;
        assert!(matches!(refused, Err(Error::Refused(Refused::NoRight))));
    }
    province.end_grant("chief", &Role::Supervisor, &region(TOWN), None).await.unwrap();
    let refused = province.audit_for(chief.device, chief.author, None).await;
    assert!(matches!(refused, Err(Error::Refused(Refused::NoRight))));
}

async fn the_office_lists_who_looked_at_what(place: Place) {
    let province = place.province().await;
    let desk = worker(&province, "w", TOWN).await;
    let other = worker(&province, "o", OTHER_TOWN).await;
    for (desk, at) in [(&desk, AT), (&other, AT + 24 * 3600 * 1000)] {
        let mut book = Book::new();
        book.note(desk.author, at, "sign_in", None);
        book.note(desk.author, at, "unmask", None);
        province.take_audit(&book.after(desk, 0)).await.unwrap();
    }
    let listed = |words: &[&str]| {
        let page = office(&place, &[&["audit", "list"], words].concat());
        let line = |line: &Value| (line["person"].as_str().unwrap().to_owned(), line["act"].to_string());
        page["lines"].as_array().unwrap().iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(listed(&[]).len(), 4);
    let looked = |name: &str| (name.to_owned(), "\"unmask\"".to_owned());
    assert_eq!(listed(&["--user", "w", "--act", "unmask"]), [looked("w")]);
    assert_eq!(listed(&["--region", OTHER_TOWN, "--act", "查看完整号码"]), [looked("o")]);
    assert_eq!(listed(&["--from", "2026-10-06", "--to", "2026-10-06"]).len(), 2);
    assert_eq!(listed(&["--to", "2026-10-04"]).len(), 0);
    let told = command(&place, &["audit", "list", "--user", "w"]).output().unwrap();
    let text = String::from_utf8(told.stdout).unwrap();
    for word in ["登录", "查看完整号码", "谷阳镇"] {
        assert!(text.contains(word), "{word} in {text}");
    }
    for code in ["unmask", "sign_in", TOWN, &desk.device.to_string()] {
        assert!(!text.contains(code), "{code} in {text}");
    }
    let flown = command(&place, &["audit", "list", "--act", "飞"]).output().unwrap();
    let said = String::from_utf8(flown.stderr).unwrap();
    assert!(flown.status.code() == Some(1) && said.contains("登录、"), "{said}");
}

async fn a_deed_stands_where_its_person_worked_that_day(place: Place) {
    let province = place.province().await;
    let days = |from: Option<&str>, to: Option<&str>, town: &str| {
        let day = |text: Option<&str>| text.map(|text| text.parse().unwrap());
        tiexin_domain::access::Grant { from: day(from), to: day(to), ..grant(Role::Worker, town) }
    };
    let moved = [days(None, Some("2026-10-04"), TOWN), days(Some("2026-10-05"), None, OTHER_TOWN)];
    let desk = person(&province, "moved", &moved).await;
    let day = 24 * 3600 * 1000;
    let mut book = Book::new();
    book.note(desk.author, AT, "sign_in", None);
    book.note(desk.author, AT - 5 * day, "export", None);
    province.take_audit(&book.after(&desk, 0)).await.unwrap();
    let there = async |town: &str| {
        let town = region(town);
        let page = province.audit_of(tiexin_server::AuditWanted::default(), Some(&town)).await.unwrap();
        page.lines.into_iter().map(|line| (line.act, line.region)).collect::<Vec<_>>()
    };
    assert_eq!(there(OTHER_TOWN).await, [("sign_in".to_owned(), Some(region(OTHER_TOWN)))]);
    assert_eq!(there(TOWN).await, [("export".to_owned(), Some(region(TOWN)))]);
    // The newest deed first, whichever came first.
    let all = province.audit_of(tiexin_server::AuditWanted::default(), None).await.unwrap().lines;
    assert_eq!(all.iter().map(|line| line.act.as_str()).collect::<Vec<_>>(), ["sign_in", "export"]);
}
