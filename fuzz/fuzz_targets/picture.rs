#![no_main]

tiexin_fuzz::target!("picture");
