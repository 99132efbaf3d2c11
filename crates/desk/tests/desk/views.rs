//! Filters under a name.

use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::records::{Filter, FilterOp, ListRecords, SaveRecord, Sort};
use tiexin_contract::session::{AddLocalUser, SignIn, SignOut};
use tiexin_contract::views::{CountViews, DropView, ListViews, PinView, SaveView, TAKEN, View, ViewCount};

use crate::meanwhile::behind;
use crate::office::{Office, PASSWORD, TOWNSHIP, VILLAGE, day, fields, list};

fn view(name: &str, filters: Vec<Filter>) -> View {
    View {
        name: name.into(),
        kind: "visit".into(),
        filters,
        text: None,
        sort: None,
        pinned: true,
        built_in: false,
        why: None,
    }
}

fn during(field: &str, typed: &str) -> Filter {
    Filter { field: field.into(), op: FilterOp::During, value: json!(typed) }
}

async fn visit(office: &Office, on: &str) {
    let home = office.ok(list("household", TOWNSHIP, 1)).await.rows[0].id;
    let fields = fields(json!({"household": home, "date": on, "kind": "routine", "visitors": ["王丽"]}));
    office.ok(SaveRecord { kind: "visit".into(), id: None, version: None, fields }).await;
}

async fn names(office: &Office, kind: &str) -> Vec<String> {
    let views = office.ok(ListViews { kind: Some(kind.into()) }).await;
    views.into_iter().map(|view| view.name).collect()
}

async fn counted(office: &Office) -> Vec<(String, u64)> {
    let counts: Vec<ViewCount> = office.ok(CountViews { region: TOWNSHIP.parse().unwrap() }).await;
    counts.into_iter().map(|count| (count.name, count.count.unwrap())).collect()
}

fn save(view: View) -> SaveView {
    SaveView { view, over: false }
}

fn pin(name: &str, pinned: bool) -> PinView {
    PinView { kind: "visit".into(), name: name.into(), pinned }
}

/// `本月` is November in November: what was kept in October is not October's.
#[tokio::test]
async fn what_is_said_by_today_stays_so() {
    let office = Office::township(day(2026, 10, 20)).await;
    office.family("贾文广", |_| {}).await;
    visit(&office, "2026-10-05").await;
    visit(&office, "2026-10-19").await;
    visit(&office, "2026-09-19").await;
    office.ok(save(view("这月的", vec![during("date", "本月")]))).await;
    office.ok(save(view("近30天", vec![during("date", "近30天")]))).await;
    office.ok(pin("本月新增", true)).await;
    let told = |told: [(&str, u64); 3]| told.map(|(name, count)| (name.to_owned(), count)).to_vec();
    assert_eq!(counted(&office).await, told([("这月的", 2), ("近30天", 2), ("本月新增", 3)]));
    office.clock.set(day(2026, 11, 3).and_hms_opt(9, 0, 0).unwrap());
    office.sign_in_again().await;
    visit(&office, "2026-11-02").await;
    assert_eq!(counted(&office).await, told([("这月的", 1), ("近30天", 3), ("本月新增", 1)]));
    // Until midnight by the office's clock.
    office.clock.set(day(2026, 11, 30).and_hms_opt(23, 59, 0).unwrap());
    office.sign_in_again().await;
    visit(&office, "2026-11-30").await;
    assert_eq!(counted(&office).await[2], ("本月新增".to_owned(), 2));
    let unread = ListRecords { filters: vec![during("date", "什么时候")], ..list("visit", TOWNSHIP, 5) };
    assert_eq!(office.refused(unread).await.code, ErrorCode::Invalid);
}

#[tokio::test]
async fn views_are_their_user_s_own_and_one_of_a_name() {
    let office = Office::township(day(2026, 10, 20)).await;
    office.family("贾文广", |_| {}).await;
    for kind in ["household", "person"] {
        assert_eq!(names(&office, kind).await, ["本月新增", "没有电话的"], "{kind}");
    }
    // Of a file it is another number: the family may have one.
    assert_eq!(names(&office, "support_file").await, ["本月新增", "没有紧急联系电话的"]);
    assert_eq!(names(&office, "visit").await, ["本月新增"]);
    assert!(names(&office, "merge").await.is_empty());
    office.ok(save(view("东关的", vec![]))).await;
    assert!(office.refused(save(view(" ", vec![]))).await.about("name").is_some());
    let hidden = Filter { field: "loss_cause".into(), op: FilterOp::Contains, value: json!("某") };
    let hidden = View { kind: "support_file".into(), ..view("某", vec![hidden]) };
    assert_eq!(office.refused(save(hidden)).await.code, ErrorCode::Invalid);
    let user = AddLocalUser {
        name: "lifang".into(),
        display_name: "李芳".into(),
        password: PASSWORD.into(),
        region: Some(VILLAGE.parse().unwrap()),
        code: None,
    };
    office.ok(user).await;
    office.ok(SignOut {}).await;
    office.ok(SignIn { name: "lifang".into(), password: PASSWORD.into() }).await;
    assert_eq!(names(&office, "visit").await, ["本月新增"]);
    let elsewhere = CountViews { region: "340323104".parse().unwrap() };
    assert_eq!(office.refused(elsewhere).await.code, ErrorCode::NoRight);
    office.sign_in_again().await;
    office.ok(DropView { kind: "visit".into(), name: "东关的".into() }).await;
    assert_eq!(names(&office, "visit").await, ["本月新增"]);
    let gone = DropView { kind: "visit".into(), name: "本月新增".into() };
    assert_eq!(office.refused(gone).await.code, ErrorCode::NotFound);
}

