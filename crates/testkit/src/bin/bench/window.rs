//! Window to usable list and memory, against an empty Tauri window: not measured yet. Said, not faked.

pub(crate) async fn measure() {
    println!("\n== window: not measured yet; it needs an empty Tauri window built beside ours");
}
