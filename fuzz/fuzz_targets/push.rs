#![no_main]

tiexin_fuzz::target!("push", flagged_json);