/// It asks first, and what is counted in the navigation stays there.
#[tokio::test]
async fn a_view_gives_way_only_when_that_is_said_and_stays_pinned() {
    let office = Office::township(day(2026, 10, 20)).await;
    office.ok(save(view("东关的", vec![]))).await;
    let sort = Some(Sort { field: "date".into(), descending: false });
    let other = View { sort: sort.clone(), pinned: false, ..view(" 东关的 ", vec![]) };
    let refused = office.refused(save(other.clone())).await;
    assert_eq!(refused.problems[0].code, TAKEN);
    office.ok(SaveView { view: other, over: true }).await;
    let views = office.ok(ListViews { kind: Some("visit".into()) }).await;
    assert_eq!((views.len(), &views[0].sort, views[0].pinned), (2, &sort, true));
    assert_eq!(counted(&office).await, [("东关的".to_owned(), 0)]);
    office.ok(pin("东关的", false)).await;
    assert!(counted(&office).await.is_empty());
    assert_eq!(office.refused(pin("没有的", true)).await.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_pinned_view_that_cannot_be_asked_hides_no_other() {
    let office = Office::township(day(2026, 10, 20)).await;
    office.family("贾文广", |_| {}).await;
    let gap = Filter { field: "gaps".into(), op: FilterOp::Is, value: json!("no_such_gap") };
    let gone = View { kind: "support_file".into(), ..view("以前能查的", vec![gap]) };
    office.ok(save(gone)).await;
    office.ok(save(View { kind: "household".into(), ..view("全部的", vec![]) })).await;
    let counts = office.ok(CountViews { region: TOWNSHIP.parse().unwrap() }).await;
    let told: Vec<_> = counts.iter().map(|one| (one.name.as_str(), one.count, one.why.is_some())).collect();
    assert_eq!(told, [("以前能查的", None, true), ("全部的", Some(1), false)]);
}

/// An older program kept one: nobody asked for the number, so nothing is looked up for it, whatever else it asks for.
#[tokio::test]
async fn a_pinned_view_of_a_number_is_not_counted() {
    let office = Office::township(day(2026, 10, 20)).await;
    let gap = Filter { field: "gaps".into(), op: FilterOp::Is, value: json!("no_such_gap") };
    let number =
        View { kind: "support_file".into(), text: Some("2580".into()), ..view("尾号的", vec![gap]) };
    behind(&office, |book| {
        let user = book.users().unwrap()[0].id;
        book.set_preference(user, "views", &serde_json::to_string(&[number]).unwrap()).unwrap();
    })
    .await;
    let counts = office.ok(CountViews { region: TOWNSHIP.parse().unwrap() }).await;
    assert_eq!((counts.len(), counts[0].count), (1, None));
    assert!(counts[0].why.as_deref().unwrap().contains("按号码查找的不在这里计数"), "{counts:?}");
}

/// Whichever way it is asked, a month holds what ends in the evening of its last day.
#[tokio::test]
async fn a_month_holds_what_ends_on_its_last_day() {
    let office = Office::township(day(2026, 10, 31)).await;
    let activity = json!({
        "name": "读书会", "start": "2026-10-31T14:00", "end": "2026-10-31T18:30", "project": "health", "region": VILLAGE,
    });
    let fields = fields(activity);
    office.clock.set(day(2026, 10, 31).and_hms_opt(22, 30, 0).unwrap());
    office.sign_in_again().await;
    office.ok(SaveRecord { kind: "activity".into(), id: None, version: None, fields }).await;
    for field in ["start", "end", "recorded_at"] {
        for (op, typed, found) in [
            (FilterOp::During, "10月", 1),
            (FilterOp::During, "2026-10-31", 1),
            (FilterOp::During, "9月", 0),
            (FilterOp::To, "2026-10", 1),
            (FilterOp::To, "2026-10-31", 1),
            (FilterOp::To, "2026-10-30", 0),
            (FilterOp::From, "2026-10-31", 1),
            (FilterOp::From, "2026-11", 0),
        ] {
            let filters = vec![Filter { field: field.into(), op, value: json!(typed) }];
            let page = office.ok(ListRecords { filters, ..list("activity", TOWNSHIP, 5) }).await;
            assert_eq!(page.total, found, "{field} {op:?} {typed}");
        }
    }
}
