//! What Windows shows of the program.

#[path = "../../packaging/windows/resource.rs"]
mod resource;

fn main() {
    resource::embed("tiexin-server", "贴心：省平台");
}
