#![no_main]

tiexin_fuzz::target!("carried_back", flagged_json);
