//! `docs/data-dictionary.md`, written from the nouns' shapes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use tiexin_domain::shape::{Field, Holds};
use tiexin_domain::{Kind, nouns};

use crate::Outcome;

pub(crate) const FILE: &str = "docs/data-dictionary.md";

pub(crate) fn run(root: &Path) -> Outcome {
    fs::write(root.join(FILE), written()).map_err(|error| format!("{FILE}: {error}"))
}

/// The whole document.
pub(crate) fn written() -> String {
    let mut text = String::from(
        "# Data dictionary\n\n\
         Written by `cargo run -p xtask -- dictionary` from the shapes of the nouns (`crates/domain/src/nouns`); `xtask tidy`\n\
         fails when it is old. For scripts: `tiexin-desk shape --json`.\n",
    );
    for kind in Kind::ALL {
        let Some(shape) = nouns::shape(kind) else { continue };
        let _ = write!(text, "\n## {} `{}`\n\n", kind.label(), kind.code());
        text.push_str(
            "| 字段 | 名称 | 类型 | 必填 | 遮盖 | 谁能看到 | 两人都改了 |\n|---|---|---|---|---|---|---|\n",
        );
        for field in shape.fields {
            text.push_str(&row(field));
        }
    }
    text
}

fn row(field: &Field) -> String {
    let holds = match field.holds {
        Holds::Code(choices) if choices == Kind::CHOICES => {
            format!("{}：各类记录的代码", field.holds.label())
        }
        Holds::Code(choices) | Holds::Codes(choices) => {
            let all: Vec<String> = choices.iter().map(|(code, label)| format!("`{code}` {label}")).collect();
            format!("{}：{}", field.holds.label(), all.join("、"))
        }
        Holds::Parts(parts) => {
            let all: Vec<String> =
                parts.iter().map(|part| format!("`{}` {}", part.name, part.label)).collect();
            format!("{}：{}", field.holds.label(), all.join("、"))
        }
        holds => holds.label().to_owned(),
    };
    format!(
        "| `{}` | {} | {holds} | {} | {} | {} | {} |\n",
        field.name,
        field.label,
        if field.required { "是" } else { "" },
        if field.mask.is_some() { "是" } else { "" },
        field.audience.label(),
        field.merge.label(),
    )
}
