#![no_main]

tiexin_fuzz::target!("replies", flagged_json);
