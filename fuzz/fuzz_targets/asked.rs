#![no_main]

tiexin_fuzz::target!("asked", flagged_json);
