use crate::{outline, parse_item};

const SAMPLES: [(&str, &str); 6] = [
    ("orders", include_str!("../../tests/data/orders.ci")),
    ("types", include_str!("../../tests/data/types.ci")),
    ("expressions", include_str!("../../tests/data/expressions.ci")),
    ("strings", include_str!("../../tests/data/strings.ci")),
    ("policies", include_str!("../../tests/data/policies.ci")),
    ("layout", include_str!("../../tests/data/layout.ci")),
];

fn errors(text: &str) -> Vec<String> {
    let outline = outline(text);
    let mut errors: Vec<String> = outline.errors.iter().map(|e| format!("{} {}", e.code, e.message)).collect();
    for item in &outline.items {
        for error in parse_item(&item.source).errors {
            let at = error.primary.at.shifted(item.range.start);
            let line = text[..at.start as usize].matches('\n').count() + 1;
            errors.push(format!("{line}: {} {}", error.code, error.message));
        }
    }
    errors
}

#[test]
fn the_samples_parse_without_errors() {
    for (name, text) in SAMPLES {
        assert_eq!(errors(text), Vec::<String>::new(), "{name}");
    }
}
