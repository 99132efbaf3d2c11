//! What came in when its family had been made void: it is not lost from sight.

use tiexin_domain::record::Void;
use tiexin_protocol::VoidChange;

use super::province::{Province, desk};
use super::*;
use crate::VoidedQuery;

fn visit(of: Uuid, home: Uuid, by: Uuid) -> Save {
    let set = json!({"region": VILLAGE, "household": home, "head_name": "张三", "date": "2026-10-05",
        "kind": "routine", "visitors": ["林某"], "recorded_by_id": by});
    save(of, "visit", set)
}

fn void(book: &Book, home: Uuid, change: VoidChange) {
    let now = record(book, home);
    put(book, &Save { id: home, kind: now.kind, fields: now.fields, void: Some(change) });
}

#[test]
fn what_came_in_when_its_family_was_void_is_found_by_its_author() {
    let ((_one, wang), (_other, lin)) = (desk(), desk());
    let (author, mut province) = (id(), Province::new());
    let home = household(&wang, VILLAGE, "张三");
    let before = id();
    put(&wang, &visit(before, home, author));
    province.round(&wang);
    province.round(&lin);
    // Without a line, and without knowing of each other.
    let late = id();
    put(&lin, &visit(late, home, author));
    void(&wang, home, VoidChange::Hide(Void { reason: "登记错了".into() }));
    province.round(&wang);
    assert!(wang.unseen().unwrap().is_empty(), "who makes a family void knows what goes with it");
    province.round(&lin);
    province.round(&wang);
    for book in [&wang, &lin] {
        let unseen = book.unseen().unwrap();
        assert_eq!(
            unseen.iter().map(|one| (one.record.id, one.above.id)).collect::<Vec<_>>(),
            [(late, home)]
        );
        assert_eq!((book.unseen_of(author).unwrap().len(), book.unseen_of(id()).unwrap().len()), (1, 0));
        let query = VoidedQuery { kind: Some("visit".into()), limit: 9, ..VoidedQuery::default() };
        let listed = book.voided(&query).unwrap();
        assert_eq!((listed.total, listed.records[0].id), (1, late));
        sound(book);
    }
    void(&wang, home, VoidChange::Restore);
    province.round(&wang);
    province.round(&lin);
    assert!(wang.unseen().unwrap().is_empty() && lin.unseen().unwrap().is_empty());
    assert_eq!(lin.children(home).unwrap().len(), 2);
}
