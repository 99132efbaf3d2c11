#![no_main]

tiexin_fuzz::target!("snapshot", lines);
