//! Search finds what people type, and never what must not be found.

use super::*;

struct Town {
    _dir: TempDir,
    book: Book,
    home: Uuid,
    person: Uuid,
    file: Uuid,
}

fn town() -> Town {
    let (dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三丰");
    let person = person(
        &book,
        home,
        "张三丰",
        json!({"id_number": "34052419800101001X", "phone": "19900002580", "sex": "male"}),
    );
    let file = id();
    put(
        &book,
        &save(
            file,
            "support_file",
            json!({"region": VILLAGE, "household": home.to_string(), "head_name": "张三丰", "code": "34032310000017",
                   "category": "death", "status": "active", "child_name": "张无忌", "loss_cause": "交通事故",
                   "notes": "无忌"}),
        ),
    );
    household(&book, "340323101002", "单福");
    visit(&book, home, "张三丰", "2026-10-05", json!({"note": "帮助申请低保，水管已修好"}));
    Town { _dir: dir, book, home, person, file }
}

fn found(book: &Book, text: &str) -> Vec<(String, String)> {
    book.search(text, &[], &[], 20).unwrap().into_iter().map(|h| (h.kind, h.matched)).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn names_spellings_and_numbers_are_found() {
    let t = town();
    let everything =
        pairs(&[("household", "name"), ("person", "name"), ("support_file", "name"), ("visit", "text")]);
    assert_eq!(found(&t.book, "张三丰"), everything);
    // Two characters, inner characters, one character.
    assert_eq!(found(&t.book, "张三"), everything);
    assert_eq!(found(&t.book, "三丰"), everything);
    assert_eq!(found(&t.book, "丰"), everything);
    // As an input method writes it.
    let by_sound = pairs(&[("household", "sound"), ("person", "sound"), ("support_file", "sound")]);
    assert_eq!(found(&t.book, "章散风"), by_sound);
    assert_eq!(found(&t.book, "章散"), []);
    let by = |word: &str| pairs(&[("household", word), ("person", word), ("support_file", word)]);
    assert_eq!(found(&t.book, "zsf"), by("initials"));
    assert_eq!(found(&t.book, "ZS"), by("initials"));
    assert_eq!(found(&t.book, "zhangsan"), by("pinyin"));
    assert_eq!(found(&t.book, "zhang san"), by("pinyin"));
    assert_eq!(found(&t.book, "001X"), pairs(&[("person", "id_tail")]));
    assert_eq!(found(&t.book, "01001x"), pairs(&[("person", "id_tail")]));
    assert_eq!(found(&t.book, "34052419800101001x"), pairs(&[("person", "id_number")]));
    assert_eq!(found(&t.book, "2580"), pairs(&[("person", "phone_tail")]));
    // A number's beginning finds nobody: digit by digit it would tell what is hidden.
    for start in ["1990000", "1990000258", "3405241980", "34052419800101001"] {
        assert_eq!(found(&t.book, start), [], "{start}");
    }
    assert_eq!(found(&t.book, "19900002580"), pairs(&[("person", "phone")]));
    assert_eq!(found(&t.book, "34032310000017"), pairs(&[("support_file", "code")]));
    assert_eq!(found(&t.book, "张三 2580"), pairs(&[("person", "name")]));
    assert_eq!(found(&t.book, "张三2580"), pairs(&[("person", "name")]));
    assert_eq!(found(&t.book, "低保"), pairs(&[("visit", "text")]));
    // Heteronyms: 单 is read shàn as a name, dān otherwise.
    assert_eq!(found(&t.book, "shanfu"), pairs(&[("household", "other_reading")]));
    assert_eq!(found(&t.book, "df"), pairs(&[("household", "initials")]));
}

/// Nobody can type `ü`; people know the end of a file's code; a contact stands in no other list.
#[test]
fn what_a_township_typed_in_vain_is_found() {
    let t = town();
    household(&t.book, VILLAGE, "吕果果");
    for text in ["lv", "lu", "lvguoguo", "luguo", "lüguoguo", "lgg"] {
        let titles: Vec<String> =
            t.book.search(text, &[], &[], 20).unwrap().into_iter().map(|hit| hit.title).collect();
        assert_eq!(titles, ["吕果果家"], "{text}");
    }
    assert_eq!(found(&t.book, "lvguoguo"), pairs(&[("household", "pinyin")]));
    assert_eq!(found(&t.book, "0017"), pairs(&[("support_file", "code_tail")]));
    assert_eq!(found(&t.book, "000017"), pairs(&[("support_file", "code_tail")]));
    let pair = json!({"region": VILLAGE, "household": t.home.to_string(), "file": t.file.to_string(),
        "township_leader": "赵镇长", "village_worker": "李村医", "from": "2026-01-01"});
    put(&t.book, &save(id(), "contact_pair", pair));
    assert_eq!(found(&t.book, "村医"), pairs(&[("contact_pair", "name")]));
    assert_eq!(found(&t.book, "licunyi"), pairs(&[("contact_pair", "pinyin")]));
    assert_eq!(found(&t.book, "lcy"), pairs(&[("contact_pair", "initials")]));
}

#[test]
fn a_visit_is_found_by_its_visitor_and_a_family_by_its_address() {
    let t = town();
    visit(&t.book, t.home, "张三丰", "2026-10-06", json!({"visitors": ["钱家访"]}));
    let mut fields = record(&t.book, t.home).fields;
    fields.insert("current_address".into(), "梧桐巷12号".into());
    put(&t.book, &save(t.home, "household", Value::Object(fields)));
    assert_eq!(found(&t.book, "钱家访"), pairs(&[("visit", "text")]));
    assert_eq!(found(&t.book, "梧桐巷"), pairs(&[("household", "text")]));
}

#[test]
fn a_rarer_reading_comes_last_and_says_so() {
    let t = town();
    household(&t.book, VILLAGE, "王明");
    // Newer, and 方 can be read wǎng.
    household(&t.book, VILLAGE, "方培元");
    let hits = t.book.search("wang", &[], &[], 20).unwrap();
    let told: Vec<_> = hits.iter().map(|h| (h.title.as_str(), h.matched.as_str())).collect();
    assert_eq!(told, [("王明家", "pinyin"), ("方培元家", "other_reading")]);
}

/// Newer ones whose longer spelling begins so do not crowd them out.
#[test]
fn two_letters_mean_the_initials_before_all() {
    let (_dir, book, _) = book();
    household(&book, VILLAGE, "王安");
    household(&book, VILLAGE, "李王安");
    for n in 0..60 {
        household(&book, VILLAGE, if n % 2 == 0 { "王明" } else { "汪艾琳" });
    }
    let hits = book.search("wa", &[], &[], 20).unwrap();
    let told: Vec<_> = hits.iter().map(|h| (h.title.as_str(), h.matched.as_str())).collect();
    assert_eq!(told[0], ("王安家", "initials"));
    assert!(told[1..].iter().all(|(_, matched)| *matched == "initials"), "{told:?}");
    assert_eq!(hits.len(), 20);
}

#[test]
fn the_child_and_the_cause_are_never_found() {
    let t = town();
    for text in ["张无忌", "无忌", "zwj", "wuji", "交通事故", "交通"] {
        assert_eq!(found(&t.book, text), [], "{text}");
    }
    let hit = &t.book.search("34032310000017", &[], &[], 5).unwrap()[0];
    assert_eq!(hit.title, "张三丰家（34032310000017）");
}

#[test]
fn a_region_narrows_and_odd_input_does_no_harm() {
    let t = town();
    let there =
        |text: &str, region: &str| t.book.search(text, &[], &[region.parse().unwrap()], 20).unwrap().len();
    assert_eq!(there("单福", "340323101"), 1);
    assert_eq!(there("单福", "340323100"), 0);
    assert_eq!(there("单福", "340323"), 1);
    for text in ["", "  ", "\"", "*", "a\"b", "NEAR(", "name : 张", "-", "张 OR", "%", "'; DROP", "（", "🙂"]
    {
        t.book.search(text, &[], &[], 5).unwrap();
    }
}

#[test]
fn edits_and_voids_are_followed() {
    let t = town();
    let mut fields = record(&t.book, t.person).fields;
    fields.insert("name".into(), "李清照".into());
    fields.remove("phone");
    put(&t.book, &save(t.person, "person", Value::Object(fields)));
    assert_eq!(found(&t.book, "lqz"), pairs(&[("person", "initials")]));
    assert_eq!(found(&t.book, "2580"), []);
    let mut hide = save(t.home, "household", Value::Object(record(&t.book, t.home).fields));
    hide.void = Some(tiexin_protocol::VoidChange::Hide(tiexin_domain::Void { reason: "重复".into() }));
    put(&t.book, &hide);
    assert_eq!(found(&t.book, "张三丰"), []);
    assert_eq!(found(&t.book, "李清照"), []);
    assert!(t.book.get(t.file).unwrap().is_some());
}

/// FTS5 checks itself by the list of segments that this connection last saw. A merged segment's
/// number is soon given to another, so it is looked at after every save.
#[test]
fn an_index_that_was_merged_since_is_sound() {
    let (_dir, book, _) = book();
    for n in 0..40 {
        household(&book, VILLAGE, ["张三", "李四", "王五"][n % 3]);
        sound(&book);
    }
}

/// What is not wanted is left out before the limit, and what only words find keeps a share of it.
#[test]
fn a_common_name_hides_no_kind() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "王建国");
    let seen = visit(&book, home, "王建国", "2026-10-05", json!({}));
    for n in 0..60 {
        person(&book, home, &format!("王建国{n}"), json!({}));
    }
    let of = |kinds: &[&str], limit| {
        let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        book.search("王建国", &kinds, &[], limit).unwrap()
    };
    assert_eq!(of(&["visit"], 5).iter().map(|hit| hit.id).collect::<Vec<_>>(), [seen]);
    assert_eq!(of(&["household"], 5).iter().map(|hit| hit.id).collect::<Vec<_>>(), [home]);
    // The newest are wanted; and more than are among the newest.
    let titles: Vec<String> = of(&["person"], 5).into_iter().map(|hit| hit.title).collect();
    assert_eq!(titles, ["王建国59", "王建国58", "王建国57", "王建国56", "王建国55"]);
    assert_eq!(of(&["person"], 50).len(), 50);
    assert_eq!(of(&["household", "person"], 70).len(), 61);
    assert_eq!(of(&["member"], 5), []);
    assert_eq!(of(&["kind_of_the_future"], 5), []);
    let any = of(&[], 8);
    assert_eq!((any.len(), any.iter().filter(|hit| hit.id == seen).count()), (8, 1));
}
