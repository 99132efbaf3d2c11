//! Days as offices write them: each read right or told.

use rust_xlsxwriter::{Format, Workbook as Writer};
use tiexin_domain::Kind;

use crate::book::{planned, text};
use crate::habits::VISITS;
use crate::variations::{SCOPE, codes, found, of, texts, township, xlsx};

#[test]
fn the_year_of_a_document_is_not_the_sheets() {
    let bytes = xlsx(&[("东关社区", &|s| {
        texts(
            s,
            0,
            &[
                &["固卫协〔2025〕17号"],
                &["2026年10月东关社区走访记录"],
                VISITS,
                &["10.5", "余喆", "日常", "康梅"],
            ],
        )
    })]);
    let plan = planned(&township(), SCOPE, &bytes, "走访.xlsx");
    assert_eq!((of(&plan, Kind::Visit)[0]["date"].as_str(), plan.findings.len()), (Some("2026-10-05"), 0));
}

#[test]
fn a_number_that_is_a_day_is_read_as_shown_or_waits() {
    let mut writer = Writer::new();
    let sheet = writer.add_worksheet().set_name("东关社区").unwrap();
    texts(sheet, 0, &[&["2026年10月走访记录"], VISITS]);
    let two = Format::new().set_num_format("0.00");
    for (row, value, format) in [(2, 10.1, Some(&two)), (3, 10.3, None), (4, 10.15, None)] {
        texts(sheet, row, &[&["", "余喆", "日常", ["康梅", "李华", "张三"][row as usize - 2]]]);
        match format {
            Some(format) => sheet.write_number_with_format(row, 0, value, format).unwrap(),
            None => sheet.write_number(row, 0, value).unwrap(),
        };
    }
    let plan = planned(&township(), SCOPE, &writer.save_to_buffer().unwrap(), "走访.xlsx");
    let days: Vec<String> = of(&plan, Kind::Visit).iter().map(|v| text(v, "date")).collect();
    assert_eq!(
        (days, codes(&plan)),
        (vec!["2026-10-10".into(), "2026-10-15".into()], vec![found(4, "date_unclear")])
    );
}

#[test]
fn days_that_cannot_be_are_told() {
    let bytes = xlsx(&[("东关社区", &|s| {
        texts(
            s,
            0,
            &[
                &["2026年10月走访记录"],
                VISITS,
                &["2026-09-28", "余喆", "日常", "康梅"],
                &["2027-10-05", "余喆", "日常", "康梅"],
            ],
        )
    })]);
    let plan = planned(&township(), SCOPE, &bytes, "走访.xlsx");
    assert_eq!(codes(&plan), [found(3, "date_outside_month"), found(4, "date_future")]);
    assert_eq!((plan.rows.new, plan.rows.refused), (1, 1));
}
