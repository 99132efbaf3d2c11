#![no_main]

tiexin_fuzz::target!("part", flagged_json);
