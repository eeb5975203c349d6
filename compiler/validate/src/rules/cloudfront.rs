//! CloudFront.

use ci_graph::{Located, Resource, Value};

use super::Rules;
use crate::view::{Fields, broken, is_known};
use crate::words;

pub(super) fn distribution(rules: &mut Rules<'_>, resource: &Resource) {
    let Some(config) = resource.field("DistributionConfig") else { return };
    for alias in config.items("Aliases") {
        if let Some(text) =
            alias.value.as_str().filter(|text| !is_domain(text) && !text.contains("{{resolve:"))
        {
            let message = format!("an alias is a domain name, found {}", words::quote(text));
            rules.add(
                broken("alias-domain", alias.origin, message)
                    .note("for example \"www.example.com\" or \"*.example.com\""),
            );
        }
    }
    origins(rules, config);
}

/// Labels of letters, digits and hyphens, the first of which may be `*`.
fn is_domain(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    let label = |label: &str, first: bool| {
        let bytes = label.as_bytes();
        let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        (first && label == "*")
            || (!bytes.is_empty()
                && bytes.len() <= 63
                && bytes.iter().all(|byte| inner(byte) || *byte == b'-')
                && bytes.first().is_some_and(inner)
                && bytes.last().is_some_and(inner))
    };
    labels.len() >= 2
        && labels.iter().enumerate().all(|(index, text)| label(text, index == 0))
        && labels.last().is_some_and(|last| last.len() >= 2)
}

/// Every behaviour sends requests to an origin or a group of origins that is declared.
fn origins(rules: &mut Rules<'_>, config: &Located) {
    let groups = config.at(&["OriginGroups", "Items"]);
    let lists = [config.field("Origins"), groups];
    let mut ids: Vec<&str> = Vec::new();
    for list in lists.into_iter().flatten() {
        let Value::List(items) = &list.value else { return };
        for item in items {
            // An origin whose id is late may be the one.
            let Some(id) = item.text("Id") else { return };
            ids.push(id);
        }
    }
    if config.field("OriginGroups").is_some_and(|groups| !is_known(&groups.value)) {
        return;
    }
    let behaviours = config.field("DefaultCacheBehavior").into_iter().chain(config.items("CacheBehaviors"));
    for behaviour in behaviours {
        let Some(target) = behaviour.field("TargetOriginId") else { continue };
        if let Some(id) = target.value.as_str().filter(|id| !ids.contains(id)) {
            let message = format!("there is no origin with the id {}", words::quote(id));
            let finding = broken("unknown-origin", target.origin, message);
            rules.add(match words::nearest(id, ids.iter().copied()) {
                Some(near) => finding.help(format!("did you mean {}?", words::quote(near))),
                None if ids.is_empty() => finding,
                None => finding.help(format!("declared: {}", words::choices(&ids))),
            });
        }
    }
}
