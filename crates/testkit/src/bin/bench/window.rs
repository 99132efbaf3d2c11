//! Window to usable list, cold, and the memory of all its processes, against an empty Tauri window.

pub(crate) async fn measure() {
    println!("\n== window: see ./dev bench window (not measured here yet)");
}
