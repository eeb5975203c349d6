//! The reading of whole programs is tested where there are programs: in `ci-project`.

use super::read::{ATTACHED, GUARDING, HOLDERS};

/// A wrong name in the tables would hide policies and nobody would see it.
#[test]
fn the_catalog_has_all_types_and_properties_of_policies() {
    let has = |name: &str, property: &str| {
        let schema = ci_catalog::resource_type(name).unwrap_or_else(|| panic!("no type {name}"));
        let pointer = format!("/{}", property.replace('.', "/"));
        assert!(schema.node_at(&pointer).is_some(), "{name} has no {property}");
    };
    for name in HOLDERS {
        assert!(ci_catalog::resource_type(name).is_some(), "no type {name}");
    }
    for (name, document, targets) in ATTACHED {
        targets.iter().chain([&document]).for_each(|property| has(name, property));
    }
    for (name, document, target) in GUARDING {
        target.iter().chain([&document]).for_each(|property| has(name, property));
    }
}
