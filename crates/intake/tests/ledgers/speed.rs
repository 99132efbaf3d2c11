//! How long reading takes; `cargo nextest run --release --run-ignored only` prints it.

use std::time::Instant;

use tiexin_intake::{Limits, read};

use crate::book::fixture;

#[test]
#[ignore = "measures only"]
fn reading_the_sample_township() {
    let names = ["members.xls", "special-families.xlsx", "services-2026-10.xlsx", "activities.csv"];
    for name in names {
        let bytes = fixture(&format!("guyang-2026-10/{name}"));
        let mut times: Vec<_> = (0..40)
            .map(|_| {
                let started = Instant::now();
                read(&bytes, name, &Limits::default()).unwrap();
                started.elapsed()
            })
            .collect();
        times.sort();
        println!("{name}: median {:?}, least {:?}", times[times.len() / 2], times[0]);
    }
}
