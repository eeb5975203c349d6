//! Certificate Manager.

use ci_graph::Resource;

use super::Rules;
use crate::view::{Fields, broken};
use crate::words;

pub(super) fn certificate(rules: &mut Rules<'_>, resource: &Resource) {
    for option in resource.items("DomainValidationOptions") {
        let (Some(domain), Some(validated)) = (option.text("DomainName"), option.field("ValidationDomain"))
        else {
            continue;
        };
        let Some(parent) = validated.value.as_str() else { continue };
        let below =
            domain.strip_suffix(parent).is_some_and(|before| before.is_empty() || before.ends_with('.'));
        if !below {
            let message =
                format!("{} is not above the domain {}", words::quote(parent), words::quote(domain));
            rules.add(
                broken("validation-domain", validated.origin, message)
                    .help("name the domain itself or one that it belongs to"),
            );
        }
    }
}
