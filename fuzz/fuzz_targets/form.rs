#![no_main]

tiexin_fuzz::target!("form", json);
