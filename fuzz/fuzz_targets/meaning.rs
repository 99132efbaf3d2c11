#![no_main]

tiexin_fuzz::target!("meaning");
