#![no_main]

tiexin_fuzz::target!("update", flagged_json);
