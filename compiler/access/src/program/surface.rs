//! What of a program the world can reach without being named: policies for everyone, and resources that are open by a
//! property of theirs.
//!
//! Must not know: what is behind it, and whether it is meant.

use ci_graph::{Located, Origin, Value};

use super::{Grant, Place, Program};
use crate::{Effect, Principal, Principals};

/// Something that the world can reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// What.
    pub place: Place,
    /// Why, in words.
    pub what: String,
    /// The stack that it was written in.
    pub stack: usize,
    /// Where.
    pub origin: Origin,
}

/// Properties that open a resource: the type, the property, the value, in words.
///
/// Source: the documentation of these properties in the CloudFormation reference.
const OPENING: [(&str, &str, &str, &str); 7] = [
    ("AWS::ApiGateway::Method", "AuthorizationType", "NONE", "a method that asks for no credentials"),
    ("AWS::ApiGatewayV2::Route", "AuthorizationType", "NONE", "a route that asks for no credentials"),
    (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "Scheme",
        "internet-facing",
        "a load balancer with public addresses",
    ),
    ("AWS::Lambda::Url", "AuthType", "NONE", "a URL that asks for no credentials"),
    ("AWS::RDS::DBInstance", "PubliclyAccessible", "true", "a database with a public address"),
    ("AWS::Redshift::Cluster", "PubliclyAccessible", "true", "a cluster with a public address"),
    ("AWS::S3::Bucket", "AccessControl", "PublicRead", "a bucket that everyone may read"),
];

/// Address ranges of everything.
const EVERYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// All that the world can reach, in the order of the stacks.
pub fn public(program: &Program<'_>) -> Vec<Public> {
    let mut found = Vec::new();
    let trusts = program.holders.iter().map(|holder| (holder.place, &holder.trust));
    for (place, grants) in
        program.guarded.iter().map(|guarded| (guarded.place, &guarded.grants)).chain(trusts)
    {
        for grant in grants.iter().filter(|grant| is_for_everyone(grant)) {
            let mut what = format!("everyone may {}", grant.actions.join(", "));
            if !grant.conditions.is_empty() {
                what = format!("{what} when {}", grant.conditions.join(" and "));
            }
            found.push(Public { place, what, stack: grant.stack, origin: grant.origin });
        }
    }
    for (stack, of) in program.stacks.iter().enumerate() {
        for (resource, known) in of.resource_ids() {
            let place = Place { stack, resource };
            let name = known.schema.name();
            for (_, property, value, what) in OPENING.iter().filter(|(kind, ..)| *kind == name) {
                let Some(given) = known.property(property).filter(|given| is_value(&given.value, value))
                else {
                    continue;
                };
                found.push(Public { place, what: (*what).to_owned(), stack, origin: given.origin });
            }
            if name == "AWS::ApiGatewayV2::Route" && known.property("AuthorizationType").is_none() {
                let what = "a route that asks for no credentials".to_owned();
                found.push(Public { place, what, stack, origin: known.origin });
            }
            ingress(name, &|property| known.property(property), &mut |what, origin| {
                found.push(Public { place, what, stack, origin });
            });
        }
    }
    found
}

/// Whether a statement lets in everyone.
fn is_for_everyone(grant: &Grant) -> bool {
    grant.statement.effect == Effect::Allow
        && match &grant.statement.principals {
            Principals::Of(all) => all.contains(&Principal::Everyone),
            Principals::AllBut(_) => true,
            Principals::Attached => false,
        }
}

fn is_value(value: &Value, wanted: &str) -> bool {
    match value {
        Value::Bool(known) => known.to_string() == wanted,
        other => other.as_str() == Some(wanted),
    }
}

/// Rules of security groups that let in everything.
fn ingress<'a>(
    name: &str,
    property: &dyn Fn(&str) -> Option<&'a Located>,
    found: &mut dyn FnMut(String, Origin),
) {
    let mut rule = |get: &dyn Fn(&str) -> Option<&'a Located>, origin: Origin| {
        let from_everywhere = ["CidrIp", "CidrIpv6"].into_iter().any(|range| {
            get(range).and_then(|range| range.value.as_str()).is_some_and(|range| EVERYWHERE.contains(&range))
        });
        if from_everywhere {
            let text = |name: &str| get(name).map(|value| shown(&value.value));
            let (protocol, from, to) = (text("IpProtocol"), text("FromPort"), text("ToPort"));
            let ports = match (from, to) {
                (Some(from), Some(to)) if from != to => format!(" {from} to {to}"),
                (Some(port), _) | (None, Some(port)) => format!(" {port}"),
                (None, None) => String::new(),
            };
            found(format!("open to every address: {}{ports}", protocol.unwrap_or_default()), origin);
        }
    };
    if name == "AWS::EC2::SecurityGroupIngress"
        && let Some(range) = property("CidrIp").or_else(|| property("CidrIpv6"))
    {
        rule(property, range.origin);
    }
    let Some(rules) = property("SecurityGroupIngress").filter(|_| name == "AWS::EC2::SecurityGroup") else {
        return;
    };
    let Value::List(rules) = &rules.value else { return };
    for inline in rules {
        if let Value::Record(entries) = &inline.value {
            let get =
                |name: &str| entries.iter().find(|entry| &*entry.name == name).map(|entry| &entry.value);
            rule(&get, inline.origin);
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::String(text) => text.to_string(),
        _ => "?".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::OPENING;

    #[test]
    fn the_catalog_has_all_properties() {
        for (kind, property, ..) in OPENING {
            let schema = ci_catalog::resource_type(kind).unwrap_or_else(|| panic!("no type {kind}"));
            assert!(schema.node_at(&format!("/{property}")).is_some(), "{kind} has no {property}");
        }
    }
}
