//! A family that wishes no contact for now (`association.md` §7.1, 9): in no share and on no list of whom to see; help
//! remains possible, and is counted.

use serde_json::json;
use tiexin_contract::family::{GetFamily, RegisterFamily};
use tiexin_contract::records::{Filter, FilterOp, ListRecords};
use tiexin_contract::report::GetReport;
use tiexin_contract::today::{GetToday, Today};
use tiexin_domain::PartialDate;
use tiexin_domain::nouns::support_file::{Assistance, ContactPreference};
use tiexin_store::{By, Save};
use uuid::Uuid;

use crate::meanwhile::behind;
use crate::office::{Office, TOWNSHIP, VILLAGE, day, fields, list, saved};

const COUNTY: &str = "340323";

async fn today(office: &Office, region: &str) -> Today {
    office.ok(GetToday { region: region.parse().unwrap() }).await
}

/// Everything of which another family would be reminded is due in this one. Nobody looks after who declined.
fn waiting(preference: ContactPreference) -> impl FnOnce(&mut RegisterFamily) {
    move |family| {
        family.contacts = family.contacts.take().filter(|_| preference != ContactPreference::Declined);
        if let Some(pair) = &mut family.contacts {
            pair.township_leader = Some("王丽".into());
        }
        family.persons[0].birth = Some(PartialDate::Day(day(1962, 10, 22)));
        let file = family.file.as_mut().unwrap();
        file.preference = Some(preference);
        file.assistance = Some(Assistance::Yes);
        file.doctor = Some("李医生".into());
        file.doctor_until = Some(PartialDate::Day(day(2026, 10, 1)));
    }
}

async fn family(office: &Office, head: &str, preference: ContactPreference) -> Uuid {
    let home = office.family(head, waiting(preference)).await;
    let person = json!({"name": head});
    let seen = json!({"household": home, "date": "2026-08-01", "kind": "routine", "visitors": ["王丽"],
        "met": [person], "follow_up": "2026-10-15", "contact_reason": "本人来电"});
    saved(office, "visit", seen).await;
    let wish = json!({"household": home, "date": "2026-07-01", "person": person, "wish": "一辆轮椅"});
    saved(office, "wish", wish).await;
    home
}

#[tokio::test]
async fn a_family_that_declined_is_no_minus_and_is_helped_all_the_same() {
    let office = Office::of(COUNTY, day(2026, 10, 20)).await;
    let welcome = family(&office, "贾文广", ContactPreference::Welcome).await;
    let declined = family(&office, "吴安", ContactPreference::Declined).await;

    let page = today(&office, TOWNSHIP).await;
    assert_eq!(page.due.iter().map(|one| one.household).collect::<Vec<_>>(), [welcome]);
    // The wish, and the doctor's contract; nothing of the other family.
    assert_eq!(page.todo.len(), 2, "{:?}", page.todo);
    let of_family = page.reminders.iter().filter_map(|one| one.household).collect::<Vec<_>>();
    // What was agreed, and the birthday.
    assert_eq!(of_family, [welcome; 2], "{:?}", page.reminders);
    assert!(!serde_json::to_string(&(page.due, page.todo, page.reminders)).unwrap().contains("吴安"));
    // Nor is it a gap that nobody looks after the family.
    let contacts = ["township_leader", "village_worker"];
    assert!(!page.missing.is_empty());
    for code in contacts {
        assert!(page.missing.iter().all(|group| group.code != code), "{:?}", page.missing);
        let filters = vec![Filter { field: "gaps".into(), op: FilterOp::Is, value: code.into() }];
        let list = ListRecords { filters, ..list("support_file", TOWNSHIP, 10) };
        assert_eq!(office.ok(list).await.total, 0, "{code}");
    }
    let own = office.ok(GetFamily { household: declined }).await;
    assert!(!own.gaps.is_empty() && own.gaps.iter().all(|gap| !gap.contains("联系人")), "{:?}", own.gaps);
    // Both had a doctor whose contract is over, and have no green channel.
    let shares = [page.covered.contacts, page.covered.doctor, page.covered.channel];
    assert_eq!(shares.map(|share| (share.covered, share.of)), [(1, 1), (0, 2), (0, 2)]);
    let month = page.month;
    assert_eq!((month.planned, month.visited), (1, 0));
    assert_eq!((month.coverage[0].visited, month.coverage[0].families), (0, 1));
    let unit = today(&office, COUNTY).await.units.remove(0);
    // The one family has not been seen for 80 days, 50 more than thirty.
    assert_eq!((unit.families, unit.visited, unit.overdue, unit.longest), (1, 0, 1, 50));
    assert_eq!(unit.without_contact, 0, "that the other one has nobody is its wish");

    // It falls ill: somebody comes, and the insurance pays.
    let met = json!([{"name": "吴安"}]);
    let came = json!({"household": declined, "date": "2026-10-19", "kind": "emergency", "visitors": ["王丽"],
        "met": met, "contact_reason": "本人来电"});
    saved(&office, "visit", came).await;
    let claim = json!({"household": declined, "insured": {"name": "吴安"}, "amount": "500.00",
        "paid_on": "2026-10-20"});
    saved(&office, "insurance_claim", claim).await;
    let sheet = office.ok(GetReport::of("F1", "2026-10", TOWNSHIP.parse().unwrap())).await;
    let figure = |path: &[&str]| {
        let cell = sheet.rows[0].cells.iter().find(|cell| cell.path == path);
        cell.unwrap_or_else(|| panic!("{path:?}")).value.clone()
    };
    assert_eq!(figure(&["保险理赔", "金额(元)"]), "500.00");
    assert_eq!(figure(&["走访慰问落实", "突发事件", "户"]), "1");
    // Nor does having come raise a share in which the family is not.
    let month = today(&office, TOWNSHIP).await.month;
    assert_eq!((month.planned, month.visited, month.coverage[0].families), (1, 0, 1));
}

/// Two desks opened a file of it, apart.
#[tokio::test]
async fn a_county_counts_a_family_of_two_files_once() {
    let office = Office::of(COUNTY, day(2026, 10, 20)).await;
    let home = office
        .family("贾文广", |family| {
            family.contacts = None;
            family.file.as_mut().unwrap().preference = Some(ContactPreference::Welcome);
        })
        .await;
    let seen = json!({"household": home, "date": "2026-08-01", "kind": "routine", "visitors": ["王丽"],
        "met": [{"name": "贾文广"}]});
    saved(&office, "visit", seen).await;
    let before = today(&office, COUNTY).await.units.remove(0);
    behind(&office, move |book| {
        let by = By { author: Uuid::from_u128(0xA17), now_ms: 1, group: Uuid::from_u128(10) };
        let file = json!({"region": VILLAGE, "household": home, "head_name": "贾文广", "category": "disability",
            "status": "active"});
        let file = Save { id: Uuid::from_u128(4), kind: "support_file".into(), fields: fields(file), void: None };
        book.save_group(&[file], &by).unwrap();
    })
    .await;
    let unit = today(&office, COUNTY).await.units.remove(0);
    assert_eq!((unit.families, unit.overdue, unit.without_contact), (1, 1, 1));
    assert_eq!(unit, before);
}
