//! Values that AWS offers in some regions only: types of instances, classes of databases.
//!
//! What is wrong here may be right tomorrow, since AWS offers new ones every week. So the code has a level, other than
//! those of what a schema says.

use ci_base::{Applicability, Code, Diagnostic};
use ci_catalog::{Offer, Offered, Test};
use ci_graph::{Origin, Resource, Stack};

use crate::place::Place;
use crate::resource::each_at;
use crate::view::{Fields, each_case};
use crate::words;

/// How many regions a note names.
const NAMED: usize = 8;

/// Every value of a resource that is not offered where its stack goes, or anywhere where that is not known.
pub(crate) fn check(stack: &Stack, resource: &Resource, findings: &mut Vec<Diagnostic<Origin>>) {
    let place = Place::resource(resource.schema.name());
    for offer in resource.schema.offers() {
        let (Some(with), Some(offered)) = (conditions(resource, offer), offer.values()) else { continue };
        let region = match stack.region.as_deref() {
            Some(region) if !offered.covers(region) => continue,
            region => region,
        };
        each_at(&resource.properties, offer.pointer, &place, &mut |_, located| {
            each_case(located, &mut |located| {
                let Some(text) = located.value.as_str() else { return };
                if let Some(finding) = judge(text, located.origin, offered, region, &with)
                    // A value that its engine has nowhere need not be refused once more for its version.
                    && !findings.iter().any(|known| {
                        known.primary.at == finding.primary.at
                            && matches!(known.code, Code::NotOffered | Code::InvalidEnumValue)
                    })
                {
                    findings.push(finding);
                }
            });
        });
    }
}

/// What the conditions of an offer name, as the resource writes it; `None` where one of them does not hold or is late.
fn conditions<'r>(resource: &'r Resource, offer: &Offer) -> Option<Vec<&'r str>> {
    let mut named = Vec::new();
    for when in offer.when {
        match when.test {
            Test::Absent if resource.lacks(when.property) => {}
            Test::Absent => return None,
            Test::OneOf(_) | Test::Version(_) => {
                named.push(resource.text(when.property).filter(|text| when.test.accepts(text))?);
            }
        }
    }
    Some(named)
}

fn judge(
    text: &str,
    at: Origin,
    offered: &Offered,
    region: Option<&str>,
    with: &[&str],
) -> Option<Diagnostic<Origin>> {
    let elsewhere = offered.regions(text);
    if elsewhere.is_some_and(|regions| region.is_none_or(|region| regions.contains(region) == Some(true))) {
        return None;
    }
    let mut message = format!("`{text}` is not offered");
    if let [engine, details @ ..] = with {
        message = format!("{message} for `{engine}`");
        if !details.is_empty() {
            message = format!("{message} ({})", words::names(details, "and"));
        }
    }
    if offered.is_regional() {
        message = format!("{message} in {}", region.unwrap_or("any known region"));
    }
    let finding = Diagnostic::new(Code::NotOffered, at, message);
    let Some(regions) = elsewhere else {
        let near = match region {
            Some(region) => words::nearest(text, offered.values_in(region)),
            None => words::nearest(text, offered.values()),
        };
        return Some(match near {
            Some(near) => finding.help(format!("did you mean {}?", words::quote(near))).fix(
                format!("write {}", words::quote(near)),
                at,
                words::literal(near),
                Applicability::MaybeIncorrect,
            ),
            None => finding.note("the compiler does not know what AWS added after its release"),
        });
    };
    // It is no slip: it exists, only not here.
    let regions: Vec<&str> = regions.iter().collect();
    Some(if regions.len() <= NAMED {
        finding.note(format!("it is offered in {}", words::names(&regions, "and")))
    } else {
        finding.note(format!("it is offered in {} other regions", regions.len()))
    })
}
