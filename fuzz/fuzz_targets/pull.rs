#![no_main]

tiexin_fuzz::target!("pull", flagged_json);
