//! DynamoDB, RDS and `ElastiCache`.

use std::collections::BTreeSet;

use ci_graph::{Located, Resource};

use super::Rules;
use crate::view::{Fields, broken, is_known, target_of};
use crate::words;

pub(super) fn table(rules: &mut Rules<'_>, resource: &Resource) {
    let Some(definitions) = resource.field("AttributeDefinitions") else { return };
    let Some(defined) = names(resource.items("AttributeDefinitions")) else { return };
    let mut keys = Vec::new();
    let indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"];
    let lists = std::iter::once(resource.field("KeySchema"))
        .chain(indexes.iter().flat_map(|name| resource.items(name)).map(|index| index.field("KeySchema")));
    for list in lists.flatten() {
        if !is_known(&list.value) {
            return;
        }
        keys.extend(crate::view::items(&list.value));
    }
    if indexes.iter().any(|name| resource.field(name).is_some_and(|list| !is_known(&list.value))) {
        return;
    }
    if !is_known(&definitions.value) {
        return;
    }
    for key in &keys {
        let Some(name) = key.text("AttributeName") else { return };
        if !defined.contains(name) {
            let message = format!("the key `{name}` is not among the attribute definitions");
            let finding =
                broken("key-definition", key.origin, message).also(definitions.origin, "the definitions");
            rules.add(match words::nearest(name, defined.iter().copied()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding
                    .help(format!("define it: `{{ AttributeName: \"{name}\", AttributeType: \"S\" }}`")),
            });
        }
    }
    let used: BTreeSet<&str> = keys.iter().filter_map(|key| key.text("AttributeName")).collect();
    for definition in resource.items("AttributeDefinitions") {
        if let Some(name) = definition.text("AttributeName").filter(|name| !used.contains(name)) {
            let message =
                format!("the attribute `{name}` is defined and is no key of the table or of an index");
            rules.add(
                broken("unused-definition", definition.origin, message)
                    .note("DynamoDB wants to know the types of keys only")
                    .help("take the definition out"),
            );
        }
    }
}

/// The attribute names of definitions; `None` if one is late.
fn names(definitions: &[Located]) -> Option<BTreeSet<&str>> {
    definitions.iter().map(|definition| definition.text("AttributeName")).collect()
}

pub(super) fn instance(rules: &mut Rules<'_>, resource: &Resource) {
    let Some(cluster) = target_of(rules.stack, resource, "DBClusterIdentifier", "AWS::RDS::DBCluster") else {
        return;
    };
    for property in ["Engine", "StorageEncrypted"] {
        let (Some(own), cluster_value) = (resource.field(property), cluster.field(property)) else {
            continue;
        };
        let differs = match property {
            "Engine" => match (own.value.as_str(), cluster.text(property)) {
                (Some(own), Some(theirs)) => !own.eq_ignore_ascii_case(theirs),
                _ => false,
            },
            _ => match (resource.truth(property), cluster.truth(property)) {
                (Some(own), Some(theirs)) => own != theirs,
                (Some(own), None) => own && cluster.lacks(property),
                _ => false,
            },
        };
        if differs {
            let message = format!("`{property}` of an instance must be that of its cluster");
            let origin = cluster_value.map_or(cluster.origin, |located| located.origin);
            rules.add(
                broken("cluster-instance", own.origin, message)
                    .also(origin, "the cluster")
                    .help("leave it out of the instance where that is possible"),
            );
        }
    }
}

pub(super) fn replication_group(rules: &mut Rules<'_>, resource: &Resource) {
    let group =
        target_of(rules.stack, resource, "CacheParameterGroupName", "AWS::ElastiCache::ParameterGroup");
    let enabled = group.and_then(|group| group.at(&["Properties", "cluster-enabled"]));
    let Some(enabled) = enabled.filter(|located| located.value.as_str() == Some("yes")) else { return };
    if resource.truth("AutomaticFailoverEnabled") == Some(false) {
        let at = resource.field("AutomaticFailoverEnabled").map_or(resource.origin, |located| located.origin);
        rules.add(
            broken("cluster-failover", at, "a cluster of caches always fails over by itself")
                .also(enabled.origin, "cluster mode is on")
                .help("take `AutomaticFailoverEnabled: false` out"),
        );
    }
    let nodes = if resource.lacks("NumCacheClusters") { Some(0) } else { resource.int("NumCacheClusters") };
    if resource.lacks("NumNodeGroups") && nodes.is_some_and(|nodes| nodes <= 1) {
        let at = resource.field("NumCacheClusters").map_or(resource.origin, |located| located.origin);
        rules.add(
            broken("cluster-nodes", at, "a cluster of caches needs more than one node")
                .also(enabled.origin, "cluster mode is on")
                .help("give `NumNodeGroups`, or `NumCacheClusters` greater than 1"),
        );
    }
}
