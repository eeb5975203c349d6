//! Route 53.

use ci_graph::Resource;

use super::Rules;
use crate::view::{Fields, broken};
use crate::words;

pub(super) fn record_set(rules: &mut Rules<'_>, resource: &Resource) {
    zone(rules, resource, resource.text("HostedZoneName"));
}

pub(super) fn group(rules: &mut Rules<'_>, resource: &Resource) {
    for record in resource.items("RecordSets") {
        zone(rules, record, resource.text("HostedZoneName"));
    }
}

/// A record lies in the zone it is put into.
fn zone(rules: &mut Rules<'_>, record: &impl Fields, zone: Option<&str>) {
    let Some(zone) = record.text("HostedZoneName").or(zone) else { return };
    if let Some(located) = record.field("HostedZoneName").filter(|_| !zone.ends_with('.')) {
        let dotted = format!("{zone}.");
        rules.add(
            broken(
                "zone-name",
                located.origin,
                format!("the name of a zone ends with a dot, found {}", words::quote(zone)),
            )
            .help(format!("write {}", words::quote(&dotted)))
            .fix(
                format!("write {}", words::quote(&dotted)),
                located.origin,
                words::literal(&dotted),
                ci_base::Applicability::MachineApplicable,
            ),
        );
    }
    let Some(name) = record.field("Name") else { return };
    let Some(text) = name.value.as_str() else { return };
    let (inner, outer) = (text.trim_end_matches('.'), zone.trim_end_matches('.'));
    let inside = inner == outer || inner.strip_suffix(outer).is_some_and(|before| before.ends_with('.'));
    if !inside {
        let message = format!("the record {} is not in the zone {}", words::quote(text), words::quote(zone));
        rules.add(broken("record-zone", name.origin, message));
    }
}
