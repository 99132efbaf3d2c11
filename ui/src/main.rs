//! The screens of 贴心: a desk's face, compiled to wasm.

use patternfly_yew::prelude::*;
use yew::prelude::*;

#[component]
fn Opening() -> Html {
    html! {
        <Bullseye>
            <EmptyState title="贴心" icon={Icon::InfoCircle}>
                { "心贴心的服务，从今天的走访开始。" }
            </EmptyState>
        </Bullseye>
    }
}

fn main() {
    yew::Renderer::<Opening>::new().render();
}
