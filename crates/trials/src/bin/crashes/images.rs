//! `crashes images [--seed S] [--count N]`: power cuts below SQLite, half of the images of desks, half of provinces.

use std::process::ExitCode;
use std::time::Instant;

use tiexin_testkit::window::Trouble;
use tiexin_trials::torn::{DeskImages, ProvinceImages};

/// Images made between two looks at the clock.
const PIECE: u64 = 50;

struct Wish {
    seed: u64,
    count: u64,
}

pub(crate) fn images(words: &[String]) -> ExitCode {
    let wish = match wish(words) {
        Ok(wish) => wish,
        Err(Trouble(why)) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    println!("seed {}", wish.seed);
    let start = Instant::now();
    let (mut desk, mut province) = (DeskImages::new(wish.seed), ProvinceImages::new(wish.seed));
    let outcome = made(&wish, &mut desk, &mut province);
    println!("desk: {}", desk.seen);
    println!("province: {}", province.seen);
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    let images = desk.seen.images + province.seen.images;
    match outcome {
        Ok(()) => {
            println!("images: {images} in {minutes:.1} minutes, no fault");
            ExitCode::SUCCESS
        }
        Err(Trouble(why)) => {
            println!("images: {images} in {minutes:.1} minutes, A FAULT: {why}");
            ExitCode::FAILURE
        }
    }
}

fn made(wish: &Wish, desk: &mut DeskImages, province: &mut ProvinceImages) -> Result<(), Trouble> {
    while desk.seen.images + province.seen.images < wish.count {
        desk.make(PIECE)?;
        province.make(PIECE)?;
        if desk.seen.images.is_multiple_of(1000) {
            eprintln!("{} images", desk.seen.images + province.seen.images);
        }
    }
    Ok(())
}

fn wish(words: &[String]) -> Result<Wish, Trouble> {
    let mut wish = Wish { seed: fastrand::u32(..).into(), count: 1000 };
    for two in words.chunks(2) {
        let number = two.get(1).and_then(|word| word.parse().ok());
        let number = number.ok_or_else(|| Trouble(format!("{} wants a number", two[0])))?;
        match two[0].as_str() {
            "--seed" => wish.seed = number,
            "--count" => wish.count = number,
            other => return Err(Trouble(format!("{other}? known are --seed and --count"))),
        }
    }
    Ok(wish)
}
